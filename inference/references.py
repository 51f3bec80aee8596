"""Find the columns that point to rows of other tables, or of their own.

A candidate is a column (or as many columns as a composite key has) whose values the key of some
table contains, up to a few orphans. Its odds come from the names, from how unlikely the inclusion
is by accident, and from the part both columns play in their tables; `choice` then picks among
the candidates of all tables together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, log2

from graph.schema import Column
from inference.headers import core_words, header_words, is_identifier_header
from inference.inclusions import Inclusions, TableView
from inference.similarity import (
    is_counted,
    is_generic,
    is_known_role,
    is_same_name,
    is_self_role,
    is_short_for,
    key_name_score,
    names_table,
    reference_name_score,
)

_LEAST_COVERAGE = 0.9
_LEAST_NAMED_COVERAGE = 0.7
_DENSE = 0.5
_PRIOR = -4.0
_MOST_SURPRISE = 6.0
_SURE_SURPRISE = 5.0


@dataclass(frozen=True)
class Link:
    """A candidate reference, with its score in log odds.

    Attributes:
        child, parent: numbers of the tables.
        columns, keys: child columns and parent columns, pairwise.
        coverage: share of the distinct child values that the parent has.
        named: how surely the names agree, 0 to 1.
        overridden: whether a person said so.
    """

    child: int
    columns: tuple[str, ...]
    parent: int
    keys: tuple[str, ...]
    score: float
    coverage: float
    named: float
    evidence: tuple[str, ...] = ()
    overridden: bool = False

    @property
    def confidence(self) -> float:
        """Probability that people would declare this reference."""
        return round(1 / (1 + exp(-self.score)), 3)


@dataclass(frozen=True)
class KeyedTable:
    """A table with what is known of its keys.

    Attributes:
        key: columns of its primary key, empty when it has none.
        unique: single columns that could be pointed to besides the key.
        lent: columns whose names belong to the key of another table.
    """

    view: TableView
    key: tuple[str, ...]
    unique: tuple[str, ...]
    lent: frozenset[str]


class ReferenceFinder:
    """Scores every column against every key of all tables."""

    def __init__(self, tables: Sequence[KeyedTable], inclusions: Inclusions) -> None:
        """Take the tables with their chosen keys and the counted inclusions."""
        self._tables = tables
        self._inclusions = inclusions

    def single_links(self) -> list[Link]:
        """Give the candidate references of one column to one column."""
        found = []
        for child in self._tables:
            for column in child.view.columns:
                if column.distinct and column.datatype in ("string", "integer", "decimal", "date"):
                    found += self._links_of(child, column)
        return found

    def composite_links(self) -> list[Link]:
        """Give the candidate references of several columns to a composite key."""
        found = []
        for parent in self._tables:
            if len(parent.key) < 2 or not parent.view.rows:
                continue
            for child in self._tables:
                if child.view.index != parent.view.index and child.view.rows:
                    found += self._composites(child, parent)
        return found

    def _links_of(self, child: KeyedTable, column: Column) -> list[Link]:
        found = []
        for parent in self._tables:
            for key in parent.unique:
                if parent is child and key == column.name:
                    continue
                link = self._single(child, column, parent, key)
                if link is not None:
                    found.append(link)
        return found

    def _single(
        self, child: KeyedTable, column: Column, parent: KeyedTable, key: str
    ) -> Link | None:
        key_column = parent.view.column(key)
        shared = self._inclusions.shared(
            (child.view.index, child.view.position(column.name)),
            (parent.view.index, parent.view.position(key)),
        )
        coverage = shared / column.distinct
        if coverage < _LEAST_NAMED_COVERAGE:
            return None
        named = self._named(child, column, parent, key)
        if coverage < _LEAST_COVERAGE and named < 0.75:
            return None
        score, evidence = self._score(child, column, parent, key_column, coverage, named)
        if score < -2.0:
            return None
        return Link(
            child.view.index, (column.name,), parent.view.index, (key,),
            score, coverage, named, evidence,
        )  # fmt: skip

    def _named(self, child: KeyedTable, column: Column, parent: KeyedTable, key: str) -> float:
        label, key_label = child.view.label(column.name), parent.view.label(key)
        named = reference_name_score(label, parent.view.name, key_label)
        if child is parent:
            return max(named, 0.85) if is_self_role(label) else _self_named(label, key_label)
        if is_known_role(label, parent.view.name):
            named = max(named, 0.8)
        if is_same_name(label, key_label) and names_table(parent.view.name, child.view.name) >= 0.5:
            named = max(named, 0.6)
        return named

    def _score(
        self,
        child: KeyedTable,
        column: Column,
        parent: KeyedTable,
        key: Column,
        coverage: float,
        named: float,
    ) -> tuple[float, tuple[str, ...]]:
        surprise = self._surprise(child, column, parent, key)
        score = _PRIOR + 6.5 * named + 0.9 * surprise - 12.0 * (1 - coverage)
        sure = surprise >= _SURE_SURPRISE and coverage == 1.0
        score += _part_in_tables(child, column, parent, key, named, sure=sure)
        score += 1.0 * names_table(child.view.label(column.name), parent.view.name)
        score += 1.0 * names_table(parent.view.name, child.view.name) * (child is not parent)
        if column.datatype != key.datatype:
            score -= 1.0
        if column.datatype in ("decimal", "date") and named < 0.8:
            score -= 3.0
        if not is_identifier_header(column.name) and column.datatype == "integer":
            score -= (1.5 if named < 0.6 and not sure else 0.0) + (
                3.0 if is_counted(column.name) else 0.0
            )
        evidence = [
            f"{round(coverage * column.distinct)} of {column.distinct} distinct values of "
            f"{column.name} are in {parent.view.name}.{key.name}."
        ]
        if named >= 0.6:
            evidence.append(f"The name {column.name} points to {parent.view.name}.{key.name}.")
        else:
            evidence.append("The names do not say so.")
        return score, tuple(evidence)

    def _surprise(
        self, child: KeyedTable, column: Column, parent: KeyedTable, key: Column
    ) -> float:
        """Measure, 0 to 6, how unlikely the inclusion is by accident, in nats.

        Integers of a dense range 1..n contain each other by accident always; sparse integers and
        texts hardly ever, the less the more values there are.
        """
        if column.datatype == "string":
            return _text_surprise(column)
        if column.datatype != "integer" or key.datatype != "integer":
            return 0.0
        if _is_dense(key):
            filled = column.distinct / max(key.distinct, 1)
            return 1.5 * filled if key.distinct >= 30 and filled >= 0.8 else 0.0
        density = self._inclusions.density(
            (child.view.index, child.view.position(column.name)),
            (parent.view.index, parent.view.position(key.name)),
        )
        return min(_MOST_SURPRISE, -log(max(density, 1e-9)) * column.distinct)

    def _composites(self, child: KeyedTable, parent: KeyedTable) -> list[Link]:
        found = []
        for columns in _mappings(child.view, parent):
            rows = self._inclusions.tuple_coverage(child.view, columns, parent.view, parent.key)
            distinct, shared, orphans, most = rows
            if not distinct or shared < _LEAST_COVERAGE * distinct:
                continue
            coverage = shared / distinct
            labels = [
                (child.view.label(c), parent.view.label(k))
                for c, k in zip(columns, parent.key, strict=True)
            ]
            same = sum(is_same_name(c, k) for c, k in labels)
            named = sum(_part_score(c, k) for c, k in labels) / len(columns)
            score = -3.0 + 5.5 * named + min(2.0, log2(1 + distinct) / 2) - 12.0 * (1 - coverage)
            if most <= 1:
                score -= 5.5 if set(columns) == set(child.key) else 1.0
            evidence = (
                f"{shared} of {distinct} distinct combinations of {', '.join(columns)} are in "
                f"{parent.view.name} ({', '.join(parent.key)}); {orphans} rows are not.",
                f"{same} of {len(columns)} names are the same.",
            )
            found.append(
                Link(
                    child.view.index, columns, parent.view.index, parent.key,
                    score, coverage, named, evidence,
                )
            )  # fmt: skip
        return found


def _self_named(column: str, key: str) -> float:
    """Give the name score within one table: the key's words and a role more, or nothing."""
    core, key_core = set(core_words(column)), set(core_words(key))
    if not key_core or not key_core < core:
        return 0.0
    marked = is_identifier_header(column)
    return 0.75 if marked or core_words(column)[-1] in key_core else 0.0


