"""How good predictions are, with intervals: one weighted bootstrap over rows for every metric.

Row 0 of a weight matrix is all ones and gives the score itself; each other row is one resample, so
scores of two candidates on the same weights are paired. Poisson(1) weights: Oza and Russell 2001.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

DRAWS = 200

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Metric:
    """A score with its 95 % interval; `name` is a camelCase term such as `rocAuc`."""

    name: str
    value: float
    low: float
    high: float


def resampling_weights(rows: int, seed: int, draws: int = DRAWS) -> Floats:
    """Draw the weight matrix: (1 + draws) × rows, the first row all ones."""
    drawn = np.random.default_rng(seed).poisson(1.0, size=(draws, rows)).astype(np.float64)
    return np.vstack([np.ones((1, rows)), drawn])


def regression_scores(truth: Floats, predicted: Floats, weights: Floats) -> dict[str, Floats]:
    """Score numbers on each row of weights: R², mean absolute and root mean squared error.

    The errors are in the unit of the target.
    """
    total = weights.sum(axis=1)
    squared = weights @ ((truth - predicted) ** 2)
    centred = truth - truth.mean()
    spread = weights @ (centred**2) - (weights @ centred) ** 2 / total
    return {
        "r2": 1.0 - squared / np.maximum(spread, np.finfo(float).tiny),
        "meanAbsoluteError": (weights @ np.abs(truth - predicted)) / total,
        "rootMeanSquaredError": np.sqrt(squared / total),
    }


def classification_scores(truth: Codes, shares: Floats, weights: Floats) -> dict[str, Floats]:
    """Score class probabilities on each row of weights.

    Args:
        truth: class number per row.
        shares: probability per row and class; the predicted class is the greatest.
    Returns:
        `rocAuc` (two classes only), `balancedAccuracy`, `macroF1`, `accuracy`.
    """
    classes = shares.shape[1]
    cells = truth * classes + shares.argmax(axis=1)
    table = np.zeros((len(truth), classes * classes))
    table[np.arange(len(truth)), cells] = 1.0
    confusion = (weights @ table).reshape(-1, classes, classes)
    right = np.diagonal(confusion, axis1=1, axis2=2)
    actual, called = confusion.sum(axis=2), confusion.sum(axis=1)
    scores = {}
    if classes == 2:
        scores["rocAuc"] = _area(truth, shares[:, 1], weights)
    scores["balancedAccuracy"] = (right / np.maximum(actual, 1.0)).mean(axis=1)
    scores["macroF1"] = (2 * right / np.maximum(actual + called, 1.0)).mean(axis=1)
    scores["accuracy"] = right.sum(axis=1) / weights.sum(axis=1)
    return scores


def metric(name: str, scores: Floats) -> Metric:
    """Read a score and its 95 % percentile interval."""
    low, high = np.quantile(scores[1:], [0.025, 0.975])
    return Metric(name, float(scores[0]), float(low), float(high))


def improvement(ours: Floats, theirs: Floats, contenders: int) -> Metric:
    """Compare paired scores; the interval allows for the choice of the best of the contenders.

    A one-sided level of 5 % is divided by their number (Bonferroni).
    """
    difference = ours - theirs
    margin = _normal_quantile(1.0 - 0.05 / max(contenders, 1)) * float(difference[1:].std())
    value = float(difference[0])
    return Metric("improvement", value, value - margin, value + margin)


def conformal_margin(truth: Floats, predicted: Floats, coverage: float = 0.9) -> float:
    """Find the half-width that holds this share of the held-out residuals.

    Split conformal prediction with the finite-sample correction (Lei et al. 2018).
    """
    residuals = np.sort(np.abs(truth - predicted))
    place = min(len(residuals), int(np.ceil((len(residuals) + 1) * coverage)))
    return float(residuals[place - 1])


def _area(truth: Codes, score: Floats, weights: Floats) -> Floats:
    """Area under the ROC curve per row of weights; ties count half."""
    _, groups = np.unique(score, return_inverse=True)
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    sorted_weights, positive = weights[:, order], truth[order] == 1
    up = np.add.reduceat(sorted_weights * positive, starts, axis=1)
    down = np.add.reduceat(sorted_weights * ~positive, starts, axis=1)
    below = np.cumsum(down, axis=1) - down
    pairs = up.sum(axis=1) * down.sum(axis=1)
    area: Floats = (up * (below + 0.5 * down)).sum(axis=1) / np.maximum(pairs, 1.0)
    return area


def _normal_quantile(share: float) -> float:
    return NormalDist().inv_cdf(share)
