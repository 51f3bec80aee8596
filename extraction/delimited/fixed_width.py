"""Text in columns of a fixed width: found by the blanks that run down all lines, or by a rule."""

import re
from collections.abc import Sequence
from itertools import islice, pairwise

from extraction.delimited.samples import UNIT

_LINES = 200
_LEAST_LINES = 4
_LEAST_CUTS = 2
_RULE = re.compile(r"\s*[-=_]{2,}(?:[ \t]+[-=_]+)+\s*")
_FILLED = 0.6
"""Share of the cells that hold something; blanks of prose leave ragged columns."""


def cuts_of(text: str) -> tuple[int, ...]:
    """Give the places at which the columns of a text start, but the first; none when it has none.

    A rule of dashes below the header says where; else a place does where all lines have a blank,
    and enough cells stand on both sides of it.
    """
    lines = [line.rstrip() for line in islice(text.splitlines(), _LINES) if line.strip()]
    if len(lines) < _LEAST_LINES or "\t" in text:
        return ()
    rule = next((line for line in lines[1:3] if _RULE.fullmatch(line)), "")
    if rule:
        return tuple(found.start() for found in islice(re.finditer(r"\S+", rule), 1, None))
    cuts = _blank_cuts(lines)
    cells = [cell for line in lines for cell in split(line, cuts).split(UNIT)]
    even = all(split(lines[0], cuts).split(UNIT)) and sum(map(bool, cells)) >= _FILLED * len(cells)
    return cuts if len(cuts) >= _LEAST_CUTS and even else ()


def split(text: str, cuts: Sequence[int]) -> str:
    """Put `UNIT` between the columns of each line; a rule becomes a blank line."""
    lines = text.splitlines(keepends=True)
    return "".join(_split(line, cuts) for line in lines)


def _split(line: str, cuts: Sequence[int]) -> str:
    bare = line.rstrip("\r\n")
    end = line[len(bare) :]
    if not bare.strip() or _RULE.fullmatch(bare):
        return end
    cells = [bare[a:b].strip() for a, b in pairwise((0, *cuts, len(bare) + 1))]
    return UNIT.join(cells) + end


def _blank_cuts(lines: Sequence[str]) -> tuple[int, ...]:
    """Find where a column of text starts behind blanks that all lines have."""
    width = max(map(len, lines))
    padded = [line.ljust(width) for line in lines]
    blank = [all(line[place] == " " for line in padded) for place in range(width)]
    return tuple(p for p in range(1, width) if blank[p - 1] and not blank[p])
