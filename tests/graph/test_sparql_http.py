"""What only a remote store can do: fail on the way, refuse, and choose its own dataset."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qs

import pytest

from graph.errors import (
    BadInput,
    BadQuery,
    MimirError,
    NotFound,
    QueryTimeout,
    StoreUnavailable,
)
from graph.readers.gate import QueryTooLong
from graph.readers.pool import AnswerTooLarge
from graph.readers.update import GraphForbidden
from graph.remote.address import read_address
from graph.remote.sparql_http import SparqlHttpReader, SparqlHttpStore
from graph.remote.sparql_http_errors import AnswerLost, StoreRefused
from graph.shacl.gate import ShapesBroken
from graph.terms import Literal, NamedNode, Quad

QUERY = "SELECT ?s WHERE { ?s ?p ?o }"
QUAD = Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("o"), NamedNode("urn:g"))
EMPTY = json.dumps({"head": {"vars": ["s"]}, "results": {"bindings": []}}).encode()


@dataclass
class Endpoint:
    """A server that gives one answer to everything, and what it was asked."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def form(self) -> dict[str, list[str]]:
        """The fields of the last request."""
        return parse_qs(self.body.decode())


@contextmanager
def answering(
    status: int,
    body: bytes,
    media: str = "application/sparql-results+json",
    announced: int = 0,
    further: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Endpoint]:
    endpoint = Endpoint("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            endpoint.headers = {name.lower(): value for name, value in self.headers.items()}
            endpoint.body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Type", media)
            for name, value in further.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(announced or len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        endpoint.url = f"http://127.0.0.1:{server.server_port}/sparql"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield endpoint
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, BadQuery, False),
        (401, StoreRefused, False),
        (403, StoreRefused, False),
        (404, NotFound, False),
        (414, BadInput, False),
        (429, StoreUnavailable, True),
        (500, StoreUnavailable, True),
        (502, AnswerLost, True),
        (503, StoreUnavailable, True),
        (504, QueryTimeout, True),
    ],
)
def test_a_status_becomes_an_error_with_the_servers_words(
    status: int, kind: type[MimirError], retryable: bool
) -> None:
    with (
        answering(status, "the server's — own words".encode(), "text/plain") as endpoint,
        pytest.raises(kind, match="the server's — own words") as caught,
    ):
        SparqlHttpReader(endpoint.url).select(QUERY)

    assert type(caught.value) is kind
    assert caught.value.retryable is retryable


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (503, "query-timeout", QueryTimeout),
        (400, "bad-query", BadQuery),
        (403, "graph-forbidden", GraphForbidden),
        (500, "store-unavailable", StoreUnavailable),
    ],
)
def test_the_code_of_a_problem_decides_over_the_status(
    status: int, code: str, kind: type[MimirError]
) -> None:
    problem = json.dumps({"code": code, "title": "Title", "detail": "What to do."}).encode()
    with (
        answering(status, problem, "application/problem+json") as endpoint,
        pytest.raises(kind, match="What to do") as caught,
    ):
        SparqlHttpReader(endpoint.url).select(QUERY)

    assert type(caught.value) is kind


def test_a_refused_connection_is_unavailable_and_retryable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        store = SparqlHttpStore(*[f"http://127.0.0.1:{free.getsockname()[1]}/"] * 3)

        for call in (store.graphs, lambda: store.apply([QUAD], ())):
            with pytest.raises(StoreUnavailable) as caught:
                call()
            assert caught.value.retryable


def test_a_server_that_never_answers_is_unavailable() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"

        with pytest.raises(StoreUnavailable):
            SparqlHttpReader(url, timeout=0.2).select(QUERY)


def test_an_answer_that_is_cut_off_is_an_error_and_never_a_short_result() -> None:
    row = b'{"s":{"type":"uri","value":"urn:a"}}'
    body = b'{"head":{"vars":["s"]},"results":{"bindings":[' + row + b","
    with answering(200, body) as whole, pytest.raises(StoreUnavailable):
        SparqlHttpReader(whole.url).select(QUERY)
    with answering(200, EMPTY, announced=len(EMPTY) + 9) as cut, pytest.raises(StoreUnavailable):
        SparqlHttpReader(cut.url).select(QUERY)
    with (
        answering(200, b"<urn:a> <urn:p> <urn:", "application/n-triples") as triples,
        pytest.raises(StoreUnavailable),
    ):
        SparqlHttpReader(triples.url).construct("CONSTRUCT WHERE { ?s ?p ?o }")


