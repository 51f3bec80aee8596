"""A dataset: one project's store with its commit log, owned by this process.

The log is the truth: a commit is appended and synced there, then applied to the store in one
update that also sets the sequence number. Commits that wait at the same time share one sync.
Opening compares the two and catches the store up. A bulk import is loaded into a clone, caught up
with what was committed since, and switched in by one rename. Measured: `docs/architecture.md`.
"""

import shutil
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from graph.blobs import BlobStore
from graph.changes import ChangeSet, Commit
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
from graph.dataset.commits import commit_iri, write_commit
from graph.dataset.effects import Effect, find_effect
from graph.dataset.group_commit import CommitQueue, StoreAhead, WaitingChange
from graph.dataset.log import CommitLog, LogRecord, read_log
from graph.dataset.owner import OwnerLock
from graph.dataset.store_folders import StoreFolders
from graph.errors import (
    Conflict,
    LogDamaged,
    MimirError,
    NotFound,
    StoreDamaged,
    StoreUnavailable,
)
from graph.names import ProjectNames
from graph.oxigraph import OxigraphReader, OxigraphStore, damage_noted
from graph.shacl.gate import ShapeGate
from graph.store import GraphReader
from graph.terms import NamedNode, Quad

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
            BadInput: a file of the change is no N-Quads.
            StoreUnavailable: the log or the loader failed; nothing was changed.
        """
        if change.bulk:
            return self._commit_bulk(change, replacing, expected, guard, progress, gated=gated)
        waiting = WaitingChange(change, replacing, gated)
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
            effect = self._effect(waiting.change, waiting.replacing, ahead)
            number = first + len(records)
            if not effect.added and not effect.removed:
                waiting.commit = self._outcome(number)
                continue
            number += 1
            if waiting.gated:
                notes = self._gate.check(number, effect.added, effect.removed)
                effect = replace(effect, added=(*effect.added, *notes))
            text, quads = write_commit(self.names, number, waiting.change, effect, self._clock())
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

    def note_damage(self) -> None:
        """Have the store built anew at the next start: its files are damaged."""
        self._store.note_damage()

    def history_bytes(self) -> int:
        """Count the bytes on disk that only the kept checkpoints hold."""
        return self.checkpoints.bytes_beside(self._folders.current())

    def close(self) -> None:
        """Release log and store."""
        self._bulk.drop()
        with self._lock:
            self._gate.close()
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

    def _effect(
        self,
        change: ChangeSet,
        replacing: tuple[NamedNode, ...],
        state: StoreAhead,
        loaded: tuple[int, int] = (0, 0),
    ) -> Effect:
        replaced = (quad for graph in replacing for quad in self._store.quads(graph))
        return find_effect(change, replaced, self.names, state, loaded)

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

    def _commit_bulk(
        self,
        change: ChangeSet,
        replacing: tuple[NamedNode, ...],
        expected: int | None,
        guard: Guard | None,
        progress: Progress | None,
        *,
        gated: bool,
    ) -> Commit:
        with self._bulk.turn, ExitStack() as failed:
            with self._lock:
                self._recover()
                self._check(expected, guard)
            loaded = self._bulk.load(change, progress)
            clone, base = loaded.path, loaded.base
            failed.callback(shutil.rmtree, clone, ignore_errors=True)
            with self._lock:
                self._check(expected, guard)
                effect = self._effect(change, replacing, StoreAhead(self._store), loaded.counts)
                number = self.log.sequence + 1
                now = self._clock()
                repeat_records(clone, self.log.path, base, self.log.sequence)
                if gated:
                    notes = self._gate.check_whole(number, clone, effect.added, effect.removed)
                    effect = replace(effect, added=(*effect.added, *notes))
                text, quads = write_commit(self.names, number, change, effect, now, base)
                self.log.append(text)
                failed.pop_all()
                self._switch(clone, number, quads, effect.removed)
                self.knowledge_sequence = number
        return self._outcome(number, effect)

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
        self._store, previous = store, self._store
        self.sequence = number
        previous.close()
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
