"""Test which sets of columns differ in every row of a table.

The values are hashed once to 64 bits and combined, so a set costs one sort of whole numbers; the
head of the table refutes nearly all sets before all rows are looked at. Of a large table only a
longer head is held; the sets that it leaves are grouped on disk.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from graph.lexical import lexical_sql, quote_name
from inference.columns.profile import ValueStore
from inference.structure.inclusions import TableView

_HEAD = 2_000
_HELD = 2_000_000
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_LEAST_GROUP = 1.3


class UniqueSets:
    """The hashed values of some columns of one table, to test sets of them."""

    def __init__(self, store: ValueStore, view: TableView, columns: Sequence[str]) -> None:
        """Hash the canonical values of the columns."""
        self._store, self._view = store, view
        hashes = ", ".join(
            f"hash({lexical_sql(view.column(name), quote_name(name))}) AS h{place}"
            for place, name in enumerate(columns)
        )
        self._is_whole = not store.is_large(view.index)
        held = "" if self._is_whole else f" WHERE _row <= {_HELD}"
        found = store.connection.execute(
            f"SELECT {hashes} FROM {store.rows_sql(view.index)}{held}"
        ).fetchnumpy()
        self._values: dict[str, npt.NDArray[np.uint64]] = {
            name: np.asarray(found[f"h{place}"], dtype=np.uint64)
            for place, name in enumerate(columns)
        }

    def is_unique(self, names: Sequence[str]) -> bool:
        """Tell whether no two rows have the same values in all of the columns."""
        head = self._differs(names, _HEAD) and self._differs(names, None)
        return head and (self._is_whole or self._differs_on_disk(names))

    def counter(self, names: Sequence[str]) -> str | None:
        """Find the column that counts from 0 or 1 on within each value of the others, if one does.

        Such a column says that the rows are parts of something that the others name, when
        together they lead the table.
        """
        if max(self._view.position(name) for name in names) >= len(names):
            return None
        for name in reversed(names):
            column = self._view.column(name)
            if column.datatype != "integer" or column.minimum not in ("0", "1"):
                continue
            others = [other for other in names if other != name]
            if int(column.maximum or 0) < self._view.rows // 2 and self._counts_within(
                name, others
            ):
                return name
        return None

    def _counts_within(self, name: str, others: Sequence[str]) -> bool:
        parts = [self._lexical(other) for other in others]
        number = f"TRY_CAST({self._lexical(name)} AS BIGINT)"
        found = self._store.connection.execute(
            "SELECT count(*), coalesce(sum(n), 0)::BIGINT, coalesce(bool_and(high < n + 1), false) "
            f"FROM (SELECT count(*) AS n, max({number}) AS high "
            f"FROM {self._store.rows_sql(self._view.index)} GROUP BY {', '.join(parts)})"
        ).fetchone()
        return found is not None and bool(found[2]) and found[1] >= _LEAST_GROUP * found[0]

    def _lexical(self, name: str) -> str:
        return lexical_sql(self._view.column(name), quote_name(name))

    def _differs_on_disk(self, names: Sequence[str]) -> bool:
        hashes = [f"hash({self._lexical(name)})" for name in names]
        for share in self._store.shares(self._view.rows):
            found = self._store.connection.execute(
                f"SELECT 1 FROM {self._store.rows_sql(self._view.index)} "
                f"WHERE {share.holds(*hashes)} GROUP BY {', '.join(hashes)} "
                "HAVING count(*) > 1 LIMIT 1"
            ).fetchone()
            if found is not None:
                return False
        return True

    def _differs(self, names: Sequence[str], rows: int | None) -> bool:
        combined = self._values[names[0]][:rows]
        for name in names[1:]:
            combined = (combined ^ (combined >> _SHIFT)) * _FACTOR + self._values[name][:rows]
        return len(np.unique(combined)) == len(combined)
