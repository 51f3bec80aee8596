"""Triples as they are written in a group, read into single patterns with a path each.

Blank nodes become variables that nothing else uses: they join patterns of one group, which may end
up in groups of their own. Grammar: SPARQL 1.1 Query, rules 75 to 110.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graph.syntax.property_paths import Link, Path, PathReading
from graph.syntax.spans import Spans
from graph.syntax.tokens import Prologue, Token
from graph.views.layers import ViewRefused
from graph.vocab import RDF

GROUP_WORDS = frozenset(
    {"OPTIONAL", "MINUS", "GRAPH", "SERVICE", "LATERAL", "FILTER", "BIND", "VALUES"}
)
_FIRST, _REST, _NIL = (f"<{RDF.term(name).value}>" for name in ("first", "rest", "nil"))


@dataclass(frozen=True)
class TriplePattern:
    """A path between two terms, as they are written; IRIs in the path are absolute."""

    subject: str
    path: Path
    value: str

    @property
    def variables(self) -> list[str]:
        """The variables in it."""
        predicate = (self.path.text,) if isinstance(self.path, Link) else ()
        return [term for term in (self.subject, self.value, *predicate) if term[0] == "?"]


class TripleReading:
    """Reads the triples of one text.

    Args:
        fresh: gives a variable that nothing else uses.
    """

    def __init__(
        self,
        items: Sequence[Token],
        spans: Spans,
        prologue: Prologue,
        fresh: Callable[[], str],
    ) -> None:
        self._items = items
        self._spans = spans
        self._paths = PathReading(items, spans, prologue)
        self._fresh = fresh
        self._labels: dict[str, str] = {}
        self._found: list[TriplePattern] = []

    def read(self, index: int, end: int) -> tuple[list[TriplePattern], int]:
        """Read the triples of the subject at `index`; gives them and the index behind them.

        Raises:
            ViewRefused: they are not those of RDF 1.1.
        """
        self._found = []
        subject, index = self._node(index)
        if not self._ended(index, end):
            index = self._properties(subject, index, end)
        return self._found, index

    def _properties(self, subject: str, index: int, end: int) -> int:
        while True:
            path, index = self._paths.read(index)
            while True:
                value, index = self._node(index)
                self._found.append(TriplePattern(subject, path, value))
                if self._spans.text(index) != ",":
                    break
                index += 1
            if self._spans.text(index) in ("~", "{") and self._annotated(index):
                raise refused_triple_terms()
            while self._spans.text(index) == ";":
                index += 1
            if self._spans.text(index - 1) != ";" or self._ended(index, end):
                return index

    def _ended(self, index: int, end: int) -> bool:
        if index >= end or self._spans.text(index) in (".", "{", "}", "]"):
            return True
        return self._items[index].keyword in GROUP_WORDS

    def _annotated(self, index: int) -> bool:
        return self._spans.text(index) == "~" or self._spans.text(index + 1) == "|"

    def _node(self, index: int) -> tuple[str, int]:
        """Read a term, or the triples in a bracket; gives what stands for it."""
        token = self._items[index]
        if token.text == "[":
            node, close = self._fresh(), self._spans.close(index)
            if close > index + 1:
                self._properties(node, index + 1, close)
            return node, close + 1
        if token.text == "(":
            return self._collection(index)
        if token.text == "<":
            raise refused_triple_terms()
        stop = self._spans.term(index)
        if token.text.startswith("_:"):
            if token.text not in self._labels:
                self._labels[token.text] = self._fresh()
            return self._labels[token.text], stop
        if token.kind == "variable":
            return variable_name(token.text), stop
        return self._spans.written(index, stop), stop

    def _collection(self, index: int) -> tuple[str, int]:
        close, at = self._spans.close(index), index + 1
        cells: list[tuple[str, str]] = []
        while at < close:
            value, at = self._node(at)
            cells.append((self._fresh(), value))
        tails = [cell for cell, _ in cells[1:]] + [_NIL]
        for (cell, value), tail in zip(cells, tails, strict=False):
            self._found.append(TriplePattern(cell, Link(_FIRST), value))
            self._found.append(TriplePattern(cell, Link(_REST), tail))
        return (cells[0][0] if cells else _NIL), close + 1


def variable_name(variable: str) -> str:
    """Give a variable with a question mark: `$x` and `?x` are one."""
    return "?" + variable[1:]


def refused_triple_terms() -> ViewRefused:
    """Say that triple terms are refused."""
    return ViewRefused("Triple terms (RDF 1.2) cannot be asked of a remote store.")
