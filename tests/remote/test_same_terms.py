"""Constants of a query, values of an answer and blank nodes are the same on every store."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from graph.changes import ChangeSet
from graph.dataset.snapshots import Overlay
from graph.errors import BadQuery
from graph.oxigraph import OxigraphStore
from graph.readers.pool import Limits, Query, ReaderPool
from graph.remote.dataset import RemoteDataset
from graph.remote.queries import query_remotely
from graph.remote.sparql_http import SparqlHttpStore
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import RDF, XSD
from tests.remote.random_data import BASE, DATA, DEFAULT, NAMED, SKOLEM, Data
from tests.remote.test_same_answers import NAMES, Pair
from tests.remote.test_view_differential import applied

TWIN = Overlay(DATA, NamedNode(f"{BASE}twin/added"), NamedNode(f"{BASE}twin/removed"))
NUMBERS = [
    ("5", "int"),
    ("1", "decimal"),
    ("2.50", "decimal"),
    ("-7", "decimal"),
    ("1.5", "double"),
    ("1e21", "double"),
    ("0.25", "float"),
    ("PT36H", "dayTimeDuration"),
    ("2024-01-02T24:00:00", "dateTime"),
    ("2024-01-02T03:04:05.10Z", "dateTime"),
]
LIST_LENGTH = 40


def node(name: str) -> NamedNode:
    """A node with a name, or a blank one where it begins with an underscore."""
    return NamedNode(f"{SKOLEM}{name[1:]}" if name.startswith("_") else f"{BASE}{name}")


def data() -> Data:
    """Numbers, blank nodes that lead to blank nodes, a long list, and a twin that changes them."""
    p, items = NamedNode(f"{BASE}p"), NamedNode(f"{BASE}items")
    quads = [
        Quad(node(f"n{number}"), p, Literal(value, datatype=getattr(XSD, kind)), DATA)
        for number, (value, kind) in enumerate(NUMBERS)
    ]
    quads += [Quad(node("a"), p, node("_b"), DATA), Quad(node("_b"), p, node("_c"), DATA)]
    quads += [Quad(node("_c"), p, Literal("deep"), DATA), Quad(node("_c"), p, node("_b"), DATA)]
    quads.append(Quad(node("a"), items, node("_l0"), DATA))
    for number in range(LIST_LENGTH):
        last = number == LIST_LENGTH - 1
        rest = RDF.nil if last else node(f"_l{number + 1}")
        quads.append(Quad(node(f"_l{number}"), RDF.first, Literal(number), DATA))
        quads.append(Quad(node(f"_l{number}"), RDF.rest, rest, DATA))
    changed = (
        Quad(node("_c"), p, node("_d"), TWIN.added),
        Quad(node("_d"), p, Literal("2.0", datatype=XSD.decimal), TWIN.added),
        Quad(node("_c"), p, Literal("deep"), TWIN.removed),
        Quad(node("_l7"), RDF.first, Literal(7), TWIN.removed),
        Quad(node("n0"), p, Literal("5", datatype=XSD.int), TWIN.removed),
    )
    return Data(tuple(quads), (TWIN,), changed)


@pytest.fixture(scope="module")
def two(services: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """A remote project that holds the data, in a folder with the two embedded states beside it."""
    store, folder = SparqlHttpStore(*services), tmp_path_factory.mktemp("terms")
    store.update("DROP ALL")
    with (
        closing(ReaderPool(2, Limits(), folder / "spool")) as pool,
        closing(RemoteDataset(folder / "shop", NAMES, store)) as remote,
    ):
        held = data()
        remote.commit(ChangeSet((*held.base, *held.quads)))
        for name, content in (("plain", Data(held.base, (), held.quads)), ("twin", held)):
            clone = OxigraphStore(folder / name)
            clone.apply(applied(content).engine, ())
            clone.close()
        yield Pair(remote, pool, folder)


def constants() -> list[str]:
    """Queries that name each number in each place where it can stand."""
    found = []
    for value, kind in NUMBERS:
        one = f'"{value}"^^xsd:{kind}'
        found += [
            f"SELECT ?s {{ ?s :p {one} }}",
            f"SELECT * {{ VALUES ?o {{ {one} }} ?s :p ?o }}",
            f"SELECT ?s {{ ?s :p ?o FILTER (sameTerm(?o, {one})) }}",
            f"SELECT ?s {{ ?s :p ?o FILTER (?o IN ({one}, 'x')) }}",
        ]
    return found


@pytest.mark.parametrize("twin", [False, True])
@pytest.mark.parametrize(
    "query",
    [
        *constants(),
        "SELECT ?s { ?s :p 2.500 }",
        "SELECT ?s { ?s :p 1.0 }",
        "SELECT ?s { ?s :p -7.0, +7.0 }",
        "SELECT ?s { ?s :p ?o FILTER (?o -1.0 = 1.50 && 3.0 - 1.0 > 1.0) }",
        "SELECT * { ?z :p ?o . ?z ?b ?a }",
        "SELECT * { { ?b :p 5 } UNION { ?a :p ?c } }",
        "SELECT ?s $p ?o { ?s $p ?o }",
        "CONSTRUCT WHERE { ?s :p ?o }",
        "SELECT (SUM(?o) AS ?x) (AVG(?o) AS ?y) { ?l rdf:first ?o }",
        "SELECT (1/3 AS ?x) (-2/3 AS ?y) (10/2 AS ?z) (1.0*2 AS ?u) (1e3 AS ?v) {}",
        'SELECT (MONTH("2024-01-02T03:04:05Z"^^xsd:dateTime) AS ?m) (xsd:integer(-0.5) AS ?i) {}',
        "DESCRIBE :a",
        "DESCRIBE ?x { ?x :items ?l }",
        "DESCRIBE :a FROM <https://example.org/graph/data>",
        "DESCRIBE :a FROM <https://example.org/graph/extra>",
        # A store would call these, and load a class of this name.
        "SELECT ?y { ?x <http://jena.apache.org/ARQ/list#member> ?y }",
        "SELECT ?y { :a <http://jena.apache.org/ARQ/property#str> ?y }",
        "SELECT ?y { ?y <java:org.apache.jena.sparql.pfunction.library.blankNode> 1 }",
        "SELECT ?y { ?x <http://www.w3.org/2000/01/rdf-schema#member>+ ?y }",
    ],
)
def test_a_query_has_the_answer_of_the_embedded_engine(two: Pair, query: str, twin: bool) -> None:
    names = "PREFIX : <https://example.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
    text = names + f"PREFIX rdf: <{RDF.type.value.removesuffix('type')}> " + query

    embedded, remote = two.asked(
        text, two.folder / ("twin" if twin else "plain"), TWIN if twin else None
    )

    assert remote == embedded
    assert not list((two.folder / "spool").iterdir())


def test_a_function_that_nobody_defined_is_never_sent_to_the_store(two: Pair) -> None:
    query = "SELECT (<java:org.apache.jena.sparql.function.library.localname>(<urn:a>) AS ?x) {}"

    with (
        pytest.raises(BadQuery, match="function"),
        query_remotely(two.pool, two.remote, Query(query, DEFAULT, NAMED)),
    ):
        pass
