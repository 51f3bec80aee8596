"""A project on a remote store: landing, queries, twins, updates and undo, through the doors."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from graph.errors import MimirError, QueryTimeout
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.readers.pool import AnswerTooLarge, Limits, Query, ReaderPool
from graph.remote.dataset import RemoteDataset
from graph.remote.queries import query_remotely
from graph.remote.sparql_http import SparqlHttpStore
from graph.terms import NamedNode, Quad
from tests.e2e.conftest import finished, settings_for

NAMES = ProjectNames("http://mimir.local/", "yard")
PREFIX = f"PREFIX : <{NAMES.terms}> "
SITES, MACHINES = 12, 150


@dataclass(frozen=True)
class Yard:
    """A running owner with a project on a remote store, after its first landing."""

    owner: Owner
    client: Client
    store: SparqlHttpStore

    def call(self, operation: str, **fields: Any) -> Any:
        """Call an operation on the project."""
        return self.client.call(OPERATIONS[operation], {"project": "yard", **fields})

    def ask(self, query: str, twin: str = "", accept: str = "text/csv") -> httpx.Response:
        """Ask a query of the project or of a twin."""
        return self._send(query, twin, "application/sparql-query", accept)

    def rows(self, query: str, twin: str = "") -> list[str]:
        """Give the rows of a SELECT as CSV lines, sorted."""
        return sorted(self.ask(PREFIX + query, twin).text.split("\r\n")[1:-1])

    def update(self, text: str, twin: str = "") -> None:
        """Run an update on the project or on a twin."""
        self._send(PREFIX + text, twin, "application/sparql-update", "*/*")

    def _send(self, text: str, twin: str, media: str, accept: str) -> httpx.Response:
        place = "/projects/yard" + (f"/twins/{twin}" if twin else "") + "/sparql"
        headers = {"Content-Type": media, "Accept": accept}
        return self.client.request("POST", place, content=text.encode(), headers=headers)


@pytest.fixture(scope="module")
def yard(services: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    SparqlHttpStore(*services).update("DROP ALL")
    folder = tmp_path_factory.mktemp("yard")
    sites = "".join(f"s{number},Site {number}\n" for number in range(SITES))
    machines = "".join(f"m{n},s{n % SITES},{n % 17}\n" for n in range(MACHINES))
    (folder / "sites.csv").write_text("site_id,name\n" + sites)
    (folder / "machines.csv").write_text("machine_id,site_id,power\n" + machines)
    settings = settings_for(folder / "data", remote_stores=f"big={','.join(services)}")
    owner = Owner(settings, port=0)
    owner.start()
    client = Client(owner.url)
    client.call(OPERATIONS["create_project"], {"name": "yard", "store": "big"})
    paths = [folder / "machines.csv", folder / "sites.csv"]
    run = client.upload("yard", [(path.name, path) for path in paths])
    view = finished(client, "yard", run["id"])
    assert view["state"] == "succeeded", [(step["name"], step["error"]) for step in view["steps"]]
    yield Yard(owner, client, SparqlHttpStore(*services))
    owner.stop()


def test_what_was_landed_is_on_the_remote_store_and_nowhere_else_first(yard: Yard) -> None:
    counted = "SELECT (COUNT(*) AS ?n) WHERE { ?s a :Machine ; :site ?site . ?site a :Site }"

    assert yard.rows(counted) == [str(MACHINES)]
    dataset = yard.owner.services.projects.get("yard").dataset
    assert dataset.count(NAMES.data) > MACHINES * 3
    assert NamedNode("urn:mimir:state") in yard.store.graphs()
    assert not (dataset.folder / "stores").exists()


@pytest.mark.parametrize(
    ("accept", "begins"),
    [
        ("application/sparql-results+json", '{"head":'),
        ("application/sparql-results+xml", "<?xml"),
        ("text/tab-separated-values", "?n"),
        ("text/csv", "n"),
    ],
)
def test_solutions_come_in_what_the_caller_accepts(yard: Yard, accept: str, begins: str) -> None:
    answer = yard.ask(PREFIX + "SELECT (COUNT(?s) AS ?n) WHERE { ?s a :Site }", accept=accept)

    assert answer.headers["Content-Type"].startswith(accept)
    assert answer.text.startswith(begins)
    assert str(SITES) in answer.text


def test_graphs_and_booleans_are_answered_too(yard: Yard) -> None:
    turtle = yard.ask(PREFIX + "CONSTRUCT WHERE { ?s a :Site }", accept="text/turtle").text
    json = yard.ask(PREFIX + "ASK { ?s a :Site }", accept="application/sparql-results+json")

    assert turtle.count(" a ") + turtle.count("rdf:type") == SITES
    assert json.json()["boolean"] is True


def test_limits_and_the_gate_hold(yard: Yard) -> None:
    for text, said in (
        ("SELEKT ?s WHERE { ?s ?p ?o }", "not valid"),
        ("SELECT ?s WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "network"),
        ("SELECT ?s FROM <urn:mimir:state> WHERE { ?s ?p ?o }", "not in this dataset"),
    ):
        with pytest.raises(MimirError, match=said):
            yard.ask(text)


def test_a_query_that_takes_too_long_is_ended(yard: Yard, tmp_path: Path) -> None:
    dataset = yard.owner.services.projects.get("yard").dataset
    assert isinstance(dataset, RemoteDataset)
    pool = ReaderPool(1, Limits(seconds=2.0), tmp_path)
    text = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"

    with pytest.raises(QueryTimeout), query_remotely(pool, dataset, Query(text, [NAMES.data])):
        pass
    with query_remotely(pool, dataset, Query("ASK { ?s ?p ?o }", [NAMES.data])) as answer:
        assert b"true" in answer.path.read_bytes()
    pool.close()
    assert list(tmp_path.iterdir()) == []


def test_an_answer_with_too_many_rows_or_bytes_is_refused(yard: Yard, tmp_path: Path) -> None:
    dataset = yard.owner.services.projects.get("yard").dataset
    assert isinstance(dataset, RemoteDataset)
    query = Query("SELECT * WHERE { ?s ?p ?o }", [NAMES.data])

    for limits in (Limits(rows=10), Limits(answer_bytes=1_000)):
        pool = ReaderPool(1, limits, tmp_path)
        with pytest.raises(AnswerTooLarge), query_remotely(pool, dataset, query):
            pass
        pool.close()


def test_the_state_of_the_store_is_hidden(yard: Yard) -> None:
    named = yard.rows("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")

    assert not [name for name in named if name.startswith("urn:mimir:")]
    assert NAMES.data.value in named
    assert yard.rows("SELECT ?s WHERE { GRAPH <urn:mimir:state> { ?s ?p ?o } }") == []


def test_a_twin_differs_from_its_base_and_can_be_deleted(yard: Yard) -> None:
    counted = "SELECT (COUNT(*) AS ?n) WHERE { ?s a :Site }"
    yard.call("create_twin", id="plan", title="A plan")

    yard.update("INSERT DATA { <urn:site:new> a :Site }", "plan")
    yard.update("DELETE WHERE { ?s :name 'Site 3' }", "plan")

    assert (yard.rows(counted), yard.rows(counted, "plan")) == ([str(SITES)], [str(SITES + 1)])
    name = "SELECT ?s WHERE { ?s :name 'Site 3' }"
    assert (len(yard.rows(name)), yard.rows(name, "plan")) == (1, [])
    yard.call("delete_twin", twin="plan")
    assert yard.rows(counted) == [str(SITES)]


def test_an_update_is_seen_at_once_and_can_be_undone(yard: Yard) -> None:
    counted = "SELECT (COUNT(*) AS ?n) WHERE { ?s a :Site }"

    yard.update("INSERT { ?s :checked true } WHERE { ?s a :Site }")
    done = yard.rows("SELECT (COUNT(*) AS ?n) WHERE { ?s :checked true }")
    newest = yard.call("list_project_commits", limit=1)["items"][0]["sequence"]
    yard.call("undo_project_commit", commit=newest)

    assert (done, yard.rows(counted)) == ([str(SITES)], [str(SITES)])
    assert yard.rows("SELECT ?s WHERE { ?s :checked true }") == []


def test_the_remote_store_holds_what_the_log_says(yard: Yard, tmp_path: Path) -> None:
    dataset = yard.owner.services.projects.get("yard").dataset
    dataset.checkpoint(tmp_path / "rebuilt")
    rebuilt = OxigraphStore(tmp_path / "rebuilt", read_only=True)

    for graph in dataset.graphs():
        assert quads(dataset.quads(graph)) == quads(rebuilt.quads(graph)), graph
    known = {graph.value for graph in dataset.graphs()}
    assert {g.value for g in rebuilt.graphs()} - known == {"urn:mimir:state"}
    rebuilt.close()


def quads(found: Any) -> list[str]:
    """What a graph holds, with literals as the embedded engine writes them."""
    kept = OxigraphStore()
    kept.engine.extend(found)
    return sorted(str(quad) for quad in kept.engine if isinstance(quad, Quad))


def test_a_store_that_the_settings_do_not_name_is_refused(yard: Yard) -> None:
    with pytest.raises(MimirError, match="the settings name these: big"):
        yard.client.call(OPERATIONS["create_project"], {"name": "other", "store": "none"})
    with pytest.raises(MimirError, match="already"):
        yard.client.call(OPERATIONS["create_project"], {"name": "other", "store": "big"})
    names = [item["name"] for item in yard.client.call(OPERATIONS["list_projects"], {})["items"]]
    assert names == ["yard"]
