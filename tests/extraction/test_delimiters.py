"""Delimiters that few files have, and ways of writing lines that spoil a plain reading."""

from pathlib import Path

import duckdb
import pytest

from extraction.tables import Staging, stage
from graph.errors import BadInput

_ROWS = [
    ("id", "name", "city", "amount"),
    ("1", "Anna", "Rome", "7.25"),
    ("2", "Bob", "Oslo", "14.25"),
    ("3", "Cleo", "Bern", "21.25"),
]


def _stage(tmp_path: Path, text: str | bytes, name: str = "t.csv") -> Staging:
    path = tmp_path / "hash"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return stage(path, name=name, sha256="abc", folder=tmp_path / "staged")


def _cells(staging: Staging, place: int = 0) -> list[tuple[str | None, ...]]:
    path = str(staging.tables[place].path)
    return [row[1:] for row in duckdb.read_parquet(path).order("_row").fetchall()]


@pytest.mark.parametrize(
    "sign",
    [",", ";", "\t", "|", "%", "^", "~", ":", "#", "!", "*", "$", "&", "/", "@", "=", "_", "\\",
     "\x01", "\x1f", "§", "¦", "::", "||", ";;", "~|~", "^|^", "->", "\t\t",
     " | ", " - ", " -> ", ", "],
)  # fmt: skip
def test_a_delimiter_is_found_by_how_evenly_it_parts_the_lines(tmp_path: Path, sign: str) -> None:
    staging = _stage(tmp_path, "\n".join(map(sign.join, _ROWS)) + "\n")
    assert staging.tables[0].columns == _ROWS[0]
    assert _cells(staging) == _ROWS[1:]
    assert staging.readings[0].delimiter == (sign.strip(" ") or sign)
    assert staging.rejects == ()


@pytest.mark.parametrize(
    "text",
    [
        "AB_12_x\nAB_13_y\nAB_14_z\n",
        "/var/log/a\n/var/log/b\n/etc/conf/c\n",
        "a@x.org\nb@y.com\nc@z.net\n",
        "10/10/2000\n11/10/2000\n12/10/2000\n",
        "artist\nA - B\nC - D\nE - F\n",
    ],
)
def test_signs_inside_values_part_nothing(tmp_path: Path, text: str) -> None:
    assert len(_stage(tmp_path, text).tables[0].columns) == 1


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('"id,n"\n"1,a"\n"2,b"\n', [("1", "a"), ("2", "b")]),
        ('"id,""n"""\n"1,""a, b"""\n', [("1", "a, b")]),
        ('id,n\n1,="007"\n2,="008"\n', [("1", "007"), ("2", "008")]),
        ("id,n\n1,a\\,b\n2,c\n3,d\n", [("1", "a,b"), ("2", "c"), ("3", "d")]),
        ("id,n\n1,`a, b`\n2,`c, d`\n3,e\n", [("1", "a, b"), ("2", "c, d"), ("3", "e")]),
        ("\ufeffid,n\n1,a\n\ufeff2,b\n", [("1", "a"), ("2", "b")]),
        ("\ufeffid,n\n1,a\n\ufeffid,n\n2,b\n", [("1", "a"), ("2", "b")]),
        ("id,n\n1,a\0\0\0\n2,b\0\0\0\n", [("1", "a"), ("2", "b")]),
    ],
)
def test_lines_are_made_plain_before_they_are_parted(
    tmp_path: Path, text: str, rows: list[tuple[str, ...]]
) -> None:
    staging = _stage(tmp_path, text)
    assert staging.tables[0].columns == ("id", "n")
    assert _cells(staging) == rows


def test_quoted_names_with_commas_are_no_wrapped_lines(tmp_path: Path) -> None:
    staging = _stage(tmp_path, '"name"\n"Doe, Jane"\n"Roe, Dick"\n')
    assert _cells(staging) == [("Doe, Jane",), ("Roe, Dick",)]


def test_rows_of_a_rewritten_text_are_refused_with_their_place_in_the_file(tmp_path: Path) -> None:
    text = "id | n | x\n1 | a | 5\n2 | b\n3 | c | 7\n4 | d | 8\n"
    (reject,) = _stage(tmp_path, text + text[11:].replace("2 | b\n", "")).rejects
    assert (reject.line, text.encode()[reject.start : reject.end]) == (3, b"2 | b")
    assert reject.repair == "Add the 1 missing cells."


def test_json_for_scripts_is_refused_and_not_read_as_text(tmp_path: Path) -> None:
    for text in ('load([{"id": 1}]);', '// list\n[{"id": 1}]', 'var rows = [{"id": 1}]'):
        with pytest.raises(BadInput, match="not valid JSON"):
            _stage(tmp_path, text, "a.json")


_NAMES = ("code", "name", "town", "qty")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "code  name           town          qty\n"
            "A1    Anna Lopez     New York       12\n"
            "A2                   Los Angeles     5\n"
            "B12   Cleo de Rode                 120\n",
            [("A1", "Anna Lopez", "New York", "12"), ("A2", None, "Los Angeles", "5"),
             ("B12", "Cleo de Rode", None, "120")],
        ),
        (
            "code name       town       qty\n"
            "---- ---------- ---------- ---\n"
            "A1   Anna Lopez New York    12\n"
            "A2   NULL       Oslo         5\n"
            "\n"
            "(2 rows affected)\n",
            [("A1", "Anna Lopez", "New York", "12"), ("A2", "NULL", "Oslo", "5")],
        ),
    ],
)  # fmt: skip
def test_columns_of_a_fixed_width_are_cut_where_all_lines_are_blank(
    tmp_path: Path, text: str, rows: list[tuple[str | None, ...]]
) -> None:
    staging = _stage(tmp_path, text, "t.txt")
    assert staging.tables[0].columns == _NAMES
    assert _cells(staging) == rows


@pytest.mark.parametrize(
    "text",
    [
        "city\nNew York\nLos Angeles\nSan Jose\nEl Paso\n",
        "text\nThis is a text.\nIt has some lines.\nThey mean nothing.\nNo table here.\n",
    ],
)
def test_words_of_a_text_are_no_columns(tmp_path: Path, text: str) -> None:
    assert len(_stage(tmp_path, text).tables[0].columns) == 1
