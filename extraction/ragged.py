"""Delimited text that is not well formed: rows that fit are staged, all others are rejects."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from extraction.dialects import Dialect, reader_options
from extraction.staging import Reject, Source, Staging, shorten, write_rows
from graph.errors import BadInput

REJECTS_LIMIT = 100_000
"""Rejects after which the whole file counts as unreadable."""

_RECORD_LINES = 2_000
_CELL_LIMIT = 1 << 30
_BATCH = 50_000


@dataclass(frozen=True)
class _Record:
    """`cells` is None when no reading of the text is right; `reason` says why."""

    line: int
    text: str
    cells: Sequence[str | None] | None
    reason: str = ""
    repair: str = ""


def read(source: Source, table: str, path: Path, dialect: Dialect) -> Staging:
    """Stage the rows that have the right number of cells and reject the others.

    Args:
        source, table: where the rows come from and go to.
        path: the text in UTF-8.
        dialect: how it is written.

    Raises:
        BadInput: more than `REJECTS_LIMIT` rows do not fit.
    """
    rejects: list[Reject] = []
    csv.field_size_limit(_CELL_LIMIT)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = islice(file, dialect.top_lines, None)
        rows = _accepted(_records(lines, dialect), source, table, rejects)
        staged = write_rows(source, table, dialect.columns, _batches(rows))
    return Staging((staged,), tuple(rejects))


class _Feed:
    """Physical lines for a CSV reader, with the way back to the start of a record."""

    def __init__(self, lines: Iterator[str], line: int) -> None:
        self._lines = lines
        self._returned: deque[str] = deque()
        self.line = line
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _RECORD_LINES:
            raise StopIteration
        text = self._returned.popleft() if self._returned else next(self._lines)
        self.taken.append(text)
        return text

    def begin(self) -> None:
        """Start the next record after the lines taken so far."""
        self.line += len(self.taken)
        self.taken = []

    def keep_first_line(self) -> None:
        """Take back all lines of the record but its first."""
        self._returned.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _records(lines: Iterator[str], dialect: Dialect) -> Iterator[_Record]:
    feed = _Feed(lines, dialect.top_lines + 1)
    options = reader_options(dialect.delimiter, dialect.quote, dialect.escape)
    while True:
        reader = csv.reader(feed, strict=True, **options)  # type: ignore[arg-type]  # typed per name
        while True:
            feed.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                feed.keep_first_line()
                yield _unreadable(feed, dialect, str(error))
                break
            record = _fitted(feed, cells, dialect)
            if record.cells is None and len(feed.taken) > 1:
                feed.keep_first_line()
                yield _unreadable(feed, dialect, "a quoted cell ends in another line")
                break
            yield record


def _unreadable(feed: _Feed, dialect: Dialect, error: str) -> _Record:
    text = "".join(feed.taken).rstrip("\r\n")
    reason = f"the quotes of this line do not match ({error})"
    repair = f"Write a {dialect.quote} inside a quoted cell twice, and close every quoted cell."
    return _Record(feed.line, text, None, reason, repair)


def _fitted(feed: _Feed, cells: list[str], dialect: Dialect) -> _Record:
    """Fit the cells of a record to the columns; further empty cells at its end say nothing."""
    width = len(dialect.columns)
    text = "".join(feed.taken).rstrip("\r\n")
    if not cells:
        return _Record(feed.line, text, ())
    found = len(cells)
    if found > width and not any(cells[width:]):
        cells = cells[:width]
    if len(cells) not in dialect.widths:
        return _Record(feed.line, text, None, *_ragged(found, width, dialect))
    values = _nulls(cells, text, dialect) + [None] * (width - len(cells))
    return _Record(feed.line, text, values)


def _ragged(found: int, width: int, dialect: Dialect) -> tuple[str, str]:
    reason = f"the row has {found} cells where the table has {width} columns"
    if found < width:
        return reason, f"Add the {width - found} missing cells."
    return reason, (
        f"Remove the {found - width} cells too many, or put the cell that holds "
        f"{dialect.delimiter!r} in {dialect.quote} marks."
    )


def _nulls(cells: Sequence[str], text: str, dialect: Dialect) -> list[str | None]:
    """Turn empty cells to None, but not those that are written as an empty pair of quotes."""
    pair = dialect.quote * 2
    if pair not in text:
        return [cell or None for cell in cells]
    delimiter, quote = re.escape(dialect.delimiter), re.escape(dialect.quote)
    inside = f"[^{quote}]|{quote}{quote}" + (r"|\\." if dialect.escape else "")
    cell_form = re.compile(
        f"(?:^|{delimiter})({quote}(?:{inside})*{quote}[^{delimiter}]*|[^{delimiter}]*)", re.DOTALL
    )
    raw = cell_form.findall(text)
    return [
        cell if cell or (position < len(raw) and raw[position] == pair) else None
        for position, cell in enumerate(cells)
    ]


def _accepted(
    records: Iterator[_Record], source: Source, table: str, rejects: list[Reject]
) -> Iterator[tuple[int, Sequence[str | None]]]:
    """Number the records, pass on the rows with a value, collect the rejects."""
    number = 0
    for record in records:
        if record.cells is None:
            number += 1
            rejects.append(_reject(source, table, number, record))
        elif record.cells:
            number += 1
            if any(cell is not None for cell in record.cells):
                yield number, record.cells
        if len(rejects) > REJECTS_LIMIT:
            raise BadInput(
                f"{source.name}: more than {REJECTS_LIMIT:,} rows do not fit the header; the first "
                f"is line {rejects[0].line}: {rejects[0].reason}. {rejects[0].repair}"
            )


def _reject(source: Source, table: str, row: int, record: _Record) -> Reject:
    text = shorten(record.text)
    return Reject(source.name, table, row, record.line, record.reason, text, record.repair)


def _batches(
    rows: Iterator[tuple[int, Sequence[str | None]]],
) -> Iterator[tuple[list[int], list[Sequence[str | None]]]]:
    while batch := list(islice(rows, _BATCH)):
        yield [number for number, _ in batch], list(zip(*(cells for _, cells in batch), strict=True))
