"""Counts of one triple pattern through a view are made of the store's own counts, and are exact."""

from random import Random

import pytest

from graph.dataset.snapshots import Overlay
from graph.oxigraph import OxigraphStore
from graph.terms import NamedNode
from graph.views.layers import View
from graph.views.reader import ViewReader
from graph.views.rewriting import rewrite
from tests.remote.random_data import BASE, DATA, DEFAULT, NAMED, random_data
from tests.remote.random_questions import Asker
from tests.remote.test_view_differential import answer, applied, numbers

TWIN = Overlay(DATA, NamedNode(f"{BASE}added"), NamedNode(f"{BASE}removed"))
PATTERNS = (
    "?s ?p ?o",
    "?s :p0 ?o",
    "?s a :C1",
    ":n1 ?p ?o",
    "?s ?p ?s",
    "?s ?p []",
    "?s :p1 2",
    ":n0 :p1 ?o .",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_count_of_one_pattern_looks_no_triple_up_in_the_overlays(pattern: str) -> None:
    view = View(DEFAULT, NAMED, (TWIN,))

    text = rewrite(f"PREFIX : <{BASE}> SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}", view).text

    assert "NOT EXISTS" not in text
    assert text.count("COUNT(*)") > 2


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(DISTINCT *) AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(?none) AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER (?o > 1) }",
        "SELECT (COUNT(*) AS ?n) (MAX(?o) AS ?m) { ?s ?p ?o }",
        "SELECT (COUNT(*) + 1 AS ?n) { ?s ?p ?o }",
        "SELECT ?none (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?none",
        "SELECT ?k (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY (STR(?p) AS ?k)",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } VALUES ?p { :p0 }",
        "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p HAVING (COUNT(*) > 2)",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?o ?q ?r }",
        "SELECT (COUNT(*) AS ?n) { ?s :p0|:p1 ?o }",
        "SELECT (COUNT(*) AS ?n) { :n0 :p1 2 }",
        "ASK { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } FILTER (?n > 30) }",
    ],
)
@pytest.mark.parametrize("number", range(3))
def test_what_is_not_such_a_count_has_its_answer_all_the_same(query: str, number: int) -> None:
    check(number, f"PREFIX : <{BASE}> {query}")


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("number", range(6))
def test_such_a_count_is_that_of_a_clone(pattern: str, number: int) -> None:
    begin = f"PREFIX : <{BASE}> SELECT"

    check(number, f"{begin} (COUNT(*) AS ?n) {{ {pattern} }}")
    check(number, f"{begin} (COUNT(*) AS ?n) {{ GRAPH {DATA} {{ {pattern} }} }}")
    check(number, f"{begin} ?n {{ {{ SELECT (COUNT(*) AS ?n) {{ {pattern} }} }} }}")
    for key in ("?s", "?p", "?o"):
        if key in pattern:
            counted = f"(COUNT({key}) AS ?n) {{ {pattern} }} GROUP BY {key}"
            check(number, f"{begin} {key} {counted} ORDER BY DESC(?n) {key}")


@numbers(60)
def test_random_counts_are_those_of_a_clone(number: int) -> None:
    random = Random(number)  # noqa: S311 - data, no secret
    asker = Asker(random)
    check(
        number,
        f"PREFIX : <{BASE}> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> {asker.counted(1)}",
    )


def check(number: int, query: str) -> None:
    """Compare a view of random data with a clone."""
    data = random_data(Random(number))  # noqa: S311 - data, no secret
    store = OxigraphStore()
    store.apply((*data.base, *data.quads), ())

    view = ViewReader(store, DEFAULT, NAMED, data.overlays)

    assert answer(view, query) == answer(applied(data).reader(DEFAULT, NAMED), query)
