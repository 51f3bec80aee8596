"""A dataset: one project's store with its commit log, owned by this process.

The log is the truth: a commit is appended and synced there, then applied to the store in one
update that also sets the sequence number. Opening compares the two and catches the store up.
A bulk import is loaded into a clone, caught up with what was committed since, and switched in by
one rename. Measured: `docs/architecture.md`.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from graph.blobs import BlobStore
from graph.changes import ChangeSet, Commit, write_patch
from graph.errors import Conflict, LogDamaged, StoreUnavailable
from graph.loader import load_files
from graph.log import CommitLog, LogRecord, read_log
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.records import Facts, record_quads
from graph.store import GraphReader
from graph.terms import BlankNode, Literal, NamedNode, Quad, Subject, Term
from graph.vocab import MIMIR, PROV, RDF, RDFS

_STATE = NamedNode("urn:mimir:state")
_SEQUENCE = NamedNode("urn:mimir:sequence")
_QUERY_STATE = "SELECT ?n WHERE { <urn:mimir:state> <urn:mimir:sequence> ?n }"

Clock = Callable[[], datetime]
Progress = Callable[[int], None]
Guard = Callable[[GraphReader], None]


def utc_now() -> datetime:
    """Give the current time in UTC."""
    return datetime.now(UTC)


class Dataset:
    """The store and log of one project in one folder; the process that opens it owns it.

    Args:
        folder: made when absent; holds `log.rdfp`, `stores/`, `current`, `blobs/`, `snapshots/`.
        names: the project's IRIs.
        clock: gives the time that commits are stamped with.

    Raises:
        StoreInUse: another process has the store open.
        LogDamaged: the log does not verify, or the store is ahead of it.
    """

    def __init__(self, folder: Path, names: ProjectNames, clock: Clock = utc_now) -> None:
        self.folder = folder
        self.names = names
        self.blobs = BlobStore(folder / "blobs")
        self._clock = clock
        self._lock = threading.RLock()
        self._bulk_lock = threading.Lock()
        self._stores = folder / "stores"
        self._stores.mkdir(parents=True, exist_ok=True)
        self._clean()
        self.log = CommitLog(folder / "log.rdfp")
        self._store = OxigraphStore(self._current())
        self.sequence = _sequence(self._store)
        self._catch_up()

    def reader(
        self, default_graphs: Iterable[NamedNode] | None = None, named: Iterable[NamedNode] = ()
    ) -> GraphReader:
        """Bind a reader to the live store, for this program's own queries only."""
        default = self.names.default_graphs if default_graphs is None else tuple(default_graphs)
        return self._store.reader(default, tuple(named))

    def graphs(self) -> list[NamedNode]:
        """List the named graphs of the project."""
        return [graph for graph in self._store.graphs() if graph != _STATE]

    def count(self, graph: NamedNode) -> int:
        """Count the triples of a graph."""
        return self._store.count(graph)

    def commit_iri(self, sequence: int) -> NamedNode:
        """Name a commit."""
        return self.names.record("commit", str(sequence))

    def commit(
        self,
        change: ChangeSet,
        *,
        replacing: tuple[NamedNode, ...] = (),
        expected: int | None = None,
        guard: Guard | None = None,
        progress: Progress | None = None,
    ) -> Commit:
        """Make a change durable, then visible.

        Args:
            change: quads to add and remove; blank nodes get the project's skolem IRIs.
            replacing: graphs whose content becomes exactly what `change` adds to them.
            expected: number of the newest commit the caller has seen.
            guard: called under the write lock with a reader of the meta graph; may raise.
            progress: called with the bytes read so far while files are loaded.

        Raises:
            Conflict: there is a newer commit than `expected`.
        """
        if change.bulk:
            return self._commit_bulk(change, guard, progress)
        with self._lock:
            self._check(expected, guard)
            added, removed = self._effective(change, replacing)
            if not added and not removed:
                return Commit(self.commit_iri(self.sequence), self.sequence, 0, 0)
            self._catch_up()
            text, quads = self._record(change, added, removed, len(added), len(removed))
            number = self.log.append(text)
            self._apply(number, quads, removed)
            return Commit(self.commit_iri(number), number, len(added), len(removed))

    def checkpoint(self, path: Path) -> int:
        """Write a hard-linked copy of the store to `path`; gives its sequence number."""
        with self._lock:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._store.checkpoint(path)
            return self.sequence

    def close(self) -> None:
        """Release log and store."""
        with self._lock:
            self.log.close()
            self._store.close()

    def _check(self, expected: int | None, guard: Guard | None) -> None:
        if expected is not None and expected != self.sequence:
            raise Conflict(
                f"The graph is at commit {self.sequence}, not {expected}. "
                "Read it again and repeat the change."
            )
        if guard:
            guard(self.reader([self.names.meta]))

    def _effective(
        self, change: ChangeSet, replacing: tuple[NamedNode, ...]
    ) -> tuple[list[Quad], list[Quad]]:
        wanted = dict.fromkeys(self._skolemised(quad) for quad in change.added)
        gone = dict.fromkeys(self._skolemised(quad) for quad in change.removed)
        for graph in replacing:
            gone.update(dict.fromkeys(self._store.quads(graph)))
        added = [quad for quad in wanted if not self._store.contains(quad)]
        removed = [quad for quad in gone if quad not in wanted and self._store.contains(quad)]
        return added, removed

    def _record(
        self,
        change: ChangeSet,
        added: list[Quad],
        removed: list[Quad],
        added_count: int,
        removed_count: int,
    ) -> tuple[bytes, list[Quad]]:
        number = self.log.sequence + 1
        iri = self.commit_iri(number)
        header = {"id": iri.value, "prev": self.commit_iri(number - 1).value}
        header |= {"author": change.author, "reason": change.reason}
        if change.added_file:
            header["added-file"] = change.added_file
        if change.removed_file:
            header["removed-file"] = change.removed_file
        facts: Facts = {
            RDF.type: MIMIR.Commit,
            PROV.endedAtTime: self._clock(),
            MIMIR.author: change.author,
            RDFS.comment: change.reason,
            MIMIR.sequence: number,
            MIMIR.confidence: change.confidence,
            MIMIR.triplesAdded: added_count,
            MIMIR.triplesRemoved: removed_count,
        }
        activity = record_quads(iri, facts, self.names.meta)
        quads = [*added, *activity]
        return write_patch(header, quads, removed), quads

    def _apply(self, number: int, added: Iterable[Quad], removed: Iterable[Quad]) -> None:
        state = [Quad(_STATE, _SEQUENCE, Literal(number), _STATE)]
        before = [Quad(_STATE, _SEQUENCE, Literal(number - 1), _STATE)]
        try:
            self._store.apply([*added, *state], [*removed, *before])
            self.sequence = number
        except StoreUnavailable:
            # The record is safe in the log. An engine that ran out of disk stays stuck until it
            # is opened again; if that fails too, the next commit or start tries once more.
            self._reopen()

    def _reopen(self) -> None:
        self._store.close()
        self._store = OxigraphStore(self._current())
        self.sequence = _sequence(self._store)
        self._catch_up()

    def _catch_up(self) -> None:
        if self.sequence > self.log.sequence:
            raise LogDamaged(
                f"The store holds commit {self.sequence}, but the log ends at "
                f"{self.log.sequence}: the log of {self.folder} was cut. Restore it from a copy."
            )
        if self.sequence < self.log.sequence:
            for record in read_log(self.log.path, after=self.sequence):
                self._replay(record)

    def _replay(self, record: LogRecord) -> None:
        patch = record.patch()
        files = patch.header.get("added-file"), patch.header.get("removed-file")
        if any(files):
            clone = self._clone()
            load_files(clone, *self._files(*files))
            self._switch(clone, record.sequence, patch.added, patch.removed)
        else:
            self._apply(record.sequence, patch.added, patch.removed)

    def _commit_bulk(
        self, change: ChangeSet, guard: Guard | None, progress: Progress | None
    ) -> Commit:
        with self._bulk_lock:
            clone, start = self._clone(), self.sequence
            files = self._files(change.added_file, change.removed_file)
            try:
                counts = load_files(clone, *files, progress)
            except StoreUnavailable:
                shutil.rmtree(clone, ignore_errors=True)
                raise
            with self._lock:
                return self._promote(clone, start, change, counts, guard)

    def _promote(
        self,
        clone: Path,
        start: int,
        change: ChangeSet,
        counts: tuple[int, int],
        guard: Guard | None,
    ) -> Commit:
        try:
            self._check(None, guard)
        except BaseException:
            shutil.rmtree(clone, ignore_errors=True)
            raise
        added, removed = self._effective(replace(change, added_file=None, removed_file=None), ())
        totals = counts[0] + len(added), counts[1] + len(removed)
        text, quads = self._record(change, added, removed, *totals)
        store = OxigraphStore(clone)
        for record in read_log(self.log.path, after=start):
            patch = record.patch()
            store.apply(patch.added, patch.removed)
        store.close()
        number = self.log.append(text)
        self._switch(clone, number, quads, removed)
        return Commit(self.commit_iri(number), number, *totals)

    def _files(self, *names: str | None) -> tuple[Path | None, Path | None]:
        added, removed = (self.blobs.path(name) if name else None for name in names)
        return added, removed

    def _clone(self) -> Path:
        numbers = [int(path.name) for path in self._stores.iterdir() if path.name.isdigit()]
        path = self._stores / str(max(numbers, default=0) + 1)
        self.checkpoint(path)
        return path

    def _switch(
        self, clone: Path, number: int, added: Iterable[Quad], removed: Iterable[Quad]
    ) -> None:
        store = OxigraphStore(clone)
        old_state = [Quad(_STATE, _SEQUENCE, Literal(_sequence(store)), _STATE)]
        state = [Quad(_STATE, _SEQUENCE, Literal(number), _STATE)]
        store.apply([*added, *state], [*removed, *old_state])
        store.flush()
        old = self._current()
        _point(self.folder / "current", clone)
        self._store, previous = store, self._store
        self.sequence = number
        previous.close()
        shutil.rmtree(old, ignore_errors=True)

    def _current(self) -> Path:
        pointer = self.folder / "current"
        if not pointer.is_symlink():
            first = self._stores / "1"
            first.mkdir(exist_ok=True)
            _point(pointer, first)
        return self._stores / os.readlink(pointer).rsplit("/", 1)[-1]

    def _clean(self) -> None:
        current = self._current()
        for path in self._stores.iterdir():
            if path != current:
                shutil.rmtree(path, ignore_errors=True)
        shutil.rmtree(self.folder / "snapshots", ignore_errors=True)
        self.blobs.sweep()

    def _skolemised(self, quad: Quad) -> Quad:
        subject, value = self._skolem(quad.subject), self._skolem(quad.object)
        return Quad(subject, quad.predicate, value, quad.graph_name)  # type: ignore[arg-type]

    def _skolem(self, term: Subject | Term) -> Subject | Term:
        if isinstance(term, BlankNode):
            return NamedNode(f"{self.names.skolem}{term.value}")
        return term


def _sequence(store: OxigraphStore) -> int:
    rows = store.reader([_STATE]).select(_QUERY_STATE).rows
    return max((int(getattr(row[0], "value", "0")) for row in rows), default=0)


def _point(pointer: Path, target: Path) -> None:
    temporary = pointer.with_name(".current")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target.relative_to(pointer.parent))
    temporary.replace(pointer)
    for folder in (pointer.parent, target):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
