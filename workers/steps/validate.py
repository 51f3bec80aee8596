"""Step: validate the landed data against the inferred shapes; every violation names its cell."""

from collections.abc import Iterable

from graph.shacl.report import ValidationReport, ValidationResult, report_quads
from graph.shacl.validation import validate
from graph.terms import NamedNode, Term
from workers.file_changes import replaced_graph
from workers.orchestrator import StepContext, StepResult
from workers.quarantine import Cell, CellViolations, read_cells


def execute(context: StepContext) -> StepResult:
    """Write the report of the data graph, together with the cells that did not land."""
    project = context.project
    names = project.names
    report = validate(
        project.reader(names.data),
        project.reader(names.shapes),
        progress=lambda done, total: context.progress(done / total, f"{done} of {total} shapes"),
    )
    cells = read_cells(project.reader(names.quarantine(context.outputs["land"]["import"])))
    places: dict[tuple[Term | str | None, Term | str | None], Cell] = {
        (cell.focus, cell.path): cell for cell in cells if cell.focus and cell.path
    }
    violations = CellViolations(project.reader(names.shapes))
    rejected = tuple(violations.violation(cell) for cell in cells)
    whole = ValidationReport(
        report.conforms and not rejected, (*report.results, *rejected), report.fallback
    )
    root = names.record("validation", "current")
    origin = {id(result): cell for result, cell in zip(rejected, cells, strict=True)}

    def extra(result: ValidationResult) -> Iterable[tuple[NamedNode, Term]]:
        """Give the facts of the cell that a result is about."""
        cell = origin.get(id(result)) or places.get((result.focus_node, result.path))
        return cell.facts() if cell else ()

    quads = report_quads(whole, names.validation, root, extra)
    count = len(whole.results)
    message = "conforms" if not count else f"{count:,} violations, {len(cells):,} dirty cells"
    change, replacing = replaced_graph(context, names.validation, quads)
    return StepResult({"violations": count}, message, change, replacing)
