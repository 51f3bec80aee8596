"""Tables too large for memory: their values lie in files, and what is found is the same."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from graph.lexical import quote_text
from graph.schema import Column, StagedTable, Table
from inference.columns.datatypes import decide_columns
from inference.columns.profile import ValueStore
from inference.columns.sketches import ColumnSketch, sketch_table
from inference.columns.statistics import enumerations, patterns
from inference.structure.inclusions import Inclusions, TableView
from inference.structure.uniqueness import UniqueSets
from tests.inference.staging import stage

_HEADERS = ("id", "amount", "seen", "day", "state", "code", "note", "empty")


def test_values_in_files_are_decided_and_sketched_as_those_in_memory(tmp_path: Path) -> None:
    table = stage(tmp_path, "orders", _HEADERS, [_row(number) for number in range(120)])
    in_files = _found(tmp_path, table, held=50)
    assert in_files == _found(tmp_path, table, held=10_000)
    columns = {column.name: column for column in in_files[0]}
    assert columns["id"].unique
    assert columns["amount"].distinct == 8, "+3, 3 and 3.0 are one number"
    assert (columns["seen"].datatype, columns["seen"].nulls) == ("dateTime", 24)
    assert columns["state"].enumeration == ("closed", "open")
    assert columns["code"].pattern == "[A-Z]{2}-[0-9]{3}"
    assert columns["note"].pattern is None, "as long, and other signs"


def test_a_table_in_files_is_read_again_where_its_columns_change(tmp_path: Path) -> None:
    table = stage(tmp_path, "orders", _HEADERS, [_row(number) for number in range(120)])
    store = ValueStore([table], tmp_path, held=10)
    first = decide_columns(store, 0, store.read(0))
    assert decide_columns(store, 0, store.read(0)) == first
    store.close()


def test_columns_in_files_and_in_memory_are_compared(tmp_path: Path) -> None:
    large = stage(tmp_path, "large", ["n", "m"], [[str(n), str(n % 50)] for n in range(300)])
    small = stage(tmp_path, "small", ["k"], [[str(n)] for n in range(290, 310)])
    store = ValueStore([large, small], tmp_path, held=100)
    assert [store.is_large(number) for number in range(2)] == [True, False]
    inclusions = Inclusions(store, _views(store))
    assert inclusions.shared((1, 0), (0, 0)) == 10
    assert inclusions.shared((0, 1), (0, 0)) == 50
    assert inclusions.shared((0, 1), (1, 0)) == 0
    assert inclusions.orphan_rows((1, 0), (0, 0)) == 10
    store.close()


def test_any_number_of_columns_is_compared(tmp_path: Path) -> None:
    headers = [f"c{place}" for place in range(70)]
    tables = [
        stage(tmp_path, name, headers, [[f"v{place}-{row}" for place in range(70)] for row in rows])
        for name, rows in (("one", range(6)), ("other", range(4, 10)))
    ]
    store = ValueStore(tables, tmp_path)
    inclusions = Inclusions(store, _views(store))
    for place in (0, 57, 58, 69):
        assert inclusions.shared((0, place), (1, place)) == 2
        assert inclusions.shared((0, place), (0, place)) == 2
        assert inclusions.shared((0, place), (1, (place + 1) % 70)) == 0
    store.close()


def test_a_pair_of_rows_beyond_the_head_of_a_large_table_is_seen(tmp_path: Path) -> None:
    for last, differs in (("2", False), ("8", True)):
        rows = [[str(n % 10), str(n // 10)] for n in range(40)] + [["3", last]]
        table = _from_row(stage(tmp_path, "late", ["part", "lot"], rows), 10_000_000)
        store = ValueStore([table], tmp_path, held=10)
        (view,) = _views(store)
        assert UniqueSets(store, view, ["part", "lot"]).is_unique(["part", "lot"]) == differs
        store.close()


def _row(number: int) -> list[str | None]:
    amount = ("3", "+3", "3.0", "4.5", "-1", "9", "0", "7.25", "8", "12")[number % 10]
    clock = f"2024-01-{number % 28 + 1:02} 10:{number % 60:02}"
    return [
        str(number),
        amount,
        "n/a" if number % 5 == 0 else clock,
        f"{number % 28 + 1:02}.03.2024",
        "open" if number % 3 else "closed",
        f"{'AB' if number % 2 else 'XY'}-{100 + number}",
        f"{number:03} a" if number % 2 else f"{number:03}/b",
        None,
    ]


def _found(
    folder: Path, table: StagedTable, *, held: int
) -> tuple[Sequence[Column], Sequence[ColumnSketch]]:
    store = ValueStore([table], folder, held=held)
    columns = decide_columns(store, 0, store.read(0))
    columns = enumerations(store, 0, columns, frozenset())
    columns = patterns(store, 0, columns, frozenset())
    sketches = sketch_table(store, 0, Table(table.name, table.source, table.rows, tuple(columns)))
    store.close()
    return columns, sketches


def _views(store: ValueStore) -> list[TableView]:
    return [
        TableView(number, table, decide_columns(store, number, store.read(number)), table.name)
        for number, table in enumerate(store.tables)
    ]


def _from_row(table: StagedTable, first: int) -> StagedTable:
    """Number the rows of a table from a later row on, as if those before were not there."""
    path = table.path.with_suffix(f".{first}.parquet")
    duckdb.execute(
        f"COPY (SELECT * REPLACE (_row + {first} AS _row) FROM {quote_text(str(table.path))}) "
        f"TO {quote_text(str(path))} (FORMAT parquet)"
    )
    return StagedTable(table.name, path, table.columns, table.rows, table.source, table.sha256)
