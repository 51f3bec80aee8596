"""Answers over HTTP are what the engine itself gives, whole, and of the newest commit."""

import json
import xml.dom.minidom
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
    serialize,
)

from app.wiring import Owner
from graph.terms import BlankNode, Literal, NamedNode, Quad
from tests.conformance.answers import Solutions, canonical, same_solutions, solutions
from tests.e2e.conftest import settings_for

SPARQL, GRAPHS = "/projects/shop/sparql", "/projects/shop/graph-store"
DATA = NamedNode("http://mimir.local/p/shop/graph/data")
XSD = "http://www.w3.org/2001/XMLSchema#"
FORMATS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
RDF = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
}
ODD = [
    "",
    " a ",
    "a\tb",
    "a\rb",
    "a\nb",
    "a\r\nb",
    '"q"',
    "\\",
    "<&]]>",
    "é\u2028",
    "\U0001f600",
    "_:b",
]

nodes = st.sampled_from(
    [NamedNode(f"urn:n{n}") for n in range(4)] + [BlankNode("x"), BlankNode("y")]
)
texts = st.one_of(
    st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]))
)
literals = st.one_of(
    texts.map(Literal),
    texts.map(lambda text: Literal(text, language="en")),
    texts.map(lambda text: Literal(text, datatype=NamedNode("urn:type"))),
    st.integers(-(10**6), 10**6).map(Literal),
    st.sampled_from(["01", "1.50", "1e3", "NaN", "x"]).map(
        lambda text: Literal(text, datatype=NamedNode(f"{XSD}double"))
    ),
    st.sampled_from(["2024-02-30", "2024-02-29Z", "-0001-01-01"]).map(
        lambda text: Literal(text, datatype=NamedNode(f"{XSD}date"))
    ),
    st.booleans().map(Literal),
)
predicates = st.sampled_from([NamedNode("urn:p"), NamedNode("urn:q")])
facts = st.lists(st.builds(Quad, nodes, predicates, st.one_of(nodes, literals)), max_size=12)

patterns = st.sampled_from(
    [
        "?s ?p ?o",
        "?s <urn:p> ?o",
        "?s <urn:p>/<urn:q> ?o",
        "?s (<urn:p>|<urn:q>)+ ?o",
        "?s <urn:p> ?o OPTIONAL { ?o ?p ?x }",
        "?s ?p ?o FILTER (isLiteral(?o) && !isBlank(?s))",
        "?s ?p ?o FILTER (isIRI(?o) || LANG(?o) = 'en')",
        "?s ?p ?o MINUS { ?o ?p ?s }",
        "{ ?s <urn:p> ?o } UNION { ?s <urn:q> ?o }",
        "?s ?p ?o FILTER NOT EXISTS { ?o <urn:q> ?any }",
        "?s ?p ?o BIND (STRLEN(STR(?o)) AS ?x) FILTER (!isBlank(?o))",
        "VALUES ?s { <urn:n0> <urn:n1> UNDEF } ?s ?p ?o",
    ]
)
heads = st.sampled_from(
    [
        "SELECT *",
        "SELECT DISTINCT ?s ?o",
        "SELECT (COUNT(?o) AS ?n)",
        "ASK",
        "CONSTRUCT { ?s ?p ?o . ?s <urn:made> _:new }",
        "SELECT ?s (COUNT(DISTINCT ?p) AS ?k) (COUNT(*) AS ?n)",
    ]
)


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """An owner with one project."""
    owner = Owner(settings_for(tmp_path_factory.mktemp("answers")), port=0)
    owner.start()
    with httpx.Client(base_url=owner.url, timeout=60) as client:
        client.post("/api/v1/projects", json={"name": "shop"}).raise_for_status()
        yield client
    owner.stop()


def asked(http: httpx.Client, text: str, accept: str) -> httpx.Response:
    headers = {"Content-Type": "application/sparql-query", "Accept": accept}
    answer = http.post(SPARQL, content=text.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] in accept
    return answer


def table(found: QuerySolutions) -> Solutions:
    names = [variable.value for variable in found.variables]
    return solutions([dict(zip(names, row, strict=True)) for row in found], names)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(facts, heads, patterns)
def test_the_doors_give_what_the_engine_gives(
    http: httpx.Client, quads: list[Quad], head: str, pattern: str
) -> None:
    body = serialize(quads, format=RdfFormat.N_QUADS)
    kept = http.put(GRAPHS, content=body, headers={"Content-Type": "application/n-quads"})
    assert kept.status_code in (201, 204), kept.text
    engine = Store()
    engine.extend(quads)
    grouped = " GROUP BY ?s" if "?k" in head else ""
    text = "".join((head, " WHERE { ", pattern, " }", grouped))

    for accept, rdf in zip(FORMATS, RDF.items(), strict=False):
        direct = engine.query(text)
        answer = asked(http, text, f"{accept}, {rdf[0]}")
        if isinstance(direct, QueryTriples):
            right = canonical([Quad(*triple) for triple in direct])
            assert canonical(list(parse(answer.content, rdf[1]))) == right
            continue
        if isinstance(direct, QueryBoolean) and accept.startswith("text"):
            assert answer.text == str(bool(direct)).lower()
            continue
        given_ = parse_query_results(answer.content, FORMATS[accept])
        if isinstance(direct, QueryBoolean):
            assert bool(given_) is bool(direct)
        else:
            assert isinstance(given_, QuerySolutions)
            assert isinstance(direct, QuerySolutions)
            assert same_solutions(table(direct), table(given_))


