"""The bytes of a remote store's answer, put right where a store departs from the standards."""

import re
from typing import IO, Protocol

from graph.errors import QueryTimeout
from graph.readers.pool import AnswerTooLarge

# What Fuseki writes below an answer that it has begun when the time is over. In CSV those would be
# two more rows, in N-Triples two comments.
_CUT_OFF = re.compile(
    rb"\n##  Query cancelled due to timeout [^\n]*\n##[ *]*Incomplete results[^\n]*"
)
_LONGEST_MARK = 400
_PIECE = 1 << 16
# A triple whose subject is a literal, or whose predicate is none: a template that meets such
# values says nothing (SPARQL 1.1 Query, section 16.2), but Fuseki writes them.
_NO_TRIPLE = re.compile(rb'^(?:"|\S+ [^<]).*\n', re.MULTILINE)


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Read at most `size` bytes."""
        ...


def read_whole(answer: Readable) -> bytes:
    """Read an answer to its end.

    Raises:
        QueryTimeout: the store cut it off.
    """
    body = answer.read()
    _check(body[-_LONGEST_MARK:])
    return body


def copy_answer(answer: Readable, file: IO[bytes], most: int) -> None:
    """Write an answer to a file while it arrives.

    Raises:
        QueryTimeout: the store cut it off.
        AnswerTooLarge: it has more than `most` bytes.
    """
    size, tail = 0, b""
    while piece := answer.read(_PIECE):
        size += len(piece)
        if size > most:
            raise AnswerTooLarge("The answer has more bytes than one answer may have. Narrow it.")
        tail = (tail + piece)[-_LONGEST_MARK:]
        file.write(piece)
    _check(tail)


class ValidTriples:
    """N-Triples as they arrive, without what is no triple; reading raises `QueryTimeout`."""

    def __init__(self, answer: Readable) -> None:
        self._answer = answer
        self._ready = b""
        self._rest = b""
        self._tail = b""

    def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes."""
        while not self._ready:
            piece = self._answer.read(_PIECE)
            self._tail = (self._tail + piece)[-_LONGEST_MARK:]
            lines, newline, self._rest = (self._rest + piece).rpartition(b"\n")
            self._ready = _NO_TRIPLE.sub(b"", lines + newline)
            if not piece:
                _check(self._tail)
                self._ready += self._rest
                self._rest = b""
                break
        given = self._ready if size < 0 else self._ready[:size]
        self._ready = self._ready[len(given) :]
        return given


def _check(tail: bytes) -> None:
    if _CUT_OFF.search(tail):
        raise QueryTimeout("The query took longer than the store allows. Narrow it.")
