"""What is sent to the Graph Store reaches nothing but the graph it is meant for."""

from collections.abc import Iterator

import httpx
import pytest

from tests.attacks.target import VANDAL, Target
from tests.attacks.uploads import JSON_LD, PATCH, QUADS, STRANGE, TRIG, TURTLE, XML, hostile

STORE = f"/projects/{VANDAL}/graph-store"
_REFUSED = {400, 403, 413, 415, 422, 503}


def sent(target: Target, media: str, body: str | bytes) -> Iterator[httpx.Response]:
    """Send a body to one graph, and where its type has graphs of its own to all of them."""
    headers = {"Content-Type": media}
    method = "PATCH" if media == PATCH else "PUT"
    if media not in (QUADS, TRIG):
        place = {"graph": "urn:upload"}
        yield target.http.request(method, STORE, params=place, content=body, headers=headers)
    if media in (QUADS, TRIG, JSON_LD, PATCH):
        method = "PATCH" if media == PATCH else "POST"
        yield target.http.request(method, STORE, content=body, headers=headers)


@pytest.mark.parametrize("name", hostile(0))
def test_a_hostile_body_is_refused(target: Target, name: str) -> None:
    for port in target.ports:
        media, body = hostile(port)[name]
        for answer in sent(target, media, body):
            assert answer.status_code in _REFUSED, answer.text
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert "root:" not in answer.text
    target.check()


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_body_is_data_and_no_more(target: Target, name: str) -> None:
    media, body = STRANGE[name]

    for answer in sent(target, media, body):
        assert answer.status_code in (201, 204, 400), answer.text
    for accepted in (TURTLE, XML, JSON_LD, QUADS):
        headers = {"Accept": accepted}
        given = target.http.get(STORE, params={"graph": "urn:upload"}, headers=headers)
        assert given.status_code in (200, 404, 406), given.text
        assert "root:" not in given.text
    target.check()
