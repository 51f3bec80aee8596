"""Triple patterns and property paths as they are asked of a view.

A pattern becomes the union of its layers; a path of a fixed length becomes patterns. What repeats
without end is asked of a graph that holds all triples it may go along, which the caller fills
before. SPARQL 1.1 Query, section 18.4, for what each kind of path gives.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from graph.syntax.property_paths import (
    Alternative,
    Chain,
    Inverse,
    Link,
    Negated,
    Path,
    Repeated,
    nullable,
    predicates,
    written,
)
from graph.terms import NamedNode
from graph.views.layers import View, ViewRefused

MOST_PIECES = 2_000
_MOST_NAMED = 50
# Jena takes such predicates for property functions; with the last, for classes to load.
_CALLED = ("<http://jena.apache.org/", "<http://jena.hpl.hp.com/", "<java:")


@dataclass(frozen=True)
class Closure:
    """A graph to be filled before a query runs.

    Attributes:
        graph: the graph.
        pattern: what gives them, as `?s ?p ?o`.
        sources: the graphs that the pattern names.
    """

    graph: NamedNode
    pattern: str
    sources: tuple[NamedNode, ...]


class ViewPatterns:
    """Writes patterns for one view.

    Args:
        fresh: prefix of variables that the query does not use.
        scratch: prefix of the graphs that closures are given.
    """

    def __init__(self, view: View, fresh: str, scratch: str) -> None:
        self._view = view
        self._fresh = fresh
        self._scratch = scratch
        self._number = 0
        self._pieces = 0
        self._closures: dict[tuple[str, frozenset[str] | None], Closure] = {}

    @property
    def closures(self) -> tuple[Closure, ...]:
        """The graphs that must be filled."""
        return tuple(self._closures.values())

    @property
    def used(self) -> bool:
        """Whether any variable was made up so far."""
        return self._number > 0

    def variable(self) -> str:
        """Give a variable that nothing else uses."""
        self._number += 1
        return f"?{self._fresh}{self._number}"

    def hidden(self, variable: str) -> bool:
        """Tell whether a variable comes from here and not from the query."""
        return variable[1:].startswith(self._fresh)

    def native(self, subject: str, path: Path, value: str, active: str) -> bool:
        """Tell whether the store's own graphs give the answer of the view."""
        if self._view.changes(active, predicates(path)):
            return False
        ends = _is_variable(subject) and _is_variable(value)
        return not (nullable(path) and ends and self._view.changes(active, None))

    def path(self, subject: str, path: Path, value: str, active: str) -> str:
        """Write the elements of a group that match a path between two terms."""
        self._count()
        if self.native(subject, path, value, active):
            return _in_graph(self._view.place(active), self.plain(subject, path, value))
        match path:
            case Link(text):
                return self._pattern(subject, text, value, active)
            case Inverse(inner):
                return self.path(value, inner, subject, active)
            case Alternative(parts):
                return _union(self.path(subject, part, value, active) for part in parts)
            case Chain(parts):
                return self._chain(subject, parts, value, active)
            case Negated(forward, backward):
                return self._negated(subject, forward, backward, value, active)
            case Repeated(inner, sign):
                return self._repeated(subject, inner, sign, value, active)

    def plain(self, subject: str, path: Path, value: str) -> str:
        """Write a path that the store's own graphs answer.

        What SPARQL defines as joins and unions is written so: some engines count the pairs of `|`
        once, and Fuseki 5 fails when it ends such a path early.
        """
        self._count()
        match path:
            case Inverse(inner):
                return self.plain(value, inner, subject)
            case Alternative(parts):
                return _union(self.plain(subject, part, value) for part in parts)
            case Chain(parts):
                inner_ends = [self.variable() for _ in parts[1:]]
                starts, ends = [subject, *inner_ends], [*inner_ends, value]
                return " ".join(map(self.plain, starts, parts, ends))
            case Negated(forward, backward) if forward is not None and backward is not None:
                ways = Negated(forward, None), Negated(None, backward)
                return _union(self.plain(subject, way, value) for way in ways)
            case Link(text) if text.startswith(_CALLED):
                return self._called(subject, text, value)
            case _:
                return _triple(subject, written(path), value)

    def _called(self, subject: str, predicate: str, value: str) -> str:
        """Write a triple whose predicate a store would call, where it stands in the pattern."""
        step = self.variable()
        return " ".join(("VALUES", step, "{", predicate, "}", _triple(subject, step, value)))

    def _count(self) -> None:
        self._pieces += 1
        if self._pieces > MOST_PIECES:
            raise ViewRefused(
                "The query has too many paths for a view of a remote store. Split it."
            )

    def _pattern(self, subject: str, predicate: str, value: str, active: str) -> str:
        triple = self.plain(subject, Link(predicate), value)
        layers = self._view.layers(active, predicates(Link(predicate)))
        spared = self._spared(predicate)
        return _union(_layer(triple, graph, above, spared) for graph, above in layers)

    def _spared(self, predicate: str) -> str:
        """Write a condition that what no overlay hides meets, without a look at the overlays."""
        changed = self._view.all_touched()
        if not _is_variable(predicate) or changed is None or len(changed) > _MOST_NAMED:
            return ""
        return " ".join((predicate, "NOT IN (", ", ".join(sorted(changed)), ") ||"))

    def _negated(
        self,
        subject: str,
        forward: tuple[str, ...] | None,
        backward: tuple[str, ...] | None,
        value: str,
        active: str,
    ) -> str:
        pieces = []
        for names, start, end in ((forward, subject, value), (backward, value, subject)):
            if names is not None:
                step = self.variable()
                pattern = self._pattern(start, step, end, active)
                rest = " ".join(("FILTER (", step, "NOT IN (", ", ".join(names), "))"))
                pieces.append(" ".join((pattern, rest)))
        return _union(pieces)

    def _chain(self, subject: str, parts: tuple[Path, ...], value: str, active: str) -> str:
        if len(parts) == 1:
            return self.path(subject, parts[0], value, active)
        middle = self.variable()
        first, last = parts[0], parts[-1]
        if isinstance(last, Repeated) and last.sign != "+":
            # The end of the rest is a node for sure: it stands for itself, or a step leads on.
            stay = self._chain(subject, parts[:-1], value, active)
            go = self._chain(subject, parts[:-1], middle, active)
            return _union((stay, " ".join((go, self._away(middle, last, value, active)))))
        if isinstance(first, Repeated) and first.sign != "+":
            stay = self._chain(subject, parts[1:], value, active)
            go = self._chain(middle, parts[1:], value, active)
            return _union((stay, " ".join((self._away(subject, first, middle, active), go))))
        head = self.path(subject, first, middle, active)
        return " ".join((head, self._chain(middle, parts[1:], value, active)))

    def _away(self, subject: str, path: Repeated, value: str, active: str) -> str:
        """Write the pairs of a path with `?` or `*` whose ends differ."""
        inner = self._once(subject, path, value, active)
        differ = " ".join(("FILTER (!sameTerm(", subject, ",", value, "))"))
        return _distinct(subject, value, " ".join((inner, differ)))

    def _once(self, subject: str, path: Repeated, value: str, active: str) -> str:
        if path.sign == "?":
            return self.path(subject, path.path, value, active)
        return self._closed(subject, path.path, value, active)

    def _repeated(self, subject: str, inner: Path, sign: str, value: str, active: str) -> str:
        if sign == "+" and not nullable(inner):
            return self._closed(subject, inner, value, active)
        stay = self._stay(subject, value, active)
        go = self._once(subject, Repeated(inner, "?" if sign == "?" else "*"), value, active)
        return _distinct(subject, value, _union((stay, go)))

    def _closed(self, subject: str, inner: Path, value: str, active: str) -> str:
        """Write one step or more along a path."""
        again = Repeated(inner, "+")
        if not self._view.changes(active, predicates(inner)) and not nullable(inner):
            return _in_graph(self._view.place(active), _triple(subject, written(again), value))
        closure = self._closure(active, predicates(inner))
        return _in_graph(closure.graph.value, _triple(subject, written(again), value))

    def _closure(self, active: str, names: frozenset[str] | None) -> Closure:
        key = (active, names)
        if key not in self._closures:
            graph = NamedNode(f"{self._scratch}{len(self._closures) + 1}")
            pattern = _union(
                " ".join((_bound(name), _layer(self.plain("?s", Link(name), "?o"), source, above)))
                for name in (["?p"] if names is None else sorted(names))
                for source, above in self._view.layers(active, None)
            )
            sources = (*map(NamedNode, self._view.graphs(active)), *self._view.internal())
            self._closures[key] = Closure(graph, pattern, self._view.stored(sources))
        return self._closures[key]

    def _stay(self, subject: str, value: str, active: str) -> str:
        """Write the pairs of a node and itself: of every node, or of the term at one end."""
        if not _is_variable(subject):
            if _is_variable(value):
                return " ".join(("VALUES", value, "{", subject, "}"))
            return " ".join(("FILTER (sameTerm(", subject, ",", value, "))"))
        if not _is_variable(value):
            return " ".join(("VALUES", subject, "{", value, "}"))
        one, other = self.variable(), self.variable()
        nodes = _union(
            (
                self._pattern(subject, one, other, active),
                self._pattern(other, one, subject, active),
            )
        )
        if subject == value:
            return nodes
        return " ".join((nodes, "BIND (", subject, "AS", value, ")"))


