"""Training: every algorithm on the same folds, against a constant and a linear baseline.

The best algorithm is kept only when its paired improvement over the best baseline is above zero
with 95 % confidence, allowing for the number of algorithms tried; else the result says so.
"""

import hashlib
import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # carries no types

from ml.candidates import Candidate, Shape, average_of, candidates_for
from ml.evaluation import (
    Floats,
    Metric,
    classification_scores,
    conformal_margin,
    improvement,
    metric,
    regression_scores,
    resampling_weights,
)
from ml.features import FeatureTable
from ml.tasks import Task

FOLDS = 5
LEAST_KNOWN = 50
LEAST_OF_A_CLASS = 2 * FOLDS
COVERAGE = 0.9
AVERAGED = 3
_THREADS = 2
_SHUFFLES = 3
_SHUFFLED_ROWS = 300
_LISTED = 10

Progress = Callable[[float, str], None]
Score = Callable[[Floats, Floats], dict[str, Floats]]
Split = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


@dataclass(frozen=True)
class Entry:
    """One line of the leaderboard.

    Attributes:
        name, label, baseline: of the candidate.
        metrics: scores on held-out rows, the deciding one first.
        improvement: on the deciding metric over the best baseline; None for baselines.
    """

    name: str
    label: str
    baseline: bool
    metrics: tuple[Metric, ...]
    improvement: Metric | None = None


@dataclass(frozen=True)
class Importance:
    """How much the deciding score falls when one feature is shuffled on held-out rows."""

    feature: str
    value: float


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """What training found.

    Attributes:
        rows: rows with a known target that were learned from.
        leaderboard: baselines and candidates, best first by the deciding metric.
        kept: name of the algorithm that beat the baselines, or None.
        pipeline: it, trained on all rows; None when nothing is kept.
        verdict: a sentence that says what happened.
        importances: at most ten features, strongest first, of the kept algorithm.
        margin: half-width of the 90 % interval of a predicted number, in the target's unit.
        classes: the target's values in the order of the probabilities.
        held_out: predictions of rows by models that had not seen them: `value`, and `probability`
            for classes; index = IRI.
        notes: what was done to the rows, for the card.
    """

    task: Task
    seed: int
    rows: int
    folds: int
    leaderboard: tuple[Entry, ...]
    kept: str | None
    pipeline: Pipeline | None
    verdict: str
    importances: tuple[Importance, ...] = ()
    margin: float | None = None
    classes: tuple[str, ...] = ()
    held_out: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Data:
    """Rows with a known target, their folds, and how they are scored."""

    task: Task
    frame: pd.DataFrame
    truth: npt.NDArray[Any]
    classes: tuple[str, ...]
    splits: tuple[Split, ...]
    weights: Floats


@dataclass(frozen=True, eq=False)
class _Trial:
    """One candidate on all folds; `first` are its pipelines of the first fold, to be averaged."""

    candidate: Candidate
    predicted: Floats
    scores: dict[str, Floats]
    first: tuple[Pipeline, ...]


def train(
    table: FeatureTable, task: Task, *, seed: int, progress: Progress | None = None
) -> TrainingResult:
    """Train all candidates on five folds, and keep the best if it beats the baselines.

    Args:
        table: features and target; rows without a target are not learned from.
        seed: of folds, estimators and resampling; same table and seed, same result.
        progress: called with a share from 0 to 1 and a sentence.
    """
    told = progress or (lambda _share, _sentence: None)
    data, notes = _data(table, task, seed)
    if data is None:
        return _untrained(task, seed, int(table.known.sum()), notes)
    shape = _shape(table, len(data.frame), seed)
    with _quiet(), threadpool_limits(1):
        trials = _trials(data, candidates_for(task.kind, shape), told)
        leaderboard = _leaderboard(trials)
        best = _best(leaderboard)
        result = TrainingResult(
            task=task,
            seed=seed,
            rows=len(data.frame),
            folds=len(data.splits),
            leaderboard=leaderboard,
            kept=None,
            pipeline=None,
            verdict=_verdict(task, leaderboard, best),
            classes=data.classes,
            notes=notes,
        )
        if best.improvement is None or best.improvement.low <= 0:
            return result
        trial = next(item for item in trials if item.candidate.name == best.name)
        told(0.9, f"Training {best.label} on all {len(data.frame):,} rows.")
        return replace(
            result,
            kept=best.name,
            pipeline=_fitted(trial.candidate, data, np.arange(len(data.frame))),
            importances=_importances(trial, data, seed),
            margin=_margin(trial, data),
            held_out=_held_out(trial, data),
        )


