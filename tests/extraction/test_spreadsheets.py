"""Workbooks to tables: what a person sees in a cell is what is staged."""

import datetime
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook

from extraction.tables import Staging, stage
from graph.errors import BadInput

Rows = list[tuple[object, ...]]


def _stage(tmp_path: Path, sheets: dict[str, list[list[object]]]) -> Staging:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "content-hash"
    workbook.save(path)
    return stage(path, name="plant.xlsx", sha256="abc", folder=tmp_path / "staged")


def _rows(staging: Staging, table: int = 0) -> Rows:
    path = staging.tables[table].path
    return duckdb.read_parquet(str(path)).order("_row").fetchall()


def test_values_become_canonical_text(tmp_path: Path) -> None:
    day, stamp = datetime.date(2025, 1, 2), datetime.datetime(2025, 1, 2, 3, 4, 5)
    staging = _stage(
        tmp_path,
        {
            "data": [
                ["day", "stamp", "whole", "part", "flag", "clock", "code", "long"],
                [day, stamp, 3.0, 3.25, True, datetime.time(3, 4, 5), "007", 123456789012],
                [day, day, -4, 1e-3, False, None, " x ", 1e20],
            ]
        },
    )
    assert _rows(staging) == [
        (1, "2025-01-02", "2025-01-02T03:04:05", "3", "3.25", "true", "03:04:05", "007",
         "123456789012"),
        (2, "2025-01-02", "2025-01-02T00:00:00", "-4", "0.001", "false", None, " x ", "1e+20"),
    ]  # fmt: skip


def test_each_sheet_with_cells_is_a_table(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {
        "empty": [],
        "a b/c".replace("/", "-"): [["id"], [1]],
        "zwei": [["id", "n"], [1, 2]],
    }
    staging = _stage(tmp_path, sheets)
    assert [(t.name, t.rows) for t in staging.tables] == [("plant.a b-c", 1), ("plant.zwei", 1)]
    assert [t.name for t in _stage(tmp_path, {"x": [["id"], [1]], "y": []}).tables] == ["plant"]


def test_titles_above_the_header_and_empty_rows_are_no_rows(tmp_path: Path) -> None:
    staging = _stage(
        tmp_path, {"s": [["Report 2024"], [], ["id", "n"], [1, 2], [None, None], [3, None]]}
    )
    assert staging.tables[0].columns == ("id", "n")
    assert _rows(staging) == [(1, "1", "2"), (3, "3", None)]
    assert [(reject.row, reject.line, reject.text) for reject in staging.rejects] == [
        (0, 1, "Report 2024")
    ]


def test_a_value_beside_the_header_keeps_its_column(tmp_path: Path) -> None:
    staging = _stage(tmp_path, {"s": [["id", "n"], [1, 2, "note"], [3, 4]]})
    assert staging.tables[0].columns == ("id", "n", "column_3")
    assert _rows(staging)[0] == (1, "1", "2", "note")


def test_a_workbook_without_cells_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no cell"):
        _stage(tmp_path, {"s": []})


def test_cells_with_errors_are_empty_and_told(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["a", "b"])
    sheet.append([1, "#DIV/0!"])
    sheet["B2"].data_type = "e"
    sheet.append([2, 3])
    path = tmp_path / "hash"
    book.save(path)
    staging = stage(path, name="book.xlsx", sha256="abc", folder=tmp_path / "staged")
    assert duckdb.read_parquet(str(staging.tables[0].path)).fetchall() == [
        (1, "1", None), (2, "2", "3"),
    ]  # fmt: skip
    (note,) = staging.rejects
    assert (note.table, note.row, note.line, note.text) == ("book", 0, 2, "#DIV/0!")
