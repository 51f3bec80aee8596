"""Sketch the values of every column: small enough to keep, good enough to tell a later drift.

Ordered values are kept as quantiles, others as the most frequent values with their counts. Two
sketches of the same column can be compared without the rows they were made of.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from graph.schema import Column, Datatype, Table
from inference.columns.profile import ValueStore
from inference.columns.statistics import lexical_relation

STEPS = 64
"""Quantiles are taken at the shares 0, 1/STEPS, ... 1."""

_CATEGORIES = 50
_SAMPLED = 50_000
_ORDERED: Mapping[Datatype, str] = {
    "integer": "TRY_CAST(lex AS DOUBLE)",
    "decimal": "TRY_CAST(lex AS DOUBLE)",
    "double": "TRY_CAST(lex AS DOUBLE)",
    "gYear": "TRY_CAST(lex AS DOUBLE)",
    "date": "epoch(TRY_CAST(lex AS DATE))",
    "dateTime": "epoch(TRY_CAST(lex AS TIMESTAMPTZ))",
}


@dataclass(frozen=True)
class ColumnSketch:
    """The values of one column in short.

    Attributes:
        table, column: names in the source.
        rows, nulls: rows of the table, and those without a value here.
        counted: rows that the quantiles or the categories stand for.
        quantiles: values at equal shares of the rows, ascending; dates and times are seconds
            since 1970. Empty when the values have no order, or there are none.
        categories: the most frequent values with their rows; `rest` counts all other rows.
    """

    table: str
    column: str
    rows: int
    nulls: int
    counted: int = 0
    quantiles: tuple[float, ...] = ()
    categories: tuple[tuple[str, int], ...] = ()
    rest: int = 0


def sketch_table(store: ValueStore, index: int, table: Table) -> tuple[ColumnSketch, ...]:
    """Sketch the columns of one table from its distinct canonical values."""
    ordered = {i: _ORDERED[c.datatype] for i, c in enumerate(table.columns) if _is_ordered(c)}
    listed = [i for i, c in enumerate(table.columns) if i not in ordered and _is_listed(c, table)]
    quantiles = _quantiles(store, index, ordered, table.columns)
    categories = _categories(store, index, listed)
    return tuple(
        _sketch(table, column, quantiles.get(i), categories.get(i))
        for i, column in enumerate(table.columns)
    )


def sketches_from_json(value: object) -> tuple[ColumnSketch, ...]:
    """Read sketches back from the JSON of `dataclasses.asdict`."""
    return TypeAdapter(tuple[ColumnSketch, ...]).validate_python(value)


def _is_ordered(column: Column) -> bool:
    return column.datatype in _ORDERED and column.distinct > 0


def _is_listed(column: Column, table: Table) -> bool:
    """Tell whether values recur, so that their counts say something."""
    return 0 < column.distinct <= max(_CATEGORIES, (table.rows - column.nulls) // 10)


def _sketch(
    table: Table,
    column: Column,
    quantiles: tuple[int, tuple[float, ...]] | None,
    categories: tuple[tuple[str, int], ...] | None,
) -> ColumnSketch:
    missing = column.nulls + column.invalid
    if quantiles:
        counted, values = quantiles
        return ColumnSketch(table.name, column.name, table.rows, missing, counted, values)
    if categories:
        counted = table.rows - missing
        rest = counted - sum(rows for _, rows in categories)
        return ColumnSketch(
            table.name, column.name, table.rows, missing, counted, (), categories, rest
        )
    return ColumnSketch(table.name, column.name, table.rows, missing)


def _quantiles(
    store: ValueStore, index: int, ordered: Mapping[int, str], columns: Sequence[Column]
) -> dict[int, tuple[int, tuple[float, ...]]]:
    """Give, by column, the rows that were counted and the values at equal shares of them.

    Of columns with very many distinct values a fixed share is taken, chosen by their hash.
    """
    if not ordered:
        return {}
    number = " ".join(f"WHEN {i} THEN {sql}" for i, sql in ordered.items())
    share = " ".join(f"WHEN {i} THEN {1 + columns[i].distinct // _SAMPLED}" for i in ordered)
    rows = store.connection.execute(
        "SELECT col, any_value(total)::BIGINT, list(v ORDER BY step) FROM ("
        "SELECT col, total, step, min(v) AS v FROM ("
        "SELECT col, v, sum(n) OVER (PARTITION BY col ORDER BY v) AS reached, "
        "sum(n) OVER (PARTITION BY col) AS total FROM ("
        f"SELECT col, CASE col {number} END AS v, sum(n) AS n FROM {lexical_relation(index)} "
        f"WHERE col IN ({', '.join(map(str, ordered))}) AND lex IS NOT NULL "
        f"AND hash(lex) % (CASE col {share} END)::UBIGINT = 0 GROUP BY col, v)"
        f" WHERE isfinite(v)), range({STEPS + 1}) AS s(step) "
        f"WHERE reached * {STEPS} >= total * step GROUP BY col, total, step) "
        "GROUP BY col ORDER BY col"
    ).fetchall()
    return {column: (total, tuple(values)) for column, total, values in rows}


def _categories(
    store: ValueStore, index: int, listed: Iterable[int]
) -> dict[int, tuple[tuple[str, int], ...]]:
    wanted = ", ".join(map(str, listed))
    if not wanted:
        return {}
    rows = store.connection.execute(
        f"SELECT col, lex, sum(n)::BIGINT AS rows FROM {lexical_relation(index)} "
        f"WHERE col IN ({wanted}) AND lex IS NOT NULL GROUP BY col, lex "
        f"QUALIFY row_number() OVER (PARTITION BY col ORDER BY rows DESC, lex) <= {_CATEGORIES} "
        "ORDER BY col, rows DESC, lex"
    ).fetchall()
    found: dict[int, list[tuple[str, int]]] = {}
    for column, value, count in rows:
        found.setdefault(column, []).append((value[:200], count))
    return {column: tuple(values) for column, values in found.items()}
