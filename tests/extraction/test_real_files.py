"""Real files: every cell that a plain CSV reader finds is staged."""

import csv
import json
import os
from pathlib import Path

import duckdb
import pytest

from extraction.tables import expand, stage

_FOLDER = os.environ.get("MIMIR_SHARED")
pytestmark = pytest.mark.skipif(not _FOLDER, reason="MIMIR_SHARED names no folder of real files")
_SETS = ("berka_financial", "chinook", "gtfs_subway", "northwind", "openflights", "sakila", "world")


def _shared() -> Path:
    return Path(_FOLDER or "") / "data"


@pytest.mark.parametrize("name", _SETS)
def test_relational_sets_are_staged_cell_by_cell(tmp_path: Path, name: str) -> None:
    for path in expand([_shared() / "schema" / name]):
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *body = csv.reader(file)
        staging = stage(path, name=path.name, sha256="abc", folder=tmp_path)
        (table,) = staging.tables
        rows = duckdb.read_parquet(str(table.path)).order("_row").fetchall()
        assert table.columns == tuple(cell.strip() for cell in header)
        assert [[cell or "" for cell in row[1:]] for row in rows] == [r for r in body if any(r)]
        assert staging.rejects == ()


def test_messy_files_give_the_rows_and_columns_that_people_counted(tmp_path: Path) -> None:
    manifest = json.loads((_shared() / "messy" / "manifest.json").read_text(encoding="utf-8"))
    files = [file for file in manifest["files"] if file["format"] == "csv" and file["bytes"]]
    wrong = []
    for file in files:
        name = file["file"]
        path = _shared() / "messy" / name
        (table,) = stage(path, name=name, sha256="abc", folder=tmp_path).tables
        rows = file.get("accept_rows", [file["expected_rows"]])
        columns = file.get("accept_columns", [file["expected_columns"]])
        if table.rows not in rows or len(table.columns) not in columns:
            wrong.append(name)
    assert wrong == []
