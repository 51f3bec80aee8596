"""A dataset: one project's store with its commit log, owned by this process.

The log is the truth: a commit is appended and synced there, then applied to the store in one
update that also sets the sequence number. Commits that wait at the same time share one sync.
Opening compares the two and catches the store up. A bulk import is loaded into a clone, caught up
with what was committed since, and switched in by one rename. Measured: `docs/architecture.md`.
"""

import shutil
import threading
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from graph.blobs import BlobStore
from graph.changes import Commit
from graph.dataset.bulk_loads import BulkLoads
from graph.dataset.checkpoints import (
    EVERY,
    KEPT,
    STATE,
    Checkpoints,
    load_record,
    read_sequence,
    record_files,
    repeat_records,
    state_quad,
)
from graph.dataset.commits import write_commit
from graph.dataset.effects import Effect, find_effect
from graph.dataset.group_commit import CommitQueue, StoreAhead, WaitingChange
from graph.dataset.log import CommitLog, LogRecord, read_log
from graph.dataset.owner import OwnerLock
from graph.dataset.port import ProjectDataset
from graph.dataset.request import Clock, CommitRequest, Guard, utc_now
from graph.dataset.store_folders import StoreFolders
from graph.dataset.unnamed_blobs import remove_unnamed
from graph.errors import LogDamaged, MimirError, StoreDamaged, StoreUnavailable
from graph.names import ProjectNames
from graph.oxigraph import OxigraphReader, OxigraphStore, damage_noted
from graph.shacl.gate import ShapeGate
from graph.store import GraphReader
from graph.terms import NamedNode, Quad