def test_odd_characters_survive_every_format(http: httpx.Client) -> None:
    quads = [Quad(NamedNode(f"urn:{n}"), NamedNode("urn:p"), Literal(t)) for n, t in enumerate(ODD)]
    body = serialize(quads, format=RdfFormat.N_QUADS)
    http.put(GRAPHS, content=body, headers={"Content-Type": "application/n-quads"})

    for accept, form in FORMATS.items():
        found = parse_query_results(asked(http, "SELECT ?o { ?s ?p ?o }", accept).content, form)
        assert isinstance(found, QuerySolutions)
        assert Counter(row[0].value for row in found) == Counter(ODD)
    plain = asked(http, "SELECT ?o { ?s ?p ?o }", "application/sparql-results+xml").content
    read = xml.dom.minidom.parseString(plain).getElementsByTagName("literal")  # noqa: S318 - ours
    assert Counter(e.firstChild.data if e.firstChild else "" for e in read) == Counter(ODD)
    for accept, rdf in RDF.items():
        graph = asked(http, "CONSTRUCT WHERE { ?s ?p ?o }", accept)
        assert Counter(q.object.value for q in parse(graph.content, rdf)) == Counter(ODD)  # type: ignore[union-attr]


@pytest.mark.parametrize("path", [SPARQL, f"{GRAPHS}?default"])
def test_what_xml_cannot_hold_is_refused_in_xml_alone(http: httpx.Client, path: str) -> None:
    http.post(SPARQL, data={"update": "CLEAR ALL ; INSERT DATA { <urn:a> <urn:p> '\\u0001' }"})
    query = {"query": "CONSTRUCT WHERE { ?s ?p ?o }"} if path == SPARQL else None

    for media in ("application/rdf+xml", "text/turtle", "application/ld+json"):
        answer = http.get(path, params=query, headers={"Accept": media})
        assert answer.status_code == (406 if media.endswith("xml") else 200)
    select = {"query": "SELECT * { ?s ?p ?o }"}
    for media in ("application/sparql-results+xml", "application/sparql-results+json"):
        answer = http.get(SPARQL, params=select, headers={"Accept": media})
        assert answer.status_code == (406 if media.endswith("xml") else 200)


def test_the_exact_text_of_an_upload_is_given_back(http: httpx.Client) -> None:
    texts = [b"id,size\n001,1.50\n002,+2\n", b"id,size\r\n001,01\r\n"]
    for text in texts:
        files = {"files": ("sizes.csv", text, "text/csv")}
        http.post("/api/v1/projects/shop/files", files=files).raise_for_status()
    select = "SELECT ?h { GRAPH ?g { ?s <https://w3id.org/mimir-aip/ns#sha256> ?h } }"

    digests = [line for line in asked(http, select, "text/csv").text.split("\r\n")[1:-1] if line]
    given_ = [http.get(f"/api/v1/projects/shop/files/{digest}").content for digest in digests]

    assert set(texts) <= set(given_)
    assert http.get(f"/api/v1/projects/shop/files/{'0' * 64}").status_code == 404


def test_triple_terms_are_refused_with_a_reason(http: httpx.Client) -> None:
    for text in (
        "INSERT DATA { <urn:a> <urn:b> <<( <urn:a> <urn:b> 1 )>> }",
        "INSERT DATA { <urn:a> <urn:b> 1 {| <urn:c> <urn:d> |} }",
        "INSERT { <urn:a> <urn:b> ?t } WHERE { BIND (TRIPLE(<urn:a>, <urn:b>, 2) AS ?t) }",
    ):
        answer = http.post(SPARQL, data={"update": text})
        assert (answer.status_code, "Triple terms" in answer.text) == (400, True)


def test_each_caller_reads_its_own_writes_while_others_write(http: httpx.Client) -> None:
    def write_and_read(caller: int) -> list[bool]:
        seen = []
        with httpx.Client(base_url=http.base_url, timeout=60) as own:
            for number in range(12):
                node = f"<urn:c{caller}:{number}>"
                text = f"INSERT DATA {{ {node} <urn:written> {number} }}"
                written = own.post(SPARQL, data={"update": text})
                assert written.status_code == 204, written.text
                read = own.get(SPARQL, params={"query": f"ASK {{ {node} <urn:written> {number} }}"})
                newer = int(read.headers["ETag"][1:-1]) >= int(written.headers["ETag"][1:-1])
                seen.append(json.loads(read.content)["boolean"] and newer)
        return seen

    with ThreadPoolExecutor(5) as threads:
        assert all(all(seen) for seen in threads.map(write_and_read, range(5)))


def test_an_answer_that_is_cut_does_not_look_complete(http: httpx.Client) -> None:
    rows = " ".join(str(number) for number in range(900))
    text = f"SELECT * {{ VALUES ?a {{ {rows} }} VALUES ?b {{ {rows} }} }}"
    headers = {"Content-Type": "application/sparql-query"}
    with http.stream("POST", SPARQL, content=text, headers=headers) as answer:
        assert answer.status_code == 200
        assert "Transfer-Encoding" not in answer.headers
        length = int(answer.headers["Content-Length"])
        first = next(answer.iter_raw(1 << 16))
        assert len(first) < length
    with http.stream("POST", SPARQL, content=text, headers=headers) as answer:
        assert sum(len(part) for part in answer.iter_raw()) == length
