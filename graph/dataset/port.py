"""The port to a project's data: a log of commits, and the graphs as they are after the newest."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from graph.blobs import BlobStore
from graph.changes import ChangeSet, Commit
from graph.dataset.checkpoints import Checkpoints
from graph.dataset.log import CommitLog
from graph.names import ProjectNames
from graph.store import GraphReader
from graph.terms import NamedNode, Quad


class ProjectDataset(Protocol):
    """What `graph.dataset.dataset.Dataset` and `graph.remote.dataset.RemoteDataset` both offer."""

    folder: Path
    names: ProjectNames
    blobs: BlobStore
    log: CommitLog
    checkpoints: Checkpoints
    sequence: int
    knowledge_sequence: int

    def reader(
        self, default_graphs: Iterable[NamedNode] | None = None, named: Iterable[NamedNode] = ()
    ) -> GraphReader:
        """Bind a reader to the live graphs, for this program's own queries only."""
        ...

    def graphs(self) -> list[NamedNode]:
        """List the named graphs of the project."""
        ...

    def quads(self, graph: NamedNode) -> Iterable[Quad]:
        """Iterate over the quads of a graph."""
        ...

    def count(self, graph: NamedNode) -> int:
        """Count the triples of a graph."""
        ...

    def commit_iri(self, sequence: int) -> NamedNode:
        """Name a commit."""
        ...

    def commit(
        self,
        change: ChangeSet,
        *,
        replacing: tuple[NamedNode, ...] = (),
        expected: int | None = None,
        guard: Callable[[GraphReader], None] | None = None,
        progress: Callable[[int], None] | None = None,
        gated: bool = True,
    ) -> Commit:
        """Make a change durable, then visible; see `graph.dataset.dataset.Dataset.commit`."""
        ...

    def preload(self, file: Path) -> None:
        """Begin to load a file that is still being written, if that can be done unseen."""
        ...

    def checkpoint(self, path: Path) -> int:
        """Write the newest state to an embedded store in `path`; gives its sequence number."""
        ...

    def checkpoint_at(self, path: Path, sequence: int) -> None:
        """Write the state at a commit to an embedded store in `path`; raises `NotFound`."""
        ...

    def note_damage(self) -> None:
        """Have what is found damaged built anew."""
        ...

    def history_bytes(self) -> int:
        """Count the bytes on disk that only the kept checkpoints hold."""
        ...

    def close(self) -> None:
        """Release what the dataset holds."""
        ...
