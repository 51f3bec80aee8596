"""Which query may run now: a share for each caller, and a fast lane for queries that are short.

A query holds one of few slots while it is young. One that runs longer than a second (less where
many wait) moves to a place for long queries, where it goes on at a low priority, so long queries
never keep short ones waiting, whoever sent them. There are few such places too: where more callers
than that run long queries, the one who used most lately loses its longest.
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
_SHORT, _SHORTEST = 1.0, 0.2
_CLEARED = 3.0  # seconds in which all who wait shall have had their turn
_HALF_LIFE = 60.0
_FORGOTTEN = 0.01
_HEAVY = 0.25  # seconds
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


@dataclass
class _Used:
    seconds: float = 0.0
    queries: float = 0.0
    since: float = 0.0


class _Usage:
    """Seconds of reader time that callers used lately; half of it is forgotten in a minute."""

    def __init__(self) -> None:
        self._used: dict[str, _Used] = {}

    def of(self, caller: str, now: float) -> _Used:
        """Give the seconds and the number of queries of a caller."""
        used = self._used.get(caller, _Used(since=now))
        kept = 0.5 ** ((now - used.since) / _HALF_LIFE)
        return _Used(used.seconds * kept, used.queries * kept, now)

    def knows(self, caller: str) -> bool:
        """Tell whether a query of a caller ended lately."""
        return caller in self._used

    def is_heavy(self, caller: str, now: float) -> bool:
        """Tell whether the queries of a caller take long; a stranger's do not."""
        used = self.of(caller, now)
        return used.seconds > _HEAVY * used.queries

    def add(self, caller: str, seconds: float, now: float) -> None:
        """Note that a caller used a reader for one query."""
        used = self.of(caller, now)
        self._used[caller] = _Used(used.seconds + seconds, used.queries + 1.0, now)
        for other in [name for name in self._used if self.of(name, now).queries < _FORGOTTEN]:
            del self._used[other]


class Admission:
    """Slots for queries, given out fairly.

    A caller holds at most `slots` of them at a time, and there is one more, so nobody can shut the
    others out. Among those who wait, the caller with the fewest queries running comes first, then
    those whose queries were short, strangers behind those who are known, then the one who used
    least lately. So a crowd of strangers does not keep a caller waiting whose queries are short.
    What a caller asks beyond its share waits a moment and is then refused.

    Args:
        slots: short queries of one caller at a time; there is one more slot for others.
        parallel: queries of one caller that may run or wait.
        long: places for long queries; 0: they keep their slots.
    """

    def __init__(self, slots: int, parallel: int, long: int = 0) -> None:
        self._slots = slots + 1 if slots else 0
        self._parallel = parallel
        self._long = long
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
            """Stop the query whose place was given to another caller."""
            self._settle()
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
                taken = now - ticket.started
                # One that was ended when its turn was over would have gone on.
                long = ticket.ended.is_set() or not self._is_young(ticket, now)
                self._usage.add(ticket.caller, max(taken, _SHORT) if long else taken, now)
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

    def _order(self, caller: str, now: float) -> tuple[int, bool, bool, int]:
        used = self._usage.of(caller, now).seconds
        heavy, stranger = self._usage.is_heavy(caller, now), not self._usage.knows(caller)
        return self._held[caller], heavy, stranger, round(used)

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
            # A slot becomes free without anybody leaving: its query got long.
            self._grant()

    def _settle(self) -> None:
        """End a long query if there are more of them than places."""
        now = time.monotonic()
        with self._lock:
            old = [other for other in self._running if not self._is_young(other, now)]
            if self._long and len(old) > self._long and not any(o.ended.is_set() for o in old):
                most = max(old, key=lambda other: self._burden(other, now))
                most.ended.set()

    def _is_young(self, ticket: _Ticket, now: float) -> bool:
        if not self._long:
            return True
        turn = _CLEARED * self._slots / max(1, len(self._waiting))
        # Whose queries were long lately gets the shortest turn, and so does a stranger while
        # somebody waits whose queries are known to be short.
        heavy = self._usage.is_heavy(ticket.caller, now)
        hurried = heavy or (not self._usage.knows(ticket.caller) and self._short_waits(now))
        longest = _SHORTEST if hurried else _SHORT
        return now - ticket.started <= min(longest, max(_SHORTEST, turn))

    def _short_waits(self, now: float) -> bool:
        return any(self._is_light(other.caller, now) for other in self._waiting)

    def _burden(self, ticket: _Ticket, now: float) -> tuple[int, bool, float]:
        used = self._usage.of(ticket.caller, now).seconds
        # Many short queries add up as well; who asks those is not the one to lose.
        spent = used + now - ticket.started
        return self._held[ticket.caller], not self._is_light(ticket.caller, now), spent

    def _is_light(self, caller: str, now: float) -> bool:
        return self._usage.knows(caller) and not self._usage.is_heavy(caller, now)

    def _ahead(self, ticket: _Ticket) -> int:
        """Count what the caller has running, and waiting since longer than this ticket."""
        waiting = 0
        for other in self._waiting:
            if other is ticket:
                break
            waiting += other.caller == ticket.caller
        return self._held[ticket.caller] + waiting

    def _has_room(self, caller: str) -> bool:
        now = time.monotonic()
        held = sum(self._is_young(other, now) for other in self._running)
        free = self._slots - held
        mine = self._held[caller]
        return mine < min(self._parallel, self._slots - 1) and free > (1 if mine else 0)


def _too_many(parallel: int) -> TooManyQueries:
    return TooManyQueries(
        f"You have more than {parallel} queries under way. Wait for an answer before you ask more."
    )
