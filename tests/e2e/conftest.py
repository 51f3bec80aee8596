"""A running owner with the demo fleet in it, made once for all end-to-end tests."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse

from app.client import Client
from app.demo_data import DemoTruth, generate
from app.operations.catalog import OPERATIONS
from app.settings import Settings
from app.wiring import Owner
from graph.changes import ChangeSet
from graph.terms import Quad
from tests.e2e.shop import DATA, ONTOLOGY, SHAPES, Shop


@dataclass(frozen=True)
class Fleet:
    """The demo fleet after its first run."""

    owner: Owner
    client: Client
    truth: DemoTruth
    folder: Path
    run: dict[str, Any]
    webhooks: list[dict[str, Any]]

    def call(self, operation: str, **fields: Any) -> Any:
        """Call an operation on the project."""
        return self.client.call(OPERATIONS[operation], {"project": "fleet", **fields})

    def select(self, query: str, twin: str | None = None) -> list[dict[str, str]]:
        """Run a SELECT; one dictionary of texts per row."""
        place = "/projects/fleet" + (f"/twins/{twin}" if twin else "") + "/sparql"
        headers = {
            "Content-Type": "application/sparql-query",
            "Accept": "application/sparql-results+json",
        }
        answer = self.client.request("POST", place, content=query.encode(), headers=headers).json()
        return [
            {name: term["value"] for name, term in row.items()}
            for row in answer["results"]["bindings"]
        ]


def settings_for(folder: Path, **more: Any) -> Settings:
    """Settings of an owner for tests."""
    return Settings(data=folder, **{"monitor_seconds": 3600, **more})


def finished(client: Client, project: str, run: str, seconds: float = 240) -> dict[str, Any]:
    """Wait for the end of a run by its event stream."""
    deadline = time.monotonic() + seconds
    view: dict[str, Any] = {}
    url = f"/api/v1/projects/{project}/runs/{run}/events"
    with client.http.stream("GET", url, timeout=seconds) as response:
        for line in response.iter_lines():
            if line.startswith("data: "):
                view = json.loads(line.removeprefix("data: "))
            assert time.monotonic() < deadline, view
    return view


@pytest.fixture(scope="session")
def webhooks() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A web server of somebody who wants to be told of alerts: its URL, and what it was sent."""
    received: list[dict[str, Any]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            received.append(json.loads(self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", received
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def fleet(
    webhooks: tuple[str, list[dict[str, Any]]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    """Generate the fleet, run the whole chain on it, and keep the owner."""
    folder = tmp_path_factory.mktemp("fleet")
    truth = generate(folder / "files")
    settings = settings_for(folder / "data", alert_urls=f"ops={webhooks[0]}")
    owner = Owner(settings, port=0)
    owner.start()
    client = Client(owner.url)
    client.call(OPERATIONS["create_project"], {"name": "fleet"})
    paths = sorted((folder / "files").iterdir())
    run = client.upload("fleet", [(path.name, path) for path in paths])
    view = finished(client, "fleet", run["id"])
    assert view["state"] == "succeeded", view
    yield Fleet(owner, client, truth, folder, view, webhooks[1])
    owner.stop()


@pytest.fixture(scope="module")
def shop_owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    """Start an owner for all tests of this file."""
    owner = Owner(settings_for(tmp_path_factory.mktemp("shop")), port=0)
    owner.start()
    yield owner
    owner.stop()


@pytest.fixture
def shop(shop_owner: Owner) -> Iterator[Shop]:
    """Make a small project."""
    shop = Shop(shop_owner, f"shop-{len(shop_owner.services.projects.names())}")
    shop.client.call(OPERATIONS["create_project"], {"name": shop.name})
    names = shop.project.names
    graphs = ((DATA, names.data), (ONTOLOGY, names.ontology), (SHAPES, names.shapes))
    quads = tuple(
        Quad(triple.subject, triple.predicate, triple.object, graph)
        for text, graph in graphs
        for triple in parse(text.replace("/p/shop/", f"/p/{shop.name}/"), RdfFormat.TURTLE)
    )
    shop.project.commit(ChangeSet(quads))
    yield shop
    shop.client.http.close()
