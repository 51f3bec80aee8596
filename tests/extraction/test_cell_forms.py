"""Which columns of a source stand in canonical form, and which formats their date-times have."""

from pathlib import Path

from extraction.landing.cell_forms import cell_forms
from graph.schema import Column, Decision, Schema, Table
from tests.extraction.mapping_cases import stage

SURE = Decision(1.0)


def test_a_column_is_plain_only_if_every_cell_is(tmp_path: Path) -> None:
    columns = (
        Column("good", "decimal", SURE, null_words=("N/A",)),
        Column("bad", "decimal", SURE),
        Column("blank", "decimal", SURE),
        Column("seconds", "dateTime", SURE),
        Column("minutes", "dateTime", SURE),
        Column("mixed", "dateTime", SURE),
        Column("iso", "dateTime", SURE),
    )
    at = "2024-01-02"
    rows = [
        ("1.5", "1.50", " 1.5", f"{at} 03:04:05", f"{at} 03:04", at, f"{at}T03:04:05"),
        ("N/A", "1.5", "1.5", f"{at} 03:04:06", f"{at} 03:05", f"{at} 03:04", None),
        (None, None, None, None, None, None, None),
    ]
    table = Table("t", "t.csv", 3, columns)
    staged = stage(tmp_path, "t", [column.name for column in columns], rows)
    found = cell_forms([staged], Schema((table,)))["t"]
    assert found.plain == {"good", "iso"}
    assert found.formats == {"seconds": "yyyy-MM-dd HH:mm:ss", "minutes": "yyyy-MM-dd HH:mm"}
