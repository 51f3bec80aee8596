"""Detection on plain matrices: quiet on what is usual, loud on what is not."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from alerting.anomaly import Detection, detect
from alerting.series import DAY, Panel

Floats = NDArray[np.float64]
HOUR = DAY // 24
HOURS = np.arange(720)


def _detect(values: Floats, interval: int = HOUR) -> Detection:
    panel = Panel(np.arange(len(values)), 0, interval, values)
    return detect(panel, false_alarms=0.01, tests=3 * values.size, minimum_z=6)


def _daily(source: np.random.Generator) -> Floats:
    return np.asarray(source.normal(size=(40, 720)) + 4 * np.sin(HOURS / 24 * 2 * np.pi))


def _wandering(source: np.random.Generator) -> Floats:
    return np.cumsum(source.normal(0, 0.1, (40, 720)), axis=1) + source.normal(size=(40, 720))


def _weekly(source: np.random.Generator) -> Floats:
    return source.normal(size=(40, 720)) + np.where((HOURS // 24) % 7 > 4, 10.0, 0.0)


@pytest.mark.parametrize(
    "make",
    [
        _daily,
        _wandering,
        _weekly,
        lambda source: source.normal(size=(40, 720)) + HOURS * 0.05,
        lambda source: source.laplace(size=(40, 720)),
        lambda source: source.poisson(2, (40, 720)).astype(float),
        lambda source: np.round(source.normal(size=(40, 720)) * 0.6),
        lambda source: source.normal(size=(40, 24)),
    ],
    ids=["daily", "wandering", "weekly", "rising", "heavy tails", "counts", "coarse", "short"],
)
def test_nothing_is_found_where_nothing_happened(
    make: Callable[[np.random.Generator], Floats],
) -> None:
    found = [_detect(make(np.random.default_rng(seed))).episodes for seed in range(5)]
    assert found == [()] * 5


@pytest.mark.parametrize(
    ("first", "last", "by"),
    [(300, 310, 25.0), (300, 310, -25.0), (0, 10, 25.0), (700, 720, 12.0), (300, 360, 8.0)],
)
def test_a_sustained_shift_is_one_episode_of_its_length(first: int, last: int, by: float) -> None:
    values = _daily(np.random.default_rng(1))
    values[7, first:last] += by
    (episode,) = _detect(values).episodes
    assert (episode.row, episode.above) == (7, by > 0)
    assert abs(episode.first - first) <= 3
    assert abs(episode.last - (last - 1)) <= 3


def test_a_shift_too_small_for_any_one_value_is_found_by_its_length() -> None:
    values = _daily(np.random.default_rng(1))
    values[7, 300:312] += 4.8
    assert [episode.row for episode in _detect(values).episodes] == [7]


def test_one_huge_spike_is_found() -> None:
    values = _daily(np.random.default_rng(2))
    values[3, 100] += 20
    (episode,) = _detect(values).episodes
    assert (episode.row, episode.first, episode.last) == (3, 100, 100)


def test_a_gap_in_the_series_neither_warns_nor_alarms() -> None:
    values = _daily(np.random.default_rng(3))
    values[3, 100:400] = np.nan
    values[4, :] = np.nan
    detection = _detect(values)
    assert detection.episodes == ()
    assert detection.short.tolist() == [4]


def test_series_too_short_or_constant_are_named_not_judged() -> None:
    values = np.random.default_rng(4).normal(size=(3, 100))
    values[0, 15:] = np.nan
    values[1, :] = 5.0
    detection = _detect(values)
    assert (detection.short.tolist(), detection.constant.tolist()) == ([0], [1])


def test_daily_values_are_judged_without_a_time_of_day() -> None:
    values = np.random.default_rng(5).normal(size=(5, 90))
    values[2, 40] += 30
    assert [(e.row, e.first) for e in _detect(values, DAY).episodes] == [(2, 40)]
