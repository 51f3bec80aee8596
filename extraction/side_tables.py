"""Tables side by side in one grid, parted by columns without a name and without a cell."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise, takewhile
from pathlib import Path

import duckdb

from extraction.grids import is_naming, is_value
from extraction.staging import Staging, column_names, connect, parquet_path
from graph.lexical import quote_name, quote_text
from graph.schema import ROW, StagedTable

_LEAST = 2
"""Columns that a table beside another must have; a single one may be a note."""

_LOOK = 200


@dataclass(frozen=True)
class Block:
    """Columns between blank ones: their names, how many rows they reach down, the first column."""

    names: Sequence[str]
    height: int
    keys: Sequence[str | None]


def apart(left: Block, right: Block) -> bool:
    """Tell whether two blocks are tables of their own, not columns of the same rows.

    They are when one ends earlier, when they have names in common, or when the right one begins
    with a key in words.
    """
    if not all(len(block.names) >= _LEAST and is_naming(block.names) for block in (left, right)):
        return False
    if not left.height or not right.height:
        return False
    keys = right.keys
    in_words = all(keys) and len(set(keys)) == len(keys) > 1 and not any(map(is_value, keys))
    common = set(left.names) & set(right.names)
    return left.height != right.height or bool(common) or in_words


def runs_of(blank: Sequence[bool]) -> list[range]:
    """Give the runs of columns between blank ones."""
    runs = [list(run) for _, run in groupby(range(len(blank)), key=blank.__getitem__)]
    return [range(run[0], run[-1] + 1) for run in runs if not blank[run[0]]]


def part_columns(staging: Staging, names: Sequence[str]) -> Staging:
    """Part the first table of a file into the tables that stand side by side in it.

    Args:
        staging: the tables of the file.
        names: its columns as they are written; empty where they have no name.
    """
    if "" not in names[1:-1]:
        return staging
    whole, *others = staging.tables
    with connect() as connection:
        runs = _runs(connection, whole, names)
        blocks = [_block(connection, whole, run, names) for run in runs]
        if len(blocks) < 2 or not all(apart(a, b) for a, b in pairwise(blocks)):
            return staging
        parted = [
            _written(connection, whole, run, block.names, number and number + len(staging.tables))
            for number, (run, block) in enumerate(zip(runs, blocks, strict=True))
        ]
    for table in parted:
        _part_of(table.path).replace(table.path)
    how = staging.readings[0]
    first = [
        replace(how, table=table.name, names=tuple(block.names))
        for table, block in zip(parted, blocks, strict=True)
    ]
    readings = (*first, *staging.readings[1:])
    return Staging((*parted, *others), staging.rejects, readings)


def _runs(
    connection: duckdb.DuckDBPyConnection, table: StagedTable, names: Sequence[str]
) -> list[range]:
    cells = ", ".join(f"count({quote_name(column)}) = 0" for column in table.columns)
    (empty,) = connection.execute(f"SELECT {cells} FROM {_rows(table)}").fetchall()
    return runs_of([none and not name for none, name in zip(empty, names, strict=True)])


def _block(
    connection: duckdb.DuckDBPyConnection, table: StagedTable, run: range, names: Sequence[str]
) -> Block:
    columns = [quote_name(table.columns[i]) for i in run]
    some = " OR ".join(f"{column} IS NOT NULL" for column in columns)
    rows = f"{_rows(table)} WHERE {some}"
    ((height,),) = connection.execute(f"SELECT coalesce(max({ROW}), 0) FROM {rows}").fetchall()
    query = f"SELECT {columns[0]} FROM {rows} ORDER BY {ROW} LIMIT {_LOOK}"
    keys = [key for (key,) in connection.execute(query).fetchall()]
    return Block(_untitled([names[i] for i in run]), height, keys)


def _untitled(names: Sequence[str]) -> list[str]:
    """Leave out the title above a block, which stands before the names of all its columns."""
    words = [name.split(" ") for name in names]
    same = sum(1 for _ in takewhile(lambda at: len(set(at)) == 1, zip(*words, strict=False)))
    return list(names) if min(map(len, words)) <= same else [" ".join(w[same:]) for w in words]


def _written(
    connection: duckdb.DuckDBPyConnection,
    table: StagedTable,
    run: range,
    names: Sequence[str],
    number: int,
) -> StagedTable:
    name = f"{table.name}.{number}" if number else table.name
    columns = column_names(names)
    cells = [quote_name(table.columns[i]) for i in run]
    listed = ", ".join(f"{a} AS {quote_name(b)}" for a, b in zip(cells, columns, strict=True))
    some = " OR ".join(f"{cell} IS NOT NULL" for cell in cells)
    query = f"SELECT {ROW}, {listed} FROM {_rows(table)} WHERE {some} ORDER BY {ROW}"
    path = parquet_path(table.path.parent, name)
    copy = f"COPY ({query}) TO {quote_text(str(_part_of(path)))} (FORMAT parquet)"
    ((rows,),) = connection.execute(copy).fetchall()
    return replace(table, name=name, path=path, columns=columns, rows=rows)


def _part_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _rows(table: StagedTable) -> str:
    return f"read_parquet({quote_text(str(table.path))})"
