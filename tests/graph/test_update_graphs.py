"""Updates of several graphs: what may be reached, copied, moved and cleared."""

import pytest

from graph.errors import BadQuery
from graph.readers.update import GraphForbidden, Scope, evaluate_update
from graph.terms import BlankNode, NamedNode
from tests.graph.updating import DATA, EX, MORE, PREFIX, SECRET, changes, quad, store_of


@pytest.mark.parametrize("text", ["CLEAR DEFAULT", "DROP SILENT DEFAULT", "CLEAR GRAPH g:data"])
def test_clear_empties_one_graph(text: str) -> None:
    kept = quad("b", "p", 2, MORE)

    added, removed = changes(text, quad("a", "p", 1), kept)

    assert (added, removed) == ([], [quad("a", "p", 1)])


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { GRAPH g:secret { ex:a ex:p 1 } }",
        "DELETE DATA { GRAPH g:secret { ex:a ex:p 's' } }",
        "INSERT { GRAPH ?g { ex:a ex:p 1 } } WHERE { BIND(g:secret AS ?g) }",
        "WITH g:secret DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "INSERT { ?s ?p ?o } USING g:secret WHERE { ?s ?p ?o }",
        "INSERT { ?s ?p ?o } USING NAMED g:secret WHERE { GRAPH ?g { ?s ?p ?o } }",
        "CLEAR GRAPH g:secret",
        f"BASE <{EX}graph/> CLEAR GRAPH <secret>",
    ],
)
def test_other_graphs_are_forbidden(text: str) -> None:
    with pytest.raises(GraphForbidden, match="secret"):
        changes(text, quad("a", "p", "s", SECRET))


def test_a_pattern_cannot_read_another_graph() -> None:
    for graph in ("g:secret", "?g"):
        text = f"INSERT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}"

        assert changes(text, quad("a", "p", "s", SECRET)) == ([], [])


def test_readable_is_not_writable() -> None:
    scope = Scope((DATA,), (MORE,), (DATA,))

    with pytest.raises(GraphForbidden):
        changes("INSERT DATA { GRAPH g:more { ex:a ex:p 1 } }", scope=scope)
    added, _ = changes(
        "INSERT { ?s ?p ?o } WHERE { GRAPH g:more { ?s ?p ?o } }",
        quad("a", "p", 1, MORE),
        scope=scope,
    )
    assert added == [quad("a", "p", 1)]


FOREIGN = NamedNode("https://other.example/g")
OPEN = Scope(
    (DATA,), (), (DATA,), closed=(f"{EX}graph/",), opened=(f"{EX}graph/user/",), skolem="urn:node:"
)


def test_open_graphs_can_be_written_and_closed_ones_cannot() -> None:
    text = "INSERT DATA {{ GRAPH <{}> {{ ex:a ex:p 1 }} }}"

    for graph in (FOREIGN.value, f"{EX}graph/user/x"):
        added, _ = changes(text.format(graph), scope=OPEN)
        assert added == [quad("a", "p", 1, NamedNode(graph))]
    for graph in (MORE.value, SECRET.value, f"{EX}graph/users"):
        with pytest.raises(GraphForbidden):
            changes(text.format(graph), scope=OPEN)


def test_a_graph_variable_meets_open_graphs_alone() -> None:
    quads = quad("a", "p", 1), quad("b", "p", 2, FOREIGN), quad("c", "p", 3, SECRET)

    added, _ = changes("INSERT { ?s ex:q ?o } WHERE { GRAPH ?g { ?s ?p ?o } }", *quads, scope=OPEN)

    assert added == [quad("b", "q", 2)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("CLEAR ALL", {"c"}),
        ("DROP NAMED", {"a", "c"}),
        ("CLEAR SILENT DEFAULT", {"b", "c"}),
    ],
)
def test_clear_reaches_what_may_be_written(text: str, left: set[str]) -> None:
    quads = quad("a", "p", 1), quad("b", "p", 2, FOREIGN), quad("c", "p", 3, SECRET)

    _, removed = changes(text, *quads, scope=OPEN)

    gone = {q.subject.value.removeprefix(EX) for q in removed}
    assert gone == {"a", "b", "c"} - left


@pytest.mark.parametrize(
    ("text", "data", "more"),
    [
        ("ADD g:data TO g:more", {1}, {1, 2}),
        ("ADD DEFAULT TO GRAPH g:more", {1}, {1, 2}),
        ("COPY GRAPH g:data TO g:more", {1}, {1}),
        ("COPY g:more TO DEFAULT", {2}, {2}),
        ("MOVE g:data TO g:more", set(), {1}),
        ("MOVE g:data TO DEFAULT", {1}, {2}),
        ("COPY SILENT g:nothing TO g:more", {1}, {2}),
        ("CREATE SILENT GRAPH g:data ; CLEAR GRAPH g:more", {1}, set()),
        ("LOAD SILENT <https://other.example/x> INTO GRAPH g:data", {1}, {2}),
    ],
)
def test_graphs_are_added_copied_and_moved(text: str, data: set[int], more: set[int]) -> None:
    there = quad("a", "p", 1), quad("a", "p", 2, MORE)
    store = store_of(*there)
    scope = Scope((DATA,), (), (DATA, MORE, NamedNode(f"{EX}graph/nothing")))

    store.apply(*evaluate_update(store_of(*there), PREFIX + text, scope))

    for graph, wanted in ((DATA, data), (MORE, more)):
        assert {int(q.object.value) for q in store.quads(graph)} == wanted


def test_the_protocol_names_the_dataset_where_the_text_does_not() -> None:
    scope = Scope((DATA,), (), (DATA, MORE), using=(MORE.value,))
    quads = quad("a", "p", 1), quad("b", "p", 2, MORE)

    added, _ = changes("INSERT { ?s ex:q ?o } WHERE { ?s ex:p ?o }", *quads, scope=scope)

    assert added == [quad("b", "q", 2)]
    for text in (
        "WITH g:more DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } USING g:more WHERE { ?s ?p ?o }",
    ):
        with pytest.raises(BadQuery, match="twice"):
            changes(text, *quads, scope=scope)


def test_new_blank_nodes_are_named_at_once() -> None:
    text = (
        "INSERT DATA { ex:a ex:p [ ex:q 1 ] } ; "
        "INSERT { ?node ex:r 2 . ?new ex:s 3 } WHERE { ex:a ex:p ?node BIND(BNODE() AS ?new) }"
    )

    added, _ = changes(text, scope=OPEN)

    subjects = {q.predicate.value.removeprefix(EX): q.subject for q in added}
    assert subjects["r"] == subjects["q"] != subjects["s"]
    assert all(q.subject.value.startswith(("urn:node:", EX)) for q in added)
    assert not any(isinstance(term, BlankNode) for q in added for term in (q.subject, q.object))
