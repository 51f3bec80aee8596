"""Count, over all rows, what the decided columns hold: nulls, invalid cells, distinct, range."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from string import ascii_lowercase, ascii_uppercase, digits

from graph.lexical import lexical_sql, null_sql, quote_text
from graph.schema import Column
from inference.columns.profile import ColumnProfile, Share, ValueStore

_NUMERIC = ("integer", "decimal", "double")
_ENUMERATION_VALUES = 20
_ENUMERATION_ROWS = 10
_LONGEST_CODE = 40
_CLASSES = {"9": "[0-9]", "A": "[A-Z]", "a": "[a-z]"}
_SPECIAL = frozenset(".\\?*+{}()[]|^$")
"""Signs that SPARQL's regular expressions (XPath) want a backslash before."""
_MASKS = str.maketrans(digits + ascii_uppercase + ascii_lowercase, "9" * 10 + "A" * 26 + "a" * 26)


def measured_columns(
    store: ValueStore, table: int, profiles: Sequence[ColumnProfile], columns: Sequence[Column]
) -> tuple[Column, ...]:
    """Fill in the counts and ranges of the columns of one table, in one query."""
    if not columns:
        return ()
    _lay_lexical(store, table, columns)
    found = store.connection.execute(_query(table, columns)).fetchall()
    rows = {row[0]: row for row in found}
    return tuple(
        _measured(profile, column, rows.get(position))
        for position, (profile, column) in enumerate(zip(profiles, columns, strict=True))
    )


def enumerations(
    store: ValueStore, table: int, columns: Sequence[Column], skipped: frozenset[str]
) -> tuple[Column, ...]:
    """Give the closed value sets of the text columns that repeat few values often.

    Args:
        skipped: names of columns of keys and references, which stay open.
    """
    rows = store.tables[table].rows
    wanted = [i for i, c in enumerate(columns) if c.name not in skipped and _is_closed(c, rows)]
    if not wanted:
        return tuple(columns)
    found: dict[int, list[str]] = {position: [] for position in wanted}
    values = store.connection.execute(
        f"SELECT col, lex FROM {lexical_relation(table)} "
        f"WHERE col IN ({', '.join(map(str, wanted))}) AND lex IS NOT NULL ORDER BY col, lex"
    ).fetchall()
    for position, value in values:
        found[position].append(value)
    return tuple(
        replace(column, enumeration=tuple(sorted(found[i]))) if i in found else column
        for i, column in enumerate(columns)
    )


def patterns(
    store: ValueStore, table: int, columns: Sequence[Column], skipped: frozenset[str]
) -> tuple[Column, ...]:
    """Give the one form of text columns whose letters and digits stand in the same order always.

    Args:
        skipped: names of columns of references, whose form is that of the other table.
    """
    wanted = [i for i, c in enumerate(columns) if c.name not in skipped and _may_be_code(c)]
    if not wanted:
        return tuple(columns)
    lexical = (
        f"FROM {lexical_relation(table)} WHERE col IN ({', '.join(map(str, wanted))}) "
        "AND lex IS NOT NULL GROUP BY col HAVING"
    )
    firsts = store.connection.execute(
        f"SELECT col, min(lex) {lexical} min(length(lex)) = max(length(lex))"
    ).fetchall()
    forms = {i: form for i, text in firsts if (form := _pattern(text.translate(_MASKS)))}
    if not forms:
        return tuple(columns)
    tests = [(i, f"regexp_full_match(lex, {quote_text(form)})") for i, form in forms.items()]
    found = store.connection.execute(
        f"SELECT col {lexical} bool_and({_by_column(tests)})"
    ).fetchall()
    same = {place for (place,) in found}
    return tuple(
        replace(column, pattern=forms[i]) if i in same else column
        for i, column in enumerate(columns)
    )


def _may_be_code(column: Column) -> bool:
    return (
        column.datatype == "string"
        and column.language is None
        and column.max_length <= _LONGEST_CODE
        and column.distinct > 1
    )


def _pattern(mask: str) -> str | None:
    """Write a mask such as `AA-99` as a regular expression; None where no digit or letter is."""
    parts = []
    for sign, group in groupby(mask):
        number = len(list(group))
        written = _CLASSES.get(sign) or (f"\\{sign}" if sign in _SPECIAL else sign)
        parts.append(written if number == 1 else f"{written}{{{number}}}")
    return "".join(parts) if set(mask) & set(_CLASSES) else None


def lexical_relation(table: int) -> str:
    """Name the relation (`col`, `lex`, `n`) of canonical values that `measured_columns` lays."""
    return f"lexical_{table}"


