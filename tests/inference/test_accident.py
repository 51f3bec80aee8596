"""Measures of how likely values fit together by accident."""

import pytest

from graph.schema import Column, Decision
from inference.structure.accident import (
    number_surprise,
    reach,
    run_density,
    text_surprise,
    uniqueness,
)
from inference.structure.calibration import KEY, REFERENCE, WIDE_KEY, WIDE_REFERENCE, Platt


def numbers(low: int, high: int, distinct: int) -> Column:
    return Column(
        "n", "integer", Decision(1.0), distinct=distinct, minimum=str(low), maximum=str(high)
    )


@pytest.mark.parametrize(
    ("low", "high", "distinct", "density"),
    [
        (1, 100, 100, 1.0),
        (10_001, 10_100, 100, 100 / 10_101),
        (1970, 2019, 50, 1.0),
        (5, 90_000, 100, None),
    ],
)
def test_tells_running_numbers_by_where_they_begin(
    low: int, high: int, distinct: int, density: float | None
) -> None:
    assert run_density(numbers(low, high, distinct)) == density


def test_numbers_that_reach_the_end_of_a_run_speak_for_a_reference() -> None:
    key = numbers(1, 200, 200)
    assert reach(numbers(1, 199, 80), key) > 2
    assert reach(numbers(1, 12, 12), key) == -4.0
    assert reach(numbers(1, 199, 80), numbers(1, 90_000, 300)) == 0.0


def test_few_values_prove_less_than_many() -> None:
    assert number_surprise(numbers(1, 2, 1), 0.2) < number_surprise(numbers(1, 9, 9), 0.2)
    text = Column("code", "string", Decision(1.0), distinct=3, max_length=4)
    more = Column("code", "string", Decision(1.0), distinct=300, max_length=4)
    assert text_surprise(text) < text_surprise(more) == 6.0


def test_uniqueness_is_a_surprise_where_rows_could_have_been_equal() -> None:
    assert uniqueness([numbers(1, 400, 400), numbers(1, 4, 4)], 1_500) > 2
    assert uniqueness([numbers(1, 10**9, 400), numbers(1, 10**9, 400)], 400) < 0.1


@pytest.mark.parametrize("scale", [REFERENCE, WIDE_REFERENCE, KEY, WIDE_KEY])
def test_probabilities_grow_with_the_score(scale: Platt) -> None:
    found = [scale.probability(score) for score in range(-5, 12)]
    assert found == sorted(found)
    assert 0 < found[0] < found[-1] < 1
