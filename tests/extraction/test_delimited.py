"""CSV and its relatives: every row of the file is staged or rejected."""

from pathlib import Path

import duckdb
import pytest

from extraction.tables import Staging, stage
from graph.errors import BadInput

Rows = list[tuple[object, ...]]


def _stage(tmp_path: Path, content: str | bytes, name: str = "orders.csv") -> Staging:
    path = tmp_path / "content-hash"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return stage(path, name=name, sha256="abc", folder=tmp_path / "staged")


def _rows(staging: Staging, table: int = 0) -> Rows:
    path = staging.tables[table].path
    return duckdb.read_parquet(str(path)).order("_row").fetchall()


def test_a_table_is_named_by_the_file_and_keeps_its_cells_as_text(tmp_path: Path) -> None:
    staging = _stage(tmp_path, "id,code,note\n1,007, padded \n2,08,\n")
    (table,) = staging.tables
    assert (table.name, table.source, table.sha256) == ("orders", "orders.csv", "abc")
    assert (table.columns, table.rows) == (("id", "code", "note"), 2)
    assert table.path == tmp_path / "staged" / "orders.parquet"
    assert _rows(staging) == [(1, "1", "007", " padded "), (2, "2", "08", None)]
    assert staging.rejects == ()


def test_an_empty_cell_is_null_and_a_quoted_empty_one_is_text(tmp_path: Path) -> None:
    assert _rows(_stage(tmp_path, 'a,b,c\n1,,""\n')) == [(1, "1", None, "")]
    ragged = _stage(tmp_path, 'a,b,c\n1,,""\n2\n"","x,""y""",\n')
    assert _rows(ragged) == [(1, "1", None, ""), (3, "", 'x,"y"', None)]


def test_quoted_cells_may_hold_lines_and_delimiters(tmp_path: Path) -> None:
    rows = "".join(f'{n},"line\n{n},fake,{n}\nend",{n}\n' for n in range(500))
    staging = _stage(tmp_path, "id,text,n\n" + rows)
    assert _rows(staging)[499] == (500, "499", "line\n499,fake,499\nend", "499")
    assert staging.tables[0].rows == 500


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(tmp_path: Path, delimiter: str) -> None:
    lines = [("id", "price", "name"), ("1", "2.50", "a b"), ("2", "3.75", "c d")]
    staging = _stage(tmp_path, "\n".join(delimiter.join(line) for line in lines), "t.txt")
    assert staging.tables[0].columns == ("id", "price", "name")
    assert _rows(staging)[1] == (2, "2", "3.75", "c d")


def test_decimal_commas_do_not_split_cells(tmp_path: Path) -> None:
    staging = _stage(tmp_path, "x;y;z\n" + "1,5;2,25;3,75\n" * 5)
    assert _rows(staging)[0] == (1, "1,5", "2,25", "3,75")


def test_a_text_of_one_column_is_one_column(tmp_path: Path) -> None:
    staging = _stage(tmp_path, "greeting\nHello, world\nBye\nSee you\n")
    assert _rows(staging) == [(1, "Hello, world"), (2, "Bye"), (3, "See you")]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Malmö 中"),
        ("utf-8-sig", "Malmö 中"),
        ("utf-16", "Malmö 中"),
        ("cp1252", "Malmö – 5 €"),
        ("latin-1", "Malmö \x81"),
    ],
)
def test_encodings_are_found(tmp_path: Path, encoding: str, text: str) -> None:
    staging = _stage(tmp_path, f"id,city\n1,{text}\n".encode(encoding))
    assert staging.tables[0].columns == ("id", "city")
    assert _rows(staging) == [(1, "1", text)]


def test_a_late_byte_that_is_not_utf8_decides_the_encoding(tmp_path: Path) -> None:
    content = b"id,city\n" + b"1,Leeds\n" * 300_000 + "2,Malmö\n".encode("cp1252")
    staging = _stage(tmp_path, content)
    assert _rows(staging)[-1] == (300_001, "2", "Malmö")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems_are_read(tmp_path: Path, end: str) -> None:
    staging = _stage(tmp_path, end.join(["a,b", "1,2", "3,4", ""]))
    assert _rows(staging) == [(1, "1", "2"), (2, "3", "4")]


def test_mixed_line_ends_are_read(tmp_path: Path) -> None:
    assert _rows(_stage(tmp_path, "a,b\r\n1,2\n3,4\r5,6\n")) == [
        (1, "1", "2"),
        (2, "3", "4"),
        (3, "5", "6"),
    ]


def test_ragged_rows_are_rejects_with_line_text_and_repair(tmp_path: Path) -> None:
    staging = _stage(tmp_path, "a,b,c\n1,2,3\n4,5\n6,7,8\n9,10,11,12\n13,14,15\n")
    assert _rows(staging) == [
        (1, "1", "2", "3"),
        (3, "6", "7", "8"),
        (5, "13", "14", "15"),
    ]
    short, long = staging.rejects
    assert (short.source, short.table, short.row, short.line) == ("orders.csv", "orders", 2, 3)
    assert (short.text, short.repair) == ("4,5", "Add the 1 missing cells.")
    assert (long.row, long.line, long.text) == (4, 5, "9,10,11,12")


