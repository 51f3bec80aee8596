"""The whole chain on the demo fleet: everything that was planted is found, nothing is lost."""

import csv
from collections import Counter

import pytest

from tests.e2e.conftest import Fleet, finished

PREFIX = (
    "PREFIX : <http://mimir.local/p/fleet/ontology#> PREFIX m: <https://w3id.org/mimir-aip/ns#> "
    "PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX prov: <http://www.w3.org/ns/prov#> "
)
META = "GRAPH <http://mimir.local/p/fleet/graph/meta> "


def rows_of(fleet: Fleet, table: str) -> list[dict[str, str]]:
    with (fleet.folder / "files" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_row_becomes_an_entity_and_the_duplicate_key_is_quarantined(fleet: Fleet) -> None:
    counts = {item["name"]: item["count"] for item in fleet.call("get_summary")["classes"]}

    assert counts == {
        "SensorReading": len(rows_of(fleet, "sensor_readings")),
        "WorkOrder": len(rows_of(fleet, "work_orders")) - 1,
        "Part": len(rows_of(fleet, "parts")),
        "Machine": len(rows_of(fleet, "machines")),
        "Technician": len(rows_of(fleet, "technicians")),
        "Site": len(rows_of(fleet, "sites")),
    }


def test_the_import_report_adds_up_for_every_table(fleet: Fleet) -> None:
    found = fleet.select(
        PREFIX + "SELECT ?table ?in ?landed ?held WHERE {" + META + "{ ?i m:rowsIn ?in ; "
        "m:sourceTable ?table ; m:rowsLanded ?landed ; m:rowsQuarantined ?held } }"
    )

    assert len(found) == 7
    for item in found:
        assert int(item["in"]) == len(rows_of(fleet, item["table"]))
        assert int(item["in"]) == int(item["landed"]) + int(item["held"])


@pytest.mark.parametrize(
    ("child", "column", "parent", "edge", "source", "target"),
    [
        ("machines", "site_id", "sites", "site", "Machine", "Site"),
        ("technicians", "site_id", "sites", "site", "Technician", "Site"),
        ("work_orders", "machine_id", "machines", "machine", "WorkOrder", "Machine"),
        ("work_orders", "technician_id", "technicians", "technician", "WorkOrder", "Technician"),
        ("sensor_readings", "machine_id", "machines", "machine", "SensorReading", "Machine"),
    ],
)
def test_each_joining_row_becomes_an_edge(
    fleet: Fleet, child: str, column: str, parent: str, edge: str, source: str, target: str
) -> None:
    keys = {row[column] for row in rows_of(fleet, parent)}
    rows = {next(iter(row.values())): row for row in reversed(rows_of(fleet, child))}
    several = child == "sensor_readings"
    joining = sum(
        row[column] in keys for row in (rows_of(fleet, child) if several else rows.values())
    )

    found = fleet.select(
        PREFIX + f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s a :{source} ; :{edge} ?o . ?o a :{target} }}"
    )
    naked = fleet.select(
        PREFIX + f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s a :{source} ; :{edge} ?o }}"
    )

    assert int(found[0]["n"]) == joining
    assert int(naked[0]["n"]) == joining


def test_each_row_of_the_junction_table_becomes_one_edge(fleet: Fleet) -> None:
    pairs = {(row["work_order_id"], row["part_code"]) for row in rows_of(fleet, "part_usage")}

    found = fleet.select(
        PREFIX + "SELECT (COUNT(*) AS ?n) WHERE { ?order a :WorkOrder ; ?p ?part . ?part a :Part }"
    )

    assert int(found[0]["n"]) == len(pairs)


def test_every_dirty_cell_is_a_violation_that_names_file_row_and_column(fleet: Fleet) -> None:
    violations = fleet.call("list_violations", limit=1000)["items"]

    places = {
        (item["source_file"], item["source_row"], item["source_column"]) for item in violations
    }
    planted = {(cell.file, cell.row, cell.column) for cell in fleet.truth.dirty}
    assert planted == places


def test_violations_are_queryable_as_a_shacl_report(fleet: Fleet) -> None:
    found = fleet.select(
        PREFIX + "SELECT ?component (COUNT(?r) AS ?n) WHERE { "
        "GRAPH <http://mimir.local/p/fleet/graph/validation> "
        "{ ?report a sh:ValidationReport ; sh:conforms false ; sh:result ?r . "
        "?r sh:sourceConstraintComponent ?component } } GROUP BY ?component"
    )

    counts = {item["component"].rpartition("#")[2]: int(item["n"]) for item in found}
    kinds = Counter(cell.kind for cell in fleet.truth.dirty)
    assert counts["DatatypeConstraintComponent"] == kinds["bad-date"] + kinds["unit-in-number"]
    assert counts["ClassConstraintComponent"] == kinds["orphan"]


