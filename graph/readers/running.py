"""The queries that wait or run now: who asked, since when, and how to end them."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from graph.errors import Conflict, MimirError, NotFound


class QueryCancelled(MimirError):
    """A query was ended because somebody asked for that, or because nobody waited for it."""

    code = "query-cancelled"


def _stays() -> bool:
    return False


@dataclass(frozen=True)
class Call:
    """Who asks a query.

    Attributes:
        id: under which it can be cancelled; the pool makes one when empty.
        caller: whose share of the readers it uses.
        left: whether the caller has gone away and waits no longer.
    """

    id: str = ""
    caller: str = ""
    left: Callable[[], bool] = _stays


@dataclass(frozen=True)
class Place:
    """A place that a query holds: when it ends, and what raises once it must be given up."""

    deadline: float
    proceed: Callable[[], None]


@dataclass
class RunningQuery:
    """A query that waits or runs; `since` in monotonic seconds."""

    id: str
    caller: str
    text: str
    since: float
    state: str = "waiting"
    cancelled: threading.Event = field(default_factory=threading.Event)


class RunningQueries:
    """All queries of one pool that have no answer yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, RunningQuery] = {}
        self._numbers = itertools.count(1)

    @contextmanager
    def entered(self, call: Call, text: str) -> Iterator[tuple[RunningQuery, Callable[[], None]]]:
        """List a query while the context lasts; the function given raises once it must end.

        Raises:
            Conflict: a query with this id is under way.
        """
        with self._lock:
            entry = RunningQuery(
                call.id or f"internal-{next(self._numbers)}", call.caller, text, time.monotonic()
            )
            if entry.id in self._running:
                raise Conflict(f"A query with the id {entry.id!r} is under way. Use another id.")
            self._running[entry.id] = entry

        def check() -> None:
            """Stop the query if it was cancelled or its caller left."""
            if entry.cancelled.is_set():
                raise QueryCancelled("The query was cancelled.")
            if call.left():
                raise QueryCancelled("The caller left before the answer was ready.")

        try:
            yield entry, check
        finally:
            with self._lock:
                del self._running[entry.id]

    def all(self) -> list[RunningQuery]:
        """List the queries under way, oldest first."""
        with self._lock:
            return sorted(self._running.values(), key=lambda entry: (entry.since, entry.id))

    def cancel(self, identifier: str) -> None:
        """End a query; its reader process is killed within a moment.

        Raises:
            NotFound: no such query is under way.
        """
        with self._lock:
            entry = self._running.get(identifier)
        if entry is None:
            raise NotFound(f"No query with the id {identifier!r} is under way.")
        entry.cancelled.set()
