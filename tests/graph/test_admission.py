"""Who may query now: shares, the kept slot, and what happens to those who ask for more."""

import threading
import time
from contextlib import ExitStack

import pytest

from graph.errors import QueryTimeout
from graph.readers.admission import Admission, TooManyQueries


def nothing() -> None:
    """Let the wait go on."""


def soon(seconds: float = 0.05) -> float:
    return time.monotonic() + seconds


def test_one_caller_cannot_take_the_last_slot() -> None:
    admission = Admission(2, 5)
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(admission.slot("greedy", soon(), nothing))
        with pytest.raises(QueryTimeout, match="free"):
            held.enter_context(admission.slot("greedy", soon(), nothing))

        with admission.slot("other", soon(), nothing):
            pass


def test_a_slot_given_back_is_given_out_again() -> None:
    admission = Admission(1, 5)

    for _ in range(3):
        with admission.slot("a", soon(), nothing), admission.slot("b", soon(), nothing):
            pass


def test_the_caller_with_fewer_slots_comes_first() -> None:
    admission = Admission(2, 5)
    order: list[str] = []
    let_go = threading.Event()

    def ask(caller: str, waiting: threading.Event) -> None:
        with admission.slot(caller, soon(20), waiting.set):
            order.append(caller)
            let_go.wait(20)

    with admission.slot("a", soon(), nothing):
        threads = []
        with ExitStack() as others:
            for caller in ("x", "y"):
                others.enter_context(admission.slot(caller, soon(), nothing))
            for caller in ("a", "c"):
                waiting = threading.Event()
                threads.append(threading.Thread(target=ask, args=(caller, waiting)))
                threads[-1].start()
                assert waiting.wait(20)
        let_go.set()
        for thread in threads:
            thread.join()

    assert order == ["c", "a"]


def test_what_is_asked_beyond_a_share_is_refused_after_a_moment() -> None:
    admission = Admission(8, 2)
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(admission.slot("greedy", soon(), nothing))
        with pytest.raises(TooManyQueries, match="2 queries") as caught:
            held.enter_context(admission.slot("greedy", soon(60), nothing))

    assert caught.value.retryable


def test_a_wait_ends_when_the_check_says_so() -> None:
    admission = Admission(1, 1)

    def gone() -> None:
        raise KeyError("gone")

    with (
        admission.slot("a", soon(), nothing),
        admission.slot("b", soon(), nothing),
        pytest.raises(KeyError),
        admission.slot("c", soon(60), gone),
    ):
        pass

    with admission.slot("c", soon(), nothing):
        pass


def test_without_slots_nobody_is_let_in() -> None:
    with pytest.raises(QueryTimeout), Admission(0, 5).slot("a", soon(), nothing):
        pass


def test_long_queries_leave_their_slots_and_the_greediest_loses_one() -> None:
    admission = Admission(1, 5, long=2)
    ended: list[str] = []
    let_go = threading.Event()

    def run(caller: str, holds: threading.Event) -> None:
        with admission.slot(caller, soon(30), nothing) as keeps:
            holds.set()
            try:
                while not let_go.wait(0.01):
                    keeps()
            except QueryTimeout:
                ended.append(caller)

    threads = []
    for caller in "abcde":
        holds = threading.Event()
        threads.append(threading.Thread(target=run, args=(caller, holds)))
        threads[-1].start()
        # Two slots: the third one runs when the first has got long.
        assert holds.wait(20)
    while len(ended) < 2:
        assert all(thread.is_alive() for thread in threads[-2:])
    let_go.set()
    for thread in threads:
        thread.join()

    assert ended[:2] == ["a", "b"]


def test_the_caller_that_used_less_comes_first() -> None:
    admission = Admission(1, 5)
    order: list[str] = []
    with admission.slot("heavy", soon(), nothing):
        threading.Event().wait(1.2)

    def ask(caller: str, waiting: threading.Event) -> None:
        with admission.slot(caller, soon(20), waiting.set):
            order.append(caller)

    threads = []
    with admission.slot("x", soon(), nothing):
        with admission.slot("y", soon(), nothing):
            for caller in ("heavy", "light"):
                waiting = threading.Event()
                threads.append(threading.Thread(target=ask, args=(caller, waiting)))
                threads[-1].start()
                assert waiting.wait(20)
        # One slot is free: they take it one after the other.
        for thread in threads:
            thread.join()

    assert order == ["light", "heavy"]


def test_a_newcomer_finds_a_place_in_a_queue_that_others_filled() -> None:
    admission = Admission(1, 200)
    refused: list[str] = []
    let_go = threading.Event()

    def ask(caller: str) -> None:
        try:
            with admission.slot(caller, soon(30), nothing):
                let_go.wait(30)
        except TooManyQueries:
            refused.append(caller)

    with admission.slot("x", soon(), nothing), admission.slot("y", soon(), nothing):
        threads = [
            threading.Thread(target=ask, args=(caller,)) for caller in ("greedy", "other") * 48
        ]
        for thread in threads:
            thread.start()
        while len(admission._waiting) < 96:
            assert not refused
        newcomer = threading.Thread(target=ask, args=("newcomer",))
        newcomer.start()
        while not refused:
            assert newcomer.is_alive()
    let_go.set()
    for thread in (*threads, newcomer):
        thread.join()

    assert len(refused) == 1
    assert refused != ["newcomer"]
