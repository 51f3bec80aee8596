"""What the values of the demo fleet stand for, and what is proposed about it."""

from graph.vocab import GEOSPARQL, MIMIR, QUDT, RDFS, SCHEMA, SOSA
from tests.e2e.conftest import Fleet, finished

ONTOLOGY = "GRAPH <http://mimir.local/p/fleet/graph/ontology> "
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
