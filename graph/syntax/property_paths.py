"""Property paths: their syntax tree, read from tokens and written out again.

SPARQL 1.1 Query, sections 9 and 18.1.7, grammar rules 88 to 96.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.errors import BadQuery
from graph.syntax.spans import Spans
from graph.syntax.tokens import Prologue, Token
from graph.vocab import RDF


@dataclass(frozen=True)
class Link:
    """One step along a predicate: an IRI in angle brackets, or a variable."""

    text: str


@dataclass(frozen=True)
class Inverse:
    """A path walked backwards."""

    path: "Path"


@dataclass(frozen=True)
class Chain:
    """Paths one after the other."""

    parts: tuple["Path", ...]


@dataclass(frozen=True)
class Alternative:
    """Any of several paths."""

    parts: tuple["Path", ...]


@dataclass(frozen=True)
class Repeated:
    """A path with `?`, `*` or `+`."""

    path: "Path"
    sign: str


@dataclass(frozen=True)
class Negated:
    """Steps along any predicate but some; `backward` is None where no inverse one is named."""

    forward: tuple[str, ...] | None
    backward: tuple[str, ...] | None


Path = Link | Inverse | Chain | Alternative | Repeated | Negated


def written(path: Path) -> str:
    """Write a path as SPARQL."""
    match path:
        case Link(text):
            return text
        case Inverse(inner):
            return "".join(("(^", written(inner), ")"))
        case Chain(parts):
            return "".join(("(", "/".join(map(written, parts)), ")"))
        case Alternative(parts):
            return "".join(("(", "|".join(map(written, parts)), ")"))
        case Repeated(inner, sign):
            return "".join(("(", written(inner), sign, ")"))
        case Negated(forward, backward):
            names = [*(forward or ()), *("^" + name for name in backward or ())]
            return "".join(("!(", "|".join(names), ")"))


def predicates(path: Path) -> frozenset[str] | None:
    """Collect the predicates that a path may go along; None: any."""
    match path:
        case Link(text):
            return None if text[0] in "?$" else frozenset((text,))
        case Inverse(inner) | Repeated(inner, _):
            return predicates(inner)
        case Chain(parts) | Alternative(parts):
            found = [predicates(part) for part in parts]
            return None if None in found else frozenset().union(*(f or () for f in found))
        case Negated():
            return None


def nullable(path: Path) -> bool:
    """Tell whether a path leads from every node to itself, without a step."""
    match path:
        case Link() | Negated():
            return False
        case Inverse(inner):
            return nullable(inner)
        case Chain(parts):
            return all(map(nullable, parts))
        case Alternative(parts):
            return any(map(nullable, parts))
        case Repeated(inner, sign):
            return sign != "+" or nullable(inner)


class PathReading:
    """Reads paths from the tokens of one text."""

    def __init__(self, items: Sequence[Token], spans: Spans, prologue: Prologue) -> None:
        self._items = items
        self._spans = spans
        self._prologue = prologue

    def read(self, index: int) -> tuple[Path, int]:
        """Read the verb at `index`; gives it and the index behind it."""
        if self._items[index].kind == "variable":
            # `$x` and `?x` are one.
            return Link(f"?{self._items[index].text[1:]}"), index + 1
        parts = []
        while True:
            part, index = self._sequence(index)
            parts.append(part)
            if self._spans.text(index) != "|":
                return (Alternative(tuple(parts)) if len(parts) > 1 else parts[0]), index
            index += 1

    def _sequence(self, index: int) -> tuple[Path, int]:
        parts = []
        while True:
            part, index = self._step(index)
            parts.append(part)
            if self._spans.text(index) != "/":
                return (Chain(tuple(parts)) if len(parts) > 1 else parts[0]), index
            index += 1

    def _step(self, index: int) -> tuple[Path, int]:
        if self._spans.text(index) == "^":
            path, index = self._step(index + 1)
            return Inverse(path), index
        if self._spans.text(index) == "!":
            path, index = self._negated(index + 1)
        elif self._spans.text(index) == "(":
            path, index = self.read(index + 1)
            index += 1
        else:
            path, index = Link(self._name(index)), index + 1
        sign = self._spans.text(index)
        # `+1` behind a predicate is a number, the object.
        if sign in ("?", "*") or (sign == "+" and not self._spans.joined_number(index + 1)):
            return Repeated(path, sign), index + 1
        return path, index

    def _negated(self, index: int) -> tuple[Path, int]:
        bracketed = self._spans.text(index) == "("
        inverse = self._spans.text(index) == "^"
        start = index + 1 if bracketed else index
        stop = self._spans.close(index) if bracketed else index + 1 + inverse
        forward: list[str] = []
        backward: list[str] = []
        at = start
        while at < stop:
            inverse = self._spans.text(at) == "^"
            (backward if inverse else forward).append(self._name(at + inverse))
            # The name, and the bar behind it.
            at += 2 + inverse
        both = forward or not backward
        path = Negated(tuple(forward) if both else None, tuple(backward) if backward else None)
        return path, stop + bracketed

    def _name(self, index: int) -> str:
        if index >= len(self._items):
            raise BadQuery("A predicate was expected at the end of the text.")
        token = self._items[index]
        iri = RDF.type.value if token.text == "a" else self._prologue.resolve(token)
        return f"<{iri}>"
