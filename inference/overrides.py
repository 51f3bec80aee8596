"""Make inference keep what people decided: types, keys and references."""

from collections.abc import Sequence
from dataclasses import replace

from graph.lexical import lexical_sql, quote_name
from graph.ontology.schema_overrides import SchemaOverride
from graph.schema import Column, Decision, Key, StagedTable
from inference.columns.datatypes import column_read_as
from inference.columns.profile import ColumnProfile, ValueStore
from inference.columns.statistics import measured_columns
from inference.structure.inclusions import Inclusions, TableView
from inference.structure.references import Link

_CERTAIN = 50.0
"""Log odds of what a person said."""


def applicable(
    overrides: Sequence[SchemaOverride], tables: Sequence[StagedTable]
) -> tuple[SchemaOverride, ...]:
    """Give the overrides whose tables and columns are all there."""
    columns = {table.name: frozenset(table.columns) for table in tables}
    return tuple(item for item in overrides if item.fits(columns))


def overridden_columns(
    store: ValueStore,
    table: int,
    profiles: Sequence[ColumnProfile],
    columns: Sequence[Column],
    overrides: Sequence[SchemaOverride],
) -> tuple[Column, ...]:
    """Read the columns of one table as the types that people set, and count anew what fits."""
    wanted = {
        item.columns[0]: item
        for item in overrides
        if item.kind == "type" and item.table == store.tables[table].name
    }
    if not wanted.keys() & {column.name for column in columns}:
        return tuple(columns)
    read = [
        _typed(store, table, profile, wanted[column.name]) if column.name in wanted else column
        for profile, column in zip(profiles, columns, strict=True)
    ]
    return tuple(
        replace(column, decision=_decision(wanted[column.name], _misfits(column)))
        if column.name in wanted
        else column
        for column in measured_columns(store, table, profiles, read)
    )


def overridden_key(
    store: ValueStore, view: TableView, inferred: Key | None, overrides: Sequence[SchemaOverride]
) -> Key | None:
    """Give the key that a person set, with the rows that contradict it; else the inferred one."""
    for item in overrides:
        if item.kind == "key" and item.table == view.name:
            return _key(store, view, item) if item.columns else None
    return inferred


def overridden_links(
    links: Sequence[Link],
    views: Sequence[TableView],
    inclusions: Inclusions,
    overrides: Sequence[SchemaOverride],
) -> list[Link]:
    """Put the references that people set, or refused, in the place of the inferred ones."""
    number = {view.name: view.index for view in views}
    decided = [item for item in overrides if item.kind in ("reference", "no-reference")]
    taken = {(number[item.table], item.columns) for item in decided}
    kept = [link for link in links if (link.child, link.columns) not in taken]
    kept += [
        _link(item, views[number[item.table]], views[number[item.ref_table or ""]], inclusions)
        for item in decided
        if item.kind == "reference"
    ]
    return sorted(kept, key=lambda link: (link.child, link.columns))


def _typed(
    store: ValueStore, table: int, profile: ColumnProfile, override: SchemaOverride
) -> Column:
    column = column_read_as(store, table, profile, override.datatype or "string")
    language = override.language.lower() if override.language else None
    return replace(
        column,
        format=override.format or column.format,
        rival=None,
        language=language,
        null_words=tuple(sorted({*column.null_words, *override.null_words})),
    )


def _misfits(column: Column) -> tuple[str, ...]:
    if not column.invalid:
        return ()
    return (f"{column.invalid} cells are no {column.datatype}; they are quarantined.",)


def _key(store: ValueStore, view: TableView, override: SchemaOverride) -> Key:
    parts = [lexical_sql(view.column(name), quote_name(name)) for name in override.columns]
    present = " AND ".join(f"{part} IS NOT NULL" for part in parts)
    found = store.connection.execute(
        f"SELECT count(*) FROM (SELECT DISTINCT {', '.join(parts)} "
        f"FROM {store.rows_sql(view.index)} WHERE {present})"
    ).fetchone()
    duplicates = view.rows - int(found[0] if found else 0)
    odd = f"{duplicates} rows repeat a value or have none."
    return Key(override.columns, _decision(override, (odd,) if duplicates else ()), duplicates)


def _link(
    override: SchemaOverride, child: TableView, parent: TableView, inclusions: Inclusions
) -> Link:
    pairs = (child, override.columns, parent, override.ref_columns)
    distinct, shared, orphans, _ = inclusions.tuple_coverage(*pairs)
    said = [override.evidence()]
    if orphans:
        said.append(f"{orphans} rows have a value that {parent.name} lacks.")
    return Link(
        child=child.index,
        columns=override.columns,
        parent=parent.index,
        keys=override.ref_columns,
        score=_CERTAIN,
        coverage=shared / distinct if distinct else 1.0,
        named=1.0,
        evidence=tuple(said),
        overridden=True,
    )


def _decision(override: SchemaOverride, facts: tuple[str, ...]) -> Decision:
    return Decision(1.0, (override.evidence(), *facts), overridden=True)
