"""How surely the names of two columns, and of their tables, say that one points to the other.

`similarity` compares single names; this file knows whose names they are: of a table that holds
people, of one whose headers all begin with its short name, of the only table with such a key.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from graph.schema import Key
from inference.headers import (
    core_words,
    header_words,
    is_bare_marker,
    is_identifier_header,
    names_year,
    shared_prefix,
)
from inference.structure.inclusions import TableView
from inference.structure.similarity import (
    akin,
    holds_people,
    is_agent,
    is_known_role,
    is_same_name,
    is_self_role,
    is_superior,
    names_another_kind,
    names_table,
    reference_name_score,
    table_words,
)

_SELF = 0.85
_ROLE = 0.8
_AGENT = 0.7
_KIN = 0.6
_ALIAS = 0.95
_ONLY_KEY = 0.9
_EARLIER = 2.0


@dataclass(frozen=True)
class KeyedTable:
    """A table with what is known of its keys.

    Attributes:
        key: columns of its primary key, empty when it has none.
        unique: single columns that could be pointed to besides the key.
        lent: columns whose names belong to the key of another table.
        alternates: sets of columns that name the rows besides the primary key.
    """

    view: TableView
    key: tuple[str, ...]
    unique: tuple[str, ...]
    lent: frozenset[str]
    alternates: tuple[Key, ...] = ()


class ReferenceNames:
    """Knows what the names of all tables and keys say together."""

    def __init__(self, tables: Sequence[KeyedTable]) -> None:
        """Find the tables that hold people, and the bare headers that are the key of one alone."""
        self._people = frozenset(
            table.view.index
            for table in tables
            if holds_people(table.view.noun, _labels(table.view))
        )
        keys = Counter(table.key[0].lower() for table in tables if len(table.key) == 1)
        self._only_keys = frozenset(
            name
            for name, count in keys.items()
            if count == 1 and (is_bare_marker(name) or names_year(name))
        )

    def to_another(self, child: KeyedTable, column: str, parent: KeyedTable, key: str) -> float:
        """Measure, 0 to 1, how surely the names say that a column points to another table."""
        label, key_label = child.view.label(column), parent.view.label(key)
        if _is_short_name(label, parent.view):
            return _ALIAS
        named = reference_name_score(label, parent.view.noun, key_label)
        if is_known_role(label, parent.view.noun):
            named = max(named, _ROLE)
        if parent.view.index in self._people and is_agent(label):
            named = max(named, _AGENT)
        if is_same_name(label, key_label):
            named = max(named, self._same_name(child, column, parent))
        if names_another_kind(label, parent.view.noun, child.view.noun):
            named *= 0.5
        return named

    def to_itself(self, table: KeyedTable, column: str, key: str, earlier: float) -> float:
        """Measure, 0 to 1, how surely the names say that a column points to its own table.

        Args:
            earlier: how surely the rows point to earlier rows, 0 to 6.
        """
        label, key_label = table.view.label(column), table.view.label(key)
        named = reference_name_score(label, table.view.noun, key_label)
        person = table.view.index in self._people
        if is_self_role(label) or (is_superior(label) and (person or not self._people)):
            return max(named, _SELF)
        if person and is_agent(label) and is_identifier_header(label):
            return max(named, _AGENT)
        said = earlier >= _EARLIER or _has_role(label, table.view.noun, key_label)
        return named if said else 0.0

    def _same_name(self, child: KeyedTable, column: str, parent: KeyedTable) -> float:
        """Measure what the very same header says where it is as bare as `uid`, `id` or `year`."""
        if parent.key == (column,) != child.key and column.lower() in self._only_keys:
            return _ONLY_KEY
        return _KIN if names_table(parent.view.noun, child.view.noun) >= 0.5 else 0.0


def _labels(view: TableView) -> list[str]:
    return [view.label(name) for name in view.staged.columns]


def _is_short_name(label: str, parent: TableView) -> bool:
    """Tell whether a header is the prefix that all headers of a table have: `aufKnd`, `kndName`."""
    prefix = "".join(header_words(shared_prefix(parent.staged.columns)))
    return len(prefix) > 1 and "".join(header_words(label)) == prefix


def _has_role(column: str, table: str, key: str) -> bool:
    """Tell whether a header has the words of its own table's key, or name, and a role more."""
    core, key_core = core_words(column), core_words(key)
    known = (*table_words(table), *key_core)
    likeness = [max(akin(word, each) for each in known) for word in core]
    if len(core) < 2 or likeness[-1] < 0.6 or min(likeness) >= 0.6:
        return False
    if key_core and set(key_core) < set(core):
        return is_identifier_header(column) or core[-1] in key_core
    return is_identifier_header(column) and names_table(column, table) >= 0.95
