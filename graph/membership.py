"""Which of many quads a dataset holds, asked in a few queries instead of one for each."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice

from graph.errors import BadInput
from graph.store import GraphReader
from graph.terms import BlankNode, NamedNode, Quad

_BATCH = 5_000


def present(quads: Iterable[Quad], reader: Callable[[NamedNode], GraphReader]) -> list[Quad]:
    """List those of the quads that are there, in their order.

    Args:
        quads: of named graphs, without blank nodes, which have no name outside a store.
        reader: gives a reader of one graph.

    Raises:
        BadInput: a quad holds a blank node.
    """
    found: list[Quad] = []
    for graph, several in groupby(quads, key=lambda quad: quad.graph_name):
        for batch in _batches(several):
            rows = reader(graph).select(_question(batch))
            numbers = sorted(int(str(getattr(row[0], "value", ""))) for row in rows)
            found += (batch[number] for number in numbers)
    return found


def _batches(quads: Iterator[Quad]) -> Iterator[list[Quad]]:
    while batch := list(islice(quads, _BATCH)):
        yield batch


def _question(quads: list[Quad]) -> str:
    """Ask for the numbers: the terms may come back in another form than they were asked in."""
    rows = (" ".join(("(", str(place), *_terms(quad), ")")) for place, quad in enumerate(quads))
    return " ".join(("SELECT ?place { VALUES (?place ?s ?p ?o) {", *rows, "} ?s ?p ?o }"))


def _terms(quad: Quad) -> tuple[str, str, str]:
    if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
        raise BadInput("A store cannot be asked for a blank node; use skolem IRIs.")
    return str(quad.subject), str(quad.predicate), str(quad.object)
