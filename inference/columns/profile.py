"""Lay down the distinct values of every column and count what they look like.

Each table is read once, all rows: one grouped pass gives, per column, every distinct text with its
number of rows. Everything else (types, null words, dates, inclusions between columns) is asked of
these distinct values, which are far fewer than the cells.

What is laid down of a large table lies in files, written and read as a stream. Its values
are grouped in shares, told by their hash, so that a column of a hundred million distinct texts
takes no more memory than one of fifty.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import duckdb

from graph.lexical import quote_name, quote_text, signed_sql, trimmed_sql
from graph.schema import StagedTable
from inference.columns.value_forms import form_sql

_MEMORY = "2GB"
"""What the values may take in memory; the rest lies in the scratch folder."""

_PLAIN = "[0-9A-Za-z]([0-9A-Za-z.: -]*[0-9A-Za-z])?"
"""Texts without blanks around them and without signs; to trim them would take most of the time."""

_HELD = 50_000_000
"""Cells of a table that are kept in memory, and values that are grouped at once.

Grouping spills to disk, but the table that finds the place of a group does not.
"""

_MOST_THREADS = 8
"""More would need more memory, as each that groups values has a share of its own."""


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
        forms: counts by form, see `inference.columns.value_forms`.
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


@dataclass(frozen=True)
class Share:
    """One of several shares of values; each value is in one of them, by its hash."""

    number: int = 0
    of: int = 1

    def holds(self, *keys: str) -> str:
        """Give the SQL condition that a row's keys are in this share."""
        return "true" if self.of == 1 else f"hash({', '.join(keys)}) % {self.of} = {self.number}"


class ValueStore:
    """The distinct values of all columns of all tables, in a database of its own.

    Args:
        tables: staged tables; each becomes a relation of (`col`, `value`, `n`, `form`).
        scratch: folder for what does not fit in memory.
        held: cells of a table beyond which its values lie in files; values grouped at once.
    """

    def __init__(self, tables: Sequence[StagedTable], scratch: Path, *, held: int = _HELD) -> None:
        """Open an empty database; `read` fills it table by table."""
        self.tables = tables
        self.connection = duckdb.connect(
            ":memory:",
            config={
                "temp_directory": str(scratch),
                "preserve_insertion_order": False,
                "memory_limit": _MEMORY,
                "threads": min(os.cpu_count() or 1, _MOST_THREADS),
                "enable_external_file_cache": False,  # files of the scratch folder are rewritten
            },
        )
        self.connection.execute("SET enable_progress_bar = false")  # it would print amid an answer
        self._scratch = scratch
        self._held = held

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

    def lay(
        self,
        table: int,
        relation: str,
        positions: Sequence[int],
        column: Callable[[int, Share], str],
        finished: Callable[[str], str],
    ) -> None:
        """Lay down a relation of a table from queries of its columns.

        Args:
            relation: its name; what it held before is replaced.
            column: gives the query that selects a share of the values of one column.
            finished: completes a query, or the union of several.
        """
        if not self.is_large(table):
            whole = " UNION ALL ".join(column(position, Share()) for position in positions)
            self.connection.execute(f"CREATE OR REPLACE TABLE {relation} AS {finished(whole)}")
            return
        files = []
        for position in positions:
            for share in self.shares(self.tables[table].rows):
                name = f"{relation}_{position}_{share.number}.parquet"
                files.append(quote_text(str(self._scratch / name)))
                query = finished(column(position, share))
                self.connection.execute(f"COPY ({query}) TO {files[-1]} (FORMAT parquet)")
        self.connection.execute(
            f"CREATE OR REPLACE VIEW {relation} AS FROM read_parquet([{', '.join(files)}])"
        )

    def is_large(self, table: int) -> bool:
        """Tell whether a table is too large for its values to be kept in memory."""
        staged = self.tables[table]
        return staged.rows * len(staged.columns) > self._held

    def shares(self, values: int) -> tuple[Share, ...]:
        """Divide so many values into shares that are small enough to be grouped."""
        number = 1 + values // self._held
        return tuple(Share(each, number) for each in range(number))

    def _lay_values(self, table: int) -> None:
        names = [quote_name(name) for name in self.tables[table].columns]
        trimmed = (
            f"CASE WHEN regexp_full_match(value, '{_PLAIN}') THEN value "
            f"ELSE {signed_sql(trimmed_sql('value'))} END"
        )
        self.lay(
            table,
            self.values(table),
            range(len(names)),
            lambda position, share: (
                f"SELECT {position} AS col, {names[position]} AS value, count(*) AS n "
                f"FROM {self.rows_sql(table)} WHERE {names[position]} IS NOT NULL "
                f"AND {share.holds(names[position])} GROUP BY {names[position]}"
            ),
            lambda query: (
                f"SELECT col, value, n, {form_sql()} AS form "
                f"FROM (SELECT *, {trimmed} AS t FROM ({query}))"
            ),
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
            f"SELECT col, lower({trimmed_sql('value')}) AS word, sum(n)::BIGINT, "
            f"list(DISTINCT {trimmed_sql('value')} ORDER BY {trimmed_sql('value')}) "
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
