"""SPARQL 1.1 Protocol, Service Description, VoID and cross-origin calls, through HTTP."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from app.wiring import Owner
from tests.e2e.conftest import settings_for

SPARQL, UPDATE = "/projects/shop/sparql", "/projects/shop/update"
QUERY_TYPE, UPDATE_TYPE = "application/sparql-query", "application/sparql-update"
ROOT = "http://mimir.local/p/shop/"
PAGE = "https://pages.example"


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """An owner with one project."""
    folder = tmp_path_factory.mktemp("protocol")
    owner = Owner(settings_for(folder, cors_origins=PAGE), port=0)
    owner.start()
    with httpx.Client(base_url=owner.url, timeout=60) as client:
        client.post("/api/v1/projects", json={"name": "shop"}).raise_for_status()
        yield client
    owner.stop()


@pytest.fixture(autouse=True)
def emptied(http: httpx.Client) -> None:
    """Each test begins with no data."""
    assert update(http, "CLEAR ALL").status_code == 204


def update(http: httpx.Client, text: str, **more: dict[str, str]) -> httpx.Response:
    headers = {"Content-Type": UPDATE_TYPE, **more.get("headers", {})}
    return http.post(SPARQL, content=text, headers=headers, params=more.get("params", {}))


def rows(http: httpx.Client, query: str) -> list[list[str]]:
    answer = http.get(SPARQL, params={"query": query}, headers={"Accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    return [line.split(",") for line in answer.text.split("\r\n")[1:-1]]


def test_an_update_is_a_commit_that_the_next_query_sees(http: httpx.Client) -> None:
    before = http.get(SPARQL, params={"query": "ASK {}"}).headers["ETag"]

    answer = update(http, "INSERT DATA { <a> <says> 1 }")

    assert answer.status_code == 204
    assert int(answer.headers["ETag"].strip('"')) == int(before.strip('"')) + 1
    assert rows(http, "SELECT ?s ?o { ?s <says> ?o }") == [[f"{ROOT}a", "1"]]
    history = "SELECT ?author { GRAPH ?g { ?c a mimir:Commit ; mimir:author ?author } } LIMIT 1"
    prefix = "PREFIX mimir: <https://w3id.org/mimir-aip/ns#> "
    assert rows(http, prefix + history) == [["user"]]


def test_an_update_is_taken_directly_as_a_form_and_at_its_own_address(http: httpx.Client) -> None:
    answers = [
        http.post(SPARQL, data={"update": "INSERT DATA { <a> <p> 1 }"}),
        http.post(UPDATE, data={"update": "INSERT DATA { <a> <p> 2 }"}),
        http.post(
            UPDATE,
            content="INSERT DATA { <a> <p> 3 }",
            headers={"Content-Type": f"{UPDATE_TYPE}; charset=utf-8"},
        ),
    ]

    assert [answer.status_code for answer in answers] == [204, 204, 204]
    assert len(rows(http, "SELECT * { <a> <p> ?o }")) == 3


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ({"method": "GET", "params": {"update": "CLEAR ALL"}}, 400),
        ({"method": "POST", "data": {"update": "CLEAR ALL", "query": "ASK {}"}}, 400),
        ({"method": "POST", "data": {"update": ["CLEAR ALL", "CLEAR ALL"]}}, 400),
        ({"method": "GET", "params": {"query": ["ASK {}", "ASK {}"]}}, 400),
        ({"method": "POST", "data": {}}, 415),
        ({"method": "POST", "content": "ASK {}", "headers": {"Content-Type": "text/plain"}}, 415),
        ({"method": "POST", "content": "ASK {}"}, 415),
        (
            {
                "method": "POST",
                "content": "ASK {}".encode("utf-16"),
                "headers": {"Content-Type": f"{QUERY_TYPE}; charset=utf-16"},
            },
            415,
        ),
        ({"method": "POST", "content": b"\xff", "headers": {"Content-Type": QUERY_TYPE}}, 400),
        ({"method": "POST", "content": "CLEAR", "headers": {"Content-Type": UPDATE_TYPE}}, 400),
        ({"method": "PUT", "params": {"query": "ASK {}"}}, 405),
        ({"method": "GET", "params": {"query": "ASK {}", "default-graph-uri": "no iri"}}, 400),
        ({"method": "GET", "params": {"query": "SELECT (<f>(1) AS ?x) {}"}}, 400),
    ],
)
def test_what_breaks_the_protocol_is_a_problem(
    http: httpx.Client, call: dict[str, object], status: int
) -> None:
    answer = http.request(url=SPARQL, **call)  # type: ignore[arg-type]

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "graph",
    [
        "meta",
        "ontology",
        "shapes",
        "mapping",
        "inferred",
        "validation",
        "twin/a/added",
        "ontology/v1",
    ],
)
def test_graphs_of_the_platform_cannot_be_written(http: httpx.Client, graph: str) -> None:
    target = f"<{ROOT}graph/{graph}>"
    texts = [
        f"INSERT DATA {{ GRAPH {target} {{ <a> <p> 1 }} }}",
        f"CLEAR GRAPH {target}",
        f"INSERT DATA {{ <a> <p> 1 }} ; COPY DEFAULT TO {target}",
        f"INSERT {{ GRAPH ?g {{ <a> <p> 1 }} }} WHERE {{ BIND({target} AS ?g) }}",
    ]

    answers = [update(http, text) for text in texts]

    assert {answer.status_code for answer in answers} == {403}
    assert rows(http, "SELECT * { GRAPH ?g { <a> <p> 1 } }") == []


def test_clear_all_leaves_the_platforms_graphs(http: httpx.Client) -> None:
    update(http, "INSERT DATA { <a> <p> 1 . GRAPH <http://other.example/g> { <a> <p> 2 } }")

    update(http, "CLEAR ALL")

    counts = rows(http, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    assert [graph for graph, _ in counts] == [f"{ROOT}graph/meta"]


def test_graph_variables_meet_the_users_graphs_and_names_meet_all(http: httpx.Client) -> None:
    update(http, "INSERT DATA { <a> <p> 1 . GRAPH <http://other.example/g> { <b> <p> 2 } }")
    every = "INSERT { ?s <seen> ?g } WHERE { GRAPH ?g { ?s <p> ?o } }"
    named = f"INSERT {{ ?s <named> 1 }} WHERE {{ GRAPH <{ROOT}graph/data> {{ ?s <p> ?o }} }}"

    assert [update(http, text).status_code for text in (every, named)] == [204, 204]

    assert rows(http, "SELECT ?s ?g { ?s <seen> ?g }") == [[f"{ROOT}b", "http://other.example/g"]]
    assert rows(http, "SELECT ?s { ?s <named> 1 }") == [[f"{ROOT}a"]]


def test_the_protocol_may_name_the_dataset_of_an_update(http: httpx.Client) -> None:
    graph = "http://other.example/g"
    update(http, f"INSERT DATA {{ <a> <p> 1 . GRAPH <{graph}> {{ <b> <p> 2 }} }}")
    text = "INSERT { ?s <seen> true } WHERE { ?s <p> ?o }"

    answer = update(http, text, params={"using-graph-uri": graph})
    twice = update(http, f"WITH <{graph}> {text}", params={"using-graph-uri": graph})

    assert (answer.status_code, twice.status_code) == (204, 400)
    assert rows(http, "SELECT ?s { ?s <seen> true }") == [[f"{ROOT}b"]]


def test_a_condition_that_does_not_hold_changes_nothing(http: httpx.Client) -> None:
    tag = update(http, "INSERT DATA { <a> <p> 1 }").headers["ETag"]

    first = update(http, "INSERT DATA { <a> <p> 2 }", headers={"If-Match": tag})
    second = update(http, "INSERT DATA { <a> <p> 3 }", headers={"If-Match": tag})

    assert (first.status_code, second.status_code) == (204, 412)
    assert rows(http, "SELECT ?o { <a> <p> ?o } ORDER BY ?o") == [["1"], ["2"]]


def test_updates_at_the_same_time_lose_nothing(http: httpx.Client) -> None:
    update(http, "INSERT DATA { <counter> <is> 0 }")
    text = (
        "DELETE { <counter> <is> ?n } INSERT { <counter> <is> ?next } "
        "WHERE { <counter> <is> ?n BIND(?n + 1 AS ?next) }"
    )

    with ThreadPoolExecutor(4) as threads:
        statuses = [
            answer.status_code for answer in threads.map(lambda _: update(http, text), range(12))
        ]

    assert set(statuses) <= {204, 409}
    assert rows(http, "SELECT ?n { <counter> <is> ?n }") == [[str(statuses.count(204))]]


def test_an_update_of_a_twin_shows_in_the_twin_alone(http: httpx.Client) -> None:
    update(http, "INSERT DATA { <a> <p> 1 }")
    http.post("/api/v1/projects/shop/twins", json={"id": "what-if"}).raise_for_status()
    twin = "/projects/shop/twins/what-if/sparql"
    text = f"DELETE {{ ?s ?p 1 }} INSERT {{ ?s ?p 2 }} WHERE {{ ?s ?p 1 FILTER(?p = <{ROOT}p>) }}"

    answer = http.post(twin, content=text, headers={"Content-Type": UPDATE_TYPE})

    assert answer.status_code == 204, answer.text
    assert rows(http, f"SELECT ?o {{ ?s <{ROOT}p> ?o }}") == [["1"]]
    seen = http.get(twin, params={"query": f"ASK {{ ?s <{ROOT}p> 2 }}"})
    assert seen.json()["boolean"] is True


@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        ("ASK {}", "text/csv;q=0.2, application/sparql-results+xml;q=0.3", "xml"),
        ("ASK {}", "application/*;q=0.1, text/csv", "csv"),
        ("ASK {}", "*/*, application/sparql-results+json;q=0, application/json;q=0", "xml"),
        ("ASK {}", "text/turtle, text/tab-separated-values", "tab-separated-values"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "text/turtle;q=0.4, application/n-quads;q=0.5", "n-quads"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv, application/*;q=0.3", "n-triples"),
        ("ASK {}", "text/turtle", None),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv", None),
        ("ASK {}", "text/csv;q=0", None),
    ],
)
def test_the_quality_of_each_media_type_counts(
    http: httpx.Client, query: str, accept: str, media: str | None
) -> None:
    answer = http.get(SPARQL, params={"query": query}, headers={"Accept": accept})

    if media is None:
        assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")
    else:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].endswith(media)


@pytest.mark.parametrize("media", ["json", "xml", "csv", "tsv"])
def test_blank_nodes_look_like_blank_nodes_in_every_format(http: httpx.Client, media: str) -> None:
    text = f"{ROOT}.well-known/genid/x"
    update(http, f'INSERT DATA {{ <a> <has> [ <says> "see <{text}> here" ] }}')
    accept = {
        "json": "application/sparql-results+json",
        "xml": "application/sparql-results+xml",
        "csv": "text/csv",
        "tsv": "text/tab-separated-values",
    }[media]
    query = "SELECT ?node ?text { <a> <has> ?node . ?node <says> ?text }"

    answer = http.get(SPARQL, params={"query": query}, headers={"Accept": accept}).text

    assert f"{ROOT}.well-known/genid/b" not in answer
    assert "here" in answer
    assert answer.count(f"{ROOT}.well-known/genid/x") == 1
    mark = {"json": '"type":"bnode"', "xml": "<bnode>", "csv": "_:", "tsv": "_:"}[media]
    assert answer.count(mark) == 1


def test_the_label_of_a_blank_node_leads_back_to_it(http: httpx.Client) -> None:
    update(http, "INSERT DATA { <a> <has> [ <says> 1 ] }")
    [[label]] = rows(http, "SELECT ?node { <a> <has> ?node }")
    iri = f"<{ROOT}.well-known/genid/{label.removeprefix('_:')}>"

    assert rows(http, f"SELECT ?o {{ {iri} <says> ?o }}") == [["1"]]


def test_without_a_query_the_endpoint_describes_itself(http: httpx.Client) -> None:
    url = f"{http.base_url}{SPARQL}"

    for media in ("text/turtle", "application/rdf+xml", "application/ld+json"):
        answer = http.get(SPARQL, headers={"Accept": media})
        assert answer.headers["Content-Type"] == media
        assert url in answer.text
        assert "SPARQL11Update" in answer.text
    assert http.get(SPARQL, headers={"Accept": "image/png"}).status_code == 406


def test_void_counts_what_the_project_holds_and_follows_it(http: httpx.Client) -> None:
    update(http, "INSERT DATA { <a> a <Thing> ; <p> 1 . <b> a <Thing> }")
    place, json_ld = "/projects/shop/void", {"Accept": "application/ld+json"}

    first = http.get(place, headers=json_ld)
    update(http, "INSERT DATA { <c> a <Thing> }")
    second = http.get(place, headers=json_ld)

    assert [_triples(answer) for answer in (first, second)] == ["3", "4"]
    assert f"{ROOT}Thing" in first.text
    assert place in http.get("/.well-known/void").text


def _triples(answer: httpx.Response) -> str:
    void = "http://rdfs.org/ns/void#"
    (dataset,) = (node for node in json.loads(answer.text) if node["@id"].endswith("/void#dataset"))
    return str(dataset[f"{void}triples"][0]["@value"])


def test_pages_of_an_allowed_origin_may_call_and_others_may_not(http: httpx.Client) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
    before = http.options(SPARQL, headers=asked)
    allowed = http.get(SPARQL, params={"query": "ASK {}"}, headers={"Origin": PAGE})
    other = {"Origin": "https://evil.example"}
    refused = http.get(SPARQL, params={"query": "ASK {}"}, headers=other)

    assert before.headers["Access-Control-Allow-Origin"] == PAGE
    assert "POST" in before.headers["Access-Control-Allow-Methods"]
    assert allowed.headers["Access-Control-Allow-Origin"] == PAGE
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert "Access-Control-Allow-Origin" not in http.options(SPARQL, headers=other).headers
    page = {"Origin": PAGE}
    assert http.post("/api/v1/projects", json={"name": "x"}, headers=page).status_code == 403


def test_head_gives_the_length_and_no_body(http: httpx.Client) -> None:
    head = http.head(SPARQL, params={"query": "ASK {}"})

    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) > 0
