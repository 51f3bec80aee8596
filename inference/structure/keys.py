"""Find the columns that name the rows of a table: one column, or up to four together.

Uniqueness is counted over all rows; among the unique column sets the names, the order and the
types of the columns decide, and which of them other tables point to.
"""

from collections.abc import Sequence
from itertools import combinations
from math import prod

from graph.schema import Column
from inference.columns.profile import ValueStore
from inference.headers import (
    header_words,
    is_classification,
    is_identifier_header,
    names_year,
    word_set,
)
from inference.structure.accident import uniqueness
from inference.structure.inclusions import TableView
from inference.structure.key_candidates import LEAST, LONG_TEXT, Candidate
from inference.structure.ownership import Ownership, is_unique, nearly_unique
from inference.structure.qualified_keys import qualified_keys
from inference.structure.similarity import key_name_score, names_table
from inference.structure.uniqueness import UniqueSets

_MOST_COLUMNS = 4
_WIDTH = 12
_WIDTH_LARGE = 7
_LARGE = 200_000
_SMALL = 60
_FEW = 12
_ENOUGH = 2.5
_LINK_PENALTY = 5.0
_SURE_PAIRS = 4.0
_LEAST_LARGE = -3.5
_UNIQUENESS = 0.5
_NO_ACCIDENT = 0.7
_MEASURES = ("decimal", "double", "boolean", "time")
_RANK_WORDS = word_set(
    "sequence seq line position pos index idx ordinal step lfd laufnummer zeile folge"
)
_PART_WORDS = word_set(
    "item round half season version revision order level semester term period year month day "
    "week language lang role category source date from start effective valid since datum von "
    "jahr"
)


