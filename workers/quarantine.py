"""The cells and rows of an import that did not land, read back to be shown as violations."""

from dataclasses import dataclass

from graph.shacl.report import ValidationResult
from graph.sparql import load_query
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Term
from graph.vocab import MIMIR, SH


@dataclass(frozen=True)
class Cell:
    """A quarantined cell, or a whole row when there is no path.

    Attributes:
        record: IRI of the quarantine record.
        focus, path: what the cell would have said something about, and by which property.
        file, table, row, column: where it stands; rows count from 1 below the header.
        value, reason, repair: its text, what is wrong with it, and what could be put instead.
    """

    record: NamedNode
    focus: NamedNode | None
    path: NamedNode | None
    file: str
    table: str
    row: int
    column: str | None
    value: str | None
    reason: str
    repair: str | None

    def facts(self) -> list[tuple[NamedNode, Term]]:
        """Give what a violation says about its source."""
        facts: list[tuple[NamedNode, Term]] = [
            (MIMIR.sourceFile, Literal(self.file)),
            (MIMIR.sourceTable, Literal(self.table)),
            (MIMIR.sourceRow, Literal(self.row)),
            (MIMIR.quarantineRecord, self.record),
        ]
        if self.column:
            facts.append((MIMIR.sourceColumn, Literal(self.column)))
        if self.repair:
            facts.append((MIMIR.proposedRepair, Literal(self.repair)))
        return facts


def read_cells(reader: GraphReader) -> tuple[Cell, ...]:
    """Read all records of a quarantine graph, by file, row and column."""
    cells = []
    for values in reader.select(load_query("workers", "quarantine")):
        record, focus, path, *texts = values
        file, table, row, column, value, reason, repair = (
            None if term is None else str(getattr(term, "value", term)) for term in texts
        )
        cells.append(
            Cell(
                record=_iri(record) or MIMIR.QuarantinedRow,
                focus=_iri(focus),
                path=_iri(path),
                file=file or "",
                table=table or "",
                row=int(row or 0),
                column=column,
                value=value,
                reason=reason or "",
                repair=repair,
            )
        )
    return tuple(cells)


class CellViolations:
    """Turns cells into the violations they would have been, had they landed."""

    def __init__(self, shapes: GraphReader) -> None:
        self._shapes: dict[tuple[str, str], tuple[NamedNode, bool]] = {}
        for shape, path, target, linked in shapes.select(load_query("workers", "property_shapes")):
            name = str(getattr(target, "value", "")).rpartition("#")[2]
            node = _iri(shape)
            if node:
                key = str(getattr(path, "value", "")), name
                self._shapes[key] = node, str(getattr(linked, "value", "")) == "true"

    def violation(self, cell: Cell) -> ValidationResult:
        """Give the violation of the datatype or class constraint; a row breaks its own rule."""
        value = None if cell.value is None else Literal(cell.value)
        place = f"{cell.file}, row {cell.row}" + (f", column {cell.column}" if cell.column else "")
        message = f"{place}: {cell.reason}"
        if cell.repair:
            message += f" Proposed: {cell.repair}"
        if cell.focus is None or cell.path is None:
            component, shape = MIMIR.RowConstraintComponent, MIMIR.LandableRow
            focus = cell.focus or cell.record
            return ValidationResult(focus, None, value, component, SH.Violation, shape, message)
        class_name = cell.focus.value.rpartition("/")[0].rpartition("/")[2]
        known = self._shapes.get((cell.path.value, class_name))
        shape, linked = known or (MIMIR.LandableCell, False)
        component = SH.ClassConstraintComponent if linked else SH.DatatypeConstraintComponent
        return ValidationResult(
            cell.focus, cell.path, value, component, SH.Violation, shape, message
        )


def _iri(term: Term | None) -> NamedNode | None:
    return term if isinstance(term, NamedNode) else None
