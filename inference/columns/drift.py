"""Measure how the values of columns changed from one version of a file to the next.

Each column is tested for another share of nulls and another distribution; as many tests are made
at once, the p-values are corrected together (Benjamini and Hochberg, 1995).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from inference.columns.sketches import STEPS, ColumnSketch

_Numbers = npt.NDArray[np.float64]
_LEAST_ROWS = 20
_LEAST_EXPECTED = 5.0
_LEVEL = 0.01
_LEAST_NULLS = 0.02
_LEAST_DISTANCE = 0.1


@dataclass(frozen=True)
class ColumnDrift:
    """How one column changed.

    Attributes:
        table, column: names in the source.
        null_share, null_share_before: shares of the rows without a value, 0 to 1.
        distance: 0 (same distribution) to 1; of ordered values the largest distance between the
            cumulative shares (Kolmogorov and Smirnov), of others half the sum of the differences
            of the shares (total variation). None where it cannot be told.
        outside: share of the rows whose value is out of the range, or not among the values, of
            before.
        p_nulls, p_values: corrected probability of a difference this large by accident.
    """

    table: str
    column: str
    null_share: float
    null_share_before: float
    distance: float | None = None
    outside: float | None = None
    p_nulls: float = 1.0
    p_values: float | None = None

    @property
    def changed(self) -> bool:
        """Whether the column differs by so much that it matters, and not by accident."""
        nulls = abs(self.null_share - self.null_share_before)
        other_nulls = nulls >= _LEAST_NULLS and self.p_nulls < _LEVEL
        if self.distance is None or self.p_values is None:
            return other_nulls
        return other_nulls or (self.distance >= _LEAST_DISTANCE and self.p_values < _LEVEL)


def measure_drift(
    before: Sequence[ColumnSketch], now: Sequence[ColumnSketch]
) -> tuple[ColumnDrift, ...]:
    """Compare the columns that both versions have, in the order of `now`."""
    known = {(sketch.table, sketch.column): sketch for sketch in before}
    pairs = [
        (known[key], sketch) for sketch in now if (key := (sketch.table, sketch.column)) in known
    ]
    return _corrected([compare_sketches(old, new) for old, new in pairs])


def compare_sketches(old: ColumnSketch, new: ColumnSketch) -> ColumnDrift:
    """Compare two columns by their sketches; the p-values are not corrected yet."""
    drift = ColumnDrift(
        new.table, new.column, _null_share(new), _null_share(old), p_nulls=_p_of_nulls(old, new)
    )
    if min(old.counted, new.counted) < _LEAST_ROWS:
        return drift
    if old.quantiles and new.quantiles:
        return _ordered(drift, old, new)
    if old.categories and new.categories:
        return _listed(drift, old, new)
    return drift


def _null_share(sketch: ColumnSketch) -> float:
    return sketch.nulls / sketch.rows if sketch.rows else 0.0


def _p_of_nulls(old: ColumnSketch, new: ColumnSketch) -> float:
    table = [[old.nulls, old.rows - old.nulls], [new.nulls, new.rows - new.nulls]]
    if min(old.rows, new.rows) == 0:
        return 1.0
    return float(stats.fisher_exact(table).pvalue)


def _ordered(drift: ColumnDrift, old: ColumnSketch, new: ColumnSketch) -> ColumnDrift:
    """Compare the cumulative shares at all quantiles; each sketch is coarse by one step."""
    places = np.union1d(old.quantiles, new.quantiles)
    gaps = np.abs(_reached(old, places) - _reached(new, places))
    distance = max(float(gaps.max()) - 1 / STEPS, 0.0)
    size = old.counted * new.counted / (old.counted + new.counted)
    values = np.asarray(new.quantiles)
    beyond = (values < old.quantiles[0]) | (values > old.quantiles[-1])
    return replace(
        drift,
        distance=round(distance, 6),
        outside=round(float(beyond.mean()), 6),
        p_values=float(special.kolmogorov(np.sqrt(size) * distance)),
    )


def _reached(sketch: ColumnSketch, places: _Numbers) -> _Numbers:
    reached = np.searchsorted(np.asarray(sketch.quantiles), places, side="right") - 1
    return np.clip(reached, 0, STEPS) / STEPS


def _listed(drift: ColumnDrift, old: ColumnSketch, new: ColumnSketch) -> ColumnDrift:
    counts = [dict(old.categories), dict(new.categories)]
    # A value that only one list has may be among the rest of the other: both rests then hold it.
    shared = [
        value
        for value in sorted({*counts[0], *counts[1]})
        if (value in counts[0] or not old.rest) and (value in counts[1] or not new.rest)
    ]
    table = np.array([[count.get(value, 0) for value in shared] for count in counts], dtype=float)
    rest = np.array([[old.counted], [new.counted]]) - table.sum(axis=1, keepdims=True)
    table = np.hstack([table, rest])
    shares = table / table.sum(axis=1, keepdims=True)
    unknown = sum(rows for value, rows in counts[1].items() if value not in counts[0])
    return replace(
        drift,
        distance=round(float(np.abs(shares[0] - shares[1]).sum() / 2), 6),
        outside=None if old.rest else round((unknown + new.rest) / new.counted, 6),
        p_values=_p_of_counts(table),
    )


def _p_of_counts(table: _Numbers) -> float:
    """Test two rows of counts for one distribution (chi square); rare values count together."""
    expected = table.sum(axis=0) * table.sum(axis=1).min() / table.sum()
    rare = expected < _LEAST_EXPECTED
    merged = np.hstack([table[:, ~rare], table[:, rare].sum(axis=1, keepdims=True)])
    merged = merged[:, merged.sum(axis=0) > 0]
    if merged.shape[1] < 2:
        return 1.0
    return float(stats.chi2_contingency(merged).pvalue)


def _corrected(drifts: Sequence[ColumnDrift]) -> tuple[ColumnDrift, ...]:
    tests = [drift.p_nulls for drift in drifts]
    tests += [drift.p_values for drift in drifts if drift.p_values is not None]
    if not tests:
        return ()
    corrected = iter(stats.false_discovery_control(np.clip(tests, 0.0, 1.0)))
    nulls = [float(next(corrected)) for _ in drifts]
    return tuple(
        replace(
            drift,
            p_nulls=p_nulls,
            p_values=None if drift.p_values is None else float(next(corrected)),
        )
        for drift, p_nulls in zip(drifts, nulls, strict=True)
    )
