"""Predictions of a kept model: values with intervals, and the facts that say so in the graph.

A row that was learned from gets the prediction of the fold model that had not seen it, so that the
twin never shows a memorised value as a forecast.
"""

import hashlib

import numpy as np
import pandas as pd

from graph.errors import BadInput
from graph.names import ProjectNames
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import MIMIR, PROV, RDF, XSD
from ml.automl import TrainingResult
from ml.features import FeatureTable
from ml.models import LoadedModel, fitted
from ml.tasks import Task

MOST_PREDICTIONS = 20_000


def predict(model: TrainingResult | LoadedModel, table: FeatureTable) -> pd.DataFrame:
    """Predict the target of every individual of the table.

    Returns:
        Columns `entity`, `value` (float or text), `low`, `high` (90 % interval, NaN for classes),
        `probability` (of the value, NaN for numbers), `known` (whether the target is known);
        individuals without a known target first, then by IRI.
    Raises:
        Conflict: nothing was kept.
        BadInput: the table lacks features of the model; pull it with `wanted=model.features`.
    """
    loaded = fitted(model) if isinstance(model, TrainingResult) else model
    missing = [name for name in loaded.features if name not in table.frame]
    if missing:
        raise BadInput(
            f"The table lacks the features {', '.join(missing)} of the model; pull it with the "
            "model's features."
        )
    seen = model.held_out if isinstance(model, TrainingResult) else None
    answer = pd.DataFrame(index=table.frame.index)
    answer["value"] = pd.Series(np.nan, index=answer.index, dtype=_dtype(loaded))
    for name in ("low", "high", "probability"):
        answer[name] = np.nan
    if seen is not None:
        rows = answer.index.intersection(seen.index)
        answer.loc[rows, list(seen.columns)] = seen.loc[rows]
    new = answer.index if seen is None else answer.index.difference(seen.index)
    if len(new):
        predicted = _predicted(loaded, table.frame.loc[new, list(loaded.features)])
        answer.loc[new, list(predicted.columns)] = predicted
    half = loaded.margin if loaded.margin is not None else np.nan
    if loaded.kind == "regression":
        answer["low"], answer["high"] = answer["value"] - half, answer["value"] + half
    answer["known"] = table.known
    answer = answer.rename_axis("entity").reset_index()
    answer = answer.sort_values(["known", "entity"], ignore_index=True)
    return answer[["entity", "value", "low", "high", "probability", "known"]]


def prediction_quads(
    frame: pd.DataFrame,
    task: Task,
    *,
    graph: NamedNode,
    names: ProjectNames,
    model_id: str,
    time: str,
) -> list[Quad]:
    """State the predictions as facts, one node each, at most 20,000, in the frame's order.

    Args:
        frame: as `predict` gives it.
        graph: where the facts go, such as the added graph of a twin.
        model_id: names the model's record.
        time: ISO 8601 moment of the prediction.
    """
    target, model = names.term(task.target), names.record("model", model_id)
    moment = Literal(time, datatype=XSD.dateTime)
    fixed = (
        (RDF.type, MIMIR.Prediction),
        (MIMIR.property, target),
        (PROV.wasGeneratedBy, model),
        (PROV.generatedAtTime, moment),
    )
    measured = (("low", MIMIR.low), ("high", MIMIR.high), ("probability", MIMIR.probability))
    quads: list[Quad] = []
    for row in frame.head(MOST_PREDICTIONS).to_dict("records"):
        entity = NamedNode(row["entity"])
        node = names.record("prediction", model_id, _digest(row["entity"]))
        quads.extend(Quad(node, predicate, value, graph) for predicate, value in fixed)
        quads.append(Quad(node, MIMIR.about, entity, graph))
        quads.append(Quad(node, MIMIR.predictedValue, _literal(row["value"], task), graph))
        quads.extend(
            Quad(node, predicate, Literal(float(row[name])), graph)
            for name, predicate in measured
            if np.isfinite(row[name])
        )
    return quads


def _predicted(model: LoadedModel, frame: pd.DataFrame) -> pd.DataFrame:
    if model.kind == "regression":
        values = np.asarray(model.pipeline.predict(frame), dtype=float)
        return pd.DataFrame({"value": values}, index=frame.index)
    shares = model.pipeline.predict_proba(frame)
    values = np.array(model.classes, dtype=object)[shares.argmax(axis=1)]
    columns = {"value": values, "probability": shares.max(axis=1)}
    return pd.DataFrame(columns, index=frame.index).astype({"value": object})


def _dtype(model: LoadedModel) -> type:
    return float if model.kind == "regression" else object


def _literal(value: object, task: Task) -> Literal:
    if isinstance(value, float):
        return Literal(value)
    if task.datatype == "string":
        return Literal(str(value))
    return Literal(str(value), datatype=XSD.term(task.datatype))


def _digest(entity: str) -> str:
    return hashlib.sha256(entity.encode()).hexdigest()[:16]
