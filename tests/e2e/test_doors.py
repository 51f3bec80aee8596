"""The doors of a running owner: protocol, problems, limits, agents."""

import asyncio
import json
import subprocess
import sys

import httpx
import pytest
from mcp import types
from mcp.client import Client as AgentClient

from app.mcp_server import make_server
from app.operations.catalog import OPERATIONS
from app.operations.registry import REGISTRY
from app.settings import Settings
from app.wiring import Owner
from graph.errors import BadInput, StoreInUse
from tests.e2e.conftest import Fleet, settings_for

SPARQL = "/projects/fleet/sparql"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s a ?class }"


def test_a_query_is_taken_by_get_by_form_and_directly(fleet: Fleet) -> None:
    http = fleet.client.http
    direct = {"Content-Type": "application/sparql-query"}

    answers = [
        http.get(SPARQL, params={"query": COUNT}),
        http.post(SPARQL, data={"query": COUNT}),
        http.post(SPARQL, content=COUNT, headers=direct),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].headers["ETag"]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("text/html, text/csv;q=0.5, */*;q=0.1", "text/csv"),
        ("*/*", "application/sparql-results+json"),
    ],
)
def test_the_format_of_solutions_is_negotiated(fleet: Fleet, accept: str, media: str) -> None:
    answer = fleet.client.http.get(SPARQL, params={"query": COUNT}, headers={"Accept": accept})

    assert answer.headers["Content-Type"] == media


@pytest.mark.parametrize(
    "media", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
def test_the_format_of_graphs_is_negotiated(fleet: Fleet, media: str) -> None:
    query = "CONSTRUCT WHERE { ?s a <http://mimir.local/p/fleet/ontology#Site> }"

    answer = fleet.client.http.get(SPARQL, params={"query": query}, headers={"Accept": media})

    assert answer.headers["Content-Type"] == media
    assert "Site" in answer.text


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        ({"params": {"query": "SELECT"}}, 400, "bad-query"),
        ({"params": {"query": ["ASK {}", "ASK {}"]}}, 400, "bad-request"),
        ({"params": {"query": COUNT}, "headers": {"Accept": "image/png"}}, 406, "not-acceptable"),
        ({"params": {"query": "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"}}, 403, None),
        ({"params": {"query": COUNT, "default-graph-uri": "urn:mimir:state"}}, 403, None),
        (
            {"params": {"query": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"}},
            422,
            "network-refused",
        ),
    ],
)
def test_a_query_that_cannot_be_answered_gets_a_problem(
    fleet: Fleet, call: dict[str, dict[str, str]], status: int, code: str | None
) -> None:
    answer = fleet.client.http.get(SPARQL, **call)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert code in (None, answer.json()["code"])


@pytest.mark.parametrize("nested", ["(" * 6000, "{" * 5000, "!" * 20000])
def test_a_text_that_kills_its_parser_leaves_the_server_alive(fleet: Fleet, nested: str) -> None:
    answer = fleet.client.http.post(SPARQL, data={"query": "SELECT * { FILTER " + nested})

    assert answer.status_code in (400, 422)
    assert fleet.client.http.get(SPARQL, params={"query": COUNT}).status_code == 200


def test_an_endless_query_is_ended_and_others_go_on(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    owner = Owner(settings_for(tmp_path_factory.mktemp("slow"), query_seconds=1.0), port=0)
    owner.start()
    try:
        http = httpx.Client(base_url=owner.url)
        http.post("/api/v1/projects", json={"name": "slow"})
        values = "VALUES ?x { " + " ".join(str(number) for number in range(300)) + " } "
        names = "abcdef"
        body = " ".join(values.replace("?x", f"?{name}") for name in names)
        query = f"SELECT (SUM(?a*?b*?c*?d*?e*?f) AS ?s) {{ {body} }}"

        answer = http.post("/projects/slow/sparql", data={"query": query})

        assert answer.status_code == 503
        assert answer.json()["code"] == "query-timeout"
        assert http.get("/projects/slow/sparql", params={"query": "ASK {}"}).status_code == 200
    finally:
        owner.stop()


def test_every_operation_is_offered_by_rest_and_agents_with_an_example(fleet: Fleet) -> None:
    document = fleet.client.http.get("/api/v1/openapi.json").json()
    offered = {
        method["operationId"]
        for path in document["paths"].values()
        for method in path.values()
        if isinstance(method, dict) and "operationId" in method
    }

    async def tools() -> set[str]:
        server = make_server(fleet.client, everything=True)
        async with AgentClient(server) as agent:
            return {tool.name for tool in (await agent.list_tools()).tools}

    assert document["openapi"].startswith("3.1")
    assert set(REGISTRY) <= offered
    assert asyncio.run(tools()) == {
        name for name, item in REGISTRY.items() if item.permission != "worker"
    }
    for item in OPERATIONS.values():
        item.request(**item.example)


def test_an_agent_can_ask_a_question(fleet: Fleet) -> None:
    async def ask() -> types.CallToolResult:
        async with AgentClient(make_server(fleet.client)) as agent:
            return await agent.call_tool("run_query", {"project": "fleet", "query": COUNT})

    result = asyncio.run(ask())

    assert not result.is_error
    answer = json.loads(result.content[0].text)
    assert answer["text"].splitlines()[0] == "n"


def test_an_agent_gets_errors_it_can_act_on(fleet: Fleet) -> None:
    async def ask() -> types.CallToolResult:
        async with AgentClient(make_server(fleet.client)) as agent:
            return await agent.call_tool("get_summary", {"project": "nowhere"})

    result = asyncio.run(ask())

    assert result.is_error
    assert "There is no project 'nowhere'" in result.content[0].text


def test_the_tool_list_is_small(fleet: Fleet) -> None:
    async def listed() -> str:
        async with AgentClient(make_server(fleet.client)) as agent:
            return (await agent.list_tools()).model_dump_json()

    assert len(asyncio.run(listed())) / 4 < 6000


def test_unknown_things_are_404_and_unknown_fields_422(fleet: Fleet) -> None:
    http = fleet.client.http

    assert http.get("/api/v1/projects/nowhere").status_code == 404
    assert http.get("/api/v1/projects/fleet/runs/999").status_code == 404
    answer = http.post("/api/v1/projects", json={"name": "x", "color": "red"})
    assert answer.status_code == 422
    assert "color" in json.dumps(answer.json()["errors"])


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ([("files", ("empty.csv", b""))], "is empty"),
        ([], "at least one file"),
        ([("files", ("..", b"a,b\n1,2\n"))], "cannot be used"),
        ([("files", ("a.csv", b"a,b\n1,2\n"))] * 2, "the same name"),
    ],
)
def test_an_upload_that_cannot_be_used_is_refused(
    fleet: Fleet, files: list[tuple[str, tuple[str, bytes]]], text: str
) -> None:
    answer = fleet.client.http.post("/api/v1/projects/fleet/files", files=files or {"x": b""})

    assert answer.status_code == 422
    assert text in answer.json()["detail"]


