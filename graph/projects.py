"""The projects of a data folder: one dataset each, opened when needed, owned by one process."""

import copy
import json
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from graph.changes import ChangeSet, Commit
from graph.dataset.checkpoints import KEPT
from graph.dataset.dataset import Dataset
from graph.dataset.past import PastState
from graph.dataset.port import ProjectDataset
from graph.dataset.precondition import Overtaken, Precondition
from graph.dataset.request import Clock, Guard, Progress, utc_now
from graph.dataset.snapshots import Overlay, Snapshots
from graph.errors import BadInput, Conflict, NotFound
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.remote.address import RemoteAddress
from graph.remote.dataset import RemoteDataset
from graph.remote.graphs import RemoteGraphs
from graph.store import GraphReader
from graph.terms import NamedNode, Quad

_ATTEMPTS = 8
Done = TypeVar("Done")


@dataclass(frozen=True, eq=False)
class Project:
    """An open project: its dataset and the checkpoints that readers use.

    Commits heed `precondition`, where there is one. With `past` everything that is read through
    the methods here is as it was at a commit, and nothing can be committed.
    """

    dataset: ProjectDataset
    snapshots: Snapshots
    created: str
    precondition: Precondition | None = None
    past: PastState | None = None

    @property
    def names(self) -> ProjectNames:
        """The IRIs of the project."""
        return self.dataset.names

    def reader(self, *graphs: NamedNode) -> GraphReader:
        """Read the union of `graphs`, each also by its name; for this program's own queries."""
        default = graphs or self.names.default_graphs
        return (self.past or self.dataset).reader(default, default)

    @property
    def sequence(self) -> int:
        """Number of the commit whose state is read."""
        return (self.past or self.dataset).sequence

    @property
    def knowledge_sequence(self) -> int:
        """Number of the newest commit, up to that one, which changed more than records."""
        return (self.past or self.dataset).knowledge_sequence

    def graphs(self) -> list[NamedNode]:
        """List the named graphs."""
        return (self.past or self.dataset).graphs()

    def quads(self, graph: NamedNode) -> Iterable[Quad]:
        """Iterate over the quads of a graph."""
        return (self.past or self.dataset).quads(graph)

    def count(self, graph: NamedNode) -> int:
        """Count the triples of a graph."""
        return (self.past or self.dataset).count(graph)

    def checkpoint(self, overlay: Overlay | None = None) -> AbstractContextManager[Path]:
        """Give the folder of a checkpoint of what is read, with an overlay; for readers."""
        return self.snapshots.use(overlay, self.past.sequence if self.past else None)

    @contextmanager
    def at(self, commit: int) -> Iterator["Project"]:
        """Give the project as it was at a commit, to be read while the context lasts.

        Raises:
            NotFound: there is no such commit.
        """
        with self.snapshots.use(at=commit) as path:
            store = OxigraphStore(path, read_only=True)
            try:
                yield replace(self, past=PastState(store, commit, self.names))
            finally:
                store.close()

    def commit(
        self,
        change: ChangeSet,
        *,
        replacing: tuple[NamedNode, ...] = (),
        guard: Guard | None = None,
        progress: Progress | None = None,
        gated: bool = True,
    ) -> Commit:
        """Make a change; see `Dataset.commit`."""
        if self.past:
            raise Conflict(f"Commit {self.sequence} is past; only the newest state can be changed.")

        def commit(condition: Guard | None) -> Commit:
            """Make the change if a condition holds at its turn."""
            return self.dataset.commit(
                change, replacing=replacing, guard=condition, progress=progress, gated=gated
            )

        made = self._conditionally(commit, guard)
        if self.precondition:
            self.precondition.committed = made.sequence
        return made

    def close(self) -> None:
        """Close the dataset, if the precondition holds."""
        self._conditionally(self.dataset.close, None)

    def _conditionally(self, act: Callable[[Guard | None], Done], guard: Guard | None) -> Done:
        condition = self.precondition
        if condition is None:
            return act(guard)
        guarded = condition.guard(self.dataset, guard)
        for _ in range(_ATTEMPTS):
            condition.check(self.dataset, self.reader(self.names.meta))
            with suppress(Overtaken):
                return act(guarded)
        raise Conflict("Others change the graph all the time. Try again when they are done.")

    def overlay(self, twin: str) -> Overlay:
        """Name the graphs of a twin's overlay."""
        names = self.names
        return Overlay(names.data, names.twin_added(twin), names.twin_removed(twin))


