"""What changed in the schema from one version of the files to the next.

A column that is gone and one that is new may be the same under another name; their names, places,
types and values tell. What consumers of the graph must know becomes a suggestion.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from graph.model import KnowledgeModel
from graph.names import ProjectNames
from graph.schema import Column, Datatype, Schema, Table
from graph.terms import NamedNode, Quad
from graph.vocab import OWL, RDF, RDFS
from inference.drift import compare_sketches
from inference.graph_writer import GraphWriter, typed
from inference.headers import header_words
from inference.similarity import akin
from inference.sketches import ColumnSketch
from inference.suggestions import Suggestion

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
_WIDER: frozenset[tuple[Datatype, Datatype]] = frozenset(
    {("integer", "decimal"), ("integer", "double"), ("decimal", "double"), ("date", "dateTime")}
)
_FAMILIES: tuple[frozenset[Datatype], ...] = (
    frozenset(("integer", "decimal", "double", "gYear")),
    frozenset(("date", "dateTime")),
)
_LEAST = 0.5
_GONE = 0.6
Sketches = Mapping[tuple[str, str], ColumnSketch]


@dataclass(frozen=True)
class _Term:
    name: str
    label: str
    kind: NamedNode


@dataclass(frozen=True)
class SchemaChange:
    """One difference between two versions of a schema.

    Attributes:
        table, columns: where, as the newer version calls it; the older where it is gone.
        was, now: what it was and is: names, types or columns; empty where there is none.
        confidence: that it is so; below 1 only for renames, 0 to 1.
        risk: what depends on it: `low` for what is only added, `high` for what is gone.
    """

    kind: Kind
    table: str
    columns: tuple[str, ...] = ()
    was: str = ""
    now: str = ""
    confidence: float = 1.0
    evidence: tuple[str, ...] = ()

    @property
    def risk(self) -> Risk:
        """How much depends on it."""
        if self.kind == "column-retyped" and (self.was, self.now) in _WIDER:
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


def evolution_suggestions(
    changes: Iterable[SchemaChange],
    old: KnowledgeModel,
    new: KnowledgeModel,
    names: ProjectNames,
) -> tuple[Suggestion, ...]:
    """Suggest what keeps queries of older versions running: equal terms, and deprecated ones."""
    before, now = _terms(old), _terms(new)
    kept = {term.name for term in now.values()}
    found = []
    for change in changes:
        gone = before.get((change.table, change.was))
        if gone is None or gone.name in kept:
            continue
        heir = now.get((change.table, change.now))
        if change.kind == "column-renamed" and heir is not None and heir.kind == gone.kind:
            found.append(_renamed(change, gone, heir, names))
        elif change.kind in ("column-renamed", "column-dropped"):
            found.append(_deprecated(change, gone, names))
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
        elif new.column(name).datatype != column.datatype:
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
        now=new.datatype,
        evidence=new.decision.evidence,
    )


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


def _terms(model: KnowledgeModel) -> dict[tuple[str, str], _Term]:
    """Give the property that each column became."""
    found: dict[tuple[str, str], _Term] = {}
    for item in model.classes:
        for link in item.links:
            term = _Term(link.name, link.label, OWL.ObjectProperty)
            found |= {(item.table, column): term for column in link.columns}
        for each in item.attributes:
            found[item.table, each.column] = _Term(each.name, each.label, OWL.DatatypeProperty)
    return found


def _renamed(change: SchemaChange, gone: _Term, heir: _Term, names: ProjectNames) -> Suggestion:
    equal = (OWL.equivalentProperty, names.term(heir.name))
    reason = (
        f"{change.was} of {change.table} is called {change.now} now: {gone.name} means the same "
        f"as {heir.name}."
    )
    about = ("renamed", change.table, change.was, change.now)
    quads = _kept(gone, names, equal)
    return Suggestion(about, reason, change.confidence, change.evidence, quads)


def _deprecated(change: SchemaChange, gone: _Term, names: ProjectNames) -> Suggestion:
    return Suggestion(
        ("dropped", change.table, change.was),
        f"{change.was} of {change.table} is gone: keep {gone.name} as a deprecated term.",
        _GONE,
        (f"The newest version of {change.table} has no column {change.was}.",),
        _kept(gone, names),
    )


def _kept(
    gone: _Term, names: ProjectNames, *facts: tuple[NamedNode, NamedNode]
) -> tuple[Quad, ...]:
    """Declare a property that the files fill no more."""
    writer, deprecated = GraphWriter(names.ontology), (OWL.deprecated, typed("true", "boolean"))
    stated = ((RDF.type, gone.kind), (RDFS.label, gone.label), deprecated)
    return tuple(writer.facts(names.term(gone.name), *stated, *facts))
