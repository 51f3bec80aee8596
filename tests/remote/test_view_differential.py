"""Views by rewriting give the answers of a clone to which the overlays were applied.

Other cases: `DIFFERENTIAL_SEED=7 DIFFERENTIAL_CASES=1000 pytest tests/remote`.
"""

import os
from collections.abc import Sequence
from random import Random

import pytest

from graph.oxigraph import OxigraphStore
from graph.remote.sparql_http import SparqlHttpStore
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.syntax.tokens import query_form
from graph.views.reader import ViewReader
from tests.remote.random_data import DEFAULT, NAMED, Data
from tests.remote.random_queries import random_case

CASES = int(os.environ.get("DIFFERENTIAL_CASES", "0"))
SEED = int(os.environ.get("DIFFERENTIAL_SEED", "0"))
Answer = tuple[Sequence[str], list[tuple[str, ...]]] | bool | list[str]


def numbers(usual: int) -> pytest.MarkDecorator:
    """Give the cases that a test tries, each with four queries: the same ones for the same seed."""
    drawn = Random(SEED)  # noqa: S311 - data, no secret
    cases = [drawn.getrandbits(64) for _ in range(CASES or usual)]
    return pytest.mark.parametrize("number", cases)


def answer(reader: GraphReader, query: str) -> Answer:
    """What a reader answers, in an order of its own: solutions as a bag, triples as a set."""
    form = query_form(query)
    if form == "ASK":
        return reader.ask(query)
    if form != "SELECT":
        return sorted({str(triple) for triple in reader.construct(query)})
    rows = reader.select(query)
    columns = sorted(range(len(rows.variables)), key=rows.variables.__getitem__)
    names = [rows.variables[column] for column in columns]
    return names, sorted(tuple(str(row[column]) for column in columns) for row in rows)


def applied(data: Data) -> OxigraphStore:
    """An embedded store that holds what the overlays show."""
    store = OxigraphStore()
    store.apply((*data.base, *data.quads), ())
    for overlay in data.overlays:
        terms = {"target": overlay.target, "added": overlay.added, "removed": overlay.removed}
        store.update(bind(load_query("graph", "apply_overlay"), **terms))
    return store


def compare(store: OxigraphStore | SparqlHttpStore, number: int) -> None:
    """Ask one case of a view of `store`, which is empty, and of a clone."""
    case = random_case(Random(number))  # noqa: S311 - data, no secret
    data = case.data
    store.apply((*data.base, *data.quads), ())
    clone = applied(data).reader(DEFAULT, NAMED)
    view = ViewReader(store, DEFAULT, NAMED, data.overlays)
    for query in case.queries:
        assert answer(view, query) == answer(clone, query), query
    # What recursive paths needed is gone.
    assert {quad.graph_name for quad in (*data.base, *data.quads)} >= set(store.graphs())


@numbers(150)
def test_a_view_of_an_embedded_store_equals_a_clone(number: int) -> None:
    compare(OxigraphStore(), number)


@numbers(30)
def test_a_view_of_oxigraph_serve_equals_an_embedded_clone(
    oxigraph_server: str, number: int
) -> None:
    server = oxigraph_server
    store = SparqlHttpStore(f"{server}/query", f"{server}/update", f"{server}/store")
    store.update("DROP ALL")
    compare(store, number)


@pytest.mark.fuseki
@numbers(30)
def test_a_view_of_fuseki_equals_an_embedded_clone(fuseki_server: str, number: int) -> None:
    server = fuseki_server
    store = SparqlHttpStore(f"{server}/query", f"{server}/update", f"{server}/data")
    store.update("DROP ALL")
    compare(store, number)
