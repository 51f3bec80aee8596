"""A JSON text seen through a window: the elements of a large array, one by one."""

import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import TextIO

from extraction.json_rows import Json

_SPACE = re.compile(r"[ \t\r\n]*")
_BLOCK = 1 << 20
_LONGEST_WORD = 16
_AFTER = frozenset(" \t\r\n,]")


class JsonWindow:
    """Reads a text block by block; holds no more of it than the longest element.

    Args:
        file: the text, at its start.
        decoder: decodes one value.
    """

    def __init__(self, file: TextIO, decoder: JSONDecoder) -> None:
        self._file = file
        self._decoder = decoder
        self._text = ""
        self._at = 0
        self._ended = False
        self._lines = 0
        self._columns = 0

    def peek(self) -> str:
        """Give the first sign of the text that is no white space; empty when there is none."""
        self._skip()
        return self._text[self._at : self._at + 1]

    def peek_inside(self) -> str:
        """Give the first sign of the first element of the array that comes next."""
        self._skip()
        found = _SPACE.match(self._text, self._at + 1)
        place = found.end() if found else self._at + 1
        return self._text[place : place + 1]

    def whole(self) -> Json:
        """Decode all of the text.

        Raises:
            JSONDecodeError: it is not JSON.
        """
        rest = self._text[self._at :] + self._file.read()
        found: Json = self._decoder.decode(rest)
        return found

    def elements(self) -> Iterator[Json]:
        """Decode the elements of the array that comes next; nothing may follow it.

        Raises:
            JSONDecodeError: it is not JSON; line and column are those of the text.
        """
        self._skip()
        self._at += 1
        if self.peek() == "]":
            self._at += 1
        else:
            while True:
                yield self._value()
                mark = self.peek()
                if mark not in (",", "]") or not mark:
                    raise self._error("Expecting ',' delimiter", self._at)
                self._at += 1
                if mark == "]":
                    break
                self._skip()
        if self.peek():
            raise self._error("Extra data", self._at)

    def _value(self) -> Json:
        """Decode the next value; one that ends with the window may go on behind it."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except JSONDecodeError as error:
                if self._ended or not self._may_be_cut(error):
                    raise self._error(error.msg, error.pos) from error
            else:
                if self._text[end : end + 1] in _AFTER or self._ended:
                    self._at = end
                    found: Json = value
                    return found
            self._read()

    def _may_be_cut(self, error: JSONDecodeError) -> bool:
        """Tell whether more of the text may mend it: a string, or a word at the window's end."""
        near = len(self._text) - error.pos <= _LONGEST_WORD
        return near or error.msg.startswith("Unterminated string")

    def _skip(self) -> None:
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text) or self._ended:
                return
            self._read()

    def _read(self) -> None:
        """Move the window on; it grows with what it must hold, so each sign is read a few times."""
        passed, kept = self._text[: self._at], self._text[self._at :]
        self._lines += passed.count("\n")
        last = passed.rfind("\n")
        self._columns = len(passed) - last - 1 if last >= 0 else self._columns + len(passed)
        block = self._file.read(max(_BLOCK, len(kept)))
        self._ended = not block
        self._text, self._at = kept + block, 0

    def _error(self, message: str, position: int) -> JSONDecodeError:
        error = JSONDecodeError(message, self._text, position)
        if error.lineno == 1:
            error.colno += self._columns
        error.lineno += self._lines
        return error
