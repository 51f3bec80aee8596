"""Delimited text that is not well formed: rows that fit are staged, all others are rejects.

Here too a further table in the same file becomes one of its own, and notes below a table are told
from its rows.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from extraction import grids
from extraction.delimited import comments, footers
from extraction.delimited.dialects import Dialect
from extraction.delimited.records import Record, Records, Shape
from extraction.staging import Reject, Source, Staging, column_names, shorten, write_rows
from graph.errors import BadInput

REJECTS_LIMIT = 100_000
"""Rejects after which the whole file counts as unreadable."""

NOTES_LIMIT = 1_000
"""Mended rows of a table that are told one by one; the others are counted."""

_Row = tuple[int, Sequence[str | None]]

_BATCH = 50_000
_RECENT = 20
_TABLE_RECORDS = 3
_END_OF_FILE = "\x1a"


def read(source: Source, table: str, path: Path, dialect: Dialect) -> Staging:
    """Stage the rows that have the right number of cells and reject the others.

    Args:
        source, table: where the rows come from and go to; further tables are `table.2`…
        path: the text in UTF-8.
        dialect: how it is written.

    Raises:
        BadInput: more than `REJECTS_LIMIT` rows do not fit.
    """
    staged = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = islice(file, dialect.top_lines, None)
        walk = _Walk(source, table, dialect, lines)
        columns: Sequence[str] | None = dialect.columns
        while columns is not None:
            staged.append(write_rows(source, walk.table, columns, _batches(walk.rows())))
            columns = walk.next_table(f"{table}.{len(staged) + 1}")
    return Staging(tuple(staged), tuple(walk.rejects))


class _Walk:
    """Walks over the records of a file, from table to table."""

    def __init__(self, source: Source, table: str, dialect: Dialect, lines: Iterator[str]) -> None:
        self.table = table
        self.rejects: list[Reject] = []
        self._source = source
        self._dialect = dialect
        shape = Shape(len(dialect.columns), dialect.widths, dialect.forms)
        self._records = Records(lines, dialect, shape)
        self._head: Sequence[str] = dialect.head
        self._block: list[Record] = []
        self._number = 0
        self._mended = 0
        self._end = dialect.top_lines
        self._recent: deque[Sequence[str]] = deque(maxlen=_RECENT)

    def rows(self) -> Iterator[_Row]:
        """Number the records of one table, pass on those that fit and refuse the others."""
        held: list[Record] = []
        for record in self._records:
            if record.cells is not None and not any(cell for cell in record.cells):
                self._number += 1
                continue
            if self._is_comment(record):
                self._tell(0, record, comments.LINE)
                continue
            if self._is_note(record) and len(held) < footers.LIMIT:
                held.append(record)
                continue
            yield from self._released(held)
            held = []
            if self._starts_table(record):
                break
            self._recent.append(record.raw)
            yield from self._passed(record)
        for record in held:
            self._tell(0, record, footers.BELOW)
        self._tell_mended()

    def next_table(self, name: str) -> Sequence[str] | None:
        """Turn to the table whose first records were found; None when there is no other."""
        if not self._block:
            return None
        header, *rows = self._block
        self.table, self._head, self._number = name, header.raw, 0
        self._records.shape = Shape(header.width, frozenset({header.width}))
        self._records.give_back([self._records.judge_again(row) for row in rows])
        self._block = []
        self._recent.clear()
        return column_names(header.raw)

    def _is_comment(self, record: Record) -> bool:
        """Tell whether a line is no row: a comment, or the sign that once ended files."""
        sign = self._dialect.comment
        return (bool(sign) and record.text.startswith(sign)) or record.text == _END_OF_FILE

    def _is_note(self, record: Record) -> bool:
        if self._dialect.sparse or record.note:
            return False
        cells = record.raw if record.cells is None else record.cells
        return grids.is_note(cells, self._records.shape.width)

    def _released(self, held: Sequence[Record]) -> Iterator[_Row]:
        for record in held:
            yield from self._passed(record)

    def _passed(self, record: Record) -> Iterator[_Row]:
        if self._head and len(record.raw) == len(self._head) and self._is_head(record):
            self._tell(0, record, footers.AGAIN)
            return
        self._number += 1
        if record.cells is None:
            self._tell(self._number, record, record.reason, record.repair)
            return
        if record.note:
            self._mended += 1
            if self._mended <= NOTES_LIMIT:
                self._tell(0, record, f"row {self._number} was mended: {record.note}")
        yield self._number, record.cells

    def _is_head(self, record: Record) -> bool:
        return [cell.strip() for cell in record.raw] == [cell.strip() for cell in self._head]

    def _starts_table(self, record: Record) -> bool:
        """Tell whether a record is the header of a further table.

        It is one when it names columns, the records after it have as many cells as it has, and it
        either does not fit the table above, or stands below a blank line over columns of other
        kinds.
        """
        parted = record.line > self._end + 1
        self._end = record.line + len(record.lines) - 1
        fits = record.cells is not None
        if (fits and not parted) or record.width < 2 or not grids.is_naming(record.raw):
            return False
        block = [record]
        for following in self._records:
            if following.width != record.width:
                self._records.give_back([following])
                break
            block.append(following)
            if len(block) == _TABLE_RECORDS:
                break
        below = [following.raw for following in block[1:]]
        if len(block) == _TABLE_RECORDS and (
            not fits or grids.is_other_table(record.raw, list(self._recent), below)
        ):
            self._block = block
            return True
        self._records.give_back(block[1:])
        return False

    def _tell(self, row: int, record: Record, reason: str, repair: str = "") -> None:
        text = shorten(record.text)
        self.rejects.append(
            Reject(self._source.name, self.table, row, record.line, reason, text, repair)
        )
        if len(self.rejects) > REJECTS_LIMIT:
            raise self._unreadable()

    def _tell_mended(self) -> None:
        if (further := self._mended - NOTES_LIMIT) > 0:
            reason = f"{further:,} further rows were mended in the same way"
            self.rejects.append(Reject(self._source.name, self.table, 0, 0, reason, ""))
        self._mended = 0

    def _unreadable(self) -> BadInput:
        first = next((reject for reject in self.rejects if reject.row), self.rejects[0])
        return BadInput(
            f"{first.source}: more than {REJECTS_LIMIT:,} rows do not fit the header; the first is "
            f"line {first.line}: {first.reason}. {first.repair}"
        )


def _batches(
    rows: Iterator[_Row],
) -> Iterator[tuple[list[int], list[Sequence[str | None]]]]:
    while batch := list(islice(rows, _BATCH)):
        yield (
            [number for number, _ in batch],
            list(zip(*(cells for _, cells in batch), strict=True)),
        )
