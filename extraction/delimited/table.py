"""Delimited text to a staged table.

A well-formed file streams through the engine in constant memory. A file that the engine refuses
(ragged rows, stray quotes, mixed line ends) is read once more, record by record, and every record
that fits no reading becomes a reject with its line and text.
"""

import csv
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from extraction import grids, sniff
from extraction.delimited import footers, ragged
from extraction.delimited.dialects import Dialect, detect
from extraction.delimited.plain_text import opened_text, write_plain
from extraction.delimited.samples import UNIT, reader_options
from extraction.encodings import Encoding, encoding_of
from extraction.offsets import placed
from extraction.side_tables import part_columns
from extraction.staging import Reading, Reject, Source, Staging, connect, parquet_path, shorten
from extraction.text_readings import slips
from extraction.totals import tell_totals
from graph.errors import BadInput
from graph.lexical import quote_name, quote_text
from graph.schema import ROW, StagedTable

SAMPLE = 1 << 18
"""Characters on which the dialect is decided."""

COLUMNS_LIMIT = 20_000
"""Columns that a table may have; more is no table, and would hold an engine up for minutes."""

_EVEN = 0.9
_EVEN_RULED = 0.5
"""Even rows that make a table of a text without the name of one; ruled lines need fewer."""

_BLOCK = 1 << 20


def read(source: Source, table: str) -> Staging:
    """Stage a delimited text; a further table in the same file becomes `table.2`, and so on.

    Raises:
        BadInput: the text holds no table, too many columns, or its encoding is not known.
    """
    encoding = encoding_of(source.path, source.name)
    text, complete = _sample(source.path, encoding)
    dialect = detect(text, complete=complete)
    _check(source, dialect)
    told = [_above(source, table, line, text) for line, text in dialect.above]
    told += slips(source, table, encoding)
    with TemporaryDirectory(dir=source.folder, prefix=".") as scratch:
        copy = Path(scratch) / "utf8"
        path = write_plain(source.path, encoding, copy, dialect.token, dialect.rewrite)
        staged = _stream(source, table, path, dialect)
        staging = (
            footers.part(source, staged, dialect)
            if staged
            else ragged.read(source, table, path, dialect)
        )
    readings = tuple(
        _reading(part, staging.rejects, dialect, encoding, first=position == 0)
        for position, part in enumerate(staging.tables)
    )
    staging = part_columns(replace(staging, readings=readings), dialect.names)
    staging = tell_totals(staging, above=dialect.top_lines if staged else None)
    rejects = placed(source.path, encoding.name, (*told, *staging.rejects))
    return replace(staging, rejects=rejects)


def _sample(path: Path, encoding: Encoding) -> tuple[str, bool]:
    with path.open(encoding=encoding.name, errors=encoding.errors, newline="") as file:
        return opened_text(file.read(SAMPLE), encoding), not file.read(1)


def _check(source: Source, dialect: Dialect) -> None:
    if not dialect.columns:
        raise BadInput(f"{source.name} holds no table: every line is blank.")
    if len(dialect.columns) > COLUMNS_LIMIT:
        raise BadInput(
            f"{source.name} has {len(dialect.columns):,} columns; the limit is {COLUMNS_LIMIT:,}. "
            "Turn the table, so that each of them is a row."
        )
    known = sniff.EXTENSIONS.get(Path(source.name).suffix.lower()) == "delimited"
    even = dialect.consistency >= (_EVEN_RULED if dialect.rewrite else _EVEN)
    if not known and (len(dialect.columns) < 2 or not even):
        raise BadInput(
            f"{source.name} holds text without a table (no delimiter splits its lines evenly). "
            "If it is a table, give it the extension .csv."
        )


def _above(source: Source, table: str, line: int, text: str) -> Reject:
    reason = "text above the header is not a row of the table"
    return Reject(source.name, table, 0, line, reason, shorten(text))


def _reading(
    part: StagedTable,
    rejects: tuple[Reject, ...],
    dialect: Dialect,
    encoding: Encoding,
    *,
    first: bool,
) -> Reading:
    below = sum(r.table == part.name and r.reason == footers.BELOW for r in rejects)
    return Reading(
        table=part.name,
        format="csv",
        encoding=encoding.name,
        delimiter=_sign(dialect),
        quote=dialect.quote,
        escape=dialect.escape or "",
        header_rows=dialect.header_rows if first else 1,
        skip_rows=dialect.rows_above if first else 0,
        footer_rows=below,
        names=dialect.names if first else part.columns,
        confidence=round(dialect.confidence * encoding.confidence, 3),
        runner_up=encoding.runner_up,
        words=encoding.words,
    )


def _sign(dialect: Dialect) -> str:
    """Give the delimiter as people write it, without the blanks around it."""
    if dialect.shown:
        return dialect.shown.strip(" ") or dialect.shown
    return dialect.delimiter if len(dialect.columns) > 1 else ""


