"""Byte ranges of lines, found in one pass over a file when there are rejects to place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from extraction.staging import TEXT_LIMIT, Reject

_BLOCK = 1 << 20
_END = re.compile(rb"\r\n|\r|\n")
_WIDE = {"utf-16": 2, "utf-16-le": 0, "utf-16-be": 0, "utf-32": 4, "utf-32-le": 0, "utf-32-be": 0}
"""Encodings of two or four bytes a character, with the bytes of their marks."""


def placed(path: Path, encoding: str, rejects: Sequence[Reject]) -> tuple[Reject, ...]:
    """Give rejects the byte range of their text in the file."""
    lines = sorted({reject.line for reject in rejects if reject.line})
    if not lines:
        return tuple(rejects)
    ranges = _wide_ranges(path, encoding) if encoding in _WIDE else _ranges(path)
    starts = dict(_starts(ranges, lines))
    plain = f"{encoding[:6]}-le" if encoding in _WIDE else encoding
    return tuple(_placed(reject, starts, plain) for reject in rejects)


def _placed(reject: Reject, starts: dict[int, tuple[int, int]], encoding: str) -> Reject:
    if reject.line not in starts:
        return reject
    start, end = starts[reject.line]
    if "\n" in reject.text and len(reject.text) <= TEXT_LIMIT:
        end = start + len(reject.text.encode(encoding, errors="replace"))
    return replace(reject, start=start, end=end)


def _starts(
    ranges: Iterator[tuple[int, int, int]], lines: Sequence[int]
) -> Iterator[tuple[int, tuple[int, int]]]:
    """Give start and end of the asked lines, in their order."""
    wanted = iter(lines)
    line = next(wanted)
    for number, start, end in ranges:
        if number == line:
            yield number, (start, end)
            if (line := next(wanted, 0)) == 0:
                return


def _wide_ranges(path: Path, encoding: str) -> Iterator[tuple[int, int, int]]:
    """Give number, start and end of every line of a text whose line ends have several bytes."""
    start, plain = _WIDE[encoding], f"{encoding[:6]}-le"
    with path.open(encoding=encoding, newline="") as file:
        for number, line in enumerate(file, 1):
            yield number, start, start + len(line.rstrip("\r\n").encode(plain))
            start += len(line.encode(plain))


def _ranges(path: Path) -> Iterator[tuple[int, int, int]]:
    """Give number, start and end of every line, whatever ends it."""
    number, start, position, open_end = 0, 0, 0, False
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            skip = 0
            if open_end:
                skip = 1 if block[:1] == b"\n" else 0
                number += 1
                yield number, start, position - 1
                start = position + skip
            open_end = False
            for match in _END.finditer(block, skip):
                if match.group() == b"\r" and match.end() == len(block):
                    open_end = True
                    break
                number += 1
                yield number, start, position + match.start()
                start = position + match.end()
            position += len(block)
    if start < position:
        yield number + 1, start, position - open_end