def model_id(task: Task, inputs_hash: str, seed: int) -> str:
    """Name a training by its task, its inputs and its seed; 16 hexadecimal digits."""
    parts = [task.class_name, task.target, task.kind, inputs_hash, seed]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _data(table: FeatureTable, task: Task, seed: int) -> tuple[_Data | None, tuple[str, ...]]:
    """Take the rows to learn from; None, with the reason last, when they are too few."""
    notes = list(table.notes)
    known = table.target[table.known]
    if task.kind == "classification":
        counts = known.value_counts()
        rare = sorted(counts.index[counts < LEAST_OF_A_CLASS])
        if rare:
            notes.append(f"Too few rows to learn the classes {', '.join(rare)}: left out.")
            known = known[~known.isin(rare)]
    reason = _too_little(table, known)
    if reason is not None:
        return None, (*notes, reason)
    frame = table.frame.loc[known.index]
    if task.kind == "regression":
        truth, classes = known.to_numpy(dtype=float), ()
        splits = KFold(FOLDS, shuffle=True, random_state=seed).split(frame)
    else:
        classes = tuple(sorted(known.unique()))
        truth = np.searchsorted(np.array(classes, dtype=object), known.to_numpy(dtype=object))
        splits = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(frame, truth)
    weights = resampling_weights(len(frame), seed)
    return _Data(task, frame, truth, classes, tuple(splits), weights), tuple(notes)


def _too_little(table: FeatureTable, known: pd.Series) -> str | None:
    if not table.features:
        return "No feature is left to learn from."
    if len(known) < LEAST_KNOWN:
        return f"Only {len(known)} rows have a known target; {LEAST_KNOWN} are needed."
    if known.nunique() < 2:
        return "The target has one value only."
    return None


def _untrained(task: Task, seed: int, rows: int, notes: tuple[str, ...]) -> TrainingResult:
    return TrainingResult(
        task=task,
        seed=seed,
        rows=rows,
        folds=0,
        leaderboard=(),
        kept=None,
        pipeline=None,
        verdict=f"Nothing was trained to predict {task.name}. {notes[-1]}",
        notes=notes[:-1],
    )


def _shape(table: FeatureTable, rows: int, seed: int) -> Shape:
    return Shape(
        numbers=tuple(item.name for item in table.features if item.kind == "number"),
        categories=tuple(item.name for item in table.features if item.kind == "category"),
        rows=rows,
        seed=seed,
    )


def _trials(data: _Data, candidates: Sequence[Candidate], told: Progress) -> list[_Trial]:
    """Cross-validate every candidate; fits run beside each other, which changes no figure.

    The limit on the engines' own threads holds per thread, so each worker sets it: two workers
    with two OpenMP threads each were measured six times slower than one.
    """
    with ThreadPoolExecutor(_THREADS, initializer=threadpool_limits, initargs=(1,)) as pool:
        pending = [
            [pool.submit(_run, candidate, data, split) for split in data.splits]
            for candidate in candidates
        ]
        trials = []
        for place, (candidate, runs) in enumerate(zip(candidates, pending, strict=True)):
            told(0.9 * place / len(candidates), f"Trying {candidate.label}.")
            trials.append(_trial(candidate, data, [run.result() for run in runs]))
    return [*trials, _averaged(trials, data)]


def _run(candidate: Candidate, data: _Data, split: Split) -> tuple[Pipeline, Floats]:
    pipeline = _fitted(candidate, data, split[0])
    return pipeline, _predicted(pipeline, data.frame.iloc[split[1]], data)


def _trial(candidate: Candidate, data: _Data, runs: Sequence[tuple[Pipeline, Floats]]) -> _Trial:
    width = (len(data.classes),) if data.classes else ()
    predicted = np.zeros((len(data.frame), *width))
    for (_, test), (_, values) in zip(data.splits, runs, strict=True):
        predicted[test] = values
    return _Trial(candidate, predicted, _scores(data, predicted), (runs[0][0],))


def _averaged(trials: Sequence[_Trial], data: _Data) -> _Trial:
    """Average the held-out predictions of the best three, the linear baseline among them.

    Averages of unlike models often beat each of them (Caruana et al. 2004), and cost nothing here.
    """
    able = [trial for trial in trials if not trial.candidate.name.startswith("Dummy")]
    best = sorted(able, key=lambda trial: (-_value(trial), trial.candidate.name))[:AVERAGED]
    predicted = np.mean([trial.predicted for trial in best], axis=0)
    return _Trial(
        average_of([trial.candidate for trial in best], data.task.kind),
        predicted,
        _scores(data, predicted),
        tuple(trial.first[0] for trial in best),
    )


def _value(trial: _Trial) -> float:
    return float(next(iter(trial.scores.values()))[0])


