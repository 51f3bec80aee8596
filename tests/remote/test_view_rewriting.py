"""Rewriting of queries about a view: what is kept, what is refused by name, what is filled."""

from dataclasses import replace

import pytest

from graph.dataset.snapshots import Overlay
from graph.errors import BadQuery
from graph.oxigraph import OxigraphStore
from graph.terms import Literal, NamedNode, Quad
from graph.views.layers import View, ViewRefused
from graph.views.reader import MOST_CLOSED, ViewReader
from graph.views.rewriting import rewrite

EX = "https://example.org/"
DATA, ADDED, REMOVED, HELD = (
    NamedNode(f"{EX}graph/{name}") for name in ("data", "added", "removed", "held")
)
OVERLAY = Overlay(DATA, ADDED, REMOVED)
P, Q = NamedNode(f"{EX}p"), NamedNode(f"{EX}q")
PREFIX = f"PREFIX : <{EX}> "


def node(name: str) -> NamedNode:
    return NamedNode(EX + name)


def edge(subject: str, predicate: NamedNode, value: str, graph: NamedNode) -> Quad:
    return Quad(node(subject), predicate, node(value), graph)


@pytest.fixture
def store() -> OxigraphStore:
    """A chain a-b-c-d along :p, of which the overlay takes b-c away and adds b-x and x-d."""
    made = OxigraphStore()
    chain = [edge(*ends, DATA) for ends in (("a", P, "b"), ("b", P, "c"), ("c", P, "d"))]
    made.apply(
        [
            *chain,
            edge("a", Q, "b", DATA),
            edge("b", P, "x", ADDED),
            edge("x", P, "d", ADDED),
            edge("b", P, "c", REMOVED),
        ],
        (),
    )
    return made


def view(*touched: str) -> View:
    return View((DATA,), (DATA,), (OVERLAY,), (frozenset(f"<{EX}{name}>" for name in touched),))


def names(reader: ViewReader, query: str) -> list[str]:
    return sorted(str(row[0]).removeprefix(f"<{EX}")[:-1] for row in reader.select(PREFIX + query))


def test_what_no_overlay_touches_stays_as_it_was_written() -> None:
    text = "SELECT ?s WHERE { ?s <urn:q> ?o OPTIONAL { ?o <urn:q>+ ?x FILTER (?x > 1) } }"

    found = rewrite(text, view("p")).text

    assert "GRAPH" not in found
    assert "UNION" not in found


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("SELECT ?s WHERE { SERVICE <urn:x> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT ?s WHERE { ?s ?p ?o LATERAL { ?o ?q ?s } }", "LATERAL"),
        ("SELECT ?s WHERE { <<( ?s ?p ?o )>> ?q ?s }", "Triple terms"),
        ("SELECT ?s WHERE { ?s ?p ?o {| ?q ?s |} }", "Triple terms"),
        ("SELECT * WHERE { [] <https://example.org/p> [] }", r"SELECT \*"),
    ],
)
def test_what_cannot_be_exact_is_refused_by_name(query: str, name: str) -> None:
    with pytest.raises(BadQuery, match=name) as caught:
        rewrite(query, view("p"))

    assert caught.value.code == "view-refused"


def test_a_path_that_would_grow_without_bounds_is_refused() -> None:
    path = "/".join([":p?"] * 30)

    with pytest.raises(ViewRefused, match="paths"):
        rewrite(PREFIX + f"SELECT ?s WHERE {{ ?s {path} ?o }}", view("p"))


@pytest.mark.parametrize(
    ("path", "reached"),
    [
        (":p+", ["b", "d", "x"]),
        (":p*", ["a", "b", "d", "x"]),
        ("(:q|:p)+", ["b", "d", "x"]),
        ("(!:z)+", ["b", "d", "x"]),
        ("(:p/:p)+", ["d", "x"][1:]),
        (":p?/:p?", ["a", "b", "x"]),
        ("^:p", []),
    ],
)
def test_recursive_paths_go_where_the_view_leads(
    store: OxigraphStore, path: str, reached: list[str]
) -> None:
    reader = ViewReader(store, [DATA], [DATA], [OVERLAY])

    assert names(reader, f"SELECT DISTINCT ?o WHERE {{ :a {path} ?o }}") == reached
    assert store.graphs() == sorted([ADDED, DATA, REMOVED], key=str)


def test_a_recursive_path_along_too_many_triples_is_refused_and_leaves_nothing() -> None:
    store = OxigraphStore()
    nodes = [NamedNode(f"{EX}n{number}") for number in range(MOST_CLOSED + 1)]
    store.engine.bulk_extend(Quad(one, P, nodes[0], DATA) for one in nodes)
    store.apply([edge("a", P, "b", ADDED)], ())
    reader = ViewReader(store, [DATA], [], [OVERLAY])

    with pytest.raises(ViewRefused, match="200,000"):
        reader.ask(PREFIX + "ASK { :a :p+ :b }")

    assert store.graphs() == sorted([ADDED, DATA], key=str)


def test_distinct_solutions_are_counted_without_what_rewriting_adds(store: OxigraphStore) -> None:
    reader = ViewReader(store, [DATA], [], [OVERLAY])

    rows = reader.select(PREFIX + "SELECT (COUNT(DISTINCT *) AS ?n) WHERE { ?s :p/:p ?o }")

    # a-b-x and b-x-d: two pairs.
    assert list(rows) == [(Literal(2),)]


def test_a_describe_shows_the_nodes_as_the_view_does(store: OxigraphStore) -> None:
    reader = ViewReader(store, [DATA], [], [OVERLAY])

    found = reader.construct(PREFIX + "DESCRIBE :b")

    assert [triple.object for triple in found] == [node("x")]


def test_a_graph_that_stands_elsewhere_is_read_by_its_own_name() -> None:
    store = OxigraphStore()
    store.apply([edge("a", P, "b", HELD)], ())
    held = {DATA.value: HELD.value}
    reader = ViewReader(store, [DATA], [DATA], [], lambda view: replace(view, places=held))

    rows = reader.select("SELECT ?g ?s WHERE { GRAPH ?g { ?s ?p ?o } }")

    assert list(rows) == [(DATA, node("a"))]
    assert reader.ask(f"ASK {{ GRAPH {DATA} {{ ?s ?p ?o }} ?s ?p ?o }}")
    assert not reader.ask(f"ASK {{ GRAPH {HELD} {{ ?s ?p ?o }} }}")


def test_relative_names_and_escapes_are_resolved(store: OxigraphStore) -> None:
    reader = ViewReader(store, [DATA], [], [OVERLAY])
    prologue = "BASE <https://example.org/> PREFIX e: <> "

    for name in ("e:p", "<p>", "<\\u0070>", "<https://example.org/p>"):
        query = f"{prologue} SELECT ?o WHERE {{ <b> {name} ?o }}"
        assert list(reader.select(query)) == [(node("x"),)], name
