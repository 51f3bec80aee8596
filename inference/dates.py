"""Find the `strptime` pattern of dates and times that are not ISO 8601.

A day and a month below 13 can be read both ways, so the pattern is found from all values of the
column at once; where all of them can be read both ways, a column of the same origin decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.lexical import quote_text
from inference.profile import ValueStore

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
)
_CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f")
COMPACT = "%Y%m%d"


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
        return "%H" in self.pattern or "%I" in self.pattern


def date_pattern(store: ValueStore, table: int, position: int) -> DatePattern | None:
    """Find the pattern that reads most of the column's values, if any reads one."""
    families = _families()
    patterns = [pattern for family in families for pattern in family]
    counts = dict(zip(patterns, _readable(store, table, position, patterns), strict=True))
    best: DatePattern | None = None
    for family in families:
        first = max(family, key=lambda pattern: counts[pattern])
        if counts[first] == 0 or (best is not None and counts[first] <= best.rows):
            continue
        rivals = [p for p in family if p != first and counts[p] == counts[first]]
        best = DatePattern(first, counts[first], rivals[0] if rivals else None)
    return best


def compact_dates(store: ValueStore, table: int, position: int) -> int:
    """Count the rows whose eight digits are a day of the years 1800 to 2199."""
    moment = f"TRY_STRPTIME(trim(value), {quote_text(COMPACT)})"
    found = store.connection.execute(
        f"SELECT coalesce(sum(n), 0)::BIGINT FROM {store.values(table)} WHERE col = ? "
        f"AND length(trim(value)) = 8 AND year({moment}) BETWEEN 1800 AND 2199",
        [position],
    ).fetchone()
    return int(found[0]) if found is not None else 0


def plain_years(store: ValueStore, table: int, position: int, rows: int) -> bool:
    """Tell whether this many rows have four digits that are a year from 1000 to 2199."""
    found = store.connection.execute(
        f"SELECT coalesce(sum(n), 0)::BIGINT FROM {store.values(table)} WHERE col = ? "
        "AND regexp_full_match(trim(value), '(1[0-9]|2[01])[0-9]{2}')",
        [position],
    ).fetchone()
    return found is not None and int(found[0]) == rows


def _families() -> Sequence[tuple[str, ...]]:
    clocked = tuple(
        tuple(f"{pattern} {clock}" for pattern in family)
        for family in _DAY_PATTERNS
        for clock in _CLOCKS
    )
    return _DAY_PATTERNS + clocked


def _readable(store: ValueStore, table: int, position: int, patterns: Sequence[str]) -> list[int]:
    """Count per pattern the rows it reads; a year of two digits is not read as year 24."""
    counts = ", ".join(
        "coalesce(sum(n) FILTER (WHERE "
        f"year(TRY_STRPTIME(t, {quote_text(pattern)})) BETWEEN 1000 AND 2999), 0)::BIGINT"
        for pattern in patterns
    )
    row = store.connection.execute(
        f"SELECT {counts} FROM (SELECT trim(value) AS t, n FROM {store.values(table)} "
        "WHERE col = ? AND form IN ('dated', 'time'))",
        [position],
    ).fetchone()
    return [int(count) for count in row] if row is not None else [0] * len(patterns)
