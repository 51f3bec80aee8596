"""What another tool only wrote otherwise, written as the current graph has it.

Blank nodes that say what blank nodes of the current graph say take their names; members of a list
whose order says nothing take the order it has there; so do the two sides of a symmetric axiom.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from graph.ontology.terms import SETS, TermWriter
from graph.terms import NamedNode, Quad, Term
from graph.vocab import OWL, RDF

_SYMMETRIC = frozenset(
    {
        *(OWL.equivalentClass, OWL.disjointWith, OWL.equivalentProperty),
        *(OWL.propertyDisjointWith, OWL.inverseOf, OWL.sameAs, OWL.differentFrom),
    }
)
_ROOT = NamedNode("urn:mimir:root")

_Facts = dict[Term, list[tuple[NamedNode, Term]]]


def align(imported: Sequence[Quad], current: Sequence[Quad], skolem: str) -> list[Quad]:
    """Write imported quads as the current ones have what both say."""
    found = _Alignment(_facts(imported), _facts(current), skolem)
    known = frozenset(current)
    return [_turned(found.written(quad), known) for quad in imported]


class _Alignment:
    """The names and places that imported terms have in the current graph."""

    def __init__(self, new: _Facts, old: _Facts, skolem: str) -> None:
        self._new, self._old = new, old
        self._writers = TermWriter(new, skolem), TermWriter(old, skolem)
        self._names: dict[Term, Term] = {}
        self._members: dict[Term, Term] = {}
        self._waiting = [(s, s) for s in new if s in old and not self._writers[0].is_blank(s)]
        self._add_roots()
        while self._waiting:
            self._pair_values(*self._waiting.pop())

    def written(self, quad: Quad) -> Quad:
        """Write a quad with the current names."""
        value = quad.object
        if quad.predicate == RDF.first:
            value = self._members.get(quad.subject, value)
        return Quad(
            self._names.get(quad.subject, quad.subject),  # type: ignore[arg-type] # a subject stays one
            quad.predicate,
            self._names.get(value, value),
            quad.graph_name,
        )

    def _add_roots(self) -> None:
        """Let a node of our own point to the blank nodes that nothing points to."""
        for facts, writer in zip((self._new, self._old), self._writers, strict=True):
            pointed = {value for values in facts.values() for _, value in values}
            roots = [term for term in facts if writer.is_blank(term) and term not in pointed]
            facts[_ROOT] = [(RDF.value, term) for term in roots]
        self._waiting.append((_ROOT, _ROOT))

    def _pair_values(self, one: Term, other: Term) -> None:
        """Pair the blank nodes that two nodes have as values, by what these say."""
        new, old = self._writers
        free: defaultdict[tuple[NamedNode, str], list[Term]] = defaultdict(list)
        for predicate, value in sorted(self._old.get(other, ()), key=str):
            if old.is_blank(value):
                free[predicate, old.value(predicate, value)].append(value)
        for predicate, value in sorted(self._new[one], key=str):
            if new.is_blank(value) and value not in self._names:
                same = free[predicate, new.value(predicate, value)]
                if same:
                    self._pair(predicate, value, same.pop(0))

    def _pair(self, predicate: NamedNode, value: Term, other: Term) -> None:
        self._names[value] = other
        new, old = (
            writer.cells(item) for writer, item in zip(self._writers, (value, other), strict=True)
        )
        if predicate not in SETS or new is None or old is None:
            self._waiting.append((value, other))
            return
        by_text = [
            sorted(cells, key=lambda cell: (writer.text(cell[1]), str(cell[0])))
            for writer, cells in zip(self._writers, (new, old), strict=True)
        ]
        place = {node: node_now for (node, _), (node_now, _) in zip(old, new, strict=True)}
        for (_, member), (node, known) in zip(*by_text, strict=True):
            self._names[place[node]] = node
            self._members[place[node]] = member
            if self._writers[0].is_blank(member):
                self._names[member] = known
                self._waiting.append((member, known))


def _turned(quad: Quad, known: frozenset[Quad]) -> Quad:
    """Turn a symmetric axiom round if it is known the other way."""
    if quad.predicate not in _SYMMETRIC or quad in known:
        return quad
    other = Quad(quad.object, quad.predicate, quad.subject, quad.graph_name)  # type: ignore[arg-type] # no literal in an axiom
    return other if other in known else quad


def _facts(quads: Iterable[Quad]) -> _Facts:
    found: _Facts = {}
    for quad in quads:
        found.setdefault(quad.subject, []).append((quad.predicate, quad.object))
    return found
