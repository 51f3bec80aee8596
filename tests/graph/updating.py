"""A small store and what an update text changes in it."""

from graph.oxigraph import OxigraphStore
from graph.readers.update import Scope, evaluate_update
from graph.terms import Literal, NamedNode, Quad

EX = "https://example.org/"
DATA, MORE, SECRET = (NamedNode(f"{EX}graph/{name}") for name in ("data", "more", "secret"))
SCOPE = Scope((DATA,), (DATA, MORE), (DATA, MORE))
PREFIX = f"PREFIX ex: <{EX}> PREFIX g: <{EX}graph/> "


def quad(subject: str, predicate: str, value: str | int, graph: NamedNode = DATA) -> Quad:
    return Quad(NamedNode(EX + subject), NamedNode(EX + predicate), Literal(value), graph)


def store_of(*quads: Quad) -> OxigraphStore:
    store = OxigraphStore()
    store.apply(quads, ())
    return store


def changes(text: str, *quads: Quad, scope: Scope = SCOPE) -> tuple[list[Quad], list[Quad]]:
    """Give (added, removed)."""
    return evaluate_update(store_of(*quads), PREFIX + text, scope)
