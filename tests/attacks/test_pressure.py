"""Many callers, callers who leave, floods of text: each gets an answer, nobody else notices."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.attacks.target import ATTACKER, QUERY_SECONDS, VANDAL, Attack, Target
from tests.e2e.served import eventually

PATH = f"/projects/{ATTACKER}/sparql"
ROWS = " ".join(str(number) for number in range(5_000))
BLOCKS = " ".join(f"VALUES ?v{number} {{ {ROWS} }}" for number in range(3))
HEAVY = f"SELECT (COUNT(*) AS ?heavy) {{ {BLOCKS} }}"
CROSS = "SELECT (COUNT(*) AS ?heavy) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
BUSY = frozenset({429, 503})
DIRECT = {"Content-Type": "application/sparql-query"}


def under_way(target: Target) -> list[str]:
    """List the texts of the attacker's queries that run or wait."""
    listed = target.http.get("/api/v1/queries").json()["items"]
    return [item["id"] for item in listed if "?heavy" in item["text"]]


def test_one_caller_gets_its_share_and_no_more(target: Target) -> None:
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(target.send, [Attack("A28", HEAVY, BUSY)] * 50))

    assert {answer.status_code for answer in answers} == BUSY
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 40
    assert all(answer.headers["Retry-After"] for answer in refused)
    assert {answer.json()["code"] for answer in refused} == {"too-many-queries"}
    target.check()


def test_a_query_of_another_caller_passes_the_heavy_ones(target: Target) -> None:
    answered: list[int] = []

    def ask() -> None:
        answered.append(target.send(Attack("A28", HEAVY, BUSY)).status_code)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(under_way(target)) == len(threads), 5)
    other = httpx.HTTPTransport(local_address="127.0.0.6")
    with httpx.Client(base_url=target.server.url, transport=other, timeout=60) as http:
        status = http.post(PATH, content="ASK {}", headers=DIRECT).status_code
    before = list(answered)
    for thread in threads:
        thread.join()

    assert (status, before) == (200, [])
    target.check()


def test_many_callers_are_all_answered(target: Target) -> None:
    def ask(number: int) -> int:
        transport = httpx.HTTPTransport(local_address=f"127.0.3.{number}")
        with httpx.Client(base_url=target.server.url, transport=transport, timeout=60) as http:
            return http.post(PATH, content=HEAVY, headers=DIRECT).status_code

    # With more heavy callers than readers everybody waits, the canary too.
    with target.canary.asking, ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(ask, range(1, 21)))

    assert set(answers) <= BUSY
    target.check()


def test_a_query_of_a_caller_who_leaves_is_ended(target: Target) -> None:
    address = ("127.0.0.1", int(target.server.url.rpartition(":")[2]))
    body = HEAVY.encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(address, source_address=("127.0.0.4", 0)) as caller:
        caller.sendall(head.encode() + b"Content-Type: application/sparql-query\r\n\r\n" + body)
        eventually(lambda: under_way(target), 5)

    # Sooner than the time limit of queries, which would end it too.
    eventually(lambda: not under_way(target), QUERY_SECONDS / 2)
    target.check()


def test_a_query_can_be_cancelled_by_its_id(target: Target) -> None:
    answers: list[httpx.Response] = []

    def ask() -> None:
        headers = {**DIRECT, "Mimir-Query-Id": "mine-1"}
        answers.append(target.http.post(PATH, content=HEAVY, headers=headers))

    asking = threading.Thread(target=ask)
    asking.start()
    eventually(lambda: "mine-1" in under_way(target), 5)
    ended = target.http.delete("/api/v1/queries/mine-1")
    asking.join()

    assert (ended.status_code, ended.json()) == (200, {"id": "mine-1"})
    assert (answers[0].status_code, answers[0].json()["code"]) == (503, "query-cancelled")
    assert answers[0].headers["Mimir-Query-Id"] == "mine-1"
    assert target.http.delete("/api/v1/queries/mine-1").status_code == 404
    target.check()


