"""A project's data: a log of commits, and the graphs as they are after the newest."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from graph.blobs import BlobStore
from graph.changes import ChangeSet, Commit
from graph.dataset.checkpoints import Checkpoints
from graph.dataset.commits import commit_iri
from graph.dataset.log import CommitLog
from graph.dataset.request import CommitRequest, Guard, Progress
from graph.errors import NotFound
from graph.names import ProjectNames
from graph.store import GraphReader
from graph.terms import NamedNode, Quad


class ProjectDataset(Protocol):
    """What `graph.dataset.dataset.Dataset` and `graph.remote.dataset.RemoteDataset` both are."""

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
        return commit_iri(self.names, sequence)

    def commit(
        self,
        change: ChangeSet,
        *,
        replacing: tuple[NamedNode, ...] = (),
        expected: int | None = None,
        guard: Guard | None = None,
        progress: Progress | None = None,
        gated: bool = True,
    ) -> Commit:
        """Make a change durable, then visible.

        Args:
            change: quads to add and remove; blank nodes get the project's skolem IRIs.
            replacing: graphs whose content becomes exactly what `change.added` adds to them; no
                file of the change may write to them.
            expected: number of the newest commit the caller has seen.
            guard: called under the write lock with a reader of the meta graph; may raise.
            progress: called with the bytes read so far while files are loaded.
            gated: whether the gates of the graphs apply.

        Raises:
            Conflict: there is a newer commit than `expected`.
            ShapesBroken: it would bring violations to a graph whose gate blocks.
            BadInput: a file of the change is no N-Quads, or does not hold what it must.
            LogDamaged: another owner wrote to a remote store; nothing was changed there.
            StoreUnavailable: the log, the loader or a remote store failed. What the log has by
                then is applied as soon as that can be done; else nothing was changed.
        """
        request = CommitRequest(change, replacing, expected, guard, progress, gated)
        return self.commit_bulk(request) if change.bulk else self.commit_quads(request)

    def commit_quads(self, request: CommitRequest) -> Commit:
        """Make a change that has no files; see `commit`."""
        ...

    def commit_bulk(self, request: CommitRequest) -> Commit:
        """Make a change that has files; see `commit`."""
        ...

    def preload(self, file: Path) -> None:
        """Begin to load a file that is still being written, if that can be done unseen."""
        ...

    def checkpoint(self, path: Path) -> int:
        """Write the newest state to an embedded store in `path`; gives its sequence number."""
        ...

    def checkpoint_at(self, path: Path, sequence: int) -> None:
        """Write the state at a commit to an embedded store in `path`, which must not exist.

        Raises:
            NotFound: there is no such commit.
        """
        if not 0 <= sequence <= self.log.sequence:
            raise NotFound(
                f"There is no commit {sequence}; the newest is commit {self.log.sequence}."
            )
        self.build(path, sequence)

    def build(self, path: Path, sequence: int) -> None:
        """Write the state at a commit that there is; see `checkpoint_at`."""
        ...

    def note_damage(self) -> None:
        """Have what is found damaged built anew."""
        ...

    def history_bytes(self) -> int:
        """Count the bytes on disk that only the kept checkpoints hold."""
        ...

    def close(self, guard: Guard | None = None) -> None:
        """Release what the dataset holds.

        Args:
            guard: called first, under the write lock, with a reader of the meta graph; may raise,
                and then the dataset stays open.
        """
        ...
