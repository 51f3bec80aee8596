"""Find the columns that point to rows of other tables, or of their own.

A candidate is a column whose values the key of some table contains, up to a few orphans. Its odds
come from the names, from how unlikely the inclusion is by accident, and from the part both columns
play in their tables; `choice` then picks among the candidates of all tables together, and
`composites` finds those of several columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.schema import Column
from inference.headers import is_identifier_header
from inference.structure.accident import number_surprise, reach, run_density, text_surprise
from inference.structure.calibration import REFERENCE, WIDE_REFERENCE
from inference.structure.inclusions import Inclusions
from inference.structure.likelihood import LinkSigns, log_odds
from inference.structure.reference_names import KeyedTable, ReferenceNames
from inference.structure.similarity import (
    is_counted,
    is_generic,
    is_initial,
    is_self_role,
    key_name_score,
    names_table,
)

_POINTING = ("string", "integer", "decimal", "date", "gYear")
_LEAST_COVERAGE = 0.9
_LEAST_NAMED_COVERAGE = 0.7
_LEAST_SCORE = -2.0
_SURE_SURPRISE = 5.0
_NEARLY_ALL = 0.9
_SURE_NAME = 0.8
_SURE_TABLE = 0.95


@dataclass(frozen=True)
class Link:
    """A candidate reference, with its score in log odds.

    Attributes:
        child, parent: numbers of the tables.
        columns, keys: child columns and parent columns, pairwise.
        coverage: share of the distinct child values that the parent has.
        named: how surely the names agree, 0 to 1.
        overridden: whether a person said so.
        distinct, target_distinct: numbers of distinct values of a single column and its target.
        signs: what was measured of a single column; None of several together.
        rival: the best other target of the same columns.
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
    distinct: int = 0
    target_distinct: int = 1
    signs: LinkSigns | None = None
    rival: "Link | None" = None

    @property
    def confidence(self) -> float:
        """Probability that people would declare this reference."""
        scale = REFERENCE if len(self.columns) == 1 else WIDE_REFERENCE
        return 1.0 if self.overridden else scale.probability(self.score)


class ReferenceFinder:
    """Scores every column against every key of all tables."""

    def __init__(self, tables: Sequence[KeyedTable], inclusions: Inclusions) -> None:
        """Take the tables with their chosen keys and the counted inclusions."""
        self._tables = tables
        self._inclusions = inclusions
        self._names = ReferenceNames(tables)

    def single_links(self) -> list[Link]:
        """Give the candidate references of one column to one column."""
        found = []
        for child in self._tables:
            for column in child.view.columns:
                if column.distinct and column.datatype in _POINTING:
                    found += self._links_of(child, column)
        return found

    def _links_of(self, child: KeyedTable, column: Column) -> list[Link]:
        found = []
        for parent in self._tables:
            for key in parent.unique:
                if parent is child and (key == column.name or _is_renumbering(column, child)):
                    continue
                link = self._single(child, column, parent, key)
                if link is not None:
                    found.append(link)
        return found

    def _single(
        self, child: KeyedTable, column: Column, parent: KeyedTable, key: str
    ) -> Link | None:
        shared = self._inclusions.shared(
            (child.view.index, child.view.position(column.name)),
            (parent.view.index, parent.view.position(key)),
        )
        coverage = shared / column.distinct
        if coverage < _LEAST_NAMED_COVERAGE:
            return None
        earlier = self._earlier(child, column, parent, key) if coverage == 1 else 0.0
        named = (
            self._names.to_itself(child, column.name, key, earlier)
            if child is parent
            else self._names.to_another(child, column.name, parent, key)
        )
        if coverage < _LEAST_COVERAGE and named < 0.75:
            return None
        signs = self._signs(child, column, parent, key, (coverage, named, earlier))
        score = log_odds(signs)
        if score < _LEAST_SCORE:
            return None
        evidence = _evidence(column, parent, key, coverage, signs)
        return Link(
            child.view.index, (column.name,), parent.view.index, (key,),
            score, coverage, named, evidence, signs=signs, distinct=column.distinct,
            target_distinct=parent.view.column(key).distinct,
        )  # fmt: skip

    def _signs(
        self,
        child: KeyedTable,
        column: Column,
        parent: KeyedTable,
        target: str,
        measured: tuple[float, float, float],
    ) -> LinkSigns:
        """Gather the signs; `measured` are coverage, what the names say, and `earlier`."""
        coverage, named, earlier = measured
        key = parent.view.column(target)
        label = child.view.label(column.name)
        marked = is_identifier_header(column.name) or is_initial(column.name)
        numbers = self._number_surprise(child, column, parent, key, coverage)
        both = column.datatype == key.datatype == "string"
        texts = text_surprise(column) if both else 0.0
        sure = max(numbers, texts, earlier) >= _SURE_SURPRISE and coverage == 1.0
        is_key, is_own = _is_key(child, column), _is_own_key(child, column)
        is_primary = parent.key == (key.name,)
        has_name = (
            named >= 0.9
            and key.distinct > 1
            and key.name not in parent.lent
            and (is_identifier_header(key.name) or _must_be_alternate(child, column, parent))
        )
        plain = column.datatype == "integer" and not marked
        return LinkSigns(
            named=named,
            table_named=names_table(label, parent.view.noun),
            kin=names_table(parent.view.noun, child.view.noun) if child is not parent else 0.0,
            numbers=numbers,
            texts=texts,
            reach=_reach(column, key, (named, numbers), itself=child is parent),
            earlier=earlier,
            lost=1 - coverage,
            marked=float(marked and not is_key),
            named_alternate=float(not is_primary and has_name),
            alternate=float(not is_primary and not has_name),
            lent=float(is_primary and key.name in parent.lent),
            own_key=float(is_own and not sure),
            lent_key=float(is_key and not (is_own and not sure)),
            single=float(
                not is_key and column.unique and column.distinct > 3 and named < 0.9 and not sure
            ),
            generic=float(is_generic(column.name) and not marked and named < 0.6),
            unlike=float(column.datatype != key.datatype),
            measure=float(column.datatype in ("decimal", "date") and named < 0.8),
            plain_number=float(plain and named < 0.6 and not sure),
            counted=float(plain and is_counted(column.name)),
        )

    def _earlier(self, child: KeyedTable, column: Column, parent: KeyedTable, key: str) -> float:
        """Measure, 0 to 6, how surely the rows of a table point to earlier rows of it."""
        numbers = column.datatype == parent.view.column(key).datatype == "integer"
        if child is not parent or not numbers or parent.key != (key,):
            return 0.0
        return self._inclusions.precedence(child.view, column.name, key)

    def _number_surprise(
        self, child: KeyedTable, column: Column, parent: KeyedTable, key: Column, coverage: float
    ) -> float:
        """Measure, 0 to 6, how unlikely the inclusion of whole numbers is by accident."""
        if column.datatype != "integer" or key.datatype != "integer":
            return 0.0
        density = run_density(key)
        if density is None:
            density = self._inclusions.density(
                (child.view.index, child.view.position(column.name)),
                (parent.view.index, parent.view.position(key.name)),
            )
        return number_surprise(column, density) * max(0.0, 1 - 5 * (1 - coverage))


