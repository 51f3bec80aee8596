"""Step: infer the schema of all tables together."""

from dataclasses import asdict

from graph.schema import Schema
from inference.advice import with_advice
from inference.infer import infer_with_sketches
from workers.artifacts import get_json, put_json
from workers.orchestrator import StepContext, StepResult
from workers.runs import last_output, overrides_of
from workers.staging import staged


def execute(context: StepContext) -> StepResult:
    """Infer types, keys and references from all rows."""
    tables = staged(context).tables
    overrides = overrides_of(context.run)
    schema, sketches = infer_with_sketches(
        tables,
        overrides=overrides,
        before=_before(context),
        progress=lambda message, fraction: context.progress(fraction, message),
    )
    if context.settings.adviser is not None:
        schema = with_advice(schema, context.settings.adviser)
    columns = sum(len(table.columns) for table in schema.tables)
    references = sum(len(table.references) for table in schema.tables)
    keys = sum(table.primary_key is not None for table in schema.tables)
    message = (
        f"{len(schema.tables)} tables · {columns} columns · {keys} keys · {references} references"
    )
    if overrides:
        message += f" · {len(overrides)} decisions of people"
    output = {
        "file": put_json(context, schema.to_json()),
        "sketches": put_json(context, [asdict(sketch) for sketch in sketches]),
    }
    return StepResult(output, message)


def _before(context: StepContext) -> Schema | None:
    """Read the schema of the last run, whose types hold until somebody decides otherwise."""
    last = last_output(context.project.reader(context.project.names.meta), "infer")
    return Schema.from_json(get_json(context, last["file"])) if last else None
