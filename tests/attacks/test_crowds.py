"""Many callers at once, each with its own address, and texts that take long to look at."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import httpx

from tests.attacks.target import ATTACKER, VANDAL, Target
from tests.attacks.test_pressure import HEAVY

_QUERY, _UPDATE = "application/sparql-query", "application/sparql-update"
_MANY = 40
# `tests/attacks/test_survival.py` measures the delay of 95 of 100 queries over all attacks.
_SOON = 0.5
# Few bytes a token: what takes longest to look at, and what looks like a request to another server.
LONG = [
    "INSERT DATA { <urn:a> <urn:b> " + ",".join("1" * 3_900_000) + " }",
    "INSERT DATA { " + "<urn:a> <urn:b> 1 . " * 400_000 + " <urn:a> <urn:b> 'SERVICE' }",
    "DELETE DATA { " + "<urn:a> <urn:b> ((((1)))) . " * 250_000 + "}",
]


def delays(target: Target, attack: Callable[[], object]) -> list[float]:
    """Attack, and give what the canary waited for its answers meanwhile."""
    before = len(target.canary.during)
    attack()
    return target.canary.during[before:]


def ask(target: Target, address: str, project: str, text: str, kind: str) -> int:
    """Send a text from an address."""
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=target.server.url, transport=transport, timeout=60) as http:
        headers = {"Content-Type": kind}
        return http.post(f"/projects/{project}/sparql", content=text, headers=headers).status_code


def test_a_crowd_of_strangers_does_not_starve_a_caller_with_short_queries(target: Target) -> None:
    statuses: list[int] = []

    def attack() -> None:
        """Have each address ask."""
        with ThreadPoolExecutor(_MANY) as threads:
            for number in range(_MANY):
                address = f"127.0.8.{number + 1}"
                threads.submit(
                    lambda a=address: statuses.append(ask(target, a, ATTACKER, HEAVY, _QUERY))
                )

    waited = delays(target, attack)

    assert set(statuses) <= {429, 503}
    assert median(waited) <= _SOON
    target.check()


def test_texts_that_take_long_to_look_at_hold_up_nobody_else(target: Target) -> None:
    statuses: list[int] = []

    def attack() -> None:
        """Send them at once, from several addresses."""
        threads = [
            threading.Thread(
                target=lambda t=text, n=number: statuses.append(
                    ask(target, f"127.0.9.{n + 1}", VANDAL, t, _UPDATE)
                )
            )
            for number, text in enumerate(LONG)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    waited = delays(target, attack)

    assert set(statuses) <= {204, 400, 409, 422, 429, 503}
    assert median(waited) <= _SOON
    target.check()
