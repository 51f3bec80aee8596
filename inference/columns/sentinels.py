"""Suspect values that stand for "no value" among numbers and dates: -999, 9999, 1900-01-01.

Such a value repeats, is the least or the greatest, and stands apart from all the rest; often it is
one that people use for nothing else. It is a suspicion: the cells land as they are, the evidence of
the column says what to do.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from graph.lexical import lexical_sql, trimmed_sql
from graph.schema import Column
from inference.columns.profile import ValueStore
from inference.columns.statistics import lexical_relation

_NUMBERS = ("integer", "decimal", "double")
_DATES = ("date", "dateTime")
_LEAST_OTHERS = 5
_LEAST_ROWS = 2
_MANY = 10
"""How often as many rows as other values a usual sentinel has that stands close to them."""
_APART = 3.0
"""How many times the range of the others a value is away from them that is no usual sentinel."""
_USUAL = re.compile(
    r"-1(\.0)?|-?9{2,}(\.0)?|-?9{4,}\.9+|-?8{3,}|-?7{3,}|-9|32767|-32768|65535|2147483647|-2147483648"
    r"|(0001-01-01|1111-11-11|1753-01-01|1800-01-01|1899-12-3[01]|1900-01-0[01]|1901-01-01"
    r"|1970-01-01|2099-12-31|2100-12-31|2999-12-31|9999-12-31)(T.*)?"
)


@dataclass(frozen=True)
class _Extreme:
    """The least or the greatest value of a column, and the range of the others.

    Attributes:
        text: its canonical form; it stands in `rows` rows.
        gap: how far the nearest other value is; `spread`: how far the others reach.
        others: how many distinct values there are beside; `typical`: mean rows of one of them.
        negative: whether it is the only one below zero.
    """

    text: str
    rows: int
    gap: float
    spread: float
    others: int
    typical: float
    low: str
    high: str
    negative: bool


def suspected(
    store: ValueStore, table: int, columns: Sequence[Column], bound: frozenset[str]
) -> tuple[Column, ...]:
    """Give the columns with a sentence about the value that may mean "no value", where one does.

    Args:
        bound: names of columns of keys and references.
    """
    wanted = {
        place: column
        for place, column in enumerate(columns)
        if column.datatype in (*_NUMBERS, *_DATES)
        and not column.unique
        and column.name not in bound
    }
    found = list(columns)
    for place, extreme in _extremes(store, table, wanted) if wanted else ():
        if _is_suspect(extreme):
            texts = _spelled(store, table, place, columns[place], extreme.text)
            found[place] = _said(found[place], extreme, texts)
    return tuple(found)


def _extremes(
    store: ValueStore, table: int, columns: dict[int, Column]
) -> Iterator[tuple[int, _Extreme]]:
    dates = [str(place) for place, column in columns.items() if column.datatype in _DATES]
    number = "TRY_CAST(lex AS DOUBLE)"
    if dates:
        days = "date_diff('day', DATE '1970-01-01', TRY_CAST(left(lex, 10) AS DATE))::DOUBLE"
        number = f"(CASE WHEN col IN ({', '.join(dates)}) THEN {days} ELSE {number} END)"
    item = "{'x': x, 'n': n, 'lex': lex}"
    rows = store.connection.execute(
        f"SELECT col, count(*), sum(n), min({item}, 2), max({item}, 2) "
        f"FROM (SELECT *, {number} AS x FROM {lexical_relation(table)} "
        f"WHERE col IN ({', '.join(map(str, columns))}) AND lex IS NOT NULL AND NOT void) "
        f"WHERE isfinite(x) GROUP BY col HAVING count(*) > {_LEAST_OTHERS} ORDER BY col"
    ).fetchall()
    for place, distinct, total, lowest, highest in rows:
        for one, next_, end in ((*lowest, highest[0]), (*highest, lowest[0])):
            low, high = sorted((next_, end), key=lambda item: item["x"])
            yield (
                place,
                _Extreme(
                    text=one["lex"],
                    rows=int(one["n"]),
                    gap=abs(one["x"] - next_["x"]),
                    spread=abs(next_["x"] - end["x"]),
                    others=distinct - 1,
                    typical=(int(total) - int(one["n"])) / (distinct - 1),
                    low=low["lex"],
                    high=high["lex"],
                    negative=one["x"] < 0 <= next_["x"],
                ),
            )


def _is_suspect(extreme: _Extreme) -> bool:
    if extreme.rows < _LEAST_ROWS:
        return False
    often = extreme.rows >= _MANY * extreme.typical
    if _USUAL.fullmatch(extreme.text):
        alone = extreme.negative and extreme.rows >= max(_APART * extreme.typical, _APART)
        return extreme.gap >= extreme.spread or often or alone
    repeated = extreme.rows >= _LEAST_OTHERS and extreme.rows >= _APART * extreme.typical
    return repeated and extreme.gap >= _APART * extreme.spread


def _spelled(
    store: ValueStore, table: int, place: int, column: Column, text: str
) -> tuple[str, ...]:
    """Give the cells that have a canonical form, as they are spelled."""
    rows = store.connection.execute(
        f"SELECT DISTINCT {trimmed_sql('value')} AS t FROM {store.values(table)} "
        f"WHERE col = ? AND {lexical_sql(column, 'value')} = ? ORDER BY t",
        [place, text],
    ).fetchall()
    return tuple(word for (word,) in rows)


def _said(column: Column, extreme: _Extreme, texts: Sequence[str]) -> Column:
    words = " and ".join(repr(text) for text in texts)
    options = " ".join(f"--null-words {text}" for text in texts)
    sentence = (
        f"{words} stands in {extreme.rows} rows, apart from all others ({extreme.low} to "
        f"{extreme.high}), and may mean no value. If so, set the type again with {options}."
    )
    decision = replace(column.decision, evidence=(*column.decision.evidence, sentence))
    return replace(column, decision=decision)
