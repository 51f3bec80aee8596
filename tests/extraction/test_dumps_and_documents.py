"""Forms of dumps and documents that other programs write, and what is told of them."""

import json
import sqlite3
from pathlib import Path

import duckdb
import pytest

from extraction.tables import Staging, stage

Row = tuple[str | None, ...]


def _stage(tmp_path: Path, text: str | bytes, name: str) -> Staging:
    path = tmp_path / "hash"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return stage(path, name=name, sha256="abc", folder=tmp_path / "staged")


def _rows(staging: Staging) -> dict[str, list[Row]]:
    return {
        table.name: [r[1:] for r in duckdb.read_parquet(str(table.path)).order("_row").fetchall()]
        for table in staging.tables
    }


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            'COPY t (a, b) FROM stdin WITH CSV;\n1,"x, ""y"""\n2,\n\\.\n',
            {"d.t": [("1", 'x, "y"'), ("2", None)]},
        ),
        (
            "COPY t (a, b) FROM stdin WITH (FORMAT csv, HEADER, DELIMITER '|');\na|b\n1|x\n\\.\n",
            {"d.t": [("1", "x")]},
        ),
        (
            "INSERT ALL INTO T (A, B) VALUES (1, q'[it's]') INTO U (C) VALUES (Nq'!x!') "
            "SELECT * FROM dual;",
            {"d.T": [("1", "it's")], "d.U": [("x",)]},
        ),
        (
            "INSERT INTO s1.t VALUES (1, 2);\nINSERT INTO s2.t VALUES (3);\n"
            "INSERT INTO t VALUES (4, 5);",
            {"d.t": [("1", "2"), ("4", "5")], "d.s2.t": [("3",)]},
        ),
    ],
)
def test_rows_of_further_statements_are_read(
    tmp_path: Path, text: str, rows: dict[str, list[Row]]
) -> None:
    assert _rows(_stage(tmp_path, text, "d.sql")) == rows


def test_a_dump_that_breaks_off_gives_the_rows_before(tmp_path: Path) -> None:
    staging = _stage(tmp_path, "INSERT INTO t (a) VALUES (1), (2);\nINSERT INTO t ('x", "d.sql")
    assert _rows(staging) == {"d.t": [("1",), ("2",)]}
    (reject,) = staging.rejects
    assert (reject.line, "breaks off" in reject.reason) == (2, True)


@pytest.mark.parametrize(
    ("text", "name", "rows"),
    [
        ('["id","n"]\n[1,"a"]\n[2,"b"]\n', "d.jsonl", {"d": [("1", "a"), ("2", "b")]}),
        ('{"id":1},\n{"id":2},\n', "d.json", {"d": [("1",), ("2",)]}),
        ('\x1e{"id":1}\n\x1e{"id":2}\n', "d.json", {"d": [("1",), ("2",)]}),
        ('[{"id":1},{"id":2},]', "d.json", {"d": [("1",), ("2",)]}),
        (
            json.dumps({"users": {k: {"n": v} for k, v in zip("abc", "xyz", strict=True)}}),
            "d.json",
            {"d": [("a", "x"), ("b", "y"), ("c", "z")]},
        ),
    ],
)
def test_further_forms_of_json_are_read(
    tmp_path: Path, text: str, name: str, rows: dict[str, list[Row]]
) -> None:
    staging = _stage(tmp_path, text, name)
    assert list(_rows(staging).values()) == list(rows.values())
    assert [(r.format, r.encoding) for r in staging.readings] == [("json", "utf-8")]


@pytest.mark.parametrize(
    ("name", "text", "bad"),
    [
        ("d.jsonl", '{"a": "é"}\n{"a": 1}\n{"a": \n{"a": 2}\n', '{"a": '),
        ("d.sql", "-- é\nINSERT INTO t (a, b) VALUES (1, 2);\nINSERT INTO t (a, b) VALUES (3);\n",
         "INSERT INTO t (a, b) VALUES (3);"),
    ],
)  # fmt: skip
def test_rejects_of_texts_have_their_place_in_bytes(
    tmp_path: Path, name: str, text: str, bad: str
) -> None:
    reject = _stage(tmp_path, text, name).rejects[-1]
    assert text.encode()[reject.start : reject.end].decode() == bad
    assert reject.line == 3


def test_the_encoding_of_xml_is_the_declared_one(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?><l><p><n>Zoë</n></p><p><n>x</n></p></l>'
    staging = _stage(tmp_path, text.encode("latin-1"), "d.xml")
    assert _rows(staging) == {"d": [("Zoë",), ("x",)]}
    assert staging.readings[0].encoding == "iso-8859-1"


def test_the_foot_of_a_page_s_table_stands_below_its_rows(tmp_path: Path) -> None:
    text = (
        "<table><thead><tr><th>id</th><th>n</th></tr></thead>"
        "<tfoot><tr><td>Total</td><td>3</td></tr></tfoot>"
        "<tbody><tr><td>a</td><td>1</td></tr><tr><td>b</td><td>2</td></tr></tbody></table>"
    )
    rows = [("a", "1"), ("b", "2"), ("Total", "3")]
    assert _rows(_stage(tmp_path, text, "d.html")) == {"d": rows}


def test_rules_between_rows_end_no_table(tmp_path: Path) -> None:
    rule = "+---+---+\n"
    text = f"{rule}| a | b |\n{rule}| 1 | 2 |\n{rule}| 3 | 4 |\n{rule}{rule}| c | d |\n{rule}"
    staging = _stage(tmp_path, f"{text}| 5 | 6 |\n{rule}", "d.md")
    assert _rows(staging) == {"d": [("1", "2"), ("3", "4")], "d.2": [("5", "6")]}


def test_texts_of_a_database_that_are_no_utf8_are_mended(tmp_path: Path) -> None:
    path = tmp_path / "d.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t (n TEXT)")
        database.execute("INSERT INTO t VALUES (CAST(x'5a6feb' AS TEXT)), ('ok')")
    database.close()
    assert _rows(_stage(tmp_path, path.read_bytes(), "d.db")) == {"d.t": [("Zoë",), ("ok",)]}
