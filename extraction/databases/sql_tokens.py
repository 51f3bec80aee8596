"""Tokens of SQL text, read as a stream: only the token at hand and one block are in memory."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, TextIO

from graph.errors import BadInput

TOKEN_LIMIT = 1 << 26
"""Characters that one token may have."""

Kind = Literal["string", "name", "word", "number", "sign"]

_BLOCK = 1 << 18
_PARTS = r"""
    (?P<skip>\s+ | --[^\n]*(?:\n|\Z) | \#[^\n]*(?:\n|\Z) | /\*.*?\*/)
  | (?P<string>[Nn]?[Qq]'(?:\[.*?\]|\(.*?\)|\{.*?\}|<.*?>|(?P<mark>[^\s\w\[({<']).*?(?P=mark))'
      | (?:[NnEeBbXx] | _[A-Za-z0-9]+\s+)?'STRING' | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
  | (?P<name>"(?:[^"]|"")*+" | `(?:[^`]|``)*+` | \[[^\]\n]*\])
  | (?P<number>\d[\d.]*(?:[eE][+-]?\d+)?(?![\w.]) | \.\d+)
  | (?P<word>\w[\w$]*)
  | (?P<open>'|/\*|"|`)
  | (?P<sign>::|.)
"""
_FLAGS = re.VERBOSE | re.DOTALL
_STANDARD = re.compile(_PARTS.replace("STRING", "(?:[^']|'')*+"), _FLAGS)
_BACKSLASHED = re.compile(_PARTS.replace("STRING", r"(?:[^'\\]|''|\\.)*+"), _FLAGS)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "", "b": "\b", "Z": "\x1a"}


class Token(NamedTuple):
    """A token: its kind, and its text as it stands there."""

    kind: Kind
    text: str


class Tokens:
    """Reads tokens; between two of them whole lines can be taken instead."""

    def __init__(self, file: TextIO, name: str, *, backslash: bool) -> None:
        self._file = file
        self._name = name
        self._form = _BACKSLASHED if backslash else _STANDARD
        self._text = ""
        self._at = 0
        self._ended = False
        self._lines = 1

    @property
    def line(self) -> int:
        """The physical line of the next token, 1-based."""
        return self._lines + self._text.count("\n", 0, self._at)

    def __iter__(self) -> Iterator[Token]:
        return self

    def __next__(self) -> Token:
        while True:
            match = self._form.match(self._text, self._at)
            if match is None or match.end() == len(self._text) or match.lastgroup == "open":
                if not self._ended:
                    self._read()
                    continue
                if match is None:
                    raise StopIteration
                if match.lastgroup == "open":
                    raise BadInput(
                        f"{self._name}, line {self.line}: a quote or comment is never closed."
                    )
            self._at = match.end()
            if match.group("skip") is None:
                kind: Kind = "sign"
                for kind in ("string", "name", "number", "word", "sign"):
                    if match.group(kind) is not None:
                        break
                return Token(kind, match.group())

    def lines(self) -> Iterator[str]:
        """Take the lines after the present one, one by one, without their ends."""
        self._rest_of_line()
        while (text := self._rest_of_line()) is not None:
            yield text

    def _rest_of_line(self) -> str | None:
        while (end := self._text.find("\n", self._at)) < 0 and not self._ended:
            self._read()
        if end < 0:
            end = len(self._text)
            if end == self._at:
                return None
        text = self._text[self._at : end]
        self._at = min(end + 1, len(self._text))
        return text.rstrip("\r")

    def _read(self) -> None:
        self._lines += self._text.count("\n", 0, self._at)
        rest = self._text[self._at :]
        if len(rest) > TOKEN_LIMIT:
            raise BadInput(f"{self._name}, line {self.line}: a quoted text is never closed.")
        block = self._file.read(max(_BLOCK, len(rest)))
        self._text, self._at, self._ended = rest + block, 0, not block


def text_of(token: Token, *, backslash: bool) -> str:
    """Give the text of a string or the name of a quoted name, without marks and escapes."""
    text = token.text
    if token.kind == "name":
        mark = text[-1]
        return text[1:-1].replace(mark * 2, mark)
    if token.kind != "string":
        return text
    if text.startswith("$"):
        return text.split("$", 2)[2].rsplit("$", 2)[0]
    prefix, _, rest = text.partition("'")
    if prefix.lower() in ("q", "nq"):
        return rest[1:-2]
    plain = rest[:-1].replace("''", "'")
    if backslash or prefix.lower() == "e":
        return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), plain)
    return plain
