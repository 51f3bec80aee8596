"""Step: infer the schema of all tables together."""

from inference.infer import infer_schema
from workers.artifacts import put_json
from workers.orchestrator import StepContext, StepResult
from workers.staging import staged


def execute(context: StepContext) -> StepResult:
    """Infer types, keys and references from all rows."""
    tables = staged(context).tables
    schema = infer_schema(
        tables, progress=lambda message, fraction: context.progress(fraction, message)
    )
    columns = sum(len(table.columns) for table in schema.tables)
    references = sum(len(table.references) for table in schema.tables)
    keys = sum(table.primary_key is not None for table in schema.tables)
    message = (
        f"{len(schema.tables)} tables · {columns} columns · {keys} keys · {references} references"
    )
    return StepResult({"file": put_json(context, schema.to_json())}, message)
