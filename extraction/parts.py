"""Files that are parts of one table: `orders_2024.csv` and `orders_2025.csv` are the orders.

Tables are parts of one when they have the same columns, names that differ by a period or the number
of a part alone, and no rows of one key that are different things.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb

from extraction.staging import connect
from graph.lexical import quote_name, quote_text
from graph.schema import ROW, Part, StagedTable

_YEAR = r"(?:19|20)\d\d"
_MONTH = (
    r"(?:jan|feb|mar|märz|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)"
    r"(?:uary|uar|ruary|ruar|ch|il|e|y|i|ust|tember|t|ober|ember)?"
)
_PERIOD = (
    rf"{_YEAR}[\W_]?(?:0[1-9]|1[0-2])(?:[\W_]?(?:[0-2]\d|3[01]))?"
    rf"|{_YEAR}[\W_]?q[1-4]|q[1-4](?:[\W_]?{_YEAR})?|{_YEAR}(?:[\W_]{_MONTH})?"
    rf"|{_MONTH}(?:[\W_]?{_YEAR})?|(?:part|chunk|batch|page)[\W_]?\d+|\(\d+\)|copy"
)
_SERIAL = re.compile(
    rf"^(?:{_PERIOD})[\W_]+|[\W_]+(?:{_PERIOD})[\W_]*$|(?<=[a-z]){_YEAR}$", re.IGNORECASE
)
_AGREEING = 0.5
_LEAST_LETTERS = 3


@dataclass(frozen=True)
class PartedTable:
    """Staged tables that are parts of one, in the order of their files; the last is the newest."""

    name: str
    parts: tuple[StagedTable, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns as the newest part writes and orders them."""
        return self.parts[-1].columns


def parted_tables(tables: Sequence[StagedTable]) -> tuple[PartedTable, ...]:
    """Group the tables that are parts of one, by their columns and names.

    A table that is alone is a group too, named without its period, so that the next part of it
    changes no name; unless the name would be that of another table.
    """
    groups: dict[tuple[str, frozenset[str]], list[StagedTable]] = {}
    for table in tables:
        columns = frozenset(column.casefold() for column in table.columns)
        alone = () if len(columns) == len(table.columns) else (table.name,)
        stem = stem_of_part(table.name).casefold()
        groups.setdefault((stem, columns.union(alone)), []).append(table)
    stems = [stem for stem, _ in groups]
    return tuple(
        PartedTable(
            stem_of_part(group[-1].name) if stems.count(stem) == 1 else group[-1].name,
            tuple(group),
        )
        for (stem, _), group in groups.items()
    )


def stem_of_part(name: str) -> str:
    """Give a name without the period or the number of a part at its start or end."""
    stem = _SERIAL.sub("", name)
    return stem if sum(map(str.isalpha, stem)) >= _LEAST_LETTERS else name


def lay_together(
    table: PartedTable, key: Sequence[str], path: Path
) -> tuple[StagedTable, Mapping[str, int]] | None:
    """Write all parts as one table; of rows with the same key, that of the newest part.

    Args:
        key: columns whose values name a row, as the newest part writes them; none keeps all rows.
        path: Parquet file to write.

    Returns:
        the table, and the number of rows that gave way, by the file they stand in; None when rows
        of the same key say different things, so that each part counts its own (invoice 1 of 2024
        and invoice 1 of 2025).
    """
    with connect() as connection:
        parts = tuple(_laid(connection, table))
        if key and not _agree(connection, table.columns, key, parts):
            return None
        superseded = _supersede(connection, key, parts) if key else {}
        connection.execute(
            f"COPY (SELECT * FROM laid ORDER BY {ROW}) TO {quote_text(str(path))} (FORMAT parquet)"
        )
        ((rows,),) = connection.execute("SELECT count(*) FROM laid").fetchall()
    newest = table.parts[-1]
    laid = StagedTable(table.name, path, table.columns, rows, newest.source, newest.sha256, parts)
    return laid, superseded


def _laid(connection: duckdb.DuckDBPyConnection, table: PartedTable) -> Iterator[Part]:
    """Put the rows of all parts into the relation `laid`, numbered through."""
    columns = ", ".join(f"{quote_name(column)} VARCHAR" for column in table.columns)
    connection.execute(f"CREATE TABLE laid ({ROW} BIGINT, {columns})")
    first = 1
    for part in table.parts:
        known = {column.casefold(): column for column in part.columns}
        cells = ", ".join(quote_name(known[column.casefold()]) for column in table.columns)
        source = f"read_parquet({quote_text(str(part.path))})"
        connection.execute(f"INSERT INTO laid SELECT {ROW} + {first - 1}, {cells} FROM {source}")
        yield Part(first, part.source, part.sha256)
        ((last,),) = connection.execute(f"SELECT coalesce(max({ROW}), 0) FROM laid").fetchall()
        first = max(first, last + 1)


def _agree(
    connection: duckdb.DuckDBPyConnection,
    columns: Sequence[str],
    key: Sequence[str],
    parts: Sequence[Part],
) -> bool:
    """Tell whether rows of the same key in two parts have the same values, mostly."""
    others = [quote_name(column) for column in columns if column not in key]
    if not others:
        return True
    number = " ".join(
        f"WHEN {ROW} >= {part.first_row} THEN {place}"
        for place, part in reversed(list(enumerate(parts)))
    )
    same = " + ".join(f"(a.{o} IS NOT DISTINCT FROM b.{o})::INTEGER" for o in others)
    joined = " AND ".join(f"a.{quote_name(c)} = b.{quote_name(c)}" for c in key)
    found = connection.execute(
        f"WITH numbered AS (SELECT *, CASE {number} END AS part FROM laid) "
        f"SELECT avg({same}) FROM numbered AS a, numbered AS b WHERE {joined} AND a.part < b.part"
    ).fetchone()
    shared = found[0] if found else None
    return shared is None or shared >= _AGREEING * len(others)


def _supersede(
    connection: duckdb.DuckDBPyConnection, key: Sequence[str], parts: Sequence[Part]
) -> dict[str, int]:
    same = " AND ".join(f"n.{quote_name(c)} = laid.{quote_name(c)}" for c in key)
    counts: dict[str, int] = {}
    for part, newer in pairwise(parts):
        ((count,),) = connection.execute(
            f"DELETE FROM laid WHERE {ROW} >= {part.first_row} AND {ROW} < {newer.first_row} "
            f"AND EXISTS (SELECT 1 FROM laid AS n WHERE n.{ROW} >= {newer.first_row} AND {same})"
        ).fetchall()
        if count:
            counts[part.source] = counts.get(part.source, 0) + count
    return counts