class KeyFinder:
    """Looks for the keys of tables, knowing which columns name other tables."""

    def __init__(self, store: ValueStore, views: Sequence[TableView], ownership: Ownership) -> None:
        """Take the profiled values, all tables and the owners of the column names."""
        self._store = store
        self._views = tuple(views)
        self._ownership = ownership
        self._qualified = qualified_keys(store, views)

    def candidates(self, view: TableView) -> tuple[Candidate, ...]:
        """Give the candidate keys of a table, best first."""
        if not view.rows:
            return self._unfilled(view)
        found = [self._single(view, c.name) for c in view.columns if is_unique(c)]
        found += self._near_unique(view, found)
        if max((c.score for c in found), default=LEAST) < _ENOUGH:
            found += self._composites(view, found)
        if view.index in self._qualified:
            found = self._qualify(view, found)
        return tuple(sorted(found, key=lambda c: (-c.score, c.columns)))

    def _qualify(self, view: TableView, found: Sequence[Candidate]) -> list[Candidate]:
        """Put the pair that names the rows of several tables before all others."""
        pair = self._qualified[view.index]
        best = max((c.score for c in found), default=LEAST)
        tables = sum(1 for each in self._qualified.values() if each == pair)
        evidence = (
            f"{', '.join(pair)} together differ in each of the {view.rows} rows.",
            f"They lead {tables} tables, and one of them needs both to name its rows.",
        )
        others = [c for c in found if c.columns != pair]
        return [*others, Candidate(pair, max(best, _ENOUGH) + 1.0, 0, evidence)]

    def _is_lent(self, view: TableView, name: str) -> bool:
        return self._ownership.lender(view, name) is not None

    def _single(self, view: TableView, name: str, duplicates: int = 0) -> Candidate:
        column, place = view.column(name), view.position(name)
        named = key_name_score(view.label(name), view.noun)
        lent = self._is_lent(view, name)
        pointers = 0 if lent else self._ownership.pointers(view, name)
        score = -1.0 + 4.0 * named - 0.25 * min(place, 8) + (1.2 if place == 0 else 0.0)
        score += 1.1 * min(pointers, 3) + _type_score(column, view.rows, leads=place == 0)
        evidence = [f"{name} has another value in each of the {view.rows} rows."]
        if named >= 0.7:
            evidence.append("Its name is that of the table.")
        if pointers:
            evidence.append(f"{pointers} other tables have columns that point to it.")
        if lent:
            score -= self._lent_penalty(view, name)
            evidence.append("Its name is that of another table's key.")
        if duplicates:
            score -= 1.0
            evidence[0] = (
                f"{name} has another value in nearly all of the {view.rows} rows; "
                f"{duplicates} rows repeat a value or have none."
            )
        return Candidate((name,), score, duplicates, tuple(evidence))

    def _lent_penalty(self, view: TableView, name: str) -> float:
        """Give the odds against a lent key: with a second lent column the pair is the key."""
        others = [c.name for c in view.columns if c.name != name and self._joins(view, c)]
        if not others:
            return -1.0
        mine = names_table(name, view.noun) >= 0.5
        theirs = any(names_table(other, view.noun) >= 0.5 for other in others)
        if mine and theirs:
            return _LINK_PENALTY
        if mine:
            return 1.0
        return _LINK_PENALTY if self._differs_by_accident(view, name) else -0.5

    def _differs_by_accident(self, view: TableView, name: str) -> bool:
        """Tell whether rows that draw freely from the lender's would often all differ.

        Of n rows, n(n-1)/2 pairs could meet in one of the lender's N, so e^-x is the probability
        that none does, x being the pairs by N (the birthday problem).
        """
        lender = self._ownership.lender(view, name)
        if lender is None or view.rows > _SMALL:
            return False
        pairs = view.rows * (view.rows - 1) / 2
        return pairs <= _SURE_PAIRS * max(self._views[lender].rows, 1)

    def _is_link_part(self, view: TableView, name: str) -> bool:
        """Tell whether a lent column is unique by accident: the table links two others."""
        return self._is_lent(view, name) and self._lent_penalty(view, name) >= _LINK_PENALTY

    def _joins(self, view: TableView, column: Column) -> bool:
        """Tell whether a column could be a further part of a key of lent columns."""
        if column.nulls or column.invalid or is_classification(column.name):
            return False
        varied = not is_unique(column) or view.rows <= _FEW
        small = view.rows <= _SMALL and is_identifier_header(column.name) and varied
        return small or self._is_lent(view, column.name)

    def _near_unique(self, view: TableView, exact: Sequence[Candidate]) -> list[Candidate]:
        """Give columns named as the key whose few repeated values are errors."""
        found = []
        for column in view.columns:
            if is_unique(column) or not nearly_unique(column, view.rows):
                continue
            if key_name_score(view.label(column.name), view.noun) < 0.7 or self._is_lent(
                view, column.name
            ):
                continue
            candidate = self._single(view, column.name, view.rows - column.distinct)
            if all(candidate.score > other.score for other in exact):
                found.append(candidate)
        return found

    def _composites(self, view: TableView, singles: Sequence[Candidate]) -> list[Candidate]:
        """Give the smallest unique sets of two to four columns, widened to whole blocks."""
        columns = self._parts(view)
        if len(columns) < 2:
            return []
        sets = UniqueSets(self._store, view, columns)
        strong = max((s.score for s in singles), default=LEAST) >= 0.0
        # in a large table a column is not unique by accident
        least = 0.0 if view.rows <= _SMALL else _LEAST_LARGE
        unique = [
            frozenset(s.columns)
            for s in singles
            if s.score >= least and not self._is_link_part(view, s.columns[0])
        ]
        found: dict[tuple[str, ...], Candidate] = {}
        for size in range(2, _MOST_COLUMNS + 1):
            for names in combinations(columns, size):
                if any(known <= set(names) for known in unique):
                    continue
                if prod(view.column(n).distinct for n in names) < view.rows:
                    continue
                if sets.is_unique(names):
                    unique.append(frozenset(names))
                    counter = sets.counter(names)
                    widened = self._widened(view, names)
                    candidate = self._composite(view, widened, names, counter, strong=strong)
                    if widened not in found or found[widened].score < candidate.score:
                        found[widened] = candidate
        return _without_wider(view, list(found.values()))

    def _parts(self, view: TableView) -> list[str]:
        """Give the columns likeliest to be parts of a key, in their order."""
        usable = [c.name for c in view.columns if self._could_be_part(view, c)]
        ranked = sorted(usable, key=lambda n: (-self._keyness(view, n), view.position(n)))
        width = _WIDTH if view.rows < _LARGE else _WIDTH_LARGE
        return sorted(ranked[:width], key=view.position)

    def _could_be_part(self, view: TableView, column: Column) -> bool:
        """Tell whether a column could be part of a key; one that is unique only if by accident."""
        if column.nulls or column.invalid or column.distinct < 2 or column.datatype in _MEASURES:
            return False
        if not is_unique(column) or view.rows <= _FEW:
            return True
        if self._is_lent(view, column.name):
            return self._is_link_part(view, column.name)
        dated = column.datatype in ("date", "dateTime")
        marked = dated or bool(set(header_words(column.name)) & _PART_WORDS)
        return marked and view.rows <= _SMALL

    def _keyness(self, view: TableView, name: str) -> float:
        """Score how much a column looks like part of a key: by name, type, place."""
        column = view.column(name)
        words = set(header_words(name))
        score = -0.12 * min(view.position(name), 10)
        if self._is_lent(view, name):
            score += 1.6
        elif words & _RANK_WORDS:
            score += 1.9
        elif is_identifier_header(name):
            score += 1.0
        elif words & _PART_WORDS or column.datatype in ("date", "dateTime"):
            score += 0.6
        elif column.datatype in ("integer", "gYear"):
            score -= 0.8
        if is_classification(name):
            score -= 1.2
        if column.datatype == "string" and column.max_length > LONG_TEXT:
            score -= 1.5
        return score

    def _composite(
        self,
        view: TableView,
        names: tuple[str, ...],
        unique: tuple[str, ...],
        counter: str | None,
        *,
        strong: bool,
    ) -> Candidate:
        """Score a composite key.

        Args:
            names: its columns; `unique` are those that differ in every row without the others.
            counter: the one of them that counts 1, 2, 3 within each value of the others.
            strong: whether the table has a good key of one column.
        """
        places = [view.position(name) for name in names]
        mean = sum(self._keyness(view, name) for name in names) / len(names)
        leading = places == list(range(len(places)))
        score = -0.5 + 1.3 * mean + (1.5 if leading else 0.0) - 0.3 * (len(unique) - 2)
        score -= 1.0 if strong else 0.0
        score += _UNIQUENESS * uniqueness([view.column(name) for name in unique], view.rows)
        evidence = [f"{', '.join(unique)} together differ in each of the {view.rows} rows."]
        if counter is not None:
            score += 1.5
            others = ", ".join(name for name in unique if name != counter)
            evidence.append(f"{counter} counts 1, 2, 3 within each {others}.")
        bound = [
            n
            for n in names
            if n == counter or self._is_lent(view, n) or set(header_words(n)) & _RANK_WORDS
        ]
        if len(bound) == len(names):
            score += 1.0
            evidence.append("Each of them names another table or a rank in it.")
        recurring = self._recurring(view, names)
        if recurring > 1:
            score += 0.5 * min(recurring, 4)
            evidence.append(f"{recurring} other tables have all of these columns.")
        return Candidate(names, score, 0, tuple(evidence))

    def _widened(self, view: TableView, names: tuple[str, ...]) -> tuple[str, ...]:
        """Widen a key to the block of columns it stands in.

        People declare (year, league, team) also where year and team alone would do. The leading
        columns between the parts belong to the key when they could; those after it when two other
        tables repeat the whole block. A rank within another thing (order, line) needs no more.
        """
        if any(set(header_words(view.label(name))) & _RANK_WORDS for name in names):
            return names
        last = max(view.position(name) for name in names)
        block = tuple(c.name for c in view.columns[: last + 1])
        if len(block) > _MOST_COLUMNS + 1 or not all(
            name in names or self._fills_block(view, view.column(name)) for name in block
        ):
            return names
        best = block
        for column in view.columns[last + 1 : _MOST_COLUMNS + 1]:
            if not self.is_marked_part(view, column) or column.nulls or column.invalid:
                break
            block = (*block, column.name)
            if self._recurring(view, block) > 1:
                best = block
        return best

    def _fills_block(self, view: TableView, column: Column) -> bool:
        if column.nulls or column.invalid or is_unique(column):
            return False
        short = column.datatype == "string" and column.max_length <= LONG_TEXT
        return short or self.is_marked_part(view, column)

    def is_marked_part(self, view: TableView, column: Column) -> bool:
        """Tell whether the header names something, or ranks it, as a part of a key does."""
        words = set(header_words(column.name))
        if words & (_PART_WORDS | _RANK_WORDS) or is_identifier_header(column.name):
            return True
        return self._is_lent(view, column.name)

    def _recurring(self, view: TableView, names: Sequence[str]) -> int:
        """Count the other tables that have columns of all these names."""
        wanted = {header_words(view.label(name)) for name in names}
        return sum(
            wanted <= {header_words(other.label(name)) for name in other.staged.columns}
            for other in self._views
            if other.index != view.index
        )

    def _unfilled(self, view: TableView) -> tuple[Candidate, ...]:
        """Give the key of a table without rows, by the names alone."""
        evidence = ("The table has no row; the names alone say so.",)
        lent = tuple(c.name for c in view.columns if self._is_lent(view, c.name))
        own = self._ownership.own(view)
        if own is not None and own not in lent:
            return (Candidate((own,), 0.0, 0, evidence, unseen=True),)
        return (Candidate(lent, 0.0, 0, evidence, unseen=True),) if len(lent) > 1 else ()


def _without_wider(view: TableView, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Drop sets that add to one that begins them and does not differ by accident."""
    sure = [
        c
        for c in candidates
        if uniqueness([view.column(name) for name in c.columns], view.rows) >= _NO_ACCIDENT
    ]
    return [
        candidate
        for candidate in candidates
        if not any(
            candidate.columns[: len(other.columns)] == other.columns
            for other in sure
            if len(other.columns) < len(candidate.columns)
        )
    ]


def _type_score(column: Column, rows: int, *, leads: bool) -> float:
    """Score how often a column of this type is a key by itself.

    Args:
        leads: whether it comes first, as the moment of a long series and the year of a season do.
    """
    if leads and rows > _SMALL and column.datatype in ("date", "dateTime"):
        return -0.8
    if column.datatype in (*_MEASURES, "dateTime"):
        return -2.5
    if column.datatype == "date":
        return -1.0
    if column.datatype == "string" and column.max_length > LONG_TEXT:
        return -1.5
    if column.datatype in ("integer", "gYear") and not is_identifier_header(column.name):
        years = names_year(column.name) and leads
        return _UNIQUENESS * uniqueness([column], rows) - (0.0 if years else 1.0)
    return 0.0
