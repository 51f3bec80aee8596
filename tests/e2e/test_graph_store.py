"""SPARQL 1.1 Graph Store Protocol through HTTP: graphs and datasets as resources."""

from collections.abc import Iterator

import httpx
import pytest

from app.wiring import Owner
from tests.e2e.conftest import settings_for

STORE, SPARQL = "/projects/shop/graph-store", "/projects/shop/sparql"
TURTLE, QUADS, TRIPLES = "text/turtle", "application/n-quads", "application/n-triples"
ROOT = "http://mimir.local/p/shop/"
OTHER = {"graph": "http://other.example/g"}


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """An owner with one project."""
    owner = Owner(settings_for(tmp_path_factory.mktemp("graphs")), port=0)
    owner.start()
    with httpx.Client(base_url=owner.url, timeout=60) as client:
        client.post("/api/v1/projects", json={"name": "shop"}).raise_for_status()
        yield client
    owner.stop()


@pytest.fixture(autouse=True)
def emptied(http: httpx.Client) -> None:
    """Each test begins with no data."""
    assert put(http, "", QUADS).status_code == 204


def put(http: httpx.Client, body: str, media: str = TURTLE, **params: str) -> httpx.Response:
    return http.put(STORE, params=params, content=body, headers={"Content-Type": media})


