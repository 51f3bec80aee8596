"""A proxy in front of a store that fails when it is told to."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

PAGE = b"<!DOCTYPE html><html><body>Something is wrong here</body></html>"
NONE = b'{"head":{"vars":["n"]},"results":{"bindings":[]}}'


@dataclass
class Fault:
    """What happens to the next requests to a service.

    Attributes:
        service: last part of its address.
        kind: `drop` and `lose` end the connection before and after the store did its work, `cut`
            does in the middle of the answer; `slow` is answered late; `down` is the first of many
            that are dropped; any other is a status that the proxy answers in the store's place,
            or `page` and `lie`: a page, as what it is, and as JSON; `none`: no solution.
        times: how many requests it hits.
        after: how many it lets pass before.
        having: part of the bodies that it hits.
        during: done while the store is at work on the request, whose answer is lost.
    """

    service: str
    kind: str
    times: int = 1
    having: bytes = b""
    after: int = 0
    during: Callable[[], None] | None = None


@dataclass
class FaultyProxy:
    """The proxy: its own address, that of the store, and what is to go wrong.

    Attributes:
        graphs: name of the store's graph store service.
    """

    target: str
    url: str = ""
    graphs: str = "store"
    faults: list[Fault] = field(default_factory=list)
    late: threading.Event = field(default_factory=threading.Event)

    def heal(self) -> None:
        """Pass on everything from now on."""
        self.faults.clear()

    def services(self) -> list[str]:
        """Addresses of the query, update and graph store services."""
        return [f"{self.url}/{name}" for name in ("query", "update", self.graphs)]

    def fault(self, service: str, body: bytes) -> Fault:
        """Give what goes wrong with a request."""
        for fault in self.faults:
            if fault.service in (service, "all") and fault.times and fault.having in body:
                if fault.after:
                    fault.after -= 1
                    continue
                fault.times -= 1
                if fault.kind == "down":
                    self.faults.insert(0, Fault("all", "drop", 1_000_000))
                return fault
        return Fault(service, "")


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        service = self.path.strip("/").partition("?")[0]
        fault = self.server.proxy.fault(service, body)
        kind = fault.kind
        if fault.during:
            working = threading.Thread(target=self._forward, args=(body,))
            working.start()
            fault.during()
            working.join()
        if kind in ("drop", "down"):
            return
        if kind and kind not in ("lose", "cut", "slow"):
            self._answer_itself(kind)
            return
        answer = self._forward(body)
        if answer is None:
            return
        if kind == "slow":
            self.server.proxy.late.wait(10)
        if kind != "lose":
            self._pass_on(answer, cut=kind == "cut")

    def _forward(self, body: bytes) -> httpx.Response | None:
        names = ("Content-Type", "Accept")
        headers = {name: self.headers[name] for name in names if name in self.headers}
        address = self.server.proxy.target + self.path
        try:
            return httpx.post(address, content=body, headers=headers, timeout=60)
        except httpx.TransportError:
            return None

    def _pass_on(self, answer: httpx.Response, *, cut: bool) -> None:
        body = answer.content
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
        self.send_header("Content-Length", str(len(body) + cut))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)

    def _answer_itself(self, kind: str) -> None:
        status = int(kind) if kind.isdigit() else 200
        self.send_response(status)
        results = kind in ("lie", "none")
        media = "application/sparql-results+json" if results else "text/html"
        self.send_header("Content-Type", media)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/login")
        self.end_headers()
        self.wfile.write(NONE if kind == "none" else PAGE)

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def __init__(self, proxy: FaultyProxy) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.proxy = proxy


@contextmanager
def faulty_proxy(target: str) -> Iterator[FaultyProxy]:
    """Run a proxy in front of the store at an address."""
    proxy = FaultyProxy(target)
    with _Server(proxy) as server:
        proxy.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield proxy
        finally:
            proxy.late.set()
            server.shutdown()
            thread.join()
