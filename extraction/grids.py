"""Where a table starts in a grid of cells: lines above the header, the header, or none.

Serves delimited text, worksheets and JSON arrays of arrays; knows cells as text only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Row = Sequence[str | None]

_NUMBER = re.compile(r"[-+(]?\s*[£$€¥]?\s*[-+]?\d[\d.,' \u00a0]*(?:[eE][-+]?\d+)?\s*[%)€]?")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d.*)?|\d{1,2}:\d{2}(?::\d{2}.*)?")
_NO_VALUE = {"", "-", "null", "none", "na", "n/a", "nan", "nil", "?"}
_SPARSE = 0.3
_LOOK = 200


@dataclass(frozen=True)
class Top:
    """The first rows of a grid: how many lie above the table, and whether a header follows."""

    above: int
    header: bool


def find_top(rows: Sequence[Row], width: int) -> Top:
    """Find where the table starts.

    Args:
        rows: first rows of the grid; rows may be of any length, empty ones included.
        width: number of columns of the table.
    """
    above = _rows_above(rows, width)
    if above >= len(rows):
        return Top(above=above, header=False)
    first = rows[above]
    below = [row for row in rows[above + 1 : above + 1 + _LOOK] if _filled(row)]
    return Top(above=above, header=_is_header(first, below))


def is_value(cell: str | None) -> bool:
    """Tell whether a cell is a number, a date or a time."""
    text = (cell or "").strip()
    return bool(_NUMBER.fullmatch(text) or _DATE.fullmatch(text))


def _filled(row: Row) -> int:
    return sum(1 for cell in row if cell and cell.strip())


def _rows_above(rows: Sequence[Row], width: int) -> int:
    """Count leading rows with too few cells to be a header: blanks, titles, units."""
    needed = 1 if width < 2 else max(2, _SPARSE * width)
    for position, row in enumerate(rows):
        if _filled(row) >= needed:
            return position
    return next((p for p, row in enumerate(rows) if _filled(row)), len(rows))


def _is_header(first: Row, below: Sequence[Row]) -> bool:
    heads = [(i, cell.strip()) for i, cell in enumerate(first) if cell and cell.strip()]
    if not below:
        return not all(is_value(text) for _, text in heads)
    if _is_run_of_years([text for _, text in heads if is_value(text)]):
        return True
    return sum(_vote(text, _column(below, i)) for i, text in heads) >= 0


def _column(rows: Sequence[Row], position: int) -> list[str]:
    cells = ((row[position] or "").strip() for row in rows if position < len(row))
    return [cell for cell in cells if cell.lower() not in _NO_VALUE]


def _vote(head: str, values: Sequence[str]) -> float:
    """Weigh one column: positive when its first cell is of another kind than the rest."""
    if not values:
        return 0.0
    share = sum(1 for value in values if is_value(value)) / len(values)
    if is_value(head):
        return -1.0 if share > 0.5 else -0.25
    if share > 0.8:
        return 1.0
    return -0.5 if head in values else 0.0


def _is_run_of_years(heads: Sequence[str]) -> bool:
    if len(heads) < 2 or not all(re.fullmatch(r"(?:19|20)\d\d", head) for head in heads):
        return False
    years = [int(head) for head in heads]
    return all(later - earlier == 1 for earlier, later in pairwise(years))
