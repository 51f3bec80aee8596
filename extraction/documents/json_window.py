"""A JSON text seen through a window: the elements of a large array or object, one by one."""

import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import TextIO

from extraction.documents.json_rows import Json
from graph.errors import BadInput

VALUE_LIMIT = 1 << 28
"""Characters that one element may have."""

_SPACE = re.compile(r"[ \t\r\n\x1e]*")
_COMMA = re.compile(r"[ \t\r\n]*,[ \t\r\n]*(?=[^ \t\r\n])")
_BLOCK = 1 << 20
_LONGEST_WORD = 16
_AFTER = frozenset(" \t\r\n,]}")


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
        """Give the first sign of the first element of the array or object that comes next."""
        self._skip()
        while (place := self._after_space(self._at + 1)) >= len(self._text) and not self._ended:
            self._read()
        return self._text[place : place + 1]

    def holds_value(self) -> bool:
        """Tell whether the value that comes next ends inside the window; all but large ones do."""
        self._skip()
        if len(self._text) - self._at < _BLOCK and not self._ended:
            self._read()
        try:
            self._decoder.raw_decode(self._text, self._at)
        except JSONDecodeError:
            return self._ended
        return True

    def peek_after(self) -> str:
        """Give the first sign after the value that comes next, which the window holds."""
        _, end = self._decoder.raw_decode(self._text, self._at)
        place = self._after_space(end)
        return self._text[place : place + 1]

    def value(self) -> Json:
        """Decode the value that comes next.

        Raises:
            JSONDecodeError: it is not JSON; line and column are those of the text.
            BadInput: it has more than `VALUE_LIMIT` characters.
        """
        self._skip()
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
            if len(self._text) - self._at > VALUE_LIMIT:
                raise BadInput(f"The JSON has an element of more than {VALUE_LIMIT:,} characters.")
            self._read()

    def values(self) -> Iterator[Json]:
        """Decode the values that stand one after the other, to the end of the text.

        Raises:
            JSONDecodeError, BadInput: as for `value`.
        """
        while self.peek():
            yield self.value()

    def elements(self) -> Iterator[Json]:
        """Decode the elements of the array that comes next.

        Raises:
            JSONDecodeError, BadInput: as for `value`.
        """
        self._skip()
        self._at += 1
        if self.peek() == "]":
            self._at += 1
            return
        decode = self._decoder.raw_decode
        while True:
            # Most elements end inside the window, with a comma and the next one behind them.
            try:
                value, end = decode(self._text, self._at)
                comma = _COMMA.match(self._text, end)
            except JSONDecodeError:
                comma = None
            if comma:
                self._at = comma.end()
                yield value
                continue
            if self.peek() == "]":
                self._at += 1
                return
            yield self.value()
            if not self._goes_on("]"):
                return
            self._skip()

    def members(self) -> Iterator[str]:
        """Give the names of the members of the object that comes next; each value is then taken.

        Raises:
            JSONDecodeError, BadInput: as for `value`.
        """
        self._skip()
        self._at += 1
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            yield self._name()
            if not self._goes_on("}"):
                return

    def end(self) -> None:
        """Make sure that nothing follows.

        Raises:
            JSONDecodeError: something does.
        """
        if self.peek():
            raise self._error("Extra data", self._at)

    def _name(self) -> str:
        if self.peek() != '"':
            message = "Expecting property name enclosed in double quotes"
            raise self._error(message, self._at)
        while True:
            try:
                name, end = self._decoder.raw_decode(self._text, self._at)
                break
            except JSONDecodeError as error:
                if self._ended or not self._may_be_cut(error):
                    raise self._error(error.msg, error.pos) from error
                self._read()
        self._at = end
        if self.peek() != ":":
            raise self._error("Expecting ':' delimiter", self._at)
        self._at += 1
        self._skip()
        return str(name)

    def _goes_on(self, last: str) -> bool:
        """Pass over what follows an element: a comma, or the end of its array or object."""
        found = _COMMA.match(self._text, self._at)
        if found:
            self._at = found.end()
            return True
        mark = self.peek()
        if mark not in (",", last) or not mark:
            raise self._error("Expecting ',' delimiter", self._at)
        self._at += 1
        return mark == ","

    def _may_be_cut(self, error: JSONDecodeError) -> bool:
        """Tell whether more of the text may mend it: a string, or a word at the window's end."""
        near = len(self._text) - error.pos <= _LONGEST_WORD
        return near or error.msg.startswith("Unterminated string")

    def _after_space(self, place: int) -> int:
        found = _SPACE.match(self._text, place)
        return found.end() if found else place

    def _skip(self) -> None:
        while True:
            self._at = self._after_space(self._at)
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
