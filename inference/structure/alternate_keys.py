"""Find keys of two or three columns in tables that have a key of their own already.

A room with a running number is also named by its building and its number in it, and other tables
may say it that way. One of the headers must name something or rank it, and a set counts only if
rows that draw its values freely would have met many times.
"""

from collections.abc import Sequence
from itertools import combinations
from math import prod

from graph.schema import Decision, Key
from inference.columns.profile import ValueStore
from inference.structure.accident import uniqueness
from inference.structure.calibration import WIDE_KEY
from inference.structure.inclusions import TableView
from inference.structure.keys import KeyFinder
from inference.structure.ownership import is_unique
from inference.structure.similarity import names_table
from inference.structure.uniqueness import UniqueSets

_MOST_COLUMNS = 6
_WIDEST = 3
_SHORT = 20
_SURE_TABLE = 0.95
_NO_ACCIDENT = 1.0
_MEASURES = ("decimal", "double", "boolean", "time")


def alternate_keys(
    store: ValueStore,
    finder: KeyFinder,
    view: TableView,
    nouns: Sequence[str],
    primary: tuple[str, ...],
) -> tuple[Key, ...]:
    """Give the smallest sets of two or three columns that name the rows besides the primary key.

    Args:
        nouns: what the tables are about; a header that says so is a part too.
    """
    columns = _parts(view)
    marked = {name for name in columns if _is_marked(finder, view, name, nouns)}
    if len(primary) != 1 or not view.rows:
        return ()
    tried = [
        (names, sure)
        for size in range(2, _WIDEST + 1)
        for names in combinations(columns, size)
        if marked & set(names) and (sure := _surprise(view, names)) >= _NO_ACCIDENT
    ]
    sets = UniqueSets(store, view, columns) if tried else None
    found: list[Key] = []
    for names, sure in tried:
        smaller = any(set(key.columns) <= set(names) for key in found)
        if sets is not None and not smaller and sets.is_unique(names):
            found.append(_key(view, names, sure))
    return tuple(found)


def _surprise(view: TableView, names: Sequence[str]) -> float:
    """Measure how unlikely it is that columns differ in every row by accident; 0 if they cannot."""
    parts = [view.column(name) for name in names]
    possible = prod(part.distinct for part in parts) >= view.rows
    return uniqueness(parts, view.rows) if possible else 0.0


def _parts(view: TableView) -> list[str]:
    usable = [
        column.name
        for column in view.columns
        if not (column.nulls or column.invalid or is_unique(column))
        and column.distinct > 1
        and column.datatype not in _MEASURES
        and (column.datatype != "string" or column.max_length <= _SHORT)
    ]
    return usable[:_MOST_COLUMNS]


def _is_marked(finder: KeyFinder, view: TableView, name: str, nouns: Sequence[str]) -> bool:
    if finder.is_marked_part(view, view.column(name)):
        return True
    return any(names_table(view.label(name), noun) >= _SURE_TABLE for noun in nouns)


def _key(view: TableView, names: tuple[str, ...], sure: float) -> Key:
    evidence = f"{', '.join(names)} together differ in each of the {view.rows} rows."
    return Key(names, Decision(WIDE_KEY.probability(sure), (evidence,)))
