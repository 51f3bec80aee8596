"""Parquet, Arrow, Feather and ORC to staged tables: every value as canonical text of its type."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import duckdb
import pyarrow as pa
from pyarrow import feather, orc

from extraction.documents.json_rows import Harvest, decoder
from extraction.staging import Source, Staging, column_names, connect, parquet_path
from graph.errors import BadInput
from graph.lexical import quote_name, quote_text
from graph.schema import ROW, StagedTable

_NESTED = ("STRUCT", "MAP", "UNION", "VARIANT")
_VECTOR = re.compile(r"(?:FLOAT|DOUBLE)\[\d*\]")
"""Types of vectors, whose numbers mean nothing one by one."""

_BATCH = 20_000


@dataclass(frozen=True)
class _Rows:
    """Rows that the engine can scan: the relation, the number of a row, and its columns."""

    relation: str
    number: str
    fields: Sequence[tuple[str, str]]


def read(source: Source, table: str) -> Staging:
    """Stage a Parquet file; rows without any value stay.

    Structures become columns with dotted names; lists and maps become child tables that hold the
    key of their parent's row, as in JSON; vectors become JSON text.

    Raises:
        BadInput: the file is damaged.
    """
    file = f"read_parquet({quote_text(str(source.path))}, file_row_number = true)"
    with connect() as connection:
        try:
            fields = _fields(connection, file)[:-1]
            rows = _Rows(file, "file_row_number + 1", fields)
            return _stage(source, table, connection, rows)
        except (duckdb.OutOfMemoryException, MemoryError):
            raise
        except duckdb.Error as error:
            told = _reason(source, error)
            raise BadInput(f"{source.name} is a damaged Parquet file: {told}") from error


def read_batches(source: Source, table: str, kind: Literal["arrow", "orc"]) -> Staging:
    """Stage an Arrow file or stream, a Feather file or an ORC file, batch by batch, as `read` does.

    Raises:
        BadInput: the file is damaged.
    """
    with connect() as connection:
        connection.execute("SET threads = 1")
        try:
            reader = _batches(source.path, kind)
            connection.register("batches", reader)
            rows = _Rows("batches", "row_number() OVER ()", _fields(connection, "batches"))
            return _stage(source, table, connection, rows)
        except (duckdb.OutOfMemoryException, MemoryError):
            raise
        except (pa.ArrowException, duckdb.Error, OSError, ValueError) as error:
            told = _reason(source, error)
            raise BadInput(f"{source.name} is a damaged {kind} file: {told}") from error


def _batches(path: Path, kind: Literal["arrow", "orc"]) -> pa.RecordBatchReader:
    """Open a file as batches; each is checked before the engine follows its offsets."""
    schema, batches = _orc(path) if kind == "orc" else _arrow(path)
    fields = zip(schema, column_names(schema.names), strict=True)
    named = pa.schema([field.with_name(name) for field, name in fields])
    checked = (_checked(batch).rename_columns(named.names) for batch in batches)
    return pa.RecordBatchReader.from_batches(named, checked)


def _checked(batch: pa.RecordBatch) -> pa.RecordBatch:
    batch.validate(full=True)
    return batch


def _arrow(path: Path) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    mapped = pa.memory_map(str(path))
    head = mapped.read(6)
    mapped.seek(0)
    if head == b"ARROW1":
        file = pa.ipc.open_file(mapped)
        return file.schema, map(file.get_batch, range(file.num_record_batches))
    if head.startswith(b"FEA1"):
        rows = feather.read_table(mapped)
        return rows.schema, iter(rows.to_batches())
    stream = pa.ipc.open_stream(mapped)
    return stream.schema, iter(stream)


def _orc(path: Path) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    file = orc.ORCFile(str(path))
    return file.schema, map(file.read_stripe, range(file.nstripes))


def _fields(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    return [(name, kind) for name, kind, *_ in described]


def _stage(
    source: Source, table: str, connection: duckdb.DuckDBPyConnection, rows: _Rows
) -> Staging:
    read_rows = _stage_nested if any(_is_nested(kind) for _, kind in rows.fields) else _stage_flat
    return read_rows(source, table, connection, rows)


def _stage_flat(
    source: Source, table: str, connection: duckdb.DuckDBPyConnection, rows: _Rows
) -> Staging:
    target = parquet_path(source.folder, table)
    columns = column_names([name for name, _ in rows.fields])
    cells = ", ".join(
        f"{_text_sql(quote_name(name), kind)} AS {quote_name(column)}"
        for (name, kind), column in zip(rows.fields, columns, strict=True)
    )
    query = f"SELECT {rows.number} AS {ROW}, {cells} FROM {rows.relation}"
    copy = f"COPY ({query}) TO {quote_text(str(target))} (FORMAT parquet)"
    ((count,),) = connection.execute(copy).fetchall()
    return Staging((StagedTable(table, target, columns, count, source.name, source.sha256),))


def _stage_nested(
    source: Source, table: str, connection: duckdb.DuckDBPyConnection, rows: _Rows
) -> Staging:
    """Pass the rows through as members; only nested cells are decoded."""
    nested = [_is_nested(kind) for _, kind in rows.fields]
    names = [name for name, _ in rows.fields]
    cells = ", ".join(_text_sql(quote_name(name), kind) for name, kind in rows.fields)
    found = connection.execute(f"SELECT {cells} FROM {rows.relation}")
    row = 0
    with TemporaryDirectory(dir=source.folder, prefix=".") as scratch:
        harvest = Harvest(Path(scratch))
        decode = decoder().decode
        while batch := found.fetchmany(_BATCH):
            for texts in batch:
                row += 1
                members = tuple(
                    (name, decode(text) if inside else text)
                    for name, text, inside in zip(names, texts, nested, strict=True)
                    if text is not None or not inside
                )
                harvest.add((), members, row=row)
        return harvest.staging(source, {(): table}, table)


def _is_nested(kind: str) -> bool:
    return (kind.endswith("]") or kind.startswith(_NESTED)) and not _VECTOR.fullmatch(kind)


def _text_sql(cell: str, kind: str) -> str:
    """Give the expression of the XSD canonical text of a value of an engine type."""
    if kind.startswith("MAP"):
        return f"CAST(to_json(map_entries({cell})) AS VARCHAR)"
    if kind.endswith("]") or kind.startswith(_NESTED):
        return f"CAST(to_json({cell}) AS VARCHAR)"
    if kind == "BLOB":
        return f"to_base64({cell})"
    if kind in ("FLOAT", "DOUBLE"):
        return (
            f"CASE WHEN isnan({cell}) THEN 'NaN' WHEN isinf({cell}) THEN "
            f"if({cell} > 0, 'INF', '-INF') ELSE CAST({cell} AS VARCHAR) END"
        )
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"{_stamp_sql(f'make_timestamp(epoch_us({cell}))')} || 'Z'"
    if kind.startswith("TIMESTAMP"):
        return _stamp_sql(cell)
    return f"CAST({cell} AS VARCHAR)"


def _stamp_sql(stamp: str) -> str:
    return f"replace(CAST({stamp} AS VARCHAR), ' ', 'T')"


def _reason(source: Source, error: Exception) -> str:
    """Give the first line of what the engine says, with the file's name instead of its place."""
    return str(error).partition("\n")[0].replace(str(source.path), source.name)
