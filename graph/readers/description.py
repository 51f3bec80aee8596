"""What DESCRIBE tells of blank nodes that are kept as skolem IRIs.

The engine describes with a node the blank nodes that it leads to, and those that they lead to. It
takes skolem IRIs for names that can be asked about in a query of their own, so they are added here.
"""

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import Store

from graph.terms import NamedNode, Triple


def with_nodes_described(
    triples: Iterable[Triple], store: Store, default: Sequence[NamedNode], skolem: str
) -> Iterator[Triple]:
    """Give triples, and those about the skolem IRIs that they lead to.

    Args:
        default: the graphs of the default graph.
        skolem: prefix of those IRIs.
    """
    told: set[object] = set()
    met: dict[NamedNode, None] = {}
    for triple in triples:
        yield triple
        told.update(_kept(triple.subject, skolem))
        met.update(dict.fromkeys(_kept(triple.object, skolem)))
    left = [node for node in met if node not in told]
    told.update(left)
    while left:
        node = left.pop()
        for graph in default:
            for quad in store.quads_for_pattern(node, None, None, graph):
                yield quad.triple
                new = [item for item in _kept(quad.object, skolem) if item not in told]
                told.update(new)
                left += new


def undescribed(triples: Iterable[Triple], skolem: str) -> list[NamedNode]:
    """List the skolem IRIs that some triples lead to without telling of them, in order."""
    told: set[object] = set()
    met: set[NamedNode] = set()
    for triple in triples:
        told.update(_kept(triple.subject, skolem))
        met.update(_kept(triple.object, skolem))
    return sorted(met - told, key=str)


def _kept(term: object, skolem: str) -> list[NamedNode]:
    return [term] if isinstance(term, NamedNode) and term.value.startswith(skolem) else []
