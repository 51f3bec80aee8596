"""Stage small tables as Parquet, as an import would."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from graph.lexical import quote_name, quote_text
from graph.schema import StagedTable


def stage(
    folder: Path, name: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]
) -> StagedTable:
    """Write one table with `_row` and text columns."""
    path = folder / f"{name}.parquet"
    fields = ", ".join(f"{quote_name(column)} VARCHAR" for column in columns)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE staged (_row BIGINT, {fields})")
        if rows:
            marks = ", ".join("?" for _ in range(len(columns) + 1))
            numbered = [[number, *row] for number, row in enumerate(rows, start=1)]
            connection.executemany(f"INSERT INTO staged VALUES ({marks})", numbered)
        connection.execute(f"COPY staged TO {quote_text(str(path))} (FORMAT parquet)")
    return StagedTable(name, path, tuple(columns), len(rows), f"{name}.csv", "0" * 64)
