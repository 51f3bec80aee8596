"""What changed between two versions of the files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.names import ProjectNames
from graph.vocab import OWL
from inference.evolution import (
    SchemaChange,
    name_likeness,
    schema_changes,
)
from inference.evolution_suggestions import evolution_suggestions
from inference.infer import infer_with_sketches
from inference.knowledge.naming import name_schema
from tests.inference.staging import stage

NAMES = ProjectNames("https://example.org/", "shop")
COLUMNS = ["order_id", "customer_id", "qty", "price", "ordered_on"]
Rows = list[list[str | None]]


def orders() -> Rows:
    return [
        [
            str(n),
            str(n % 20 + 1),
            str(n * 7 % 13),
            f"{n * 37 % 900 / 10:.2f}",
            f"2024-02-{n % 28 + 1:02}",
        ]
        for n in range(1, 201)
    ]


def changed(
    folder: Path, columns: list[str], rows: Rows, *, customers: bool = True
) -> tuple[SchemaChange, ...]:
    versions = []
    people = [[str(n), f"Person {n}"] for n in range(1, 21)]
    for name, heads, lines, others in (
        ("old", COLUMNS, orders(), True),
        ("new", columns, rows, customers),
    ):
        folder.joinpath(name).mkdir()
        tables = [stage(folder / name, "orders", heads, lines)]
        if others:
            tables.append(stage(folder / name, "customer", ["customer_id", "name"], people))
        versions.append(infer_with_sketches(tables))
    (old, before), (new, now) = versions
    changed.models = (name_schema(old), name_schema(new))  # type: ignore[attr-defined]
    return schema_changes(old, new, before, now)


def with_column(place: int, value: Callable[[int], str | None]) -> Rows:
    rows = orders()
    for number, row in enumerate(rows):
        row[place] = value(number)
    return rows


def test_the_same_files_changed_nothing(tmp_path: Path) -> None:
    assert changed(tmp_path, COLUMNS, orders()) == ()


@pytest.mark.parametrize("name", ["quantity", "q_t_y", "qty_ordered", "menge"])
def test_a_column_with_another_name_and_the_same_values_was_renamed(
    tmp_path: Path, name: str
) -> None:
    (change,) = changed(tmp_path, [*COLUMNS[:2], name, *COLUMNS[3:]], orders())
    assert (change.kind, change.was, change.now) == ("column-renamed", "qty", name)
    assert change.risk == "medium"


def test_a_column_with_other_values_in_another_place_is_not_the_old_one(tmp_path: Path) -> None:
    columns = ["order_id", "customer_id", "price", "ordered_on", "discount"]
    rows = [[*row[:2], *row[3:], str(5000 + n * 11)] for n, row in enumerate(orders())]
    found = changed(tmp_path, columns, rows)
    assert {(change.kind, *change.columns) for change in found} == {
        ("column-dropped", "qty"),
        ("column-added", "discount"),
    }
    assert {change.risk for change in found} == {"low", "high"}


def test_other_types_are_told_with_their_risk(tmp_path: Path) -> None:
    (wider,) = changed(tmp_path, COLUMNS, with_column(2, lambda n: f"{n % 13}.5"))
    assert (wider.kind, wider.was, wider.now) == ("column-retyped", "integer", "decimal")
    assert wider.risk == "low"


def test_a_number_that_became_text_is_a_high_risk(tmp_path: Path) -> None:
    (other,) = changed(tmp_path, COLUMNS, with_column(2, lambda n: f"about {n % 13}"))
    assert (other.was, other.now, other.risk) == ("integer", "string", "high")


def test_tables_and_references_come_and_go(tmp_path: Path) -> None:
    found = changed(tmp_path, COLUMNS, orders(), customers=False)
    assert {(change.kind, change.table, change.was) for change in found} == {
        ("table-dropped", "customer", "customer"),
        ("reference-dropped", "orders", "customer"),
    }


def test_a_renamed_column_keeps_its_references_and_the_key(tmp_path: Path) -> None:
    columns = ["order_no", "customer_number", *COLUMNS[2:]]
    found = changed(tmp_path, columns, orders())
    assert {(change.kind, change.was, change.now) for change in found} == {
        ("column-renamed", "order_id", "order_no"),
        ("column-renamed", "customer_id", "customer_number"),
    }


def test_old_terms_stay_as_equal_or_deprecated_ones(tmp_path: Path) -> None:
    columns = ["order_id", "customer_id", "quantity", "price"]
    found = changed(tmp_path, columns, [row[:4] for row in orders()])
    models = changed.models  # type: ignore[attr-defined]
    suggested = evolution_suggestions(found, *models, NAMES)
    facts = {
        (q.subject.value.rpartition("#")[2], q.predicate, getattr(q.object, "value", ""))
        for item in suggested
        for q in item.quads
    }
    assert ("qty", OWL.equivalentProperty, NAMES.term("quantity").value) in facts
    assert ("qty", OWL.deprecated, "true") in facts
    assert ("orderedOn", OWL.deprecated, "true") in facts
    assert [item.about[0] for item in suggested] == ["renamed", "dropped"]
    assert suggested[1].confidence < 0.8 < suggested[0].confidence


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("qty", "quantity", 0.6, 1),
        ("customer_id", "CustomerID", 1, 1),
        ("price", "unit_price", 0.6, 0.9),
        ("colour", "weight", 0, 0),
    ],
)
def test_names_are_alike_by_their_words(one: str, other: str, least: float, most: float) -> None:
    assert least <= name_likeness(one, other) <= most
