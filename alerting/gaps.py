"""Missing data: gaps that are long for the series while the other series go on.

A gap counts when it is longer than `factor` usual intervals, than what the class's own gaps make
likely, and than what the series itself does again and again (nights, weekends).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alerting.anomaly import SHORTEST, tail_level
from alerting.series import Floats, Integers, Readings, usual_intervals

_ACCIDENTAL = 3
_FEWEST_TO_RECUR = 50
_BEYOND_RECURRING = 1.5
_OTHERS_GOING_ON = 1 / 3
_FALSE_ALARMS = 0.01


@dataclass(frozen=True)
class Gap:
    """Silence of one entity.

    Attributes:
        entity: index of the entity.
        before, after: positions of the readings around it; `after` is None when it never resumed.
        start, end: microseconds; the end of an open gap is the reference time.
        interval: usual interval of the series in microseconds.
        score: length as a multiple of what is still accepted, at least 1.
    """

    entity: int
    before: int
    after: int | None
    start: int
    end: int
    interval: float
    score: float


@dataclass(frozen=True)
class Silence:
    """Gaps of a set of readings, and the entities too short to judge."""

    gaps: tuple[Gap, ...]
    short: Integers


def find_gaps(
    readings: Readings, present: NDArray[np.bool_], *, factor: float, reference: int | None
) -> Silence:
    """Find the gaps of each entity, the one after its last reading included.

    Args:
        readings: ordered by entity and time.
        present: which readings count.
        factor: shortest gap, in usual intervals of the series.
        reference: microseconds up to which data is due; None means: up to the newest reading.
    """
    kept = np.flatnonzero(present)
    known = readings.having(present)
    intervals = usual_intervals(known)
    bounds = known.bounds()
    counts = np.diff(bounds)
    judged = (counts >= SHORTEST) & np.isfinite(intervals)
    short = np.flatnonzero((counts > 0) & ~judged)
    if not judged.any():
        return Silence((), short)
    end = max(int(known.time.max()), reference or 0)
    before, after, length = _silences(known, bounds, judged, end)
    entity = known.entity[before]
    accepted = _accepted(entity, length, intervals, factor)[entity]
    gaps = []
    for place in np.flatnonzero(length > accepted).tolist():
        start = int(known.time[before[place]])
        until = start + int(length[place])
        resumed = int(after[place])
        # Where data is due now, nobody else needs to be heard to know that this one is silent.
        due = reference is not None and resumed < 0
        if due or _others_go_on(known, int(entity[place]), start, until):
            gaps.append(
                Gap(
                    entity=int(entity[place]),
                    before=int(kept[before[place]]),
                    after=None if resumed < 0 else int(kept[resumed]),
                    start=start,
                    end=until,
                    interval=float(intervals[entity[place]]),
                    score=float(length[place] / accepted[place]),
                )
            )
    return Silence(tuple(gaps), short)


def _silences(
    known: Readings, bounds: Integers, judged: NDArray[np.bool_], end: int
) -> tuple[Integers, Integers, Floats]:
    """Give each step to the next reading, and one step from each last reading to the end."""
    step = np.flatnonzero((np.diff(known.entity) == 0) & judged[known.entity[1:]])
    last = (bounds[1:] - 1)[judged]
    before = np.concatenate([step, last])
    after = np.concatenate([step + 1, np.full(len(last), -1, dtype=np.int64)])
    length = np.concatenate(
        [np.diff(known.time)[step], end - known.time[last]],
    ).astype(np.float64)
    return before, after, length


def _accepted(entity: Integers, length: Floats, intervals: Floats, factor: float) -> Floats:
    """Give the longest accepted silence of each entity in microseconds."""
    relative = length / intervals[entity]
    likely = tail_level(relative.reshape(1, -1), _FALSE_ALARMS / len(length), 0.8, 0.95)[0]
    accepted = np.maximum(factor, likely) * intervals
    order = np.lexsort((-length, entity))
    ordered = entity[order]
    first = np.searchsorted(ordered, np.arange(len(intervals)))
    count = np.searchsorted(ordered, np.arange(len(intervals)), side="right") - first
    recurring = count >= _FEWEST_TO_RECUR
    again = np.zeros(len(intervals))
    again[recurring] = length[order][first[recurring] + _ACCIDENTAL]
    return np.asarray(np.maximum(accepted, _BEYOND_RECURRING * again))


def _others_go_on(known: Readings, entity: int, start: int, end: int) -> bool:
    """Tell whether a third of the other series have a reading in the middle half of the gap.

    The ends of the gap do not count: when all pause together, none pauses at the very same moment.
    A series that is alone has nobody to pause with.
    """
    others = len(np.unique(known.entity)) - 1
    margin = (end - start) // 4
    inside = known.entity[(known.time >= start + margin) & (known.time <= end - margin)]
    heard = len(np.setdiff1d(inside, [entity]))
    return others == 0 or heard >= _OTHERS_GOING_ON * others
