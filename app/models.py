"""Trained models as callers see them, read back from their cards in the graph."""

from dataclasses import dataclass

from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import NamedNode

_LEADING = {"regression": ("r2",), "classification": ("rocAuc", "balancedAccuracy")}
"""The measure that decided, as `ml.automl` does: the first one that was taken."""


@dataclass(frozen=True)
class ModelView:
    """One training: the score of the kept algorithm with its 95 % interval, beside the baseline.

    When nothing was kept, `algorithm` is empty and the score is that of the best candidate.
    """

    id: str
    target: str
    target_class: str
    algorithm: str
    metric: str
    score: float | None
    low: float | None
    high: float | None
    baseline: float | None
    verdict: str
    kept: bool
    trained: str


def read_models(reader: GraphReader) -> tuple[ModelView, ...]:
    """Read all trainings, newest first; `reader` reads the meta graph."""
    return tuple(_model(reader, row) for row in reader.select(load_query("app", "models")))


def _model(reader: GraphReader, row: tuple[object, ...]) -> ModelView:
    iri, target_class, target, kind, kept, verdict, algorithm, trained = (
        str(getattr(term, "value", "") or "") for term in row
    )
    metric, scores = _scores(reader, NamedNode(iri), kind)
    baseline = max((score[2] for score in scores if score[1]), default=None)
    candidates = [score for score in scores if not score[1]]
    chosen = [score for score in candidates if score[0] == algorithm]
    best = max(chosen or candidates, key=lambda score: score[2], default=None)
    return ModelView(
        id=iri.rpartition("/")[2],
        target=target.rpartition("#")[2],
        target_class=target_class.rpartition("#")[2],
        algorithm=algorithm,
        metric=metric,
        score=best[2] if best else None,
        low=best[3] if best else None,
        high=best[4] if best else None,
        baseline=baseline,
        verdict=verdict,
        kept=kept == "true",
        trained=trained,
    )


def _scores(
    reader: GraphReader, model: NamedNode, kind: str
) -> tuple[str, list[tuple[str, bool, float, float, float]]]:
    by_measure: dict[str, list[tuple[str, bool, float, float, float]]] = {}
    for row in reader.select(bind(load_query("app", "evaluations"), model=model)):
        algorithm, _, baseline, measure, value, low, high = (
            str(getattr(term, "value", "")) for term in row
        )
        score = (algorithm, baseline == "true", float(value), float(low), float(high))
        by_measure.setdefault(measure.rpartition("#")[2], []).append(score)
    for measure in _LEADING.get(kind, ()):
        if measure in by_measure:
            return measure, by_measure[measure]
    return "", []
