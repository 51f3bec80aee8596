"""Records of a delimited text, one by one: their lines, what is wrong, what was mended."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extraction.delimited import mending
from extraction.delimited.dialects import Dialect
from extraction.delimited.samples import UNIT, reader_options

_RECORD_LINES = 2_000
_CELL_LIMIT = 1 << 30
_QUOTE_NOTE = "a quote that opens or closes no cell was read as a character of its cell"
_BLANK_NOTE = "an empty cell too many was left out, at the one place where the others fit"


class Record(NamedTuple):
    """One record as it was read; a tuple, because making a million dataclasses takes seconds.

    Attributes:
        line: its first physical line, 1-based.
        lines: its physical lines.
        width: number of cells as written; 0 when its quotes do not match.
        raw: those cells.
        cells: values that fit the columns, None where empty; None when it does not fit.
        note: what was mended, or empty.
        reason, repair: why it does not fit, and what would make it fit.
    """

    line: int
    lines: Sequence[str]
    width: int
    raw: Sequence[str]
    cells: Sequence[str | None] | None
    note: str = ""
    reason: str = ""
    repair: str = ""

    @property
    def text(self) -> str:
        """Its text, without the end of its last line."""
        return "".join(self.lines).rstrip("\r\n")


@dataclass(frozen=True)
class Shape:
    """What the rows of the table that is being read must have.

    Attributes:
        width: number of columns.
        widths: numbers of cells that a row may have.
        forms: what the columns look like, to place a row with one empty cell too many.
    """

    width: int
    widths: frozenset[int]
    forms: tuple[mending.Column, ...] = ()


class Records:
    """Reads records; `shape` may be changed between two records, where a new table starts."""

    def __init__(self, lines: Iterator[str], dialect: Dialect, shape: Shape) -> None:
        csv.field_size_limit(_CELL_LIMIT)
        self.shape = shape
        self._dialect = dialect
        self._feed = _Feed(lines, dialect.top_lines + 1)
        self._again: deque[Record] = deque()
        self._source = self._read()

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        return self._again.popleft() if self._again else next(self._source)

    def give_back(self, records: Sequence[Record]) -> None:
        """Put records back, so that they come next."""
        self._again.extendleft(reversed(records))

    def judge_again(self, record: Record) -> Record:
        """Fit the cells of a record to a `shape` that has changed since it was read."""
        return self._judged(record.raw, record)

    def _read(self) -> Iterator[Record]:
        feed, dialect = self._feed, self._dialect
        options = reader_options(
            dialect.delimiter, dialect.quote, dialect.escape, spaced=dialect.spaced
        )
        while not feed.ended:
            reader = csv.reader(feed, strict=True, **options)  # type: ignore[arg-type]  # typed per name
            try:
                for cells in reader:
                    if cells:
                        yield self._record(cells)
                    feed.begin()
            except csv.Error as error:
                yield self._broken(str(error))
                feed.begin()

    def _record(self, cells: list[str]) -> Record:
        fitted = self._fitted(cells)
        feed = self._feed
        if fitted is None and len(feed.taken) > 1:
            return self._broken("a quoted cell ends in another line")
        if fitted is not None:
            values = self._with_nulls(fitted)
            return Record(feed.line, feed.taken, len(cells), cells, values)
        return self._judged(cells, Record(feed.line, [self._text()], len(cells), cells, None))

    def _judged(self, cells: Sequence[str], record: Record) -> Record:
        """Fit or mend the cells of a record that stands in one line."""
        line, lines, count = record.line, record.lines, record.width
        fitted = self._fitted(cells)
        if fitted is not None:
            return Record(line, lines, count, cells, self._plain([c or None for c in fitted]))
        if (quoted := self._mend_quotes(record.text)) is not None:
            return Record(line, lines, count, cells, quoted, _QUOTE_NOTE)
        if (rest := mending.drop_blank(cells, self.shape.forms)) is not None:
            return Record(
                line, lines, count, cells, self._plain([c or None for c in rest]), _BLANK_NOTE
            )
        return Record(line, lines, count, cells, None, "", *self._ragged(count))

    def _broken(self, error: str) -> Record:
        """Judge the first line of a record whose quotes do not match; the others are read again."""
        feed, dialect = self._feed, self._dialect
        alone = len(feed.taken) < 2 or self._is_row(feed.taken[1])
        feed.keep_first_line()
        text = self._text()
        if alone and (cells := self._mend_quotes(text)) is not None:
            return Record(feed.line, [text], 0, (), cells, _QUOTE_NOTE)
        reason = f"the quotes of this line do not match ({error})"
        repair = f"Write a {dialect.quote} inside a quoted cell twice, and close every quoted cell."
        return Record(feed.line, [text], 0, (), None, "", reason, repair)

    def _fitted(self, cells: Sequence[str]) -> Sequence[str] | None:
        """Fit cells to the columns; None when there are too few or too many.

        Further blank cells at the end of a row say nothing and are cut, unless a blank cell before
        them would be one too many as well.
        """
        width = self.shape.width
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            if len(cells) == width + 1 and not self._takes(cells[:width]):
                return None
            cells = cells[:width]
        return cells if len(cells) in self.shape.widths else None

    def _takes(self, cells: Sequence[str]) -> bool:
        """Tell whether the cells look like their columns, or none would fit better."""
        forms = self.shape.forms
        if len(cells) + 1 in self.shape.widths or not forms or "" not in cells:
            return True
        fits = all(column.takes(cell) for column, cell in zip(forms, cells, strict=True))
        return fits or mending.drop_blank([*cells, ""], forms) is None

    def _mend_quotes(self, text: str) -> Sequence[str | None] | None:
        dialect = self._dialect
        if dialect.escape or dialect.quote not in text:
            return None
        packed = text.replace(dialect.token, UNIT) if dialect.token else text
        cells = mending.mend_quotes(
            packed, dialect.delimiter, dialect.quote, self.shape.widths, spaced=dialect.spaced
        )
        return None if cells is None else self._plain(cells)

    def _is_row(self, line: str) -> bool:
        dialect = self._dialect
        cells = mending.mend_quotes(
            line.rstrip("\r\n") + dialect.delimiter + dialect.quote * 2,
            dialect.delimiter,
            dialect.quote,
            frozenset(width + 1 for width in self.shape.widths),
            spaced=dialect.spaced,
        )
        return cells is not None

    def _ragged(self, found: int) -> tuple[str, str]:
        width = self.shape.width
        reason = f"the row has {found} cells where the table has {width} columns"
        if found < width:
            return reason, f"Add the {width - found} missing cells."
        sign = self._dialect.shown or self._dialect.delimiter
        return reason, (
            f"Remove the {found - width} cells too many, or put the cell that holds "
            f"{sign!r} in {self._dialect.quote} marks."
        )

    def _text(self) -> str:
        return self._told(self._feed.text)

    def _told(self, text: str) -> str:
        return text.replace(UNIT, self._dialect.shown) if self._dialect.shown else text

    def _plain(self, cells: Sequence[str | None]) -> Sequence[str | None]:
        """Pad a row to the columns, and put the real delimiter back where it is a character."""
        if self._dialect.token:
            cells = [cell and self._told(cell) for cell in cells]
        missing = self.shape.width - len(cells)
        return [*cells, *[None] * missing] if missing > 0 else cells

    def _with_nulls(self, cells: Sequence[str]) -> Sequence[str | None]:
        return self._plain(self._nulls(cells) if "" in cells else cells)

    def _nulls(self, cells: Sequence[str]) -> list[str | None]:
        """Turn empty cells to None, but not those that are written as an empty pair of quotes."""
        dialect, feed = self._dialect, self._feed
        pair = dialect.quote * 2
        if not any(pair in line for line in feed.taken):
            return [cell or None for cell in cells]
        delimiter, quote = re.escape(dialect.delimiter), re.escape(dialect.quote)
        inside = f"[^{quote}]|{quote}{quote}" + (r"|\\." if dialect.escape else "")
        form = f"(?:^|{delimiter})({quote}(?:{inside})*{quote}[^{delimiter}]*|[^{delimiter}]*)"
        raw = [cell.strip() for cell in re.findall(form, feed.text, re.DOTALL)]
        return [
            cell if cell or (position < len(raw) and raw[position] == pair) else None
            for position, cell in enumerate(cells)
        ]


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
