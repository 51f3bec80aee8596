"""A linear scan of SPARQL text into tokens, and what can be read off them without a grammar.

The engine parses; this file only finds clauses by their keywords: the dataset of a query and the
operations of an update. Terminals: SPARQL 1.1 Query, section 19.8.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from graph.errors import BadQuery

# Every repetition is possessive: the scan never goes back, so its time is linear in the text.
_TOKEN = re.compile(
    r"""
      (?P<space>(?:\s++|\#[^\n\r]*+)++)
    | (?P<iri><[^<>"{}|^`\x00-\x20]*+>)
    | (?P<string>'''(?>[^'\\]++|\\.|'{1,2}(?!'))*+''' | \"\"\"(?>[^"\\]++|\\.|"{1,2}(?!"))*+\"\"\"
        | '(?!'')(?>[^'\\\n\r]++|\\.)*+' | "(?!"")(?>[^"\\\n\r]++|\\.)*+")
    | (?P<name>(?:[^\W\d_][\w.-]*+)?+:(?>[\w:%-]++|\.++(?=[\w:%\\-])|\\.)*+
        |_:(?>[\w-]++|\.++(?=[\w-]))++)
    | (?P<variable>[?$]\w++)
    | (?P<run>[^\W\d_][\w.-]*+)
    | (?P<brace>[{}])
    | (?P<end>;)
    | (?P<other>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+|\d++(?:\.\d++)?+|[^\\"'])
    """,
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(r"(?P<word>[A-Za-z]\w*+)|(?P<other>.)", re.DOTALL)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_FORMS = frozenset({"SELECT", "CONSTRUCT", "DESCRIBE", "ASK"})


@dataclass(frozen=True)
class Token:
    """One token: its kind (iri, string, name, variable, word, brace, end, other) and place."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def keyword(self) -> str:
        """The upper-case word, or an empty string."""
        return self.text.upper() if self.kind == "word" else ""


@dataclass(frozen=True)
class DatasetClause:
    """The graphs that FROM and FROM NAMED (or USING) name, as absolute IRIs."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether any graph is named."""
        return bool(self.default or self.named)


def tokens(text: str) -> list[Token]:
    """Scan the text, leaving out space and comments.

    Raises:
        BadQuery: an escape stands outside strings and IRIs, where it could hide a keyword.
    """
    return [Token(kind, text[start:end], start, end) for kind, start, end in scan(text)]


def scan(text: str) -> Iterator[tuple[str, int, int]]:
    """Give the kind, start and end of each token, in time that is linear in the text.

    Raises:
        BadQuery: as `tokens`; also a string that does not end.
    """
    read = _TOKEN.match
    position, size = 0, len(text)
    while position < size:
        match = read(text, position)
        if match is None:
            raise BadQuery(f"Character {position + 1} cannot stand there: {text[position]!r}.")
        position = match.end()
        kind = str(match.lastgroup)
        if kind == "run":
            # A run without a colon is no name: its letters are words, what joins them is not.
            for part in _WORD.finditer(text, match.start(), position):
                yield str(part.lastgroup), part.start(), part.end()
        elif kind != "space":
            yield kind, match.start(), position


class Prologue:
    """BASE and PREFIX declarations, to resolve the IRIs of dataset clauses."""

    def __init__(self, base: str = "") -> None:
        self.base = base
        self.prefixes: dict[str, str] = {}

    def read(self, items: list[Token], index: int) -> int:
        """Read declarations from `items[index]` on; gives the index after them."""
        while index + 1 < len(items):
            if items[index].keyword == "BASE":
                self.base = self.resolve(items[index + 1])
                index += 2
            elif items[index].keyword == "PREFIX" and index + 2 < len(items):
                self.prefixes[items[index + 1].text[:-1]] = self.resolve(items[index + 2])
                index += 3
            else:
                break
        return index

    def resolve(self, token: Token) -> str:
        """Give the absolute IRI of an IRI or a prefixed name.

        Raises:
            BadQuery: it is neither, or its prefix is not declared.
        """
        if token.kind == "iri":
            return self._absolute(unescaped(token.text[1:-1]))
        prefix, colon, local = token.text.partition(":")
        if token.kind != "name" or not colon or prefix not in self.prefixes:
            raise BadQuery(f"A graph IRI was expected at {token.text!r}.")
        return self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)

    def _absolute(self, iri: str) -> str:
        joined = urljoin(self.base, iri) if self.base else iri
        # `urljoin` drops an empty fragment, with which most prefixes end.
        return f"{joined}#" if iri.endswith("#") and not joined.endswith("#") else joined


def dataset_clause(text: str, base: str = "") -> DatasetClause:
    """Read the FROM clauses of a query; relative IRIs are resolved against `base`.

    Raises:
        BadQuery: a clause names no IRI.
    """
    items = tokens(text)
    prologue = Prologue(base)
    index = prologue.read(items, 0)
    if index < len(items) and items[index].keyword not in _FORMS:
        return DatasetClause()
    default: list[str] = []
    named: list[str] = []
    depth = 0
    while index < len(items):
        token = items[index]
        if token.kind == "brace":
            depth += 1 if token.text == "{" else -1
        elif depth == 0 and token.keyword == "FROM":
            index = read_graph(items, index, prologue, default, named)
        index += 1
    return DatasetClause(tuple(default), tuple(named))


def query_form(text: str) -> str:
    """Read whether a query is a SELECT, CONSTRUCT, DESCRIBE or ASK; empty: it is none."""
    items = tokens(text)
    index = Prologue().read(items, 0)
    form = items[index].keyword if index < len(items) else ""
    return form if form in _FORMS else ""


def read_graph(
    items: list[Token], index: int, prologue: Prologue, default: list[str], named: list[str]
) -> int:
    """Read the graph after FROM or USING at `index` into a list; gives the index of its IRI."""
    into = default
    if index + 1 < len(items) and items[index + 1].keyword == "NAMED":
        into, index = named, index + 1
    if index + 1 >= len(items):
        raise BadQuery("A graph IRI was expected at the end of the text.")
    into.append(prologue.resolve(items[index + 1]))
    return index + 1


def unescaped(text: str) -> str:
    """Put the characters in that `\\u` and `\\U` escapes stand for.

    Raises:
        BadQuery: an escape stands for no character.
    """
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    code = int(match.group(1) or match.group(2), 16)
    if code > sys.maxunicode or 0xD800 <= code <= 0xDFFF:
        raise BadQuery(f"{match.group()} stands for no character.")
    return chr(code)
