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
    (note,) = staging.rejects
    assert (note.row, note.line, note.text) == (0, 11, '10,"never closed,10')
    assert "row 10 was mended" in note.reason
    assert staging.tables[0].rows == 2_999
    assert _rows(staging)[9] == (10, "10", '"never closed', "10")


def test_two_stray_quotes_do_not_swallow_the_rows_between(tmp_path: Path) -> None:
    staging = _stage(tmp_path, 'a,b\n1,"x\n2,y\n3,"z\n4,w\n5,v\n')
    assert [(reject.row, reject.line) for reject in staging.rejects] == [(0, 2), (0, 4)]
    assert _rows(staging) == [(1, "1", '"x'), (2, "2", "y"), (3, "3", '"z'), (4, "4", "w"),
                              (5, "5", "v")]  # fmt: skip


def test_a_line_that_no_reading_fits_is_a_reject_with_its_place(tmp_path: Path) -> None:
    staging = _stage(tmp_path, 'id,a,b\n1,"x","y"\n2,"x"y","z",w"\n3,x,y\n')
    (reject,) = staging.rejects
    assert (reject.row, reject.line, reject.start, reject.end) == (2, 3, 17, 31)
    assert "quotes" in reject.reason


def test_an_empty_cell_too_many_is_left_out_where_one_place_alone_fits(tmp_path: Path) -> None:
    sound = "".join(f"{n},AB-{n},2024-01-0{n},\n" for n in range(1, 10))
    staging = _stage(tmp_path, "id,code,day,note\n" + sound + "10,,AB-10,2024-01-10,\n")
    assert _rows(staging)[9] == (10, "10", "AB-10", "2024-01-10", None)
    assert "was mended" in staging.rejects[0].reason


def test_delimiters_of_several_characters_are_found(tmp_path: Path) -> None:
    text = 'id||name||n\n1||a | b||2\n2||"c||d"||3\n3||e||\n'
    staging = _stage(tmp_path, text)
    assert staging.readings[0].delimiter == "||"
    assert _rows(staging) == [(1, "1", "a | b", "2"), (2, "2", "c||d", "3"), (3, "3", "e", None)]


@pytest.mark.parametrize("delimiter", ["~", "^", ":"])
def test_rare_delimiters_are_found(tmp_path: Path, delimiter: str) -> None:
    lines = [("id", "price", "name"), ("1", "2.50", "a, b"), ("2", "3.75", "c d")]
    staging = _stage(tmp_path, "\n".join(delimiter.join(line) for line in lines))
    assert _rows(staging)[0] == (1, "1", "2.50", "a, b")


def test_a_space_after_each_delimiter_is_no_part_of_the_cells(tmp_path: Path) -> None:
    staging = _stage(tmp_path, 'id, name, n\n1, "a, b", 2\n2, c, 3\n3, "d ""e""", 4\n')
    assert [row[2] for row in _rows(staging)] == ["a, b", "c", 'd "e"']


def test_single_quotes_and_backslashes_are_found(tmp_path: Path) -> None:
    single = _stage(tmp_path, "id,a\n1,'x, y'\n2,'it''s'\n3,'it won't, so'\n")
    assert [row[2] for row in _rows(single)] == ["x, y", "it's", "it won't, so"]
    escaped = _stage(tmp_path, 'id,a,b\n1,"5\\" disk, new",x\n2,"plain, y",z\n')
    assert [row[2] for row in _rows(escaped)] == ['5" disk, new', "plain, y"]


def test_notes_below_a_table_are_no_rows(tmp_path: Path) -> None:
    text = "place,n,m\nLeeds,1,2\nYork,3,4\n,,\nSource: the census of 2021.,,\n"
    staging = _stage(tmp_path, text)
    assert [row[1] for row in _rows(staging)] == ["Leeds", "York"]
    (note,) = staging.rejects
    assert (note.row, note.line, note.text) == (0, 5, "Source: the census of 2021.")
    assert staging.readings[0].footer_rows == 1
    ragged = _stage(tmp_path, text.replace("2021.,,", "2021."))
    assert [row[1] for row in _rows(ragged)] == ["Leeds", "York"]
    assert ragged.rejects[0].reason == note.reason


def test_a_header_of_two_rows_is_one_header(tmp_path: Path) -> None:
    units = _stage(tmp_path, "time,speed,way\n[s],[m/s],[m]\n1,2,3\n2,3,4\n")
    assert units.tables[0].columns == ("time [s]", "speed [m/s]", "way [m]")
    merged = _stage(
        tmp_path, "city,2019,,2020,\n,men,women,men,women\nYork,1,2,3,4\nBath,5,6,7,8\n"
    )
    assert merged.tables[0].columns == (
        "city", "2019 men", "2019 women", "2020 men", "2020 women",
    )  # fmt: skip
    assert merged.readings[0].header_rows == 2


def test_a_second_table_in_a_file_is_a_table_of_its_own(tmp_path: Path) -> None:
    text = "id,name,n\n1,a,2\n2,b,3\ncode,label\nx,one\ny,two\nz,three\n"
    staging = _stage(tmp_path, text)
    assert [(t.name, t.columns, t.rows) for t in staging.tables] == [
        ("orders", ("id", "name", "n"), 2),
        ("orders.2", ("code", "label"), 3),
    ]
    assert _rows(staging, 1)[0] == (1, "x", "one")


def test_a_header_that_stands_again_is_no_row(tmp_path: Path) -> None:
    staging = _stage(tmp_path, "id,name\n1,a\nid,name\n2,b\n")
    assert [row[1:] for row in _rows(staging)] == [("1", "a"), ("2", "b")]
    assert [(reject.row, reject.line) for reject in staging.rejects] == [(0, 3)]


def test_nul_bytes_are_left_out_and_told(tmp_path: Path) -> None:
    staging = _stage(tmp_path, b"a,b\n1,2\n" + b"3,4\n" * 5_000 + b"5\0,6\n")
    assert _rows(staging)[-1] == (5_002, "5", "6")
    assert "NUL" in staging.rejects[0].reason


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
        (b"a,b\n1,2\n" + b"\0" * 5_000 + b"\n", "orders.csv", "binary file"),
        (b"%PDF-1.7 text", "paper", "binary file"),
        (
            b"Dear reader,\nthis is prose. It has\nno columns, at all.\n",
            "letter.txt",
            "without a table",
        ),
        (b"<html></html>", "page.html", "holds no table"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, name: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        _stage(tmp_path, content, name)
    assert list((tmp_path / "staged").glob("*")) == []
