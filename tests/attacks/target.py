"""The server under attack: one process, a canary project, listeners that nobody may reach."""

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.served import READER, Served, descendants

ATTACKER, VANDAL, CANARY = "attacker", "vandal", "canary"
SECRET = "canary-secret-7f3a"
QUERY_SECONDS = 2
_NODES = 600
_QUIET_QUERIES = 30
_PAUSE = 0.05
_TEXT = {"query": "application/sparql-query", "update": "application/sparql-update"}


@dataclass(frozen=True)
class Attack:
    """One payload and the statuses that the contract allows for it."""

    name: str
    text: str
    statuses: frozenset[int]
    kind: str = "query"


@dataclass
class Canary:
    """Asks one point query again and again, as another caller than the attacker."""

    url: str
    quiet: list[float] = field(default_factory=list)
    during: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    asking: threading.Lock = field(default_factory=threading.Lock)

    def measure(self, ended: threading.Event) -> None:
        """Ask until told to end; the first queries are the quiet ones."""
        query = {"query": "SELECT ?o { <urn:canary> <urn:says> ?o }"}
        with httpx.Client(base_url=self.url, timeout=60) as http:
            while not ended.is_set():
                with self.asking:
                    begin = time.monotonic()
                    answer = http.get(f"/projects/{CANARY}/sparql", params=query)
                    taken = time.monotonic() - begin
                quiet = len(self.quiet) < _QUIET_QUERIES
                (self.quiet if quiet else self.during).append(taken)
                if answer.status_code != 200 or SECRET not in answer.text:
                    self.wrong.append(f"{taken:.2f} s {answer.status_code} {answer.text[:200]}")
                ended.wait(0.01 if quiet else _PAUSE)


@dataclass
class Target:
    """The server and what is known about its healthy state."""

    server: Served
    http: httpx.Client
    canary: Canary
    sinks: list[socket.socket]
    state: str = ""
    open_files: int = 0

    @property
    def ports(self) -> list[int]:
        """Ports of the listeners that nobody may reach."""
        return [int(sink.getsockname()[1]) for sink in self.sinks]

    def send(self, attack: Attack, project: str = ATTACKER) -> httpx.Response:
        """Send a payload as the attacker."""
        headers = {"Content-Type": _TEXT[attack.kind], "Accept": "text/csv, text/turtle;q=0.5"}
        body = attack.text.encode("utf-8", "surrogatepass")
        return self.http.post(f"/projects/{project}/sparql", content=body, headers=headers)

    def ask(self, text: str, project: str = ATTACKER, **more: Any) -> str:
        """Give the answer to a query as CSV, or an empty text where it was refused."""
        answer = self.http.get(
            f"/projects/{project}/sparql",
            params={"query": text, **more},
            headers={"Accept": "text/csv, application/n-triples;q=0.5"},
        )
        assert answer.status_code in (200, 400, 403, 422), answer.text
        return answer.text if answer.status_code == 200 else ""

    def digest(self) -> str:
        """Digest all triples of the canary project."""
        text = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } ORDER BY ?g ?s ?p ?o"
        return hashlib.sha256(self.ask(text, CANARY).encode()).hexdigest()

    def readers(self) -> int:
        """Count the reader processes."""
        return len(descendants(self.server.process.pid, READER))

    def count_open_files(self) -> int:
        """Count the open files of the server."""
        return len(list(Path(f"/proc/{self.server.process.pid}/fd").iterdir()))

    def check(self) -> None:
        """Assert what holds after every attack: U1, U2, U4."""
        assert self.server.process.poll() is None
        assert self.http.get("/readyz").status_code == 200
        assert self.digest() == self.state
        for sink in self.sinks:
            assert untouched(sink)


def untouched(sink: socket.socket) -> bool:
    """Tell whether nobody connected to a listener."""
    try:
        sink.accept()
    except BlockingIOError:
        return True
    return False


@contextmanager
def under_attack(folder: Path) -> Iterator[Target]:
    """Serve an attacker's and a canary project for the length of the context."""
    settings = {"query_seconds": QUERY_SECONDS, "query_memory_mb": 512, "readers": 2}
    server = Served(folder, **settings)
    # Another address is another caller: the canary must not share the attacker's fate.
    attacker = httpx.HTTPTransport(local_address="127.0.0.2")
    ended = threading.Event()
    sinks = [_sink(family) for family in (socket.AF_INET, socket.AF_INET)]
    canary = Canary(server.url)
    watcher = threading.Thread(target=canary.measure, args=(ended,))
    with httpx.Client(base_url=server.url, transport=attacker, timeout=60) as http:
        target = Target(server, http, canary, sinks)
        try:
            _fill(target)
            watcher.start()
            while len(canary.quiet) < _QUIET_QUERIES:
                ended.wait(0.05)
            target.state = target.digest()
            target.open_files = target.count_open_files()
            yield target
        finally:
            ended.set()
            watcher.join()
            server.stop()
            if server.process.stdout:
                server.process.stdout.close()
            for sink in sinks:
                sink.close()


def _sink(family: socket.AddressFamily) -> socket.socket:
    sink = socket.socket(family)
    sink.bind(("127.0.0.1", 0))
    sink.listen()
    sink.setblocking(False)
    return sink


def _fill(target: Target) -> None:
    for name in (ATTACKER, VANDAL, CANARY):
        answer = target.http.post("/api/v1/projects", json={"name": name})
        assert answer.status_code == 201, answer.text
    rows = [
        f"<urn:n{number}> <urn:p> <urn:n{(number + 1) % _NODES}> ; <urn:q> 'row {number}' ."
        for number in range(_NODES)
    ]
    known = f"<urn:canary> <urn:says> '{SECRET}' . GRAPH <urn:canary:g> {{ <urn:c> <urn:is> 1 }}"
    for project, text in (
        (ATTACKER, " ".join(rows)),
        (VANDAL, " ".join(rows[:20])),
        (CANARY, known),
    ):
        attack = Attack("fill", f"INSERT DATA {{ {text} }}", frozenset({204}), "update")
        answer = target.send(attack, project)
        assert answer.status_code == 204, answer.text
