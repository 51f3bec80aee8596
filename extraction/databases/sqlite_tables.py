"""SQLite files to staged tables, opened read-only and unchangeable; views are not run."""

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from extraction.encodings import STRAY
from extraction.staging import Reading, Reject, Source, Staging, column_names, write_rows
from graph.errors import BadInput
from graph.lexical import quote_name
from graph.schema import StagedTable

_BATCH = 20_000
_TABLES = """
    SELECT name, sql LIKE 'CREATE VIRTUAL%' FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name
"""
_Value = str | int | float | bytes | None


def read(source: Source, table: str) -> Staging:
    """Stage every table as `table.name`; bytes become Base64, texts that are no UTF-8 are mended.

    Raises:
        BadInput: the file is damaged or holds no table.
    """
    uri = f"{source.path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            database.text_factory = lambda text: text.decode("utf-8", errors=STRAY)
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
            found = database.execute(_TABLES).fetchall()
            staged = tuple(
                _stage(database, source, name, f"{table}.{name}")
                for name, virtual in found
                if not virtual
            )
    except sqlite3.DatabaseError as error:
        raise BadInput(f"{source.name} is a damaged SQLite file ({error}).") from error
    if not staged:
        raise BadInput(f"{source.name} holds no table.")
    rejects = tuple(
        Reject(source.name, f"{table}.{name}", 0, 0, "a virtual table is code, not rows", name)
        for name, virtual in found
        if virtual
    )
    return Staging(staged, rejects, tuple(Reading(part.name, "sqlite") for part in staged))


def _stage(database: sqlite3.Connection, source: Source, name: str, table: str) -> StagedTable:
    rows = database.execute(f"SELECT * FROM {quote_name(name)}")
    columns = column_names([column for column, *_ in rows.description])
    return write_rows(source, table, columns, _batches(rows))


def _batches(rows: sqlite3.Cursor) -> Iterator[tuple[range, list[list[str | None]]]]:
    start = 1
    while batch := rows.fetchmany(_BATCH):
        columns = [[_text(value) for value in column] for column in zip(*batch, strict=True)]
        yield range(start, start + len(batch)), columns
        start += len(batch)


def _text(value: _Value) -> str | None:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, float):
        return repr(value).removesuffix(".0") if abs(value) < 1e15 else repr(value)
    return value if value is None or isinstance(value, str) else str(value)
