"""Keep the type that a column had while another, which its values suggest now, is not decided on.

Wider numbers and times hold all that was there before and are taken at once. Any other change of
type could make something else of what queries read, so the column keeps the type it has: the cells
that fit it land, those that do not are quarantined with their place, and nothing is lost.
"""

from collections.abc import Sequence
from dataclasses import replace

from graph.ontology.schema_overrides import SchemaOverride
from graph.schema import Column, Datatype, Schema, Table
from inference.columns.datatypes import column_read_as
from inference.columns.profile import ColumnProfile, ValueStore
from inference.columns.statistics import measured_columns

WIDER: frozenset[tuple[Datatype, Datatype]] = frozenset(
    {("integer", "decimal"), ("integer", "double"), ("decimal", "double"), ("date", "dateTime")}
)
"""Pairs of types of which the second holds all values of the first."""


def kept_types(
    store: ValueStore,
    table: int,
    profiles: Sequence[ColumnProfile],
    columns: Sequence[Column],
    before: Schema,
    overrides: Sequence[SchemaOverride],
) -> tuple[Column, ...]:
    """Read columns as the types that the version before had, and note what they would be now.

    Columns of keys and references are left alone: what names the rows must not depend on a
    decision that nobody has made. So are those about which a person decides, or decided before.
    """
    name = store.tables[table].name
    old = next((item for item in before.tables if item.name == name), None)
    if old is None:
        return tuple(columns)
    said = {item.columns[0] for item in overrides if item.kind == "type" and item.table == name}
    held = {
        column.name: was
        for column in columns
        if column.name not in said and (was := _type_before(old, column)) is not None
    }
    if not held:
        return tuple(columns)
    read = [
        column_read_as(store, table, profile, held[column.name]) if column.name in held else column
        for profile, column in zip(profiles, columns, strict=True)
    ]
    measured = measured_columns(store, table, profiles, read)
    return tuple(
        _kept(column, kept) if column.name in held else column
        for column, kept in zip(columns, measured, strict=True)
    )


def _type_before(old: Table, column: Column) -> Datatype | None:
    """Give the type that a column keeps, if it had another one and had values."""
    was = next((item for item in old.columns if item.name == column.name), None)
    if was is None or was.decision.overridden or column.name in _naming(old):
        return None
    if not _has_values(was) or not column.distinct:
        return None
    if was.datatype == column.datatype or (was.datatype, column.datatype) in WIDER:
        return None
    return was.datatype


def _has_values(column: Column) -> bool:
    return column.distinct > 0 and (column.datatype != "string" or column.max_length > 0)


def _naming(table: Table) -> frozenset[str]:
    keys = [key.columns for key in (table.primary_key, *table.unique_keys) if key is not None]
    return frozenset(
        name
        for columns in (*keys, *(reference.columns for reference in table.references))
        for name in columns
    )


def _kept(now: Column, kept: Column) -> Column:
    lost = (f"{kept.invalid} cells are no {kept.datatype}; they are quarantined.",)
    waits = f"It was {kept.datatype} before; that it is {now.datatype} now waits for a decision."
    evidence = (waits, *(lost if kept.invalid else ()), *now.decision.evidence)
    decision = replace(now.decision, evidence=evidence)
    return replace(kept, decision=decision, proposed=now.datatype)