def test_readers_who_do_not_read_hold_nobody_up(target: Target) -> None:
    address = ("127.0.0.1", int(target.server.url.rpartition(":")[2]))
    rows = " ".join(str(number) for number in range(700))
    query = f"SELECT * {{ VALUES ?a {{ {rows} }} VALUES ?b {{ {rows} }} }}".encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(query)}\r\n"
    own = ("127.0.0.5", 0)
    callers = [socket.create_connection(address, source_address=own) for _ in range(4)]
    for caller in callers:
        caller.sendall(head.encode() + b"Content-Type: application/sparql-query\r\n\r\n" + query)
    for caller in callers:
        caller.recv(64)

    target.check()
    for caller in callers:
        caller.close()


FLOODS = {
    "comments": (b"#" * ((256 << 10) + 1), {413}),
    "comments and a query": (b"#\n" * (128 << 10) + b"ASK {}", {413}),
    "one name": (b"ASK { ?s ?p " + b"a." * (120 << 10) + b" }", {400, 503}),
    "polygon": (b"ASK { ?s ?p 'POLYGON((" + b"0 1," * (100 << 10) + b"0 1))' }", {413}),
    "NUL": (b"ASK { ?s ?p '\0' }", {400}),
    "NUL outside": (b"\0ASK {}", {400}),
    "not UTF-8": (b"ASK { ?s ?p '\xff' }", {400}),
    "surrogate": (b"ASK { ?s ?p '\xed\xa0\x80' }", {400}),
    "escaped surrogate": (b"ASK { ?s ?p '\\uD800' }", {400, 422}),
    "overlong": (b"ASK { ?s ?p '\xc0\xaf' }", {400}),
    "open strings": (b"ASK { ?s ?p '''" + b"''\\'" * 50_000, {400}),
    "nothing": (b"", {400}),
}


@pytest.mark.parametrize(("body", "statuses"), FLOODS.values(), ids=FLOODS)
def test_a_flood_of_text_is_refused(target: Target, body: bytes, statuses: set[int]) -> None:
    for headers in (DIRECT, {**DIRECT, "Accept": "*/*"}, {**DIRECT, "Accept": "text/csv"}):
        answer = target.http.post(PATH, content=body, headers=headers)

        assert answer.status_code in statuses, answer.text[:300]
    target.check()


@pytest.mark.parametrize("size", [1 << 18, 9 << 20])
def test_a_large_insert_is_done_or_refused(target: Target, size: int) -> None:
    row = "<urn:big> <urn:p> 'value' . "
    text = "INSERT DATA { " + row * (size // len(row)) + " }"

    answer = target.send(Attack("A32", text, frozenset(), "update"), VANDAL)

    assert answer.status_code == (204 if size < 8 << 20 else 413), answer.text
    target.check()


def test_twenty_callers_who_ask_heavy_queries_starve_nobody(target: Target) -> None:
    ended = threading.Event()
    answers: list[tuple[int, float]] = []

    def attack(number: int) -> None:
        transport = httpx.HTTPTransport(local_address=f"127.0.8.{number}")
        with httpx.Client(base_url=target.server.url, transport=transport, timeout=60) as http:
            while not ended.is_set():
                http.post(PATH, content=CROSS, headers=DIRECT)

    def ask() -> None:
        other = httpx.HTTPTransport(local_address="127.0.8.99")
        with httpx.Client(base_url=target.server.url, transport=other, timeout=60) as http:
            for _ in range(10):
                begin = time.monotonic()
                status = http.post(PATH, content="ASK {}", headers=DIRECT).status_code
                answers.append((status, time.monotonic() - begin))
        ended.set()

    with target.canary.asking, ThreadPoolExecutor(21) as threads:
        for number in range(1, 21):
            threads.submit(attack, number)
        threads.submit(ask)

    assert all(taken < 10 for _, taken in answers)
    assert [status for status, _ in answers].count(200) >= 5
    target.check()