def _lay_lexical(store: ValueStore, table: int, columns: Sequence[Column]) -> None:
    """Group the values by their canonical form; values that have it already are not copied."""
    same = _canonical(store, table, columns)
    parts = []
    if same:
        parts.append(
            f"SELECT col, value AS lex, false AS void, n FROM {store.values(table)} "
            f"WHERE col IN ({', '.join(map(str, same))})"
        )
    if other := [place for place in range(len(columns)) if place not in same]:
        _lay_other_forms(store, table, columns, other)
        parts.append(f"SELECT col, lex, void, n FROM other_forms_{table}")
    store.connection.execute(
        f"CREATE OR REPLACE VIEW {lexical_relation(table)} AS {' UNION ALL '.join(parts)}"
    )


def _lay_other_forms(
    store: ValueStore, table: int, columns: Sequence[Column], other: Sequence[int]
) -> None:
    lexical = {place: lexical_sql(columns[place], "value") for place in other}
    nulls = [(place, null_sql(columns[place], "value")) for place in other]
    void = _by_column([(place, sql) for place, sql in nulls if columns[place].null_words])
    values, relation = store.values(table), f"other_forms_{table}"

    def grouped(query: str) -> str:
        """Group the values that a query selects."""
        return (
            f"SELECT col, {_by_column(list(lexical.items()))} AS lex, "
            f"coalesce({void}, false) AS void, sum(n)::BIGINT AS n FROM ({query}) "
            "GROUP BY col, lex, void"
        )

    def share_of(place: int, share: Share) -> str:
        """Select a share of the values of one column."""
        return f"SELECT * FROM {values} WHERE col = {place} AND {share.holds(lexical[place])}"

    if store.is_large(table):
        store.lay(table, relation, other, share_of, grouped)
        return
    whole = f"SELECT * FROM {values} WHERE col IN ({', '.join(map(str, other))})"
    store.connection.execute(f"CREATE OR REPLACE TABLE {relation} AS {grouped(whole)}")


def _canonical(store: ValueStore, table: int, columns: Sequence[Column]) -> list[int]:
    """Find the columns all of whose values have their canonical form already."""
    tested = [(i, lexical_sql(c, "value")) for i, c in enumerate(columns) if c.format is None]
    if not tested:
        return []
    found = store.connection.execute(
        f"SELECT col FROM {store.values(table)} "
        f"WHERE col IN ({', '.join(str(place) for place, _ in tested)}) GROUP BY col "
        f"HAVING bool_and(coalesce({_by_column(tested)} = value, false)) ORDER BY col"
    ).fetchall()
    return [place for (place,) in found]


def _query(table: int, columns: Sequence[Column]) -> str:
    numeric = [str(i) for i, c in enumerate(columns) if c.datatype in _NUMERIC]
    number = (
        f"CASE WHEN col IN ({', '.join(numeric)}) THEN TRY_CAST(lex AS DOUBLE) END"
        if numeric
        else "NULL::DOUBLE"
    )
    return (
        "SELECT col, coalesce(sum(n) FILTER (WHERE void), 0)::BIGINT, "
        "coalesce(sum(n) FILTER (WHERE lex IS NULL AND NOT void), 0)::BIGINT, "
        "count(lex), min(lex), max(lex), "
        "min({'number': number, 'lex': lex}) FILTER (WHERE isfinite(number)), "
        "max({'number': number, 'lex': lex}) FILTER (WHERE isfinite(number)), "
        "coalesce(max(length(lex)), 0) "
        f"FROM (SELECT *, {number} AS number FROM {lexical_relation(table)}) "
        "GROUP BY col ORDER BY col"
    )


def _by_column(expressions: Sequence[tuple[int, str]]) -> str:
    if not expressions:
        return "NULL"
    branches = " ".join(f"WHEN {position} THEN {sql}" for position, sql in expressions)
    return f"(CASE col {branches} END)"


def _measured(
    profile: ColumnProfile,
    column: Column,
    row: Sequence[object] | None,
) -> Column:
    if row is None:
        return replace(column, nulls=profile.rows, nullable=profile.rows > 0, max_length=0)
    _, void, invalid, distinct, first, last, least, most, longest = row
    nulls = profile.rows - profile.filled + _whole(void)
    valid = profile.rows - nulls - _whole(invalid)
    numeric = column.datatype in _NUMERIC
    low = least["lex"] if isinstance(least, dict) else None
    high = most["lex"] if isinstance(most, dict) else None
    ordered = column.datatype not in ("string", "boolean")
    return replace(
        column,
        nulls=nulls,
        nullable=nulls > 0,
        invalid=_whole(invalid),
        distinct=_whole(distinct),
        unique=valid > 0 and _whole(distinct) == valid,
        minimum=(low if numeric else str(first)) if ordered and first is not None else None,
        maximum=(high if numeric else str(last)) if ordered and last is not None else None,
        max_length=_whole(longest),
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _is_closed(column: Column, rows: int) -> bool:
    if column.datatype != "string" or column.language:
        return False
    if not 2 <= column.distinct <= _ENUMERATION_VALUES:
        return False
    return rows - column.nulls >= _ENUMERATION_ROWS * column.distinct
