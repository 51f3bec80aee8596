"""Delimited text in UTF-8 with one sign between cells, as the readers take it.

Whatever is rewritten, a line stays a line, so that numbers of lines hold for the file as it is.
"""

import re
from collections.abc import Callable
from pathlib import Path

from extraction.delimited.samples import UNIT, run_of, unified
from extraction.encodings import Encoding

_BLOCK = 1 << 20
_FORMULA = re.compile(r'(^|[,;\t|])=(?="[^"\r\n]*"(?:[,;\t|]|\r?$))', re.MULTILINE)
_FORMULAS = 2
_WRAPPED = re.compile(r'"((?:[^"\r\n]|"")*)"')
_WRAPPED_LINES = 2


def opened_text(text: str, encoding: Encoding) -> str:
    """Leave out NUL and the byte order marks inside a text."""
    text = text.replace("\0", "") if encoding.zeros else text
    return text.replace("\ufeff", "") if encoding.marks else text


def has_formulas(text: str) -> bool:
    """Tell whether cells are written as formulas of text (`="007"`), as for spreadsheets."""
    return len(_FORMULA.findall(text)) >= _FORMULAS


def without_formulas(text: str) -> str:
    """Turn `="007"` to `"007"`."""
    return _FORMULA.sub(r"\1", text)


def is_wrapped(text: str) -> bool:
    """Tell whether every line is one quoted cell that holds a line of a table."""
    lines = [line for line in text.splitlines() if line.strip()]
    return len(lines) >= _WRAPPED_LINES and all(map(_WRAPPED.fullmatch, lines))


def unwrapped(text: str) -> str:
    """Take the quotes around each line off, and those inside it once."""
    return _WRAPPED.sub(lambda found: found[1].replace('""', '"'), text)


def write_plain(
    path: Path, encoding: Encoding, copy: Path, token: str, rewrite: Callable[[str], str] | None
) -> Path:
    """Give the text in UTF-8, with `UNIT` in the place of `token`; the file itself where it is so.

    Args:
        path, encoding: the text.
        copy: where it is written to when it must be rewritten.
        token: delimiter of several characters, or a run of blanks; or empty.
        rewrite: what else is done to each line, or None.
    """
    if encoding == Encoding("utf-8") and not token and not rewrite:
        return path
    with (
        path.open(encoding=encoding.name, errors=encoding.errors, newline="") as old,
        copy.open("w", encoding="utf-8", newline="") as new,
    ):
        if rewrite or run_of(token):
            for line in old:
                plain = opened_text(line, encoding)
                new.write(unified(rewrite(plain) if rewrite else plain, token))
            return copy
        rest = ""
        while block := old.read(_BLOCK):
            block = rest + opened_text(block, encoding)
            if token:
                block = block.replace(token, UNIT)
                cut = len(block) - (len(token) - 1)
                block, rest = block[:cut], block[cut:]
            new.write(block)
        new.write(rest)
    return copy
