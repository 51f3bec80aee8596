"""The bytes of a remote store's answer, put right where a store departs from the standards.

Numbers and times get the form that the embedded engine gives them: Fuseki writes the decimal "2" as
"2.0", and a month as "01".
"""

import json
import re
from collections.abc import Callable
from typing import IO, Protocol

from graph.errors import QueryTimeout
from graph.readers.pool import AnswerTooLarge
from graph.remote.engine_forms import engine_forms
from graph.terms import Literal, NamedNode

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
_FRACTIONS = rb"http://www\.w3\.org/2001/XMLSchema#(?:decimal|double|float)"
_INTEGER = rb"http://www\.w3\.org/2001/XMLSchema#integer"
# Jena divides to 24 digits, the engine to 18.
_QUOTIENT = re.compile(r"-?\d+\.\d{24}")
_FURTHER_DIGITS = 6
# A quote within a value has a backslash before it, so nothing here begins inside a value.
_NUMBER_IN_TRIPLE = re.compile(
    rb' "(?P<value>[^"\\\n]*"\^\^<%b|(?:-0|[+-]?0\d+)"\^\^<%b)> \.\n' % (_FRACTIONS, _INTEGER)
)
_NUMBER_IN_JSON = re.compile(
    rb'\{(?:(?=[^{}]*"%b")|(?=[^{}]*"%b")(?=[^{}]*"(?:-0"|[+-]?0\d)))[^{}]*\}'
    % (_FRACTIONS, _INTEGER)
)


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
    body = b"".join(iter(lambda: answer.read(_PIECE), b""))
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


class PutRight:
    """An answer as it arrives, put right; reading raises `QueryTimeout` where it was cut off.

    Args:
        end: what ends a part of it that can be put right for itself.
        right: puts right some parts.
    """

    def __init__(self, answer: Readable, end: bytes, right: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self._end = end
        self._right = right
        self._ready = b""
        self._rest = b""
        self._tail = b""

    def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes."""
        while not self._ready:
            piece = self._answer.read(_PIECE)
            self._tail = (self._tail + piece)[-_LONGEST_MARK:]
            parts, end, self._rest = (self._rest + piece).rpartition(self._end)
            self._ready = self._right(parts + end)
            if not piece:
                _check(self._tail)
                self._ready += self._rest
                self._rest = b""
                break
        given = self._ready if size < 0 else self._ready[:size]
        self._ready = self._ready[len(given) :]
        return given


def valid_triples(answer: Readable) -> PutRight:
    """Read N-Triples without what is no triple."""
    return PutRight(answer, b"\n", _triples)


def engine_results(answer: Readable) -> PutRight:
    """Read SPARQL results in JSON."""
    return PutRight(answer, b"}", _results)


def _triples(lines: bytes) -> bytes:
    lines = _NO_TRIPLE.sub(b"", lines)
    found = set(_NUMBER_IN_TRIPLE.findall(lines))
    if not found:
        return lines
    numbers = {one: _number(*one.decode().split('"^^<')) for one in found}
    forms = engine_forms(numbers.values())

    def instead(match: re.Match[bytes]) -> bytes:
        """Write a number in its form."""
        return f" {forms[numbers[match['value']]]} .\n".encode()

    return _NUMBER_IN_TRIPLE.sub(instead, lines)


def _results(parts: bytes) -> bytes:
    found = {one: _binding(one) for one in set(_NUMBER_IN_JSON.findall(parts))}
    numbers = {
        one: _number(binding["value"], binding["datatype"])
        for one, binding in found.items()
        if binding.keys() >= {"value", "datatype"}
    }
    if not numbers:
        return parts
    forms = engine_forms(numbers.values())

    def instead(match: re.Match[bytes]) -> bytes:
        """Write a number in its form."""
        one = match.group()
        if one not in numbers:
            return one
        value = getattr(forms[numbers[one]], "value", "")
        return json.dumps({**found[one], "value": value}).encode()

    return _NUMBER_IN_JSON.sub(instead, parts)


def _binding(text: bytes) -> dict[str, str]:
    try:
        return dict(json.loads(text))
    except ValueError:
        # Not a whole one: a value that is no number has a brace in it.
        return {}


def _number(value: str, datatype: str) -> Literal:
    if _QUOTIENT.fullmatch(value):
        value = value[:-_FURTHER_DIGITS]
    return Literal(value, datatype=NamedNode(datatype))


def _check(tail: bytes) -> None:
    if _CUT_OFF.search(tail):
        raise QueryTimeout("The query took longer than the store allows. Narrow it.")
