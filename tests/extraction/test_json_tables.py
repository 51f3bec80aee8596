"""JSON to tables: nothing nested is lost, numbers keep their digits."""

from pathlib import Path

import duckdb
import pytest

from extraction.tables import Staging, stage
from graph.errors import BadInput

Table = tuple[tuple[str, ...], list[tuple[object, ...]]]


def _stage(tmp_path: Path, content: str, name: str = "shop.json") -> Staging:
    path = tmp_path / "content-hash"
    path.write_text(content, encoding="utf-8")
    return stage(path, name=name, sha256="abc", folder=tmp_path / "staged")


def _tables(staging: Staging) -> dict[str, Table]:
    return {
        table.name: (
            table.columns,
            duckdb.read_parquet(str(table.path)).order("_row").fetchall(),
        )
        for table in staging.tables
    }


def test_an_array_of_objects_is_a_table(tmp_path: Path) -> None:
    staging = _stage(tmp_path, '[{"id": 1, "ok": true}, {"id": 2, "name": "", "ok": null}]')
    assert _tables(staging) == {
        "shop": (("id", "ok", "name"), [(1, "1", "true", None), (2, "2", None, "")])
    }


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    text = '[{"a": 1.10, "b": 123456789012345678901, "c": 1e5, "d": "007"}]'
    assert _tables(_stage(tmp_path, text))["shop"][1] == [
        (1, "1.10", "123456789012345678901", "1e5", "007")
    ]


def test_nested_objects_become_columns_with_dots(tmp_path: Path) -> None:
    staging = _stage(tmp_path, '[{"id": 1, "at": {"city": "Lyon", "geo": {"x": 4.5}}}]')
    assert _tables(staging)["shop"] == (("id", "at.city", "at.geo.x"), [(1, "1", "Lyon", "4.5")])


def test_nested_arrays_become_child_tables_with_the_key_of_the_parent(tmp_path: Path) -> None:
    text = """[{"orderNo": "A", "lines": [{"sku": "x", "n": 1}, {"sku": "y", "n": 2}]},
               {"orderNo": "B", "lines": [], "tags": ["new", "rush"]}]"""
    assert _tables(_stage(tmp_path, text)) == {
        "shop": (("orderNo",), [(1, "A"), (2, "B")]),
        "shop.lines": (("orderNo", "sku", "n"), [(1, "A", "x", "1"), (2, "A", "y", "2")]),
        "shop.tags": (("orderNo", "value"), [(1, "B", "new"), (2, "B", "rush")]),
    }


def test_a_parent_without_a_key_gets_one(tmp_path: Path) -> None:
    text = '[{"name": "a", "id": 1, "l": [{"id": 7, "m": [1]}]}, {"id": 1, "l": [{"id": 8}]}]'
    assert _tables(_stage(tmp_path, text)) == {
        "shop": (("row_id", "name", "id"), [(1, "1", "a", "1"), (2, "2", None, "1")]),
        "shop.l": (("shop_row_id", "id"), [(1, "1", "7"), (2, "2", "8")]),
        "shop.l.m": (("l_id", "value"), [(1, "7", "1")]),
    }


def test_an_object_of_arrays_is_several_tables(tmp_path: Path) -> None:
    text = '{"orders": [{"id": 1}, {"id": 2}], "people": [{"name": "Ana"}]}'
    assert _tables(_stage(tmp_path, text)) == {
        "shop.orders": (("id",), [(1, "1"), (2, "2")]),
        "shop.people": (("name",), [(1, "Ana")]),
    }


def test_an_envelope_keeps_its_own_members(tmp_path: Path) -> None:
    tables = _tables(_stage(tmp_path, '{"items": [{"id": 1}], "next": "abc"}'))
    assert tables == {"shop": (("next",), [(1, "abc")]), "shop.items": (("id",), [(1, "1")])}
    bare = _tables(_stage(tmp_path, '{"items": [{"id": 1}], "next": null}'))
    assert bare == {"shop": (("id",), [(1, "1")])}


def test_an_object_of_equal_records_keeps_their_names_as_key(tmp_path: Path) -> None:
    text = '{"M-1": {"kw": 5}, "M-2": {"kw": 7}}'
    assert _tables(_stage(tmp_path, text))["shop"] == (
        ("key", "kw"),
        [(1, "M-1", "5"), (2, "M-2", "7")],
    )


def test_an_array_of_arrays_is_a_grid(tmp_path: Path) -> None:
    staging = _stage(tmp_path, '[["id", "n"], [1, 2.5], [2]]')
    assert _tables(staging)["shop"] == (("id", "n"), [(1, "1", "2.5"), (2, "2", None)])


def test_names_that_occur_twice_in_an_object_lose_no_value(tmp_path: Path) -> None:
    assert _tables(_stage(tmp_path, '[{"a": 1, "a": 2}]'))["shop"] == (
        ("a", "a_2"),
        [(1, "1", "2")],
    )


def test_flattened_names_that_meet_lose_no_value(tmp_path: Path) -> None:
    assert _tables(_stage(tmp_path, '[{"a.b": 1, "a": {"b": 2}}]'))["shop"] == (
        ("a.b", "a.b_2"),
        [(1, "1", "2")],
    )


@pytest.mark.parametrize("name", ["shop.jsonl", "shop.ndjson", "shop.json"])
def test_json_lines_are_read_by_line(tmp_path: Path, name: str) -> None:
    staging = _stage(tmp_path, '{"id": 1}\n\n{"id": 2, "b": {"c": 3}}\n', name)
    assert _tables(staging)["shop"] == (("id", "b.c"), [(1, "1", None), (2, "2", "3")])


def test_a_broken_line_is_a_reject(tmp_path: Path) -> None:
    staging = _stage(tmp_path, '{"id": 1}\n{"id": \n{"id": 3}\n', "shop.jsonl")
    assert _tables(staging)["shop"][1] == [(1, "1"), (3, "3")]
    (reject,) = staging.rejects
    assert (reject.row, reject.line, reject.text) == (2, 2, '{"id": ')


def test_many_rows_with_late_names_keep_all_cells(tmp_path: Path) -> None:
    text = "[" + ",".join('{"a": 1}' for _ in range(45_000)) + ', {"b": 2}]'
    columns, rows = _tables(_stage(tmp_path, text))["shop"]
    assert columns == ("a", "b")
    assert rows[-1] == (45_001, None, "2")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[{"id": 1}, {"id": ]', "line 1, column 20"),
        ('[{"id": 1} {"id": 2}]', "delimiter"),
        ('[{"id": 1}] x', "Extra data"),
        ('[{"id": 1}', "delimiter"),
        ("[]", "no record"),
        ('{"items": []}', "no record"),
        ("[" * 100_000, "too deep"),
    ],
)
def test_what_is_no_json_table_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        _stage(tmp_path, content)