def test_a_stray_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    lines = [f"{n},x{n},{n}" for n in range(1, 3_000)]
    lines[9] = '10,"never closed,10'
    staging = _stage(tmp_path, "id,text,n\n" + "\n".join(lines) + "\n")
    (reject,) = staging.rejects
    assert (reject.row, reject.line, reject.text) == (10, 11, '10,"never closed,10')
    assert staging.tables[0].rows == 2_998
    assert _rows(staging)[9] == (11, "11", "x11", "11")


def test_two_stray_quotes_do_not_swallow_the_rows_between(tmp_path: Path) -> None:
    staging = _stage(tmp_path, 'a,b\n1,"x\n2,y\n3,"z\n4,w\n5,v\n')
    assert [reject.line for reject in staging.rejects] == [2, 4]
    assert [row[0] for row in _rows(staging)] == [2, 4, 5]


def test_further_empty_cells_at_the_end_of_rows_are_cut(tmp_path: Path) -> None:
    staging = _stage(tmp_path, "a,b\n1,2,\n3,4,\n5,6,,\n")
    assert _rows(staging) == [(1, "1", "2"), (2, "3", "4"), (3, "5", "6")]


def test_rows_without_any_value_are_no_rows(tmp_path: Path) -> None:
    staging = _stage(tmp_path, "a,b\n1,2\n\n,\n3,4\n\n")
    assert [row[1:] for row in _rows(staging)] == [("1", "2"), ("3", "4")]
    assert staging.rejects == ()


def test_cells_longer_than_a_buffer_are_read(tmp_path: Path) -> None:
    staging = _stage(tmp_path, "id,text\n1," + "x" * 5_000_000 + "\n2,y\n")
    assert [len(str(row[2])) for row in _rows(staging)] == [5_000_000, 1]


def test_headers_are_trimmed_filled_and_made_unique(tmp_path: Path) -> None:
    staging = _stage(tmp_path, " id ,,name,Name,_row\n1,2,3,4,5\n")
    assert staging.tables[0].columns == ("id", "column_2", "name", "Name_2", "_row_2")
    assert _rows(staging) == [(1, "1", "2", "3", "4", "5")]


def test_a_header_alone_makes_an_empty_table(tmp_path: Path) -> None:
    staging = _stage(tmp_path, "id,name\n")
    assert (staging.tables[0].columns, staging.tables[0].rows) == (("id", "name"), 0)


def test_rows_of_numbers_alone_have_no_header(tmp_path: Path) -> None:
    staging = _stage(tmp_path, "1,null,0\n2,0,\n3,4,0\n")
    assert staging.tables[0].columns == ("column_1", "column_2", "column_3")
    assert _rows(staging)[0] == (1, "1", "null", "0")


def test_years_may_be_headers(tmp_path: Path) -> None:
    staging = _stage(tmp_path, "sector,2000,2001,2002\nTimber,26,22,18\nIron,3,4,5\n")
    assert staging.tables[0].columns == ("sector", "2000", "2001", "2002")


def test_lines_above_the_header_are_reported_as_no_rows(tmp_path: Path) -> None:
    staging = _stage(tmp_path, '"Report, 2024",,\n,,\nid,name,n\n1,a,2\n3,b,4\n')
    assert staging.tables[0].columns == ("id", "name", "n")
    assert _rows(staging) == [(1, "1", "a", "2"), (2, "3", "b", "4")]
    (above,) = staging.rejects
    assert (above.row, above.line, above.text) == (0, 1, "Report, 2024")


def test_a_header_may_span_lines(tmp_path: Path) -> None:
    staging = _stage(tmp_path, 'id,"net\nprice",n\n1,2.5,3\n4,5.5,6\n')
    assert staging.tables[0].columns == ("id", "net\nprice", "n")
    assert _rows(staging) == [(1, "1", "2.5", "3"), (2, "4", "5.5", "6")]


def test_equal_bytes_give_equal_tables(tmp_path: Path) -> None:
    content = "id,name\n" + "".join(f"{n},name {n}\n" for n in range(5_000))
    first = _stage(tmp_path / "a", content) if (tmp_path / "a").mkdir() is None else None
    second = _stage(tmp_path / "b", content) if (tmp_path / "b").mkdir() is None else None
    assert first is not None
    assert second is not None
    assert first.tables[0].path.read_bytes() == second.tables[0].path.read_bytes()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "orders.csv", "is empty"),
        (b" \n\n", "orders.csv", "every line is blank"),
        (b"\x89PNG\r\n\x1a\n\0\0", "photo.csv", "binary file"),
        (b"a,b\n1,2\n" + b"3,4\n" * 5_000 + b"5,\0\n", "orders.csv", "NUL"),
        (b"%PDF-1.7 text", "paper", "binary file"),
        (
            b"Dear reader,\nthis is prose. It has\nno columns, at all.\n",
            "letter.txt",
            "without a table",
        ),
        (b"<html></html>", "page.html", "markup"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, name: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        _stage(tmp_path, content, name)
    assert list((tmp_path / "staged").glob("*")) == []
