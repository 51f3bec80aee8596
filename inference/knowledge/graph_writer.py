"""Writes the quads of one graph: facts about a subject, and RDF collections.

OWL and SHACL want blank nodes for lists and expressions; their labels stay the same from run to
run. The project's own data has none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.names import encode
from graph.terms import BlankNode, Literal, NamedNode, Quad, Subject, Term
from graph.vocab import RDF, XSD

_IN_LABELS = str.maketrans({"%": "_", "~": "_7E", ".": "_2E", "_": "_5F"})


@dataclass(frozen=True)
class GraphWriter:
    """Writes quads of the graph `graph`."""

    graph: NamedNode

    def facts(self, subject: Subject, *facts: tuple[NamedNode, Term | str]) -> Iterator[Quad]:
        """Write pairs of predicate and value about a subject; a plain text is a string literal."""
        for predicate, value in facts:
            term = Literal(value) if isinstance(value, str) else value
            yield Quad(subject, predicate, term, self.graph)

    def collection(
        self, subject: Subject, predicate: NamedNode, items: Sequence[Term], label: Sequence[str]
    ) -> Iterator[Quad]:
        """Write an RDF collection as a value.

        Args:
            subject, predicate: what the list is the value of.
            items: members in order.
            label: words for the labels of its nodes, unique in the graph.
        """
        nodes: list[Subject] = [blank_node(*label, str(place)) for place in range(len(items))]
        nodes.append(RDF.nil)
        yield from self.facts(subject, (predicate, nodes[0]))
        for place, item in enumerate(items):
            yield from self.facts(nodes[place], (RDF.first, item), (RDF.rest, nodes[place + 1]))


def blank_node(*parts: str) -> BlankNode:
    """Name a blank node after what it stands for."""
    return BlankNode("-".join(encode(part).translate(_IN_LABELS) for part in parts))


def typed(text: str, datatype: str) -> Literal:
    """Write a literal by its lexical form and the local name of its XSD type."""
    return Literal(text) if datatype == "string" else Literal(text, datatype=XSD.term(datatype))
