"""Lay down the distinct values of every column and count what they look like.

Each table is read once, all rows: one grouped pass gives, per column, every distinct text with its
number of rows. Everything else (types, null words, dates, inclusions between columns) is asked of
these distinct values, which are far fewer than the cells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import duckdb

from graph.lexical import GROUP_SIGNS, quote_name, quote_text
from graph.schema import StagedTable

NULL_WORDS = (
    "null", "(null)", "<null>", "n/a", "#n/a", "na", "<na>", "n.a.", "nan", "none", "nil", "\\n",
    "-", "--", "---", "?", "??", ".", "..", "*", "unknown", "missing", "undefined", "not available",
    "not applicable", "k.a.", "keine angabe", "s/d", "n.d.", "#n/v", "nd", "tbd", "(blank)",
)  # fmt: skip
"""Texts, lower case, that may mean "no value"; the column decides whether they do."""

BOOLEAN_PAIRS = (
    ("true", "false"), ("t", "f"), ("yes", "no"), ("y", "n"), ("ja", "nein"), ("j", "n"),
    ("si", "no"), ("sí", "no"), ("oui", "non"), ("vrai", "faux"), ("wahr", "falsch"),
    ("verdadero", "falso"), ("sim", "não"), ("on", "off"),
)  # fmt: skip
"""Words of true and false, lower case; `1` and `0` are left to the header."""

_MEMORY = "2GB"
"""What the values may take in memory; the rest lies in the scratch folder."""

_MONTH = (
    "(?i).*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*.*"  # english, as strptime reads
)

CLOCK_12 = r"(0?[1-9]|1[0-2])(:[0-5][0-9]){1,2} ?[AaPp][Mm]"
"""Times of day with AM and PM."""

_CURRENCIES = (
    "USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SGD|HKD|"
    "SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|BRL|MXN|ZAR|KRW"
)
"""Codes of currencies that stand before amounts."""


@dataclass(frozen=True)
class FormCount:
    """How many rows and distinct values of a column have one form; the first and last as text."""

    rows: int
    distinct: int
    first: str
    last: str


@dataclass(frozen=True)
class ColumnProfile:
    """What one column holds, before any decision.

    Attributes:
        position: 0-based place in the table.
        rows: rows of the table; `filled` of them have a text.
        distinct: distinct texts as they stand.
        forms: counts by form, see `_form_sql`.
        words: rows by lower-case null or boolean word.
        spellings: the null words as they are spelled in the cells.
        longest: length of the longest text.
    """

    name: str
    position: int
    rows: int
    filled: int
    distinct: int
    forms: Mapping[str, FormCount] = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    longest: int = 0

    def count(self, *forms: str) -> int:
        """Count the rows whose text has one of the forms."""
        return sum(self.forms[form].rows for form in forms if form in self.forms)

    def count_distinct(self, *forms: str) -> int:
        """Count the distinct texts that have one of the forms."""
        return sum(self.forms[form].distinct for form in forms if form in self.forms)


class FormRow(NamedTuple):
    """One group of the profiling query: a form in a column."""

    column: int
    form: str
    rows: int
    distinct: int
    first: str
    last: str
    longest: int


class ValueStore:
    """The distinct values of all columns of all tables, in a database of its own.

    Args:
        tables: staged tables; each becomes a relation of (`col`, `value`, `n`, `form`).
        scratch: folder for what does not fit in memory.
    """

    def __init__(self, tables: Sequence[StagedTable], scratch: Path) -> None:
        """Open an empty database; `read` fills it table by table."""
        self.tables = tables
        self.connection = duckdb.connect(
            ":memory:", config={"temp_directory": str(scratch), "preserve_insertion_order": False}
        )
        self.connection.execute("SET enable_progress_bar = false")  # it would print amid an answer
        self.connection.execute(f"SET memory_limit = '{_MEMORY}'")

    def close(self) -> None:
        """Free the database."""
        self.connection.close()

    def values(self, table: int) -> str:
        """Name the relation with the values of one table."""
        return f"values_{table}"

    def rows_sql(self, table: int) -> str:
        """Give the relation with the rows of one table."""
        return f"read_parquet({quote_text(str(self.tables[table].path))})"

    def read(self, table: int) -> tuple[ColumnProfile, ...]:
        """Read one table, every row, and profile its columns."""
        staged = self.tables[table]
        if not staged.columns:
            return ()
        self._lay_values(table)
        forms = self._forms(table)
        words, spellings = self._words(table)
        return tuple(
            _column_profile(staged, position, forms, words, spellings)
            for position in range(len(staged.columns))
        )

    def _lay_values(self, table: int) -> None:
        staged = self.tables[table]
        groups = " UNION ALL ".join(
            f"SELECT {position} AS col, {quote_name(name)} AS value, count(*) AS n "
            f"FROM {self.rows_sql(table)} WHERE {quote_name(name)} IS NOT NULL "
            f"GROUP BY {quote_name(name)}"
            for position, name in enumerate(staged.columns)
        )
        self.connection.execute(
            f"CREATE OR REPLACE TABLE {self.values(table)} AS "
            f"SELECT col, value, n, {_form_sql()} AS form "
            f"FROM (SELECT *, trim(value) AS t FROM ({groups}))"
        )

    def _forms(self, table: int) -> list[FormRow]:
        rows = self.connection.execute(
            "SELECT col, form, sum(n)::BIGINT, count(*), min(value), max(value), "
            "max(length(value)) "
            f"FROM {self.values(table)} GROUP BY col, form ORDER BY col, form"
        ).fetchall()
        return [FormRow(*row) for row in rows]

    def _words(
        self, table: int
    ) -> tuple[dict[int, dict[str, int]], dict[int, dict[str, tuple[str, ...]]]]:
        words: dict[int, dict[str, int]] = {}
        spellings: dict[int, dict[str, tuple[str, ...]]] = {}
        rows = self.connection.execute(
            "SELECT col, lower(trim(value)) AS word, sum(n)::BIGINT, "
            "list(DISTINCT trim(value) ORDER BY trim(value)) "
            f"FROM {self.values(table)} WHERE form IN ('word', 'null', 'special', 'blank') "
            "GROUP BY col, word ORDER BY col, word"
        ).fetchall()
        for column, word, count, spelled in rows:
            words.setdefault(column, {})[word] = count
            spellings.setdefault(column, {})[word] = tuple(spelled)
        return words, spellings


def _column_profile(
    staged: StagedTable,
    position: int,
    forms: Sequence[FormRow],
    words: Mapping[int, Mapping[str, int]],
    spellings: Mapping[int, Mapping[str, tuple[str, ...]]],
) -> ColumnProfile:
    mine = [row for row in forms if row.column == position]
    return ColumnProfile(
        name=staged.columns[position],
        position=position,
        rows=staged.rows,
        filled=sum(row.rows for row in mine),
        distinct=sum(row.distinct for row in mine),
        forms={row.form: FormCount(row.rows, row.distinct, row.first, row.last) for row in mine},
        words=words.get(position, {}),
        spellings=spellings.get(position, {}),
        longest=max((row.longest for row in mine), default=0),
    )


def _form_sql() -> str:
    """Give the form of the trimmed text `t`; the first that fits, the cheap tests first.

    Forms: blank, null, word (boolean), special (inf), integer, zeros (leading zeros), decimal,
    triple (1.234, a decimal or grouped thousands), exponent, grouped (1,234 or 1,234.5),
    comma (12,5 or 1.234,5), dotted (1.234.567), spaced (1 234 or 1'234.5), spacedcomma (1 234,5),
    date, dateTime, baddate (the shape of one, but not in the calendar), time, clock12 (3:04 PM),
    longtime (25:10:00), dated (other date), measure (number with a unit), text.
    """
    nulls = ", ".join(quote_text(word) for word in NULL_WORDS)
    booleans = ", ".join(quote_text(w) for w in sorted({w for p in BOOLEAN_PAIRS for w in p}))
    iso = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    clock = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
    zone = r"( ?(Z|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?))?"
    day = (
        r"([0-9]{1,2}[/.-][0-9]{1,2}[/.-]([0-9]{4}|[0-9]{2})|[0-9]{4}[/.][0-9]{1,2}[/.][0-9]{1,2})"
    )
    spaced = quote_text(f"[+-]?[0-9]{{1,3}}({GROUP_SIGNS}[0-9]{{3}})+([.,][0-9]+)?")
    return f"""CASE
        WHEN t = '' THEN 'blank'
        WHEN length(t) <= 16 AND lower(t) IN ({nulls}) THEN 'null'
        WHEN length(t) <= 10 AND lower(t) IN ({booleans}) THEN 'word'
        WHEN length(t) <= 9 AND lower(t) IN
            ('inf', '+inf', '-inf', 'infinity', '+infinity', '-infinity') THEN 'special'
        WHEN length(t) > 64 OR NOT regexp_matches(t, '[0-9]') THEN 'text'
        WHEN regexp_full_match(t, '[+-]?[0-9]+') THEN
            CASE WHEN regexp_matches(t, '^[+-]?0[0-9]') THEN 'zeros' ELSE 'integer' END
        WHEN regexp_full_match(t, '[+-]?([0-9]+\\.[0-9]*|\\.[0-9]+)') THEN
            CASE WHEN regexp_matches(t, '^[+-]?0[0-9]') THEN 'text'
                 WHEN regexp_full_match(t, '[+-]?[1-9][0-9]{{0,2}}\\.[0-9]{{3}}') THEN 'triple'
                 ELSE 'decimal' END
        WHEN regexp_full_match(t, '{iso}') THEN
            CASE WHEN TRY_CAST(t AS DATE) IS NULL THEN 'baddate' ELSE 'date' END
        WHEN regexp_full_match(t, '{iso}[T ]{clock}{zone}') THEN
            CASE WHEN TRY_CAST(left(t, 10) AS DATE) IS NULL
                   OR NOT regexp_full_match(substring(t, 12, 5), '([01][0-9]|2[0-3]):[0-5][0-9]')
                 THEN 'baddate' ELSE 'dateTime' END
        WHEN regexp_full_match(t, '([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?')
            THEN 'time'
        WHEN regexp_full_match(t, '[0-9]{{2}}:[0-5][0-9]:[0-5][0-9]') THEN 'longtime'
        WHEN regexp_full_match(t, '[+-]?[0-9]{{1,3}}(,[0-9]{{3}})+(\\.[0-9]*)?') THEN 'grouped'
        WHEN regexp_full_match(t, '[+-]?([0-9]+|[0-9]{{1,3}}(\\.[0-9]{{3}})+),[0-9]+') THEN 'comma'
        WHEN regexp_full_match(t, '[+-]?[0-9]{{1,3}}(\\.[0-9]{{3}}){{2,}}') THEN 'dotted'
        WHEN regexp_full_match(t, {spaced}) THEN
            CASE WHEN contains(t, ',') THEN 'spacedcomma' ELSE 'spaced' END
        WHEN length(t) <= 12 AND regexp_full_match(t, {quote_text(CLOCK_12)}) THEN 'clock12'
        WHEN regexp_full_match(t, '[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)[eE][+-]?[0-9]+')
            THEN 'exponent'
        WHEN length(t) <= 40 AND regexp_matches(t, '^{day}([T ,]|$)') THEN 'dated'
        WHEN length(t) <= 40 AND regexp_matches(t, '[0-9]{{1,4}}')
             AND regexp_full_match(t, '{_MONTH}')
             AND regexp_full_match(t, '[0-9A-Za-z ,./:+-]+') THEN 'dated'
        WHEN length(t) <= 30 AND
            (regexp_full_match(t, '[+-]?[0-9][0-9.,]* ?[^0-9\\s.,:/+-][^0-9]{{0,11}}')
             OR regexp_full_match(t, '[+-]?[^0-9A-Za-z\\s.,:/+-][ ]?[+-]?[0-9][0-9.,]*')
             OR regexp_full_match(t, '({_CURRENCIES}) ?[+-]?[0-9][0-9.,]*'))
            THEN 'measure'
        ELSE 'text' END"""
