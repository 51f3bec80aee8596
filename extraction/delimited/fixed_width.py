"""Text in columns of a fixed width: found by the blanks that run down all lines, or by a rule."""

import re
from collections.abc import Sequence
from itertools import islice, pairwise

from extraction.delimited.samples import UNIT

_LINES = 200
_LEAST_LINES = 4
_MORE_LINES = 6
_LEAST_CUTS = 2
_RULE = re.compile(r"\s*[-=_]{2,}(?:[ \t]+[-=_]+)+\s*")
_NOTES = 2
_LOOSE = 0.2
"""Lines, and their share, that need not keep to a rule: notes around the table."""

_FILLED = 0.6
"""Share of the cells that hold something; blanks of prose leave ragged columns."""


def cuts_of(text: str, width: int) -> tuple[int, ...]:
    """Give the places at which the columns of a text start, but the first; none when it has none.

    A rule of dashes below the header says where; else a place does where all lines have a blank,
    and enough cells stand on both sides of it.

    Args:
        text: the text or its first lines.
        width: columns that runs of blanks part evenly, which fewer lines prove; 1 when none do.
    """
    lines = [line.rstrip() for line in islice(text.splitlines(), _LINES) if line.strip()]
    if len(lines) < _LEAST_LINES or "\t" in text:
        return ()
    rule = next((line for line in lines[1:3] if _RULE.fullmatch(line)), "")
    lines = [line for line in lines if not _RULE.fullmatch(line)]
    ruled = tuple(found.start() for found in islice(re.finditer(r"\S+", rule), 1, None))
    notes = sum(not _is_cut(line, ruled) for line in lines)
    if ruled and notes <= max(_NOTES, _LOOSE * len(lines)) and notes + 1 < len(lines):
        return ruled
    cuts = _named(_blank_cuts(lines), lines[0])
    cells = [cell for line in lines for cell in split(line, cuts).split(UNIT)]
    even = sum(map(bool, cells)) >= _FILLED * len(cells)
    sure = len(cuts) >= width and len(lines) >= _MORE_LINES if width > 1 else True
    return cuts if len(cuts) >= _LEAST_CUTS and even and sure else ()


def split(text: str, cuts: Sequence[int]) -> str:
    """Put `UNIT` between the columns of each line; a rule becomes a blank line, a note stays."""
    lines = text.splitlines(keepends=True)
    return "".join(_split(line, cuts) for line in lines)


def _split(line: str, cuts: Sequence[int]) -> str:
    bare = line.rstrip("\r\n")
    end = line[len(bare) :]
    if not bare.strip() or _RULE.fullmatch(bare):
        return end
    if not _is_cut(bare, cuts):
        return line
    cells = [bare[a:b].strip() for a, b in pairwise((0, *cuts, len(bare) + 1))]
    return UNIT.join(cells) + end


def _is_cut(line: str, cuts: Sequence[int]) -> bool:
    """Tell whether a line has a blank before each place; a note below the table has words there."""
    return all(line[cut - 1 : cut] in ("", " ") for cut in cuts)


def _named(cuts: Sequence[int], head: str) -> tuple[int, ...]:
    """Leave out cuts between words that stand in line by chance: the header has no name there."""
    ends = (*cuts[1:], len(head))
    return tuple(a for a, b in zip(cuts, ends, strict=False) if head[a:b].strip())


def _blank_cuts(lines: Sequence[str]) -> tuple[int, ...]:
    """Find where a column of text starts behind blanks that all lines have."""
    width = max(map(len, lines))
    padded = [line.ljust(width) for line in lines]
    blank = [all(line[place] == " " for line in padded) for place in range(width)]
    starts = [p for p in range(1, width) if blank[p - 1] and not blank[p]]
    return tuple(starts[1:] if blank[0] else starts)
