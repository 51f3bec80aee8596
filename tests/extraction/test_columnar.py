"""Parquet to staged tables: canonical text for every type."""

from pathlib import Path

import duckdb
import pytest

from extraction.tables import Staging, stage
from graph.errors import BadInput


def _stage(tmp_path: Path, query: str) -> Staging:
    path = tmp_path / "content-hash"
    duckdb.sql(query).write_parquet(str(path))
    return stage(path, name="readings.parquet", sha256="abc", folder=tmp_path / "staged")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("TIMESTAMP '2025-01-02 03:04:05'", "2025-01-02T03:04:05"),
        ("TIMESTAMP '2025-01-02 03:04:05.120'", "2025-01-02T03:04:05.12"),
        ("TIMESTAMPTZ '2025-01-02 03:04:05+02:00'", "2025-01-02T01:04:05Z"),
        ("DATE '2025-01-02'", "2025-01-02"),
        ("TIME '03:04:05'", "03:04:05"),
        ("true", "true"),
        ("1.50::DECIMAL(10, 2)", "1.50"),
        ("'nan'::DOUBLE", "NaN"),
        ("'-inf'::DOUBLE", "-INF"),
        ("0.1::FLOAT", "0.1"),
        ("12345678901234567890::UBIGINT", "12345678901234567890"),
        ("' x '", " x "),
        ("''", ""),
        ("'ab'::BLOB", "YWI="),
        ("[0.5, 2]::FLOAT[]", "[0.5,2.0]"),
        ("NULL::INTEGER", None),
    ],
)
def test_values_become_canonical_text(tmp_path: Path, value: str, text: str | None) -> None:
    staging = _stage(tmp_path, f"SELECT {value} AS v")
    assert duckdb.read_parquet(str(staging.tables[0].path)).fetchall() == [(1, text)]


def test_structures_become_columns_and_lists_and_maps_child_tables(tmp_path: Path) -> None:
    staging = _stage(
        tmp_path,
        "SELECT i AS id, {'a': i, 'b': {'c': DATE '2025-01-02'}} AS s, [i, NULL] AS l, "
        "MAP {'x': true} AS m, [{'k': 1.5::DECIMAL(3, 1)}] AS ls FROM range(2) t(i)",
    )
    found = {t.name: duckdb.read_parquet(str(t.path)).fetchall() for t in staging.tables}
    columns = {t.name: t.columns for t in staging.tables}
    assert columns["readings"] == ("id", "s.a", "s.b.c")
    assert found["readings"] == [(1, "0", "0", "2025-01-02"), (2, "1", "1", "2025-01-02")]
    assert columns["readings.l"] == ("readings_id", "value")
    assert found["readings.l"] == [(1, "0", "0"), (2, "0", None), (3, "1", "1"), (4, "1", None)]
    assert found["readings.m"] == [(1, "0", "x", "true"), (2, "1", "x", "true")]
    assert found["readings.ls"] == [(1, "0", "1.5"), (2, "1", "1.5")]


def test_rows_keep_their_order_and_count(tmp_path: Path) -> None:
    staging = _stage(
        tmp_path, 'SELECT 300000 - i AS id, NULL::INTEGER AS "b \'c" FROM range(300000) t(i)'
    )
    (table,) = staging.tables
    assert (table.name, table.columns, table.rows) == ("readings", ("id", "b 'c"), 300_000)
    wrong = f"SELECT count(*) FROM '{table.path}' WHERE _row + id::BIGINT <> 300001"
    assert duckdb.sql(wrong).fetchall() == [(0,)]


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hash"
    path.write_bytes(b"PAR1 and then nothing that is Parquet PAR1")
    with pytest.raises(BadInput, match="damaged"):
        stage(path, name="x.parquet", sha256="abc", folder=tmp_path / "staged")
