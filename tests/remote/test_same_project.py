"""A project on a remote store and one on the embedded engine, with one history, say the same."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.operations.registry import Operation
from app.wiring import Owner
from graph.errors import MimirError
from graph.remote.sparql_http import SparqlHttpStore
from tests.e2e.conftest import finished, settings_for

PROJECTS = ("embedded-yard", "remote-yard")
SITES = "site_id,name,opened,area\n" + "".join(
    f"s{n},Site {n % 5},2024-0{n % 9 + 1}-1{n % 3},{n * 1.5}\n" for n in range(12)
)
MACHINES = "machine_id,site_id,power,note\n" + "".join(
    f"m{n},s{n % 12},{n % 17}.0,{'' if n % 4 else 'é “quoted”'}\n" for n in range(60)
)
# What is of one project alone: its own names, times and speeds.
_OWN = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|\+00:00)?"
    r"|[\d,.]+ rows/s|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,27}|\b[0-9a-f]{12,}\b"
)
# What says how long something took, how much it holds on disk, and where it is kept.
_MEASURES = re.compile(r"seconds|bytes|duration|_ms$|^store$|memory|^etag$|per_second")


@dataclass(frozen=True)
class Two:
    """A running owner with the two projects."""

    owner: Owner
    client: Client

    def call(self, project: str, operation: str, **given: Any) -> Any:
        """Call an operation on a project."""
        return self.client.call(OPERATIONS[operation], {"project": project, **given})

    def send(self, project: str, text: str, kind: str = "query", **more: str) -> httpx.Response:
        """Send a query or an update to a project or, with `twin`, to a twin of it."""
        twin = f"/twins/{more['twin']}" if "twin" in more else ""
        headers = {
            "Content-Type": f"application/sparql-{kind}",
            "Accept": more.get("accept", "*/*"),
        }
        terms = f"PREFIX : <http://mimir.local/p/{project}/ontology#> "
        place = f"/projects/{project}{twin}/sparql"
        body = (terms + text).encode()
        return self.client.request("POST", place, content=body, headers=headers)


@pytest.fixture(scope="module")
def two(services: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """The two projects after the same landings, edits, twins, merges, proposals and undos."""
    SparqlHttpStore(*services).update("DROP ALL")
    folder = tmp_path_factory.mktemp("two")
    settings = settings_for(folder / "data", remote_stores=f"big={','.join(services)}")
    owner = Owner(settings, port=0)
    owner.start()
    client = Client(owner.url)
    client.call(OPERATIONS["create_project"], {"name": PROJECTS[0]})
    client.call(OPERATIONS["create_project"], {"name": PROJECTS[1], "store": "big"})
    made = Two(owner, client)
    for project in PROJECTS:
        land(made, project, folder)
        live(made, project)
    yield made
    owner.stop()


def land(two: Two, project: str, folder: Path) -> None:
    """Land the two tables."""
    paths = [folder / "machines.csv", folder / "sites.csv"]
    for path, text in zip(paths, (MACHINES, SITES), strict=True):
        path.write_text(text, encoding="utf-8")
    run = two.client.upload(project, [(path.name, path) for path in paths])
    view = finished(two.client, project, run["id"])
    assert view["state"] == "succeeded", [(step["name"], step["error"]) for step in view["steps"]]


def live(two: Two, project: str) -> None:
    """Change the project in every way that leaves something to read."""
    two.call(project, "set_gate", graph="data", mode="warn")
    two.send(project, "INSERT { ?s :checked true } WHERE { ?s :name 'Site 3' }", "update")
    two.call(project, "create_twin", id="plan", title="A plan")
    change = "INSERT { ?s :power 99.5 } WHERE { ?s :power ?p FILTER (?p > 15) }"
    two.send(project, "DELETE WHERE { ?s :name 'Site 1' }", "update", twin="plan")
    two.send(project, change, "update", twin="plan")
    two.call(project, "create_twin", id="side", title="Another")
    two.send(project, "INSERT DATA { <urn:side> a :Site ; :name 'Side' }", "update", twin="side")
    merge = two.call(project, "start_merge", twin="side", into="base")
    two.call(project, "complete_merge", merge=merge["id"], force=True)
    two.send(project, "INSERT DATA { <urn:new> a :Site ; :name 'New' }", "update")
    two.call(project, "undo_project_commit", commit=newest(two, project))
    two.send(project, "INSERT DATA { <urn:kept> a :Site ; :name 'Kept', 'Twice' }", "update")
    begin = f"PREFIX : <http://mimir.local/p/{project}/ontology#> "
    for text in ("DELETE WHERE { ?s :name 'Site 4' }", "INSERT DATA { <urn:p> a :Site }"):
        made = two.call(project, "propose_change", update=begin + text, reason="Test")
        two.call(project, "approve_proposal", proposal=made["id"], by="kim")
        two.call(project, "apply_proposal", proposal=made["id"], by="kim")
    two.call(project, "undo_proposal", proposal=made["id"], by="kim", reason="Wrong")
    two.call(project, "propose_change", update=begin + text, reason="Open", confidence=0.2)
    two.call(project, "publish_ontology", note="First")
    two.call(project, "edit_ontology", kind="label", target="Site", value="plant")
    two.call(project, "set_reasoning", mode="on-demand")
    two.call(project, "run_reasoning")


def newest(two: Two, project: str) -> int:
    """Give the number of the newest commit."""
    return int(two.call(project, "list_project_commits", limit=1)["items"][0]["sequence"])


def readings() -> list[Operation]:
    """List the operations that read a project, but for the one that lists kept checkpoints."""
    return [
        operation
        for operation in OPERATIONS.values()
        if operation.reads
        and operation.name != "get_history_usage"
        and "project" in {item.name for item in fields(operation.request)}
    ]


def leveled(value: Any, project: str) -> Any:
    """Give an answer without what is of one project alone."""
    if isinstance(value, dict):
        return {
            name: leveled(item, project)
            for name, item in value.items()
            if not _MEASURES.search(name)
        }
    if isinstance(value, list):
        return [leveled(item, project) for item in value]
    if isinstance(value, str):
        # The lines of a patch are in the order that an engine gave.
        return "\n".join(sorted(_OWN.sub("*", value.replace(project, "yard")).split("\n")))
    return value


def said(two: Two, project: str, operation: Operation, given: dict[str, Any]) -> str:
    """What an operation answers, or the error that it ends with."""
    try:
        found = two.call(project, operation.name, **given)
    except MimirError as error:
        found = {"error": error.code, "message": str(error)}
    return json.dumps(leveled(found, project), sort_keys=True, indent=1, default=str)


def arguments(two: Two, project: str, operation: Operation) -> list[dict[str, Any]]:
    """Give the arguments to call an operation with."""
    last = newest(two, project)
    given: dict[str, list[Any]] = {
        "twin": ["plan", "side", "none"],
        "commit": [1, 2, *range(last - 12, last + 2)],
        "run": [two.call(project, "list_project_runs")["items"][0]["id"]],
        "merge": [item["id"] for item in two.call(project, "list_merges")["items"]],
        "proposal": [item["id"] for item in two.call(project, "list_proposals")["items"]],
    }
    name = next((name for name in given if f"<{name}>" in operation.path), "")
    if name:
        return [{name: value} for value in given[name]]
    if operation.name == "compare_project_states":
        pairs = ((1, last), (last - 5, last), (last, "twin:plan"), ("twin:plan", 2))
        return [{"old": str(old), "new": str(new)} for old, new in pairs]
    if operation.name == "diff_ontology":
        return [{"old": "1"}]
    if operation.name == "export_project_graph":
        graphs = ("data", "ontology", "shapes", "inferred")
        return [{"graph": graph, "format": "n-triples"} for graph in graphs]
    return [{}]


@pytest.mark.parametrize("name", [operation.name for operation in readings()])
def test_every_operation_that_reads_says_the_same(two: Two, name: str) -> None:
    operation = OPERATIONS[name]
    here, there = (arguments(two, project, operation) for project in PROJECTS)

    for mine, theirs in zip(here, there, strict=True):
        assert said(two, PROJECTS[1], operation, theirs) == said(two, PROJECTS[0], operation, mine)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
        "SELECT * { ?s a :Machine ; :power ?p ; :site ?l . ?l :name ?n ; :area ?a }",
        "SELECT ?n (SUM(?p) AS ?sum) (AVG(?a) AS ?b) { ?m :power ?p ; :site ?s ."
        " ?s :name ?n ; :area ?a } GROUP BY ?n",
        "SELECT ?s ?d { ?s :opened ?d FILTER (YEAR(?d) = 2024 && STR(?d) > '2024-05') }",
        "CONSTRUCT WHERE { ?s a :Site ; :name ?n }",
        "DESCRIBE ?s WHERE { ?s :name 'Site 2' }",
        "ASK { ?s :power 99.5 }",
    ],
)
@pytest.mark.parametrize("media", ["text/csv", "application/sparql-results+json"])
@pytest.mark.parametrize("twin", ["", "plan"])
def test_queries_of_the_project_and_of_a_twin_say_the_same(
    two: Two, query: str, media: str, twin: str
) -> None:
    more = {"accept": f"{media}, application/n-triples", **({"twin": twin} if twin else {})}

    here, there = (two.send(name, query, **more) for name in PROJECTS)

    assert lines(there, PROJECTS[1]) == lines(here, PROJECTS[0])


def lines(answer: httpx.Response, project: str) -> tuple[str, list[str]]:
    """What an answer is, and its parts in an order of their own."""
    text = answer.text.replace(f"/p/{project}", "/p/yard")
    parts = text.splitlines()
    if "json" in answer.headers["Content-Type"]:
        found = json.loads(text)
        rows = found.get("results", {"bindings": [found]})["bindings"]
        parts = [json.dumps(row, sort_keys=True) for row in rows]
    return answer.headers["Content-Type"], sorted(parts)
