"""Find the column that tells kinds of rows apart: where it says one thing, other columns are empty.

A table of vehicles with a column `kind`, doors for cars and axles for lorries, holds two classes.
"""

from collections.abc import Mapping, Sequence

from graph.lexical import null_sql, quote_name
from graph.schema import Column, Decision, Discriminator
from inference.columns.profile import ValueStore

_MOST_KINDS = 12
_LEAST_ROWS = 5
_OWN = 0.5
_TYPES = ("category", "ordinal")
_WORDS = ("type", "kind", "class", "category", "art", "typ", "tipo", "subtype", "discriminator")


def discriminator(
    store: ValueStore, table: int, columns: Sequence[Column], bound: frozenset[str]
) -> Discriminator | None:
    """Find the discriminator of a table from all rows; the one that explains most columns.

    Args:
        bound: names of the columns of keys and references, which are filled for other reasons.
    """
    gaps = [c for c in columns if 0 < c.nulls < store.tables[table].rows and c.name not in bound]
    if len(gaps) < 2:
        return None
    found = [
        item
        for column in columns
        if _may_tell(column, bound)
        if (item := _kinds(store, table, column, [c for c in gaps if c != column]))
    ]
    return max(found, key=lambda item: (_explained(item), item.decision.confidence), default=None)


def _may_tell(column: Column, bound: frozenset[str]) -> bool:
    semantic = column.semantic
    return (
        column.name not in bound
        and column.nulls == 0
        and 2 <= column.distinct <= _MOST_KINDS
        and semantic is not None
        and semantic.type in _TYPES
    )


def _kinds(
    store: ValueStore, table: int, column: Column, gaps: Sequence[Column]
) -> Discriminator | None:
    rows = _fill(store, table, column, gaps)
    if any(count < _LEAST_ROWS for count, _ in rows.values()):
        return None
    kinds: dict[str, list[str]] = {}
    for place, gap in enumerate(gaps):
        shares = {value: filled[place] / count for value, (count, filled) in rows.items()}
        owners = [value for value, share in shares.items() if share]
        # Filled for one kind alone, and for most of its rows.
        if len(owners) == 1 and shares[owners[0]] > _OWN:
            kinds.setdefault(owners[0], []).append(gap.name)
    if len(kinds) < 2:
        return None
    evidence = [
        f"Only rows with {column.name} = {value!r} have {', '.join(names)}."
        for value, names in sorted(kinds.items())
    ]
    says = any(word in column.name.lower() for word in _WORDS)
    confidence = min(0.9, 0.72 + (0.1 if says else 0) + 0.02 * sum(map(len, kinds.values())))
    pairs = tuple((value, tuple(names)) for value, names in sorted(kinds.items()))
    return Discriminator(column.name, pairs, Decision(round(confidence, 3), tuple(evidence)))


def _fill(
    store: ValueStore, table: int, column: Column, gaps: Sequence[Column]
) -> Mapping[str, tuple[int, list[int]]]:
    """Count, for each value, its rows and how many of them fill each column."""
    counts = ", ".join(
        f"count(*) FILTER (NOT {null_sql(gap, quote_name(gap.name))})" for gap in gaps
    )
    name = quote_name(column.name)
    rows = store.connection.execute(
        f"SELECT {name}, count(*), {counts} FROM {store.rows_sql(table)} "
        f"WHERE {name} IS NOT NULL GROUP BY {name} ORDER BY {name}"
    ).fetchall()
    return {row[0]: (row[1], list(row[2:])) for row in rows}


def _explained(item: Discriminator) -> int:
    return sum(len(names) for _, names in item.kinds)
