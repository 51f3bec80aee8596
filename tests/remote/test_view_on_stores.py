"""Where stores answer differently, the rewriting makes them answer as SPARQL says."""

import pytest

from graph.dataset.snapshots import Overlay
from graph.remote.sparql_http import SparqlHttpStore
from graph.terms import NamedNode, Quad
from graph.views.reader import ViewReader

EX = "https://example.org/"
DATA, ADDED, REMOVED = (NamedNode(f"{EX}graph/{name}") for name in ("data", "added", "removed"))


@pytest.fixture
def view(store: SparqlHttpStore) -> ViewReader:
    """The edges a-p-b, a-q-b and b-p-c, of which the overlay adds the last."""
    a, b, c, p, q = (NamedNode(EX + name) for name in "abcpq")
    store.apply([Quad(a, p, b, DATA), Quad(a, q, b, DATA), Quad(b, p, c, ADDED)], ())
    return ViewReader(store, [DATA], [DATA], [Overlay(DATA, ADDED, REMOVED)])


@pytest.mark.parametrize(
    ("pattern", "solutions"),
    [
        # One pair by two branches, and by both directions.
        (":a (:p|:q) ?x", 2),
        ("?s (:p|:q) ?x", 3),
        ("?s !(:none|^:none) ?x", 6),
        # Equal solutions before what is DISTINCT.
        ("{ ?s :p ?y } UNION { ?s :p ?y } { SELECT DISTINCT ?s { ?s ?p ?o } }", 4),
        ("{ ?s :p ?y } UNION { ?s :p ?y } ?y :p* ?z", 6),
        ("{ SELECT ?s { ?s ?p ?o } } { SELECT DISTINCT ?k { ?k :p ?o } }", 6),
        ("{ ?s :p ?y } UNION { ?s :p ?y } ?y :p? ?z", 6),
    ],
)
def test_solutions_are_counted_as_sparql_says(
    view: ViewReader, pattern: str, solutions: int
) -> None:
    rows = view.select(f"PREFIX : <{EX}> SELECT * WHERE {{ {pattern} }}")

    assert len(rows) == solutions


def test_values_behind_a_query_bind_before_its_expressions(view: ViewReader) -> None:
    query = "SELECT (IF(bound(?x), 'bound', 'free') AS ?e) WHERE { ?s :p ?o } VALUES ?x { :a :b }"

    rows = view.select(f"PREFIX : <{EX}> {query}")

    assert [str(row[0]) for row in rows] == ['"bound"'] * 4


@pytest.mark.parametrize(
    ("values", "solutions"),
    [
        ("VALUES (?s ?o) { (:b UNDEF) }", 1),
        ("VALUES (?s ?o) { (:b UNDEF) (:a :b) (:none UNDEF) (UNDEF :c) }", 4),
        ("VALUES (?s ?o) { (UNDEF UNDEF) (undef UNDEF) }", 6),
        ("VALUES ?o { UNDEF :c }", 4),
        ("VALUES (?s ?o ?z) { (:b UNDEF -1.0) (:b UNDEF 'x'@en) (:b UNDEF true) }", 3),
        ("VALUES (?s ?o) { }", 0),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_a_filter_sees_what_is_bound_behind_a_row_that_leaves_it_out(
    view: ViewReader, values: str, solutions: int, last: bool
) -> None:
    pattern = "?s ?p ?o FILTER (isIRI(?o) && isIRI(?s))"
    text = f"{{ {pattern} }} {values}" if last else f"{{ {values} {pattern} }}"

    rows = view.select(f"PREFIX : <{EX}> SELECT * WHERE {text}")

    assert len(rows) == solutions


def test_values_behind_a_query_are_columns_of_a_star(view: ViewReader) -> None:
    rows = view.select(f"PREFIX : <{EX}> SELECT * {{ ?s :p ?o }} VALUES (?s ?z) {{ (:b UNDEF) }}")

    assert (sorted(rows.variables), len(rows)) == (["o", "s", "z"], 1)


def test_nothing_is_described_where_the_pattern_has_no_solution(view: ViewReader) -> None:
    described = view.construct(f"PREFIX : <{EX}> DESCRIBE ?x :a WHERE {{ ?x :p :none }}")

    assert described == []
    assert len(view.construct(f"PREFIX : <{EX}> DESCRIBE :b")) == 1
