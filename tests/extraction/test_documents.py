"""XML, HTML, Markdown, SQL dumps and SQLite files."""

import sqlite3
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from extraction.tables import Staging, stage
from graph.errors import BadInput

Rows = list[tuple[object, ...]]


def _stage(tmp_path: Path, content: str | bytes, name: str) -> Staging:
    path = tmp_path / "content-hash"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return stage(path, name=name, sha256="abc", folder=tmp_path / "staged")


def _rows(staging: Staging, table: int = 0) -> Rows:
    path = staging.tables[table].path
    return duckdb.read_parquet(str(path)).order("_row").fetchall()


def _shape(staging: Staging) -> list[tuple[str, tuple[str, ...], int]]:
    return [(table.name, table.columns, table.rows) for table in staging.tables]


def test_repeating_elements_of_xml_become_rows(tmp_path: Path) -> None:
    text = """<?xml version="1.0"?><catalog><plant zone="4"><name>Bloodroot</name>
      <price unit="usd">2.44</price></plant><plant/><plant zone="3"><name>A &amp; B</name></plant>
      </catalog>"""
    staging = _stage(tmp_path, text, "plants.xml")
    assert _shape(staging) == [("plants", ("zone", "name", "price.unit", "price.text"), 3)]
    assert _rows(staging) == [
        (1, "4", "Bloodroot", "usd", "2.44"),
        (2, None, None, None, None),
        (3, "3", "A & B", None, None),
    ]


def test_nested_repeating_elements_of_xml_become_child_tables(tmp_path: Path) -> None:
    text = """<shop name="North"><orders><order id="1"><item sku="a"/><item sku="b"/></order>
      <order id="2"><item sku="c"/></order></orders>
      <people><person><tag>x</tag></person><person><tag>y</tag><tag>z</tag></person></people>
      </shop>"""
    staging = _stage(tmp_path, text, "shop.xml")
    assert {(t.name, t.rows) for t in staging.tables} == {
        ("shop.order", 2), ("shop.order.item", 3), ("shop.person", 2),
        ("shop.person.tag", 3), ("shop.shop", 1),
    }  # fmt: skip
    items = next(n for n, t in enumerate(staging.tables) if t.name == "shop.order.item")
    assert [row[1:] for row in _rows(staging, items)] == [("1", "a"), ("1", "b"), ("2", "c")]


def test_xml_with_a_document_type_is_refused(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;">]><a><b>&m;</b><b>x</b></a>'
    for encoding in ("utf-8", "utf-16", "utf-8-sig"):
        with pytest.raises(BadInput, match="document type"):
            _stage(tmp_path, laughs.encode(encoding), "a.xml")


def test_broken_xml_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="line 2, column"):
        _stage(tmp_path, "<a>\n<b></a>", "a.xml")


def test_tables_of_a_page_are_read_with_merged_cells(tmp_path: Path) -> None:
    text = """<html><body><h1>Report</h1><table><caption>Towns</caption>
      <tr><th>town<th>n</tr><tr><td rowspan=2>York</td><td>1</td></tr><tr><td>2</td></tr></table>
      <script>if (a < b) document.write("<td>")</script>
      <table><caption>Rivers</caption><tr><th>name</th><th>km</th></tr>
      <tr><td>Ouse</td><td>84</td></tr></table></body></html>"""
    staging = _stage(tmp_path, text, "page.html")
    assert _shape(staging) == [
        ("page.Towns", ("town", "n"), 2),
        ("page.Rivers", ("name", "km"), 1),
    ]
    assert _rows(staging) == [(1, "York", "1"), (2, "York", "2")]


def test_pipe_tables_of_markdown_are_read_without_their_marks(tmp_path: Path) -> None:
    text = """# Scores\n\nSome prose.\n
| system | score |\n|:--|--:|\n| **A** \\| b | `9.5` |\n| [C](http://c) | |\n\nmore\n
a | b\n--|--\n1 | 2\n"""
    staging = _stage(tmp_path, text, "scores.md")
    assert _shape(staging) == [
        ("scores", ("system", "score"), 2),
        ("scores.2", ("a", "b"), 1),
    ]
    assert _rows(staging) == [(1, "A | b", "9.5"), (2, "C", None)]


def test_sql_dumps_give_their_rows(tmp_path: Path) -> None:
    text = """-- MySQL dump
DROP TABLE IF EXISTS `town`;
CREATE TABLE `town` (`id` int NOT NULL, `name` varchar(40) DEFAULT 'a,b', PRIMARY KEY (`id`));
INSERT INTO `town` VALUES (1,'King\\'s Lynn'),(2,NULL),(-3,'a;b (c)');
INSERT INTO town (name, id) VALUES ('It''s', 4), (now(), 5), ('x');
CREATE TABLE empty (x text);
"""
    staging = _stage(tmp_path, text, "dump.sql")
    assert _shape(staging) == [("dump.town", ("id", "name"), 4), ("dump.empty", ("x",), 0)]
    assert _rows(staging) == [
        (1, "1", "King's Lynn"), (2, "2", None), (3, "-3", "a;b (c)"), (4, "4", "It's"),
    ]  # fmt: skip
    assert [(reject.row, reject.line) for reject in staging.rejects] == [(5, 5), (6, 5)]


def test_copy_blocks_of_postgres_are_rows(tmp_path: Path) -> None:
    text = """SET x = 1;
CREATE FUNCTION f() RETURNS void AS $$ INSERT INTO no VALUES (1); $$ LANGUAGE sql;
CREATE TABLE public.town (id integer, "Name" text);
COPY public.town (id, "Name") FROM stdin;
1\tYork\n2\t\\N\n3\ta\\tb\\\\c\n4\n\\.
INSERT INTO public.town VALUES (5, 'x'::text);
"""
    staging = _stage(tmp_path, text, "dump.sql")
    assert _rows(staging) == [(1, "1", "York"), (2, "2", None), (3, "3", "a\tb\\c"), (5, "5", "x")]
    (reject,) = staging.rejects
    assert (reject.table, reject.row, reject.line, reject.text) == ("dump.town", 4, 8, "4")


def test_sqlite_files_give_every_table(tmp_path: Path) -> None:
    path = tmp_path / "made.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE town (id INTEGER, name TEXT, area REAL, raw BLOB)")
        database.execute("INSERT INTO town VALUES (1, 'York', 2.0, x'00ff'), (2, NULL, 1.5, NULL)")
        database.execute("CREATE VIEW v AS SELECT * FROM town")
    database.close()
    staging = _stage(tmp_path, path.read_bytes(), "shop.db")
    assert _shape(staging) == [("shop.town", ("id", "name", "area", "raw"), 2)]
    assert _rows(staging) == [(1, "1", "York", "2", "AP8="), (2, "2", None, "1.5", None)]
    with pytest.raises(BadInput, match="damaged SQLite"):
        _stage(tmp_path, path.read_bytes()[:4096] + b"x" * 4096, "shop.db")


def test_zst_files_are_read_like_the_file_inside(tmp_path: Path) -> None:
    packed = pa.compress(b"id,n\n1,2\n", codec="zstd", asbytes=True)
    (table,) = _stage(tmp_path, packed, "orders.csv.zst").tables
    assert (table.name, table.columns, table.rows) == ("orders", ("id", "n"), 1)
    with pytest.raises(BadInput, match="damaged zst"):
        _stage(tmp_path, packed[:-4], "orders.csv.zst")