class Dataset(ProjectDataset):
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
        self._bulk = BulkLoads(self.blobs, self._clone)
        self._queue = CommitQueue()
        self._gate = ShapeGate(self)
        folder.mkdir(parents=True, exist_ok=True)
        # Before anything else: cleaning up below would take an owner's work from under it.
        self._owner = OwnerLock(folder)
        with ExitStack() as opened:
            opened.callback(self._owner.release)
            self._folders = StoreFolders(folder)
            self._clean()
            self.log = CommitLog(folder / "log.rdfp")
            opened.callback(self.log.close)
            remove_unnamed(self.blobs, self.log.path, clock())
            self.checkpoints = Checkpoints(folder / "checkpoints", keep_checkpoints)
            self.checkpoints.drop_after(self.log.sequence)
            self._open()
            opened.callback(self._store.close)
            self.knowledge_sequence = self.sequence
            opened.pop_all()

    def reader(
        self, default_graphs: Iterable[NamedNode] | None = None, named: Iterable[NamedNode] = ()
    ) -> GraphReader:
        """Bind a reader to the live store, for this program's own queries only."""
        default = self.names.default_graphs if default_graphs is None else tuple(default_graphs)
        return OxigraphReader(lambda: self._store.engine, default, tuple(named), self.note_damage)

    def graphs(self) -> list[NamedNode]:
        """List the named graphs of the project."""
        return [graph for graph in self._store.graphs() if graph != STATE]

    def quads(self, graph: NamedNode) -> Iterable[Quad]:
        """Iterate over the quads of a graph."""
        return self._store.quads(graph)

    def count(self, graph: NamedNode) -> int:
        """Count the triples of a graph."""
        return self._store.count(graph)

    def commit_quads(self, request: CommitRequest) -> Commit:
        """Make a change that has no files; see `commit`."""
        waiting = WaitingChange(request)
        if request.alone:
            with self._lock:
                self._begin(request)
                self._write([waiting])
        else:
            self._queue.enter(waiting)
            if not waiting.ended:
                self._write_queue()
        return waiting.result()

    def commit_bulk(self, request: CommitRequest) -> Commit:
        """Make a change that has files, which are loaded into a clone; see `commit`."""
        change = request.change
        with self._bulk.turn, ExitStack() as failed:
            with self._lock:
                self._begin(request)
            loaded = self._bulk.load(change, request.progress)
            clone, base = loaded.path, loaded.base
            failed.callback(shutil.rmtree, clone, ignore_errors=True)
            with self._lock:
                self._begin(request)
                effect = self._effect(request, StoreAhead(self._store), loaded.counts)
                number = self.log.sequence + 1
                now = self._clock()
                repeat_records(clone, self.log.path, base, self.log.sequence)
                if request.gated:
                    notes = self._gate.check_whole(number, clone, effect.added, effect.removed)
                    effect = replace(effect, added=(*effect.added, *notes))
                text, quads = write_commit(self.names, number, change, effect, now, base)
                self.log.append(text)
                failed.pop_all()
                self._switch(clone, number, quads, effect.removed)
                self.knowledge_sequence = number
        return self._outcome(number, effect)

    def _write_queue(self) -> None:
        batch: list[WaitingChange] = []
        try:
            with self._lock:
                batch = self._queue.take()
                self._recover()
                if self._gate.is_on:
                    self._write_alone(batch)
                else:
                    self._write(batch)
        except MimirError as error:
            for waiting in batch:
                waiting.fail(error)
        finally:
            self._queue.leave(batch)

    def _write_alone(self, batch: list[WaitingChange]) -> None:
        """Log and apply each change before the next is checked."""
        for waiting in batch:
            try:
                self._write([waiting])
            except MimirError as error:
                waiting.fail(error)

    def _write(self, batch: list[WaitingChange]) -> None:
        """Log all changes with one sync, then apply them one by one."""
        ahead = StoreAhead(self._store)
        first = self.log.sequence
        records: list[tuple[bytes, tuple[Quad, ...], Effect, WaitingChange, Commit]] = []
        for waiting in batch:
            change = waiting.request.change
            effect = self._effect(waiting.request, ahead)
            number = first + len(records)
            if not effect.added and not effect.removed:
                waiting.commit = self._outcome(number)
                continue
            number += 1
            if waiting.request.gated:
                notes = self._gate.check(number, effect.added, effect.removed)
                effect = replace(effect, added=(*effect.added, *notes))
            text, quads = write_commit(self.names, number, change, effect, self._clock())
            records.append((text, quads, effect, waiting, self._outcome(number, effect)))
            if waiting is not batch[-1]:
                ahead.apply(quads, effect.removed)
        if records:
            self.log.append(*(record[0] for record in records))
        for _, quads, effect, waiting, commit in records:
            self._apply(commit.sequence, quads, effect.removed)
            if commit.added or commit.removed:
                self.knowledge_sequence = commit.sequence
            waiting.commit = commit

    def preload(self, file: Path) -> None:
        """Begin to load a file that is still being written, before the commit that will name it.

        This is a head start only: the commit gives the same result without it. One file at a time;
        while another bulk commit is made nothing is begun.

        Args:
            file: N-Quads to which lines are appended until the commit is made; it may be moved.
        """
        with self._lock:
            self._recover()
        self._bulk.begin(file)

    def checkpoint(self, path: Path) -> int:
        """Write a hard-linked copy of the store to `path`; gives its sequence number."""
        with self._lock:
            self._store.checkpoint(path)
            return self.sequence

    def build(self, path: Path, sequence: int) -> None:
        """Write the state at a commit that there is; see `checkpoint_at`."""
        with self._lock:
            if sequence == self.sequence:
                self.checkpoint(path)
                return
        self.checkpoints.build(path, sequence, self.log.path, self.blobs)

    def note_damage(self) -> None:
        """Have the store built anew at the next start: its files are damaged."""
        self._store.note_damage()

    def history_bytes(self) -> int:
        """Count the bytes on disk that only the kept checkpoints hold."""
        return self.checkpoints.bytes_beside(self._folders.current())

    def close(self, guard: Guard | None = None) -> None:
        """Release log and store, unless `guard` raises under the write lock."""
        with self._lock:
            if guard:
                guard(self.reader([self.names.meta]))
            self._bulk.drop()
            self.log.close()
            self._store.close()
            self._owner.release()

    def _begin(self, request: CommitRequest) -> None:
        self._recover()
        request.check(self.sequence, self.reader([self.names.meta]))

    def _effect(
        self, request: CommitRequest, state: StoreAhead, loaded: tuple[int, int] = (0, 0)
    ) -> Effect:
        replaced = (quad for graph in request.replacing for quad in self._store.quads(graph))
        return find_effect(request.change, replaced, self.names, state, loaded)

    def _outcome(self, number: int, effect: Effect | None = None) -> Commit:
        counts = (effect.added_count, effect.removed_count) if effect else (0, 0)
        return Commit(self.commit_iri(number), number, *counts)

    def _put(self, number: int, added: Iterable[Quad], removed: Iterable[Quad]) -> None:
        self._store.apply([*added, state_quad(number)], [*removed, state_quad(number - 1)])
        self.sequence = number
        self._gate.follow(number, tuple(added), tuple(removed))

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
        self._open()

    def _open(self) -> None:
        """Open the store and bring it up to the log; one that is found damaged is built anew."""
        self._store = self._opened_store()
        try:
            self.sequence = read_sequence(self._store)
            self._catch_up()
        except StoreDamaged:
            self._store.close()
            self._store = self._opened_store()
            self.sequence = read_sequence(self._store)
        except BaseException:
            self._store.close()
            raise

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
        if any(record_files(patch)):
            clone, _ = self._clone()
            load_record(clone, record, patch, self.log.path, self.blobs)
            self._switch(clone, record.sequence, patch.added, patch.removed)
        else:
            self._put(record.sequence, patch.added, patch.removed)

    def _clone(self) -> tuple[Path, int]:
        with self._lock:
            path = self._folders.free()
            return path, self.checkpoint(path)

    def _switch(
        self, clone: Path, number: int, added: Iterable[Quad], removed: Iterable[Quad]
    ) -> None:
        store = OxigraphStore(clone)
        old_state = state_quad(read_sequence(store))
        store.apply([*added, state_quad(number)], [*removed, old_state])
        store.flush()
        old, sequence = self._folders.current(), self.sequence
        self._folders.switch_to(clone)
        # It is not closed: whoever still reads the old store keeps it until they are done.
        self._store = store
        self.sequence = number
        self.checkpoints.adopt(old, sequence)
        self.checkpoints.take(store, number)

    def _opened_store(self) -> OxigraphStore:
        broken = self._folders.current()
        if damage_noted(broken):
            # The checkpoints share their files with the store, the good and the bad ones.
            self.checkpoints.drop_after(-1)
        else:
            with suppress(StoreUnavailable, RuntimeError):
                return OxigraphStore(broken)
        # The log has it all.
        fresh = self._folders.free()
        self.checkpoints.build(fresh, self.log.sequence, self.log.path, self.blobs)
        self._folders.switch_to(fresh)
        shutil.rmtree(broken, ignore_errors=True)
        return OxigraphStore(fresh)

    def _clean(self) -> None:
        self._folders.remove_others()
        shutil.rmtree(self.folder / "snapshots", ignore_errors=True)
        self.blobs.sweep()
