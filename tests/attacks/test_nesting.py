"""No construct of SPARQL, however deep or long, does more than end its own reader."""

import pytest

from tests.attacks.nesting import nested, repeated
from tests.attacks.target import Attack, Target

_ANY = frozenset({200, 400, 413, 422, 503})
_DEEP, _LONG = (64, 10_000), (450, 20_000)
TEXTS = {
    **{f"{name} {depth} deep": text for depth in _DEEP for name, text in nested(depth).items()},
    **{f"{times} {name}": text for times in _LONG for name, text in repeated(times).items()},
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_deep_or_long_text_is_answered_or_refused(target: Target, name: str) -> None:
    answer = target.send(Attack(name, TEXTS[name], _ANY))

    assert answer.status_code in _ANY, answer.text
    if answer.status_code != 200:
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert target.server.process.poll() is None


def test_nothing_of_all_that_was_noticed(target: Target) -> None:
    target.check()
