"""A step for tests: it notes that it was executed, and does what the run's inputs say.

`inputs["first"]` names an error that the first execution ends with, `inputs["always"]` one that
every execution ends with.
"""

from graph.changes import ChangeSet
from graph.errors import BadInput, QueryTimeout, StoreUnavailable
from graph.terms import Literal, Quad
from graph.vocab import RDFS
from workers.orchestrator import StepContext, StepResult

_ERRORS = {
    "input": BadInput("The file is no table."),
    "timeout": QueryTimeout("It took too long."),
    "store": StoreUnavailable("The owner is away."),
    "bug": ValueError("an index was wrong"),
}


def execute(context: StepContext) -> StepResult:
    """Count the executions on this machine, and say so in the data graph."""
    context.cache.mkdir(parents=True, exist_ok=True)
    ledger = context.cache / "executions"
    number = ledger.stat().st_size + 1 if ledger.exists() else 1
    with ledger.open("a") as file:
        file.write("x")
    inputs = context.run.inputs
    wanted = inputs.get("always") or (inputs.get("first") if number == 1 else None)
    if wanted:
        raise _ERRORS[wanted]
    names = context.project.names
    note = Quad(names.term("Note"), RDFS.comment, Literal(str(number)), names.data)
    context.progress(0.5, "half way")
    return StepResult({"number": number}, f"execution {number}", ChangeSet(added=(note,)))
