"""Comment lines of delimited text: lines that begin with a sign that says they are no rows."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

LINE = "a comment line is not a row of the table"

_SIGNS = ("#", "%", "//")
_LOOK = 1_000
_MOST = 0.2
"""Share of the lines that may be comments; where more begin with the sign, it is a value."""

_FEW = 2
"""Comments that a text of a few lines may have."""


@dataclass(frozen=True)
class Lead:
    """The comment lines at the start of a text.

    Attributes:
        sign: what they begin with; empty when there is none.
        lines: how many there are.
        text: all of them, as they stand.
    """

    sign: str = ""
    lines: int = 0
    text: str = ""


def lead_of(text: str) -> Lead:
    """Find the comments above the first row.

    A single line that begins with `#` and goes on without a blank may name the columns, and so may
    the last comment where it parts into as many cells as the rows: neither is a comment.
    """
    lines = _lines(text)
    sign = next((s for s in _SIGNS if lines and lines[0].startswith(s)), "")
    if not sign:
        return Lead()
    count = next((i for i, line in enumerate(lines) if not line.startswith(sign)), len(lines))
    if _are_rows(lines[:count], lines[count:], len(sign)):
        return Lead()
    if count == len(lines) or _names_columns(lines[count - 1], lines[count:]):
        count -= 1
    return Lead(sign, count, "".join(lines[:count])) if count else Lead()


def sign_inside(text: str, sign: str) -> str:
    """Give the sign of the comments among the rows; empty when there are none.

    Args:
        text: the rows, without the comments above them.
        sign: that of the comments above, or empty.
    """
    lines = [line for line in _lines(text)[1:] if line.strip()]
    for mark in (sign,) if sign else ("#",):
        found = [line for line in lines if line.startswith(mark)]
        spaced = all(line[len(mark) : len(mark) + 1] in (" ", mark, "\t") for line in found)
        few = len(found) <= _MOST * len(lines) or len(found) <= min(_FEW, len(lines) / 2)
        if found and few and (sign or spaced):
            return mark
    return ""


def _are_rows(lines: Sequence[str], below: Sequence[str], length: int) -> bool:
    """Tell whether lines only look like comments: no blank after the sign, parted as the others."""
    rows = [*lines, *(row for row in below[:5] if row.strip())]
    if any(line[length : length + 1] in (" ", "\t", line[:1]) for line in lines):
        return False
    counts = [{row.count(delimiter) for row in rows} for delimiter in (",", ";", "\t", "|")]
    return len(lines) > 1 and any(len(count) == 1 and 0 not in count for count in counts)


def _names_columns(line: str, below: Sequence[str]) -> bool:
    """Tell whether the last comment is the header of the rows below, which name no columns."""
    rows = [row for row in below if row.strip()][:5]
    for delimiter in (",", ";", "\t", "|"):
        count = line.count(delimiter)
        if count and rows and all(row.count(delimiter) == count for row in rows):
            return any(sign.isdigit() for sign in rows[0])
    return False


def _lines(text: str) -> list[str]:
    stream = io.StringIO(text, newline="")
    return [line for _, line in zip(range(_LOOK), stream, strict=False)]