def _stream(source: Source, table: str, path: Path, dialect: Dialect) -> StagedTable | None:
    """Copy a well-formed file to Parquet in the engine; None when the file is not well formed."""
    if not dialect.top_is_plain or len(dialect.widths) > 1 or dialect.spaced:
        return None
    target = parquet_path(source.folder, table)
    with connect() as connection:
        connection.execute("SET threads = 1")
        query = f"COPY ({_select(path, dialect)}) TO {quote_text(str(target))} (FORMAT parquet)"
        try:
            ((rows,),) = connection.execute(query).fetchall()
        except duckdb.InvalidInputException:
            return None
        ((refused,),) = connection.execute("SELECT count(*) FROM reject_errors").fetchall()
        if refused:
            return None
        if _may_be_shifted(connection, target, path, dialect):
            return None
    if not _is_complete(path, dialect, rows):
        return None
    return StagedTable(table, target, dialect.columns, rows, source.name, source.sha256)


def _select(path: Path, dialect: Dialect) -> str:
    """Number all records, then leave out those without any value.

    Rows that do not fit are noted, not raised: an error in the middle of a large copy leaves the
    engine waiting for itself now and then (measured: 2 of 40 copies of a million rows, duckdb 2.0).
    The text is read by one thread: several guess where records start inside it, which fails when
    quoted cells hold whole lines, and one is as fast and holds less (measured: 5 million rows of 9
    columns in 3.2 s).
    """
    types = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in dialect.columns)
    names = ", ".join(quote_name(name) for name in dialect.columns)
    options = {
        "auto_detect": "false",
        "header": "false",
        "skip": str(dialect.top_lines),
        "delim": quote_text(dialect.delimiter),
        "quote": quote_text(dialect.quote),
        "escape": quote_text(dialect.escape or dialect.quote),
        "nullstr": "''",
        "allow_quoted_nulls": "false",
        "strict_mode": "true",
        "store_rejects": "true",
        "rejects_limit": "1",
        "parallel": "false",
        "columns": "{" + types + "}",
    }
    arguments = ", ".join(f"{name} = {value}" for name, value in options.items())
    return (
        f"SELECT {ROW}, {_cells(dialect)} FROM (SELECT row_number() OVER () AS {ROW}, * "
        f"FROM read_csv({quote_text(str(path))}, {arguments})) WHERE coalesce({names}) IS NOT NULL"
    )


def _cells(dialect: Dialect) -> str:
    names = [quote_name(name) for name in dialect.columns]
    if not dialect.token:
        return ", ".join(names)
    token = quote_text(dialect.token)
    return ", ".join(f"replace({name}, chr({ord(UNIT)}), {token}) AS {name}" for name in names)


def _may_be_shifted(
    connection: duckdb.DuckDBPyConnection, staged: Path, path: Path, dialect: Dialect
) -> bool:
    """Tell whether a row may have had an empty cell too many, which moved its other cells.

    The engine cuts empty cells at the end of a row without an error. So a row that is filled in the
    last column, which often is empty, and empty in one that never is may be shifted, unless the
    delimiters of the file add up.
    """
    full = [
        f"{quote_name(name)} IS NULL"
        for name, form in zip(dialect.columns, dialect.forms, strict=False)
        if not form.blank
    ]
    if not full or not dialect.forms[-1].blank:
        return False
    source = f"read_parquet({quote_text(str(staged))})"
    last = quote_name(dialect.columns[-1])
    query = f"SELECT count(*) FROM {source} WHERE {last} IS NOT NULL AND ({' OR '.join(full)})"
    ((count,),) = connection.execute(query).fetchall()
    return count > 0 and not _adds_up(path, dialect)


def _adds_up(path: Path, dialect: Dialect) -> bool:
    """Tell whether a text without quotes has as many delimiters as its lines need."""
    delimiter, quote = dialect.delimiter.encode(), dialect.quote.encode()
    found = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if quote in block:
                return False
            found += block.count(delimiter)
    return found == _line_count(path) * (len(dialect.columns) - 1)


def _is_complete(path: Path, dialect: Dialect, rows: int) -> bool:
    """Tell whether the engine found every row.

    It passes over the rest of a file without an error where a quoted cell is never closed, so its
    count is checked: one row for each line proves it; else a second reader counts.
    """
    if dialect.top_lines + rows == _line_count(path):
        return True
    options = reader_options(dialect.delimiter, dialect.quote, dialect.escape)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = islice(file, dialect.top_lines, None)
        reader = csv.reader(lines, strict=True, **options)  # type: ignore[arg-type]  # typed per name
        try:
            return rows == _rows_of_one_table(reader)
        except csv.Error:
            return False


def _rows_of_one_table(records: Iterable[list[str]]) -> int:
    """Count the records that are not blank; -1 when another table may start after a blank one."""
    count, blank = 0, False
    for cells in records:
        if not any(cells):
            blank = True
            continue
        if blank and grids.is_naming(cells):
            return -1
        count, blank = count + 1, False
    return count


def _line_count(path: Path) -> int:
    """Count the lines, whatever ends them; a last line without an end counts too."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            count += block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
            if last == b"\r" and block[:1] == b"\n":
                count -= 1
            last = block[-1:]
    return count + (last not in (b"\n", b"\r"))
