"""The algorithms that compete, and the baselines that they have to beat.

Sizes follow from the number of rows and features alone, never from the clock, so the same input
gives the same work. Every estimator is single-threaded, or deterministic with threads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

KERNEL_ROWS = 2_000
NEIGHBOUR_ROWS = 10_000
TREE_ROWS = 4_000
"""Rows that one tree of a forest sees at most; more rows make forests slower, hardly better."""


@dataclass(frozen=True)
class Shape:
    """What the sizes depend on: names of the columns by kind, rows, and the seed."""

    numbers: tuple[str, ...]
    categories: tuple[str, ...]
    rows: int
    seed: int

    @property
    def cells(self) -> int:
        """Rows times columns."""
        return self.rows * (len(self.numbers) + len(self.categories))


@dataclass(frozen=True)
class Candidate:
    """One way to learn.

    Attributes:
        name: name of the algorithm, as scikit-learn calls it.
        label: the same in words.
        baseline: whether it is there to be beaten.
        build: makes the untrained pipeline.
    """

    name: str
    label: str
    baseline: bool
    build: Callable[[], Pipeline]


def candidates_for(kind: str, shape: Shape) -> tuple[Candidate, ...]:
    """List the baselines and the algorithms for a task of this kind and shape."""
    parts = _regressors(shape) if kind == "regression" else _classifiers(shape)
    return tuple(
        Candidate(type(model).__name__, label, baseline, _builder(prepare, shape, model))
        for label, baseline, prepare, model in parts
    )


_Part = tuple[str, bool, Callable[[Shape], Any], Any]


def _regressors(shape: Shape) -> list[_Part]:
    trees, leaf = _trees(shape), 2 if shape.rows < KERNEL_ROWS else 3
    forest: dict[str, Any] = {
        "n_estimators": trees,
        "min_samples_leaf": leaf,
        "bootstrap": True,
        "max_samples": _share(shape),
        "random_state": shape.seed,
    }
    parts: list[_Part] = [
        ("mean of the target", True, _for_lines, DummyRegressor()),
        ("linear baseline", True, _for_lines, Ridge(alpha=1.0)),
        ("random forest", False, _for_trees, RandomForestRegressor(max_features=0.5, **forest)),
        ("extra trees", False, _for_trees, ExtraTreesRegressor(max_features=0.7, **forest)),
        (
            "gradient boosting",
            False,
            _for_boosting,
            HistGradientBoostingRegressor(**_boosting(shape)),
        ),
        (
            "decision tree",
            False,
            _for_trees,
            DecisionTreeRegressor(min_samples_leaf=_leaf(shape), random_state=shape.seed),
        ),
    ]
    if shape.rows <= NEIGHBOUR_ROWS:
        nearest = KNeighborsRegressor(15, weights="distance")
        parts.append(("nearest neighbours", False, _for_lines, nearest))
    if shape.rows <= KERNEL_ROWS:
        parts.append(("support vectors", False, _for_lines, _ScaledTargetSvr()))
    return parts


def _classifiers(shape: Shape) -> list[_Part]:
    trees, leaf = _trees(shape), 2 if shape.rows < KERNEL_ROWS else 3
    forest: dict[str, Any] = {
        "n_estimators": trees,
        "min_samples_leaf": leaf,
        "bootstrap": True,
        "max_samples": _share(shape),
        "random_state": shape.seed,
    }
    parts: list[_Part] = [
        ("most frequent class", True, _for_lines, DummyClassifier(strategy="prior")),
        ("linear baseline", True, _for_lines, LogisticRegression(max_iter=300)),
        ("random forest", False, _for_trees, RandomForestClassifier(**forest)),
        ("extra trees", False, _for_trees, ExtraTreesClassifier(**forest)),
        (
            "gradient boosting",
            False,
            _for_boosting,
            HistGradientBoostingClassifier(**_boosting(shape)),
        ),
        (
            "decision tree",
            False,
            _for_trees,
            DecisionTreeClassifier(min_samples_leaf=_leaf(shape), random_state=shape.seed),
        ),
    ]
    if shape.rows <= NEIGHBOUR_ROWS:
        parts.append(("nearest neighbours", False, _for_lines, KNeighborsClassifier(15)))
    if shape.rows <= KERNEL_ROWS:
        parts.append(("support vectors", False, _for_lines, SVC(random_state=shape.seed)))
    return parts
