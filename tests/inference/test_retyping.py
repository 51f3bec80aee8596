"""A column keeps its type until somebody decides, unless the new one holds all of the old."""

from pathlib import Path

import pytest

from graph.ontology.schema_overrides import SchemaOverride
from graph.schema import Column, Schema
from inference.infer import infer_with_sketches
from tests.inference.staging import stage

ROWS = 40


def column(folder: Path, before: list[str], now: list[str], name: str = "boxes") -> Column:
    """Infer a table twice, the second time with other values in one column."""
    schema: Schema | None = None
    for place, values in enumerate((before, now)):
        rows = [[f"O{n}", value] for n, value in enumerate(values)]
        (folder / str(place)).mkdir()
        table = stage(folder / str(place), "orders", ["order_id", name], rows)
        schema = infer_with_sketches([table], before=schema)[0]
    assert schema is not None
    return schema.table("orders").column(name)


def numbers(of: int = 7) -> list[str]:
    return [str(n % of) for n in range(ROWS)]


def test_text_among_numbers_waits_and_is_counted(tmp_path: Path) -> None:
    mixed = ["a few" if n % 4 == 0 else str(n % 7) for n in range(ROWS)]
    found = column(tmp_path, numbers(), mixed)
    assert (found.datatype, found.proposed, found.invalid) == ("integer", "string", 10)
    assert "waits for a decision" in found.decision.evidence[0]
    assert "10 cells are no integer" in found.decision.evidence[1]


def test_wider_numbers_are_taken_at_once(tmp_path: Path) -> None:
    found = column(tmp_path, numbers(), [f"{n}.5" for n in numbers()])
    assert (found.datatype, found.proposed) == ("decimal", None)


def test_text_that_became_numbers_stays_text_without_a_loss(tmp_path: Path) -> None:
    found = column(tmp_path, [f"box {n}" for n in numbers()], numbers())
    assert (found.datatype, found.proposed, found.invalid) == ("string", "integer", 0)


@pytest.mark.parametrize("before", [[""] * ROWS, ["N/A"] * ROWS])
def test_a_column_that_had_no_value_had_no_type_to_keep(tmp_path: Path, before: list[str]) -> None:
    found = column(tmp_path, before, numbers())
    assert (found.datatype, found.proposed) == ("integer", None)


def test_what_names_the_rows_follows_the_files(tmp_path: Path) -> None:
    keys = [[str(n), "x"] for n in range(ROWS)], [[f"A{n}", "x"] for n in range(ROWS)]
    schema: Schema | None = None
    for place, rows in enumerate(keys):
        (tmp_path / str(place)).mkdir()
        table = stage(tmp_path / str(place), "orders", ["order_id", "note"], rows)
        schema = infer_with_sketches([table], before=schema)[0]
    assert schema is not None
    assert schema.table("orders").column("order_id").datatype == "string"


def test_a_decision_that_was_taken_back_leaves_no_type_to_keep(tmp_path: Path) -> None:
    rows = [[f"O{n}", value] for n, value in enumerate(numbers())]
    table = stage(tmp_path, "orders", ["order_id", "boxes"], rows)
    said = SchemaOverride("type", "orders", ("boxes",), datatype="string")
    decided = infer_with_sketches([table], overrides=[said])[0]
    assert decided.table("orders").column("boxes").datatype == "string"
    again = infer_with_sketches([table], before=decided)[0]
    assert again.table("orders").column("boxes").datatype == "integer"
