"""Where tables stand in their files: beside each other, below facts, above totals."""

import io
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook

from extraction.tables import Staging, stage
from extraction.totals import REASON

_PEOPLE = [("id", "name"), (1, "Anna"), (2, "Bob"), (3, "Cleo"), (4, "Dan")]
_GOODS = [("sku", "label", "price"), ("A1", "pear", 1.5), ("B2", "plum", 2.5)]
_BESIDE = "id,name,,sku,label,price\n1,Anna,,A1,pear,1.5\n2,Bob,,B2,plum,2.5\n3,Cleo,,,,\n"


def _stage(tmp_path: Path, content: bytes, name: str) -> Staging:
    path = tmp_path / "hash"
    path.write_bytes(content)
    return stage(path, name=name, sha256="abc", folder=tmp_path / "staged")


def _csv(tmp_path: Path, text: str) -> Staging:
    return _stage(tmp_path, text.encode(), "t.csv")


def _book(
    blocks: Sequence[tuple[int, int, Sequence[Sequence[object]]]], merged: Sequence[str] = ()
) -> bytes:
    """Draw blocks of cells at rows and columns of one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for top, left, rows in blocks:
        for down, row in enumerate(rows):
            for across, value in enumerate(row):
                sheet.cell(top + down, left + across, value)
    for area in merged:
        sheet.merge_cells(area)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _found(staging: Staging) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(table.name, table.rows, table.columns) for table in staging.tables]


@pytest.mark.parametrize("titles", ["", "People,,,Goods,,\n"])
def test_tables_side_by_side_in_a_text_are_parted(tmp_path: Path, titles: str) -> None:
    staging = _csv(tmp_path, titles + _BESIDE)
    assert _found(staging) == [("t", 3, ("id", "name")), ("t.2", 2, ("sku", "label", "price"))]
    rows = duckdb.read_parquet(str(staging.tables[1].path)).order("_row").fetchall()
    assert rows == [(1, "A1", "pear", "1.5"), (2, "B2", "plum", "2.5")]
    assert [reading.names for reading in staging.readings] == [t.columns for t in staging.tables]


@pytest.mark.parametrize(
    "text",
    [
        "id,name,,q1,q2\n1,Anna,,5.5,6\n2,Bob,,7.5,8\n3,Cleo,,9.5,9\n",
        "id,,city\n1,,Rome\n2,,Oslo\n",
        "id,name,,sku,label\n1,Anna,x,A1,pear\n2,Bob,,B2,plum\n3,Cleo,,C3,fig\n",
    ],
)
def test_a_column_without_a_name_alone_parts_no_table(tmp_path: Path, text: str) -> None:
    assert len(_csv(tmp_path, text).tables) == 1


@pytest.mark.parametrize(("top", "left"), [(1, 4), (3, 6)])
def test_tables_side_by_side_on_a_sheet_are_parted_wherever_they_start(
    tmp_path: Path, top: int, left: int
) -> None:
    staging = _stage(tmp_path, _book([(1, 1, _PEOPLE), (top, left, _GOODS)]), "t.xlsx")
    assert _found(staging) == [("t", 4, ("id", "name")), ("t.2", 2, ("sku", "label", "price"))]


def test_stacked_tables_of_a_sheet_may_have_titles(tmp_path: Path) -> None:
    blocks = [(1, 1, [("People",), *_PEOPLE]), (8, 1, [("Goods",), *_GOODS])]
    staging = _stage(tmp_path, _book(blocks), "t.xlsx")
    assert _found(staging) == [("t", 4, ("id", "name")), ("t.2", 2, ("sku", "label", "price"))]
    assert [(reject.line, reject.text) for reject in staging.rejects] == [(1, "People"),
                                                                          (8, "Goods")]  # fmt: skip


def test_merged_cells_of_a_sheet_stand_for_each_of_their_rows(tmp_path: Path) -> None:
    rows = [("region", "sales", None), (None, 2023, 2024), ("north", 1, 2), (None, 3, 4),
            ("south", 5, 6)]  # fmt: skip
    book = _book([(1, 1, rows)], ["A1:A2", "B1:C1", "A3:A4"])
    (table,) = _stage(tmp_path, book, "t.xlsx").tables
    assert table.columns == ("region", "sales 2023", "sales 2024")
    cells = duckdb.read_parquet(str(table.path)).order("_row").fetchall()
    assert [row[1] for row in cells] == ["north", "north", "south"]


def test_cells_may_be_merged_beside_and_below_all_others(tmp_path: Path) -> None:
    book = _book([(1, 1, _PEOPLE)], ["F1:F9", "A7:B9"])
    assert _found(_stage(tmp_path, book, "t.xlsx")) == [("t", 4, ("id", "name"))]


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        ("Report,,,\nMade,2024-05-01,,\n,,,\nid,name,city,n\n", ("id", "name", "city", "n")),
        ("Station,Rome\nSensor,T1\nid,name,city,n\n", ("id", "name", "city", "n")),
        (",Sales,,Cost\nid,2023,2024,2024\n", ("id", "Sales 2023", "Sales 2024", "Cost 2024")),
    ],
)
def test_the_header_is_found_below_facts_and_in_two_rows(
    tmp_path: Path, head: str, columns: tuple[str, ...]
) -> None:
    body = {"n": "1,Anna,Rome,5\n2,Bob,Oslo,6\n3,Cleo,Bern,7\n"}.get(columns[-1])
    (table,) = _csv(tmp_path, head + (body or "1,10,20,5\n2,11,22,7\n3,1,2,9\n")).tables
    assert (table.columns, table.rows) == (columns, 3)


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("Total,,42.5\n", [5]),
        ('Summe,,"42,5"\n', [5]),
        ("Average,,14.166666666666666\n", [5]),
        ("Average,,11\n", []),
        ("Totally,new,11\n", []),
        ("Total,,40\n", [5]),
        ("Subtotal,,42.5\nd,y,1\nTotal,,43.5\n", [5, 7]),
    ],
)
def test_rows_that_sum_up_others_are_told_and_kept(
    tmp_path: Path, last: str, told: list[int]
) -> None:
    staging = _csv(tmp_path, f"id,name,n\na,x,20.5\nb,y,10\nc,z,12\n{last}")
    assert staging.tables[0].rows == 3 + last.count("\n")
    assert [r.line for r in staging.rejects if REASON in r.reason] == told
