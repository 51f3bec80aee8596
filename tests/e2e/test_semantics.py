"""What the values of the demo fleet stand for, and what is proposed about it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from graph.vocab import GEOSPARQL, MIMIR, QUDT, RDFS, SCHEMA, SOSA
from tests.e2e.conftest import Fleet, finished, settings_for

ONTOLOGY = "GRAPH <http://mimir.local/p/fleet/graph/ontology> "
SECRET = "sk-nobody-may-know"
META = "GRAPH <http://mimir.local/p/fleet/graph/meta> "
TERMS = "PREFIX : <http://mimir.local/p/fleet/ontology#> "


def test_readings_are_observations_with_units(fleet: Fleet) -> None:
    found = fleet.select(
        TERMS + "SELECT ?unit WHERE {" + ONTOLOGY + f"{{ :SensorReading {RDFS.subClassOf} "
        f"{SOSA.Observation} ; {MIMIR.simpleResult} :vibrationMmS . "
        f":vibrationMmS {QUDT.hasUnit} ?unit }} }}"
    )

    assert [item["unit"] for item in found] == ["http://qudt.org/vocab/unit/MilliM-PER-SEC"]


def test_columns_with_data_of_people_are_on_record(fleet: Fleet) -> None:
    found = fleet.select(
        "SELECT ?table ?column ?type WHERE {" + META + f"{{ ?c a {MIMIR.Column} ; "
        f"{MIMIR.sourceTable} ?table ; {MIMIR.sourceColumn} ?column ; "
        f'{MIMIR.semanticType} ?type ; {MIMIR.personalData} "direct" }} }} ORDER BY ?column'
    )

    assert [tuple(item.values()) for item in found] == [
        ("technicians", "email", "email"),
        ("technicians", "name", "person-name"),
        ("technicians", "phone", "phone"),
    ]


def test_the_priorities_are_a_scale(fleet: Fleet) -> None:
    found = fleet.select(
        TERMS + "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT ?code WHERE {"
        f":priority {MIMIR.codeList} ?list . ?c skos:inScheme ?list ; skos:notation ?code ; "
        f"{MIMIR.position} ?place }} ORDER BY ?place"
    )

    assert [item["code"] for item in found] == ["low", "normal", "high"]


def test_suggestions_wait_as_proposals_and_come_only_once(fleet: Fleet) -> None:
    before = fleet.call("list_proposals", limit=1000)["items"]
    suggested = {item["reason"]: item for item in before if item["author"] == "inference"}

    align = suggested["Align Technician with terms that others know."]
    assert {item["state"] for item in suggested.values()} == {"pending"}
    assert any(SCHEMA.Person.value in line for line in align["evidence"])
    assert any(
        GEOSPARQL.Feature.value in line
        for line in suggested["Align Site with terms that others know."]["evidence"]
    )

    fleet.call("approve_proposal", proposal=align["id"])
    fleet.call("apply_proposal", proposal=align["id"])
    fleet.call(
        "reject_proposal",
        proposal=suggested["Align Site with terms that others know."]["id"],
        reason="Not now",
    )
    paths = sorted((fleet.folder / "files").iterdir())
    run = fleet.client.upload("fleet", [(path.name, path) for path in paths])
    view = finished(fleet.client, "fleet", run["id"])
    after = fleet.call("list_proposals", limit=1000)["items"]

    assert (view["state"], view["added"], view["removed"]) == ("succeeded", 0, 0)
    assert {item["id"] for item in after} == {item["id"] for item in before}
    assert fleet.select(
        TERMS + f"SELECT * WHERE {{ :Technician {RDFS.subClassOf} {SCHEMA.Person} . ?s ?p ?o }} "
        "LIMIT 1"
    )
    fleet.call("undo_proposal", proposal=align["id"], reason="Only a test")


def test_a_model_is_asked_by_the_worker_and_its_key_stays_nowhere(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    days = "".join(f"{n},0{n % 9 + 1}/04/2024\n" for n in range(1, 40))
    (files / "visits.csv").write_text("visit_id,day\n" + days)
    with model() as (url, asked):
        settings = settings_for(
            tmp_path / "data", advice_url=url, advice_model="tiny", advice_key=SECRET
        )
        owner = Owner(settings, port=0)
        owner.start()
        try:
            client = Client(owner.url)
            client.call(OPERATIONS["create_project"], {"name": "visits"})
            run = client.upload("visits", [("visits.csv", files / "visits.csv")])
            view = finished(client, "visits", run["id"])
            project = owner.services.projects.get("visits")
            records = "\n".join(map(str, project.quads(project.names.meta)))
        finally:
            owner.stop()

    assert view["state"] == "succeeded"
    assert asked == [f"Bearer {SECRET}"]
    assert "The model tiny says: Ask the office." in records
    kept = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if SECRET.encode() in path.read_bytes()]


@contextmanager
def model() -> Iterator[tuple[str, list[str | None]]]:
    """Serve a model that has one answer: its URL, and the keys it was shown."""
    keys: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            keys.append(self.headers["Authorization"])
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            questions = json.loads(asked["messages"][1]["content"])
            content = json.dumps(dict.fromkeys(questions, "Ask the office."))
            body = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1", keys
    server.shutdown()
    server.server_close()
