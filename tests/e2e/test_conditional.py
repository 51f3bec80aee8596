"""Changes on conditions: the newest commit that is known, and an ASK that must be true."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from app.api import PREFIX
from app.cli import main
from app.client import Client
from app.operations.catalog import OPERATIONS
from app.operations.registry import Operation
from app.wiring import Owner
from graph.changes import ChangeSet
from graph.projects import Project
from graph.terms import Literal, Quad
from tests.e2e.conftest import settings_for

CHANGES = [item for item in OPERATIONS.values() if item.permission in ("write", "admin")]
OF_PROJECT = [item for item in CHANGES if "<project>" in item.path]
TRUE = 'ASK { ?s ?p "a" }'
FALSE = 'ASK { ?s ?p "no such thing" }'
INSERT = "INSERT DATA { <urn:s> <urn:p> 'new' }"


class Shop:
    """A project of two commits, and its owner."""

    def __init__(self, owner: Owner, folder: Path) -> None:
        self.folder = folder
        self.client = Client(owner.url)
        self.http = self.client.http
        self.client.call(OPERATIONS["create_project"], {"name": "shop"})
        self.project: Project = owner.services.projects.get("shop")
        for text in "ab":
            names = self.project.names
            thing = names.thing("Item", [text])
            quad = Quad(thing, names.term("says"), Literal(text), names.data)
            self.project.commit(ChangeSet((quad,), author="ann", reason=f"+{text}"))

    def send(self, operation: Operation, **more: Any) -> httpx.Response:
        """Call an operation with its example."""
        fields = {**operation.example, "project": "shop", **more}
        path = PREFIX + operation.path
        for name in [name for name in fields if f"<{name}>" in path]:
            path = path.replace(f"<{name}>", str(fields.pop(name)))
        extra = {"params" if operation.method == "DELETE" else "json": fields}
        return self.http.request(operation.method, path, **extra)

    def update(self, **arguments: Any) -> httpx.Response:
        """Send a SPARQL Update."""
        return self.http.post("/projects/shop/update", data={"update": INSERT}, **arguments)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A project of two commits."""
    owner = Owner(settings_for(tmp_path / "data"), port=0)
    owner.start()
    yield Shop(owner, tmp_path / "data")
    owner.stop()


def refused(answer: httpx.Response, words: str) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (412, "precondition-failed"), answer.text
    assert words in problem["detail"]


def test_every_change_of_a_project_heeds_both_conditions(shop: Shop) -> None:
    assert [item.name for item in OF_PROJECT if not item.conditional] == []
    for operation in OF_PROJECT:
        stale = shop.send(operation, if_match="1")
        refused(stale, "at commit 2, which If-Match does not name")
        assert stale.json()["commits"] == [{"number": 2, "author": "ann", "reason": "+b"}]
        refused(shop.send(operation, require_ask=FALSE), "condition is false at commit 2")
    assert shop.project.sequence == 2


def test_the_condition_is_a_header_a_parameter_or_a_field(shop: Shop) -> None:
    refused(shop.update(headers={"Mimir-Require-Ask": FALSE}), FALSE)
    refused(shop.update(params={"require_ask": FALSE}), FALSE)
    form = {"update": INSERT, "require_ask": FALSE}
    refused(shop.http.post("/projects/shop/update", data=form), FALSE)
    turtle = {"Content-Type": "text/turtle", "Mimir-Require-Ask": FALSE}
    for method in ("PUT", "POST", "DELETE"):
        place = "/projects/shop/graph-store?graph=urn:g"
        refused(shop.http.request(method, place, content="<a:a> <a:b> 1 .", headers=turtle), FALSE)
    patch = {"Content-Type": "application/rdf-patch", "Mimir-Require-Ask": FALSE}
    place = "/projects/shop/graph-store?default"
    refused(shop.http.patch(place, content="A <a:a> <a:b> 1 .\n", headers=patch), FALSE)
    files = {"files": ("x.csv", b"a,b\n1,2\n")}
    place = f"{PREFIX}/projects/shop/files"
    refused(shop.http.post(place, files=files, headers={"Mimir-Require-Ask": FALSE}), FALSE)
    assert shop.project.sequence == 2

    done = shop.update(headers={"Mimir-Require-Ask": TRUE, "If-Match": '"2"'})
    assert (done.status_code, done.headers["ETag"]) == (204, '"3"')


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("SELECT * { ?s ?p ?o }", 400),
        ("ASK { nonsense", 400),
        ("ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 422),
    ],
)
def test_a_condition_that_is_no_ask_is_refused(shop: Shop, text: str, status: int) -> None:
    assert shop.update(params={"require_ask": text}).status_code == status
    assert shop.project.sequence == 2


def test_at_a_twins_own_address_the_twin_is_asked(shop: Shop) -> None:
    shop.client.call(OPERATIONS["create_twin"], {"project": "shop", "id": "plan"})
    place, ask = "/projects/shop/twins/plan/sparql", 'ASK { ?s ?p "new" }'
    assert shop.http.post(place, data={"update": INSERT}).status_code == 204

    refused(shop.update(params={"require_ask": ask}), ask)
    again = {"update": "INSERT DATA { <urn:s> <urn:p> 'newer' }", "require_ask": ask}
    assert shop.http.post(place, data=again).status_code == 204


def test_commands_take_conditions_too(shop: Shop) -> None:
    runner = CliRunner(env={"MIMIR_URL": shop.client.url, "MIMIR_DATA": str(shop.folder)})
    create = ["create-twin", "--project", "shop", "--id", "plan"]

    no = runner.invoke(main, [*create, "--require-ask", FALSE])
    stale = runner.invoke(main, [*create, "--if-match", "1"])
    yes = runner.invoke(main, [*create, "--require-ask", TRUE, "--if-match", "2"])

    assert (no.exit_code, stale.exit_code, yes.exit_code) == (1, 1, 0), yes.output
    assert "condition is false" in no.output
    assert "If-Match does not name" in stale.output
    assert json.loads(yes.output)["id"] == "plan"
    past = runner.invoke(main, ["list-project-twins", "--project", "shop", "--at", "2"])
    assert json.loads(past.output)["items"] == []
