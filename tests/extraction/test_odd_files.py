"""Files as programs and people really leave them: rows and columns of every table in them."""

import bz2
import io
import json
import lzma
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook

from extraction.tables import Staging, stage
from graph.errors import BadInput


def _stage(tmp_path: Path, content: str | bytes, name: str) -> Staging:
    path = tmp_path / "content-hash"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return stage(path, name=name, sha256="abc", folder=tmp_path / "staged")


def _shapes(staging: Staging) -> list[tuple[int, str]]:
    return sorted((table.rows, ",".join(table.columns)) for table in staging.tables)


def _lines(form: str, count: int = 20) -> str:
    return "".join(form.format(i) + "\n" for i in range(1, count + 1))


_SHEET = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="People"><Table>'
    '<Row><Cell><Data ss:Type="String">id</Data></Cell><Cell ss:Index="3"><Data>amt</Data></Cell>'
    "</Row><Row><Cell><Data>1</Data></Cell><Cell><Data>x</Data></Cell><Cell><Data>2.5</Data></Cell>"
    "</Row></Table></Worksheet></Workbook>"
)
_BOX = "+----+------+\n| id | name |\n+----+------+\n|  1 | a    |\n|  2 | b    |\n+----+------+\n"
_SERVER = (
    "SET ANSI_NULLS ON\nGO\nCREATE TABLE [dbo].[p](\n [id] [int] NOT NULL,\n [full name] "
    "[nvarchar](50)\n)\nGO\nSET IDENTITY_INSERT [dbo].[p] ON\n"
    "INSERT [dbo].[p] ([id], [full name]) VALUES (1, N'a')\n"
    "INSERT [dbo].[p] ([id], [full name]) VALUES (2, CAST(N'b''c' AS NVarChar(9)))\nGO\n"
)


@pytest.mark.parametrize(
    ("name", "content", "shapes"),
    [
        ("a.csv", "# made by x, y\n# 2024\nid,name,n\n" + _lines("{0},n,{0}"), [(20, "id,name,n")]),
        ("a.csv", "# Station 5\n# id,temp,n\n" + _lines("{0},1.5,{0}"), [(20, "id,temp,n")]),
        ("a.csv", "// made\nid,name,n\n" + _lines("{0},n,{0}"), [(20, "id,name,n")]),
        ("a.csv", "#,name,n\n" + _lines("{0},n,{0}"), [(20, "#,name,n")]),
        ("a.csv", "tag,n,x\n" + _lines("#tag{0},{0},a"), [(20, "tag,n,x")]),
        ("a.csv", "id,n\n1,a\n2,b\n3,c\n\nsku,price,q\nA,1,2\nB,2,3\n",
         [(2, "sku,price,q"), (3, "id,n")]),
        ("a.csv", "id,n,x,,,\n" + _lines("{0},n,{0},,,"),
         [(20, "id,n,x,column_4,column_5,column_6")]),
        ("a.csv", "name,2024-01-01,2024-02-01\n" + _lines("n{0},1,2"),
         [(20, "name,2024-01-01,2024-02-01")]),
        ("a.csv", "id,n,x\r\n1,a,b\r\n2,b,c\r\n\x1a", [(2, "id,n,x")]),
        ("a.txt", "id    name     n\n1     name 1   5\n2     name 2   6\n3     name 3   7\n",
         [(3, "id,name,n")]),
        ("a.txt", _BOX, [(2, "id,name")]),
        ("a.txt", "id | n\n---+---\n 1 | a\n 2 | b\n(2 rows)\n", [(2, "id,n")]),
        ("a.csv.bz2", bz2.compress(b"id,n,x\n1,a,b\n2,b,c\n"), [(2, "id,n,x")]),
        ("a.csv.xz", lzma.compress(b"id,n,x\n1,a,b\n2,b,c\n"), [(2, "id,n,x")]),
        ("a.json", "id,name,x\n1,a,b\n2,c,d\n", [(2, "id,name,x")]),
        ("a.json", '{"id": 1,\n "v": 2}\n{"id": 2,\n "v": 3}\n', [(2, "id,v")]),
        ("a.json", '{"id": [1, 2, 3], "n": ["a", "b", "c"]}', [(3, "id,n")]),
        ("a.json", '{"id": {"0": 1, "1": 2}, "n": {"0": "a", "1": "b"}}', [(2, "id,n")]),
        ("a.json", '{"columns": ["id", "n"], "data": [[1, "a"], [2, "b"]]}', [(2, "id,n")]),
        ("a.json", '{"r": {"meta": {"n": 2}, "items": [{"id": 1}, {"id": 2}]}}',
         [(1, "r.meta.n"), (2, "id")]),
        ("a.xls", _SHEET, [(1, "id,column_2,amt")]),
        ("a.html", "<table><tr><th rowspan=2>id</th><th colspan=2>v</th></tr><tr><th>a</th>"
         "<th>b</th></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>", [(1, "id,v a,v b")]),
        ("a.sql", _SERVER, [(2, "id,full name")]),
        ("a.sql", "INSERT INTO p VALUES(1,replace('a\\nb','\\n',char(10)));\n"
         "INSERT INTO p VALUES(2,TO_DATE('2020-01-02','YYYY-MM-DD'));", [(2, "column_1,column_2")]),
    ],
)  # fmt: skip
def test_finds_the_tables_of_odd_files(
    tmp_path: Path, name: str, content: str | bytes, shapes: list[tuple[int, str]]
) -> None:
    staging = _stage(tmp_path, content, name)
    assert _shapes(staging) == shapes
    assert not any(reject.row for reject in staging.rejects)


