"""Count which values columns of all tables share: exact, over all rows, in one pass.

All distinct canonical values are grouped once; each group has a bit for every column that holds
the value. The overlap of every pair of columns follows from the few distinct groups by a matrix
product.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graph.lexical import lexical_sql, quote_name
from graph.schema import Column, StagedTable
from inference.columns.profile import Share, ValueStore
from inference.columns.statistics import lexical_relation
from inference.headers import shared_prefix
from inference.structure.accident import precedence
from inference.structure.table_names import SURROGATE

_COMPARED = ("string", "integer", "decimal", "date", "gYear")
_BATCH_CELLS = 20_000_000
_BITS = 64
_SAMPLED = 1_000_000


@dataclass(frozen=True)
class TableView:
    """A table with its decided columns, and its number among the staged tables.

    Attributes:
        noun: its name without the words that the names of most tables share.
        surrogates: headers of its columns that are a mere running number.
    """

    index: int
    staged: StagedTable
    columns: tuple[Column, ...]
    noun: str
    surrogates: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Name of the table."""
        return self.staged.name

    @property
    def rows(self) -> int:
        """Number of data rows."""
        return self.staged.rows

    def position(self, column: str) -> int:
        """Find the place of a column."""
        return self.staged.columns.index(column)

    def column(self, name: str) -> Column:
        """Find a column by its name."""
        return self.columns[self.position(name)]

    def label(self, column: str) -> str:
        """Give a column's name without the short prefix that all names of the table have."""
        if column in self.surrogates:
            return SURROGATE
        prefix = shared_prefix(self.staged.columns)
        return column[len(prefix) :] if prefix else column


