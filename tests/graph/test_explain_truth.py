"""What an explanation blames is what leaves nothing, on random graphs and random queries."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import QueryBoolean

from graph.oxigraph import OxigraphStore
from graph.readers.explain import explain
from graph.terms import NamedNode

DATA, OTHER = NamedNode("urn:g:data"), NamedNode("urn:g:other")
NODES = ("<urn:a>", "<urn:b>", "<urn:c>")
PREDICATES = ("<urn:p>", "<urn:q>", "<urn:r>")
VALUES = (*NODES, "1", "2", "'x'", "'x'@en")
VARIABLES = ("?u", "?v", "?w", "?x")

triples = st.lists(
    st.tuples(
        st.sampled_from((DATA, OTHER)),
        st.sampled_from(NODES),
        st.sampled_from(PREDICATES),
        st.sampled_from(VALUES),
    ),
    max_size=12,
)
patterns = st.tuples(
    st.sampled_from(VARIABLES + NODES[:1]),
    st.sampled_from((*PREDICATES, "<urn:p>/<urn:q>", "(<urn:p>|^<urn:q>)+", "?v")),
    st.sampled_from(VARIABLES + VALUES[:4]),
).map(lambda terms: " ".join((*terms, ".")))
tests = st.tuples(st.sampled_from(VARIABLES), st.sampled_from("=<>"), st.sampled_from(VALUES))
filters = st.one_of(
    tests.map(lambda parts: " ".join(("FILTER (", *parts, ")"))),
    patterns.map(lambda inner: " ".join(("FILTER NOT EXISTS {", inner, "}"))),
    patterns.map(lambda inner: " ".join(("FILTER EXISTS {", inner, "}"))),
)


def held(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    groups = st.lists(inner, min_size=1, max_size=3).map(" ".join)
    return st.one_of(
        groups.map(lambda text: " ".join(("{", text, "}"))),
        groups.map(lambda text: " ".join(("OPTIONAL {", text, "}"))),
        groups.map(lambda text: " ".join(("MINUS {", text, "}"))),
        groups.map(lambda text: " ".join(("GRAPH <urn:g:other> {", text, "}"))),
        groups.map(lambda text: " ".join(("GRAPH ?w {", text, "}"))),
        st.tuples(groups, groups).map(
            lambda two: " ".join(("{", two[0], "} UNION {", two[1], "}"))
        ),
        groups.map(lambda text: " ".join(("{ SELECT * WHERE {", text, "} }"))),
        st.sampled_from(VALUES).map(lambda value: f"VALUES ?u {{ {value} }}"),
    )


elements = st.one_of(patterns, filters, held(st.one_of(patterns, filters)))


def store_of(facts: list[tuple[NamedNode, str, str, str]]) -> OxigraphStore:
    store = OxigraphStore()
    for graph, *terms in facts:
        store.update(" ".join(("INSERT DATA { GRAPH", str(graph), "{", *terms, "} }")))
    return store


def is_empty(store: OxigraphStore, where: list[str]) -> bool:
    text = " ".join(("SELECT * WHERE {", *where, "}"))
    rows = store.engine.query(text, default_graph=[DATA], named_graphs=[OTHER])
    assert not isinstance(rows, QueryBoolean)
    return next(iter(rows), None) is None


@settings(max_examples=300, deadline=None)
@given(triples, st.lists(elements, min_size=1, max_size=5))
def test_the_blamed_element_is_the_first_that_leaves_nothing(
    facts: list[tuple[NamedNode, str, str, str]], where: list[str]
) -> None:
    store = store_of(facts)
    acting = sorted(where, key=lambda element: element.startswith("FILTER"))
    first = next((end for end in range(1, len(acting) + 1) if is_empty(store, acting[:end])), None)

    text = " ".join(("SELECT * WHERE {", *where, "}"))
    found = explain(store.engine, text, base="", default=[DATA], named=[OTHER])

    assert found.empty is is_empty(store, where)
    assert (found.blame is not None) is found.empty
    if found.blame and first is not None:
        blamed = acting[first - 1]
        assert found.blame.text.removesuffix(" .").strip("{} ") in blamed
        assert found.steps[-1].solutions == 0
