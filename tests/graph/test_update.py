"""Update texts into changes: what SPARQL 1.1 Update says, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import BadQuery
from graph.oxigraph import OxigraphStore
from graph.readers.update import GraphForbidden, Scope, evaluate_update
from graph.terms import BlankNode, DefaultGraph, Literal, NamedNode, Quad

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


def test_insert_data_adds_what_is_new() -> None:
    text = "INSERT DATA { ex:a ex:p 1 , 2 . GRAPH g:more { ex:a ex:p 3 } }"

    added, removed = changes(text, quad("a", "p", 1))

    assert set(added) == {quad("a", "p", 2), quad("a", "p", 3, MORE)}
    assert removed == []


def test_delete_data_removes_what_is_there() -> None:
    text = "DELETE DATA { ex:a ex:p 1 . ex:a ex:p 9 . GRAPH g:more { ex:a ex:p 3 } }"

    added, removed = changes(text, quad("a", "p", 1), quad("a", "p", 3, MORE), quad("a", "p", 4))

    assert added == []
    assert set(removed) == {quad("a", "p", 1), quad("a", "p", 3, MORE)}


def test_delete_where_uses_its_pattern_as_template() -> None:
    text = "DELETE WHERE { ?s ex:p ?o ; ex:q 'x' }"

    _, removed = changes(text, quad("a", "p", 1), quad("a", "q", "x"), quad("b", "p", 1))

    assert set(removed) == {quad("a", "p", 1), quad("a", "q", "x")}


def test_delete_where_in_a_graph() -> None:
    text = "DELETE WHERE { GRAPH ?g { ?s ex:p ?o } }"

    _, removed = changes(text, quad("a", "p", 1), quad("b", "p", 2, MORE), quad("c", "q", 3))

    assert set(removed) == {quad("a", "p", 1), quad("b", "p", 2, MORE)}


def test_delete_insert_where_sees_the_state_before_both() -> None:
    text = "DELETE { ?s ex:p ?o } INSERT { ?s ex:p ?n } WHERE { ?s ex:p ?o BIND(?o + 1 AS ?n) }"

    added, removed = changes(text, quad("a", "p", 1), quad("a", "p", 2), quad("b", "p", 7))

    assert set(added) == {quad("a", "p", 3), quad("b", "p", 8)}
    assert set(removed) == {quad("a", "p", 1), quad("b", "p", 7)}


def test_insert_where_leaves_out_what_is_unbound_or_no_triple() -> None:
    text = "INSERT { ?s ex:r ?none . ?o ex:r ?s . ?s ex:r ?o } WHERE { ?s ex:p ?o }"

    added, _ = changes(text, quad("a", "p", 1))

    assert added == [quad("a", "r", 1)]


def test_with_names_the_graph_of_pattern_and_templates() -> None:
    text = "WITH g:more DELETE { ?s ex:p ?o } INSERT { ?s ex:q ?o } WHERE { ?s ex:p ?o }"

    added, removed = changes(text, quad("a", "p", 1), quad("b", "p", 2, MORE))

    assert (added, removed) == ([quad("b", "q", 2, MORE)], [quad("b", "p", 2, MORE)])


def test_using_names_the_graphs_of_the_pattern_alone() -> None:
    text = "INSERT { ?s ex:q ?o } USING g:more WHERE { ?s ex:p ?o }"
    both = "WITH g:data INSERT { ?s ex:q ?o } USING g:more WHERE { ?s ex:p ?o }"
    named = "INSERT { ?s ex:q ?o } USING NAMED g:more WHERE { GRAPH ?g { ?s ex:p ?o } }"
    quads = quad("a", "p", 1), quad("b", "p", 2, MORE)

    for update in (text, both, named):
        added, _ = changes(update, *quads)
        assert added == [quad("b", "q", 2)]


def test_operations_see_what_those_before_them_did() -> None:
    text = (
        "INSERT DATA { ex:a ex:p 1 } ; "
        "PREFIX other: <https://example.org/> "
        "INSERT { ?s other:q ?o } WHERE { ?s ex:p ?o } ; "
        "DELETE WHERE { ?s ex:p ?o } ; "
    )

    added, removed = changes(text)

    assert (added, removed) == ([quad("a", "q", 1)], [])


def test_what_comes_and_goes_again_is_no_change() -> None:
    gone = "DELETE DATA { ex:a ex:p 1 } ; INSERT DATA { ex:a ex:p 1 }"
    come = "INSERT DATA { ex:a ex:p 2 } ; DELETE DATA { ex:a ex:p 2 }"
    at_once = "DELETE { ?s ?p ?o } INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }"

    for text in (gone, come, at_once):
        assert changes(text, quad("a", "p", 1)) == ([], [])


def test_random_has_one_value_in_both_templates() -> None:
    text = (
        "DELETE { ?s ex:p ?o } INSERT { ?s ex:p ?r . ?s ex:q ?r } "
        "WHERE { ?s ex:p ?o BIND(RAND() AS ?r) }"
    )

    added, removed = changes(text, quad("a", "p", 1), quad("b", "p", 2))

    for name in "ab":
        mine = [q.object for q in added if q.subject.value == EX + name]
        assert len(mine) == 2
        assert mine[0] == mine[1]
    assert len(removed) == 2


@pytest.mark.parametrize("text", ["CLEAR DEFAULT", "DROP SILENT DEFAULT", "CLEAR GRAPH g:data"])
def test_clear_empties_one_graph(text: str) -> None:
    kept = quad("b", "p", 2, MORE)

    added, removed = changes(text, quad("a", "p", 1), kept)

    assert (added, removed) == ([], [quad("a", "p", 1)])


@pytest.mark.parametrize(
    "text",
    [
        f"LOAD <{EX}data.ttl>",
        "COPY g:data",
        "MOVE g:nothing TO g:more",
        "CREATE GRAPH g:data",
        "CREATE DEFAULT",
        "CLEAR g:data",
        "INSERT DATA { ex:a ex:p 1 } ; LOAD <https://example.org/x>",
        "SELECT * WHERE { ?s ?p ?o }",
        "INSERT DATA { ex:a ex:p 1",
        "INSERT DATA { ex:a ex:p 1 } }",
        "INSERT DATA { ex:a ex:p ?o }",
        "INSERT DATA { ex:a ex:p 1 } INSERT DATA { ex:a ex:p 2 }",
        "DELETE { ?s ex:p ?o }",
        "INSERT { ex:a ex:p 1 }",
        "WITH g:data",
        "WITH g:data INSERT DATA { ex:a ex:p 1 }",
        "INSERT { ?s ex:p 1 } INSERT { ?s ex:p 2 } WHERE { ?s ?p ?o }",
        "INSERT { ?s ex:p 1 } DELETE { ?s ex:p 2 } WHERE { ?s ?p ?o }",
        "DELETE WHERE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DELETE WHERE { ?s ex:p ?o FILTER(?o > 1) }",
        "INSERT { ?s ex:p 1 } WHERE { ?s ?p ?o } USING g:more",
        "WHERE { ?s ?p ?o }",
        "USING g:data WHERE { ?s ?p ?o }",
        "DELETE DATA { _:b ex:p 1 }",
        "DELETE { _:b ex:p 1 } WHERE { ?s ?p ?o }",
        "DELETE WHERE { _:b ex:p ?o }",
        "nonsense",
    ],
)
def test_what_is_no_update_or_refused_changes_nothing(text: str) -> None:
    store = store_of(quad("a", "p", 1), quad("a", "p", 2))

    with pytest.raises(BadQuery):
        evaluate_update(store, PREFIX + text, SCOPE)


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


@pytest.mark.parametrize(
    "value", ["}", "{", ";", "} ; DROP ALL ; INSERT DATA {", "# no comment", "' \" \\ '''"]
)
def test_marks_inside_strings_do_not_confuse(value: str) -> None:
    text = f"INSERT DATA {{ ex:a ex:p {Literal(value)} }} ; INSERT DATA {{ ex:b ex:p 'next' }}"

    added, _ = changes(text)

    assert added == [quad("a", "p", value), quad("b", "p", "next")]


def test_marks_inside_comments_iris_and_long_strings_do_not_confuse() -> None:
    text = """
        INSERT DATA { # } ; DROP ALL '
          ex:a ex:p '''a } ; ' '' { # ''' ; ex:q <https://example.org/x#};> .
        } # ; { " '
        ; # }
        DELETE { ?s ?p ?o } # }
        WHERE { ?s ?p ?o FILTER(?o < 5 && ?o > 3) } # end
    """.replace("<https://example.org/x#};>", "<https://example.org/x#;>")

    added, removed = changes(text, quad("b", "p", 4), quad("c", "p", 6))

    assert set(added) == {
        quad("a", "p", "a } ; ' '' { # "),
        Quad(NamedNode(EX + "a"), NamedNode(EX + "q"), NamedNode(f"{EX}x#;"), DATA),
    }
    assert removed == [quad("b", "p", 4)]


def test_each_inserted_blank_node_is_new() -> None:
    added = [q for _ in range(2) for q in changes("INSERT DATA { _:x ex:p 1 ; ex:q 2 }")[0]]

    nodes = [q.subject for q in added]
    assert all(isinstance(node, BlankNode) for node in nodes)
    assert len(set(nodes)) == 2
    assert BlankNode("x") not in nodes


def test_a_template_makes_a_blank_node_for_each_solution() -> None:
    text = "INSERT { ?s ex:has [ ex:value ?o ] } WHERE { ?s ex:p ?o }"

    added, _ = changes(text, *(quad(str(n), "p", n) for n in range(12)))

    assert len(added) == 24
    assert len({q.subject for q in added if q.predicate.value == f"{EX}value"}) == 12


def test_more_solutions_than_one_batch() -> None:
    rows = [quad(str(number), "p", number) for number in range(12_001)]

    added, removed = changes(
        "DELETE { ?s ex:p ?o } INSERT { ?s ex:q ?o } WHERE { ?s ex:p ?o }", *rows
    )

    assert (len(added), len(removed)) == (12_001, 12_001)


def test_an_empty_text_changes_nothing() -> None:
    assert changes("") == ([], [])
    assert changes("# only a comment") == ([], [])


terms = st.sampled_from(["ex:a", "ex:b", "ex:c"])
predicates = st.sampled_from(["ex:p", "ex:q"])
values = st.sampled_from(["ex:a", "ex:b", "1", "2", "'}'", "'05'^^<urn:t>", "05", "1.50", "'x'@en"])
subjects = st.one_of(terms, st.sampled_from(["?s", "?o"]))
objects = st.one_of(values, st.sampled_from(["?s", "?o", "?n"]))


def in_graph(body: str, graph: str | None) -> str:
    return f"GRAPH {graph} {{ {body} }}" if graph else body


graph_names = st.sampled_from([None, None, "g:more"])
ground = st.builds("{} {} {} .".format, terms, predicates, values)
patterns = st.builds(
    "{} {} {} .".format, subjects, st.sampled_from(["ex:p", "ex:q", "?p"]), objects
)
blocks = st.builds(
    lambda parts: "{ " + " ".join(in_graph(body, graph) for body, graph in parts) + " }",
    st.lists(st.tuples(patterns, graph_names), min_size=1, max_size=3),
)
templates = st.builds("{{ {} ?s ex:p {} . }}".format, patterns, st.one_of(objects, st.just("?m")))
data_blocks = st.builds(
    lambda parts: "{ " + " ".join(in_graph(body, graph) for body, graph in parts) + " }",
    st.lists(st.tuples(ground, graph_names), min_size=1, max_size=3),
)
wheres = st.builds(
    "{{ {} {} }}".format,
    blocks,
    st.sampled_from(
        ["", "OPTIONAL { ?s ex:q ?n }", "BIND('new' AS ?m)", "FILTER(isLiteral(?o))", "# }\n"]
    ),
)
heads = st.sampled_from(["", "", "WITH g:more "])
using = st.sampled_from(
    ["", "", "USING g:more ", "USING NAMED g:more ", "USING g:more USING NAMED g:more "]
)
operations = st.one_of(
    st.builds("INSERT DATA {}".format, data_blocks),
    st.builds("DELETE DATA {}".format, data_blocks),
    st.builds("DELETE WHERE {}".format, blocks),
    st.builds("{}DELETE {} {}WHERE {}".format, heads, templates, using, wheres),
    st.builds("{}INSERT {} {}WHERE {}".format, heads, templates, using, wheres),
    st.builds("{}DELETE {} INSERT {} {}WHERE {}".format, heads, blocks, templates, using, wheres),
    st.sampled_from(["CLEAR SILENT GRAPH g:more", "CLEAR DEFAULT"]),
)
updates = st.lists(operations, min_size=1, max_size=4).map(" ;\n".join)


@settings(max_examples=200)
@given(st.lists(st.tuples(ground, graph_names), max_size=10), updates)
def test_the_changes_are_those_that_the_engine_itself_would_make(
    data: list[tuple[str, str | None]], text: str
) -> None:
    # What has no graph stands in the data graph here, and in the engine's default graph there.
    scope = Scope((DATA,), (MORE,), (DATA, MORE))
    clone, patched, engine = OxigraphStore(), OxigraphStore(), OxigraphStore()
    for store, home in ((clone, "g:data"), (patched, "g:data"), (engine, None)):
        body = " ".join(in_graph(triple, graph or home) for triple, graph in data)
        store.update(PREFIX + "INSERT DATA {" + body + "}")
    before = set(patched.engine)

    added, removed = evaluate_update(clone, PREFIX + text, scope)
    engine.update(PREFIX + text)
    patched.apply(added, removed)

    assert not set(added) & before
    assert set(removed) <= before
    assert set(patched.engine) == {
        Quad(q.subject, q.predicate, q.object, DATA)
        if isinstance(q.graph_name, DefaultGraph)
        else q
        for q in engine.engine
    }


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


def test_relative_iris_are_resolved_against_the_base() -> None:
    scope = Scope((DATA,), (), (DATA, MORE), base=f"{EX}graph/")

    added, _ = changes("INSERT DATA { GRAPH <more> { <../a> ex:p 1 } }", scope=scope)

    assert added == [quad("a", "p", 1, MORE)]


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


def test_a_label_stands_in_one_insert_data() -> None:
    with pytest.raises(BadQuery, match="_:b"):
        changes("INSERT DATA { _:b ex:p 1 } ; INSERT DATA { _:b ex:p 2 }")
