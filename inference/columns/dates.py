"""Find the `strptime` pattern of dates and times that are not ISO 8601.

A day and a month below 13 can be read both ways, so the pattern is found from all values of the
column at once; where all of them can be read both ways, a column of the same origin decides.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.lexical import ZONED, lexical_sql, quote_text, trimmed_sql, zone_of
from graph.schema import Column, Datatype, Decision
from graph.spelled_dates import LANGUAGE_MARK, MONTHS
from inference.columns.profile import ValueStore

_DAY_PATTERNS = (
    ("%d.%m.%Y", "%m.%d.%Y"),
    ("%d/%m/%Y", "%m/%d/%Y"),
    ("%d-%m-%Y", "%m-%d-%Y"),
    ("%Y/%m/%d",),
    ("%Y.%m.%d",),
    ("%d.%m.%y", "%m.%d.%y"),
    ("%d/%m/%y", "%m/%d/%y"),
    ("%d-%m-%y", "%m-%d-%y"),
    ("%d %b %Y",),
    ("%d %B %Y",),
    ("%d-%b-%Y",),
    ("%d-%B-%Y",),
    ("%d-%b-%y",),
    ("%d/%b/%Y",),
    ("%b %d, %Y",),
    ("%B %d, %Y",),
    ("%b %d %Y",),
    ("%B %d %Y",),
    ("%a, %d %b %Y",),
    ("%A, %B %d, %Y",),
    ("%Y年%m月%d日",),
)
_CLOCKS = (
    " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S.%f", " %I:%M%p", "T%H:%M:%S",
    ", %H:%M", ", %H:%M:%S", ", %I:%M:%S %p", ", %I:%M %p", " %H:%M Uhr", ", %H:%M Uhr",
)  # fmt: skip
_MOMENTS = (
    "%a %b %d %H:%M:%S %Y", "%d/%b/%Y:%H:%M:%S", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M",
)  # fmt: skip
"""Patterns of date-times of their own: logs, ctime, ISO 8601 without signs between."""

_EXAMPLES = 20
_COMPACT_MOMENT = re.compile(r"\d{8}T\d{4}")
_HALF = re.compile(r"\d ?[AaPp]\.?[Mm]\b")
_ZONED = re.compile(
    r":\d\d(?:\.\d+)? ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$|T\d{4,6}(?:Z|[+-]\d{2})"
)
_SAMPLE = 400
"""Distinct values on which the patterns are tried first; the others need not be tried on all."""


@dataclass(frozen=True)
class DatePattern:
    """A pattern that reads the values of a column.

    Attributes:
        pattern: `strptime` text; with a clock when the values have one.
        rows: rows that it reads.
        rival: the pattern with day and month exchanged, when it reads as many rows.
    """

    pattern: str
    rows: int
    rival: str | None = None

    @property
    def has_clock(self) -> bool:
        """Whether the pattern reads a time of day."""
        return "%H" in self.pattern or "%I" in self.pattern or ":" in self.pattern


def date_pattern(store: ValueStore, table: int, position: int) -> DatePattern | None:
    """Find the pattern that reads most of the column's values, if any reads one."""
    families = _families(_examples(store, table, position))
    patterns = [pattern for family in families for pattern in family]
    tried = _readable(store, table, position, patterns, sample=_SAMPLE)
    likely = [pattern for pattern, rows in zip(patterns, tried, strict=True) if rows]
    counts = dict.fromkeys(patterns, 0)
    if likely:
        counts |= zip(likely, _readable(store, table, position, likely), strict=True)
    best: DatePattern | None = None
    for family in families:
        first = max(family, key=lambda pattern: counts[pattern])
        if counts[first] == 0 or (best is not None and counts[first] <= best.rows):
            continue
        rivals = [p for p in family if p != first and counts[p] == counts[first]]
        best = DatePattern(first, counts[first], rivals[0] if rivals else None)
    return best


def spelled_dates(store: ValueStore, table: int, position: int) -> DatePattern | None:
    """Find the language whose names of months read most of the column's values, if any does."""
    languages = list(MONTHS)
    read = _spelled_rows(store, table, position, languages, sample=_SAMPLE)
    likely = [language for language, rows in zip(languages, read, strict=True) if rows]
    if not likely:
        return None
    rows = _spelled_rows(store, table, position, likely)
    best = max(range(len(likely)), key=lambda place: rows[place])
    return DatePattern(f"%d %B %Y{LANGUAGE_MARK}{likely[best]}", rows[best])


def has_clocks(store: ValueStore, table: int, position: int) -> bool:
    """Tell whether a spelled date of the column has a time of day."""
    found = store.connection.execute(
        f"SELECT count(*) FROM {store.values(table)} WHERE col = ? "
        "AND form IN ('dated', 'spelled') AND regexp_matches(value, '[0-9]{1,2}[:h][0-9]{2}')",
        [position],
    ).fetchone()
    return found is not None and found[0] > 0


