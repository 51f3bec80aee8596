"""A dataset whose store is remote: the log is here, the graphs are on a SPARQL server.

The log is the truth as for an embedded store: a commit is appended and synced there, then applied
in one update request that also sets the sequence number. Opening compares the two and catches the
store up, from nothing if need be. A large file is loaded into graphs that nobody reads, checked
there, and made visible by the update that moves the pointers to them.

A rehearsal needs a clone, which a remote store cannot give: what runs on one (updates of users,
twins' what-ifs, gates, states of the past) gets an embedded store that is built from the log.
"""

import shutil
import threading
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from graph.blobs import BlobStore
from graph.changes import ChangeSet, Commit
from graph.dataset.checkpoints import KEPT, Checkpoints, between, record_base, record_files
from graph.dataset.commits import write_commit
from graph.dataset.effects import Effect, find_effect
from graph.dataset.loader import load_files
from graph.dataset.log import CommitLog, LogRecord, read_log
from graph.dataset.owner import OwnerLock
from graph.dataset.port import ProjectDataset
from graph.dataset.request import Clock, CommitRequest, Guard, utc_now
from graph.dataset.snapshots import Overlay
from graph.dataset.unnamed_blobs import remove_unnamed
from graph.errors import Conflict, LogDamaged, MimirError, QueryTimeout, StoreUnavailable
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.remote.engine_forms import in_engine_form
from graph.remote.graphs import RemoteGraphs
from graph.remote.sparql_http import SparqlHttpStore
from graph.remote.sparql_http_errors import AnswerLost
from graph.remote.staged_load import StagedLoad
from graph.shacl.gate import ShapeGate
from graph.store import GraphReader
from graph.terms import NamedNode, Quad
from graph.views.layers import View
from graph.views.reader import ViewReader, touched

# A rehearsal replays this many commits at most before the state is kept for the next one.
_REPLAYED = 20


