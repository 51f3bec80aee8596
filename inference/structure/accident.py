"""How likely values fit together by accident: inclusion, range and uniqueness.

Small whole numbers are contained in every running number, so an inclusion of them proves nothing;
that of rare numbers or codes proves much. All measures are log odds in nats or their like, and
none looks at a name. The test of the range is that of Zhang et al., "On multi-column foreign key
discovery", PVLDB 3 (2010): the values of a reference look drawn from the whole of the key.
"""

from collections.abc import Sequence
from math import log, log2, log10, prod

import numpy as np
import numpy.typing as npt

from graph.schema import Column

_DENSE = 0.5
_MOST_SURPRISE = 6.0
_PER_TEXT = 0.4
_TRUSTED_VALUES = 10
_LEAST_REACH = -4.0
_OFFSET = 10
_YEARS = (1800, 2100)
_MOST_COLLISIONS = 3.0


def text_surprise(column: Column) -> float:
    """Measure, 0 to 6, how unlikely it is that texts are in another column by accident."""
    weight = 0.5 if column.max_length <= 1 else 1.0
    proof = max(log2(1 + column.distinct), _PER_TEXT * column.distinct)
    return min(_MOST_SURPRISE, weight * proof)


def number_surprise(column: Column, density: float) -> float:
    """Measure, 0 to 6, how unlikely it is that numbers are in a set of this density by accident."""
    return min(_MOST_SURPRISE, -log(max(density, 1e-9)) * column.distinct)


def run_density(key: Column) -> float | None:
    """Give the share of all numbers up to its end that a running number has; None if it is none.

    It is 1 for a run that begins near zero, and for years, which occur everywhere.
    """
    bounds = _bounds(key)
    if bounds is None or key.distinct < _DENSE * (bounds[1] - bounds[0] + 1):
        return None
    low, high = bounds
    if low <= max(_OFFSET, key.distinct // 2) or (_YEARS[0] <= low and high <= _YEARS[1]):
        return 1.0
    return key.distinct / (high + 1)


def reach(column: Column, key: Column) -> float:
    """Compare, in log odds, how far the numbers of a column reach into a running number.

    Numbers drawn from the whole run come near its end: n of them have the density n r^(n-1) at
    the share r of the run, those of another thing end anywhere. At most ten values are trusted,
    because real references prefer some rows to others.
    """
    mine, run = _bounds(column), _bounds(key)
    if mine is None or run is None or run_density(key) is None or column.distinct < 2:
        return 0.0
    width = run[1] - run[0] + 1
    share = min(max(mine[1] - run[0] + 1, 1) / width, 1.0)
    trusted = min(column.distinct, _TRUSTED_VALUES)
    return max(_LEAST_REACH, log(trusted) + (trusted - 1) * log(share))


def precedence(pointers: npt.NDArray[np.float64], numbers: npt.NDArray[np.float64]) -> float:
    """Measure, 0 to 6, how unlikely it is by accident that each row points to an earlier number.

    Rows of a hierarchy point to rows that were there before them. Were the pointers shuffled among
    the rows, one would be below its row's number with the share of all pointers below it.

    Args:
        pointers, numbers: for each row that points somewhere, where to, and its own number.
    """
    if not len(pointers) or not bool((pointers < numbers).all()):
        return 0.0
    below = np.searchsorted(np.sort(pointers), numbers, side="left") / len(pointers)
    return min(_MOST_SURPRISE, float(-np.log(below).sum()))


def uniqueness(columns: Sequence[Column], rows: int) -> float:
    """Measure, 0 to 3, how unlikely it is that columns differ in every row by accident.

    It grows with the number of pairs of rows that would be equal if the values were drawn freely
    (the birthday problem), as decimal logarithm.
    """
    free = prod(_choices(column) for column in columns)
    return min(_MOST_COLLISIONS, log10(1 + rows * (rows - 1) / (2 * max(free, 1))))


def _choices(column: Column) -> int:
    """Give the number of values a column could have; of whole numbers those between the ends."""
    bounds = _bounds(column)
    return max(column.distinct, bounds[1] - bounds[0] + 1) if bounds else column.distinct


def _bounds(column: Column) -> tuple[int, int] | None:
    if (
        column.datatype not in ("integer", "gYear")
        or column.minimum is None
        or column.maximum is None
    ):
        return None
    return int(column.minimum), int(column.maximum)