class Projects:
    """All projects below `folder/projects`, by name.

    Args:
        folder: the data folder; the caller holds its `OwnerLock`.
        base: base IRI for new projects.
        keep_checkpoints: how many states of the past each project keeps ready.
        stores: remote stores that projects may be created on, by name.
    """

    def __init__(
        self,
        folder: Path,
        base: str,
        clock: Clock = utc_now,
        *,
        keep_checkpoints: int = KEPT,
        stores: Mapping[str, RemoteAddress] | None = None,
    ) -> None:
        self._stores = stores or {}
        self._folder = folder / "projects"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._base = base
        self._clock = clock
        self._keep_checkpoints = keep_checkpoints
        self._lock = threading.Lock()
        self._open: dict[str, Project] = {}
        self._instead: dict[str, Project] = {}
        for leftover in self._folder.glob(".*"):
            shutil.rmtree(leftover, ignore_errors=True)

    def names(self) -> list[str]:
        """List the projects by name."""
        return sorted(path.parent.name for path in self._folder.glob("*/project.json"))

    def create(self, name: str, store: str = "") -> Project:
        """Make a project.

        Args:
            store: name of the remote store that holds its graphs; empty: an embedded one.

        Raises:
            BadInput: the name cannot be part of an IRI, or there is no such store.
            Conflict: there is one with this name.
        """
        names = ProjectNames(self._base, name)
        folder = self._folder / name
        if store:
            # Before anything is made: it must answer, and hold no other project.
            RemoteGraphs(self._address(store).store(), names).read_state()
        with self._lock:
            if (folder / "project.json").exists():
                raise Conflict(f"There is a project {name!r} already.")
            if folder.exists():
                # Somebody who still read a deleted project made it anew in parts.
                self._bury(folder)
            temporary = self._folder / f".{name}"
            temporary.mkdir()
            about = {"base": names.base, "project": name, "created": self._clock().isoformat()}
            about |= {"store": store} if store else {}
            (temporary / "project.json").write_text(json.dumps(about), encoding="utf-8")
            temporary.rename(folder)
        return self.get(name)

    def get(self, name: str) -> Project:
        """Open a project.

        Raises:
            NotFound: there is none with this name.
        """
        if name in self._instead:
            return self._instead[name]
        with self._lock:
            if name not in self._open:
                self._open[name] = self._load(name)
            return self._open[name]

    def with_project(self, project: Project) -> "Projects":
        """Give the same projects, among which `project` stands for the one of its name."""
        projects = copy.copy(self)
        projects._instead = {project.names.project: project}
        return projects

    def delete(self, name: str) -> None:
        """Remove a project with all its data, at once for every reader.

        Raises:
            NotFound: there is none with this name.
            PreconditionFailed: its precondition does not hold; nothing was removed.
        """
        project = self.get(name)
        project.close()
        with self._lock:
            if name not in self._open or self._open[name].dataset is not project.dataset:
                raise NotFound(_no_project(name))
            # Whatever comes next: what is closed is of no use to anybody.
            del self._open[name]
            if isinstance(project.dataset, RemoteDataset):
                project.dataset.remote.erase()
            self._bury(self._folder / name)

    def close(self) -> None:
        """Close all datasets."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].dataset.close()

    def _bury(self, folder: Path) -> None:
        """Remove a folder at once; what a process still writes there goes at the next start."""
        grave = self._folder / f".{folder.name}-{secrets.token_hex(8)}"
        folder.rename(grave)
        shutil.rmtree(grave, ignore_errors=True)

    def _load(self, name: str) -> Project:
        path = self._folder / name / "project.json"
        # Unlike the method of `Path`, this function takes names that no file can have.
        if "/" in name or name.startswith(".") or not os.path.isfile(path):
            raise NotFound(_no_project(name))
        about = json.loads(path.read_text(encoding="utf-8"))
        names = ProjectNames(about["base"], about["project"])
        dataset = self._dataset(path.parent, names, about.get("store", ""))
        return Project(dataset, Snapshots(dataset), about["created"])

    def _dataset(self, folder: Path, names: ProjectNames, store: str) -> ProjectDataset:
        keep = self._keep_checkpoints
        if not store:
            return Dataset(folder, names, self._clock, keep_checkpoints=keep)
        remote = self._address(store).store()
        return RemoteDataset(folder, names, remote, self._clock, keep_checkpoints=keep)

    def _address(self, store: str) -> RemoteAddress:
        if store not in self._stores:
            known = ", ".join(sorted(self._stores)) or "none"
            raise BadInput(f"There is no remote store {store!r}; the settings name these: {known}.")
        return self._stores[store]


def _no_project(name: str) -> str:
    return f"There is no project {name!r}."