def _text_surprise(column: Column) -> float:
    """Measure, 0 to 4, how unlikely it is that texts are in another column by accident."""
    weight = 0.5 if column.max_length <= 1 else 1.0
    return min(4.0, weight * log2(1 + column.distinct))


def _is_dense(key: Column) -> bool:
    """Tell whether a key is nearly 1..n, which contains all small numbers by accident."""
    try:
        low, high = int(key.minimum or ""), int(key.maximum or "")
    except ValueError:
        return False
    return low <= max(10, key.distinct // 2) and key.distinct >= _DENSE * (high - low + 1)


def _part_in_tables(
    child: KeyedTable, column: Column, parent: KeyedTable, key: Column, named: float, *, sure: bool
) -> float:
    """Score the part of both columns: keys are pointed to, and seldom point themselves."""
    score = 0.0
    if parent.key != (key.name,):
        exact = named >= 0.9 and is_identifier_header(key.name)
        score -= 1.5 if exact else 7.0
    elif key.name in parent.lent:
        score -= 1.0
    if child.key == (column.name,):
        own = key_name_score(child.view.label(column.name), child.view.name) >= 0.7
        score -= 1.0 if column.name in child.lent else (4.0 if own and not sure else 1.0)
    elif column.unique and column.distinct > 3 and named < 0.9 and not sure:
        score -= 1.0
    if is_generic(column.name) and not is_identifier_header(column.name) and named < 0.6:
        score -= 1.5
    return score


def _mappings(child: TableView, parent: KeyedTable) -> list[tuple[str, ...]]:
    """Give the child columns for the parts of a key: by name, once per role (winner, loser)."""
    keys = [parent.view.label(key) for key in parent.key]
    options = [_columns_by_role(child, key) for key in keys]
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


def _columns_by_role(child: TableView, key: str) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for column in child.columns:
        role = _role(child.label(column.name), key)
        if role is not None and column.distinct and role not in found:
            found[role] = column.name
    return found


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


def _part_score(column: str, key: str) -> float:
    if is_same_name(column, key):
        return 1.0
    return 0.9 if set(core_words(key)) <= set(header_words(column)) else 0.6


def by_child(links: Sequence[Link]) -> Mapping[tuple[int, tuple[str, ...]], list[Link]]:
    """Group candidate references by their child columns."""
    grouped: dict[tuple[int, tuple[str, ...]], list[Link]] = {}
    for link in links:
        grouped.setdefault((link.child, link.columns), []).append(link)
    return grouped
