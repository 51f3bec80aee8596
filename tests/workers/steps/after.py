"""A step for tests: it hands on what earlier steps gave."""

from workers.orchestrator import StepContext, StepResult


def execute(context: StepContext) -> StepResult:
    """Give the outputs that it got."""
    return StepResult({"got": dict(context.outputs)}, "done")
