"""Advice from a model over HTTP, asked of a real server on this machine."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from graph.schema import Column, Decision, Key, Reference, Schema, SemanticType, Table
from inference.advice import Question, with_advice
from workers.model_advice import ModelAdviser

KEY = "sk-very-secret"
QUESTIONS = (Question("type|t|a", "Is it?"), Question("key|t", "Is it the key?"))


@dataclass
class Peer:
    """A server that answers as told, and what it was asked."""

    url: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)


@contextmanager
def peer(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[Peer]:
    """Serve one kind of answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            found.asked.append(json.loads(self.rfile.read(length)))
            found.keys.append(self.headers["Authorization"])
            answer(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = Peer(f"http://127.0.0.1:{server.server_port}/v1")
    yield found
    server.shutdown()
    server.server_close()


def says(content: str, status: int = 200) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer as the API does, with this content of the message."""
    text = json.dumps({"choices": [{"message": {"content": content}}]})
    return raw(text.encode(), status)


def raw(body: bytes, status: int = 200) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with these bytes."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def advice(peer: Peer, seconds: float = 5.0) -> dict[str, str]:
    """Ask the peer."""
    return dict(ModelAdviser(peer.url, "tiny", KEY, seconds).advise(QUESTIONS))


def test_questions_go_out_and_answers_come_back() -> None:
    content = 'Sure:\n```json\n{"type|t|a": "Yes, they are counts.", "key|t": 5}\n```'
    with peer(says(content)) as server:
        found = advice(server)

    assert found == {"type|t|a": "Yes, they are counts."}
    (asked,) = server.asked
    assert asked["model"] == "tiny"
    assert json.loads(asked["messages"][1]["content"]) == {q.id: q.text for q in QUESTIONS}
    assert server.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize(
    "answer",
    [
        says("I do not know."),
        says("{not json}"),
        says("[1, 2]"),
        says('{"type|t|a": "yes"}', status=500),
        says('{"type|t|a": "yes"}', status=401),
        raw(b"<html>"),
        raw(b'{"choices": []}'),
        raw(b'{"choices": [{"message": {"content": null}}]}'),
        raw(b'"text"'),
        raw(b"[" * 100_000),
        raw(b"\xff\xfe\xff"),
        raw(b"x" * (2 << 20)),
    ],
)
def test_a_bad_answer_is_no_advice_and_leaks_no_key(
    answer: Callable[[BaseHTTPRequestHandler], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with peer(answer) as server:
        assert advice(server) == {}

    assert KEY not in caplog.text


def test_a_redirect_is_not_followed() -> None:
    def moved(handler: BaseHTTPRequestHandler) -> None:
        """Send the caller, and its key, elsewhere."""
        handler.send_response(302)
        handler.send_header("Location", elsewhere.url + "/chat/completions")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with peer(says("{}")) as elsewhere, peer(moved) as server:
        assert advice(server) == {}

    assert elsewhere.asked == []


def test_a_model_that_never_ends_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    ended = threading.Event()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        """Send a byte now and then until nobody listens."""
        handler.send_response(200)
        handler.end_headers()
        try:
            while not ended.wait(0.05):
                handler.wfile.write(b" ")
                handler.wfile.flush()
        except OSError:
            return

    with peer(slow) as server:
        began = time.monotonic()
        assert advice(server, seconds=0.5) == {}
        ended.set()

    assert time.monotonic() - began < 30
    assert KEY not in caplog.text


def test_nobody_there_is_no_advice(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for url in ("http://127.0.0.1:1/v1", "no address", "http://[::bad/v1"):
        assert ModelAdviser(url, "tiny", KEY).advise(QUESTIONS) == {}

    assert KEY not in caplog.text


def test_the_key_is_not_in_the_words_of_the_adviser() -> None:
    assert KEY not in repr(ModelAdviser("http://x", "tiny", KEY))


@dataclass
class Oracle:
    """Answers every question the same."""

    answer: str
    name: str = "oracle"
    asked: list[Question] = field(default_factory=list)

    def advise(self, questions: Sequence[Question]) -> dict[str, str]:
        """Answer."""
        self.asked += questions
        return {question.id: self.answer for question in questions} | {"other": "noise"}


def schema(confidence: float) -> Schema:
    """Make a schema whose decisions are all equally sure."""
    decision = Decision(confidence, ("Because.",))
    meaning = SemanticType("city", decision)
    column = Column("place", "string", decision, minimum="Secretville", semantic=meaning)
    reference = Reference(("place",), "places", ("name",), decision)
    table = Table("t", "t.csv", 3, (column,), Key(("place",), decision), (), (reference,))
    return Schema((table,))


def test_doubtful_decisions_get_one_more_line_and_stay_as_they_are() -> None:
    oracle = Oracle("No.\nIt is\x00 a river. " + "x" * 900)

    found = with_advice(schema(0.5), oracle).tables[0]

    key = found.primary_key
    semantic = found.columns[0].semantic
    assert key is not None
    assert semantic is not None
    for decision in (
        found.columns[0].decision,
        semantic.decision,
        key.decision,
        found.references[0].decision,
    ):
        assert decision.confidence == 0.5
        assert decision.evidence[0] == "Because."
        (line,) = decision.evidence[1:]
        assert line.startswith("The model oracle says: No. It is a river.")
        assert len(line) < 250
    assert semantic.type == "city"
    assert "Secretville" not in " ".join(question.text for question in oracle.asked)


def test_sure_decisions_are_not_asked_about() -> None:
    oracle = Oracle("No.")

    assert with_advice(schema(0.8), oracle) == schema(0.8)
    assert oracle.asked == []
