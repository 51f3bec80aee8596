"""Group commit: changes that wait for one sync of the log, and the state that each one meets."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from graph.changes import Commit
from graph.dataset.request import CommitRequest
from graph.errors import MimirError, StoreUnavailable
from graph.oxigraph import OxigraphStore
from graph.terms import Quad


@dataclass
class WaitingChange:
    """A change in the queue, and what became of it."""

    request: CommitRequest
    commit: Commit | None = None
    error: MimirError | None = None
    turn: threading.Event = field(default_factory=threading.Event)

    @property
    def ended(self) -> bool:
        """Whether it was committed or refused."""
        return self.commit is not None or self.error is not None

    def fail(self, error: MimirError) -> None:
        """Refuse it, unless it has ended."""
        if not self.ended:
            # Each caller raises its own: the traceback belongs to one thread.
            self.error = type(error)(str(error), details=error.details)

    def result(self) -> Commit:
        """Give the commit, or raise what went wrong."""
        if self.error is not None:
            raise self.error
        if self.commit is None:
            raise StoreUnavailable("The commit was broken off. Try again.")
        return self.commit


class CommitQueue:
    """Changes that wait to be written: one caller writes for all who came before it started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[WaitingChange] = []
        self._led = False

    def enter(self, waiting: WaitingChange) -> None:
        """Wait until the change has ended, or until it is this caller's turn to write."""
        with self._lock:
            self._waiting.append(waiting)
            leads = not self._led
            self._led = True
        if not leads:
            waiting.turn.wait()

    def take(self) -> list[WaitingChange]:
        """Take all that wait, to write them."""
        with self._lock:
            batch, self._waiting = self._waiting, []
        return batch

    def leave(self, batch: Iterable[WaitingChange]) -> None:
        """Wake the callers whose changes were written, and the one that writes next."""
        for waiting in batch:
            waiting.fail(StoreUnavailable("The commit was broken off. Try again."))
            waiting.turn.set()
        with self._lock:
            self._led = bool(self._waiting)
            if self._waiting:
                self._waiting[0].turn.set()


class StoreAhead:
    """A store as it will be once the changes before are applied to it."""

    def __init__(self, store: OxigraphStore) -> None:
        self._store = store
        self._came: OxigraphStore | None = None
        self._went: OxigraphStore | None = None

    def contains(self, quad: Quad) -> bool:
        """Tell whether the quad will be there."""
        if self._came is None or self._went is None:
            return self._store.contains(quad)
        return self._came.contains(quad) or (
            self._store.contains(quad) and not self._went.contains(quad)
        )

    def apply(self, added: Iterable[Quad], removed: Iterable[Quad]) -> None:
        """Note a change that has an effect on the state so far."""
        if self._came is None or self._went is None:
            self._came, self._went = OxigraphStore(), OxigraphStore()
        for quads, undone, noted in (
            (removed, self._came, self._went),
            (added, self._went, self._came),
        ):
            for quad in quads:
                if undone.contains(quad):
                    undone.engine.remove(quad)
                else:
                    noted.engine.add(quad)
