"""What changed in the schema from one version of the files to the next.

A column that is gone and one that is new may be the same under another name; their names, places,
types and values tell. `evolution_suggestions` has what consumers of the graph must know.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from graph.schema import Column, Datatype, Schema, Table
from inference.columns.drift import compare_sketches
from inference.columns.sketches import ColumnSketch
from inference.headers import header_words
from inference.retyping import WIDER
from inference.structure.similarity import akin

Kind = Literal[
    "table-added", "table-dropped", "column-added", "column-dropped", "column-renamed",
    "column-retyped", "key-changed", "reference-added", "reference-dropped",
]  # fmt: skip
Risk = Literal["low", "medium", "high"]

_RISKS: Mapping[Kind, Risk] = {
    "table-added": "low",
    "column-added": "low",
    "reference-added": "low",
    "column-renamed": "medium",
    "reference-dropped": "medium",
    "column-retyped": "high",
    "column-dropped": "high",
    "table-dropped": "high",
    "key-changed": "high",
}
_FAMILIES: tuple[frozenset[Datatype], ...] = (
    frozenset(("integer", "decimal", "double", "gYear")),
    frozenset(("date", "dateTime")),
)
_LEAST = 0.5
Sketches = Mapping[tuple[str, str], ColumnSketch]


@dataclass(frozen=True)
class SchemaChange:
    """One difference between two versions of a schema.

    Attributes:
        table, columns: where, as the newer version calls it; the older where it is gone.
        was, now: what it was and is: names, types or columns; empty where there is none.
        confidence: that it is so; below 1 only for renames, 0 to 1.
        waits: whether the type stays what it was until somebody decides.
        risk: what depends on it: `low` for what is only added, `high` for what is gone.
    """

    kind: Kind
    table: str
    columns: tuple[str, ...] = ()
    was: str = ""
    now: str = ""
    confidence: float = 1.0
    evidence: tuple[str, ...] = ()
    waits: bool = False

    @property
    def risk(self) -> Risk:
        """How much depends on it."""
        if self.kind == "column-retyped" and (self.was, self.now) in WIDER:
            return "low"
        return _RISKS[self.kind]


def schema_changes(
    old: Schema, new: Schema, before: Iterable[ColumnSketch], now: Iterable[ColumnSketch]
) -> tuple[SchemaChange, ...]:
    """List what changed, table by table.

    Args:
        before, now: sketches of the columns of both versions.
    """
    sketches = [{(item.table, item.column): item for item in side} for side in (before, now)]
    known = {table.name: table for table in old.tables}
    kept = {table.name for table in new.tables}
    found = [SchemaChange("table-dropped", name, was=name) for name in known if name not in kept]
    for table in new.tables:
        if table.name in known:
            found += _table_changes(known[table.name], table, sketches[0], sketches[1])
        else:
            found.append(SchemaChange("table-added", table.name, now=table.name))
    return tuple(found)


def _table_changes(old: Table, new: Table, before: Sketches, now: Sketches) -> list[SchemaChange]:
    renamed = dict(_renames(old, new, before, now))
    names = {change.was: change.now for change in renamed.values()}
    found = list(renamed.values())
    known = {column.name for column in new.columns}
    for column in old.columns:
        name = names.get(column.name, column.name)
        if name not in known:
            found.append(SchemaChange("column-dropped", old.name, (name,), was=name))
        elif _type_now(new.column(name)) != column.datatype:
            found.append(_retyped(new, column, new.column(name)))
    taken = {names.get(column.name, column.name) for column in old.columns}
    found += [
        SchemaChange("column-added", new.name, (column.name,), now=column.name)
        for column in new.columns
        if column.name not in taken
    ]
    return [*found, *_key_changes(old, new, names), *_reference_changes(old, new, names)]


def _retyped(table: Table, old: Column, new: Column) -> SchemaChange:
    return SchemaChange(
        "column-retyped",
        table.name,
        (new.name,),
        was=old.datatype,
        now=_type_now(new),
        evidence=new.decision.evidence,
        waits=new.proposed is not None,
    )


def _type_now(column: Column) -> Datatype:
    return column.proposed or column.datatype


def _key_changes(old: Table, new: Table, names: Mapping[str, str]) -> Iterator[SchemaChange]:
    was = tuple(names.get(c, c) for c in old.primary_key.columns) if old.primary_key else ()
    now = new.primary_key.columns if new.primary_key else ()
    if was != now:
        yield SchemaChange(
            "key-changed",
            new.name,
            now or was,
            was=", ".join(was),
            now=", ".join(now),
            evidence=new.primary_key.decision.evidence if new.primary_key else (),
        )


def _reference_changes(old: Table, new: Table, names: Mapping[str, str]) -> Iterator[SchemaChange]:
    was = {(tuple(names.get(c, c) for c in r.columns), r.ref_table) for r in old.references}
    now = {(r.columns, r.ref_table) for r in new.references}
    for columns, target in sorted(was - now):
        yield SchemaChange("reference-dropped", new.name, columns, was=target)
    for columns, target in sorted(now - was):
        yield SchemaChange("reference-added", new.name, columns, now=target)


def _renames(
    old: Table, new: Table, before: Sketches, now: Sketches
) -> Iterator[tuple[str, SchemaChange]]:
    """Pair columns that are gone with new ones, the likeliest pairs first."""
    kept = {column.name for column in old.columns} & {column.name for column in new.columns}
    pairs = [
        _pair(old, new, one, other, before, now)
        for one in old.columns
        for other in new.columns
        if one.name not in kept and other.name not in kept and _alike(one, other)
    ]
    taken: set[str] = set()
    gone: set[str] = set()
    for change in sorted(pairs, key=lambda item: (-item.confidence, item.was, item.now)):
        if change.confidence >= _LEAST and change.was not in gone and change.now not in taken:
            gone.add(change.was)
            taken.add(change.now)
            yield change.was, change


def _alike(one: Column, other: Column) -> bool:
    types = {one.datatype, other.datatype}
    return len(types) == 1 or any(types <= family for family in _FAMILIES)


def _pair(
    old: Table, new: Table, one: Column, other: Column, before: Sketches, now: Sketches
) -> SchemaChange:
    """Weigh whether two columns are one: by names, values, places, and the part they play."""
    named = name_likeness(one.name, other.name)
    drift = compare_sketches(before[old.name, one.name], now[new.name, other.name])
    values = 0.5 if drift.distance is None else 1 - min(2 * drift.distance, 1.0)
    places = [
        [column.name for column in table.columns].index(column.name)
        for table, column in ((old, one), (new, other))
    ]
    same = (one.unique == other.unique) + (one.nullable == other.nullable)
    score = 0.45 * named + 0.3 * values + 0.15 * (places[0] == places[1]) + 0.05 * same
    evidence = [f"{one.name} is gone and {other.name} is new; both hold {other.datatype}."]
    if named >= 0.5:
        evidence.append("The names have words in common.")
    if drift.distance is not None:
        evidence.append(f"The distributions of their values are {drift.distance:.2f} apart.")
    if places[0] == places[1]:
        evidence.append("They stand in the same place.")
    return SchemaChange(
        "column-renamed",
        new.name,
        (other.name,),
        was=one.name,
        now=other.name,
        confidence=round(score, 3),
        evidence=tuple(evidence),
    )


def name_likeness(one: str, other: str) -> float:
    """Measure how much two headers say the same, word by word, 0 to 1."""
    first, second = header_words(one), header_words(other)
    if not first or not second:
        return 0.0
    likeness = [
        sum(max(akin(word, each) for each in there) for word in here) / len(here)
        for here, there in ((first, second), (second, first))
    ]
    return sum(likeness) / 2
