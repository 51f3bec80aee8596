"""Step: tell the receivers what is new; every attempt is recorded."""

import time

from alerting.alerts import read_alerts
from alerting.delivery import deliver, due, receiver_at
from alerting.delivery_log import attempt_quads, delivered_keys, read_attempts
from graph.changes import ChangeSet
from workers.orchestrator import StepContext, StepResult


def execute(context: StepContext) -> StepResult:
    """Deliver each state of each alert once to each receiver."""
    names = context.project.names
    meta = context.project.reader(names.meta)
    receivers = [receiver_at(name, url) for name, url in context.settings.receivers]
    delivered = delivered_keys(read_attempts(meta, names))
    attempts = [
        attempt
        for alert in read_alerts(meta, names)
        for attempt in deliver(
            alert, due(alert, delivered, receivers), clock=context.clock, pause=time.sleep
        )
    ]
    sent = sum(attempt.outcome == "sent" for attempt in attempts)
    message = f"{sent} sent, {len(attempts) - sent} attempts failed"
    if not receivers:
        message = "no receivers are set (MIMIR_ALERT_URLS)"
    change = ChangeSet(added=tuple(attempt_quads(attempts, names)))
    return StepResult({"attempts": len(attempts), "sent": sent}, message, change)
