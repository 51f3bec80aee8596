"""Where a table starts in a grid of cells: lines above the header, the header's rows, or none.

Serves delimited text, worksheets, markup and JSON arrays of arrays; knows cells as text only.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Row = Sequence[str | None]

_NUMBER = re.compile(r"[-+(]?\s*[£$€¥]?\s*[-+]?\d[\d.,' \u00a0]*(?:[eE][-+]?\d+)?\s*[%)€]?")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d.*)?|\d{1,2}:\d{2}(?::\d{2}.*)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NO_VALUE = {"", "-", "--", ".", "..", "null", "none", "na", "n/a", "n.a.", "nan", "nil", "?"}
_SPARSE = 0.3
_LOOK = 200
_HEADER_ROWS = 4
_FACTS = 10


@dataclass(frozen=True)
class Top:
    """The first rows of a grid: how many lie above the table, how many make the header."""

    above: int
    header_rows: int

    @property
    def header(self) -> bool:
        """Whether the grid names its columns."""
        return self.header_rows > 0

    @property
    def body(self) -> int:
        """Position of the first row of data."""
        return self.above + self.header_rows


def find_top(rows: Sequence[Row], width: int) -> Top:
    """Find where the table starts.

    Args:
        rows: first rows of the grid; rows may be of any length, empty ones included.
        width: number of columns of the table.
    """
    above = _rows_above(rows, width)
    if above >= len(rows):
        return Top(above, 0)
    first = rows[above]
    below = [row for row in rows[above + 1 : above + 1 + _LOOK] if filled(row)]
    others = [row for row in below if not _same(first, row)]
    if not _is_header(first, others or below):
        return Top(above, 0)
    return Top(above, 1 + _further_header_rows(first, rows[above + 1 : above + 1 + _LOOK]))


def header_names(rows: Sequence[Row], top: Top, width: int) -> list[str]:
    """Give the name of each column; of a header of several rows, its words from top to bottom.

    A blank cell of an upper row belongs to the cell on its left, as merged cells do. A word that a
    cell merged over several rows repeats counts once; a header that stands there twice is told so.
    """
    header = [_padded(row, width) for row in rows[top.above : top.body]]
    if not header:
        return [""] * width
    for row, below in pairwise(header):
        for position in range(1, width):
            if not row[position] and below[position]:
                row[position] = row[position - 1]
    again = all(row == header[0] for row in header)
    columns = [[word for word in words if word] for words in zip(*header, strict=True)]
    return [" ".join(words if again else dict.fromkeys(words)) for words in columns]


def is_value(cell: str | None) -> bool:
    """Tell whether a cell is a number, a date or a time."""
    text = (cell or "").strip()
    return bool(_NUMBER.fullmatch(text) or _DATE.fullmatch(text))


def filled(row: Row) -> int:
    """Count the cells that hold more than white space."""
    return sum(1 for cell in row if cell and cell.strip())


def is_naming(row: Row) -> bool:
    """Tell whether a row by itself reads as a header: all cells filled, different, no values."""
    names = [(cell or "").strip().casefold() for cell in row]
    return all(names) and len(set(names)) == len(names) and not any(map(is_value, names))


def is_other_table(head: Row, above: Sequence[Row], below: Sequence[Row]) -> bool:
    """Tell whether a row of names heads other columns than those above it.

    A column of values follows one of words, or the reverse, and no name is a cell above or below.
    """
    names = {(cell or "").strip() for cell in head}
    if not above or any(cell in names for row in (*above, *below) for cell in row):
        return False
    kinds = [
        {all(map(is_value, _column(rows, position))) for rows in (above, below)}
        for position in range(len(head))
    ]
    return any(len(kind) > 1 for kind in kinds)


def is_note(row: Row, width: int) -> bool:
    """Tell whether a row of a table of several columns holds several words and nothing else."""
    first = (row[0] or "").strip() if row else ""
    return width > 2 and " " in first and filled(row) == 1 and not is_value(first)


def _padded(row: Row, width: int) -> list[str]:
    cells = [(cell or "").strip() for cell in row[:width]]
    return cells + [""] * (width - len(cells))


def _rows_above(rows: Sequence[Row], width: int) -> int:
    """Count leading rows with too few cells to be a header: blanks, titles, units."""
    needed = 1 if width < 2 else max(2, _SPARSE * width)
    for position, row in enumerate(rows):
        if _is_wider_title(rows, position, width):
            continue
        if filled(row) >= needed or _is_group_row(row, rows[position + 1 : position + 2], width):
            return position + _facts_above(rows[position:], width)
    return next((p for p, row in enumerate(rows) if filled(row)), len(rows))


def _facts_above(rows: Sequence[Row], width: int) -> int:
    """Count leading rows of facts (`Station, Berlin`) above the row that names all columns.

    They fill at most the left half, unlike the rows of the table.
    """
    for position, row in enumerate(rows[: _FACTS + 1]):
        if _is_full_head(row, width):
            body = [filled(below) for below in rows[position + 1 :] if filled(below)][:_FACTS]
            return position if body and min(body) * 2 > width else 0
        if filled(row) * 2 > width or filled(row) != filled(row[: filled(row)]):
            return 0
    return 0


def _is_full_head(row: Row, width: int) -> bool:
    """Tell whether a row names every column, but perhaps the last one, which a delimiter ends."""
    names = _padded(row, width)
    names = names if names[-1] else names[:-1]
    return all(names) and len(set(names)) == len(names) and _are_names(names)


def _is_group_row(row: Row, below: Sequence[Row], width: int) -> bool:
    """Tell whether a row of few cells names groups of columns, and the row below all the others."""
    under = _padded(below[0], width) if below else []
    upper = _padded(row, width)
    apart = filled(upper) > filled(upper[: filled(upper)])
    return apart and all(a or b for a, b in zip(upper, under, strict=False)) and bool(under)


def _is_wider_title(rows: Sequence[Row], position: int, width: int) -> bool:
    """Tell whether a row of more cells than the table has stands above its real header."""
    if filled(rows[position]) <= width or position + 1 >= len(rows):
        return False
    return len(rows[position + 1]) == width and is_naming(rows[position + 1])


def _is_header(first: Row, below: Sequence[Row]) -> bool:
    heads = [(i, cell.strip()) for i, cell in enumerate(first) if cell and cell.strip()]
    if not below:
        return not all(is_value(text) for _, text in heads)
    if _is_run_of_years([text for _, text in heads if is_value(text)]):
        return True
    dated = [i for i, text in heads if _DATE.fullmatch(text)]
    if len(dated) > 1 and len({first[i] for i in dated}) == len(dated):
        body = [cell for i in dated for cell in _column(below, i)]
        if body and not any(map(_DATE.fullmatch, body)):
            return True
    return sum(_vote(text, _column(below, i)) for i, text in heads) >= 0


def _further_header_rows(first: Row, rows: Sequence[Row]) -> int:
    """Count the rows below the first one of a header that belong to it."""
    count = 0
    while count < min(_HEADER_ROWS - 1, len(rows) - 1):
        body = [row for row in rows[count + 1 :] if filled(row)]
        row = rows[count]
        if not (
            _same(first, row)
            or _names_parts(first, row)
            or _names_all_parts(first, row, body)
            or _tells_apart(first, row)
            or _names_values(row, body)
        ):
            break
        count += 1
    return count


def _same(first: Row, second: Row) -> bool:
    return len(first) == len(second) and all(
        (a or "").strip() == (b or "").strip() for a, b in zip(first, second, strict=True)
    )


def _names_parts(first: Row, row: Row) -> bool:
    """Tell whether a row names the columns below merged cells of the row above it, and no others.

    A merged cell is one with blank cells on its right.
    """
    blank = {i for i, cell in enumerate(first) if not (cell or "").strip()}
    groups = blank | {i - 1 for i in blank}
    words = {i: cell for i, cell in enumerate(row) if cell and cell.strip()}
    if not blank or not words or not set(words) <= groups or not _are_names(words.values()):
        return False
    return len(set(words) & blank) * 2 >= len(blank) and len(words) < filled(first) + len(blank)


def _names_all_parts(first: Row, row: Row, body: Sequence[Row]) -> bool:
    """Tell whether a row names every column below merged cells, and values stand below most of it.

    The pairs of group and name are different, and no name stands among the cells below it.
    """
    width = len(row)
    groups = _padded(first, width)
    if filled(row) < width or all(groups) or len(body) < 2 or not _are_names(row):
        return False
    names = header_names([first, row], Top(0, 2), width)
    columns = [_column(body, position) for position in range(width)]
    valued = sum(bool(cells) and all(map(is_value, cells)) for cells in columns)
    again = any((row[i] or "").strip() in cells for i, cells in enumerate(columns))
    return len(set(names)) == width and valued * 2 > width and not again


def _are_names(cells: Iterable[str | None]) -> bool:
    return all(
        _YEAR.fullmatch(text) or not is_value(text)
        for cell in cells
        if (text := (cell or "").strip())
    )


def _tells_apart(first: Row, row: Row) -> bool:
    """Tell whether a row has words or years below the repeated names of the row above it only."""
    names = [(cell or "").strip() for cell in first]
    words = {i: cell.strip() for i, cell in enumerate(row) if cell and cell.strip()}
    repeated = {i for i, name in enumerate(names) if name and names.count(name) > 1}
    pairs = {(names[i], word) for i, word in words.items() if i in repeated}
    plain = _are_names(words.values())
    return bool(repeated) and set(words) == repeated and len(pairs) == len(words) and plain


def _names_values(row: Row, body: Sequence[Row]) -> bool:
    """Tell whether a row has words in columns that hold nothing but values below: units, names."""
    columns = [_column(body, position) for position in range(len(row))]
    valued = [i for i, cells in enumerate(columns) if cells and all(map(is_value, cells))]
    words = [cell for i in valued if (cell := (row[i] or "").strip())]
    named = [word for word in words if word.lower() not in _NO_VALUE and not is_value(word)]
    return len(body) > 1 and len(named) == len(words) and len(named) >= max(2, len(valued) / 2)


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
    if len(heads) < 2 or not all(_YEAR.fullmatch(head) for head in heads):
        return False
    years = [int(head) for head in heads]
    return all(later - earlier == 1 for earlier, later in pairwise(years))
