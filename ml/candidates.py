"""The algorithms that compete, and the baselines that they have to beat.

Sizes follow from the number of rows and features alone, never from the clock, so the same input
gives the same work. Categories become 0/1 columns for every algorithm: sets of categories, which
boosting could split on, would put a function into the model file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.base import clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

KERNEL_ROWS = 2_000
NEIGHBOUR_ROWS = 10_000
TREE_ROWS = 2_000
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


_Prepare = Callable[[Shape], ColumnTransformer]
_Part = tuple[str, bool, _Prepare, Any]


def candidates_for(kind: str, shape: Shape) -> tuple[Candidate, ...]:
    """List the baselines and the algorithms for a task of this kind and shape."""
    parts = _regressors(shape) if kind == "regression" else _classifiers(shape)
    return tuple(
        Candidate(_name(model), label, baseline, _builder(prepare, shape, model))
        for label, baseline, prepare, model in parts
    )


def average_of(candidates: Sequence[Candidate], kind: str) -> Candidate:
    """Make the candidate that averages the predictions of others; it is named for them."""
    *others, last = [item.label for item in candidates]
    label = f"average of {', '.join(others)} and {last}"

    def build() -> Pipeline:
        """Make a pipeline that averages the candidates."""
        parts = [(item.name, item.build()) for item in candidates]
        if kind == "regression":
            return Pipeline([("model", VotingRegressor(parts))])
        return Pipeline([("model", VotingClassifier(parts, voting="soft"))])

    voting = VotingRegressor if kind == "regression" else VotingClassifier
    return Candidate(voting.__name__, label, baseline=False, build=build)


def _name(model: Any) -> str:
    return type(getattr(model, "regressor", model)).__name__


def _regressors(shape: Shape) -> list[_Part]:
    forest, leaf = _forest(shape), _leaf(shape)
    seed = shape.seed
    parts: list[_Part] = [
        ("mean of the target", True, _scaled, DummyRegressor()),
        ("linear baseline", True, _scaled, Ridge(alpha=1.0)),
        ("random forest", False, _indicated, RandomForestRegressor(max_features=0.5, **forest)),
        ("extra trees", False, _indicated, ExtraTreesRegressor(max_features=0.7, **forest)),
        ("gradient boosting", False, _indicated, HistGradientBoostingRegressor(**_boosting(shape))),
        (
            "decision tree",
            False,
            _indicated,
            DecisionTreeRegressor(min_samples_leaf=leaf, random_state=seed),
        ),
    ]
    if shape.rows <= NEIGHBOUR_ROWS:
        nearest = KNeighborsRegressor(15, weights="distance", algorithm="brute")
        parts.append(("nearest neighbours", False, _scaled, nearest))
    if shape.rows <= KERNEL_ROWS:
        kernel = TransformedTargetRegressor(SVR(cache_size=100), transformer=StandardScaler())
        parts.append(("support vectors", False, _scaled, kernel))
    return parts


def _classifiers(shape: Shape) -> list[_Part]:
    forest, leaf = _forest(shape), _leaf(shape)
    seed = shape.seed
    parts: list[_Part] = [
        ("share of each class", True, _scaled, DummyClassifier(strategy="prior")),
        ("linear baseline", True, _scaled, LogisticRegression(max_iter=300)),
        ("random forest", False, _indicated, RandomForestClassifier(**forest)),
        ("extra trees", False, _indicated, ExtraTreesClassifier(**forest)),
        (
            "gradient boosting",
            False,
            _indicated,
            HistGradientBoostingClassifier(**_boosting(shape)),
        ),
        (
            "decision tree",
            False,
            _indicated,
            DecisionTreeClassifier(min_samples_leaf=leaf, random_state=seed),
        ),
    ]
    if shape.rows <= NEIGHBOUR_ROWS:
        parts.append(
            ("nearest neighbours", False, _scaled, KNeighborsClassifier(15, algorithm="brute"))
        )
    return parts


def _builder(prepare: _Prepare, shape: Shape, model: Any) -> Callable[[], Pipeline]:
    def build() -> Pipeline:
        """Make a pipeline with a fresh model."""
        return Pipeline([("features", prepare(shape)), ("model", clone(model))])

    return build


def _forest(shape: Shape) -> dict[str, Any]:
    return {
        "n_estimators": 32 if shape.rows <= KERNEL_ROWS else 50,
        "min_samples_leaf": 2 if shape.rows <= KERNEL_ROWS else 3,
        "bootstrap": True,
        "max_samples": TREE_ROWS if shape.rows * 0.8 > TREE_ROWS else None,
        "random_state": shape.seed,
    }


def _boosting(shape: Shape) -> dict[str, Any]:
    return {
        "max_iter": 60 if shape.rows <= KERNEL_ROWS else 120,
        "max_leaf_nodes": 15 if shape.rows <= KERNEL_ROWS else 31,
        "learning_rate": 0.08,
        "early_stopping": False,
        "random_state": shape.seed,
    }


def _leaf(shape: Shape) -> int:
    return max(5, shape.rows // 100)


def _scaled(shape: Shape) -> ColumnTransformer:
    """Prepare for distances and lines: the median for missing numbers, unit variance, 0/1."""
    numbers = Pipeline(
        [
            ("missing", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
        ]
    )
    return _columns(shape, numbers, _marks(20))


def _indicated(shape: Shape) -> ColumnTransformer:
    """Prepare for trees: numbers as they are, missing ones too, and 0/1 for categories."""
    return _columns(shape, "passthrough", _marks(12))


def _marks(most: int) -> OneHotEncoder:
    return OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=most, sparse_output=False
    )


def _columns(shape: Shape, numbers: Any, categories: Any) -> ColumnTransformer:
    return ColumnTransformer(
        [
            ("numbers", numbers, list(shape.numbers)),
            ("categories", categories, list(shape.categories)),
        ]
    )