class RemoteDataset(ProjectDataset):
    """The log of one project in a folder, and its graphs on a remote store.

    Args:
        folder: made when absent; holds `log.rdfp`, `blobs/`, `snapshots/` and `checkpoints/`.
        names: the project's IRIs.
        store: the remote store; other projects may use it too.
        clock: gives the time that commits are stamped with.
        keep_checkpoints: how many states are kept ready for rehearsals.

    Raises:
        StoreInUse: another process has the folder open.
        LogDamaged: the log does not verify, or the store holds commits that it does not have.
    """

    def __init__(
        self,
        folder: Path,
        names: ProjectNames,
        store: SparqlHttpStore,
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
        self.remote = RemoteGraphs(store, names)
        self.sequence = 0
        # Of each stack of overlays, which predicates it changes, as long as no commit follows.
        self._touched: tuple[str, dict[tuple[Overlay, ...], tuple[frozenset[str], ...]]] = ("", {})
        self._gate = ShapeGate(self)
        self._owner = OwnerLock(folder)
        with ExitStack() as opened:
            opened.callback(self._owner.release)
            self.log = CommitLog(folder / "log.rdfp")
            opened.callback(self.log.close)
            shutil.rmtree(folder / "snapshots", ignore_errors=True)
            self.blobs.sweep()
            remove_unnamed(self.blobs, self.log.path, clock())
            self.checkpoints = Checkpoints(folder / "checkpoints", keep_checkpoints)
            self.checkpoints.drop_after(self.log.sequence)
            self.sequence = self.knowledge_sequence = self.log.sequence
            # A store that is down now is met by the first who needs it.
            with suppress(StoreUnavailable):
                self._catch_up()
                self.remote.drop(self.remote.leftovers())
            opened.pop_all()

    def reader(
        self,
        default_graphs: Iterable[NamedNode] | None = None,
        named: Iterable[NamedNode] = (),
        overlays: Sequence[Overlay] = (),
    ) -> GraphReader:
        """Bind a reader to the store, seen through overlays; for this program's own queries."""
        default = self.names.default_graphs if default_graphs is None else tuple(default_graphs)
        return ViewReader(self.remote.store, default, tuple(named), overlays, self.current)

    def current(self, view: View) -> View:
        """Give a view as it is now: where its graphs stand, and what its overlays may change."""
        self._meet()
        state = self.remote.state
        placed = replace(view, places=state.places)
        seal, known = self._touched
        if seal != state.seal:
            known = {}
        if view.overlays not in known:
            known = {**known, view.overlays: touched(self.remote.store, placed)}
            self._touched = (state.seal, known)
        return replace(placed, touched=known[view.overlays])

    def graphs(self) -> list[NamedNode]:
        """List the named graphs of the project."""
        self._meet()
        return self.remote.graphs()

    def quads(self, graph: NamedNode) -> Iterable[Quad]:
        """Iterate over the quads of a graph."""
        self._meet()
        return self.remote.quads(graph)

    def count(self, graph: NamedNode) -> int:
        """Count the triples of a graph."""
        self._meet()
        return self.remote.store.count(self.remote.place(graph))

    def commit_quads(self, request: CommitRequest) -> Commit:
        """Make a change that has no files; see `commit`."""
        request = _in_engine_form(request)
        with self._lock:
            self._begin(request)
            effect = self._effect(request)
            if not effect.added and not effect.removed:
                return Commit(self.commit_iri(self.sequence), self.sequence, 0, 0)
            if request.gated:
                number = self.log.sequence + 1
                notes = self._gate.check(number, effect.added, effect.removed)
                effect = replace(effect, added=(*effect.added, *notes))
            return self._finish(request.change, effect)

    def commit_bulk(self, request: CommitRequest) -> Commit:
        """Make a change that has files, which are loaded into graphs nobody reads; see `commit`."""
        request = _in_engine_form(request)
        change = request.change
        with self._bulk_lock, ExitStack() as failed:
            with self._lock:
                self._begin(request)
                base = self.sequence
            staged = StagedLoad(self.remote, base + 1)
            failed.callback(staged.discard)
            staged.load(*self._files(change.added_file, change.removed_file), request.progress)
            with self._lock:
                self._begin(request)
                self._repeat(staged, base, self.sequence)
                staged.check(change.expected)
                effect = self._effect(request, (staged.added, staged.removed))
                if request.gated:
                    effect = self._gated(change, effect)
                left, before = staged.left(), self.log.sequence
                try:
                    commit = self._finish(change, effect, base, staged)
                finally:
                    if self.log.sequence > before:
                        # On record: the store reads these graphs, now or when it answers again.
                        failed.pop_all()
            self._sweep(left)
        return commit

    def checkpoint(self, path: Path) -> int:
        """Write the newest state to an embedded store in `path`; gives its sequence number."""
        # Others may commit meanwhile: what the log holds up to here stays as it is.
        sequence = self.sequence
        self.build(path, sequence)
        return sequence

    def build(self, path: Path, sequence: int) -> None:
        """Write the state at a commit that there is; see `checkpoint_at`."""
        self.checkpoints.build(path, sequence, self.log.path, self.blobs)
        newest = max((n for n in self.checkpoints.sequences() if n <= sequence), default=None)
        if newest is None or sequence - newest > _REPLAYED:
            store = OxigraphStore(path)
            self.checkpoints.take(store, sequence)
            store.close()

    def history_bytes(self) -> int:
        """Count the bytes on disk of the states that are kept ready."""
        return self.checkpoints.bytes_beside(self.folder / "log.rdfp")

    def preload(self, file: Path) -> None:
        """Do nothing: what is sent to a remote store early would be seen by its other users."""

    def note_damage(self) -> None:
        """Forget the embedded copies: one of them is damaged, and the log has it all."""
        self.checkpoints.drop_after(-1)

    def close(self, guard: Guard | None = None) -> None:
        """Release the log, unless `guard` raises under the write lock."""
        with self._lock:
            if guard:
                guard(self.reader([self.names.meta]))
            self.log.close()
            self._owner.release()

    def _begin(self, request: CommitRequest) -> None:
        """Meet the newest state; the store must answer before anything is logged."""
        self._catch_up()
        request.check(self.sequence, self.reader([self.names.meta]))

    def _finish(
        self,
        change: ChangeSet,
        effect: Effect,
        base: int | None = None,
        staged: StagedLoad | None = None,
    ) -> Commit:
        number = self.log.sequence + 1
        text, quads = write_commit(self.names, number, change, effect, self._clock(), base)
        self.log.append(text)
        try:
            moved, merged = (staged.places, staged.merged) if staged else ({}, {})
            self.remote.advance(number, self.log.digest, quads, effect.removed, moved, merged)
        except (AnswerLost, QueryTimeout):
            self._settle(number)
        except MimirError:
            # Something between may have spoken in the store's place when the change was made.
            if not self.remote.is_at(number, self.log.digest):
                self.log.withdraw()
                raise
        self.sequence = number
        self._gate.follow(number, quads, effect.removed)
        if effect.added_count or effect.removed_count:
            self.knowledge_sequence = number
        return Commit(self.commit_iri(number), number, effect.added_count, effect.removed_count)

    def _settle(self, number: int) -> None:
        """Find out by the store's state whether a commit was applied; if not, apply it now."""
        try:
            self._catch_up()
        except (Conflict, LogDamaged):
            raise
        except MimirError as error:
            raise StoreUnavailable(
                f"The change is on record as commit {number}, and takes effect as soon as the "
                f"store answers again: {error}"
            ) from error

    def _effect(self, request: CommitRequest, loaded: tuple[int, int] = (0, 0)) -> Effect:
        replaced = [quad for graph in request.replacing for quad in self.quads(graph)]
        asked = _Asked()
        find_effect(request.change, replaced, self.names, asked)
        state = self.remote.present(asked.quads)
        return find_effect(request.change, replaced, self.names, state, loaded)

    def _gated(self, change: ChangeSet, effect: Effect) -> Effect:
        """Have the gate check the new graphs, in an embedded store where there is a gate."""
        if not self._gate.is_on:
            return effect
        path = self.folder / "snapshots" / "gate"
        shutil.rmtree(path, ignore_errors=True)
        try:
            self.build(path, self.sequence)
            load_files(path, *self._files(change.added_file, change.removed_file))
            number = self.log.sequence + 1
            notes = self._gate.check_whole(number, path, effect.added, effect.removed)
        finally:
            shutil.rmtree(path, ignore_errors=True)
        return replace(effect, added=(*effect.added, *notes))

    def _repeat(self, staged: StagedLoad, base: int, last: int) -> None:
        for record in between(self.log.path, base, last):
            patch = record.patch()
            staged.repeat(patch.added, patch.removed)

    def _meet(self) -> None:
        """Make sure that the store has all of the log: it may have been restored meanwhile."""
        state = self.remote.stored_state()
        if (state.sequence, state.seal) != self._end() or state != self.remote.state:
            with self._lock:
                self._catch_up()

    def _sweep(self, graphs: Iterable[str]) -> None:
        # What is left of them is removed at the next start.
        with suppress(StoreUnavailable):
            self.remote.drop(graphs)

    def _catch_up(self) -> None:
        """Compare the store with the log, and apply what it lacks."""
        state = self.remote.read_state()
        if state.sequence > self.log.sequence:
            raise LogDamaged(
                f"The store holds commit {state.sequence}, but the log of {self.folder} ends at "
                f"{self.log.sequence}: it is not the log of this store, or it was cut."
            )
        if (state.sequence, state.seal) != self._end():
            for record in read_log(self.log.path):
                if record.sequence == state.sequence and record.digest != state.seal:
                    raise LogDamaged(
                        f"Commit {record.sequence} of the store is not the one in the log of "
                        f"{self.folder}: another project, or a restored copy, has written there."
                    )
                if record.sequence > state.sequence:
                    self._replay(record)
        self.sequence = self.log.sequence

    def _end(self) -> tuple[int, str]:
        return self.log.sequence, self.log.digest if self.log.sequence else ""

    def _replay(self, record: LogRecord) -> None:
        patch = record.patch()
        files = record_files(patch)
        if not any(files):
            self.remote.advance(record.sequence, record.digest, patch.added, patch.removed)
            return
        staged = StagedLoad(self.remote, record.sequence)
        staged.load(*self._files(*files))
        # Commits made while the files were loaded stand before the record but won over it.
        self._repeat(staged, record_base(record, patch), record.sequence - 1)
        left = staged.left()
        added, removed, places = patch.added, patch.removed, (staged.places, staged.merged)
        self.remote.advance(record.sequence, record.digest, added, removed, *places)
        self._sweep(left)

    def _files(self, *names: str | None) -> tuple[Path | None, Path | None]:
        added, removed = (self.blobs.path(name) if name else None for name in names)
        return added, removed


def _in_engine_form(request: CommitRequest) -> CommitRequest:
    change = request.change
    added, removed = (tuple(in_engine_form(quads)) for quads in (change.added, change.removed))
    return replace(request, change=replace(change, added=added, removed=removed))


class _Asked:
    """Notes what is asked of a state, so that a store can be asked for all of it at once."""

    def __init__(self) -> None:
        self.quads: list[Quad] = []

    def contains(self, quad: Quad) -> bool:
        """Note the quad; it is taken to be there, or some would not be asked for."""
        self.quads.append(quad)
        return True
