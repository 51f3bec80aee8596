"""Updates that read nothing: what they do is the same without looking at the store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import BadQuery
from graph.oxigraph import OxigraphStore
from graph.readers.update import GraphForbidden, Scope, evaluate_data, evaluate_update
from graph.syntax.update_text import read_operations
from graph.terms import Literal, NamedNode, Quad

DATA, MORE = (NamedNode(f"https://example.org/graph/{name}") for name in ("data", "more"))
SCOPE = Scope((DATA,), (DATA, MORE), (DATA, MORE))
THINGS = st.builds(
    lambda value, graph: Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(value), graph),
    st.integers(0, 3),
    st.sampled_from([DATA, MORE]),
)
OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["INSERT", "DELETE"]), st.lists(THINGS, min_size=1, max_size=3)),
    min_size=1,
    max_size=5,
)


def text_of(operations: list[tuple[str, list[Quad]]]) -> str:
    parts = []
    for word, quads in operations:
        rows = " ".join(
            f"GRAPH {quad.graph_name} {{ {quad.subject} {quad.predicate} {quad.object} }}"
            for quad in quads
        )
        parts.append(f"{word} DATA {{ {rows} }}")
    return " ; ".join(parts)


def filled(quads: list[Quad]) -> OxigraphStore:
    store = OxigraphStore()
    store.apply(quads, ())
    return store


@given(OPERATIONS, st.lists(THINGS))
def test_data_blocks_give_the_same_result_without_the_store(
    operations: list[tuple[str, list[Quad]]], there: list[Quad]
) -> None:
    text = text_of(operations)
    one, other = filled(there), filled(there)

    one.apply(*evaluate_update(filled(there), text, SCOPE))
    added, removed = evaluate_data(list(read_operations(text)), SCOPE)
    other.apply(added, removed)

    assert set(one.engine) == set(other.engine)
    assert set(added).isdisjoint(removed)


def test_a_closed_graph_and_a_wrong_text_are_refused_all_the_same() -> None:
    secret = "INSERT DATA { GRAPH <urn:secret> { <urn:s> <urn:p> 1 } }"
    with pytest.raises(GraphForbidden):
        evaluate_data(list(read_operations(secret)), SCOPE)
    with pytest.raises(BadQuery):
        evaluate_data(list(read_operations("INSERT DATA { ?s <urn:p> 1 }")), SCOPE)
