"""How a delimited text is written: delimiter, quote, escape, header, number of columns.

Decided on a sample; the readers prove it on the whole file.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from extraction import grids
from extraction.staging import column_names

DELIMITERS = (",", ";", "\t", "|")
UNUSED = "\x1f"
"""Delimiter of a text with a single column that holds all of `DELIMITERS`."""

_SUSPECT = re.compile(r"[^\s;|][;|][^\s;|]|\t")
_SINGLE_QUOTED = re.compile(r"(?:^|[,;\t|])'[^'\r\n]*'(?=[,;\t|]|\r?$)", re.MULTILINE)
_BACKSLASHED = re.compile(r'\\"(?![,;\t|\r\n]|\Z)')
_LOOK = 1000


@dataclass(frozen=True)
class Dialect:
    """How a text is written.

    Attributes:
        delimiter, quote: one character each.
        escape: character before a quote inside quotes; None means that the quote is doubled.
        columns: names of all columns.
        widths: numbers of cells that a row may have without being ragged.
        header: whether the text names the columns.
        above: texts of the lines above the header that are not blank, with their line numbers.
        top_lines: physical lines up to and including the header.
        top_is_plain: whether each of them is one record, so that an engine can skip by count.
        consistency: share of sample rows with the usual number of cells.
    """

    delimiter: str
    quote: str
    escape: str | None
    columns: tuple[str, ...]
    widths: frozenset[int]
    header: bool
    above: tuple[tuple[int, str], ...]
    top_lines: int
    top_is_plain: bool
    consistency: float


@dataclass(frozen=True)
class _Sample:
    delimiter: str
    rows: Sequence[Sequence[str]]
    last_lines: Sequence[int]
    width: int
    consistency: float
    score: float


def detect(text: str, *, complete: bool) -> Dialect:
    """Detect the dialect of a text.

    Args:
        text: the text or its first lines, line ends untranslated.
        complete: whether it is all; else the last record may be cut and is left out.
    """
    quote = _quote_of(text)
    escape = "\\" if len(_BACKSLASHED.findall(text)) > text.count('""') else None
    samples = [_parse(text, d, quote, escape, complete=complete) for d in DELIMITERS]
    best = max(samples, key=lambda sample: sample.score)
    if best.score <= 0:
        unused = next((d for d in DELIMITERS if d not in text), UNUSED)
        best = _parse(text, unused, quote, escape, complete=complete)
    return _dialect_of(best, quote, escape)


def reader_options(delimiter: str, quote: str, escape: str | None) -> dict[str, object]:
    """Give the keyword arguments that make `csv.reader` read the dialect."""
    return {
        "delimiter": delimiter,
        "quotechar": quote,
        "doublequote": escape is None,
        "escapechar": escape,
    }


def _quote_of(text: str) -> str:
    return "'" if '"' not in text and len(_SINGLE_QUOTED.findall(text)) >= 2 else '"'


def _parse(text: str, delimiter: str, quote: str, escape: str | None, *, complete: bool) -> _Sample:
    reader = csv.reader(
        io.StringIO(text, newline=""),
        **reader_options(delimiter, quote, escape),  # type: ignore[arg-type]  # typed per name
    )
    rows: list[list[str]] = []
    last_lines: list[int] = []
    try:
        for row in reader:
            rows.append(row)
            last_lines.append(reader.line_num)
            if len(rows) > _LOOK:
                break
    except csv.Error:
        complete = True
    if not complete and len(rows) > 1:
        rows.pop()
        last_lines.pop()
    width, consistency = _usual_width(rows)
    score = consistency * _cleanness(rows) * (1 - 1 / width) if width else 0.0
    return _Sample(delimiter, rows, last_lines, width, consistency, score)


def _usual_width(rows: Sequence[Sequence[str]]) -> tuple[int, float]:
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    if not widths:
        return 0, 0.0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return width, count / widths.total()


def _cleanness(rows: Sequence[Sequence[str]]) -> float:
    """Give the share of cells without an unspaced delimiter of another kind inside."""
    cells = [cell for row in rows for cell in row]
    suspect = sum(1 for cell in cells if _SUSPECT.search(cell))
    return 1 - suspect / len(cells) if cells else 0.0


def _dialect_of(sample: _Sample, quote: str, escape: str | None) -> Dialect:
    top = grids.find_top(sample.rows, sample.width)
    head = sample.rows[top.above] if top.header else ()
    width = _table_width(sample, top, len(head))
    names = [*head[:width], *[None] * (width - len(head))]
    count = top.above + (1 if top.header else 0)
    top_lines = sample.last_lines[count - 1] if count else 0
    above = tuple(
        (line, sample.delimiter.join(row).strip(sample.delimiter + " "))
        for line, row in zip(sample.last_lines, sample.rows[: top.above], strict=False)
        if any(cell.strip() for cell in row)
    )
    return Dialect(
        delimiter=sample.delimiter,
        quote=quote,
        escape=escape,
        columns=column_names(names),
        widths=frozenset({width, min(sample.width, width)}),
        header=top.header,
        above=above,
        top_lines=top_lines,
        top_is_plain=top_lines == count,
        consistency=sample.consistency,
    )


def _table_width(sample: _Sample, top: grids.Top, head: int) -> int:
    """Give the number of columns: the header's, or the rows' where they really hold more."""
    if not top.header or head >= sample.width:
        return max(head, sample.width)
    extra = (row[head:] for row in sample.rows[top.above + 1 :] if len(row) == sample.width)
    return sample.width if any(cell.strip() for cells in extra for cell in cells) else head