def test_worker_doors_are_closed_to_others(fleet: Fleet) -> None:
    http = fleet.client.http

    for path in ("commits", "blobs", "runs/1/claim", "runs/1/heartbeat"):
        assert http.post(f"/api/v1/projects/fleet/{path}").status_code == 403


def test_pages_of_other_sites_and_rebound_names_are_refused(fleet: Fleet) -> None:
    http = fleet.client.http

    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        answer = http.get("/api/v1/projects", headers=headers)
        assert answer.status_code == 403, headers


def test_a_token_is_asked_for_when_one_is_set(tmp_path_factory: pytest.TempPathFactory) -> None:
    owner = Owner(settings_for(tmp_path_factory.mktemp("token"), token="s3cret"), port=0)
    owner.start()
    try:
        anonymous = httpx.get(f"{owner.url}/api/v1/projects")
        known = httpx.get(
            f"{owner.url}/api/v1/projects", headers={"Authorization": "Bearer s3cret"}
        )
        assert anonymous.status_code == 401
        assert anonymous.headers["WWW-Authenticate"] == "Bearer"
        assert known.status_code == 200
    finally:
        owner.stop()


def test_listening_beyond_loopback_needs_a_token(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = Settings(data=tmp_path_factory.mktemp("open"), host="0.0.0.0")  # noqa: S104 - it is refused

    with pytest.raises(BadInput, match="MIMIR_TOKEN"):
        Owner(settings, port=0)


def test_a_second_owner_is_refused_and_told_who_has_it(fleet: Fleet) -> None:
    with pytest.raises(StoreInUse, match="belongs to process"):
        Owner(settings_for(fleet.folder / "data"), port=0)


def test_a_command_goes_through_the_running_owner(fleet: Fleet) -> None:
    command = [sys.executable, "-m", "app.cli", "query", "--project", "fleet", COUNT]
    environment = {"MIMIR_DATA": str(fleet.folder / "data"), "PATH": "/usr/bin:/bin"}

    done = subprocess.run(
        command,
        check=False,
        env={**environment, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "n"