def lines(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return sorted(answer.text.splitlines())


def triples(http: httpx.Client, **params: str) -> list[str]:
    return lines(http.get(STORE, params=params, headers={"Accept": TRIPLES}))


def quads(http: httpx.Client) -> list[str]:
    return lines(http.get(STORE, headers={"Accept": QUADS}))


def test_put_makes_and_replaces_a_graph_and_delete_removes_it(http: httpx.Client) -> None:
    first = put(http, "<urn:a> <urn:p> 1 .", **OTHER)
    second = put(http, "<urn:a> <urn:p> 2 .", **OTHER)
    held = triples(http, **OTHER)
    gone = [http.delete(STORE, params=OTHER).status_code for _ in range(2)]

    assert (first.status_code, second.status_code) == (201, 204)
    assert first.headers["ETag"] != second.headers["ETag"]
    assert [line.split()[2] for line in held] == ['"2"^^<http://www.w3.org/2001/XMLSchema#integer>']
    assert gone == [204, 404]
    assert http.get(STORE, params=OTHER).status_code == 404
    assert http.head(STORE, params=OTHER).status_code == 404


def test_post_adds_and_posting_again_changes_nothing(http: httpx.Client) -> None:
    body, headers = "<urn:a> <urn:p> [ <urn:q> 1 ] .", {"Content-Type": TURTLE}
    put(http, "<urn:a> <urn:p> 0 .", **OTHER)

    tags = [
        http.post(STORE, params=OTHER, content=body, headers=headers).headers["ETag"]
        for _ in range(2)
    ]

    assert tags[0] == tags[1]
    assert len(triples(http, **OTHER)) == 3


def test_the_default_graph_is_the_data_that_queries_see(http: httpx.Client) -> None:
    answer = http.put(f"{STORE}?default", content="<a> <p> 1 .", headers={"Content-Type": TURTLE})

    seen = http.get(SPARQL, params={"query": "ASK { <a> <p> 1 }"}).json()["boolean"]

    assert answer.status_code in (201, 204)
    assert seen is True
    assert http.get(f"{STORE}?default", headers={"Accept": TRIPLES}).text.startswith(f"<{ROOT}a>")


def test_a_graph_below_the_endpoint_has_the_users_part_of_the_project(http: httpx.Client) -> None:
    place = f"{STORE}/people/1.ttl"

    http.put(place, content="<> <p> <b> .", headers={"Content-Type": TURTLE})

    graph = f"{ROOT}graph/user/people/1.ttl"
    assert triples(http, graph=graph) == [
        f"<{graph}> <{ROOT}graph/user/people/p> <{ROOT}graph/user/people/b> ."
    ]
    assert http.get(place).status_code == 200
    assert http.get("/p/shop/graph/user/people/1.ttl").status_code == 200
    assert http.delete(place).status_code == 204


def test_a_new_graph_gets_an_address(http: httpx.Client) -> None:
    answer = http.post(STORE, content="[] <urn:p> 1 .", headers={"Content-Type": TURTLE})

    assert answer.status_code == 201
    place = answer.headers["Location"]
    assert http.get(place).status_code == 200
    assert http.get(STORE, params={"graph": place}).status_code == 200


def test_a_dataset_goes_in_and_comes_out(http: httpx.Client) -> None:
    body = (
        "<urn:a> <urn:p> _:x .\n"
        '_:x <urn:p> "see _:x <urn:no> ." <urn:g> .\n'
        '_:x <urn:p> "a \\"b\\" <urn:x> <urn:g>"@en .\n'
        "<urn:b> <urn:p> <urn:c> .\n"
    )

    answer = put(http, body, QUADS)
    held = quads(http)

    assert answer.status_code in (201, 204)
    assert len(held) == 4
    label = next(line.split()[2] for line in held if line.startswith("<urn:a>"))
    assert label.startswith("_:")
    assert f'{label} <urn:p> "see _:x <urn:no> ." <urn:g> .' in held
    assert f'{label} <urn:p> "a \\"b\\" <urn:x> <urn:g>"@en .' in held
    assert "<urn:b> <urn:p> <urn:c> ." in held
    assert http.get(STORE).headers["Content-Type"] == "application/trig"


def test_a_dataset_replaces_the_graphs_that_it_does_not_name(http: httpx.Client) -> None:
    put(http, "<urn:a> <urn:p> 1 .", **OTHER)

    put(http, "<urn:a> <urn:p> <urn:b> <urn:g> .", QUADS)

    assert quads(http) == ["<urn:a> <urn:p> <urn:b> <urn:g> ."]


@pytest.mark.parametrize(
    ("media", "body"),
    [
        (TURTLE, "<urn:a> <urn:p> [] ."),
        (TRIPLES, "<urn:a> <urn:p> _:b ."),
        (
            "application/rdf+xml",
            '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="urn:">'
            '<r:Description r:about="urn:a"><u:p r:nodeID="b"/></r:Description></r:RDF>',
        ),
        ("application/ld+json", '{"@id": "urn:a", "urn:p": {"@id": "_:b"}}'),
        ("application/trig", "<urn:a> <urn:p> [] ."),
        (QUADS, "<urn:a> <urn:p> _:b ."),
    ],
)
def test_every_format_is_read_and_written(http: httpx.Client, media: str, body: str) -> None:
    answer = put(http, body, media, **OTHER)

    assert answer.status_code == 201, answer.text
    assert triples(http, **OTHER)[0].startswith("<urn:a> <urn:p> _:")
    back = http.get(STORE, params=OTHER, headers={"Accept": media})
    assert back.headers["Content-Type"] == media
    assert put(http, back.text, media, graph="urn:copy").status_code == 201
    assert triples(http, graph="urn:copy")[0].startswith("<urn:a> <urn:p> _:")


def test_files_of_a_form_are_added_together(http: httpx.Client) -> None:
    files = [
        ("first", ("a.ttl", "_:x <urn:p> 1 .", TURTLE)),
        ("second", ("b.nt", "_:x <urn:p> <urn:b> .", "application/octet-stream")),
    ]

    answer = http.post(STORE, params=OTHER, files=files)

    assert answer.status_code == 201
    assert len({line.split()[0] for line in triples(http, **OTHER)}) == 2


@pytest.mark.parametrize(
    ("method", "query", "media", "body", "status"),
    [
        ("PUT", "?graph=urn:g", TURTLE, "<urn:a> <urn:p", 400),
        ("PUT", "?graph=urn:g", TURTLE, "<urn:a> <urn:p> <no iri> .", 400),
        ("PUT", "?graph=urn:g", "application/trig", "<urn:h> { <urn:a> <urn:p> 1 }", 400),
        ("PUT", "?graph=urn:g", "text/plain", "<urn:a> <urn:p> 1 .", 415),
        ("PUT", "?graph=urn:g&default", TURTLE, "", 400),
        ("PUT", "?graph=no%20iri", TURTLE, "", 400),
        ("PUT", "", TURTLE, "<urn:a> <urn:p> 1 .", 400),
        ("PUT", f"?graph={ROOT}graph/meta", TURTLE, "<urn:a> <urn:p> 1 .", 403),
        ("POST", f"?graph={ROOT}graph/ontology", TURTLE, "<urn:a> <urn:p> 1 .", 403),
        ("DELETE", f"?graph={ROOT}graph/shapes", TURTLE, "", 403),
        ("PATCH", f"?graph={ROOT}graph/meta", "application/rdf-patch", "", 403),
        ("PUT", "?graph=urn:mimir:state", TURTLE, "<urn:a> <urn:p> 1 .", 403),
        ("PUT", "", QUADS, f"<urn:a> <urn:p> <urn:b> <{ROOT}graph/meta> .", 403),
        ("PATCH", "", "application/rdf-patch", f"A <urn:a> <urn:p> 1 <{ROOT}graph/meta> .", 422),
        (
            "PATCH",
            "?graph=urn:g",
            "application/rdf-patch",
            "A <urn:a> <urn:p> <urn:b> <urn:h> .",
            403,
        ),
        ("PATCH", "?graph=urn:g", "text/plain", "", 415),
        ("PATCH", "?graph=urn:g", "application/sparql-update", "CLEAR GRAPH <urn:h>", 403),
        ("DELETE", "", TURTLE, "", 400),
        ("GET", "?graph=urn:mimir:state", TURTLE, "", 404),
    ],
)
def test_what_cannot_be_done_is_a_problem_and_changes_nothing(
    http: httpx.Client, method: str, query: str, media: str, body: str, status: int
) -> None:
    put(http, "<urn:kept> <urn:p> <urn:b> <urn:h> .", QUADS)

    answer = http.request(method, STORE + query, content=body, headers={"Content-Type": media})

    assert (answer.status_code, answer.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    )
    assert quads(http) == ["<urn:kept> <urn:p> <urn:b> <urn:h> ."]


def test_a_graph_is_patched_by_rdf_patch_and_by_update(http: httpx.Client) -> None:
    put(http, "<urn:a> <urn:p> [ <urn:q> <urn:b> ] .", **OTHER)
    node = next(line.split()[0] for line in triples(http, **OTHER) if line.startswith("_:"))
    rows = f"TX .\nD {node} <urn:q> <urn:b> .\nA {node} <urn:q> <urn:c> .\nTC .\n"

    patched = http.patch(
        STORE, params=OTHER, content=rows, headers={"Content-Type": "application/rdf-patch"}
    )
    updated = http.patch(
        STORE,
        params=OTHER,
        content="INSERT { ?s <urn:r> ?o } WHERE { ?s <urn:q> ?o }",
        headers={"Content-Type": "application/sparql-update"},
    )

    assert (patched.status_code, updated.status_code) == (204, 204)
    assert triples(http, **OTHER) == [
        f"<urn:a> <urn:p> {node} .",
        f"{node} <urn:q> <urn:c> .",
        f"{node} <urn:r> <urn:c> .",
    ]


def test_a_condition_that_does_not_hold_changes_nothing(http: httpx.Client) -> None:
    tag = put(http, "<urn:a> <urn:p> <urn:b> .", **OTHER).headers["ETag"]
    headers = {"Content-Type": TURTLE, "If-Match": tag}

    first = http.put(STORE, params=OTHER, content="<urn:a> <urn:p> <urn:c> .", headers=headers)
    second = http.put(STORE, params=OTHER, content="<urn:a> <urn:p> <urn:d> .", headers=headers)

    assert (first.status_code, second.status_code) == (204, 412)
    assert triples(http, **OTHER) == ["<urn:a> <urn:p> <urn:c> ."]


def test_graphs_can_be_read_as_they_were(http: httpx.Client) -> None:
    tag = put(http, "<urn:a> <urn:p> <urn:b> .", **OTHER).headers["ETag"].strip('"')
    http.delete(STORE, params=OTHER)

    assert triples(http, at=tag, **OTHER) == ["<urn:a> <urn:p> <urn:b> ."]
    dataset = http.get(STORE, params={"at": tag}, headers={"Accept": QUADS})
    assert lines(dataset) == [f"<urn:a> <urn:p> <urn:b> <{OTHER['graph']}> ."]
    assert http.get(STORE, params={"at": str(int(tag) - 1), **OTHER}).status_code == 404
    assert quads(http) == []


def test_a_large_graph_goes_in_is_replaced_and_goes(http: httpx.Client) -> None:
    def body(first: int) -> str:
        rows = (f"<urn:s{n}> <urn:p> _:b{n % 7} .\n" for n in range(first, first + 30_000))
        return "".join(rows)

    sizes = []
    for first in (0, 10_000):
        assert put(http, body(first), TRIPLES, **OTHER).status_code in (201, 204)
        sizes.append(len(triples(http, **OTHER)))
    nodes = {line.split()[2] for line in triples(http, **OTHER)}

    assert sizes == [30_000, 30_000]
    assert len(nodes) == 7
    assert "<urn:s9999>" not in http.get(STORE, params=OTHER, headers={"Accept": TRIPLES}).text
    assert http.delete(STORE, params=OTHER).status_code == 204
    assert http.get(STORE, params=OTHER).status_code == 404
