"""Evaluation over a real store: the planted faults, and nothing but them."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from alerting.alerts import reconcile
from alerting.evaluate import evaluate
from alerting.rules import Rule, derive_rules
from graph.oxigraph import OxigraphStore
from graph.terms import Literal, NamedNode, Quad
from tests.alerting.plant_data import MODEL, NAMES, clean_plant, machine, reader_of

NOW = datetime(2026, 11, 1, tzinfo=UTC)
RULES = derive_rules(MODEL, NAMES)


def test_two_planted_faults_give_exactly_two_alerts(tmp_path: Path) -> None:
    plant = clean_plant(1).heated(7, 300, 310, 25).silenced(21, 500, 518)
    report = evaluate(RULES, reader_of(plant, tmp_path, limit=80), now=NOW)
    silence, heat = reconcile(report.findings, (), now=NOW).opened
    if heat.entity.value != machine(7):
        silence, heat = heat, silence
    assert (heat.entity.value, silence.entity.value) == (machine(7), machine(21))
    assert heat.rules == (
        "anomaly-Reading-temperatureC",
        "threshold-Reading-temperatureC-maxTemperatureC",
    )
    assert heat.started == datetime(2026, 9, 13, 12, tzinfo=UTC)
    assert silence.rules == ("missing-Reading",)
    assert report.skipped == ()


@pytest.mark.parametrize("seed", [11, 12, 13, 14, 15])
def test_a_plant_without_faults_raises_nothing(seed: int, tmp_path: Path) -> None:
    report = evaluate(RULES, reader_of(clean_plant(seed), tmp_path), now=NOW)
    assert (report.findings, report.skipped) == ((), ())


def test_the_query_of_each_finding_returns_exactly_its_evidence(tmp_path: Path) -> None:
    plant = clean_plant(3, machines=6).heated(2, 300, 310, 25).silenced(4, 500, 518)
    reader = reader_of(plant, tmp_path, limit=80)
    report = evaluate(RULES, reader, now=NOW)
    assert {finding.kind for finding in report.findings} == {"anomaly", "missing", "threshold"}
    for finding in report.findings:
        rows = reader.select(finding.query)
        place = rows.variables.index("time")
        times = [getattr(row[place], "value", None) for row in rows]
        assert times == [time for time, _ in finding.evidence]


def test_an_evaluation_repeats_itself_to_the_letter(tmp_path: Path) -> None:
    plant = clean_plant(3, machines=6).heated(2, 300, 310, 25)
    reader = reader_of(plant, tmp_path, limit=80)
    again = evaluate(reversed(RULES), reader, now=NOW)
    assert evaluate(RULES, reader, now=NOW) == again


def test_a_sensor_that_stops_while_others_go_on_is_missing(tmp_path: Path) -> None:
    plant = clean_plant(4, machines=6).silenced(1, 680, 720)
    (finding,) = evaluate(RULES, reader_of(plant, tmp_path), now=NOW).findings
    assert "stopped after 2026-09-29 07:00" in finding.sentence
    assert len(finding.evidence) == 1


def test_a_pause_of_all_is_no_missing_data(tmp_path: Path) -> None:
    plant = clean_plant(4, machines=6)
    for number in range(6):
        plant = plant.silenced(number, 300 + number, 340)
    assert evaluate(RULES, reader_of(plant, tmp_path), now=NOW).findings == ()


def test_one_property_that_falls_silent_is_named(tmp_path: Path) -> None:
    plant = clean_plant(4, machines=6)
    plant.values[1, 2, 400:420] = np.nan
    (finding,) = evaluate(RULES, reader_of(plant, tmp_path), now=NOW).findings
    assert finding.sentence.startswith("vibrationMmS of M02 paused")


def test_data_that_is_due_now_is_missing_when_it_ended_before(tmp_path: Path) -> None:
    live = [
        replace(rule, parameters=(*rule.parameters, ("reference", "now")))
        for rule in RULES
        if rule.kind == "missing"
    ]
    reader = reader_of(clean_plant(4, machines=3), tmp_path)
    assert len(evaluate(live, reader, now=NOW).findings) == 3
    assert evaluate(live, reader, now=datetime(2026, 10, 1, 2, tzinfo=UTC)).findings == ()


def test_short_series_are_reported_not_judged(tmp_path: Path) -> None:
    report = evaluate(RULES, reader_of(clean_plant(4, machines=2, hours=12), tmp_path), now=NOW)
    assert report.findings == ()
    assert len(report.skipped) == 4
    assert all("fewer than 20" in item.reason and not item.whole for item in report.skipped)


def test_a_broken_rule_is_reported_and_does_not_hide_the_others(tmp_path: Path) -> None:
    reader = reader_of(clean_plant(4, machines=2).heated(1, 300, 310, 25), tmp_path, limit=80)
    broken = Rule("broken", "threshold", "Broken", "SELECT ?entity WHERE {")
    blind = Rule("blind", "threshold", "Blind", "SELECT ?x WHERE { ?x ?p ?o }")
    report = evaluate([broken, blind, *RULES], reader, now=NOW)
    assert report.unchecked == {"broken", "blind"}
    assert len(report.findings) == 2


def test_a_disabled_rule_is_not_evaluated(tmp_path: Path) -> None:
    reader = reader_of(clean_plant(4, machines=2).heated(1, 300, 310, 25), tmp_path, limit=80)
    rules = [replace(rule, enabled=rule.kind == "threshold") for rule in RULES]
    assert [item.kind for item in evaluate(rules, reader, now=NOW).findings] == ["threshold"]


def _store_of_parts() -> OxigraphStore:
    store = OxigraphStore()
    number = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    quads = [
        Quad(
            NAMES.thing("Part", [name]),
            NAMES.term("stock"),
            Literal(stock, datatype=number),
            NAMES.data,
        )
        for name, stock in (("P1", "3"), ("P2", "30"))
    ]
    store.apply(quads, [])
    return store


def test_a_rule_of_a_person_compares_the_values_of_any_query() -> None:
    query = f"SELECT ?entity ?value WHERE {{ ?entity {NAMES.term('stock')} ?value }}"
    rule = Rule(
        "own", "threshold", "Low stock", query, parameters=(("bound", "10"), ("comparison", "<"))
    )
    reader = _store_of_parts().reader(list(NAMES.default_graphs))
    (finding,) = evaluate([rule], reader, now=NOW).findings
    assert finding.sentence == "Low stock of P1 was 3, below the limit 10."
    assert (finding.start, finding.severity) == (None, "medium")
    assert len(reader.select(finding.query)) == 1
    assert reader.csv(finding.query).startswith(b"entity,value\r\n" + finding.entity.value.encode())
