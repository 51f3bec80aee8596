"""RDF collections with blank nodes whose labels stay the same from run to run.

OWL and SHACL want blank nodes for lists; the project's own data has none.
"""

from collections.abc import Sequence

from graph.names import encode
from graph.terms import BlankNode, NamedNode, Quad, Subject, Term
from graph.vocab import RDF


def blank_node(*parts: str) -> BlankNode:
    """Name a blank node after what it stands for."""
    return BlankNode("-".join(encode(part).replace("%", "_") for part in parts))


def list_quads(
    items: Sequence[Term], label: Sequence[str], graph: NamedNode
) -> tuple[Subject, list[Quad]]:
    """Write an RDF collection; gives its head and its quads.

    Args:
        items: members in order.
        label: words for the labels of its nodes, unique in the graph.
        graph: graph of the quads.
    """
    nodes: list[Subject] = [blank_node(*label, str(place)) for place in range(len(items))]
    nodes.append(RDF.nil)
    quads = []
    for place, item in enumerate(items):
        quads.append(Quad(nodes[place], RDF.first, item, graph))
        quads.append(Quad(nodes[place], RDF.rest, nodes[place + 1], graph))
    return nodes[0], quads
