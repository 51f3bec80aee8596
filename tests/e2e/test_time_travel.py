"""Every read of a project's graph, at any commit: the registry is asked, so none is forgotten."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api import PREFIX
from app.client import Client
from app.operations.catalog import OPERATIONS
from app.operations.registry import Operation
from app.wiring import Owner
from graph.changes import ChangeSet
from graph.projects import Project
from tests.e2e.conftest import finished, settings_for
from tests.record_shapes import unfit_records

TOWNS = "town_id,name,people\n" + "".join(f"{n},Town {n},{n * 100}\n" for n in range(1, 31))
TERMS = "http://mimir.local/p/towns/ontology#"
READS = [item for item in OPERATIONS.values() if item.permission == "read"]
TIMED = [item for item in READS if item.timed]

CHANGED = {
    "diff_ontology",
    "explain_query",
    "explain_triple",
    "export_project_graph",
    "get_merge",
    "get_proposal",
    "get_schema",
    "get_summary",
    "list_ontology_edits",
    "list_ontology_versions",
    "list_project_twins",
    "list_proposals",
    "list_saved_queries",
    "run_query",
    "run_saved_query",
}
"""Reads that must answer otherwise when all is lost."""


class Towns:
    """A project with something for every read, and the commit `then` at which it had it."""

    def __init__(self, owner: Owner) -> None:
        self.client = Client(owner.url)
        self.client.call(OPERATIONS["create_project"], {"name": "towns"})
        self.project: Project = owner.services.projects.get("towns")
        self.ids: dict[str, Any] = {}
        self.then = 0
        self.before: dict[str, Any] = {}
        self.unfit: list[str] = []

    def call(self, operation: str, **fields: Any) -> Any:
        return self.client.call(OPERATIONS[operation], {"project": "towns", **fields})

    def fill(self, folder: Path) -> None:
        """Land a table and leave one record of each kind that operations show."""
        path = folder / "towns.csv"
        path.write_text(TOWNS)
        run = self.client.upload("towns", [("towns.csv", path)])
        view = finished(self.client, "towns", run["id"])
        assert view["state"] == "succeeded", view
        self.call("create_twin", id="plan")
        town = "<http://mimir.local/p/towns/id/Town/1>"
        label = f"{town} <{TERMS}motto> "
        self.call("change_twin", twin="plan", update=f'INSERT DATA {{ {label} "Grow" }}')
        made = self.call("propose_change", reason="Test", update=f'INSERT DATA {{ {label} "Old" }}')
        merge = self.call("start_merge", twin="plan")
        self.call("save_query", name="mine", query="SELECT ?s WHERE { ?s a ?class }")
        self.call("publish_ontology", note="First")
        self.call("edit_ontology", kind="comment", target="Town", value="A place")
        triple = f'{town} <{TERMS}name> "Town 1"'
        self.ids = {
            "proposal": made["id"],
            "merge": merge["id"],
            "name": "mine",
            "twin": "plan",
            "triple": triple,
            "old": "1",
            "commit": "3",
            "query": "SELECT * WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 50",
        }

    def fields(self, operation: Operation) -> dict[str, Any]:
        """Give fields of a call that the project can answer."""
        given = {**operation.example, "project": "towns"}
        found = {name: self.ids.get(name, value) for name, value in given.items()}
        return {name: value for name, value in found.items() if name != "parameters"}

    def ask(self, operation: Operation, **more: Any) -> httpx.Response:
        """Call an operation by HTTP, whatever it answers."""
        fields = {**self.fields(operation), **more}
        path = PREFIX + operation.path
        for name in [name for name in fields if f"<{name}>" in path]:
            path = path.replace(f"<{name}>", str(fields.pop(name)))
        headers = fields.pop("headers", {})
        if operation.method == "POST":
            return self.client.http.post(path, json=fields, headers=headers)
        return self.client.http.get(path, params=fields, headers=headers)


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    """A project whose every record and triple, but for commits, was removed after `then`."""
    folder = tmp_path_factory.mktemp("towns")
    owner = Owner(settings_for(folder / "data"), port=0)
    owner.start()
    found = Towns(owner)
    found.fill(folder)
    found.then = found.project.sequence
    for item in TIMED:
        answer = found.ask(item)
        assert answer.status_code == 200, (item.name, answer.text)
        found.before[item.name] = answer.json()
    commits = found.project.names.record("commit", "").value
    found.unfit = unfit_records(found.project)
    everything = tuple(
        quad
        for graph in found.project.graphs()
        for quad in found.project.quads(graph)
        if not str(getattr(quad.subject, "value", "")).startswith(commits)
    )
    found.project.commit(ChangeSet((), everything, reason="All is lost"))
    yield found
    owner.stop()


def test_every_read_of_a_project_has_a_past_or_says_why_not() -> None:
    silent = [
        item.name for item in READS if not item.timed and not item.live and "<project>" in item.path
    ]

    assert silent == []
    assert {item.name for item in READS if item.live} == {
        "get_history_usage",
        "get_project",
        "get_run",
        "list_project_runs",
        "verify_log",
    }


@pytest.mark.parametrize("name", [item.name for item in TIMED])
def test_a_read_answers_as_it_did_at_the_commit(towns: Towns, name: str) -> None:
    operation = OPERATIONS[name]

    past = towns.ask(operation, at=str(towns.then))

    assert past.status_code == 200, past.text
    assert past.json() == towns.before[name]
    assert past.headers["ETag"] == f'"{towns.then}"'
    assert "Memento-Datetime" in past.headers
    now = towns.ask(operation)
    if now.status_code == 200:
        assert now.headers["ETag"] == f'"{towns.then + 1}"'
        assert "Memento-Datetime" not in now.headers
    if name in CHANGED:
        assert now.status_code != 200 or now.json() != towns.before[name]


def test_a_read_takes_a_time_as_a_field_a_parameter_or_a_header(towns: Towns) -> None:
    operation = OPERATIONS["get_summary"]
    time = towns.call("get_project_commit", commit=str(towns.then))["commit"]["time"]

    assert towns.ask(operation, at=time).json() == towns.before["get_summary"]
    header = {"Accept-Datetime": "Sat, 01 Jan 2000 00:00:00 GMT"}
    assert towns.ask(operation, headers=header).headers["ETag"] == '"1"'
    place = f"{PREFIX}/projects/towns/query?at={towns.then}"
    asked = towns.client.http.post(place, json={"query": towns.ids["query"]})
    assert asked.json() == towns.before["run_query"]
    assert towns.ask(operation, at=str(towns.then + 2)).status_code == 404
    assert towns.ask(operation, at="soon").status_code == 422


@pytest.mark.parametrize("name", [item.name for item in TIMED if item.method == "GET"])
def test_who_has_the_answer_of_a_commit_gets_it_no_second_time(towns: Towns, name: str) -> None:
    operation = OPERATIONS[name]

    same = towns.ask(operation, at=str(towns.then), headers={"If-None-Match": f'"{towns.then}"'})
    other = towns.ask(operation, at=str(towns.then), headers={"If-None-Match": '"1"'})

    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["ETag"] == f'"{towns.then}"'
    assert (other.status_code, other.json()) == (200, towns.before[name])


def test_other_read_doors_know_the_past_too(towns: Towns) -> None:
    http, at = towns.client.http, {"at": str(towns.then)}

    for place in (
        "/projects/towns/void",
        "/projects/towns/graph-store?default",
        f"{PREFIX}/projects/towns/queries/mine",
        f"{PREFIX}/projects/towns/export.zip",
        "/projects/towns/twins/plan/sparql",
    ):
        extra = {"query": towns.ids["query"]} if place.endswith("sparql") else {}
        address = httpx.URL(place).copy_merge_params({**at, **extra})
        past, now = http.get(address), http.get(httpx.URL(place).copy_merge_params(extra))
        assert past.status_code == 200, (place, past.text)
        assert "Memento-Datetime" in past.headers, place
        assert now.content != past.content, place


def test_all_records_of_the_project_fitted_their_shapes(towns: Towns) -> None:
    assert towns.unfit == []
