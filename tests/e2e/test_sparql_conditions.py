"""Conditions of requests at the SPARQL doors: RFC 9110, section 13, and what is negotiated."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from app.wiring import Owner
from tests.e2e.conftest import settings_for

SPARQL, STORE = "projects/conditions/sparql", "projects/conditions/graph-store"
SELECT = {"query": "SELECT * { ?s ?p ?o }"}
CONSTRUCT = {"query": "CONSTRUCT WHERE { ?s ?p ?o }"}
DEFAULT, OTHER, NONE = {"default": ""}, {"graph": "urn:other"}, {"graph": "urn:none"}
TURTLE = {"Content-Type": "text/turtle"}
RESULTS = ["application/sparql-results+json", "application/sparql-results+xml", "text/csv"]
GRAPHS = ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]


@pytest.fixture
def http(tmp_path: Path) -> Iterator[httpx.Client]:
    owner = Owner(settings_for(tmp_path), port=0)
    owner.start()
    with httpx.Client(base_url=owner.url, timeout=60) as http:
        http.post("api/v1/projects", json={"name": "conditions"}).raise_for_status()
        for place in (DEFAULT, OTHER):
            http.put(STORE, params=place, content="<urn:a> <urn:b> 1 .", headers=TURTLE)
        yield http
    owner.stop()


def tags(http: httpx.Client, path: str, params: dict[str, str], accepted: list[str]) -> list[str]:
    """Give the entity tags of the representations of a resource."""
    answers = [http.get(path, params=params, headers={"Accept": media}) for media in accepted]
    assert [answer.status_code for answer in answers] == [200] * len(accepted)
    return [answer.headers["ETag"] for answer in answers]


@pytest.mark.parametrize(
    ("path", "params", "accepted"),
    [
        (SPARQL, SELECT, RESULTS),
        (SPARQL, CONSTRUCT, GRAPHS),
        (STORE, DEFAULT, GRAPHS),
        (SPARQL, {}, GRAPHS),
        ("projects/conditions/void", {}, GRAPHS),
    ],
)
def test_each_representation_has_a_tag_that_saves_its_transfer(
    http: httpx.Client, path: str, params: dict[str, str], accepted: list[str]
) -> None:
    found = tags(http, path, params, accepted)

    assert len(set(found)) == len(accepted)
    for media, tag in zip(accepted, found, strict=True):
        for condition in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            for method in ("GET", "HEAD"):
                headers = {"Accept": media, "If-None-Match": condition}
                answer = http.request(method, path, params=params, headers=headers)

                assert (answer.status_code, answer.content) == (304, b"")
                assert answer.headers["ETag"] == tag
                assert "Accept" in answer.headers["Vary"]
        others = ", ".join(other for other in found if other != tag)
        headers = {"Accept": media, "If-None-Match": others}
        assert http.get(path, params=params, headers=headers).status_code == 200


def test_a_change_makes_a_representation_new(http: httpx.Client) -> None:
    tag = http.get(SPARQL, params=SELECT).headers["ETag"]
    http.post(SPARQL, data={"update": "INSERT DATA { <urn:c> <urn:d> 2 }"})

    answer = http.get(SPARQL, params=SELECT, headers={"If-None-Match": tag})

    assert (answer.status_code, answer.headers["ETag"] != tag) == (200, True)


@pytest.mark.parametrize(
    ("method", "path", "params", "status"),
    [
        ("GET", SPARQL, {"query": "SELECT RAND() {}"}, 400),
        ("GET", SPARQL, {"query": "SELECT (RAND() AS ?r) {}"}, 200),
        ("GET", SPARQL, {"query": "SELECT (NOW() AS ?now) {}"}, 200),
        ("GET", STORE, NONE, 404),
        ("POST", SPARQL, SELECT, 415),
    ],
)
def test_what_is_wrong_or_never_the_same_is_not_known(
    http: httpx.Client, method: str, path: str, params: dict[str, str], status: int
) -> None:
    tag = http.get(SPARQL, params=SELECT).headers["ETag"]

    for condition in (tag, "*"):
        headers = {"If-None-Match": condition}
        assert http.request(method, path, params=params, headers=headers).status_code == status


def test_a_read_of_a_state_that_is_over_fails(http: httpx.Client) -> None:
    tag = http.get(SPARQL, params=SELECT).headers["ETag"]

    for path, params in ((SPARQL, SELECT), (STORE, DEFAULT)):
        of_csv = f'"{tag[1:-1]}-csv"'
        passed = [(tag, 200), (of_csv, 200), ("*", 200)]
        for condition, status in (*passed, (f"W/{tag}", 412), ('"0"', 412)):
            answer = http.get(path, params=params, headers={"If-Match": condition})
            assert answer.status_code == status, condition


def test_any_representation_of_the_newest_state_allows_a_change(http: httpx.Client) -> None:
    tag = tags(http, SPARQL, SELECT, ["text/csv"])[0]
    update = {"update": "INSERT DATA { <urn:c> <urn:d> 2 }"}

    first = http.post(SPARQL, data=update, headers={"If-Match": tag})
    second = http.post(SPARQL, data=update, headers={"If-Match": tag})

    assert (first.status_code, second.status_code) == (204, 412)


@pytest.mark.parametrize(
    ("place", "headers", "status"),
    [
        (OTHER, {"If-None-Match": "*"}, 412),
        (NONE, {"If-None-Match": "*"}, 201),
        (OTHER, {"If-Match": "*"}, 204),
        (NONE, {"If-Match": "*"}, 412),
        (OTHER, {"If-None-Match": '"0"'}, 204),
    ],
)
def test_a_graph_is_made_or_replaced_only_on_condition(
    http: httpx.Client, place: dict[str, str], headers: dict[str, str], status: int
) -> None:
    body = "<urn:a> <urn:b> <urn:new> ."

    answer = http.put(STORE, params=place, content=body, headers={**TURTLE, **headers})

    assert answer.status_code == status
    held = http.get(STORE, params=place)
    assert ("urn:new" in held.text) is (status != 412)


def test_of_many_who_make_a_graph_at_once_one_does(http: httpx.Client) -> None:
    def make(number: int) -> int:
        """Make it, unless somebody did."""
        body = f"<urn:a> <urn:b> {number} ."
        headers = {**TURTLE, "If-None-Match": "*"}
        return http.put(STORE, params=NONE, content=body, headers=headers).status_code

    with ThreadPoolExecutor(6) as threads:
        statuses = list(threads.map(make, range(6)))

    assert statuses.count(201) == 1
    assert set(statuses) <= {201, 409, 412}
    held = http.get(STORE, params=NONE, headers={"Accept": "application/n-triples"})
    assert len(held.text.splitlines()) == 1


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/csv;q=0.5, application/sparql-results+xml", "application/sparql-results+xml"),
        ("*/*", "application/sparql-results+json"),
        ("application/*;q=0.1, text/*", "text/csv"),
        ("application/sparql-results+json;q=0, application/*", "application/sparql-results+xml"),
        ("TEXT/CSV ; charset=utf-8", "text/csv"),
        ("", "application/sparql-results+json"),
        ("text/turtle", None),
        ("*/*;q=0", None),
        ("text/csv;q=2", None),
        ("nonsense", None),
    ],
)
def test_the_best_media_type_is_given(http: httpx.Client, accept: str, media: str | None) -> None:
    answer = http.get(SPARQL, params=SELECT, headers={"Accept": accept})

    assert answer.status_code == (200 if media else 406)
    assert answer.headers["Content-Type"] == (media or "application/problem+json")


@pytest.mark.parametrize(
    ("path", "params", "media", "name"),
    [
        (SPARQL, SELECT, "text/csv", "conditions.csv"),
        (SPARQL, CONSTRUCT, "application/ld+json", "conditions.jsonld"),
        (STORE, {}, "application/n-quads", "conditions.nq"),
        ("api/v1/projects/conditions/queries/mine", {}, "text/csv", "mine.csv"),
    ],
)
def test_an_answer_says_what_a_file_of_it_may_be_called(
    http: httpx.Client, path: str, params: dict[str, str], media: str, name: str
) -> None:
    http.post("api/v1/projects/conditions/queries", json={"name": "mine", **SELECT})

    answer = http.get(path, params=params, headers={"Accept": media})

    assert answer.headers["Content-Disposition"] == f"inline; filename={name}"


@pytest.mark.parametrize("path", [SPARQL, STORE])
def test_a_method_that_is_not_allowed_names_those_that_are(http: httpx.Client, path: str) -> None:
    answer = http.request("PROPFIND", path)

    assert answer.status_code == 405
    assert {"GET", "HEAD", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_the_past_cannot_be_updated(http: httpx.Client) -> None:
    update = {"update": "INSERT DATA { <urn:c> <urn:d> 2 }"}

    answer = http.post(SPARQL, params={"at": "1"}, data=update)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")


@pytest.mark.parametrize("media", ["application/sparql-query", "application/sparql-update"])
def test_a_text_that_is_compressed_is_not_taken(http: httpx.Client, media: str) -> None:
    headers = {"Content-Type": media, "Content-Encoding": "gzip"}

    assert http.post(SPARQL, content=b"\x1f\x8b", headers=headers).status_code == 415
