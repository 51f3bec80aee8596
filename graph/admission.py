"""Which query may run now: a share for each caller, one slot kept for those who have none.

Where more callers want to run long queries than there are slots, no order alone is fair: the first
ones would run until their time limit while the others wait. So who waits too long without a slot
takes it from the longest-running query of a caller that used more.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from graph.errors import MimirError, QueryTimeout

# All who wait or run hold a thread of the server, which has more of them than this.
_LONGEST_QUEUE = 96
_LONGEST_QUEUE_OF_ONE = 64
_PATIENCE = 1.0
_STARVING = 8.0
_SHORTEST_TURN = 0.5
_HALF_LIFE = 60.0
_POLL = 0.1


class TooManyQueries(MimirError):
    """A caller has as many queries running and waiting as one caller may have."""

    code = "too-many-queries"
    retryable = True


@dataclass(eq=False)
class _Ticket:
    caller: str
    since: float
    started: float = math.inf
    granted: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)


class _Usage:
    """Seconds of reader time that callers used lately; half of it is forgotten in a minute."""

    def __init__(self) -> None:
        self._used: dict[str, tuple[float, float]] = {}

    def of(self, caller: str, now: float) -> float:
        """Give the seconds of a caller."""
        seconds, since = self._used.get(caller, (0.0, now))
        return float(seconds * 0.5 ** ((now - since) / _HALF_LIFE))

    def add(self, caller: str, seconds: float, now: float) -> None:
        """Note that a caller used a reader."""
        self._used[caller] = (self.of(caller, now) + seconds, now)
        for other in [name for name in self._used if self.of(name, now) < _SHORTEST_TURN]:
            del self._used[other]


class Admission:
    """Slots for queries, given out fairly.

    A caller holds at most `parallel` slots, and the last free slot goes only to a caller that holds
    none, so nobody can shut the others out. Among those who wait, the one with the fewest slots
    comes first, then the one who used least. What a caller asks beyond its share waits a moment and
    is then refused.

    Args:
        slots: queries at a time, besides the kept slot.
        parallel: queries of one caller at a time.
        starving: seconds after which a caller without a slot takes one from another; None: never.
    """

    def __init__(self, slots: int, parallel: int, starving: float | None = _STARVING) -> None:
        self._slots = slots + 1 if slots else 0
        self._parallel = parallel
        self._starving = math.inf if starving is None else starving
        self._lock = threading.Lock()
        self._running: list[_Ticket] = []
        self._held: Counter[str] = Counter()
        self._waiting: list[_Ticket] = []
        self._usage = _Usage()

    @contextmanager
    def slot(
        self, caller: str, deadline: float, check: Callable[[], None]
    ) -> Iterator[Callable[[], None]]:
        """Hold a slot while the context lasts; the function given raises once it is taken away.

        Args:
            deadline: when waiting ends, in monotonic seconds.
            check: called while waiting; what it raises ends the wait.

        Raises:
            TooManyQueries: the caller's share is used up, or the queue is full.
            QueryTimeout: no slot became free before the deadline.
        """
        ticket = _Ticket(caller, time.monotonic())
        self._queue(ticket)

        def keeps() -> None:
            """Stop the query whose slot was given to another caller."""
            if ticket.ended.is_set():
                raise QueryTimeout(
                    f"Other callers waited, so the query was ended after "
                    f"{time.monotonic() - ticket.started:.3g} s. Narrow it, or try again later."
                )

        try:
            while not ticket.granted.wait(min(_POLL, max(0.0, deadline - time.monotonic()))):
                self._check_patience(ticket, deadline)
                check()
            yield keeps
        finally:
            self._leave(ticket)

    def _queue(self, ticket: _Ticket) -> None:
        with self._lock:
            excess = self._ahead(ticket) - self._parallel
            full = len(self._waiting) >= _LONGEST_QUEUE and not self._displace(ticket)
            if full or excess >= _LONGEST_QUEUE_OF_ONE:
                raise _too_many(self._parallel)
            self._waiting.append(ticket)
            self._grant()

    def _displace(self, ticket: _Ticket) -> bool:
        """Send the newest query of the caller with the longest queue away for a shorter queue."""
        queues = Counter(other.caller for other in self._waiting)
        longest, length = queues.most_common(1)[0]
        if queues[ticket.caller] + 1 >= length:
            return False
        newest = [other for other in self._waiting if other.caller == longest][-1]
        newest.ended.set()
        self._waiting.remove(newest)
        return True

    def _leave(self, ticket: _Ticket) -> None:
        with self._lock:
            if ticket.granted.is_set():
                now = time.monotonic()
                self._running.remove(ticket)
                self._held[ticket.caller] -= 1
                self._held += Counter()  # forgets callers that hold nothing
                self._usage.add(ticket.caller, now - ticket.started, now)
            elif ticket in self._waiting:
                self._waiting.remove(ticket)
            self._grant()

    def _grant(self) -> None:
        now = time.monotonic()
        while able := [ticket for ticket in self._waiting if self._has_room(ticket.caller)]:
            first = min(able, key=lambda ticket: self._order(ticket.caller, now))
            self._waiting.remove(first)
            self._running.append(first)
            self._held[first.caller] += 1
            first.started = now
            first.granted.set()

    def _order(self, caller: str, now: float) -> tuple[int, int]:
        return self._held[caller], round(self._usage.of(caller, now))

    def _check_patience(self, ticket: _Ticket, deadline: float) -> None:
        now = time.monotonic()
        if now >= deadline:
            raise QueryTimeout(
                f"No reader was free for {now - ticket.since:.3g} s. Try again later."
            )
        with self._lock:
            if ticket.granted.is_set():
                return
            late = now >= ticket.since + _PATIENCE and self._ahead(ticket) >= self._parallel
            if late or ticket.ended.is_set():
                raise _too_many(self._parallel)
            if now >= ticket.since + self._starving and not self._held[ticket.caller]:
                self._take_away(ticket.caller, now)

    def _take_away(self, caller: str, now: float) -> None:
        """End the query that runs longest, if its caller used more; one at a time."""
        if any(other.ended.is_set() for other in self._running):
            return
        longest = min(self._running, key=lambda other: other.started, default=None)
        if longest is None or now - longest.started < _SHORTEST_TURN:
            return
        used = self._usage.of(longest.caller, now) + now - longest.started
        if used > self._usage.of(caller, now):
            longest.ended.set()

    def _ahead(self, ticket: _Ticket) -> int:
        """Count what the caller has running, and waiting since longer than this ticket."""
        waiting = 0
        for other in self._waiting:
            if other is ticket:
                break
            waiting += other.caller == ticket.caller
        return self._held[ticket.caller] + waiting

    def _has_room(self, caller: str) -> bool:
        free = self._slots - len(self._running)
        mine = self._held[caller]
        return mine < self._parallel and free > (1 if mine else 0)


def _too_many(parallel: int) -> TooManyQueries:
    return TooManyQueries(
        f"You have more than {parallel} queries under way. Wait for an answer before you ask more."
    )