def _spelled_rows(
    store: ValueStore,
    table: int,
    position: int,
    languages: Sequence[str],
    *,
    sample: int | None = None,
) -> list[int]:
    kind: Datatype = "dateTime"
    counts = ", ".join(
        "coalesce(sum(n) FILTER (WHERE "
        f"{lexical_sql(Column('', kind, Decision(0), format=LANGUAGE_MARK + language), 'value')} "
        "IS NOT NULL), 0)::BIGINT"
        for language in languages
    )
    limit = f"ORDER BY hash(value), value LIMIT {sample}" if sample else ""
    row = store.connection.execute(
        f"SELECT {counts} FROM (SELECT value, n FROM {store.values(table)} "
        f"WHERE col = ? AND form IN ('dated', 'spelled') {limit})",
        [position],
    ).fetchone()
    return [int(count) for count in row] if row is not None else [0] * len(languages)


def compact_dates(store: ValueStore, table: int, position: int, pattern: str) -> int:
    """Count the rows whose digits are a moment of the years 1800 to 2199 in a pattern."""
    moment = f"TRY_STRPTIME(trim(value), {quote_text(pattern)})"
    length = len(datetime(2000, 1, 1).strftime(pattern))
    return _count(
        store,
        table,
        position,
        f"regexp_full_match(trim(value), '[0-9]{{{length}}}') "
        f"AND year({moment}) BETWEEN 1800 AND 2199",
    )


def epochs(store: ValueStore, table: int, position: int, pattern: str) -> int:
    """Count the rows that are a moment of the years 1990 to 2099 as seconds or so from 1970."""
    moment = lexical_sql(Column("", "date", Decision(0), format=pattern), "value")
    return _count(store, table, position, f"{moment} BETWEEN '1990-01-01' AND '2099-12-31'")


def plain_years(store: ValueStore, table: int, position: int, rows: int) -> bool:
    """Tell whether this many rows have four digits that are a year from 1000 to 2199."""
    years = "regexp_full_match(trim(value), '(1[0-9]|2[01])[0-9]{2}')"
    return _count(store, table, position, years) == rows


def _count(store: ValueStore, table: int, position: int, condition: str) -> int:
    """Count the rows of a column whose text meets a condition."""
    found = store.connection.execute(
        f"SELECT coalesce(sum(n), 0)::BIGINT FROM {store.values(table)} "
        f"WHERE col = ? AND {condition}",
        [position],
    ).fetchone()
    return int(found[0]) if found is not None else 0


def _examples(store: ValueStore, table: int, position: int) -> list[str]:
    """Give a few of the texts, which show what the patterns must have."""
    rows = store.connection.execute(
        f"SELECT {trimmed_sql('value')} FROM {store.values(table)} WHERE col = ? "
        f"AND form = 'dated' ORDER BY hash(value), value LIMIT {_EXAMPLES}",
        [position],
    ).fetchall()
    return [text for (text,) in rows]


def _families(examples: Sequence[str]) -> Sequence[tuple[str, ...]]:
    """List the patterns that have the clock, the zone and the half of the day of the examples."""
    timed = [text for text in examples if ":" in text or _COMPACT_MOMENT.match(text)]
    if not timed:
        return _DAY_PATTERNS
    bare = _DAY_PATTERNS if len(timed) < len(examples) else ()
    halved = any(_HALF.search(text) for text in examples)
    signs = {sign for sign in (",", "T", "Uhr") if any(sign in text for text in examples)}
    clocks = [clock for clock in _CLOCKS if _suits(clock, signs, halved=halved)]
    clocked = [tuple(day + clock for day in family) for family in _DAY_PATTERNS for clock in clocks]
    found = clocked if halved else [*clocked, *((pattern,) for pattern in _MOMENTS)]
    if any(_ZONED.search(text) for text in examples):
        return [*bare, *((f"{family[0]}{ZONED}",) for family in found)]
    return [*bare, *found]


def _suits(clock: str, signs: set[str], *, halved: bool) -> bool:
    """Tell whether a clock may be that of texts that have these signs."""
    needs = {sign for sign in (",", "T", "Uhr") if sign in clock}
    return ("%I" in clock) == halved and needs <= signs


def _readable(
    store: ValueStore,
    table: int,
    position: int,
    patterns: Sequence[str],
    *,
    sample: int | None = None,
) -> list[int]:
    """Count per pattern the rows it reads; a year of two digits is not read as year 24."""
    counts = ", ".join(f"coalesce(sum(n) FILTER (WHERE {_reads(p)}), 0)::BIGINT" for p in patterns)
    limit = f"ORDER BY hash(value), value LIMIT {sample}" if sample else ""
    row = store.connection.execute(
        f"SELECT {counts} FROM (SELECT {trimmed_sql('value')} AS t, n "
        f"FROM {store.values(table)} WHERE col = ? AND form IN ('dated', 'time') {limit})",
        [position],
    ).fetchone()
    return [int(count) for count in row] if row is not None else [0] * len(patterns)


def _reads(pattern: str) -> str:
    """Give the test whether a pattern reads the text `t`; a zone is read by the pattern alone."""
    bare = pattern.removesuffix(ZONED)
    text = "t" if bare == pattern else "rtrim(left(t, length(t) - length(zone)))"
    found = f"year(TRY_STRPTIME({text}, {quote_text(bare)})) BETWEEN 1000 AND 2999"
    if bare == pattern:
        return found
    return found.replace("length(zone)", f"length({zone_of('t')})") + f" AND {zone_of('t')} <> ''"
