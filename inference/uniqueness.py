"""Test which sets of columns differ in every row of a table.

The values are hashed once to 64 bits and combined, so a set costs one sort of whole numbers; the
head of the table refutes nearly all sets before all rows are looked at.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from graph.lexical import lexical_sql, quote_name
from inference.inclusions import TableView
from inference.profile import ValueStore

_HEAD = 2_000
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


class UniqueSets:
    """The hashed values of some columns of one table, to test sets of them."""

    def __init__(self, store: ValueStore, view: TableView, columns: Sequence[str]) -> None:
        """Hash the canonical values of the columns, all rows."""
        hashes = ", ".join(
            f"hash({lexical_sql(view.column(name), quote_name(name))}) AS h{place}"
            for place, name in enumerate(columns)
        )
        found = store.connection.execute(
            f"SELECT {hashes} FROM {store.rows_sql(view.index)}"
        ).fetchnumpy()
        self._values: dict[str, npt.NDArray[np.uint64]] = {
            name: np.asarray(found[f"h{place}"], dtype=np.uint64)
            for place, name in enumerate(columns)
        }

    def is_unique(self, names: Sequence[str]) -> bool:
        """Tell whether no two rows have the same values in all of the columns."""
        return self._differs(names, _HEAD) and self._differs(names, None)

    def _differs(self, names: Sequence[str], rows: int | None) -> bool:
        combined = self._values[names[0]][:rows]
        for name in names[1:]:
            combined = (combined ^ (combined >> _SHIFT)) * _FACTOR + self._values[name][:rows]
        return len(np.unique(combined)) == len(combined)