def test_comments_among_rows_are_told_and_no_rows(tmp_path: Path) -> None:
    rows = [f"{i},n,{i}" for i in range(30)]
    rows[10:10] = ["# batch 2"]
    rows[20:20] = ["# batch, 3, b"]
    staging = _stage(tmp_path, "id,name,n\n" + "\n".join(rows), "a.csv")
    assert staging.tables[0].rows == 30
    assert [(r.row, r.line, r.text) for r in staging.rejects] == [
        (0, 12, "# batch 2"),
        (0, 22, "# batch, 3, b"),
    ]


def test_features_of_geojson_are_rows_with_their_geometry_as_text(tmp_path: Path) -> None:
    def feature(number: int, geometry: object) -> dict[str, object]:
        return {"type": "Feature", "properties": {"n": number}, "geometry": geometry}

    shapes = [
        {"type": "Point", "coordinates": [13.4, 52.5]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 0]]]},
        None,
    ]
    features = [feature(number, shape) for number, shape in enumerate(shapes)]
    staging = _stage(
        tmp_path, json.dumps({"type": "FeatureCollection", "features": features}), "a.geojson"
    )
    (table,) = staging.tables
    assert table.columns == ("n", "geometry")
    assert duckdb.read_parquet(str(table.path)).fetchall() == [
        (1, "0", "POINT (13.4 52.5)"),
        (2, "1", "POLYGON ((0 0, 1 1, 1 0, 0 0))"),
        (3, "2", None),
    ]


def test_a_sheet_may_hold_titles_notes_and_two_tables(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[object]] = [
        ["Sales report"], [], ["id", "name", "n"], [1, "a", 5], [2, "b", 6], [3, "c", 7], [],
        ["sku", "price", "stock"], ["A", 1.5, 1], ["B", 2.5, 2], ["C", 3.5, 3],
        ["Source: the office"],
    ]  # fmt: skip
    for number, row in enumerate(rows, 4):
        for place, value in enumerate(row, 3):
            sheet.cell(number, place, value)
    stream = io.BytesIO()
    book.save(stream)
    staging = _stage(tmp_path, stream.getvalue(), "a.xlsx")
    assert _shapes(staging) == [(3, "id,name,n"), (3, "sku,price,stock")]
    assert [r.text for r in staging.rejects] == ["Sales report", "Source: the office"]


def test_a_sheet_of_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["a", "b"])
    stream = io.BytesIO()
    book.save(stream)
    assert _shapes(_stage(tmp_path, stream.getvalue(), "a.xlsx")) == [(0, "a,b")]


def test_many_records_below_their_keys_are_rows_without_waiting_for_the_end(
    tmp_path: Path,
) -> None:
    text = json.dumps({f"k{i}": {"a": i, "b": [i, i]} for i in range(12_000)})
    assert _shapes(_stage(tmp_path, text, "a.json")) == [(12_000, "key,a"), (24_000, "a_key,value")]


def test_a_large_object_inside_a_document_is_read_as_a_small_one(tmp_path: Path) -> None:
    for count in (10, 60_000):
        items = [{"id": i, "name": "n" * 10} for i in range(count)]
        text = json.dumps({"r": {"page": 1, "items": items}, "ok": True})
        assert _shapes(_stage(tmp_path, text, f"a{count}.json")) == [
            (1, "r.page,ok"),
            (count, "id,name"),
        ]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv.bz2", b"BZh91AY&SY"), ("a.csv.xz", b"\xfd7zXZ\0rest"), ("a.json", "// c\n[1]")],
)
def test_damaged_files_are_refused(tmp_path: Path, name: str, content: str | bytes) -> None:
    with pytest.raises(BadInput):
        _stage(tmp_path, content, name)
