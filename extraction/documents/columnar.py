"""Parquet files to staged tables: every value as the canonical text of its type."""

import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from extraction.documents.json_rows import Harvest, decoder
from extraction.staging import Source, Staging, column_names, connect, parquet_path
from graph.errors import BadInput
from graph.lexical import quote_name, quote_text
from graph.schema import ROW, StagedTable

_NESTED = ("STRUCT", "MAP", "UNION", "VARIANT")
_VECTOR = re.compile(r"(?:FLOAT|DOUBLE)\[\d*\]")
"""Types of vectors, whose numbers mean nothing one by one."""

_BATCH = 20_000


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
            described = connection.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()
            fields = [(name, kind) for name, kind, *_ in described][:-1]
            if any(map(_is_nested, (kind for _, kind in fields))):
                return _read_nested(source, table, connection, file, fields)
            return _read_flat(source, table, connection, file, fields)
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise BadInput(f"{source.name} is a damaged Parquet file: {error}") from error


def _read_flat(
    source: Source,
    table: str,
    connection: duckdb.DuckDBPyConnection,
    file: str,
    fields: Sequence[tuple[str, str]],
) -> Staging:
    target = parquet_path(source.folder, table)
    columns = column_names([name for name, _ in fields])
    cells = ", ".join(
        f"{_text_sql(quote_name(name), kind)} AS {quote_name(column)}"
        for (name, kind), column in zip(fields, columns, strict=True)
    )
    query = f"SELECT file_row_number + 1 AS {ROW}, {cells} FROM {file}"
    copy = f"COPY ({query}) TO {quote_text(str(target))} (FORMAT parquet)"
    ((rows,),) = connection.execute(copy).fetchall()
    return Staging((StagedTable(table, target, columns, rows, source.name, source.sha256),))


def _read_nested(
    source: Source,
    table: str,
    connection: duckdb.DuckDBPyConnection,
    file: str,
    fields: Sequence[tuple[str, str]],
) -> Staging:
    """Pass the rows through as members; only nested cells are decoded."""
    nested = [_is_nested(kind) for _, kind in fields]
    names = [name for name, _ in fields]
    cells = ", ".join(_text_sql(quote_name(name), kind) for name, kind in fields)
    rows = connection.execute(f"SELECT {cells} FROM {file}")
    row = 0
    with TemporaryDirectory(dir=source.folder, prefix=".") as scratch:
        harvest = Harvest(Path(scratch))
        decode = decoder().decode
        while batch := rows.fetchmany(_BATCH):
            for texts in batch:
                row += 1
                values = (
                    decode(text) if text is not None and inside else text
                    for text, inside in zip(texts, nested, strict=True)
                )
                harvest.add((), tuple(zip(names, values, strict=True)), row=row)
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
