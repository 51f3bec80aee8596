"""The projects of a data folder: one dataset each, opened when needed, owned by one process."""

import copy
import json
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

from graph.changes import ChangeSet, Commit
from graph.checkpoints import KEPT
from graph.dataset import Clock, Dataset, Guard, Progress, utc_now
from graph.errors import Conflict, NotFound
from graph.names import ProjectNames
from graph.precondition import Precondition
from graph.snapshots import Overlay, Snapshots
from graph.store import GraphReader
from graph.terms import NamedNode


@dataclass(frozen=True, eq=False)
class Project:
    """An open project: its dataset and the checkpoints that readers use.

    Commits heed `precondition`, where there is one.
    """

    dataset: Dataset
    snapshots: Snapshots
    created: str
    precondition: Precondition | None = None

    @property
    def names(self) -> ProjectNames:
        """The IRIs of the project."""
        return self.dataset.names

    def reader(self, *graphs: NamedNode) -> GraphReader:
        """Read the union of `graphs`, each also by its name; for this program's own queries."""
        default = graphs or self.names.default_graphs
        return self.dataset.reader(default, default)

    def commit(
        self,
        change: ChangeSet,
        *,
        replacing: tuple[NamedNode, ...] = (),
        guard: Guard | None = None,
        progress: Progress | None = None,
    ) -> Commit:
        """Make a change; see `Dataset.commit`."""
        condition = self.precondition
        if condition:
            guard = condition.guard(self.dataset, guard)
        commit = self.dataset.commit(change, replacing=replacing, guard=guard, progress=progress)
        if condition:
            condition.committed = commit.sequence
        return commit

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
    """

    def __init__(
        self,
        folder: Path,
        base: str,
        clock: Clock = utc_now,
        *,
        keep_checkpoints: int = KEPT,
    ) -> None:
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

    def create(self, name: str) -> Project:
        """Make a project.

        Raises:
            BadInput: the name cannot be part of an IRI.
            Conflict: there is one with this name.
        """
        names = ProjectNames(self._base, name)
        folder = self._folder / name
        with self._lock:
            if folder.exists():
                raise Conflict(f"There is a project {name!r} already.")
            temporary = self._folder / f".{name}"
            temporary.mkdir()
            about = {"base": names.base, "project": name, "created": self._clock().isoformat()}
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
        """Remove a project with all its data, at once for every reader."""
        project = self.get(name)
        with self._lock:
            self._open.pop(name)
            project.dataset.close()
            grave = self._folder / f".{name}"
            (self._folder / name).rename(grave)
            shutil.rmtree(grave)

    def close(self) -> None:
        """Close all datasets."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].dataset.close()

    def _load(self, name: str) -> Project:
        path = self._folder / name / "project.json"
        if "/" in name or name.startswith(".") or not path.is_file():
            raise NotFound(f"There is no project {name!r}.")
        about = json.loads(path.read_text(encoding="utf-8"))
        names = ProjectNames(about["base"], about["project"])
        keep = self._keep_checkpoints
        dataset = Dataset(path.parent, names, self._clock, keep_checkpoints=keep)
        return Project(dataset, Snapshots(dataset), about["created"])
