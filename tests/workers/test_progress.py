"""What running jobs say, and how long it counts as a sign of life."""

import threading

from tests.workers.conftest import Clock
from workers.progress import ProgressBoard


def board_of(clock: Clock) -> ProgressBoard:
    return ProgressBoard(clock.monotonic)


def test_the_newest_words_of_a_run_are_kept(clock: Clock) -> None:
    board = board_of(clock)
    board.report("works", "1", "land", 0.1, "mapping")
    board.report("works", "1", "land", 0.5, "loading")

    found = board.get("works", "1")

    assert found is not None
    assert (found.step, found.fraction, found.message) == ("land", 0.5, "loading")
    assert board.get("works", "2") is None
    assert board.get("other", "1") is None


def test_a_step_begins_when_it_first_speaks(clock: Clock) -> None:
    board = board_of(clock)
    board.report("works", "1", "land", None, "")
    clock.move(30)
    board.report("works", "1", "land", 0.25, "")
    found = board.get("works", "1")
    assert found is not None
    assert found.eta(clock.monotonic()) == 90

    board.report("works", "1", "train", 0.25, "")

    following = board.get("works", "1")
    assert following is not None
    assert following.eta(clock.monotonic()) == 0


def test_no_time_is_promised_before_anything_is_known(clock: Clock) -> None:
    board = board_of(clock)
    for fraction in (None, 0.0, 0.01):
        board.report("works", "1", "land", fraction, "")
        found = board.get("works", "1")
        assert found is not None
        assert found.eta(clock.monotonic()) is None


def test_a_heartbeat_renews_the_sign_of_life_and_says_nothing_else(clock: Clock) -> None:
    board = board_of(clock)
    board.report("works", "1", "train", 0.5, "fitting")
    before = board.get("works", "1")
    version = board.wait(-1, 0)
    clock.move(5)

    board.beat("works", "1")

    after = board.get("works", "1")
    assert before is not None
    assert after is not None
    assert (after.step, after.message, after.started) == ("train", "fitting", before.started)
    assert after.seen == before.seen + 5
    assert board.wait(version, 0) == version


def test_a_heartbeat_counts_although_the_owner_is_new(clock: Clock) -> None:
    board = board_of(clock)

    board.beat("works", "1")

    found = board.get("works", "1")
    assert found is not None
    assert found.seen == clock.monotonic()


def test_a_forgotten_run_is_gone(clock: Clock) -> None:
    board = board_of(clock)
    board.report("works", "1", "land", None, "")

    board.forget("works", "1")
    board.forget("works", "1")

    assert board.get("works", "1") is None


def test_those_who_wait_hear_of_each_change(clock: Clock) -> None:
    board = board_of(clock)
    version = board.wait(-1, 0)
    heard: list[int] = []
    waiting = threading.Thread(target=lambda: heard.append(board.wait(version, 30)))
    waiting.start()

    board.report("works", "1", "land", None, "")
    waiting.join()

    assert heard == [version + 1]