def test_a_cut_answer_is_not_a_short_file(tmp_path: Path) -> None:
    lines = b"<urn:a> <urn:p> <urn:b> .\n"
    with (
        answering(200, lines, "application/n-triples", announced=len(lines) + 20) as cut,
        pytest.raises(StoreUnavailable, match="cut"),
    ):
        SparqlHttpReader(cut.url).save(QUERY, "CONSTRUCT", tmp_path / "answer", 1_000)


def test_a_web_page_is_no_answer() -> None:
    with (
        answering(200, b"<html>", "text/html") as endpoint,
        pytest.raises(StoreUnavailable, match="html"),
    ):
        SparqlHttpReader(endpoint.url).select(QUERY)


def test_what_is_said_to_be_json_and_is_a_page_is_an_error() -> None:
    with answering(200, b"<html>") as endpoint, pytest.raises(StoreUnavailable, match="damaged"):
        SparqlHttpReader(endpoint.url).select(QUERY)


def test_a_page_about_an_error_is_not_quoted() -> None:
    page = b"<!DOCTYPE html><html><body>A long story</body></html>"
    with answering(500, page, "text/html") as endpoint, pytest.raises(StoreUnavailable) as caught:
        SparqlHttpReader(endpoint.url).select(QUERY)

    assert "500: Internal Server Error" in str(caught.value)


def test_no_redirect_is_followed() -> None:
    with answering(200, EMPTY) as elsewhere:
        place = {"Location": elsewhere.url}
        with answering(302, b"", further=place) as endpoint:
            store = SparqlHttpStore(*[endpoint.url] * 3, authorization="Bearer s3cret")
            for call in (store.graphs, lambda: store.apply([QUAD], ())):
                with pytest.raises(StoreRefused, match="settings"):
                    call()

    assert elsewhere.headers == {}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"token": "s3cret"}, "Bearer s3cret"),
        ({"password": "ann:s3cret:é"}, "Basic YW5uOnMzY3JldDrDqQ=="),
    ],
)
def test_credentials_are_sent_with_every_request_and_never_told(
    given: dict[str, str], sent: str, tmp_path: Path
) -> None:
    file = tmp_path / "data.nq"
    file.write_text(f"{QUAD} .\n")
    echo = f"I do not know {sent}".encode()
    with answering(401, echo, "text/plain") as endpoint:
        store = read_address(",".join([endpoint.url] * 3), **given).store()
        for call in (store.graphs, lambda: store.apply([QUAD], ()), lambda: store.load(file)):
            endpoint.headers.clear()
            with pytest.raises(StoreRefused, match="I do not know") as caught:
                call()
            assert endpoint.headers["authorization"] == sent
            assert sent.partition(" ")[2] not in str(caught.value)


def test_without_graphs_the_endpoint_chooses_its_dataset() -> None:
    with answering(200, EMPTY) as endpoint:
        SparqlHttpReader(endpoint.url).select(QUERY)

    assert set(endpoint.form) == {"query"}


def test_graphs_are_sent_by_the_protocol() -> None:
    with answering(200, EMPTY) as endpoint:
        SparqlHttpReader(
            endpoint.url, [NamedNode("urn:a"), NamedNode("urn:b")], [NamedNode("urn:c")]
        ).select(QUERY)

    assert endpoint.form == {
        "query": [QUERY],
        "default-graph-uri": ["urn:a", "urn:b"],
        "named-graph-uri": ["urn:c"],
    }


def test_a_store_without_update_address_can_only_be_read(tmp_path: Path) -> None:
    file = tmp_path / "data.nq"
    file.write_text(f"{QUAD} .\n")
    with answering(200, EMPTY) as endpoint:
        store = SparqlHttpStore(endpoint.url)

        assert store.graphs() == []
        with pytest.raises(StoreRefused, match="read"):
            store.apply([QUAD], ())
        with pytest.raises(StoreRefused, match="read"):
            store.load(file)


def test_an_address_that_is_not_http_is_refused() -> None:
    with pytest.raises(BadInput, match="http"):
        SparqlHttpStore("file:///etc/passwd")


@pytest.mark.parametrize("kind", [AnswerTooLarge, GraphForbidden, QueryTooLong, ShapesBroken])
def test_an_error_that_a_door_of_mimir_answers_keeps_its_meaning(kind: type[MimirError]) -> None:
    problem = json.dumps({"code": kind.code, "detail": "So it is."}).encode()

    with answering(500, problem) as endpoint, pytest.raises(kind, match="So it is"):
        SparqlHttpReader(endpoint.url).select(QUERY)