def _reach(column: Column, key: Column, said: tuple[float, float], *, itself: bool) -> float:
    """Weigh how far the numbers reach: the rows of a hierarchy point to its beginning anyway.

    Args:
        said: how surely the names agree, and how surprising the inclusion is; where it cannot be
            by accident, that the numbers end early says nothing.
    """
    named, numbers = said
    found = reach(column, key)
    if found >= 0:
        return found
    if itself or numbers >= _SURE_SURPRISE:
        return 0.0
    return 0.5 * found if named >= _SURE_NAME else found


def _is_key(table: KeyedTable, column: Column) -> bool:
    return table.key == (column.name,)


def _is_own_key(table: KeyedTable, column: Column) -> bool:
    """Tell whether a column is the key of its table and named after it."""
    if not _is_key(table, column) or column.name in table.lent:
        return False
    return key_name_score(table.view.label(column.name), table.view.noun) >= 0.7


def _must_be_alternate(child: KeyedTable, column: Column, parent: KeyedTable) -> bool:
    """Tell whether a header names a table whose primary key has values of another type."""
    if len(parent.key) != 1:
        return False
    other_type = parent.view.column(parent.key[0]).datatype != column.datatype
    return (
        other_type and names_table(child.view.label(column.name), parent.view.noun) >= _SURE_TABLE
    )


def _is_renumbering(column: Column, table: KeyedTable) -> bool:
    """Tell whether a column differs in nearly every row: a second number, no reference to it."""
    if is_self_role(table.view.label(column.name)):
        return False  # each version of a thing but the first has the one before
    return column.unique and column.distinct >= _NEARLY_ALL * table.view.rows


def _evidence(
    column: Column, parent: KeyedTable, key: str, coverage: float, signs: LinkSigns
) -> tuple[str, ...]:
    target = f"{parent.view.name}.{key}"
    said = [
        f"{round(coverage * column.distinct)} of {column.distinct} distinct values of "
        f"{column.name} are in {target}."
    ]
    if signs.named >= 0.6:
        said.append(f"The name {column.name} points to {target}.")
    else:
        said.append("The names do not say so.")
    if max(signs.numbers, signs.texts) >= _SURE_SURPRISE:
        said.append("Values like these are hardly contained by accident.")
    if signs.earlier >= _SURE_SURPRISE:
        said.append("Every row points to an earlier one, as in a hierarchy.")
    if signs.reach >= 1.5:
        said.append(f"They reach to the end of {target}, as numbers of it would.")
    elif signs.reach <= -1.5:
        said.append(f"They use only the beginning of {target}.")
    return tuple(said)


def by_child(links: Sequence[Link]) -> Mapping[tuple[int, tuple[str, ...]], list[Link]]:
    """Group candidate references by their child columns."""
    grouped: dict[tuple[int, tuple[str, ...]], list[Link]] = {}
    for link in links:
        grouped.setdefault((link.child, link.columns), []).append(link)
    return grouped
