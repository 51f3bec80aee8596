"""Operations on alerts: list, acknowledge, resolve."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alerting.alerts import STATES, Alert, acknowledge, alert_quads, read_alerts, resolve
from alerting.delivery_log import Attempt, read_attempts
from app.operations.registry import described, operation, page
from app.services import Services
from graph.changes import ChangeSet
from graph.errors import BadInput, NotFound
from graph.projects import Project


@dataclass(frozen=True)
class ListAlerts:
    """A request for alerts."""

    project: str = described("Name of the project.")
    state: str | None = described("open, acknowledged or resolved; all when absent.", default=None)
    limit: int = described("Items per page, at most 1000.", default=100)
    cursor: str | None = described("`next` of the page before.", default=None)


@dataclass(frozen=True)
class AcknowledgeAlert:
    """Somebody takes care of an alert."""

    project: str = described("Name of the project.")
    alert: str = described("Id of the alert.")
    by: str = described("Who.")


@dataclass(frozen=True)
class ResolveAlert:
    """Somebody closes an alert."""

    project: str = described("Name of the project.")
    alert: str = described("Id of the alert.")
    by: str = described("Who.")
    reason: str = described("Why it is over.")


@dataclass(frozen=True)
class EvidenceView:
    """What a rule saw, and the query that shows it again."""

    sentence: str
    query: str
    rule: str


@dataclass(frozen=True)
class DeliveryView:
    """One attempt to tell somebody about the alert."""

    state: str
    receiver: str
    number: int
    at: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class AlertView:
    """An alert as callers see it; times are ISO 8601."""

    id: str
    state: str
    severity: str
    title: str
    message: str
    entity: str
    started: str | None
    ended: str | None
    opened_at: str
    acknowledged_by: str | None
    resolved_by: str | None
    reason: str | None
    occurrences: int
    evidence: tuple[EvidenceView, ...]
    deliveries: tuple[DeliveryView, ...]


@dataclass(frozen=True)
class AlertPage:
    """A page of alerts."""

    items: tuple[AlertView, ...]
    next: str | None


@operation(
    "GET",
    "/projects/<project>/alerts",
    "List the alerts of a project with their evidence and deliveries.",
    permission="read",
    request=ListAlerts,
    response=AlertPage,
    example={"project": "fleet", "state": "open"},
)
def list_alerts(services: Services, request: ListAlerts) -> AlertPage:
    """List alerts, newest first."""
    if request.state is not None and request.state not in STATES:
        raise BadInput(f"The state must be one of {', '.join(STATES)}, not {request.state!r}.")
    project = services.projects.get(request.project)
    meta = project.reader(project.names.meta)
    alerts = [
        alert for alert in read_alerts(meta, project.names) if request.state in (None, alert.state)
    ]
    alerts.sort(key=lambda alert: (alert.opened_at, alert.id), reverse=True)
    items, following = page(alerts, request.limit, request.cursor)
    attempts = read_attempts(meta, project.names)
    return AlertPage(tuple(_view(alert, attempts) for alert in items), following)


@operation(
    "POST",
    "/projects/<project>/alerts/<alert>/acknowledge",
    "Acknowledge an alert: somebody takes care of it.",
    permission="write",
    request=AcknowledgeAlert,
    response=AlertView,
    example={"project": "fleet", "alert": "0123456789abcdef", "by": "kim"},
)
def acknowledge_alert(services: Services, request: AcknowledgeAlert) -> AlertView:
    """Acknowledge an alert."""
    project = services.projects.get(request.project)
    return _move(
        services,
        project,
        request.alert,
        lambda alert, now: acknowledge(alert, request.by, now),
        f"Alert {request.alert} acknowledged by {request.by}",
    )


@operation(
    "POST",
    "/projects/<project>/alerts/<alert>/resolve",
    "Resolve an alert: its cause is dealt with.",
    permission="write",
    request=ResolveAlert,
    response=AlertView,
    example={
        "project": "fleet",
        "alert": "0123456789abcdef",
        "by": "kim",
        "reason": "Fan replaced",
    },
)
def resolve_alert(services: Services, request: ResolveAlert) -> AlertView:
    """Resolve an alert."""
    project = services.projects.get(request.project)
    return _move(
        services,
        project,
        request.alert,
        lambda alert, now: resolve(alert, request.by, now, request.reason),
        f"Alert {request.alert} resolved by {request.by}",
    )


def _move(
    services: Services,
    project: Project,
    alert_id: str,
    transition: Callable[[Alert, datetime], Alert],
    reason: str,
) -> AlertView:
    names = project.names
    before = _find(project, alert_id)
    after = transition(before, services.clock())
    project.commit(
        ChangeSet(
            added=tuple(alert_quads(after, names)),
            removed=tuple(alert_quads(before, names)),
            author="person",
            reason=reason,
        )
    )
    return _view(after, read_attempts(project.reader(names.meta), names))


def _find(project: Project, alert_id: str) -> Alert:
    for alert in read_alerts(project.reader(project.names.meta), project.names):
        if alert.id == alert_id:
            return alert
    raise NotFound(f"Project {project.names.project!r} has no alert {alert_id!r}.")


def _view(alert: Alert, attempts: tuple[Attempt, ...]) -> AlertView:
    return AlertView(
        id=alert.id,
        state=alert.state,
        severity=alert.severity,
        title=alert.title,
        message=alert.message,
        entity=alert.entity.value,
        started=alert.started.isoformat() if alert.started else None,
        ended=alert.ended.isoformat() if alert.ended else None,
        opened_at=alert.opened_at.isoformat(),
        acknowledged_by=alert.acknowledged_by,
        resolved_by=alert.resolved_by,
        reason=alert.reason,
        occurrences=alert.occurrences,
        evidence=tuple(
            EvidenceView(item.sentence, item.query, item.rule) for item in alert.evidence
        ),
        deliveries=tuple(
            DeliveryView(
                item.state,
                item.receiver,
                item.number,
                item.at.isoformat(),
                item.outcome,
                item.reason,
            )
            for item in attempts
            if item.alert == alert.id
        ),
    )
