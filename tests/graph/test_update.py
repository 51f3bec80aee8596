"""Update texts into changes: what SPARQL 1.1 Update says, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import BadQuery
from graph.oxigraph import OxigraphStore
from graph.readers.update import Scope, evaluate_update
from graph.terms import BlankNode, DefaultGraph, Literal, NamedNode, Quad
from tests.graph.updating import DATA, EX, MORE, PREFIX, SCOPE, changes, quad, store_of


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


def test_relative_iris_are_resolved_against_the_base() -> None:
    scope = Scope((DATA,), (), (DATA, MORE), base=f"{EX}graph/")

    added, _ = changes("INSERT DATA { GRAPH <more> { <../a> ex:p 1 } }", scope=scope)

    assert added == [quad("a", "p", 1, MORE)]


def test_a_label_stands_in_one_insert_data() -> None:
    with pytest.raises(BadQuery, match="_:b"):
        changes("INSERT DATA { _:b ex:p 1 } ; INSERT DATA { _:b ex:p 2 }")
