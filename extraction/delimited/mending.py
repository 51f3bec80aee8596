"""Rows with a slip of the pen: stray quotes and stray empty cells, read where one reading fits.

A mended row keeps every character that the file has. Where no reading or more than one fits, the
row stays as it is, for a person to repair.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from extraction.grids import is_value

_LITERAL = "\x1e"
_QUOTES_LIMIT = 60
_LINE_LIMIT = 1 << 20
_RUNS = ((re.compile(r"\d+"), "9"), (re.compile(r"[^\W\d_]+"), "a"))
_FREE = 30
_COMMON = 0.02


@dataclass(frozen=True)
class Column:
    """What the cells of a column look like.

    Attributes:
        forms: shapes of its cells, as in `aa-9999`; empty for free text.
        values: whether it is free text that may be a number or a date.
        blank: whether cells are often empty.
    """

    forms: frozenset[str]
    values: bool
    blank: bool

    def takes(self, cell: str) -> bool:
        """Tell whether a cell looks like those of the column."""
        if not cell.strip():
            return self.blank
        if self.forms:
            return _form(cell) in self.forms
        return self.values or not is_value(cell)


def columns_of(rows: Sequence[Sequence[str]], width: int) -> tuple[Column, ...]:
    """Learn what the columns look like from rows that have the right number of cells."""
    fitting = [row for row in rows if len(row) == width]
    return tuple(_column([row[i] for row in fitting]) for i in range(width)) if fitting else ()


def mend_quotes(
    line: str, delimiter: str, quote: str, widths: frozenset[int], *, spaced: bool = False
) -> list[str | None] | None:
    """Read a line whose quotes do not match.

    Args:
        line: one line, without its end.
        delimiter, quote: one character each; quotes are doubled inside quotes.
        widths: numbers of cells that are right.
        spaced: whether a space may follow a delimiter.

    Returns:
        The cells, None where one is empty; None when no reading, or more than one, is right.
    """
    if len(line) > _LINE_LIMIT or quote not in line:
        return None
    if (cells := _inner(line, delimiter, quote, spaced=spaced)) and len(cells) in widths:
        return cells
    places = [match.start() for match in re.finditer(re.escape(quote), line)]
    if len(places) > _QUOTES_LIMIT:
        return None
    readings: dict[tuple[str | None, ...], None] = {}
    for place in places:
        marked = line[:place] + _LITERAL + line[place + 1 :]
        found = _cells(marked, delimiter, quote, spaced=spaced)
        if found and len(found) in widths:
            cells = [cell and cell.replace(_LITERAL, quote) for cell in found]
            readings[tuple(cells)] = None
    return list(next(iter(readings))) if len(readings) == 1 else None


def drop_blank(cells: Sequence[str], columns: Sequence[Column]) -> list[str] | None:
    """Leave out one empty cell of a row that has one too many, where one choice alone fits."""
    if len(cells) != len(columns) + 1:
        return None
    readings: dict[tuple[str, ...], None] = {}
    for position, cell in enumerate(cells):
        if not cell.strip():
            rest = (*cells[:position], *cells[position + 1 :])
            if all(column.takes(text) for column, text in zip(columns, rest, strict=True)):
                readings[rest] = None
    return list(next(iter(readings))) if len(readings) == 1 else None


def _form(cell: str) -> str:
    text = cell.strip()
    for run, sign in _RUNS:
        text = run.sub(sign, text)
    return text


def _column(cells: Sequence[str]) -> Column:
    filled = [cell for cell in cells if cell.strip()]
    forms = Counter(map(_form, filled))
    free = len(forms) > min(_FREE, max(3, len(filled) / 4))
    return Column(
        forms=frozenset() if free else frozenset(forms),
        values=any(map(is_value, filled)),
        blank=(len(cells) - len(filled)) > _COMMON * len(cells),
    )


def _inner(line: str, delimiter: str, quote: str, *, spaced: bool) -> list[str | None] | None:
    """Read quotes inside a quoted cell as characters unless a delimiter or the end follows."""
    d, q = re.escape(delimiter), re.escape(quote)
    inside = f"(?:{q}{q}|[^{q}]|{q}(?!{d}|$))*+"
    return _matched(line, f"{q}({inside}){q}", delimiter, quote, spaced=spaced)


def _cells(line: str, delimiter: str, quote: str, *, spaced: bool) -> list[str | None] | None:
    q = re.escape(quote)
    return _matched(line, f"{q}((?:{q}{q}|[^{q}])*+){q}", delimiter, quote, spaced=spaced)


def _matched(
    line: str, quoted: str, delimiter: str, quote: str, *, spaced: bool
) -> list[str | None] | None:
    """Split a line into cells, each of which is quoted or holds no quote."""
    d, q = re.escape(delimiter), re.escape(quote)
    cell_form = re.compile(
        f"{' *' if spaced else ''}(?:{quoted}|([^{d}{q}]*))(?:({d})|$)", re.DOTALL
    )
    cells: list[str | None] = []
    position = 0
    while match := cell_form.match(line, position):
        text, plain, end = match.groups()
        cells.append(plain or None if text is None else text.replace(quote * 2, quote))
        position = match.end()
        if end is None:
            return cells
    return None
