"""A dataset: one project's store with its commit log, owned by this process.

The log is the truth: a commit is appended and synced there, then applied to the store in one
update that also sets the sequence number. Commits that wait at the same time share one sync.
Opening compares the two and catches the store up. A bulk import is loaded into a clone, caught up
with what was committed since, and switched in by one rename. Measured: `docs/architecture.md`.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from graph.blobs import BlobStore
from graph.changes import ChangeSet, Commit, write_patch
from graph.checkpoints import EVERY, KEPT, STATE, Checkpoints, read_sequence, state_quad
from graph.errors import Conflict, LogDamaged, MimirError, NotFound, StoreUnavailable
from graph.group_commit import CommitQueue, StoreAhead, WaitingChange
from graph.loader import load_files
from graph.log import CommitLog, LogRecord, read_log
from graph.names import ProjectNames
from graph.owner import OwnerLock
from graph.oxigraph import OxigraphReader, OxigraphStore
from graph.records import Facts, record_quads
from graph.store import GraphReader
from graph.terms import BlankNode, NamedNode, Quad, Subject, Term
from graph.vocab import MIMIR, PROV, RDF, RDFS

Clock = Callable[[], datetime]
Progress = Callable[[int], None]
Guard = Callable[[GraphReader], None]


def utc_now() -> datetime:
    """Give the current time in UTC."""
    return datetime.now(UTC)


class Dataset:
    """The store and log of one project in one folder; the process that opens it owns it.

    Args:
        folder: made when absent; holds `log.rdfp`, `stores/`, `current`, `blobs/`, `snapshots/`,
            `checkpoints/`.
        names: the project's IRIs.
        clock: gives the time that commits are stamped with.
        keep_checkpoints: how many states of the past are kept ready.

    Raises:
        StoreInUse: another process, or another object of this one, has the dataset open.
        LogDamaged: the log does not verify, or the store is ahead of it.
    """

    def __init__(
        self,
        folder: Path,
        names: ProjectNames,
        clock: Clock = utc_now,
        *,
        keep_checkpoints: int = KEPT,
    ) -> None:
        self.folder = folder
        self.names = names
        self.blobs = BlobStore(folder / "blobs")
        self._clock = clock
        self._lock = threading.RLock()
        self._bulk_lock = threading.Lock()
        self._queue = CommitQueue()
        self._stores = folder / "stores"
        self._stores.mkdir(parents=True, exist_ok=True)
        # Before anything else: cleaning up below would take an owner's work from under it.
        self._owner = OwnerLock(folder)
        with ExitStack() as opened:
            opened.callback(self._owner.release)
            self._clean()
            self.log = CommitLog(folder / "log.rdfp")
            opened.callback(self.log.close)
            self.checkpoints = Checkpoints(folder / "checkpoints", keep_checkpoints)
            self.checkpoints.drop_after(self.log.sequence)
            self._store = self._opened_store()
            opened.callback(lambda: self._store.close())  # noqa: PLW0108 - catching up replaces it
            self.sequence = read_sequence(self._store)
            self._catch_up()
            self.knowledge_sequence = self.sequence
            opened.pop_all()

    def reader(
        self, default_graphs: Iterable[NamedNode] | None = None, named: Iterable[NamedNode] = ()
    ) -> GraphReader:
        """Bind a reader to the live store, for this program's own queries only."""
        default = self.names.default_graphs if default_graphs is None else tuple(default_graphs)
        return OxigraphReader(lambda: self._store.engine, default, tuple(named))

    def graphs(self) -> list[NamedNode]:
        """List the named graphs of the project."""
        return [graph for graph in self._store.graphs() if graph != STATE]

    def quads(self, graph: NamedNode) -> Iterable[Quad]:
        """Iterate over the quads of a graph."""
        return self._store.quads(graph)

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
            replacing: graphs whose content becomes exactly what `change.added` adds to them; no
                file of the change may write to them.
            expected: number of the newest commit the caller has seen.
            guard: called under the write lock with a reader of the meta graph; may raise.
            progress: called with the bytes read so far while files are loaded.

        Raises:
            Conflict: there is a newer commit than `expected`.
            BadInput: a file of the change is no N-Quads.
            StoreUnavailable: the log or the loader failed; nothing was changed.
        """
        if change.bulk:
            return self._commit_bulk(change, replacing, expected, guard, progress)
        waiting = WaitingChange(change, replacing)
        if replacing or guard or expected is not None:
            # What depends on the state at its turn, or on this very thread, goes alone.
            with self._lock:
                self._recover()
                self._check(expected, guard)
                self._write([waiting])
        else:
            self._queue.enter(waiting)
            if not waiting.ended:
                self._write_queue()
        return waiting.result()

    def _write_queue(self) -> None:
        batch: list[WaitingChange] = []
        try:
            with self._lock:
                batch = self._queue.take()
                self._recover()
                self._write(batch)
        except MimirError as error:
            for waiting in batch:
                waiting.fail(error)
        finally:
            self._queue.leave(batch)

    def _write(self, batch: list[WaitingChange]) -> None:
        """Log all changes with one sync, then apply them one by one."""
        ahead = StoreAhead(self._store)
        first = self.log.sequence
        records: list[tuple[bytes, list[Quad], list[Quad], WaitingChange, Commit]] = []
        for waiting in batch:
            added, removed = self._effective(waiting.change, waiting.replacing, ahead)
            if not added and not removed:
                number = first + len(records)
                waiting.commit = Commit(self.commit_iri(number), number, 0, 0)
                continue
            totals = self._knowledge(added), self._knowledge(removed)
            number = first + len(records) + 1
            text, quads = self._record(number, waiting.change, added, removed, *totals)
            commit = Commit(self.commit_iri(number), number, *totals)
            records.append((text, quads, removed, waiting, commit))
            if waiting is not batch[-1]:
                ahead.apply(quads, removed)
        if records:
            self.log.append(*(record[0] for record in records))
        for _, quads, removed, waiting, commit in records:
            self._apply(commit.sequence, quads, removed)
            if commit.added or commit.removed:
                self.knowledge_sequence = commit.sequence
            waiting.commit = commit

    def checkpoint(self, path: Path) -> int:
        """Write a hard-linked copy of the store to `path`; gives its sequence number."""
        with self._lock:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._store.checkpoint(path)
            return self.sequence

    def checkpoint_at(self, path: Path, sequence: int) -> None:
        """Write a copy of the state at a commit to `path`, which must not exist.

        Raises:
            NotFound: there is no such commit.
        """
        if not 0 <= sequence <= self.log.sequence:
            raise NotFound(
                f"There is no commit {sequence}; the newest is commit {self.log.sequence}."
            )
        with self._lock:
            if sequence == self.sequence:
                self.checkpoint(path)
                return
        self.checkpoints.build(path, sequence, self.log.path, self.blobs)

    def history_bytes(self) -> int:
        """Count the bytes on disk that only the kept checkpoints hold."""
        return self.checkpoints.bytes_beside(self._current())

    def close(self) -> None:
        """Release log and store."""
        with self._lock:
            self.log.close()
            self._store.close()
            self._owner.release()

    def _check(self, expected: int | None, guard: Guard | None) -> None:
        if expected is not None and expected != self.sequence:
            raise Conflict(
                f"The graph is at commit {self.sequence}, not {expected}. "
                "Read it again and repeat the change."
            )
        if guard:
            guard(self.reader([self.names.meta]))

    def _effective(
        self, change: ChangeSet, replacing: tuple[NamedNode, ...], state: StoreAhead
    ) -> tuple[list[Quad], list[Quad]]:
        # The engine keeps "05"^^xsd:integer as "5", so only an engine tells which quads are one.
        wanted, gone = OxigraphStore(), OxigraphStore()
        added = _first(wanted, (self._skolemised(quad) for quad in change.added))
        removed = _first(gone, (self._skolemised(quad) for quad in change.removed))
        removed += _first(gone, self._no_longer_inferred(added))
        for graph in replacing:
            removed += _first(gone, self._store.quads(graph))
        return (
            [quad for quad in added if not state.contains(quad)],
            [q for q in removed if not wanted.contains(q) and state.contains(q)],
        )

    def _no_longer_inferred(self, added: list[Quad]) -> Iterator[Quad]:
        """Give what is asserted now as it stands among the inferred: the graphs stay disjoint."""
        inferred = self.names.inferred
        asserted = (self.names.data, self.names.ontology)
        for quad in added:
            if quad.graph_name in asserted:
                yield Quad(quad.subject, quad.predicate, quad.object, inferred)

    def _knowledge(self, quads: list[Quad]) -> int:
        return sum(quad.graph_name != self.names.meta for quad in quads)

    def _record(
        self,
        number: int,
        change: ChangeSet,
        added: list[Quad],
        removed: list[Quad],
        added_count: int,
        removed_count: int,
        base: int | None = None,
    ) -> tuple[bytes, list[Quad]]:
        iri = self.commit_iri(number)
        header = {"id": iri.value, "prev": self.commit_iri(number - 1).value}
        header |= {"author": change.author, "reason": change.reason}
        if change.source:
            header["source"] = change.source
        if change.added_file:
            header["added-file"] = change.added_file
        if change.removed_file:
            header["removed-file"] = change.removed_file
        if base is not None:
            header["base"] = str(base)
        if change.undoes:
            header["undoes"] = change.undoes
        if change.restores:
            header["restores"] = change.restores
        facts: Facts = {
            RDF.type: MIMIR.Commit,
            PROV.endedAtTime: self._clock(),
            MIMIR.author: change.author,
            RDFS.comment: change.reason,
            MIMIR.sequence: number,
            PROV.wasInformedBy: NamedNode(change.source) if change.source else None,
            MIMIR.confidence: change.confidence,
            MIMIR.triplesAdded: added_count,
            MIMIR.triplesRemoved: removed_count,
            MIMIR.undoes: NamedNode(change.undoes) if change.undoes else None,
            MIMIR.restores: NamedNode(change.restores) if change.restores else None,
        }
        activity = record_quads(iri, facts, self.names.meta)
        quads = [*added, *activity]
        return write_patch(header, quads, removed), quads

    def _put(self, number: int, added: Iterable[Quad], removed: Iterable[Quad]) -> None:
        self._store.apply([*added, state_quad(number)], [*removed, state_quad(number - 1)])
        self.sequence = number

    def _apply(self, number: int, added: Iterable[Quad], removed: Iterable[Quad]) -> None:
        if number <= self.sequence:
            # The store was opened again meanwhile and has caught up with the whole log.
            return
        try:
            self._put(number, added, removed)
        except StoreUnavailable:
            # The record is safe in the log. An engine that ran out of disk stays stuck until it
            # is opened again; if that fails too, the next commit or start tries once more.
            self._reopen()
        if number % EVERY == 0:
            self.checkpoints.take(self._store, number)

    def _recover(self) -> None:
        if self.sequence < self.log.sequence:
            self._reopen()

    def _reopen(self) -> None:
        self._store.close()
        self._store = OxigraphStore(self._current())
        self.sequence = read_sequence(self._store)
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
            # Commits made while the files were loaded stand before the record but won over it.
            base = int(patch.header.get("base", record.sequence - 1))
            self._repeat(clone, base, record.sequence - 1)
            self._switch(clone, record.sequence, patch.added, patch.removed)
        else:
            self._put(record.sequence, patch.added, patch.removed)

    def _commit_bulk(
        self,
        change: ChangeSet,
        replacing: tuple[NamedNode, ...],
        expected: int | None,
        guard: Guard | None,
        progress: Progress | None,
    ) -> Commit:
        with self._bulk_lock:
            files = self._files(change.added_file, change.removed_file)
            with self._lock:
                self._recover()
                self._check(expected, guard)
                clone, start = self._clone(), self.sequence
            with ExitStack() as failed:
                failed.callback(shutil.rmtree, clone, ignore_errors=True)
                counts = load_files(clone, *files, progress, change.expected)
                with self._lock:
                    self._check(expected, guard)
                    prepared = self._prepare(clone, start, change, replacing, counts)
                    text, quads, removed, totals = prepared
                    number = self.log.append(text)
                    failed.pop_all()
                    self._switch(clone, number, quads, removed)
                    self.knowledge_sequence = number
            return Commit(self.commit_iri(number), number, *totals)

    def _prepare(
        self,
        clone: Path,
        start: int,
        change: ChangeSet,
        replacing: tuple[NamedNode, ...],
        counts: tuple[int, int],
    ) -> tuple[bytes, list[Quad], list[Quad], tuple[int, int]]:
        added, removed = self._effective(change, replacing, StoreAhead(self._store))
        totals = counts[0] + self._knowledge(added), counts[1] + self._knowledge(removed)
        number = self.log.sequence + 1
        text, quads = self._record(number, change, added, removed, *totals, base=start)
        self._repeat(clone, start, self.log.sequence)
        return text, quads, removed, totals

    def _repeat(self, clone: Path, base: int, last: int) -> None:
        """Apply the records after `base` up to `last` to a clone that files were loaded into."""
        store = OxigraphStore(clone)
        for record in read_log(self.log.path, after=base):
            if record.sequence <= last:
                patch = record.patch()
                store.apply(patch.added, patch.removed)
        store.close()

    def _files(self, *names: str | None) -> tuple[Path | None, Path | None]:
        added, removed = (self.blobs.path(name) if name else None for name in names)
        return added, removed

    def _clone(self) -> Path:
        path = self._free_place()
        self.checkpoint(path)
        return path

    def _free_place(self) -> Path:
        numbers = [int(path.name) for path in self._stores.iterdir() if path.name.isdigit()]
        return self._stores / str(max(numbers, default=0) + 1)

    def _switch(
        self, clone: Path, number: int, added: Iterable[Quad], removed: Iterable[Quad]
    ) -> None:
        store = OxigraphStore(clone)
        old_state = state_quad(read_sequence(store))
        store.apply([*added, state_quad(number)], [*removed, old_state])
        store.flush()
        old, sequence = self._current(), self.sequence
        point_to(self.folder / "current", clone)
        self._store, previous = store, self._store
        self.sequence = number
        previous.close()
        self.checkpoints.adopt(old, sequence)
        self.checkpoints.take(store, number)

    def _opened_store(self) -> OxigraphStore:
        try:
            return OxigraphStore(self._current())
        except RuntimeError:
            # The engine finds its files damaged: the log has it all.
            broken = self._current()
            fresh = self._free_place()
            self.checkpoints.build(fresh, self.log.sequence, self.log.path, self.blobs)
            point_to(self.folder / "current", fresh)
            shutil.rmtree(broken, ignore_errors=True)
            return OxigraphStore(fresh)

    def _current(self) -> Path:
        pointer = self.folder / "current"
        if not pointer.is_symlink():
            first = self._stores / "1"
            first.mkdir(exist_ok=True)
            point_to(pointer, first)
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


def _first(seen: OxigraphStore, quads: Iterable[Quad]) -> list[Quad]:
    """Give the quads that `seen` lacks, each once, and put them there."""
    fresh = []
    for quad in quads:
        if not seen.contains(quad):
            seen.engine.add(quad)
            fresh.append(quad)
    return fresh


def point_to(pointer: Path, target: Path) -> None:
    """Make a symbolic link lead to `target`, atomically and durably."""
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
