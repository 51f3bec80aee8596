"""Which query may run now: a share for each caller, one slot kept for those who have none."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from graph.errors import MimirError, QueryTimeout

_LONGEST_QUEUE = 256
_LONGEST_QUEUE_OF_ONE = 100
_PATIENCE = 1.0
_POLL = 0.1


class TooManyQueries(MimirError):
    """A caller has as many queries running and waiting as one caller may have."""

    code = "too-many-queries"
    retryable = True


@dataclass(frozen=True, eq=False)
class _Ticket:
    caller: str
    since: float
    granted: threading.Event = field(default_factory=threading.Event)


class Admission:
    """Slots for queries, given out fairly.

    A caller holds at most `parallel` slots, and the last free slot goes only to a caller that holds
    none, so nobody can shut the others out. Among those who wait, the one with the fewest slots
    comes first. What a caller asks beyond its share waits a moment and is then refused.

    Args:
        slots: queries at a time, besides the kept slot.
        parallel: queries of one caller at a time.
    """

    def __init__(self, slots: int, parallel: int) -> None:
        self._slots = slots + 1 if slots else 0
        self._parallel = parallel
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()
        self._waiting: list[_Ticket] = []

    @contextmanager
    def slot(self, caller: str, deadline: float, check: Callable[[], None]) -> Iterator[None]:
        """Hold a slot while the context lasts.

        Args:
            deadline: when waiting ends, in monotonic seconds.
            check: called while waiting; what it raises ends the wait.

        Raises:
            TooManyQueries: the caller's share is used up, or the queue is full.
            QueryTimeout: no slot became free before the deadline.
        """
        ticket = _Ticket(caller, time.monotonic())
        self._queue(ticket)
        try:
            while not ticket.granted.wait(min(_POLL, max(0.0, deadline - time.monotonic()))):
                self._check_patience(ticket, deadline)
                check()
            yield
        finally:
            self._leave(ticket)

    def _queue(self, ticket: _Ticket) -> None:
        with self._lock:
            excess = self._ahead(ticket) - self._parallel
            if len(self._waiting) >= _LONGEST_QUEUE or excess >= _LONGEST_QUEUE_OF_ONE:
                raise _too_many(self._parallel)
            self._waiting.append(ticket)
            self._grant()

    def _leave(self, ticket: _Ticket) -> None:
        with self._lock:
            if ticket.granted.is_set():
                self._running[ticket.caller] -= 1
                self._running += Counter()  # forgets callers that hold nothing
            else:
                self._waiting.remove(ticket)
            self._grant()

    def _grant(self) -> None:
        while able := [ticket for ticket in self._waiting if self._has_room(ticket.caller)]:
            first = min(able, key=lambda ticket: self._running[ticket.caller])
            self._waiting.remove(first)
            self._running[first.caller] += 1
            first.granted.set()

    def _check_patience(self, ticket: _Ticket, deadline: float) -> None:
        now = time.monotonic()
        if now >= deadline:
            raise QueryTimeout(
                f"No reader was free for {now - ticket.since:.3g} s. Try again later."
            )
        if now >= ticket.since + _PATIENCE:
            with self._lock:
                refused = not ticket.granted.is_set() and self._ahead(ticket) >= self._parallel
            if refused:
                raise _too_many(self._parallel)

    def _ahead(self, ticket: _Ticket) -> int:
        """Count what the caller has running, and waiting since longer than this ticket."""
        waiting = 0
        for other in self._waiting:
            if other is ticket:
                break
            waiting += other.caller == ticket.caller
        return self._running[ticket.caller] + waiting

    def _has_room(self, caller: str) -> bool:
        free = self._slots - self._running.total()
        mine = self._running[caller]
        return mine < self._parallel and free > (1 if mine else 0)


def _too_many(parallel: int) -> TooManyQueries:
    return TooManyQueries(
        f"You have more than {parallel} queries under way. Wait for an answer before you ask more."
    )
