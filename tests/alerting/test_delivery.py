"""Delivery against a real HTTP server and a real SMTP server on this machine."""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from alerting.alerts import Alert, Evidence, acknowledge, resolve
from alerting.delivery import (
    Receiver,
    check_receiver,
    deliver,
    due,
    message_text,
    message_title,
    webhook_url,
)
from alerting.delivery_log import attempt_quads, delivered_keys, read_attempts
from graph.errors import BadInput
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.terms import NamedNode

NAMES = ProjectNames("https://example.org/", "plant")
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ALERT = Alert(
    id="a1",
    state="open",
    severity="high",
    title="M07: temperature c far above its usual course",
    message="temperature c of M07 reached 93.98.",
    entity=NamedNode("https://example.org/p/plant/id/Machine/M07"),
    started=NOW,
    ended=NOW,
    opened_at=NOW,
    evidence=(
        Evidence("anomaly-Reading-temperatureC", "It was hot.", "SELECT ?time WHERE { ?a ?b ?c }"),
    ),
)
SECRET = "s3cr3t-t0ken"


class _Hook(BaseHTTPRequestHandler):
    """Answers with the next status of the server's list, and keeps what it got."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server: Any = self.server
        server.got.append((self.path, dict(self.headers), json.loads(body)))
        self.send_response(server.answers.pop(0) if server.answers else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@contextmanager
def hook(*answers: int) -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Hook)
    server.answers, server.got = list(answers), []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Mailbox:
    """Refuses as many messages as told, then keeps them."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.got: list[Envelope] = []

    async def handle_DATA(  # noqa: N802 - the name is given by aiosmtpd
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.refusals:
            self.refusals -= 1
            return "451 try again later"
        self.got.append(envelope)
        return "250 OK"


def _allowed(server: SMTP, session: Session, envelope: Envelope, how: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == SECRET.encode()
    return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(refusals: int = 0) -> Iterator[tuple[_Mailbox, int]]:
    mailbox = _Mailbox(refusals)
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=_free_port(),
        authenticator=_allowed,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _mail_url(port: int, password: str = SECRET) -> str:
    return f"mailto://monitor:{password}@127.0.0.1:{port}?from=mimir@example.org&to=ops@example.org"


def _hook_url(server: Any) -> str:
    port = server.server_address[1]
    return webhook_url(f"http://user:{SECRET}@127.0.0.1:{port}/hooks/{SECRET}?token={SECRET}")


def _no_pause(seconds: float) -> None:
    """Go on at once."""


def test_a_webhook_gets_the_alert_as_json_at_its_own_path_and_query() -> None:
    with hook() as server:
        records = deliver(
            ALERT, [Receiver("ops", _hook_url(server))], clock=lambda: NOW, pause=_no_pause
        )
    path, headers, body = server.got[0]
    assert path == f"/hooks/{SECRET}?token={SECRET}"
    assert headers["webhook-id"] == "a1.open"
    assert headers["Authorization"].startswith("Basic ")
    assert body["title"] == "[High] M07: temperature c far above its usual course"
    assert "SELECT ?time WHERE { ?a ?b ?c }" in body["message"]
    assert (body["alert"], body["state"], body["severity"]) == ("a1", "open", "high")
    assert body["entity"] == ALERT.entity.value
    assert [(record.outcome, record.number) for record in records] == [("sent", 1)]


def test_a_failed_attempt_is_recorded_and_tried_again_after_a_growing_pause() -> None:
    pauses: list[float] = []
    with hook(500, 503) as server:
        records = deliver(
            ALERT, [Receiver("ops", _hook_url(server))], clock=lambda: NOW, pause=pauses.append
        )
    assert [record.outcome for record in records] == ["failed", "failed", "sent"]
    assert [record.number for record in records] == [1, 2, 3]
    assert records[0].reason == "The receiver answered with HTTP status 500."
    assert pauses == [1.0, 2.0]


def test_attempts_end_when_all_are_used_and_no_pause_follows_the_last() -> None:
    pauses: list[float] = []
    with hook(500, 500, 500, 500) as server:
        receivers = [Receiver("ops", _hook_url(server))]
        records = deliver(ALERT, receivers, clock=lambda: NOW, attempts=2, pause=pauses.append)
    assert [record.outcome for record in records] == ["failed", "failed"]
    assert pauses == [1.0]


@pytest.mark.parametrize(("status", "tried"), [(404, 1), (401, 1), (429, 2), (408, 2)])
def test_a_refusal_that_will_not_change_is_not_tried_again(status: int, tried: int) -> None:
    with hook(status) as server:
        records = deliver(
            ALERT, [Receiver("ops", _hook_url(server))], clock=lambda: NOW, pause=_no_pause
        )
    assert len(records) == tried


def test_mail_is_tried_again_and_arrives_with_the_title_as_its_subject() -> None:
    with mail_server(refusals=1) as (mailbox, port):
        records = deliver(
            ALERT, [Receiver("mail", _mail_url(port))], clock=lambda: NOW, pause=_no_pause
        )
    assert [record.outcome for record in records] == ["failed", "sent"]
    assert mailbox.got[0].rcpt_tos == ["ops@example.org"]
    assert b"Subject: [High] M07: temperature c far above its usual" in (
        mailbox.got[0].original_content or b""
    )


def test_one_broken_receiver_does_not_keep_the_alert_from_the_others() -> None:
    with hook() as server:
        receivers = [Receiver("broken", "no-such-service://x"), Receiver("ops", _hook_url(server))]
        records = deliver(ALERT, receivers, clock=lambda: NOW, pause=_no_pause)
    assert [(record.receiver, record.outcome) for record in records] == [
        ("broken", "failed"),
        ("ops", "sent"),
    ]


def test_no_part_of_a_secret_address_is_recorded_or_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    with hook(500, 403) as server, mail_server() as (_mailbox, port):
        receivers = [
            Receiver("ops", _hook_url(server)),
            Receiver("wrong password", _mail_url(port, f"{SECRET}-wrong")),
            Receiver("unknown", f"no-such-service://{SECRET}@host/{SECRET}"),
            Receiver("closed", webhook_url(f"http://u:{SECRET}@127.0.0.1:1/{SECRET}")),
        ]
        records = deliver(ALERT, receivers, clock=lambda: NOW, attempts=2, pause=_no_pause)
    assert all(record.outcome == "failed" for record in records)
    quads = "\n".join(str(quad) for quad in attempt_quads(records, NAMES))
    with pytest.raises(BadInput) as refused:
        check_receiver(receivers[2])
    for text in (quads, caplog.text, repr(receivers), repr(records), str(refused.value)):
        assert SECRET not in text


def test_an_alert_state_is_sent_once_to_each_receiver() -> None:
    with hook() as server:
        receivers = [Receiver("ops", _hook_url(server))]
        records = deliver(ALERT, receivers, clock=lambda: NOW, pause=_no_pause)
    sent = delivered_keys(records)
    later = Receiver("later", "json://127.0.0.1")
    assert due(ALERT, (), receivers) == tuple(receivers)
    assert due(ALERT, sent, [*receivers, later]) == (later,)
    assert due(acknowledge(ALERT, "ada", NOW), sent, receivers) == ()
    assert due(resolve(ALERT, "ada", NOW, "done"), sent, [*receivers, later]) == tuple(receivers)


def test_attempts_survive_the_graph() -> None:
    with hook(500) as server:
        records = deliver(
            ALERT, [Receiver("ops", _hook_url(server))], clock=lambda: NOW, pause=_no_pause
        )
    store = OxigraphStore()
    store.apply(attempt_quads(records, NAMES), [])
    assert read_attempts(store.reader([NAMES.data], [NAMES.meta]), NAMES) == records


def test_data_cannot_break_the_title_line_and_the_end_says_why() -> None:
    odd = replace(ALERT, title="M07\r\nBcc: all@example.org")
    assert message_title(odd) == "[High] M07 Bcc: all@example.org"
    done = resolve(ALERT, "ada", NOW, "Fan replaced")
    assert message_title(done).startswith("[Resolved]")
    assert "Reason: Fan replaced" in message_text(done)


@pytest.mark.parametrize("url", ["ftp://host/x", "http:///path", "host/path"])
def test_a_webhook_address_must_be_http(url: str) -> None:
    with pytest.raises(BadInput):
        webhook_url(url)
