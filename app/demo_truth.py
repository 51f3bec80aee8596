"""What was planted in the demo data: tables, dirty cells, faults."""

from dataclasses import dataclass
from typing import Literal

DirtKind = Literal["bad-date", "unit-in-number", "duplicate-key", "orphan"]
FaultKind = Literal["overheating", "outage"]


@dataclass(frozen=True)
class DemoReference:
    """Columns of a table that point to the key of another."""

    columns: tuple[str, ...]
    ref_table: str
    ref_columns: tuple[str, ...]


@dataclass(frozen=True)
class DemoTable:
    """One file: its data rows, key, references, and columns of digits that are not numbers."""

    name: str
    file: str
    rows: int
    key: tuple[str, ...]
    references: tuple[DemoReference, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class DirtyCell:
    """A cell that is wrong on purpose; `row` counts data rows from 1."""

    file: str
    row: int
    column: str
    value: str
    kind: DirtKind


@dataclass(frozen=True)
class Fault:
    """A fault of a machine, from its first to its last affected hour (ISO 8601).

    `property` is the column that shows it; `*` when no reading was made at all.
    """

    machine: str
    property: str
    start: str
    end: str
    kind: FaultKind


@dataclass(frozen=True)
class DemoTruth:
    """What is in the generated files."""

    seed: int
    tables: tuple[DemoTable, ...]
    dirty: tuple[DirtyCell, ...]
    faults: tuple[Fault, ...]