def _fitted(candidate: Candidate, data: _Data, rows: npt.NDArray[Any]) -> Pipeline:
    return candidate.build().fit(data.frame.iloc[rows], data.truth[rows])


def _predicted(pipeline: Pipeline, frame: pd.DataFrame, data: _Data) -> Floats:
    values = pipeline.predict_proba(frame) if data.classes else pipeline.predict(frame)
    return np.asarray(values, dtype=np.float64)


def _scores(data: _Data, predicted: Floats) -> dict[str, Floats]:
    if data.classes:
        return classification_scores(data.truth, predicted, data.weights)
    return regression_scores(data.truth, predicted, data.weights)


def _leaderboard(trials: Sequence[_Trial]) -> tuple[Entry, ...]:
    deciding = next(iter(trials[0].scores))
    baselines = [trial for trial in trials if trial.candidate.baseline]
    bar = max(baselines, key=_value).scores[deciding]
    contenders = len(trials) - len(baselines)
    entries = []
    for trial in trials:
        better = improvement(trial.scores[deciding], bar, contenders)
        entries.append(
            Entry(
                name=trial.candidate.name,
                label=trial.candidate.label,
                baseline=trial.candidate.baseline,
                metrics=tuple(metric(name, scores) for name, scores in trial.scores.items()),
                improvement=None if trial.candidate.baseline else better,
            )
        )
    return tuple(sorted(entries, key=lambda entry: (-entry.metrics[0].value, entry.name)))


def _best(leaderboard: Sequence[Entry]) -> Entry:
    return next(entry for entry in leaderboard if not entry.baseline)


def _verdict(task: Task, leaderboard: Sequence[Entry], best: Entry) -> str:
    bar = next(entry for entry in leaderboard if entry.baseline)
    ours, theirs = best.metrics[0], bar.metrics[0]
    name = {"r2": "R²", "rocAuc": "ROC AUC", "balancedAccuracy": "balanced accuracy"}[ours.name]
    figures = (
        f"({name} {ours.value:.2f} [{ours.low:.2f}, {ours.high:.2f}] against {theirs.value:.2f})"
    )
    if best.improvement is not None and best.improvement.low > 0:
        return (
            f"{best.label.capitalize()} predicts {task.name} better than the {bar.label} {figures}."
        )
    return (
        f"No algorithm predicts {task.name} better than the {bar.label} {figures}: the best is "
        f"{best.label}, and no model is kept."
    )


def _importances(trial: _Trial, data: _Data, seed: int) -> tuple[Importance, ...]:
    """Shuffle each feature on rows of the first held-out fold, in one prediction for all."""
    rows = data.splits[0][1][:_SHUFFLED_ROWS]
    frame, generator = data.frame.iloc[rows], np.random.default_rng(seed)
    blocks = [frame]
    for name in frame.columns:
        for _ in range(_SHUFFLES):
            shuffled = frame[name].to_numpy()[generator.permutation(len(rows))]
            blocks.append(frame.assign(**{name: shuffled}))
    rows_of_all = pd.concat(blocks)
    predicted = np.mean([_predicted(item, rows_of_all, data) for item in trial.first], axis=0)
    scored = [_deciding(data, rows, part) for part in np.split(predicted, len(blocks))]
    falls = scored[0] - np.array(scored[1:]).reshape(len(frame.columns), _SHUFFLES).mean(axis=1)
    found = [Importance(name, float(fall)) for name, fall in zip(frame.columns, falls, strict=True)]
    return tuple(sorted(found, key=lambda item: (-item.value, item.feature))[:_LISTED])


def _deciding(data: _Data, rows: npt.NDArray[Any], predicted: Floats) -> float:
    part = replace(data, truth=data.truth[rows], weights=np.ones((1, len(rows))))
    return float(next(iter(_scores(part, predicted).values()))[0])


def _margin(trial: _Trial, data: _Data) -> float | None:
    if data.classes:
        return None
    return conformal_margin(data.truth, trial.predicted, COVERAGE)


def _held_out(trial: _Trial, data: _Data) -> pd.DataFrame:
    if not data.classes:
        return pd.DataFrame({"value": trial.predicted}, index=data.frame.index)
    place = trial.predicted.argmax(axis=1)
    values = np.array(data.classes, dtype=object)[place]
    return pd.DataFrame(
        {"value": values, "probability": trial.predicted.max(axis=1)}, index=data.frame.index
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep in what a losing candidate says: no convergence, or a category seen for the first time.

    Both are harmless here, because every candidate is judged by its held-out score alone.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", message="Found unknown categories", category=UserWarning)
        yield
