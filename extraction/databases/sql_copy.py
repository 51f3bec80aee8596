"""The rows below a COPY statement of PostgreSQL, in its text form or as CSV."""

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

_END = "\\."
_NULL = "\\N"
_ESCAPE = re.compile(r"\\(.)")
_SIGNS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


def rows_of(lines: Iterator[str], words: Sequence[str]) -> Iterator[tuple[int, list[str | None]]]:
    """Give the rows with the number of their last line, 1-based below the statement.

    Args:
        lines: those below the statement; taken up to the one that ends the rows.
        words: words and signs of the statement after the columns, in capitals.
    """
    data = takewhile(lambda line: line != _END, lines)
    if "CSV" not in words:
        for number, line in enumerate(data, 1):
            yield number, [_text(cell) for cell in line.split("\t")]
        return
    reader = csv.reader((f"{line}\n" for line in data), delimiter=_delimiter(words))
    for position, row in enumerate(reader):
        if position or "HEADER" not in words:
            yield reader.line_num, [cell or None for cell in row]


def _delimiter(words: Sequence[str]) -> str:
    after = [b for a, b in pairwise(words) if a in ("DELIMITER", "AS")]
    return next((text[1] for text in after if len(text) == 3 and text[0] == "'"), ",")


def _text(cell: str) -> str | None:
    if cell == _NULL:
        return None
    if "\\" not in cell:
        return cell
    return _ESCAPE.sub(lambda match: _SIGNS.get(match[1], match[1]), cell)
