"""Alerts: one per fault, no change without a change, states that hold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerting.alerts import (
    Alert,
    AlertChanges,
    acknowledge,
    alert_quads,
    change_quads,
    read_alerts,
    reconcile,
    resolve,
)
from alerting.findings import Finding
from graph.errors import BadInput, Conflict
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.terms import BlankNode

NAMES = ProjectNames("https://example.org/", "plant")
DAY0 = datetime(2026, 9, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
HOUR = timedelta(hours=1)


def _finding(
    machine: str = "M1", rule: str = "anomaly-t", first: int | None = 0, last: int = 10
) -> Finding:
    start = None if first is None else DAY0 + first * HOUR
    return Finding(
        rule=rule,
        kind="anomaly",
        title="t far above its usual course",
        entity=NAMES.thing("Machine", [machine]),
        property=NAMES.term("t"),
        start=start,
        end=None if first is None else DAY0 + last * HOUR,
        interval=HOUR,
        severity="medium",
        score=1.5,
        observed=90.0,
        expected=60.0,
        sentence=f"t of {machine} was 90.",
        query="SELECT ?time ?t WHERE { ?s ?p ?o }",
        evidence=(("2026-09-01T00:00:00", "90.0"),),
    )


def _known(changes: AlertChanges) -> tuple[Alert, ...]:
    return (*changes.opened, *changes.updated, *changes.resolved, *changes.unchanged)


def _opened(findings: Sequence[Finding]) -> Alert:
    (alert,) = reconcile(findings, (), now=NOW).opened
    return alert


def test_findings_that_touch_in_time_are_one_alert_with_all_evidence() -> None:
    limit = replace(_finding(rule="threshold-t", first=2, last=9), severity="high")
    alert = _opened([_finding(), limit, _finding(rule="missing", first=12, last=30)])
    assert alert.rules == ("anomaly-t", "missing", "threshold-t")
    assert (alert.severity, alert.evidence[0].rule) == ("high", "threshold-t")
    assert (alert.started, alert.ended) == (DAY0, DAY0 + 30 * HOUR)


def test_other_entities_and_other_times_are_other_alerts() -> None:
    findings = [_finding(), _finding("M2"), _finding(first=100, last=110)]
    assert len(reconcile(findings, (), now=NOW).opened) == 3


def test_ten_runs_over_one_fault_change_nothing_after_the_first() -> None:
    findings = [_finding(), _finding(rule="low-stock", first=None)]
    known: tuple[Alert, ...] = _known(reconcile(findings, (), now=NOW))
    for day in range(10):
        changes = reconcile(findings, known, now=NOW + timedelta(days=day))
        assert (changes.opened, changes.updated, changes.resolved) == ((), (), ())
        assert change_quads(changes, known, NAMES) == ([], [])
    assert len(known) == 2


def test_an_acknowledged_alert_stays_so_while_its_fault_grows() -> None:
    taken = acknowledge(_opened([_finding()]), "ada", NOW)
    (alert,) = reconcile([_finding(last=20)], [taken], now=LATER).updated
    assert (alert.state, alert.acknowledged_by, alert.occurrences) == ("acknowledged", "ada", 2)
    assert (alert.id, alert.ended) == (taken.id, DAY0 + 20 * HOUR)


def test_an_alert_whose_fault_is_gone_resolves_itself() -> None:
    opened = _opened([_finding()])
    (alert,) = reconcile([], [opened], now=LATER).resolved
    assert (alert.state, alert.resolved_by, alert.resolved_at) == ("resolved", "monitor", LATER)
    assert reconcile([], [alert], now=LATER).unchanged == (alert,)


def test_an_alert_is_left_alone_when_its_rule_could_not_be_judged() -> None:
    opened = _opened([_finding()])
    changes = reconcile([], [opened], now=LATER, unchecked={"anomaly-t"})
    assert changes.unchanged == (opened,)


@pytest.mark.parametrize("first", [0, None])
def test_what_a_person_resolved_does_not_come_back_while_the_fault_is_the_same(
    first: int | None,
) -> None:
    closed = resolve(_opened([_finding(first=first)]), "ada", NOW, "known")
    changes = reconcile([_finding(first=first)], [closed], now=LATER)
    assert changes.unchanged == (closed,)
    assert changes.opened == ()


def test_a_fault_that_went_and_came_back_is_a_new_alert() -> None:
    low = _finding(rule="low-stock", first=None)
    closed = resolve(_opened([low]), "ada", NOW, "ordered")
    (cleared,) = reconcile([], [closed], now=LATER).updated
    (again,) = reconcile([low], [cleared], now=LATER).opened
    assert again.id != closed.id
    assert again.state == "open"


def test_a_fault_that_goes_on_after_it_was_called_resolved_is_a_new_alert() -> None:
    closed = resolve(_opened([_finding()]), "ada", DAY0 + 12 * HOUR, "cooled down")
    (again,) = reconcile([_finding(first=0, last=14)], [closed], now=DAY0 + 15 * HOUR).opened
    assert again.id != closed.id


def test_a_period_that_the_monitor_closed_and_finds_again_reopens_the_same_alert() -> None:
    opened = _opened([_finding()])
    (closed,) = reconcile([], [opened], now=LATER).resolved
    (again,) = reconcile([_finding()], [closed], now=LATER).updated
    assert again == replace(opened, occurrences=2)


def test_states_change_in_one_direction_only() -> None:
    opened = _opened([_finding()])
    taken = acknowledge(opened, "ada", NOW)
    closed = resolve(taken, "bob", LATER, "fan replaced")
    assert (closed.reason, closed.resolved_by) == ("fan replaced", "bob")
    for late in (taken, closed):
        with pytest.raises(Conflict):
            acknowledge(late, "x", NOW)
    with pytest.raises(Conflict):
        resolve(closed, "x", NOW, "again")
    with pytest.raises(BadInput):
        acknowledge(opened, "ada", datetime(2026, 1, 1))


def test_alerts_survive_the_graph_and_change_by_difference() -> None:
    store = OxigraphStore()
    first = reconcile([_finding(), _finding("M2", first=None)], (), now=NOW)
    added, removed = change_quads(first, (), NAMES)
    store.apply(added, removed)
    reader = store.reader([NAMES.data], [NAMES.meta])
    known = read_alerts(reader, NAMES)
    assert set(known) == set(first.opened)
    grown = reconcile([_finding(last=20), _finding("M2", first=None)], known, now=LATER)
    added, removed = change_quads(grown, known, NAMES)
    assert len(added) == len(removed) == 2
    store.apply(added, removed)
    assert set(read_alerts(reader, NAMES)) == {*grown.updated, *grown.unchanged}
    taken = acknowledge(grown.updated[0], "ada", LATER)
    store.apply(alert_quads(taken, NAMES), alert_quads(grown.updated[0], NAMES))
    assert read_alerts(reader, NAMES, "acknowledged") == (taken,)
    assert read_alerts(reader, NAMES, "resolved") == ()


def test_records_hold_no_blank_nodes() -> None:
    for quad in alert_quads(_opened([_finding()]), NAMES):
        assert not isinstance(quad.subject, BlankNode)
        assert not isinstance(quad.object, BlankNode)