class Inclusions:
    """Shared distinct values of all pairs of columns, and of tuples of columns on demand."""

    def __init__(self, store: ValueStore, views: Sequence[TableView]) -> None:
        """Group the values of all comparable columns of the tables."""
        self._store = store
        self._number = {
            (view.index, position): number
            for number, (view, position) in enumerate(
                (view, position)
                for view in views
                for position, column in enumerate(view.columns)
                if column.datatype in _COMPARED and column.distinct
            )
        }
        self._shared = self._overlaps(views)

    def shared(self, child: tuple[int, int], parent: tuple[int, int]) -> int:
        """Count the distinct values that both columns hold; columns are (table, position)."""
        one, other = self._number.get(child), self._number.get(parent)
        return 0 if one is None or other is None else int(self._shared[one, other])

    def may_contain(self, child: tuple[int, int], parent: tuple[int, int], least: int) -> bool:
        """Tell whether columns share so many distinct values, as far as they are counted."""
        known = child in self._number and parent in self._number
        return not known or self.shared(child, parent) >= least

    def orphan_rows(self, child: tuple[int, int], parent: tuple[int, int]) -> int:
        """Count the child rows whose value the parent column lacks."""
        found = self._store.connection.execute(
            f"SELECT coalesce(sum(n), 0)::BIGINT FROM {lexical_relation(child[0])} AS c "
            "WHERE col = ? AND lex IS NOT NULL AND NOT EXISTS ("
            f"SELECT 1 FROM {lexical_relation(parent[0])} AS p WHERE p.col = ? AND p.lex = c.lex)",
            [child[1], parent[1]],
        ).fetchone()
        return int(found[0]) if found is not None else 0

    def density(self, child: tuple[int, int], parent: tuple[int, int]) -> float:
        """Give the chance that a whole number like the child's is in the parent by accident.

        It is the share of the numbers in the child's range that the parent has; where all of the
        child are multiples of ten or a hundred, only such numbers are counted.
        """
        found = self._store.connection.execute(
            "WITH c AS (SELECT TRY_CAST(lex AS HUGEINT) AS v "
            f"FROM {lexical_relation(child[0])} WHERE col = ? AND lex IS NOT NULL), "
            "s AS (SELECT min(v) AS low, max(v) AS high, CASE WHEN bool_and(v % 100 = 0) THEN 100 "
            "WHEN bool_and(v % 10 = 0) THEN 10 ELSE 1 END AS step FROM c) "
            "SELECT count(*) / max((high - low) / step + 1) FROM (SELECT TRY_CAST(lex AS HUGEINT) "
            f"AS v FROM {lexical_relation(parent[0])} WHERE col = ? AND lex IS NOT NULL), s "
            "WHERE v BETWEEN low AND high AND v % step = 0",
            [child[1], parent[1]],
        ).fetchone()
        return min(float(found[0] or 0.0), 1.0) if found is not None else 1.0

    def precedence(self, view: TableView, column: str, key: str) -> float:
        """Measure, 0 to 6, how surely a column of whole numbers points to earlier rows."""
        parts = [
            f"TRY_CAST({lexical_sql(view.column(name), quote_name(name))} AS DOUBLE) AS {alias}"
            for name, alias in ((column, "pointer"), (key, "number"))
        ]
        rows = (
            f"FROM (SELECT {', '.join(parts)} FROM {self._store.rows_sql(view.index)}) "
            "WHERE pointer IS NOT NULL AND number IS NOT NULL"
        )
        found = self._store.connection.execute(
            f"SELECT count(*), bool_and(pointer < number) {rows}"
        ).fetchone()
        if found is None or not found[1]:
            return 0.0
        share = 1 + found[0] // _SAMPLED
        some = self._store.connection.execute(
            f"SELECT * {rows} AND hash(number) % {share} = 0"
        ).fetchnumpy()
        return precedence(np.asarray(some["pointer"]), np.asarray(some["number"]))

    def tuple_coverage(
        self, child: TableView, columns: Sequence[str], parent: TableView, keys: Sequence[str]
    ) -> tuple[int, int, int, int]:
        """Compare tuples of child columns with tuples of parent columns.

        Returns:
            distinct child tuples without nulls, those that the parent has, child rows that the
            parent lacks, and the highest number of child rows with one tuple.
        """
        found = self._store.connection.execute(
            f"SELECT count(*), count(*) FILTER (WHERE hit), "
            "coalesce(sum(n) FILTER (WHERE NOT hit), 0)::BIGINT, coalesce(max(n), 0) FROM ("
            f"SELECT n, EXISTS (SELECT 1 FROM ({self._tuples(parent, keys)}) AS p "
            f"WHERE {' AND '.join(f'p.k{i} = c.k{i}' for i in range(len(keys)))}) AS hit "
            f"FROM ({self._tuples(child, columns)}) AS c)"
        ).fetchone()
        return (found[0], found[1], found[2], found[3]) if found is not None else (0, 0, 0, 0)

    def _tuples(self, view: TableView, columns: Sequence[str]) -> str:
        parts = [
            f"{lexical_sql(view.column(name), quote_name(name))} AS k{i}"
            for i, name in enumerate(columns)
        ]
        present = " AND ".join(f"k{i} IS NOT NULL" for i in range(len(columns)))
        return (
            f"SELECT *, count(*) AS n FROM (SELECT {', '.join(parts)} "
            f"FROM {self._store.rows_sql(view.index)}) WHERE {present} GROUP BY ALL"
        )

    def _overlaps(self, views: Sequence[TableView]) -> npt.NDArray[np.int64]:
        size = len(self._number)
        shared = np.zeros((size, size), dtype=np.int64)
        if not size:
            return shared
        values = sum(views[table].columns[position].distinct for table, position in self._number)
        for share in self._store.shares(values):
            groups = self._store.connection.execute(self._groups_sql(views, share))
            while batch := groups.fetchmany(max(64, _BATCH_CELLS // size)):
                found = np.array(batch, dtype="<u8")
                bits = np.unpackbits(found[:, 1:].copy().view(np.uint8), axis=1, bitorder="little")
                member = bits[:, :size].astype(np.float64)
                shared += np.rint(member.T @ (member * found[:, :1])).astype(np.int64)
        return shared

    def _groups_sql(self, views: Sequence[TableView], share: Share) -> str:
        wanted = {view.index: [] for view in views}  # type: dict[int, list[tuple[int, int]]]
        for (table, position), number in self._number.items():
            wanted[table].append((position, number))
        parts = [
            f"SELECT (CASE col {' '.join(f'WHEN {p} THEN {n}' for p, n in places)} END) AS member, "
            f"lex FROM {lexical_relation(table)} WHERE lex IS NOT NULL AND {share.holds('lex')} "
            f"AND col IN ({', '.join(str(p) for p, _ in places)})"
            for table, places in wanted.items()
            if places
        ]
        words = range(-(-len(self._number) // _BITS))
        bits = ", ".join(
            f"bit_or(CASE WHEN member // {_BITS} = {word} "
            f"THEN 1::UBIGINT << (member % {_BITS})::UBIGINT ELSE 0 END) AS w{word}"
            for word in words
        )
        return (
            f"SELECT count(*), COLUMNS('^w') FROM (SELECT {bits} "
            f"FROM ({' UNION ALL '.join(parts)}) GROUP BY lex HAVING count(*) > 1) GROUP BY ALL"
        )
