"""The schema as a whole."""

import json
import os
from pathlib import Path

import duckdb
import pytest

from graph.lexical import quote_text
from graph.schema import Schema, StagedTable
from inference.infer import infer_schema
from inference.plain import plain_schema
from tests.inference.staging import stage


def shop(folder: Path) -> list[StagedTable]:
    people = [[str(n), f"Person {n}"] for n in range(1, 31)]
    courses = [[f"C{n:02}", f"Course {n}"] for n in range(1, 11)]
    taken = [[str(n), f"C{(n + k) % 10 + 1:02}"] for n in range(1, 31) for k in (0, 3)]
    readings = [
        [str(n), str(n % 30 + 1), f"2024-02-{n % 28 + 1:02}", f"{n / 4}"] for n in range(1, 150)
    ]
    return [
        stage(folder, "person", ["person_id", "name"], people),
        stage(folder, "course", ["course_code", "title"], courses),
        stage(folder, "person_course", ["person_id", "course_code"], taken),
        stage(folder, "reading", ["reading_id", "person_id", "taken_on", "pulse"], readings),
    ]


def test_tells_the_kinds_of_tables(tmp_path: Path) -> None:
    schema = infer_schema(shop(tmp_path))
    assert {table.name: table.kind for table in schema.tables} == {
        "person": "entity",
        "course": "entity",
        "person_course": "junction",
        "reading": "observation",
    }


def test_does_not_call_a_link_with_a_further_column_a_junction(tmp_path: Path) -> None:
    tables = shop(tmp_path)
    taken = [[str(n), f"C{n % 10 + 1:02}", "A"] for n in range(1, 31)]
    taken += [[str(n), f"C{(n + 4) % 10 + 1:02}", "B"] for n in range(1, 31)]
    tables[2] = stage(tmp_path, "person_course", ["person_id", "course_code", "grade"], taken)
    assert infer_schema(tables).table("person_course").kind == "entity"


def test_infers_the_same_schema_each_time(tmp_path: Path) -> None:
    tables = shop(tmp_path)
    first, second = infer_schema(tables), infer_schema(tables)
    assert json.dumps(first.to_json()) == json.dumps(second.to_json())


def test_survives_a_json_round_trip(tmp_path: Path) -> None:
    schema = infer_schema(shop(tmp_path))
    assert Schema.from_json(json.loads(json.dumps(schema.to_json()))) == schema


def test_gives_the_plain_form_with_the_reasons(tmp_path: Path) -> None:
    table = plain_schema(infer_schema(shop(tmp_path)))["tables"]["person_course"]
    types = {name: (c["type"], c["nullable"]) for name, c in table["columns"].items()}
    assert types == {"person_id": ("integer", False), "course_code": ("string", False)}
    assert table["primary_key"] == ["person_id", "course_code"]
    pairs = [(f["columns"], f["ref_table"], f["ref_columns"]) for f in table["foreign_keys"]]
    assert pairs == [
        (["course_code"], "course", ["course_code"]),
        (["person_id"], "person", ["person_id"]),
    ]
    decisions = [*table["columns"].values(), table["key_decision"], *table["foreign_keys"]]
    assert all(0 < item["confidence"] <= 1 and item["evidence"] for item in decisions)


def test_infers_tables_without_rows_and_without_values(tmp_path: Path) -> None:
    tables = [
        stage(tmp_path, "empty", ["empty_id", "note"], []),
        stage(tmp_path, "void", ["a", "b"], [[None, None], [None, None]]),
    ]
    schema = infer_schema(tables)
    assert [table.rows for table in schema.tables] == [0, 2]
    assert schema.table("void").primary_key is None
    assert [column.nulls for column in schema.table("void").columns] == [2, 2]
    assert all(not table.references for table in schema.tables)


def test_infers_nothing_from_no_tables() -> None:
    assert infer_schema([]) == Schema(())


def test_takes_column_names_that_look_like_sql(tmp_path: Path) -> None:
    columns = ["value", "n", "col", 'a "quoted" name', "select"]
    rows = [[str(n), "x", "y", "it's", "z"] for n in range(1, 10)]
    table = infer_schema([stage(tmp_path, "order", columns, rows)]).tables[0]
    assert [column.distinct for column in table.columns] == [9, 1, 1, 1, 1]


def test_reports_progress_up_to_the_end(tmp_path: Path) -> None:
    shares: list[float] = []
    infer_schema(shop(tmp_path), progress=lambda _, share: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_finds_declared_keys_and_references_of_published_schemas(tmp_path: Path) -> None:
    shared = os.environ.get("MIMIR_SHARED")
    if not shared:
        pytest.skip("MIMIR_SHARED does not name a folder with published schemas")
    found = wanted = right = keys = right_keys = 0
    for truth_file in sorted(Path(shared, "data", "schema").glob("*/truth.json")):
        truth = json.loads(truth_file.read_text(encoding="utf-8"))["tables"]
        plain = plain_schema(infer_schema(staged_set(truth_file.parent, truth, tmp_path)))["tables"]
        declared, optional = foreign_keys(truth, optional=False), foreign_keys(truth, optional=True)
        inferred = foreign_keys(plain, optional=False) - optional
        found, wanted = found + len(inferred), wanted + len(declared)
        right += len(inferred & declared)
        for name, table in truth.items():
            if table["primary_key"]:
                keys += 1
                right_keys += set(table["primary_key"]) == set(plain[name]["primary_key"] or ())
    assert 2 * right / (found + wanted) >= 0.94
    assert right_keys / keys >= 0.94


def staged_set(folder: Path, truth: dict[str, object], scratch: Path) -> list[StagedTable]:
    tables = []
    for name in sorted(truth):
        path = scratch / f"{folder.name}.{name}.parquet"
        source = quote_text(str(folder / f"{name}.csv"))
        with duckdb.connect() as connection:
            relation = (
                f"read_csv({source}, all_varchar=true, header=true, delim=',', quote='\"', "
                "escape='\"', nullstr='')"
            )
            connection.execute(
                f"COPY (SELECT row_number() OVER () AS _row, * FROM {relation}) "
                f"TO {quote_text(str(path))} (FORMAT parquet)"
            )
            described = connection.execute(f"DESCRIBE SELECT * FROM {quote_text(str(path))}")
            columns = tuple(row[0] for row in described.fetchall())[1:]
            counted = connection.execute(f"SELECT count(*) FROM {quote_text(str(path))}").fetchone()
        rows = counted[0] if counted else 0
        tables.append(StagedTable(name, path, columns, rows, f"{name}.csv", "0" * 64))
    return tables


def foreign_keys(
    tables: dict[str, dict[str, list[dict[str, object]]]], *, optional: bool
) -> set[tuple[object, ...]]:
    found = set()
    for name, table in tables.items():
        for key in table.get("foreign_keys", []):
            if bool(key.get("untestable")) == optional:
                found.add(_link(name, key))
        for key in table.get("optional_foreign_keys", []) if optional else []:
            found.add(_link(name, key))
    return found


def _link(name: str, key: dict[str, object]) -> tuple[object, ...]:
    pairs = zip(key["columns"], key["ref_columns"], strict=True)  # type: ignore[call-overload]
    return name, key["ref_table"], frozenset(pairs)
