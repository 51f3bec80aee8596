"""What stands among the rows of a well-formed table and is none: notes below, the header again."""

from dataclasses import replace

import duckdb

from extraction import grids
from extraction.delimited import comments
from extraction.delimited.dialects import Dialect
from extraction.staging import Reject, Source, Staging, connect, shorten
from graph.lexical import quote_name, quote_text
from graph.schema import ROW, StagedTable

BELOW = "text below the table is not a row of it"
AGAIN = "the header stands here again; it is not a row"

LIMIT = 50
"""Notes below a table, at most; a longer run of single cells is rows."""


def part(source: Source, staged: StagedTable, dialect: Dialect) -> Staging:
    """Part the rows of a staged table from the notes below it and from repeated headers."""
    with connect() as connection:
        rejects = _comments(connection, source, staged, dialect)
        rejects += _again(connection, source, staged, dialect)
        rejects += _below(connection, source, staged, dialect)
        if rejects:
            staged = _without(connection, staged, [number for number, _ in rejects])
    return Staging((staged,), tuple(reject for _, reject in rejects))


def _comments(
    connection: duckdb.DuckDBPyConnection, source: Source, staged: StagedTable, dialect: Dialect
) -> list[tuple[int, Reject]]:
    if not dialect.comment:
        return []
    query = (
        f"SELECT * FROM {_rows(staged)} "
        f"WHERE starts_with({quote_name(staged.columns[0])}, {quote_text(dialect.comment)}) "
        f"ORDER BY {ROW}"
    )
    return [
        (
            number,
            Reject(
                source.name,
                staged.name,
                0,
                dialect.top_lines + number,
                comments.LINE,
                shorten(dialect.delimiter.join(cell or "" for cell in cells)),
            ),
        )
        for number, *cells in connection.execute(query).fetchall()
    ]


def _again(
    connection: duckdb.DuckDBPyConnection, source: Source, staged: StagedTable, dialect: Dialect
) -> list[tuple[int, Reject]]:
    if len(dialect.head) != len(staged.columns) or not any(dialect.head):
        return []
    conditions = (
        f"{quote_name(column)} = {quote_text(cell)}"
        for column, cell in zip(staged.columns, dialect.head, strict=True)
        if cell
    )
    query = f"SELECT {ROW} FROM {_rows(staged)} WHERE {' AND '.join(conditions)} ORDER BY {ROW}"
    text = shorten(dialect.delimiter.join(dialect.head))
    return [
        (number, Reject(source.name, staged.name, 0, dialect.top_lines + number, AGAIN, text))
        for (number,) in connection.execute(query).fetchall()
    ]


def _below(
    connection: duckdb.DuckDBPyConnection, source: Source, staged: StagedTable, dialect: Dialect
) -> list[tuple[int, Reject]]:
    if dialect.sparse or len(staged.columns) < 3:
        return []
    query = f"SELECT * FROM {_rows(staged)} ORDER BY {ROW} DESC LIMIT {LIMIT}"
    found: list[tuple[int, Reject]] = []
    for number, *cells in connection.execute(query).fetchall():
        if not grids.is_note(cells, len(cells)):
            break
        text = shorten("".join(filter(None, cells)))
        line = dialect.top_lines + number
        found.append((number, Reject(source.name, staged.name, 0, line, BELOW, text)))
    return found[::-1] if len(found) < min(LIMIT, staged.rows) else []


def _without(
    connection: duckdb.DuckDBPyConnection, staged: StagedTable, numbers: list[int]
) -> StagedTable:
    other = staged.path.with_suffix(".part")
    listed = ", ".join(map(str, numbers))
    query = f"SELECT * FROM {_rows(staged)} WHERE {ROW} NOT IN ({listed}) ORDER BY {ROW}"
    connection.execute(f"COPY ({query}) TO {quote_text(str(other))} (FORMAT parquet)")
    other.replace(staged.path)
    return replace(staged, rows=staged.rows - len(numbers))


def _rows(staged: StagedTable) -> str:
    return f"read_parquet({quote_text(str(staged.path))})"
