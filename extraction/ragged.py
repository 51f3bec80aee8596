"""Delimited text that is not well formed: rows that fit are staged, all others are rejects."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from extraction.dialects import Dialect, reader_options
from extraction.staging import Reject, Source, Staging, shorten, write_rows
from graph.errors import BadInput

REJECTS_LIMIT = 100_000
"""Rejects after which the whole file counts as unreadable."""

_Row = tuple[int, Sequence[str | None]]
_Refuse = Callable[[int, str, str], None]

_RECORD_LINES = 2_000
_CELL_LIMIT = 1 << 30
_BATCH = 50_000


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
        feed = _Feed(islice(file, dialect.top_lines, None), dialect.top_lines + 1)

        def refuse(row: int, reason: str, repair: str) -> None:
            text = shorten(feed.text)
            rejects.append(Reject(source.name, table, row, feed.line, reason, text, repair))
            if len(rejects) > REJECTS_LIMIT:
                raise _unreadable(rejects[0])

        rows = _rows(feed, dialect, refuse)
        staged = write_rows(source, table, dialect.columns, _batches(rows))
    return Staging((staged,), tuple(rejects))


def _unreadable(first: Reject) -> BadInput:
    return BadInput(
        f"{first.source}: more than {REJECTS_LIMIT:,} rows do not fit the header; the first is "
        f"line {first.line}: {first.reason}. {first.repair}"
    )


class _Feed:
    """Physical lines for a CSV reader, with the way back to the start of a record."""

    def __init__(self, lines: Iterator[str], line: int) -> None:
        self._lines = lines
        self._returned: deque[str] = deque()
        self.line = line
        self.taken: list[str] = []
        self.ended = False

    @property
    def text(self) -> str:
        """The record as it stands in the file, without the end of its last line."""
        return "".join(self.taken).rstrip("\r\n")

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _RECORD_LINES:
            raise StopIteration
        if self._returned:
            text = self._returned.popleft()
        elif (text := next(self._lines, "")) == "":
            self.ended = True
            raise StopIteration
        self.taken.append(text)
        return text

    def begin(self) -> None:
        """Start the next record after the lines taken so far."""
        self.line += len(self.taken)
        self.taken = []

    def keep_first_line(self) -> None:
        """Take back all lines of the record but its first."""
        self._returned.extendleft(reversed(self.taken[1:]))
        self.ended = self.ended and not self._returned
        del self.taken[1:]


def _rows(feed: _Feed, dialect: Dialect, refuse: _Refuse) -> Iterator[_Row]:
    """Number the records, pass on those that fit and hold a value, refuse the others."""
    options = reader_options(dialect.delimiter, dialect.quote, dialect.escape)
    number = 0
    while not feed.ended:
        reader = csv.reader(feed, strict=True, **options)  # type: ignore[arg-type]  # typed per name
        try:
            for cells in reader:
                if cells:
                    number += 1
                    fitted = _fitted(cells, feed, dialect)
                    if fitted is None:
                        refuse(number, *_misfit(cells, feed, dialect))
                    elif fitted is cells or fitted.count(None) < len(fitted):
                        yield number, fitted
                feed.begin()
        except csv.Error as error:
            number += 1
            feed.keep_first_line()
            refuse(number, *_stray_quote(dialect, str(error)))
            feed.begin()


def _fitted(cells: list[str], feed: _Feed, dialect: Dialect) -> Sequence[str | None] | None:
    """Fit cells to the columns; None when there are too few or too many.

    Further blank cells at the end of a row say nothing and are cut.
    """
    width = len(dialect.columns)
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        cells = cells[:width]
    if len(cells) not in dialect.widths:
        return None
    values: Sequence[str | None] = _nulls(cells, feed, dialect) if "" in cells else cells
    return values if len(values) == width else [*values, *[None] * (width - len(values))]


def _misfit(cells: Sequence[str], feed: _Feed, dialect: Dialect) -> tuple[str, str]:
    """Say why a record does not fit; of one that runs over lines, only the first is refused."""
    if len(feed.taken) > 1:
        feed.keep_first_line()
        return _stray_quote(dialect, "a quoted cell ends in another line")
    return _ragged(len(cells), len(dialect.columns), dialect)


def _stray_quote(dialect: Dialect, error: str) -> tuple[str, str]:
    repair = f"Write a {dialect.quote} inside a quoted cell twice, and close every quoted cell."
    return f"the quotes of this line do not match ({error})", repair


def _ragged(found: int, width: int, dialect: Dialect) -> tuple[str, str]:
    reason = f"the row has {found} cells where the table has {width} columns"
    if found < width:
        return reason, f"Add the {width - found} missing cells."
    return reason, (
        f"Remove the {found - width} cells too many, or put the cell that holds "
        f"{dialect.delimiter!r} in {dialect.quote} marks."
    )


def _nulls(cells: Sequence[str], feed: _Feed, dialect: Dialect) -> list[str | None]:
    """Turn empty cells to None, but not those that are written as an empty pair of quotes."""
    pair = dialect.quote * 2
    if not any(pair in line for line in feed.taken):
        return [cell or None for cell in cells]
    delimiter, quote = re.escape(dialect.delimiter), re.escape(dialect.quote)
    inside = f"[^{quote}]|{quote}{quote}" + (r"|\\." if dialect.escape else "")
    cell_form = re.compile(
        f"(?:^|{delimiter})({quote}(?:{inside})*{quote}[^{delimiter}]*|[^{delimiter}]*)", re.DOTALL
    )
    raw = cell_form.findall(feed.text)
    return [
        cell if cell or (position < len(raw) and raw[position] == pair) else None
        for position, cell in enumerate(cells)
    ]


def _batches(
    rows: Iterator[_Row],
) -> Iterator[tuple[list[int], list[Sequence[str | None]]]]:
    while batch := list(islice(rows, _BATCH)):
        yield (
            [number for number, _ in batch],
            list(zip(*(cells for _, cells in batch), strict=True)),
        )
