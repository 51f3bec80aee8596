"""Predictions and the facts that state them."""

import numpy as np
import pytest

from graph.errors import BadInput, Conflict
from graph.oxigraph import OxigraphStore
from graph.terms import Literal
from graph.vocab import MIMIR, PROV, RDF, XSD
from ml.features import pull
from ml.predictions import predict, prediction_quads


@pytest.fixture
def cost(trained):
    table, result = trained("cost")
    return table, result, predict(result, table)


def test_every_individual_is_predicted_and_unknown_ones_come_first(cost) -> None:
    table, _, frame = cost
    assert sorted(frame["entity"]) == sorted(table.frame.index)
    assert frame["known"].tolist() == [False] * 70 + [True] * 630


def test_intervals_hold_nine_of_ten_values_also_of_those_never_seen(cost) -> None:
    table, _, frame = cost
    known = frame[frame["known"]].set_index("entity")
    truth = table.target.loc[known.index]
    inside = (known["low"] <= truth) & (truth <= known["high"])
    assert 0.88 < inside.mean() < 0.92
    assert (frame["high"] > frame["low"]).all()


def test_unknown_targets_are_predicted_close_to_what_made_them(cost) -> None:
    table, _, frame = cost
    unknown = frame[~frame["known"]].set_index("entity")
    features = table.frame.loc[unknown.index]
    region = features["customer.region"].map({"N": 0, "S": 1, "E": 2, "W": 3}).astype(float)
    made = 3 * features["weight"] * features["distance"] + 2 * region
    inside = (unknown["low"] <= made) & (made <= unknown["high"])
    assert inside.mean() > 0.8


def test_a_row_that_was_learned_from_is_not_shown_its_memory(cost) -> None:
    _, result, frame = cost
    known = frame[frame["known"]].set_index("entity")["value"]
    np.testing.assert_array_equal(known, result.held_out.loc[known.index, "value"])


def test_predictions_are_facts_with_model_time_and_interval(shop, cost) -> None:
    _, result, frame = cost
    graph = shop.names.twin_added("plant")
    quads = prediction_quads(
        frame,
        result.task,
        graph=graph,
        names=shop.names,
        model_id="m1",
        time="2025-01-01T00:00:00Z",
    )
    entity = frame["entity"][0]
    node = next(q.subject for q in quads if q.object.value == entity)
    facts = {q.predicate: q.object for q in quads if q.subject == node}
    assert facts[RDF.type] == MIMIR.Prediction
    assert facts[MIMIR.property] == shop.names.term("cost")
    assert facts[PROV.wasGeneratedBy] == shop.names.record("model", "m1")
    assert facts[PROV.generatedAtTime] == Literal("2025-01-01T00:00:00Z", datatype=XSD.dateTime)
    low, value, high = (
        float(facts[item].value) for item in (MIMIR.low, MIMIR.predictedValue, MIMIR.high)
    )
    assert low < value < high
    assert {q.graph_name for q in quads} == {graph}
    store = OxigraphStore()
    store.apply(quads, [])
    assert store.count(graph) == len(quads) == 8 * len(frame)


def test_predicted_classes_carry_their_probability(shop, trained) -> None:
    table, result = trained("status")
    frame = predict(result, table)
    assert frame["probability"].between(0.5, 1).all()
    right = frame["value"].to_numpy() == table.target.loc[frame["entity"]].to_numpy()
    assert abs(right.mean() - frame["probability"].mean()) < 0.1
    quads = prediction_quads(
        frame.head(2),
        result.task,
        graph=shop.names.data,
        names=shop.names,
        model_id="m2",
        time="2025-01-01T00:00:00Z",
    )
    predicates = {q.predicate for q in quads}
    assert MIMIR.probability in predicates
    assert MIMIR.low not in predicates


def test_nothing_kept_means_no_predictions(trained) -> None:
    table, result = trained("noise")
    with pytest.raises(Conflict, match="There is no model to use"):
        predict(result, table)


def test_a_table_without_the_features_of_the_model_is_refused(shop, trained) -> None:
    table, result = trained("cost")
    narrow = pull(shop.reader, table.task, shop.model, shop.names, wanted=["weight"])
    with pytest.raises(BadInput, match="lacks the features"):
        predict(result, narrow)
