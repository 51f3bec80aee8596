"""Find references of several columns to a composite key.

The columns are found by name, once per role (the winner's team, the loser's team), and their tuples
must be in the key up to a few orphans; nulls in one of them make no reference (SQL's MATCH SIMPLE).
"""

from collections.abc import Sequence
from math import log2

from inference.headers import (
    core_words,
    header_words,
    is_bare_marker,
    is_identifier_header,
    word_set,
)
from inference.structure.inclusions import Inclusions, TableView
from inference.structure.reference_names import KeyedTable
from inference.structure.references import Link
from inference.structure.similarity import (
    akin,
    is_same_name,
    is_short_for,
    reference_name_score,
    table_words,
)

_LEAST_COVERAGE = 0.93
_LEAST_PART = 0.5
_OWN_NAME = 0.8
_LEAST_NAMED = 0.5
_SAME_WORD = 0.9
_NAMING = word_set("name title label")


class CompositeFinder:
    """Scores sets of columns against the composite keys of all tables."""

    def __init__(self, tables: Sequence[KeyedTable], inclusions: Inclusions) -> None:
        """Take the tables with their chosen keys and the counted inclusions."""
        self._tables = tables
        self._inclusions = inclusions

    def links(self) -> list[Link]:
        """Give the candidate references of several columns to a composite key, primary or not."""
        found = []
        for parent in self._tables:
            keys = [parent.key] if len(parent.key) > 1 and parent.view.rows else []
            keys += [key.columns for key in parent.alternates]
            for child in self._tables:
                if child.view.index == parent.view.index or not child.view.rows:
                    continue
                for key in keys:
                    found += self._composites(child, parent, key)
        return found

    def _composites(
        self, child: KeyedTable, parent: KeyedTable, key: tuple[str, ...]
    ) -> list[Link]:
        found = []
        for columns in _mappings(child.view, parent.view, key):
            if key != parent.key and _repeats(child.view, columns, parent):
                continue
            if not self._may_refer(child.view, columns, parent.view, key):
                continue
            rows = self._inclusions.tuple_coverage(child.view, columns, parent.view, key)
            distinct, shared, orphans, most = rows
            if not distinct or shared < _LEAST_COVERAGE * distinct:
                continue
            coverage = shared / distinct
            labels = [
                (child.view.label(c), _spelled(parent.view, k))
                for c, k in zip(columns, key, strict=True)
            ]
            same = sum(is_same_name(c, k) for c, k in labels)
            named = sum(_part_score(c, k, parent.view.noun) for c, k in labels) / len(columns)
            score = -3.0 + 5.5 * named + min(2.0, log2(1 + distinct) / 2) - 12.0 * (1 - coverage)
            if most <= 1:
                score -= _one_to_one(child, parent, columns)
            evidence = (
                f"{shared} of {distinct} distinct combinations of {', '.join(columns)} are in "
                f"{parent.view.name} ({', '.join(key)}); {orphans} rows are not.",
                f"{same} of {len(columns)} names are the same.",
            )
            found.append(
                Link(
                    child.view.index, columns, parent.view.index, key,
                    score, coverage, named, evidence,
                )
            )  # fmt: skip
        return found

    def _may_refer(
        self, child: TableView, columns: Sequence[str], parent: TableView, key: Sequence[str]
    ) -> bool:
        """Tell whether each column by itself has enough of its values in its part of the key."""
        return all(
            self._inclusions.may_contain(
                (child.index, child.position(column)),
                (parent.index, parent.position(part)),
                round(_LEAST_PART * child.column(column).distinct),
            )
            for column, part in zip(columns, key, strict=True)
        )


def _one_to_one(child: KeyedTable, parent: KeyedTable, columns: Sequence[str]) -> float:
    """Give the odds against a reference that no two rows share.

    Tables of one grain have the same key without a reference; `store_returns` has that of
    `store_sales`, and begins as it does.
    """
    if set(columns) != set(child.key):
        return 1.0
    first = akin(table_words(child.view.noun)[0], table_words(parent.view.noun)[0])
    return 2.0 if first >= _SAME_WORD and child.view.rows < parent.view.rows else 5.5


def _spelled(view: TableView, key: str) -> str:
    """Give the name of a key's column as other tables would: `province` for its `name`."""
    label = view.label(key)
    core = set(core_words(label))
    return view.noun if core and core <= _NAMING else label


def _repeats(child: TableView, columns: Sequence[str], parent: KeyedTable) -> bool:
    """Tell whether another column bears the name of the table's own key: these say it again."""
    labels = [child.label(c.name) for c in child.columns if c.name not in columns]
    return any(
        reference_name_score(label, parent.view.noun, parent.view.label(key)) >= _OWN_NAME
        for label in labels
        for key in parent.key
    )


def _mappings(child: TableView, parent: TableView, key: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Give the child columns for the parts of a key: by name, once per role (winner, loser)."""
    keys = [_spelled(parent, part) for part in key]
    options = [_columns_by_role(child, parent, key) for key in keys]
    lacking = [place for place, found in enumerate(options) if not found]
    if len(lacking) > 1 or (lacking and len(options) < 3):
        return []
    roles = sorted({role for found in options for role in found})
    mappings = []
    for role in roles:
        columns = [found.get(role) or found.get(()) or "" for found in options]
        if lacking:
            columns[lacking[0]] = _by_abbreviation(child, keys[lacking[0]], columns)
        if all(columns) and len(set(columns)) == len(columns) and tuple(columns) not in mappings:
            mappings.append(tuple(columns))
    return mappings


def _columns_by_role(child: TableView, parent: TableView, key: str) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for column in child.columns:
        label = child.label(column.name)
        role = _role(label, key)
        if role is None and _names_row(label, parent.noun, key):
            role = core_words(label)
        if role is not None and column.distinct and role not in found:
            found[role] = column.name
    return found


def _names_row(label: str, table: str, key: str) -> bool:
    """Tell whether a header names a table where the key's part is bare: `unit_code`, `code`."""
    if not is_bare_marker(key) or header_words(label)[-1:] != header_words(key)[-1:]:
        return False
    return reference_name_score(label, table, key) >= _LEAST_NAMED


def _by_abbreviation(child: TableView, key: str, taken: Sequence[str]) -> str:
    """Give the identifier column whose name may be short for the key's, or the reverse."""
    core = core_words(key)
    for column in child.columns:
        words = core_words(child.label(column.name))
        if column.name in taken or not is_identifier_header(column.name) or not core or not words:
            continue
        short, long = sorted((core[-1], words[-1]), key=len)
        if short[0] == long[0] and is_short_for(short, long):
            return column.name
    return ""


def _role(column: str, key: str) -> tuple[str, ...] | None:
    """Give the words by which a column's name is longer than a key's; None if it is another."""
    if is_same_name(column, key):
        return ()
    rest = list(core_words(column))
    core = core_words(key)
    if not core or (not is_identifier_header(column) and len(rest) < len(core)):
        return None
    for word in core:
        if word not in rest:
            return None
        rest.remove(word)
    return tuple(rest)


def _part_score(column: str, key: str, table: str) -> float:
    if is_same_name(column, key):
        return 1.0
    if is_bare_marker(key):
        return reference_name_score(column, table, key)
    return 0.9 if set(core_words(key)) <= set(header_words(column)) else 0.6
