"""A crowd of callers, however new, does not keep one waiting whose queries are short."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from graph.errors import QueryTimeout
from graph.readers.admission import Admission


def later() -> float:
    return time.monotonic() + 30


def quick(admission: Admission, caller: str) -> None:
    """Ask a query that ends at once."""
    with admission.slot(caller, later(), lambda: None):
        pass


class Crowd:
    """Callers who wait, one thread each; `order` is who was let in, and when compared to others."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._threads: list[threading.Thread] = []
        self.order: list[str] = []

    def come(self, caller: str, then: Callable[[], object] = lambda: None) -> None:
        """Have a caller wait; comes back once it does."""
        waits = threading.Event()

        def ask() -> None:
            with self._admission.slot(caller, later(), waits.set):
                self.order.append(caller)
                then()

        self._threads.append(threading.Thread(target=ask))
        self._threads[-1].start()
        assert waits.wait(20)

    def end(self) -> list[str]:
        """Wait until all were let in; gives the order."""
        for thread in self._threads:
            thread.join()
        return self.order


def test_a_known_caller_with_short_queries_comes_before_strangers() -> None:
    admission = Admission(1, 5)
    crowd = Crowd(admission)
    quick(admission, "known")
    with ExitStack() as held:
        for caller in "ab":
            held.enter_context(admission.slot(caller, later(), lambda: None))
        for number in range(20):
            crowd.come(f"stranger {number}")
        crowd.come("known")

    assert "known" in crowd.end()[:2]


def test_strangers_make_room_soon_while_a_known_caller_waits() -> None:
    admission = Admission(1, 5, long=9)
    quick(admission, "known")
    let_go = threading.Event()
    strangers, known = Crowd(admission), Crowd(admission)
    with ExitStack() as held:
        for caller in "ab":
            held.enter_context(admission.slot(caller, later(), lambda: None))

        # Both slots are held by queries that do not end, and have not been held for a second.
        known.come("known", let_go.set)
        let_go.wait(20)

    assert (known.end(), strangers.end()) == (["known"], [])


def test_a_query_that_was_ended_for_others_counts_as_a_long_one() -> None:
    admission = Admission(1, 5, long=1)
    ended = threading.Event()

    def run(caller: str) -> None:
        with admission.slot(caller, later(), lambda: None) as keeps:
            try:
                while not ended.is_set():
                    keeps()
                    ended.wait(0.01)
            except QueryTimeout:
                ended.set()
                losers.append(caller)

    losers: list[str] = []
    threads = [threading.Thread(target=run, args=(caller,)) for caller in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    crowd = Crowd(admission)
    with ExitStack() as held:
        for caller in "xy":
            held.enter_context(admission.slot(caller, later(), lambda: None))
        crowd.come(losers[0])
        crowd.come("new")

    assert crowd.end() == ["new", losers[0]]
