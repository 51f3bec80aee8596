"""The steps of the workflows, one per file; each has `execute(context) -> StepResult`."""
