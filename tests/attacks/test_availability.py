"""Attacks on time, memory and life of the server end with the status of the contract."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.attacks import availability, texts
from tests.attacks.target import QUERY_SECONDS, Attack, Target

_ONE_CALLERS_READERS = 2
_SLOWEST = 15 + QUERY_SECONDS


def problem(answer: httpx.Response) -> str:
    """Describe an answer in a line."""
    return f"{answer.status_code} {answer.text[:300]}"


CLASSES = {**availability.CLASSES, **texts.CLASSES}


@pytest.mark.parametrize("attacks", CLASSES.values(), ids=CLASSES)
def test_an_attack_ends_as_the_contract_says(target: Target, attacks: list[Attack]) -> None:
    begin = time.monotonic()
    with ThreadPoolExecutor(_ONE_CALLERS_READERS) as threads:
        answers = list(threads.map(target.send, attacks))

    for attack, answer in zip(attacks, answers, strict=True):
        assert answer.status_code in attack.statuses, f"{attack.text[:200]} {problem(answer)}"
        if answer.status_code != 200:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert "Traceback" not in answer.text
    assert time.monotonic() - begin < _SLOWEST * len(attacks)
    target.check()
