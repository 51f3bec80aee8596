"""The SPARQL doors as known clients use them: SPARQLWrapper, and the stores of rdflib."""

from collections.abc import Iterator

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore
from SPARQLWrapper import CSV, GET, JSON, POST, POSTDIRECTLY, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from app.wiring import Owner
from tests.e2e.conftest import settings_for

pytestmark = pytest.mark.slow

TOKEN = "a-long-secret-of-the-tests"
ADDED = 'INSERT DATA { <urn:a> <urn:says> "first", "second" ; <urn:knows> <urn:b> }'
ROWS = "SELECT ?what WHERE { <urn:a> <urn:says> ?what } ORDER BY ?what"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    owner = Owner(settings_for(tmp_path_factory.mktemp("data"), token=TOKEN), port=0)
    owner.start()
    owner.services.projects.create("shop")
    url = f"{owner.url}/projects/shop/sparql"
    update = client(url, ADDED)
    update.setMethod(POST)
    update.query()
    yield url
    owner.stop()


def client(url: str, text: str) -> SPARQLWrapper:
    """Give a client with the token and the text."""
    made = SPARQLWrapper(url)
    made.addCustomHttpHeader("Authorization", f"Bearer {TOKEN}")
    made.setQuery(text)
    return made


@pytest.mark.parametrize("method", [GET, POST])
def test_rows_come_in_every_format_that_the_client_reads(endpoint: str, method: str) -> None:
    found = client(endpoint, ROWS)
    found.setMethod(method)
    found.setReturnFormat(JSON)
    rows = found.queryAndConvert()["results"]["bindings"]
    assert [row["what"]["value"] for row in rows] == ["first", "second"]
    found.setReturnFormat(CSV)
    assert found.queryAndConvert() == b"what\r\nfirst\r\nsecond\r\n"
    found.setReturnFormat(XML)
    values = found.queryAndConvert().getElementsByTagName("literal")
    assert [value.firstChild.data for value in values] == ["first", "second"]


def test_a_graph_and_a_yes_come_too(endpoint: str) -> None:
    graph = client(endpoint, "CONSTRUCT WHERE { <urn:a> <urn:knows> ?who }")
    graph.setReturnFormat(TURTLE)
    parsed = Graph().parse(data=graph.queryAndConvert(), format="turtle")
    asked = client(endpoint, "ASK { <urn:a> <urn:knows> <urn:b> }")
    asked.setReturnFormat(JSON)

    assert list(parsed.objects()) == [URIRef("urn:b")]
    assert asked.queryAndConvert()["boolean"] is True


@pytest.mark.parametrize("request_method", ["urlencoded", POSTDIRECTLY])
def test_an_update_is_taken_in_both_forms(endpoint: str, request_method: str) -> None:
    made = client(endpoint, f'INSERT DATA {{ <urn:form> <urn:was> "{request_method}" }}')
    made.setMethod(POST)
    made.setRequestMethod(request_method)
    made.query()
    asked = client(endpoint, f'ASK {{ <urn:form> <urn:was> "{request_method}" }}')
    asked.setReturnFormat(JSON)

    assert asked.queryAndConvert()["boolean"] is True


def test_a_wrong_query_is_the_clients_own_error_with_our_words(endpoint: str) -> None:
    with pytest.raises(QueryBadFormed, match="not valid"):
        client(endpoint, "SELECT nothing").query()


def test_rdflib_works_on_the_endpoint_as_on_a_graph(endpoint: str) -> None:
    store = SPARQLUpdateStore(endpoint, endpoint, headers={"Authorization": f"Bearer {TOKEN}"})
    graph = Graph(store, identifier=URIRef("http://mimir.local/p/shop/graph/data"))
    subject, predicate = URIRef("urn:rdflib"), URIRef("urn:is")
    graph.add((subject, predicate, URIRef("urn:here")))

    assert list(graph.objects(subject, predicate)) == [URIRef("urn:here")]
    graph.remove((subject, None, None))
    assert (subject, predicate, None) not in graph
