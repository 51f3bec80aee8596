"""Tell which table a column's name belongs to: its own identifier, or one lent by another table.

`station_id` is the own identifier of `station`; in `measurement` it is lent by `station`.
"""

from collections.abc import Sequence

from graph.schema import Column
from inference.headers import core_words, is_identifier_header
from inference.structure.inclusions import Inclusions, TableView
from inference.structure.similarity import (
    is_generic,
    key_name_score,
    names_table,
    reference_name_score,
)

_NEAR_UNIQUE = 0.01
_NEAR_ROWS = 20
_LEAST_OWN = 0.3
_LEAST_LENT = 0.8


class Ownership:
    """Knows the own identifier of every table and the lender of every column."""

    def __init__(self, views: Sequence[TableView], inclusions: Inclusions) -> None:
        """Find the own identifiers of the tables, by names, uniqueness and pointing columns."""
        self._views = tuple(views)
        self._inclusions = inclusions
        self._pointers: dict[tuple[int, str], int] = {}
        self._lenders: dict[tuple[int, str], int | None] = {}
        self._own = {view.index: self._own_identifier(view) for view in views}

    def own(self, view: TableView) -> str | None:
        """Give the column that names the rows of a table, if one looks like it."""
        return self._own[view.index]

    def lender(self, view: TableView, name: str) -> int | None:
        """Find the table whose own identifier this column's name is, if it is not this table."""
        place = (view.index, name)
        if place not in self._lenders:
            self._lenders[place] = self._find_lender(view, name)
        return self._lenders[place]

    def pointers(self, view: TableView, name: str) -> int:
        """Count the other tables with a column that names this one and has only its values."""
        place = (view.index, name)
        if place not in self._pointers:
            self._pointers[place] = sum(
                self._points(other, view, name)
                for other in self._views
                if other.index != view.index and other.rows
            )
        return self._pointers[place]

    def _points(self, other: TableView, view: TableView, name: str) -> bool:
        target = (view.index, view.position(name))
        for position, column in enumerate(other.columns):
            if column.distinct == 0 or column.datatype != view.column(name).datatype:
                continue
            if (
                reference_name_score(other.label(column.name), view.noun, view.label(name))
                < _LEAST_LENT
            ):
                continue
            shared = self._inclusions.shared((other.index, position), target)
            if shared >= 0.9 * column.distinct:
                return True
        return False

    def _own_identifier(self, view: TableView) -> str | None:
        best: tuple[float, int, str] | None = None
        for place, column in enumerate(view.columns):
            if not _could_identify(column, view.rows):
                continue
            score = key_name_score(view.label(column.name), view.noun) + (
                0.15 if place == 0 else 0.0
            )
            if not is_generic(column.name) or is_identifier_header(column.name):
                score += 0.2 * min(self.pointers(view, column.name), 2)
            if best is None or score > best[0] + 1e-9:
                best = (score, place, column.name)
        return best[2] if best is not None and best[0] >= _LEAST_OWN else None

    def _find_lender(self, view: TableView, name: str) -> int | None:
        label = view.label(name)
        if not core_words(label):
            return None
        here = names_table(label, view.noun)
        mine = self._own[view.index] == name
        best: tuple[float, int] | None = None
        for other in self._views:
            own = self._own[other.index]
            if other.index == view.index or own is None:
                continue
            score = reference_name_score(label, other.noun, other.label(own))
            there = names_table(label, other.noun)
            if score < _LEAST_LENT or (mine and here > there):
                continue
            if not self._holds(view, name, other, own, least=0.9 if mine else 0.5):
                continue
            if mine and here == there and other.column(own).distinct <= view.column(name).distinct:
                continue
            if best is None or score + 0.1 * there > best[0]:
                best = (score + 0.1 * there, other.index)
        return None if best is None else best[1]

    def _holds(
        self, view: TableView, name: str, other: TableView, own: str, *, least: float
    ) -> bool:
        """Tell whether the lender has enough of the values, as far as there are any."""
        if not other.rows or not view.rows:
            return True
        shared = self._inclusions.shared(
            (view.index, view.position(name)), (other.index, other.position(own))
        )
        return shared >= least * view.column(name).distinct


def is_unique(column: Column) -> bool:
    """Tell whether a column has a valid value in every row and no value twice."""
    return column.unique and not column.nulls and not column.invalid


def nearly_unique(column: Column, rows: int) -> bool:
    """Tell whether so few rows repeat a value or have none that they are errors."""
    missing = rows - column.distinct
    return rows >= _NEAR_ROWS and 0 < missing <= max(1, _NEAR_UNIQUE * rows)


def _could_identify(column: Column, rows: int) -> bool:
    if column.datatype in ("boolean", "double", "time", "dateTime"):
        return False
    if not rows:
        return is_identifier_header(column.name)
    return is_unique(column) or nearly_unique(column, rows)