def _bound(predicate: str) -> str:
    return "" if _is_variable(predicate) else " ".join(("VALUES ?p {", predicate, "}"))


def _layer(triple: str, graph: str, above: Iterable[str], spared: str = "") -> str:
    hidden = " && ".join(
        " ".join(("NOT EXISTS {", _in_graph(over, triple), "}")) for over in dict.fromkeys(above)
    )
    seen = " ".join(("FILTER (", spared, "(", hidden, ") )")) if hidden else ""
    return " ".join((_in_graph(graph, triple), seen))


def _distinct(subject: str, value: str, pattern: str) -> str:
    ends = [term for term in dict.fromkeys((subject, value)) if _is_variable(term)]
    if not ends:
        # Without a variable there is one solution or none.
        return " ".join(("{ FILTER EXISTS {", pattern, "} }"))
    return enclosed(ends, " ".join(("SELECT DISTINCT", *ends, "WHERE {", pattern, "}")))


def enclosed(variables: Iterable[str], distinct: str) -> str:
    """Write a SELECT DISTINCT as a group, inside a plain SELECT of the same variables.

    Fuseki 5 goes on from the solutions before a sub-select that is DISTINCT, and drops the equal
    ones among those too; one inside another begins anew for each solution.
    """
    return " ".join(("{ SELECT", *variables, "WHERE { {", distinct, "} } }"))


def _union(pieces: Iterable[str]) -> str:
    return " UNION ".join(" ".join(("{", piece, "}")) for piece in pieces)


def _in_graph(graph: str, pattern: str) -> str:
    return " ".join((f"GRAPH <{graph}>", "{", pattern, "}")) if graph else pattern


def _triple(subject: str, predicate: str, value: str) -> str:
    return " ".join((subject, predicate, value, "."))


def _is_variable(term: str) -> bool:
    return term[0] in "?$"