def test_leading_zeros_survive(fleet: Fleet) -> None:
    serial = next(row["serial"] for row in rows_of(fleet, "machines") if row["serial"][0] == "0")

    found = fleet.select(PREFIX + f'SELECT ?s WHERE {{ ?s a :Machine ; ?p "{serial}" }}')

    assert len(found) == 1


def test_a_kept_model_beats_its_baseline_with_its_interval(fleet: Fleet) -> None:
    models = fleet.call("get_summary")["models"]

    kept = [model for model in models if model["kept"]]
    assert kept
    for model in kept:
        assert model["low"] <= model["score"] <= model["high"]
        assert model["score"] > model["baseline"]
    for model in models:
        assert model["verdict"]


def test_the_model_card_is_in_the_graph(fleet: Fleet) -> None:
    found = fleet.select(
        PREFIX
        + "SELECT ?seed ?commit (COUNT(DISTINCT ?f) AS ?features) WHERE {"
        + META
        + "{ ?model m:kept true ; m:seed ?seed ; m:dataCommit ?commit ; m:feature ?f } } "
        "GROUP BY ?seed ?commit"
    )

    assert found
    assert int(found[0]["features"]) > 3


def test_predictions_are_facts_of_the_twin_and_not_of_the_base(fleet: Fleet) -> None:
    query = PREFIX + (
        "SELECT (COUNT(?p) AS ?n) WHERE { ?p a m:Prediction ; m:about ?thing ; m:low ?low ; "
        "m:high ?high ; m:predictedValue ?value ; prov:wasGeneratedBy ?model ; "
        "prov:generatedAtTime ?time }"
    )

    assert int(fleet.select(query, twin="live")[0]["n"]) == len(rows_of(fleet, "work_orders")) - 1
    assert int(fleet.select(query)[0]["n"]) == 0


def test_each_planted_fault_raises_exactly_one_alert(fleet: Fleet) -> None:
    alerts = fleet.call("list_alerts")["items"]

    machines = sorted(alert["entity"].rpartition("/")[2] for alert in alerts)
    assert machines == sorted(fault.machine for fault in fleet.truth.faults)
    assert all(alert["state"] == "open" for alert in alerts)
    assert all(alert["severity"] in ("low", "medium", "high", "critical") for alert in alerts)


def test_the_query_of_an_alert_reproduces_its_evidence(fleet: Fleet) -> None:
    for alert in fleet.call("list_alerts")["items"]:
        for evidence in alert["evidence"]:
            assert fleet.select(evidence["query"], twin="live")


def test_each_alert_was_sent_once_and_the_attempt_is_on_record(fleet: Fleet) -> None:
    alerts = fleet.call("list_alerts")["items"]

    assert sorted(hook["alert"] for hook in fleet.webhooks) == sorted(a["id"] for a in alerts)
    for alert in alerts:
        (delivery,) = alert["deliveries"]
        assert (delivery["receiver"], delivery["outcome"]) == ("ops", "sent")


def test_ten_rounds_of_monitoring_open_no_second_alert(fleet: Fleet) -> None:
    before = fleet.call("list_alerts")["items"]

    for _ in range(10):
        view = finished(fleet.client, "fleet", fleet.call("start_watch")["id"])
        assert view["state"] == "succeeded"

    assert fleet.call("list_alerts")["items"] == before
    assert len(fleet.webhooks) == len(before)


def test_the_same_input_again_adds_and_removes_nothing(fleet: Fleet) -> None:
    before = fleet.call("get_summary")
    paths = sorted((fleet.folder / "files").iterdir())

    run = fleet.client.upload("fleet", [(path.name, path) for path in paths])
    view = finished(fleet.client, "fleet", run["id"])

    assert view["state"] == "succeeded"
    assert (view["added"], view["removed"]) == (0, 0)
    assert fleet.call("get_summary")["triples"] == before["triples"]


def test_the_log_verifies(fleet: Fleet) -> None:
    report = fleet.call("verify_log")

    assert report["records"] == fleet.call("get_project")["commit"]
