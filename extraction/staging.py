"""What a reader gives back, and the one way rows that passed through Python become Parquet.

Readers know files; nothing here knows what the rows mean.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from graph.schema import ROW, StagedTable

TEXT_LIMIT = 10_000
"""Characters of a rejected row that its reject keeps; the file itself keeps them all."""

_FILE_NAME_BYTES = 200
_UNSAFE = str.maketrans({"/": "%2F", "\\": "%5C", "%": "%25", "\0": "%00"})


@dataclass(frozen=True)
class Source:
    """A file that is being read.

    Attributes:
        path: where its bytes lie now; may be a content hash or a temporary copy.
        name: file name as the person knows it.
        sha256: content hash of the file that the person gave.
        folder: receives `<table>.parquet`.
    """

    path: Path
    name: str
    sha256: str
    folder: Path


@dataclass(frozen=True)
class Reject:
    """A part of a file that could not be read into a table.

    Attributes:
        source, table: file name and table that it would have belonged to.
        row: 1-based row number in the table; 0 when no row is missing: it was never one (a title
            above the header, a note below the table, a member of an archive that is not a table),
            or it was mended and landed, which is told here.
        line: 1-based line of the file, 0 where the format has no lines.
        reason: what is wrong with it.
        text: what stands there, at most `TEXT_LIMIT` characters.
        repair: what would make it readable, or empty.
        start, end: byte range in the file, end exclusive; both 0 where it is not known.
    """

    source: str
    table: str
    row: int
    line: int
    reason: str
    text: str
    repair: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Reading:
    """How a table was written in its file, as it was found out.

    Attributes:
        table: its name.
        format: kind of the file: `csv`, `json`, `xlsx`, `xml`…
        encoding: of the text, as Python knows it; empty where bytes say it themselves.
        delimiter, quote, escape: of delimited text; an empty escape means a doubled quote.
        header_rows: rows that name the columns; 0 when none does.
        skip_rows: lines above the header.
        footer_rows: notes below the table.
        names: names of the columns as they are written, so neither filled nor made unique.
        confidence: 0 to 1.
        runner_up: an encoding that would decode the file as well, or empty.
        words: words that the two encodings read differently, as (chosen, other).
    """

    table: str
    format: str
    encoding: str = ""
    delimiter: str = ""
    quote: str = ""
    escape: str = ""
    header_rows: int = 1
    skip_rows: int = 0
    footer_rows: int = 0
    names: tuple[str, ...] = ()
    confidence: float = 1.0
    runner_up: str = ""
    words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Staging:
    """All tables of a file; every row of the file is in a table or in `rejects`.

    `readings` tell how the tables were written, in their order.
    """

    tables: tuple[StagedTable, ...] = ()
    rejects: tuple[Reject, ...] = ()
    readings: tuple[Reading, ...] = ()


def connect() -> duckdb.DuckDBPyConnection:
    """Open an in-memory engine that keeps the order of rows and a bounded memory."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET memory_limit = '1GB'")
    connection.execute("SET threads = 2")
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def column_names(header: Sequence[str | None]) -> tuple[str, ...]:
    """Make the names of a header trimmed, filled and unique.

    An empty name becomes `column_N`; a name that came before, in any case (the engine does not
    tell cases apart), gets `_2`, `_3`, and so on; so does the reserved `_row`.
    """
    taken = {ROW}
    names = []
    numbers: dict[str, int] = {}
    for position, cell in enumerate(header, 1):
        wanted = (cell or "").strip() or f"column_{position}"
        name, number = wanted, numbers.get(wanted.casefold(), 1)
        while name.casefold() in taken:
            number += 1
            name = f"{wanted}_{number}"
        numbers[wanted.casefold()] = number
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def parquet_path(folder: Path, table: str) -> Path:
    """Give the file of a table, with a name that every file system takes."""
    name = table.translate(_UNSAFE)
    if len(name.encode()) > _FILE_NAME_BYTES:
        digest = hashlib.sha256(name.encode()).hexdigest()[:16]
        name = name.encode()[: _FILE_NAME_BYTES - 20].decode(errors="ignore") + "~" + digest
    return folder / f"{name}.parquet"


def shorten(text: str) -> str:
    """Cut the text of a reject to its limit, visibly."""
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "…"


class TableWriter:
    """A staged table that grows by batches; `close` gives it."""

    def __init__(self, source: Source, table: str, columns: Sequence[str]) -> None:
        fields = [(ROW, pa.int64()), *((name, pa.string()) for name in columns)]
        self._schema = pa.schema(fields)
        self._path = parquet_path(source.folder, table)
        self._writer = pq.ParquetWriter(self._path, self._schema)
        self._staged = StagedTable(table, self._path, tuple(columns), 0, source.name, source.sha256)

    def add(self, numbers: Sequence[int], values: Sequence[Sequence[str | None]]) -> None:
        """Add a batch: its row numbers, and its values column by column."""
        arrays = [pa.array(numbers, pa.int64()), *(pa.array(v, pa.string()) for v in values)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._staged = replace(self._staged, rows=self._staged.rows + len(numbers))

    def close(self) -> StagedTable:
        """End the file."""
        self._writer.close()
        return self._staged


def write_rows(
    source: Source,
    table: str,
    columns: Sequence[str],
    batches: Iterable[tuple[Sequence[int], Sequence[Sequence[str | None]]]],
) -> StagedTable:
    """Write batches of (row numbers, values column by column) as a staged table."""
    writer = TableWriter(source, table, columns)
    try:
        for numbers, values in batches:
            writer.add(numbers, values)
    finally:
        staged = writer.close()
    return staged


def write_arrow(source: Source, table: str, rows: pa.Table) -> StagedTable:
    """Write a table that has `_row` and text columns already."""
    path = parquet_path(source.folder, table)
    pq.write_table(rows, path)
    columns = tuple(name for name in rows.column_names if name != ROW)
    return StagedTable(table, path, columns, rows.num_rows, source.name, source.sha256)
