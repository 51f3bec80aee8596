"""The guard against features that give the target away, and against those that say nothing.

Each refusal carries its reason, for the model card. A correlation, a mapping or an equation that
holds on every row is taken for a definition of the target, not for knowledge about it.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

HIGHEST_CORRELATION = 0.999
LEAST_SUPPORT = 10
_EQUATION_ROWS = 2_000
_EQUATION_LEAST = 50
_LEAST_KNOWN = 0.05

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Dropped:
    """A feature that is not used; `leak` when it gives the target away."""

    name: str
    reason: str
    leak: bool = False


def dropped_features(frame: pd.DataFrame, target: pd.Series, kind: str) -> list[Dropped]:
    """Find the columns that must not or need not be learned from, with reasons.

    Args:
        frame: floats (NaN = missing) and texts ("" = missing).
        target: by the same index; NaN or None where unknown; only known rows are looked at.
        kind: `regression` or `classification`.
    """
    frame, target = frame[target.notna()], target[target.notna()]
    if frame.empty:
        return []
    dropped = _empty_or_constant(frame)
    frame = frame.drop(columns=[item.name for item in dropped])
    if kind == "regression":
        leaks = _numeric_leaks(frame, target.astype(float))
    else:
        leaks = _class_leaks(frame, target.astype(str))
    dropped += leaks
    return dropped + _duplicates(frame.drop(columns=[item.name for item in leaks]))


def _empty_or_constant(frame: pd.DataFrame) -> list[Dropped]:
    dropped = []
    for name in frame.columns:
        known = _known(frame[name])
        if len(known) < _LEAST_KNOWN * len(frame):
            dropped.append(Dropped(name, "Fewer than 5 % of the rows have a value."))
        elif known.nunique() < 2 and len(known) == len(frame):
            dropped.append(Dropped(name, "All rows have the same value."))
    return dropped


def _numeric_leaks(frame: pd.DataFrame, target: pd.Series) -> list[Dropped]:
    numbers = frame.select_dtypes("number")
    leaks = []
    for name in numbers.columns:
        both = numbers[name].notna()
        correlation = _correlation(numbers[name][both].to_numpy(), target[both].to_numpy())
        if both.sum() >= _EQUATION_LEAST and abs(correlation) > HIGHEST_CORRELATION:
            reason = f"It follows the target on a straight line (correlation {correlation:.5f})."
            leaks.append(Dropped(name, reason, leak=True))
    for name in frame.columns.difference(numbers.columns, sort=False):
        if target.nunique() > 2 and _one_to_one(frame[name], target.map(str)):
            leaks.append(
                Dropped(name, "Each of its values stands for one value of the target.", leak=True)
            )
    gone = [item.name for item in leaks]
    return leaks + _equations(numbers.drop(columns=[n for n in gone if n in numbers]), target)


def _correlation(left: Floats, right: Floats) -> float:
    if len(left) < 3 or left.std() == 0 or right.std() == 0:
        return 0.0
    return float(np.corrcoef(left, right)[0, 1])


def _equations(numbers: pd.DataFrame, target: pd.Series) -> list[Dropped]:
    """Find pairs whose sum, difference, product or quotient is the target on every row."""
    numbers = numbers.iloc[:_EQUATION_ROWS]
    goal = target.iloc[:_EQUATION_ROWS].to_numpy()
    values = {name: numbers[name].to_numpy(dtype=float) for name in numbers.columns}
    leaks: dict[str, Dropped] = {}
    for left, right in combinations(values, 2):
        a, b = values[left], values[right]
        with np.errstate(all="ignore"):
            forms = {
                f"{left} + {right}": a + b,
                f"{left} − {right}": a - b,
                f"{right} − {left}": b - a,
                f"{left} × {right}": a * b,
                f"{left} ÷ {right}": a / b,
                f"{right} ÷ {left}": b / a,
            }
        for form, result in forms.items():
            if _holds(result, goal):
                reason = f"The target is {form} on every row."
                for name in (left, right):
                    leaks.setdefault(name, Dropped(name, reason, leak=True))
    return list(leaks.values())


def _holds(result: Floats, goal: Floats) -> bool:
    finite = np.isfinite(result)
    if finite.sum() < max(_EQUATION_LEAST, len(goal) // 2):
        return False
    result, goal = result[finite], goal[finite]
    # Money is rounded to cents after the multiplication, so a relative error is allowed.
    near = np.abs(result - goal) <= 1e-6 * np.maximum(np.abs(goal), 1.0) + 0.0051 * (
        np.abs(goal) > 1.0
    )
    return bool(near.mean() > HIGHEST_CORRELATION and goal.std() > 0)


def _class_leaks(frame: pd.DataFrame, target: pd.Series) -> list[Dropped]:
    leaks = []
    for name in frame.columns:
        column = frame[name]
        if _determines(column, target):
            reason = "Each of its values occurs with one class of the target only."
            leaks.append(Dropped(name, reason, leak=True))
            continue
        if _separates(column, target):
            reason = "A threshold on it gives the class on every row."
            leaks.append(Dropped(name, reason, leak=True))
            continue
        flag = _flags_class(column, target)
        if flag is not None:
            reason = f"Wherever it is {flag[0]}, the target is “{flag[1]}”, and that is seldom so."
            leaks.append(Dropped(name, reason, leak=True))
    return leaks


def _determines(column: pd.Series, target: pd.Series) -> bool:
    """Tell whether few, repeated values give the class on every row."""
    known = _known(column)
    values = known.nunique()
    if len(known) < 0.9 * len(column) or not 2 <= values <= len(known) / LEAST_SUPPORT:
        return False
    pairs = pd.DataFrame({"value": known.astype(str), "target": target[known.index]})
    return bool(len(pairs.drop_duplicates()) == values and pairs["target"].nunique() > 1)


def _separates(column: pd.Series, target: pd.Series) -> bool:
    """Tell whether one threshold on a number divides two classes without a single error."""
    if not pd.api.types.is_numeric_dtype(column) or target.nunique() != 2:
        return False
    known = column.dropna()
    ranges = known.groupby(target[known.index]).agg(["min", "max", "size"])
    if len(known) < 0.9 * len(column) or len(ranges) != 2 or ranges["size"].min() < LEAST_SUPPORT:
        return False
    lower, upper = ranges.sort_values("min").iloc[0], ranges.sort_values("min").iloc[1]
    return bool(lower["max"] < upper["min"])


def _flags_class(column: pd.Series, target: pd.Series) -> tuple[str, str] | None:
    """Find a value of a two-valued column that only occurs with a rare class.

    Such a flag is part of the target's definition (a failure's kind), not an early sign of it.
    """
    known = _known(column)
    if known.nunique() != 2 or len(known) < 0.9 * len(column):
        return None
    shares = target.value_counts(normalize=True)
    for value, rows in known.groupby(known):
        classes = target[rows.index]
        seen = classes.iloc[0]
        if len(rows) >= LEAST_SUPPORT and classes.nunique() == 1 and shares[seen] < 0.2:
            return (f"{value:g}" if isinstance(value, float) else f"“{value}”", str(seen))
    return None


def _one_to_one(column: pd.Series, target: pd.Series) -> bool:
    known = _known(column)
    pairs = pd.DataFrame({"value": known, "target": target[known.index]}).drop_duplicates()
    few = len(pairs) <= len(known) / LEAST_SUPPORT
    return bool(few and pairs["value"].is_unique and pairs["target"].is_unique and len(pairs) > 1)


def _duplicates(frame: pd.DataFrame) -> list[Dropped]:
    seen: dict[bytes, str] = {}
    dropped = []
    for name in frame.columns:
        digest = pd.util.hash_pandas_object(frame[name], index=False).to_numpy().tobytes()
        if digest in seen:
            dropped.append(Dropped(name, f"It equals {seen[digest]} on every row."))
        else:
            seen[digest] = name
    return dropped


def _known(column: pd.Series) -> pd.Series:
    return column[column.notna() & (column != "")]
