"""A crowd of callers, however new, does not keep one waiting whose queries are short."""

import threading
import time
from contextlib import ExitStack

from graph.errors import QueryTimeout
from graph.readers.admission import Admission

_PATIENCE = 30


def later() -> float:
    return time.monotonic() + _PATIENCE


def nothing() -> None:
    """Let the wait go on."""


def known(admission: Admission, caller: str) -> None:
    """Ask some queries that end at once."""
    for _ in range(10):
        with admission.slot(caller, later(), nothing):
            pass


class Crowd:
    """Callers who wait for a slot, one thread each, and keep it until all are sent away."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._threads: list[threading.Thread] = []
        self._entered = threading.Semaphore(0)
        self._leave = threading.Event()
        self._order: list[str] = []

    def come(self, caller: str) -> None:
        """Have a caller wait; comes back once it does, or has a slot."""
        waits = threading.Event()

        def ask() -> None:
            with self._admission.slot(caller, later(), waits.set):
                self._order.append(caller)
                waits.set()
                self._entered.release()
                self._leave.wait(_PATIENCE)

        self._threads.append(threading.Thread(target=ask))
        self._threads[-1].start()
        assert waits.wait(_PATIENCE)

    def next(self) -> str:
        """Wait until another caller has a slot; gives its name."""
        assert self._entered.acquire(timeout=_PATIENCE)
        return self._order[-1]

    def end(self) -> None:
        """Send all away."""
        self._leave.set()
        for thread in self._threads:
            thread.join()


def test_a_known_caller_with_short_queries_comes_before_strangers() -> None:
    admission = Admission(1, 5)
    crowd = Crowd(admission)
    known(admission, "known")
    with admission.slot("a", later(), nothing):
        with admission.slot("b", later(), nothing):
            for number in range(20):
                crowd.come(f"stranger {number}")
            crowd.come("known")

        assert crowd.next() == "known"
    crowd.end()


def test_strangers_make_room_soon_while_a_known_caller_waits() -> None:
    # Their queries do not end, and may go on as long ones.
    admission = Admission(1, 5, long=9)
    crowd = Crowd(admission)
    known(admission, "known")
    with ExitStack() as held:
        for caller in "ab":
            held.enter_context(admission.slot(caller, later(), nothing))

        crowd.come("known")

        assert crowd.next() == "known"
        crowd.end()


def test_a_query_that_was_ended_for_others_counts_as_a_long_one() -> None:
    admission = Admission(1, 5, long=1)
    waiting, crowd = Crowd(admission), Crowd(admission)
    ended = threading.Event()
    losers: list[str] = []

    def run(caller: str) -> None:
        with admission.slot(caller, later(), nothing) as keeps:
            try:
                while not ended.wait(0.01):
                    keeps()
            except QueryTimeout:
                losers.append(caller)
                ended.set()

    for caller in ("first", "second", "third"):
        known(admission, caller)
    threads = [threading.Thread(target=run, args=(caller,)) for caller in "ab"]
    for thread in threads:
        thread.start()
    # While these wait, turns are the shortest, and there are more long queries than places.
    for caller in ("first", "second", "third"):
        waiting.come(caller)
    for thread in threads:
        thread.join()
    waiting.end()
    with admission.slot("x", later(), nothing):
        with admission.slot("y", later(), nothing):
            crowd.come(losers[0])
            crowd.come("new")

        assert crowd.next() == "new"
    crowd.end()


def test_who_asked_short_queries_lately_is_not_the_one_to_lose() -> None:
    admission = Admission(2, 5, long=1)
    ended = threading.Event()
    losers: list[str] = []

    def run(caller: str, holds: threading.Event) -> None:
        with admission.slot(caller, later(), nothing) as keeps:
            holds.set()
            try:
                while not ended.wait(0.01):
                    keeps()
            except QueryTimeout:
                losers.append(caller)
                ended.set()

    known(admission, "known")
    threads = []
    for caller in ("known", "stranger"):
        holds = threading.Event()
        threads.append(threading.Thread(target=run, args=(caller, holds)))
        threads[-1].start()
        assert holds.wait(_PATIENCE)
    for thread in threads:
        thread.join()

    assert losers == ["stranger"]
