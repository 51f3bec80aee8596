"""What all the attacks together left behind: nothing, and hardly a delay for others."""

from tests.attacks.target import Target
from tests.e2e.served import eventually

_RATIO = 5
_LEAST = 0.5
_SHARE = 0.95
_MOST_READERS = 12
_MOST_OPEN_FILES = 60


def high(values: list[float]) -> float:
    """Give the 95th percentile."""
    return sorted(values)[int(len(values) * _SHARE)]


def test_the_canary_was_answered_rightly_and_soon(target: Target) -> None:
    canary = target.canary
    eventually(lambda: len(canary.during) >= 20)

    assert canary.wrong == []
    assert high(canary.during) <= max(_LEAST, _RATIO * high(canary.quiet))


def test_no_file_and_no_process_is_left(target: Target) -> None:
    spool = target.server.folder / "spool"
    eventually(lambda: target.readers() <= _MOST_READERS)

    assert target.count_open_files() <= target.open_files + _MOST_OPEN_FILES
    eventually(lambda: len(list(spool.iterdir())) <= 1)
    target.check()
