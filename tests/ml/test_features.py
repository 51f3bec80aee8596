"""Features by SPARQL from a real store."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from graph.errors import BadInput
from graph.model import AttributeDef
from graph.oxigraph import OxigraphStore
from graph.terms import Literal, Quad
from graph.vocab import RDF
from ml.features import MOST_FEATURES, MOST_ROWS, pull
from ml.tasks import Task, task_of


@pytest.fixture(scope="session")
def table(shop):
    return pull(
        shop.reader, task_of(shop.model, shop.schema, "Order", "cost"), shop.model, shop.names
    )


def test_names_tell_the_path_of_each_feature(table) -> None:
    origins = {item.name: (item.kind, item.origin) for item in table.features}
    assert origins["weight"] == ("number", "own")
    assert origins["status"] == ("category", "own")
    assert origins["placedOn.month"] == ("number", "own")
    assert origins["customer.age"] == ("number", "forward")
    assert origins["customer.region"] == ("category", "forward")
    assert origins["orderLine.count"] == ("number", "backward")
    assert origins["orderLine.amount.mean"] == ("number", "backward")
    assert origins["orderLine.fragile.share"] == ("number", "backward")
    assert origins["tagged.count"] == ("number", "backward")
    assert list(table.frame.columns) == [item.name for item in table.features]
    assert "orderNumber" not in origins
    assert "cost" not in origins


def test_values_are_those_of_the_graph(shop, table) -> None:
    entity = shop.names.thing("Order", ["11"])
    amounts, region = [], ""
    quads = {(quad.subject, quad.predicate): quad.object for quad in shop.quads}
    for (subject, predicate), value in quads.items():
        if predicate == shop.names.term("order") and value == entity:
            amounts.append(float(quads[subject, shop.names.term("amount")].value))
    buyer = quads[entity, shop.names.term("customer")]
    region = quads[buyer, shop.names.term("region")].value
    row = table.frame.loc[entity.value]
    assert row["orderLine.count"] == len(amounts) == 3
    assert row["orderLine.amount.mean"] == pytest.approx(np.mean(amounts))
    assert row["orderLine.amount.minimum"] == min(amounts)
    assert row["orderLine.amount.maximum"] == max(amounts)
    assert row["orderLine.fragile.share"] == pytest.approx(1 / 3)
    assert row["customer.region"] == region
    assert row["tagged.count"] == 0


def test_unknown_targets_stay_rows_without_a_target(table) -> None:
    assert len(table.frame) == 700
    assert int(table.known.sum()) == 630


def test_each_query_is_kept_and_runs(shop, table) -> None:
    query = next(item.query for item in table.features if item.name == "orderLine.amount.mean")
    assert len(shop.reader.select(query)) == 700


def test_a_copy_of_the_target_is_dropped_with_a_reason(table) -> None:
    dropped = {item.name: item for item in table.dropped}
    assert dropped["costCents"].leak
    assert "straight line" in dropped["costCents"].reason
    assert not dropped["placedOn.year"].leak


def test_a_total_is_not_learned_from_the_lines_that_make_it(shop) -> None:
    task = task_of(shop.model, shop.schema, "Order", "total")
    dropped = {i.name: i for i in pull(shop.reader, task, shop.model, shop.names).dropped}
    assert dropped["orderLine.count"].leak
    assert "orderLine.count × orderLine.amount.mean" in dropped["orderLine.amount.mean"].reason


def test_the_order_of_the_input_changes_nothing(shop, table) -> None:
    store = OxigraphStore()
    store.apply(reversed(shop.quads), [])
    again = pull(store.reader([shop.names.data]), table.task, shop.model, shop.names)
    pd.testing.assert_frame_equal(again.frame, table.frame)
    assert again.inputs_hash == table.inputs_hash


def test_a_changed_value_changes_the_hash_of_the_inputs(shop, table) -> None:
    entity, weight = shop.names.thing("Order", ["5"]), shop.names.term("weight")
    store = OxigraphStore()
    kept = [quad for quad in shop.quads if (quad.subject, quad.predicate) != (entity, weight)]
    store.apply([*kept, Quad(entity, weight, Literal(9.5), shop.names.data)], [])
    again = pull(store.reader([shop.names.data]), table.task, shop.model, shop.names)
    assert again.inputs_hash != table.inputs_hash


def test_large_classes_are_sampled_by_hash_and_the_card_says_so(shop, tmp_path) -> None:
    order, weight, cost = (shop.names.term(name) for name in ("Order", "weight", "cost"))
    lines = []
    for number in range(MOST_ROWS + 500):
        node = shop.names.thing("Order", [str(number)])
        lines.append(f"{node} {RDF.type} {order} {shop.names.data} .\n")
        lines.append(f"{node} {weight} {Literal(number / 7)} {shop.names.data} .\n")
        if number % 50:
            lines.append(f"{node} {cost} {Literal(number % 97 / 3)} {shop.names.data} .\n")
    path = tmp_path / "many.nq"
    path.write_text("".join(lines))
    store = OxigraphStore()
    store.load(path)
    task = task_of(shop.model, shop.schema, "Order", "cost")
    table = pull(store.reader([shop.names.data]), task, shop.model, shop.names)
    assert (len(table.frame), table.total) == (MOST_ROWS, MOST_ROWS + 500)
    assert int((~table.known).sum()) == 410
    everything = sorted(shop.names.thing("Order", [str(n)]).value for n in range(MOST_ROWS + 500))
    left_out = set(everything) - set(table.frame.index)
    assert len(left_out & set(everything[:10_000])) > 150
    assert any("20,500 individuals 20,000 were taken" in note for note in table.notes)


def test_an_unknown_class_or_attribute_is_refused(shop) -> None:
    planet = Task("Planet", "mass", "regression", "double", "mass")
    with pytest.raises(BadInput, match="no class Planet"):
        pull(shop.reader, planet, shop.model, shop.names)
    with pytest.raises(BadInput, match=r"no attribute Order\.mass"):
        pull(shop.reader, replace(planet, class_name="Order"), shop.model, shop.names)


def test_the_features_of_a_model_are_read_again_without_judging_them(shop, table) -> None:
    names = ["orderLine.count", "weight", "placedOn.year"]
    again = pull(shop.reader, table.task, shop.model, shop.names, wanted=names)
    assert list(again.frame.columns) == names
    with pytest.raises(BadInput, match="no longer have the features colour"):
        pull(shop.reader, table.task, shop.model, shop.names, wanted=["colour"])


def test_nearer_features_go_first_when_there_are_too_many(shop) -> None:
    extra = tuple(AttributeDef(f"x{n}", f"x{n}", f"x{n}", "double") for n in range(45))
    order = replace(shop.model.classes[0], attributes=(*shop.model.classes[0].attributes, *extra))
    model = replace(shop.model, classes=(order, *shop.model.classes[1:]))
    store = OxigraphStore()
    quads = [
        Quad(
            shop.names.thing("Order", [str(n)]), shop.names.term(item.name), value, shop.names.data
        )
        for n in range(700)
        for place, item in enumerate(extra)
        for value in (Literal(float((n * (place + 7)) % 101)),)
    ]
    store.apply([*shop.quads, *quads], [])
    task = task_of(shop.model, shop.schema, "Order", "cost")
    wide = pull(store.reader([shop.names.data]), task, model, shop.names)
    assert len(wide.features) == MOST_FEATURES
    assert {item.origin for item in wide.features} == {"own"}
    reasons = {item.name: item.reason for item in wide.dropped}
    assert reasons["orderLine.amount.maximum"] == "More than 40 features: nearer ones go first."
