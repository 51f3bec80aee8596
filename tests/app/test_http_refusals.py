"""A request that cannot be taken is refused before its body came, in words, and cleanly."""

import json
import socket
from contextlib import suppress

import httpx
import pytest

from tests.app.test_http_server import plain, received, serving

_QUERY = "application/sparql-query"
_CHUNKED = "Transfer-Encoding: chunked\r\n"
_LIMIT = 9 << 20
_LARGE = 100 << 20


def head(media: str, more: str) -> bytes:
    return f"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: {media}\r\n{more}\r\n".encode()


@pytest.mark.parametrize(
    "begin",
    [
        head(_QUERY, f"Content-Length: {_LARGE}\r\n"),
        head(f"{_QUERY.upper()} ; charset=utf-8", f"Content-Length: {_LARGE}\r\n"),
        head("text/turtle", f"Content-Length: {_LARGE}\r\n"),
        head(_QUERY, f"Content-Length: {_LARGE}\r\nExpect: 100-continue\r\n"),
        head("", f"Content-Length: {_LARGE}\r\nExpect: 100-continue\r\n"),
        head(_QUERY, _CHUNKED) + b"FFFFFF\r\n" + b"x" * _LIMIT,
        head("text/turtle", _CHUNKED) + b"FFFFFF\r\n" + b"x" * (_LIMIT + 1),
    ],
    ids=["text", "text in capitals", "file", "asks first", "no type", "chunks", "chunks of a file"],
)
def test_a_body_beyond_the_limit_is_refused_before_it_came(begin: bytes) -> None:
    with (
        serving(plain, patience=60, max_request_body_size=_LIMIT) as address,
        socket.create_connection(address, timeout=20) as caller,
    ):
        caller.sendall(begin)

        answer = received(caller)

        front, _, body = answer.partition(b"\r\n\r\n")
        assert front.startswith(b"HTTP/1.1 413 ")
        assert b"Connection: close" in front
        assert b"application/problem+json" in front
        assert json.loads(body)["code"] == "too-large"


def test_a_caller_who_goes_on_sending_can_read_the_refusal() -> None:
    with serving(plain, max_request_body_size=_LIMIT) as (host, port):
        answer = httpx.post(
            f"http://{host}:{port}/", content=b"x" * _LARGE, headers={"Content-Type": _QUERY}
        )

        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_a_caller_who_never_stops_sending_is_cut() -> None:
    with (
        serving(plain, patience=0.2, max_request_body_size=_LIMIT) as address,
        socket.create_connection(address, timeout=20) as caller,
        suppress(ConnectionError),
    ):
        caller.sendall(head(_QUERY, f"Content-Length: {1 << 40}\r\n"))
        while True:
            caller.sendall(b"x" * (1 << 16))


def test_a_body_within_the_limit_is_taken() -> None:
    with serving(plain, max_request_body_size=_LIMIT) as (host, port):
        answer = httpx.post(f"http://{host}:{port}/", content=b"x" * (1 << 20))

        assert (answer.status_code, len(answer.content)) == (200, 1 << 20)


def test_a_head_that_is_not_http_is_refused_in_words() -> None:
    with serving(plain) as address, socket.create_connection(address, timeout=20) as caller:
        caller.sendall(b"GET / HTTP/1.1\r\nno header\r\n\r\n")

        answer = received(caller)

        assert answer.split()[1] == b"400"
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "bad-request"
