"""CSVW metadata: types and formats of columns, keys, and the IRIs of rows and targets."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from graph.schema import Column, Decision, Key, Schema, Table
from inference.knowledge.csvw import CONTEXT, CsvFile, csvw_metadata
from inference.knowledge.naming import name_schema
from tests.inference.knowledge import NAMES, shop_schema

SURE = Decision(1.0)
SOURCE = CsvFile("t.csv", plain=frozenset())


def metadata(schema: Schema, files: Mapping[str, CsvFile] | None = None) -> dict[str, Any]:
    """Describe the tables of a schema, by address."""
    found = csvw_metadata(name_schema(schema), schema, NAMES, files)
    assert found["@context"] == CONTEXT
    return {table["url"]: table["tableSchema"] for table in found["tables"]}


def columns(table: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the columns by name."""
    return {column["name"]: column for column in table["columns"]}


def described(column: Column, file: CsvFile | None = SOURCE) -> dict[str, Any]:
    """Describe the only column of a table."""
    schema = Schema((Table("t", "t.csv", 9, (column,), Key((column.name,), SURE)),))
    (table,) = metadata(schema, {"t": file} if file else None).values()
    found: dict[str, Any] = table["columns"][0]
    return found


NUMBER = {"decimalChar": ".", "groupChar": ","}


@pytest.mark.parametrize(
    ("column", "datatype"),
    [
        (Column("x", "integer", SURE), {"base": "integer", "format": NUMBER}),
        (
            Column("x", "decimal", SURE, decimal_comma=True),
            {"base": "decimal", "format": {"decimalChar": ",", "groupChar": "."}},
        ),
        (Column("x", "decimal", SURE, format="# kg"), "string"),
        (Column("x", "date", SURE, format="%d.%m.%Y"), {"base": "date", "format": "d.M.yyyy"}),
        (Column("x", "date", SURE, format="%Y%m%d"), {"base": "date", "format": "yyyyMMdd"}),
        (Column("x", "date", SURE, format="%Y-%m-%d"), "string"),
        (Column("x", "date", SURE, format="%b %d, %Y"), "string"),
        (
            Column("x", "dateTime", SURE, format="%m/%d/%Y %H:%M"),
            {"base": "datetime", "format": "M/d/yyyy HH:mm"},
        ),
        (Column("x", "dateTime", SURE), "string"),
        (
            Column("x", "boolean", SURE, true_words=("1",), false_words=("0",)),
            {"base": "boolean", "format": "1|0"},
        ),
        (Column("x", "boolean", SURE, true_words=("yes",), false_words=("no",)), "string"),
        (Column("x", "integer", SURE, invalid=2), "string"),
    ],
)
def test_cells_of_a_source_have_a_type_and_format_that_are_true_of_all(
    column: Column, datatype: object
) -> None:
    assert described(column)["datatype"] == datatype


@pytest.mark.parametrize(
    ("datatype", "base"),
    [("integer", "integer"), ("dateTime", "datetime"), ("gYear", "gYear"), ("date", "date")],
)
def test_cells_of_an_exported_table_are_canonical(datatype: Any, base: str) -> None:
    column = Column("x", datatype, SURE, format="%d.%m.%Y", null_words=("N/A",), invalid=1)
    found = described(replace(column, nullable=False), None)
    assert found["datatype"] == base
    assert "null" not in found
    assert "required" not in found


def test_null_words_required_cells_and_headers_as_written() -> None:
    column = Column("x", "integer", SURE, nullable=False, null_words=("N/A", "-"))
    found = described(column, replace(SOURCE, titles={"x": " X "}))
    assert found["null"] == ["", "N/A", "-"]
    assert (found["required"], found["titles"]) == (True, " X ")
    assert "titles" not in described(column, replace(SOURCE, titles={}))


def test_names_of_columns_fit_into_templates() -> None:
    schema = Schema((Table("t", "t.csv", 1, (Column("_a-b.c ü", "string", SURE),)),))
    (table,) = metadata(schema).values()
    assert table["columns"][0]["name"] == "%5Fa%2Db%2Ec%20%C3%BC"


def test_rows_and_targets_have_the_iris_of_the_graph() -> None:
    tables = metadata(shop_schema())
    things = NAMES.things
    assert tables["sites.csv"]["aboutUrl"] == things("Site") + "{country};{no}"
    assert tables["sites.csv"]["primaryKey"] == ["country", "no"]
    customer = columns(tables["orders.csv"])["customer_id"]
    assert customer["propertyUrl"] == NAMES.term("customer").value
    assert customer["valueUrl"] == things("Customer") + "{customer_id}"
    kind = columns(tables["orders.csv"])["row_type"]
    assert kind["valueUrl"] == NAMES.term("Order").value
    notes = tables["notes.csv"]
    assert notes["aboutUrl"] == "{+row%20IRI}"
    assert "suppressOutput" in columns(notes)["row%20IRI"]


def test_a_table_of_pairs_is_an_edge_of_every_row() -> None:
    table = metadata(shop_schema())["order_sites.csv"]
    edge = columns(table)["row_link"]
    assert table["aboutUrl"] == NAMES.things("Order") + "{order_id}"
    assert edge["propertyUrl"] == NAMES.term("orderSites").value
    assert edge["valueUrl"] == NAMES.things("Site") + "{country};{no}"


def test_references_are_foreign_keys_unless_rows_are_orphans() -> None:
    tables = metadata(shop_schema())
    keys = tables["notes.csv"]["foreignKeys"]
    assert [key["reference"]["resource"] for key in keys] == ["sites.csv", "customers.csv"]
    assert keys[0]["columnReference"] == ["site_country", "site_no"]
    *first, notes, pairs = shop_schema().tables
    site, customer = notes.references
    orphaned = replace(notes, references=(site, replace(customer, orphans=3)))
    table = metadata(Schema((*first, orphaned, pairs)))["notes.csv"]
    assert len(table["foreignKeys"]) == 1
    assert "valueUrl" not in columns(table)["customer_id"]


def test_only_files_of_delimited_text_are_described_as_sources() -> None:
    files = {"orders": CsvFile("orders.csv", {"delimiter": ";"}, plain=frozenset())}
    found = csvw_metadata(name_schema(shop_schema()), shop_schema(), NAMES, files)
    (table,) = found["tables"]
    assert table["dialect"]["delimiter"] == ";"
    keys = table["tableSchema"]["foreignKeys"]
    assert [key["reference"]["resource"] for key in keys] == ["orders.csv"]
