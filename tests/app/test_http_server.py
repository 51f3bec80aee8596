"""Connections that make no progress are cut, and hold up neither threads nor other callers."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wsgi import wrap_file

from app.http_server import HttpServer

ONE_MEBIBYTE = b"x" * (1 << 20)
Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


@contextmanager
def serving(application: Application, **options: Any) -> Iterator[tuple[str, int]]:
    """Serve an application; gives the address."""
    server = HttpServer(application, host="127.0.0.1", port=0, **options)

    def run() -> None:
        with suppress(OSError):
            server.run()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield "127.0.0.1", server.effective_port
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        server.asyncore.close_all(server._map)
        thread.join()


def plain(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer with what was sent."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def received(caller: socket.socket) -> bytes:
    """Read until the server ends the connection."""
    found = b""
    with suppress(ConnectionResetError):
        while part := caller.recv(1 << 16):
            found += part
    return found


@pytest.mark.parametrize(
    "begin",
    [b"GET / HTTP/1.1\r\nHost", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"],
    ids=["head", "body"],
)
def test_a_request_that_does_not_go_on_is_cut(begin: bytes) -> None:
    with serving(plain, patience=0.2) as address, socket.create_connection(address) as caller:
        caller.settimeout(20)
        caller.sendall(begin)

        assert received(caller).startswith(b"HTTP/1.1 408 ")


def test_a_caller_who_does_not_read_is_cut_and_its_thread_is_free() -> None:
    ended = threading.Event()

    def large(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Length", str(100 << 20))])
        try:
            for _ in range(100):
                yield ONE_MEBIBYTE
        finally:
            ended.set()

    with (
        serving(large, patience=0.2, threads=1) as address,
        socket.create_connection(address) as caller,
    ):
        caller.settimeout(20)
        caller.sendall(b"GET / HTTP/1.1\r\n\r\n")

        assert ended.wait(20)
        assert len(received(caller)) < 100 << 20


def test_an_address_with_half_of_all_connections_gets_no_more_and_others_do() -> None:
    with serving(plain, patience=20, connections=40) as address:
        callers = [socket.create_connection(address) for _ in range(60)]
        with socket.create_connection(address, source_address=("127.0.0.7", 0)) as other:
            other.settimeout(20)
            other.sendall(b"POST / HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")

            assert received(other).endswith(b"hi")
        for caller in callers:
            caller.close()


def test_a_file_on_its_way_to_a_slow_caller_holds_no_thread(tmp_path: Path) -> None:
    path = tmp_path / "answer"
    path.write_bytes(ONE_MEBIBYTE * 64)

    def give(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] == "/small":
            return plain(environ, start_response)
        start_response("200 OK", [("Content-Length", str(64 << 20))])
        return wrap_file(environ, path.open("rb"))

    with serving(give, threads=1) as address, socket.create_connection(address) as slow:
        slow.sendall(b"GET /large HTTP/1.1\r\n\r\n")
        assert slow.recv(16) == b"HTTP/1.1 200 OK\r"
        with socket.create_connection(address) as other:
            other.settimeout(20)
            other.sendall(b"GET /small HTTP/1.1\r\nConnection: close\r\n\r\n")

            assert received(other).startswith(b"HTTP/1.1 200 OK")
        slow.settimeout(20)
        rest = 16
        while rest < 64 << 20:
            rest += len(slow.recv(1 << 20))
