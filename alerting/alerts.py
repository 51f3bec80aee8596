"""Alerts: open → acknowledged → resolved, one per fault, kept as facts of the meta graph.

Ten evaluations that see the same fault give one alert and, from the second on, no change at all.
An alert whose fault is no longer found resolves itself; an alert that a person resolved stays
resolved for as long as the same fault lasts.
"""

import dataclasses
import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal as OneOf
from typing import cast, get_args

from alerting.faults import Fault, group_faults, join_faults
from alerting.findings import Finding, short_name
from alerting.rules import Severity
from graph.errors import BadInput, Conflict
from graph.names import ProjectNames
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad, Term
from graph.vocab import DCTERMS, MIMIR, RDF, XSD

State = OneOf["open", "acknowledged", "resolved"]
STATES: tuple[State, ...] = get_args(State)
MONITOR = "monitor"
_ID_LENGTH = 16


@dataclass(frozen=True)
class Evidence:
    """What one rule saw: its sentence, and the SELECT that shows it again."""

    rule: str
    sentence: str
    query: str


@dataclass(frozen=True)
class Alert:
    """One fault of one entity.

    Attributes:
        id: hash of entity, first start (or rule, without a time) and number of recurrence.
        title, message: a line, and the sentences of the evidence.
        started, ended: period of the fault in the data, UTC; None when the rule has no time.
        opened_at: when the monitor first saw it.
        acknowledged_by, acknowledged_at, resolved_by, resolved_at, reason: who did what and why.
        cleared_at: when the monitor first no longer found the fault.
        evidence: gravest first.
        occurrences: how often the monitor saw it with new evidence, 1 when opened.
    """

    id: str
    state: State
    severity: Severity
    title: str
    message: str
    entity: NamedNode
    started: datetime | None
    ended: datetime | None
    opened_at: datetime
    evidence: tuple[Evidence, ...]
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    reason: str | None = None
    cleared_at: datetime | None = None
    occurrences: int = 1

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules in the evidence, sorted."""
        return tuple(sorted({item.rule for item in self.evidence}))


@dataclass(frozen=True)
class AlertChanges:
    """What an evaluation changed, each part sorted by id; `unchanged` holds all other alerts."""

    opened: tuple[Alert, ...]
    updated: tuple[Alert, ...]
    resolved: tuple[Alert, ...]
    unchanged: tuple[Alert, ...]


def acknowledge(alert: Alert, by: str, at: datetime) -> Alert:
    """Take an open alert into care.

    Raises:
        Conflict: the alert is not open.
    """
    if alert.state != "open":
        raise Conflict(
            f"The alert {alert.id} is {alert.state}; only an open alert can be acknowledged."
        )
    return dataclasses.replace(
        alert, state="acknowledged", acknowledged_by=by, acknowledged_at=_utc(at)
    )


def resolve(alert: Alert, by: str, at: datetime, reason: str) -> Alert:
    """Close an open or acknowledged alert.

    Raises:
        Conflict: the alert is resolved already.
    """
    if alert.state == "resolved":
        raise Conflict(f"The alert {alert.id} was resolved by {alert.resolved_by} already.")
    return dataclasses.replace(
        alert, state="resolved", resolved_by=by, resolved_at=_utc(at), reason=reason
    )


def reconcile(
    findings: Iterable[Finding],
    known: Sequence[Alert],
    *,
    now: datetime,
    unchecked: Collection[str] = (),
) -> AlertChanges:
    """Compare what an evaluation found with the alerts that are known.

    Args:
        findings: of one whole evaluation.
        known: all alerts of the project, resolved ones too: they keep a fault that a person closed
            from coming back.
        now: time of the evaluation.
        unchecked: rules that could not be judged; alerts that rest on them are left alone.
    """
    seen: dict[str, list[Fault]] = {}
    changes: dict[str, list[Alert]] = {"opened": [], "updated": [], "resolved": [], "unchanged": []}
    alerts = sorted(known, key=lambda alert: (alert.opened_at, alert.id))
    taken = {alert.id for alert in alerts}
    of_entity: dict[str, list[Alert]] = {}
    for alert in alerts:
        of_entity.setdefault(alert.entity.value, []).append(alert)
    for fault in group_faults(findings):
        match = _matching(fault, of_entity.get(fault.entity.value, []))
        if match is None:
            opened = _opened(fault, taken, _utc(now))
            taken.add(opened.id)
            changes["opened"].append(opened)
        else:
            seen.setdefault(match.id, []).append(fault)
    for alert in alerts:
        kind, after = _judged(alert, seen.get(alert.id), _utc(now), frozenset(unchecked))
        changes[kind].append(after)
    return AlertChanges(
        **{kind: tuple(sorted(items, key=lambda a: a.id)) for kind, items in changes.items()}
    )


def alert_quads(alert: Alert, names: ProjectNames) -> list[Quad]:
    """Write an alert and its evidence as facts of the meta graph."""
    subject = names.record("alert", alert.id)
    facts: list[tuple[NamedNode, NamedNode | Literal | None]] = [
        (RDF.type, MIMIR.Alert),
        (DCTERMS.identifier, Literal(alert.id)),
        (MIMIR.state, Literal(alert.state)),
        (MIMIR.severity, Literal(alert.severity)),
        (DCTERMS.term("title"), Literal(alert.title)),
        (DCTERMS.description, Literal(alert.message)),
        (MIMIR.entity, alert.entity),
        (MIMIR.occurrences, Literal(str(alert.occurrences), datatype=XSD.integer)),
        (MIMIR.acknowledgedBy, _text(alert.acknowledged_by)),
        (MIMIR.resolvedBy, _text(alert.resolved_by)),
        (MIMIR.reason, _text(alert.reason)),
        (MIMIR.started, _time(alert.started)),
        (MIMIR.ended, _time(alert.ended)),
        (MIMIR.openedAt, _time(alert.opened_at)),
        (MIMIR.acknowledgedAt, _time(alert.acknowledged_at)),
        (MIMIR.resolvedAt, _time(alert.resolved_at)),
        (MIMIR.clearedAt, _time(alert.cleared_at)),
    ]
    quads = [Quad(subject, name, value, names.meta) for name, value in facts if value is not None]
    for number, item in enumerate(alert.evidence, start=1):
        quads += _evidence_quads(subject, number, alert.id, item, names)
    return quads


def change_quads(
    changes: AlertChanges, known: Iterable[Alert], names: ProjectNames
) -> tuple[list[Quad], list[Quad]]:
    """Give the quads to add and to remove so that the graph shows `changes`; both sorted."""
    after = [*changes.opened, *changes.updated, *changes.resolved]
    touched = {alert.id for alert in after}
    new = {quad for alert in after for quad in alert_quads(alert, names)}
    old = {quad for alert in known if alert.id in touched for quad in alert_quads(alert, names)}
    return sorted(new - old, key=str), sorted(old - new, key=str)


def read_alerts(
    reader: GraphReader, names: ProjectNames, state: State | None = None
) -> tuple[Alert, ...]:
    """Read the alerts of a project, oldest first; the reader must name the meta graph."""
    if state is not None and state not in STATES:
        raise BadInput(f"An alert is {', '.join(STATES)}; {state!r} is no state.")
    evidence: dict[str, list[Evidence]] = {}
    for row in reader.select(bind(load_query("alerting", "evidence"), graph=names.meta)):
        identifier, rule, sentence, query = (_value(term) or "" for term in row)
        evidence.setdefault(identifier, []).append(Evidence(rule, sentence, query))
    rows = reader.select(bind(load_query("alerting", "alerts"), graph=names.meta))
    alerts = (_alert([_value(term) for term in row], evidence) for row in rows)
    return tuple(alert for alert in alerts if state is None or alert.state == state)


def _matching(fault: Fault, alerts: Sequence[Alert]) -> Alert | None:
    """Find the alert of a fault among those of its entity: an unresolved one, else the newest."""
    fitting = [alert for alert in alerts if _fits(fault, alert)]
    waiting = [alert for alert in fitting if alert.state != "resolved"]
    return waiting[0] if waiting else (fitting[-1] if fitting else None)


def _fits(fault: Fault, alert: Alert) -> bool:
    if fault.start is None:
        return alert.started is None and alert.rules == fault.rules and _lasting(alert)
    if not fault.touches(alert.started, alert.ended):
        return False
    # A fault that reaches beyond the moment it was called resolved has come back.
    over = alert.resolved_at
    return over is None or fault.end is None or fault.end <= over or fault.end == alert.ended


def _lasting(alert: Alert) -> bool:
    """Tell whether the fault behind the alert was still found at the last evaluation."""
    return alert.cleared_at is None


def _judged(
    alert: Alert, faults: list[Fault] | None, now: datetime, unchecked: frozenset[str]
) -> tuple[str, Alert]:
    if faults is None:
        return _gone(alert, now, unchecked)
    if alert.state == "resolved" and alert.resolved_by != MONITOR:
        return "unchanged", alert
    after = _renewed(alert, join_faults(faults), unchecked)
    if after == alert:
        return "unchanged", alert
    return "updated", dataclasses.replace(after, occurrences=alert.occurrences + 1)


def _gone(alert: Alert, now: datetime, unchecked: frozenset[str]) -> tuple[str, Alert]:
    if alert.cleared_at is not None or unchecked.intersection(alert.rules):
        return "unchanged", alert
    cleared = dataclasses.replace(alert, cleared_at=now)
    if alert.state == "resolved":
        return "updated", cleared
    return "resolved", resolve(cleared, MONITOR, now, "The monitor no longer finds the fault.")


def _renewed(alert: Alert, fault: Fault, unchecked: frozenset[str]) -> Alert:
    """Bring an alert up to date; evidence of rules that were not judged stays."""
    kept = tuple(item for item in alert.evidence if item.rule in unchecked)
    if kept:
        return alert
    return dataclasses.replace(
        # What the monitor closed and finds again was never over.
        _reopened(alert),
        severity=fault.severity,
        title=_title(fault),
        message=_message(fault),
        started=fault.start,
        ended=fault.end,
        evidence=_evidence(fault),
    )


def _reopened(alert: Alert) -> Alert:
    return dataclasses.replace(
        alert,
        state="open" if alert.acknowledged_at is None else "acknowledged",
        resolved_by=None,
        resolved_at=None,
        reason=None,
        cleared_at=None,
    )


def _opened(fault: Fault, taken: Collection[str], now: datetime) -> Alert:
    recurrence = 0
    while _identifier(fault, recurrence) in taken:
        recurrence += 1
    return Alert(
        id=_identifier(fault, recurrence),
        state="open",
        severity=fault.severity,
        title=_title(fault),
        message=_message(fault),
        entity=fault.entity,
        started=fault.start,
        ended=fault.end,
        opened_at=now,
        evidence=_evidence(fault),
    )


def _identifier(fault: Fault, recurrence: int) -> str:
    kind = " ".join(fault.rules) if fault.start is None else fault.start.isoformat()
    text = "\n".join((fault.entity.value, kind, str(recurrence)))
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]


def _title(fault: Fault) -> str:
    return f"{short_name(fault.entity)}: {fault.findings[0].title}"


def _message(fault: Fault) -> str:
    return "\n".join(item.sentence for item in fault.findings)


def _evidence(fault: Fault) -> tuple[Evidence, ...]:
    return tuple(Evidence(item.rule, item.sentence, item.query) for item in fault.findings)


def _evidence_quads(
    alert: NamedNode, number: int, identifier: str, item: Evidence, names: ProjectNames
) -> list[Quad]:
    subject = names.record("alert", identifier, "evidence", str(number))
    facts = (
        (RDF.type, MIMIR.Evidence),
        (MIMIR.position, Literal(str(number), datatype=XSD.integer)),
        (MIMIR.rule, names.record("rule", item.rule)),
        (MIMIR.ruleId, Literal(item.rule)),
        (DCTERMS.description, Literal(item.sentence)),
        (MIMIR.query, Literal(item.query)),
    )
    own = [Quad(subject, predicate, value, names.meta) for predicate, value in facts]
    return [Quad(alert, MIMIR.evidence, subject, names.meta), *own]


def _alert(row: Sequence[str | None], evidence: dict[str, list[Evidence]]) -> Alert:
    identifier = row[0] or ""
    return Alert(
        id=identifier,
        state=cast(State, row[1]),
        severity=cast(Severity, row[2]),
        title=row[3] or "",
        message=row[4] or "",
        entity=NamedNode(row[5] or ""),
        occurrences=int(row[6] or "1"),
        opened_at=datetime.fromisoformat(row[7] or ""),
        started=_moment(row[8]),
        ended=_moment(row[9]),
        acknowledged_by=row[10],
        acknowledged_at=_moment(row[11]),
        resolved_by=row[12],
        resolved_at=_moment(row[13]),
        reason=row[14],
        cleared_at=_moment(row[15]),
        evidence=tuple(evidence.get(identifier, ())),
    )


def _utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise BadInput("The time of a change to an alert needs a time zone.")
    return time.astimezone(UTC)


def _value(term: Term | None) -> str | None:
    return getattr(term, "value", None)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _text(value: str | None) -> Literal | None:
    return None if value is None else Literal(value)


def _time(value: datetime | None) -> Literal | None:
    if value is None:
        return None
    return Literal(value.isoformat().replace("+00:00", "Z"), datatype=XSD.dateTime)
