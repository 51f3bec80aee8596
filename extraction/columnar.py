"""Parquet files to staged tables: every value as the canonical text of its type."""

import duckdb

from extraction.staging import Source, Staging, column_names, connect, parquet_path
from graph.errors import BadInput
from graph.lexical import quote_name, quote_text
from graph.schema import ROW, StagedTable

_NESTED = ("STRUCT", "MAP", "UNION", "VARIANT")


def read(source: Source, table: str) -> Staging:
    """Stage a Parquet file; rows without any value stay, nested values become JSON text.

    Raises:
        BadInput: the file is damaged.
    """
    target = parquet_path(source.folder, table)
    file = f"read_parquet({quote_text(str(source.path))}, file_row_number = true)"
    with connect() as connection:
        try:
            described = connection.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()
            fields = [(name, kind) for name, kind, *_ in described][:-1]
            columns = column_names([name for name, _ in fields])
            cells = ", ".join(
                f"{_text_sql(quote_name(name), kind)} AS {quote_name(column)}"
                for (name, kind), column in zip(fields, columns, strict=True)
            )
            query = f"SELECT file_row_number + 1 AS {ROW}, {cells} FROM {file}"
            copy = f"COPY ({query}) TO {quote_text(str(target))} (FORMAT parquet)"
            ((rows,),) = connection.execute(copy).fetchall()
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise BadInput(f"{source.name} is a damaged Parquet file: {error}") from error
    return Staging((StagedTable(table, target, columns, rows, source.name, source.sha256),))


def _text_sql(cell: str, kind: str) -> str:
    """Give the expression of the XSD canonical text of a value of an engine type."""
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
