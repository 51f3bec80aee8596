"""Violations on record: the results of the newest validation, each with its cell, in groups.

A group is what one constraint of one shape says about one path: one cause, usually one repair.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from graph.sparql import load_query
from graph.store import GraphReader
from graph.terms import NamedNode, Term


@dataclass(frozen=True)
class Violation:
    """One result of a validation.

    Attributes:
        id: IRI of the result in the validation graph.
        path: the predicate, or the text of a longer path.
        file, row, column: the cell of the source, where it is known; rows count from 1.
        cell_repair: text that could stand in a cell that did not land.
        cell: whether the value is that of a cell that did not land.
    """

    id: str
    focus: Term
    path: Term | None
    value: Term | None
    message: str
    severity: str
    component: str
    shape: Term
    file: str | None = None
    row: int | None = None
    column: str | None = None
    cell_repair: str | None = None
    cell: bool = False

    @property
    def group(self) -> str:
        """Name the group that the violation belongs to."""
        text = "\n".join((str(self.shape), self.component, str(self.path)))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class ViolationGroup:
    """Violations of one shape by one cause; `first` stands for them."""

    id: str
    first: Violation
    members: tuple[Violation, ...]


def read_violations(validation: GraphReader) -> list[Violation]:
    """Read all results of the newest validation, by file, row and column."""
    return [_violation(row) for row in validation.select(load_query("graph", "violations"))]


def grouped(violations: Iterable[Violation]) -> list[ViolationGroup]:
    """Group violations by shape and cause, the largest group first."""
    groups: dict[str, list[Violation]] = {}
    for item in violations:
        groups.setdefault(item.group, []).append(item)
    found = [ViolationGroup(name, items[0], tuple(items)) for name, items in groups.items()]
    return sorted(found, key=lambda group: (-len(group.members), group.id))


def _violation(row: tuple[Term | None, ...]) -> Violation:
    result, focus, path, value, shape, *texts = row
    message, severity, component, file, line, column, repair, record = (
        None if term is None else str(getattr(term, "value", term)) for term in texts
    )
    unknown = NamedNode("urn:mimir:unknown")
    return Violation(
        id=str(getattr(result, "value", "")),
        focus=focus or unknown,
        path=path,
        value=value,
        message=message or "",
        severity=(severity or "").rpartition("#")[2],
        component=(component or "").rpartition("#")[2],
        shape=shape or unknown,
        file=file,
        row=int(line) if line else None,
        column=column,
        cell_repair=repair,
        cell=record is not None,
    )
