"""Infer the schema of all tables together: types, keys, references, kinds of tables."""

import tempfile
from collections.abc import Callable, Sequence
from operator import attrgetter
from pathlib import Path

from graph.ontology.schema_overrides import SchemaOverride
from graph.schema import Key, Reference, Schema, StagedTable, Table
from inference.columns.datatypes import decide_columns
from inference.columns.profile import ValueStore
from inference.columns.sentinels import suspected
from inference.columns.sketches import ColumnSketch, sketch_table
from inference.columns.statistics import enumerations, patterns
from inference.languages import language_columns
from inference.overrides import (
    applicable,
    overridden_columns,
    overridden_key,
    overridden_links,
)
from inference.retyping import kept_types
from inference.semantics import ValueFacts, semantic_columns, value_facts
from inference.structure.alternate_keys import alternate_keys
from inference.structure.choice import choose_links
from inference.structure.composites import CompositeFinder
from inference.structure.dependencies import dependencies
from inference.structure.inclusions import Inclusions, TableView
from inference.structure.key_candidates import as_key, is_worth_declaring, primary_key
from inference.structure.keys import KeyFinder
from inference.structure.kinds import table_kind
from inference.structure.outgoing import outgoing_references
from inference.structure.ownership import Ownership, is_unique
from inference.structure.reference_names import KeyedTable
from inference.structure.references import ReferenceFinder
from inference.structure.subtypes import discriminator
from inference.structure.table_names import surrogate_headers, table_nouns


def infer_schema(
    tables: Sequence[StagedTable],
    *,
    overrides: Sequence[SchemaOverride] = (),
    progress: Callable[[str, float], None] | None = None,
) -> Schema:
    """Infer types, keys, references and kinds of tables, from all rows."""
    return infer_with_sketches(tables, overrides=overrides, progress=progress)[0]


def infer_with_sketches(
    tables: Sequence[StagedTable],
    *,
    overrides: Sequence[SchemaOverride] = (),
    before: Schema | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> tuple[Schema, tuple[ColumnSketch, ...]]:
    """Infer the schema of all tables together, and sketch the values of every column.

    Args:
        tables: staged tables, with unique names.
        overrides: what people decided; those about tables or columns that are absent do nothing.
        before: the schema of the version before, whose types are kept until somebody decides.
        progress: called with what is being done and the share done, 0 to 1.
    """
    report = progress or _silent
    with tempfile.TemporaryDirectory(prefix="mimir-infer-") as scratch:
        store = ValueStore(tables, Path(scratch))
        try:
            said = applicable(overrides, tables)
            views = _views(store, tables, said, before or Schema(), report)
            schema = _infer(store, views, said, before or Schema(), report)
            sketches = [
                sketch
                for index, table in enumerate(schema.tables)
                for sketch in sketch_table(store, index, table)
            ]
        finally:
            store.close()
    report("schema inferred", 1.0)
    return schema, tuple(sketches)


def _silent(step: str, share: float) -> None:
    """Report to nobody."""


def _infer(
    store: ValueStore,
    views: Sequence[TableView],
    overrides: Sequence[SchemaOverride],
    before: Schema,
    report: Callable[[str, float], None],
) -> Schema:
    report("comparing columns", 0.6)
    inclusions = Inclusions(store, views)
    ownership = Ownership(views, inclusions)
    finder = KeyFinder(store, views, ownership)
    keyed, keys = [], []
    nouns = [view.noun for view in views]
    for view in views:
        report(f"looking for the key of {view.name}", 0.7 + 0.2 * view.index / len(views))
        table, key, others = _keyed(store, finder, ownership, view, nouns, overrides)
        keyed.append(table)
        keys.append((key, others))
    report("choosing references", 0.9)
    singles = ReferenceFinder(keyed, inclusions).single_links()
    links = choose_links([*singles, *CompositeFinder(keyed, inclusions).links()])
    links = overridden_links(links, views, inclusions, overrides)
    pointed = {link.parent for link in links}
    facts = value_facts(store, [view.columns for view in views])
    found = []
    met = {(link.parent, link.keys) for link in links}
    old = {table.name: table for table in before.tables}
    for view, table, (key, others) in zip(views, keyed, keys, strict=True):
        alternates = [each for each in table.alternates if (view.index, each.columns) in met]
        outgoing = outgoing_references(view, views, links, inclusions)
        pointed_to = view.index in pointed
        unique = (*others, *alternates)
        was = old.get(view.name)
        found.append(_table(store, view, (key, unique), outgoing, facts, was, pointed=pointed_to))
    return Schema(tuple(found))


def _views(
    store: ValueStore,
    tables: Sequence[StagedTable],
    overrides: Sequence[SchemaOverride],
    before: Schema,
    report: Callable[[str, float], None],
) -> list[TableView]:
    """Read all tables and decide their columns."""
    decided = []
    for index, staged in enumerate(tables):
        report(f"reading {staged.name}", 0.6 * index / max(len(tables), 1))
        profiles = store.read(index)
        columns = decide_columns(store, index, profiles)
        columns = kept_types(store, index, profiles, columns, before, overrides)
        decided.append(overridden_columns(store, index, profiles, columns, overrides))
    nouns = table_nouns([staged.name for staged in tables])
    surrogates = surrogate_headers(tables, decided, nouns)
    return [
        TableView(index, staged, columns, noun, surrogates)
        for index, (staged, columns, noun) in enumerate(zip(tables, decided, nouns, strict=True))
    ]


def _keyed(
    store: ValueStore,
    finder: KeyFinder,
    ownership: Ownership,
    view: TableView,
    nouns: Sequence[str],
    overrides: Sequence[SchemaOverride],
) -> tuple[KeyedTable, Key | None, tuple[Key, ...]]:
    candidates = finder.candidates(view)
    key = overridden_key(store, view, primary_key(candidates), overrides)
    unique = tuple(c.name for c in view.columns if is_unique(c))
    chosen = key.columns if key is not None else ()
    targets = unique + (chosen if len(chosen) == 1 and chosen[0] not in unique else ())
    lent = frozenset(c.name for c in view.columns if ownership.lender(view, c.name) is not None)
    others = tuple(
        as_key(candidate)
        for candidate in candidates
        if candidate.columns != chosen and is_worth_declaring(view, candidate)
    )
    alternates = alternate_keys(store, finder, view, nouns, chosen)
    return KeyedTable(view, chosen, targets, lent, alternates), key, others


def _table(
    store: ValueStore,
    view: TableView,
    keys: tuple[Key | None, tuple[Key, ...]],
    references: tuple[Reference, ...],
    facts: ValueFacts,
    before: Table | None,
    *,
    pointed: bool,
) -> Table:
    key, others = keys
    bound = {name for reference in references for name in reference.columns}
    bound |= set(key.columns) if key is not None else set()
    columns = enumerations(store, view.index, view.columns, frozenset(bound))
    pointing = frozenset(name for reference in references for name in reference.columns)
    columns = patterns(store, view.index, columns, pointing)
    columns = suspected(store, view.index, columns, frozenset(bound))
    columns = semantic_columns(store, view.index, columns, key, references, facts)
    columns = language_columns(columns, frozenset(bound), before)
    return Table(
        name=view.name,
        source=view.staged.source,
        rows=view.rows,
        columns=columns,
        primary_key=key,
        unique_keys=tuple(sorted(others, key=attrgetter("columns"))),
        references=references,
        kind=table_kind(columns, key, references, view.rows, pointed=pointed),
        discriminator=discriminator(store, view.index, columns, frozenset(bound)),
        dependencies=dependencies(store, view.index, columns, [*others, *([key] if key else [])]),
    )
