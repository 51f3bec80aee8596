"""Broken, hostile and unfinished requests get a refusal, and nobody else notices them."""

import socket
from contextlib import ExitStack, suppress

import pytest

from tests.attacks.requests import REQUESTS, UNFINISHED
from tests.attacks.target import Target

_MANY = 40


def address(target: Target) -> tuple[str, int]:
    return "127.0.0.1", int(target.server.url.rpartition(":")[2])


def status(target: Target, sent: bytes) -> int:
    """Send bytes and give the status of what comes back; 0: nothing."""
    with socket.create_connection(address(target), source_address=("127.0.0.2", 0)) as caller:
        caller.settimeout(30)
        received = b""
        with suppress(ConnectionError):
            caller.sendall(sent)
            while part := caller.recv(1 << 16):
                received += part
    return int(received.split(b" ", 2)[1]) if received.startswith(b"HTTP/1.") else 0


@pytest.mark.parametrize(("sent", "statuses"), REQUESTS.values(), ids=REQUESTS)
def test_a_hostile_request_is_refused(target: Target, sent: bytes, statuses: set[int]) -> None:
    assert status(target, sent) in statuses
    target.check()


def test_requests_that_never_end_keep_nobody_waiting(target: Target) -> None:
    with ExitStack() as held:
        for number in range(_MANY):
            for begin in UNFINISHED.values():
                own = (f"127.0.7.{number + 1}", 0)
                caller = socket.create_connection(address(target), source_address=own)
                held.enter_context(caller)
                caller.sendall(begin)

        target.check()
    target.check()
