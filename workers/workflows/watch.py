"""One round of monitoring."""

from workers.orchestrator import Step, Workflow

WATCH = Workflow(
    "watch",
    (
        Step("monitor", "Monitor", "workers.steps.monitor", reads=("requested",)),
        Step("alert", "Alert", "workers.steps.alert", ("monitor",)),
    ),
)
