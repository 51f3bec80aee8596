"""Proposed repairs: given where they are plain, absent where they would be invented."""

import duckdb
import pytest

from extraction.landing.repairs import nearest_sql, repair_sql
from graph.lexical import quote_text
from graph.schema import Column, Datatype, Decision

SURE = Decision(1.0)


def repaired(column: Column, cell: str) -> str | None:
    """Ask the engine for the repair of one cell."""
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT {repair_sql(column, quote_text(cell))}").fetchone()
    assert found is not None
    value: str | None = found[0]
    return value


@pytest.mark.parametrize(
    ("datatype", "unit", "cell", "repair"),
    [
        ("decimal", None, "72.4 °C", "72.4"),
        ("decimal", "°C", "72.4 °C", "72.4"),
        ("decimal", "°C", "72.4 °F", None),
        ("decimal", None, "between 3 and 4", None),
        ("decimal", None, "about 5.", "5.0"),
        ("decimal", None, "much", None),
        ("integer", None, "12.0", "12"),
        ("integer", None, "12.5", None),
        ("integer", None, "1,234 pcs", "1234"),
        ("double", None, "1.5 kg", "1.5"),
        ("boolean", None, "Yes", "true"),
        ("boolean", None, "maybe", None),
        ("date", None, "31.12.2024", "2024-12-31"),
        ("date", None, "2024/12/31", "2024-12-31"),
        ("date", None, "31/12/2024", "2024-12-31"),
        ("date", None, "05/05/2024", "2024-05-05"),
        ("date", None, "01/02/2024", None),
        ("date", None, "31 Dec 2024", "2024-12-31"),
        ("date", None, "2024-13-01", None),
        ("dateTime", None, "31.12.2024 10:30", "2024-12-31T10:30:00"),
        ("time", None, "half past ten", None),
        ("gYear", None, "'99", None),
    ],
)
def test_proposes_only_what_is_plain(
    datatype: Datatype, unit: str | None, cell: str, repair: str | None
) -> None:
    assert repaired(Column("c", datatype, SURE, unit=unit), cell) == repair


@pytest.mark.parametrize(
    ("orphan", "proposal"),
    [
        ("ALFKX", "ALFKI"),
        ("alfki", "ALFKI"),
        ("BERGS-", "BERGS"),
        ("ROW-10", None),
        ("X", None),
        ("FAR AWAY", None),
    ],
)
def test_proposes_the_one_nearest_key(orphan: str, proposal: str | None) -> None:
    keys = ("ALFKI", "BERGS", "ROW-11", "ROW-12", "XY")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE orphans AS SELECT ? AS k", [orphan])
        connection.execute("CREATE TABLE parents AS SELECT unnest(?) AS k0", [list(keys)])
        found = connection.execute(nearest_sql("orphans", "parents")).fetchall()
    assert found == ([(orphan, proposal)] if proposal else [])
