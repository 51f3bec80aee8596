"""Unusual episodes in many time series at once: robust, seasonal, and slow to cry wolf.

Each series is split into trend (Theil–Sen line plus rolling median of block medians), rhythm
(median by time of day, then by weekday, each where it helps) and rest. The rest is measured in
units of its own median absolute deviation. The alarm level is where a Weibull tail fitted to the
bulk of the rests expects `false_alarms` of them, so heavy tails and many series raise it by
themselves. Sources: Sen 1968; Rousseeuw and Croux 1993; Siffer et al. 2017 for tail-fitted levels.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from alerting.series import DAY, Floats, Integers, Panel, median

SHORTEST = 20
"""Fewest values of a series that say what is usual."""

_MAD_TO_DEVIATION = 1.4826
_FEWEST_CYCLES = 5
_FEWEST_WEEKS = 4
_MOST_SLOTS = 96
_MOST_BLOCKS = 60
_SMOOTHED_BLOCKS = 7
_SHORTEST_BLOCK = 8
_USEFUL = 0.95
_SUSTAINED_BINS = 6
_SUSTAINED_Z = 3.5
_EDGE_Z = 3.0
_BRIDGED_BINS = 2
_HIGHEST_SHAPE = 3.0


@dataclass(frozen=True)
class Episode:
    """A run of unusual values of one series of a panel.

    Attributes:
        row, first, last, peak: row of the panel; bins, inclusive; the most unusual bin.
        z: distance of the peak from what was expected, in usual deviations, without sign.
        score: the same as a multiple of the alarm level, at least 1.
        expected: what was expected at the peak.
        above: whether the values are above what was expected, or below.
    """

    row: int
    first: int
    last: int
    peak: int
    z: float
    score: float
    expected: float
    above: bool


@dataclass(frozen=True)
class Detection:
    """Episodes of a panel, and the rows that could not be judged."""

    episodes: tuple[Episode, ...]
    short: Integers
    constant: Integers


def detect(panel: Panel, *, false_alarms: float, tests: int, minimum_z: float) -> Detection:
    """Find the unusual episodes of a panel.

    Args:
        panel: the series.
        false_alarms: expected number of false alarms over all `tests`.
        tests: number of values that are tested in the whole evaluation.
        minimum_z: lowest alarm level, in usual deviations.
    """
    long_enough = np.isfinite(panel.values).sum(axis=1) >= SHORTEST
    values = np.where(long_enough[:, None], panel.values, np.nan)
    expected = expected_course(values, panel.start, panel.interval)
    rest = values - expected
    scale = _MAD_TO_DEVIATION * median(np.abs(rest))
    floor = 1e-9 * np.maximum(median(np.abs(values)), 1e-300)
    varying = long_enough & (scale > floor)
    z = np.full(values.shape, np.nan)
    np.divide(rest, scale[:, None], out=z, where=varying[:, None])
    probability = min(0.05, false_alarms / max(tests, 1))
    level = _alarm_levels(z, probability, minimum_z)
    episodes = [
        *_signed_episodes(z, level, expected, above=True),
        *_signed_episodes(-z, level, expected, above=False),
    ]
    episodes.sort(key=lambda episode: (episode.row, episode.first))
    return Detection(
        tuple(episodes), np.flatnonzero(~long_enough), np.flatnonzero(long_enough & ~varying)
    )


def expected_course(values: Floats, start: int, interval: int) -> Floats:
    """Give trend plus rhythm of each series, as if nothing unusual had happened."""
    block = max(math.ceil(values.shape[1] / _MOST_BLOCKS), _SHORTEST_BLOCK)
    day_bins = round(DAY / interval)
    if day_bins > 1 and values.shape[1] >= _FEWEST_CYCLES * day_bins:
        block = day_bins * math.ceil(block / day_bins)
    rhythm = np.zeros_like(values)
    # Two rounds: the first trend is bent by the rhythm of incomplete days, the second is not.
    for _ in range(2):
        trend = _trend(values - rhythm, block)
        rhythm = _rhythm(values - trend, start, interval)
    return _trend(values - rhythm, block) + rhythm


def tail_level(values: Floats, probability: float, low: float, high: float) -> Floats:
    """Extrapolate the value that is exceeded with `probability`, from two quantiles per row.

    A Weibull tail, `Q(p) = a·(ln 1/p)^k`, through the quantiles `low` and `high`. It is exact for
    exponential tails and some 15 % high for Gaussian ones at 1e-7.
    """
    lower, upper = _quantile(values, low), _quantile(values, high)
    depth = math.log(1 / (1 - high))
    with np.errstate(divide="ignore", invalid="ignore"):
        shape = np.log(upper / lower) / math.log(depth / math.log(1 / (1 - low)))
    shape = np.clip(np.where(lower > 0, shape, _HIGHEST_SHAPE), 0, _HIGHEST_SHAPE)
    level = upper * (math.log(1 / probability) / depth) ** shape
    return np.where(np.isfinite(level), level, 0.0)


def _alarm_levels(z: Floats, probability: float, minimum_z: float) -> Floats:
    """Give each series its level: the highest of the floor, its own tail and all series' tail.

    Its own tail counts up to twice the others': a long fault must not raise its own level beyond
    reach. Few values estimate their own deviation badly, so short series get a higher level.
    """
    size = np.abs(z)
    own = tail_level(size, probability, 0.7, 0.9)
    everyone = np.maximum(tail_level(size.reshape(1, -1), probability, 0.8, 0.95), minimum_z)
    counted = np.maximum(np.isfinite(z).sum(axis=1), 1)
    return np.asarray(np.clip(own, everyone, 2 * everyone) * (1 + 10 / counted))


def _sustained(z: Floats, level: Floats) -> NDArray[np.bool_]:
    """Flag the values of windows whose mean is far above what means of that series usually are."""
    width = _SUSTAINED_BINS
    if z.shape[1] < 2 * width:
        return np.zeros(z.shape, dtype=np.bool_)
    known = np.isfinite(z)
    padding = ((0, 0), (1, 0))
    total = np.pad(np.cumsum(np.where(known, z, 0.0), axis=1), padding)
    count = np.pad(np.cumsum(known, axis=1), padding)
    counted = count[:, width:] - count[:, :-width]
    mean = np.full(counted.shape, np.nan)
    enough = counted >= width - _BRIDGED_BINS
    np.divide(total[:, width:] - total[:, :-width], counted, out=mean, where=enough)
    usual = _MAD_TO_DEVIATION * median(np.abs(mean))
    bound = np.maximum(level * np.nan_to_num(usual), _SUSTAINED_Z)
    hit = np.pad(mean >= bound[:, None], ((0, 0), (width - 1, width - 1)))
    # The window reaches past the ends of the episode; only unusual values belong to it.
    return np.asarray(sliding_window_view(hit, width, axis=1).any(axis=-1) & (z >= _EDGE_Z))


def _signed_episodes(z: Floats, level: Floats, expected: Floats, *, above: bool) -> list[Episode]:
    """Find the episodes above expectation; turn the sign of `z` for those below."""
    flagged = (z >= level[:, None]) | _sustained(z, level)
    return [
        episode
        for row in np.flatnonzero(flagged.any(axis=1)).tolist()
        for episode in _runs(row, z[row], flagged[row], float(level[row]), expected[row], above)
    ]


def _runs(
    row: int, z: Floats, flagged: NDArray[np.bool_], level: float, expected: Floats, above: bool
) -> list[Episode]:
    """Join the flagged values of one series with their unusual neighbours."""
    marked = np.flatnonzero((np.nan_to_num(z) >= _EDGE_Z) | flagged)
    breaks = np.flatnonzero(np.diff(marked) > _BRIDGED_BINS + 1) + 1
    found = []
    for run in np.split(marked, breaks):
        if flagged[run].any():
            peak = int(run[np.nanargmax(z[run])])
            found.append(
                Episode(
                    row=row,
                    first=int(run[0]),
                    last=int(run[-1]),
                    peak=peak,
                    z=float(z[peak]),
                    score=max(1.0, float(z[peak]) / level),
                    expected=float(expected[peak]),
                    above=above,
                )
            )
    return found


def _trend(values: Floats, block: int) -> Floats:
    """Give a line through the block medians, plus a rolling median of what the line leaves."""
    bins = values.shape[1]
    blocks = math.ceil(bins / block)
    padded = np.pad(values, ((0, 0), (0, blocks * block - bins)), constant_values=np.nan)
    levels = median(padded.reshape(len(values), blocks, block))
    place = np.arange(blocks, dtype=np.float64)
    slope = _theil_sen(levels)
    base = median(levels - slope[:, None] * place)
    left = levels - base[:, None] - slope[:, None] * place
    smooth = np.nan_to_num(_rolling_median(left))
    position = (np.arange(bins) - (block - 1) / 2) / block
    before = np.clip(np.floor(position).astype(np.int64), 0, blocks - 1)
    after = np.minimum(before + 1, blocks - 1)
    share = np.clip(position - before, 0, 1)
    bend = smooth[:, before] * (1 - share) + smooth[:, after] * share
    return np.asarray(base[:, None] + slope[:, None] * position + bend)


def _theil_sen(levels: Floats) -> Floats:
    """Give the median slope per block over all pairs at least half the series apart."""
    blocks = levels.shape[1]
    if blocks < 3:
        return np.zeros(len(levels))
    first, second = np.triu_indices(blocks, k=max(1, blocks // 2))
    slopes = (levels[:, second] - levels[:, first]) / (second - first)
    return np.nan_to_num(median(slopes))


def _rolling_median(levels: Floats) -> Floats:
    half = _SMOOTHED_BLOCKS // 2
    if levels.shape[1] < _SMOOTHED_BLOCKS:
        return np.zeros_like(levels)
    padded = np.pad(levels, ((0, 0), (half, half)), constant_values=np.nan)
    return median(sliding_window_view(padded, _SMOOTHED_BLOCKS, axis=1))


def _rhythm(rest: Floats, start: int, interval: int) -> Floats:
    """Give the part that repeats by time of day and by weekday, zero where it does not help."""
    moments = start + interval * np.arange(rest.shape[1], dtype=np.int64)
    days = (moments[-1] - moments[0]) / DAY
    rhythm = np.zeros_like(rest)
    slots = min(_MOST_SLOTS, DAY // interval)
    if slots >= 4 and days >= _FEWEST_CYCLES:
        rhythm += _profile(rest, (moments % DAY) * slots // DAY)
    if interval <= DAY and days >= 7 * _FEWEST_WEEKS:
        rhythm += _profile(rest - rhythm, moments // DAY % 7)
    return rhythm


def _profile(rest: Floats, slot: Integers) -> Floats:
    profile = np.zeros_like(rest)
    for value in np.unique(slot).tolist():
        chosen = slot == value
        profile[:, chosen] = np.nan_to_num(median(rest[:, chosen]))[:, None]
    useful = median(np.abs(rest - profile)) < _USEFUL * median(np.abs(rest))
    return np.where(useful[:, None], profile, 0.0)


def _quantile(values: Floats, share: float) -> Floats:
    ordered = np.sort(values, axis=1)
    count = np.isfinite(ordered).sum(axis=1)
    place = np.maximum(np.ceil(share * count).astype(np.int64) - 1, 0)
    return np.asarray(ordered[np.arange(len(values)), place], dtype=np.float64)
