"""Step: read the uploaded files into tables."""

from graph.errors import BadInput
from workers.orchestrator import StepContext, StepResult
from workers.staging import staged


def execute(context: StepContext) -> StepResult:
    """Stage all files of the run."""
    found = staged(context)
    if not found.tables:
        raise BadInput("None of the files holds a table. Upload CSV, JSON, XLSX or Parquet files.")
    tables = [
        {
            "name": table.name,
            "rows": table.rows,
            "columns": len(table.columns),
            "source": table.source,
            "sha256": table.sha256,
        }
        for table in found.tables
    ]
    rows = sum(table.rows for table in found.tables)
    message = f"{len(tables)} tables · {rows:,} rows"
    unread = sum(reject.row > 0 for reject in found.rejects)
    if unread:
        message += f" · {unread:,} rows that cannot be read"
    return StepResult({"tables": tables, "rejects": unread}, message)
