"""Whole numbers that count seconds or milliseconds from 1970: suggested, and read where wanted."""

from pathlib import Path

import pytest

from graph.errors import BadInput
from graph.ontology.schema_overrides import SchemaOverride, check_override
from graph.schema import Column, Datatype, Schema
from inference.infer import infer_schema
from tests.inference.staging import stage

START = 1_709_546_400


def infer(folder: Path, header: str, values: list[str], *said: SchemaOverride) -> Column:
    """Infer a table with a key and a column."""
    rows = [[str(number), value] for number, value in enumerate(values)]
    schema = infer_schema([stage(folder, "events", ["event_no", header], rows)], overrides=said)
    return schema.tables[0].columns[1]


def counts(unit: int, days: int = 40) -> list[str]:
    """Give moments as whole numbers of a unit, each twice."""
    return [str((START + 86_400 * (n // 2)) * unit) for n in range(days)]


@pytest.mark.parametrize("header", ["created_at", "ts", "timestamp", "updated", "epoch", "zeit"])
def test_names_numbers_that_count_from_1970_and_leaves_them_numbers(
    tmp_path: Path, header: str
) -> None:
    for unit, name in ((1, "epoch-seconds"), (1000, "epoch-milliseconds")):
        column = infer(tmp_path, header, counts(unit))
        assert (column.datatype, column.semantic and column.semantic.type) == ("integer", name)
        assert column.semantic is not None
        assert "Set the type dateTime (format %" in column.semantic.decision.evidence[-1]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("amount", counts(1)),
        ("order_no", counts(1)),
        ("elapsed_time", counts(1)),
        ("created_at", [str(n) for n in range(40)]),
        ("created_at", [*counts(1), "9999999999"]),
    ],
)
def test_other_numbers_are_none(tmp_path: Path, header: str, values: list[str]) -> None:
    semantic = infer(tmp_path, header, values).semantic
    assert semantic is None or not semantic.type.startswith("epoch")


@pytest.mark.parametrize(
    ("values", "datatype", "form", "first"),
    [
        (counts(1), "dateTime", None, "2024-03-04T10:00:00Z"),
        (counts(1000), "dateTime", None, "2024-03-04T10:00:00Z"),
        (counts(1000), "dateTime", "%Q", "2024-03-04T10:00:00Z"),
        ([f"{text}.25" for text in counts(1)], "dateTime", "%s", "2024-03-04T10:00:00.25Z"),
        (counts(1), "date", "%s", "2024-03-04"),
        (["20240304", "20231231", "20240304"], "date", None, "2023-12-31"),
        (["20240304100000", "20231231235959"], "dateTime", None, "2023-12-31T23:59:59"),
    ],
)
def test_reads_them_as_moments_where_a_person_says_so(
    tmp_path: Path, values: list[str], datatype: Datatype, form: str | None, first: str
) -> None:
    said = SchemaOverride("type", "events", ("reading",), datatype, form)
    column = infer(tmp_path, "reading", values, said)
    assert (column.datatype, column.invalid, column.minimum) == (datatype, 0, first)


@pytest.mark.parametrize("form", ["%k", "%s %H", "%d/%m/%Y|", "Q", "%"])
def test_refuses_a_format_that_nothing_reads(tmp_path: Path, form: str) -> None:
    rows = [[str(number), text] for number, text in enumerate(counts(1))]
    schema = infer_schema([stage(tmp_path, "events", ["event_no", "reading"], rows)])
    with pytest.raises(BadInput):
        check_override(_said(form), schema)
    for good in ("%d. %B %Y|de", "%Y-%m-%dT%H:%M:%S %z", "%-d/%-m/%y"):
        check_override(_said(good), Schema(schema.tables))


def _said(form: str) -> SchemaOverride:
    return SchemaOverride("type", "events", ("reading",), "dateTime", form)
