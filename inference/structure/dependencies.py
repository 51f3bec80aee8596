"""Find functional dependencies: columns that others determine in every row, as a zip code its city.

They tell that a table holds facts about two things. The search follows HyFD (Papenbrock and
Naumann, "A hybrid approach to functional dependency discovery", SIGMOD 2016): pairs of rows that
agree on something refute nearly all candidates at once, and what is left is counted on all rows.
The work is bounded by the number of columns and of counts, not by the clock, so that the same rows
always give the same answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, log

import numpy as np
import numpy.typing as npt

from graph.lexical import lexical_sql, quote_name
from graph.schema import Column, Decision, Dependency, Key
from inference.columns.profile import ValueStore
from inference.headers import is_identifier_header, names_year

_WIDEST = 3
_MOST_LEFT = 12
_MOST_RIGHT = 40
_SAMPLE = 8_000
_MOST_MASKS = 4_000
_MOST_COUNTS = 24
_LEAST_COUNTS = 3
_MOST_COUNTED = 6_000_000
_HEAD = 1_000_000
_LEAST_REPEATED = 5
_LEAST_GROUPS = 3
_LEAST_RECURRENCE = 1.5
_NEARLY = 0.9
_LEAST_SURPRISE = 7.0
_SUREST = 0.99
_MEASURES = ("decimal", "double", "boolean", "time", "dateTime")
_LONG_TEXT = 80
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_Masks = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class _Candidate:
    left: tuple[int, ...]
    right: int


def dependencies(
    store: ValueStore, table: int, columns: Sequence[Column], keys: Sequence[Key]
) -> tuple[Dependency, ...]:
    """Find the smallest sets of up to three columns that determine others in all rows.

    What holds for no reason, because hardly a value occurs twice or nearly all rows have the same,
    is left out, and so is what follows from a key.

    Args:
        keys: the keys of the table; a set that contains one determines everything.
    """
    rows = store.tables[table].rows
    used = [column for column in columns if column.distinct > 1][:_MOST_RIGHT]
    left = [place for place, column in enumerate(used) if _may_determine(column, rows)][:_MOST_LEFT]
    if len(used) < 2 or not left:
        return ()
    search = _Search(store, table, used, left, _key_places(used, keys))
    found: dict[tuple[int, ...], list[tuple[int, float]]] = {}
    for candidate, surprise in search.found():
        found.setdefault(candidate.left, []).append((candidate.right, surprise))
    return tuple(_dependency(used, left, right, rows) for left, right in sorted(found.items()))


class _Search:
    """Looks for the dependencies of one table, level by level."""

    def __init__(
        self,
        store: ValueStore,
        table: int,
        columns: Sequence[Column],
        left: Sequence[int],
        keys: Sequence[frozenset[int]],
    ) -> None:
        self._store, self._table, self._columns = store, table, columns
        self._left, self._keys = left, keys
        self._rows = store.tables[table].rows
        self._counts = 0
        self._values = self._sample()
        self._masks = _agreements(self._values)

    def found(self) -> Iterator[tuple[_Candidate, float]]:
        """Give the dependencies with the surprise at each, smallest left sides first."""
        known: list[list[frozenset[int]]] = [[] for _ in self._columns]
        for size in range(1, _WIDEST + 1):
            for left, rights in sorted(self._candidates(size, known).items()):
                for right in self._holding(left, rights):
                    known[right].append(frozenset(left))
                    candidate = _Candidate(left, right)
                    surprise = self._surprise(candidate)
                    if surprise >= _LEAST_SURPRISE:
                        yield candidate, surprise

    def _candidates(
        self, size: int, known: Sequence[Sequence[frozenset[int]]]
    ) -> dict[tuple[int, ...], list[int]]:
        """Give what the sampled rows leave of one size: what each left side may determine."""
        found: dict[tuple[int, ...], list[int]] = {}
        for right in range(len(self._columns)):
            for left in self._left_sides(size, right, known[right]):
                if self._is_needed(_Candidate(left, right)):
                    found.setdefault(left, []).append(right)
        return {left: rights for left, rights in found.items() if self._recurs(left)}

    def _left_sides(
        self, size: int, right: int, known: Sequence[frozenset[int]]
    ) -> list[tuple[int, ...]]:
        """Give the left sides that no pair of sampled rows refutes and that are the smallest."""
        sides = [
            side
            for side in combinations([place for place in self._left if place != right], size)
            if not any(less <= set(side) for less in (*known, *self._keys))
        ]
        if not sides:
            return []
        bit = np.uint64(1) << np.uint64(right)
        against = self._masks[(self._masks & bit) == 0]
        wanted = np.array([sum(1 << place for place in side) for side in sides], dtype=np.uint64)
        refuted = ((against[None, :] & wanted[:, None]) == wanted[:, None]).any(axis=1)
        return [side for side, no in zip(sides, refuted, strict=True) if not no]

    def _is_needed(self, candidate: _Candidate) -> bool:
        """Tell whether each column of the left side adds to what the others nearly determine."""
        lesser = combinations(candidate.left, len(candidate.left) - 1)
        return all(self._agree(left, candidate.right) <= _NEARLY for left in lesser)

    def _recurs(self, left: Sequence[int]) -> bool:
        """Tell whether enough of the sampled rows repeat a left side for it to be believed."""
        groups = self._together(left)
        return len(groups) - len(np.unique(groups)) >= _LEAST_REPEATED

    def _holding(self, left: tuple[int, ...], rights: Sequence[int]) -> list[int]:
        """Count, on all rows, which columns have one value wherever a left side recurs."""
        if self._counts >= max(_LEAST_COUNTS, min(_MOST_COUNTS, _MOST_COUNTED // self._rows)):
            return []
        self._counts += 1
        if self._rows > _HEAD:
            # what fails in the head fails in all rows, and it costs less to see it there
            rights = self._count(left, rights, f"_row <= {_HEAD}")[1]
        if not rights:
            return []
        (rows, groups, repeated), same = self._count(left, rights, "true")
        if repeated < _LEAST_GROUPS or rows < _LEAST_RECURRENCE * groups:
            return []
        return same

    def _count(
        self, left: tuple[int, ...], rights: Sequence[int], condition: str
    ) -> tuple[tuple[int, int, int], list[int]]:
        """Count rows, groups of one left side and those that recur; give the constant columns."""
        parts = [self._lexical(place) for place in left]
        ends = ", ".join(
            f"min(hash({self._lexical(right)})) AS low{right}, "
            f"max(hash({self._lexical(right)})) AS high{right}"
            for right in rights
        )
        same = ", ".join(f"bool_and(low{right} = high{right})" for right in rights)
        [(rows, groups, repeated, *held)] = self._store.connection.execute(
            f"SELECT coalesce(sum(n), 0)::BIGINT, count(*), count(*) FILTER (WHERE n > 1), {same} "
            f"FROM (SELECT count(*) AS n, {ends} FROM {self._store.rows_sql(self._table)} "
            f"WHERE {condition} AND {' AND '.join(f'{part} IS NOT NULL' for part in parts)} "
            f"GROUP BY hash({', '.join(parts)}))"
        ).fetchall()
        constant = [right for right, one in zip(rights, held, strict=True) if one is not False]
        return (rows, groups, repeated), constant

    def _surprise(self, candidate: _Candidate) -> float:
        """Measure, in nats, how unlikely a dependency is by accident.

        Each row beyond the first of a left side agrees with it, which rows at random do with the
        probability that two rows have the same value on the right.
        """
        most = max(self._columns[place].distinct for place in candidate.left)
        tests = len(self._columns) ** (len(candidate.left) + 1)
        odds = -log(max(self._agree((), candidate.right), 1e-9))
        return (self._rows - most) / len(candidate.left) * odds - log(tests)

    def _agree(self, left: Sequence[int], right: int) -> float:
        """Give the share of pairs of sampled rows with one left side that agree on the right."""
        both = (self._together(left), self._together((*left, right)))
        counts = [np.unique(each, return_counts=True)[1].astype(float) for each in both]
        whole, same = (float((each * (each - 1)).sum()) for each in counts)
        return same / whole if whole else 0.0

    def _together(self, places: Sequence[int]) -> npt.NDArray[np.uint64]:
        """Combine the hashes of columns row by row."""
        combined = np.zeros(len(self._values[0]), dtype=np.uint64)
        for place in places:
            combined = (combined ^ (combined >> _SHIFT)) * _FACTOR + self._values[place]
        return combined

    def _sample(self) -> list[npt.NDArray[np.uint64]]:
        """Hash the values of rows from all over the table."""
        step = max(1, self._rows // _SAMPLE)
        hashes = ", ".join(
            f"hash({self._lexical(place)}) AS h{place}" for place in range(len(self._columns))
        )
        found = self._store.connection.execute(
            f"SELECT {hashes} FROM {self._store.rows_sql(self._table)} "
            f"WHERE _row % {step} = 0 OR _row <= {_SAMPLE // 4} ORDER BY _row"
        ).fetchnumpy()
        return [
            np.asarray(found[f"h{place}"], dtype=np.uint64) for place in range(len(self._columns))
        ]

    def _lexical(self, place: int) -> str:
        column = self._columns[place]
        return lexical_sql(column, quote_name(column.name))


def _agreements(values: Sequence[npt.NDArray[np.uint64]]) -> _Masks:
    """Give the sets of columns, as bits, on which pairs of neighbouring rows agree.

    Rows are neighbours when one of the columns has the same value in both and no row between.
    """
    masks: list[_Masks] = []
    for column in values:
        order = np.argsort(column, kind="stable")
        for apart in (1, 2, 5):
            one, other = order[:-apart], order[apart:]
            same = column[one] == column[other]
            one, other = one[same], other[same]
            mask = np.zeros(len(one), dtype=np.uint64)
            for place, each in enumerate(values):
                mask |= (each[one] == each[other]).astype(np.uint64) << np.uint64(place)
            masks.append(np.unique(mask))
    whole = np.unique(np.concatenate(masks)) if masks else np.zeros(0, dtype=np.uint64)
    # those that agree on most columns refute most
    return whole[np.argsort(-np.bitwise_count(whole).astype(np.int64), kind="stable")][:_MOST_MASKS]


def _may_determine(column: Column, rows: int) -> bool:
    """Tell whether a column recurs and names or classifies something, and does not measure it."""
    if rows < _LEAST_RECURRENCE * column.distinct or column.datatype in _MEASURES:
        return False
    if column.datatype == "string":
        return column.max_length <= _LONG_TEXT
    return is_identifier_header(column.name) or names_year(column.name)


def _key_places(columns: Sequence[Column], keys: Sequence[Key]) -> list[frozenset[int]]:
    places = {column.name: place for place, column in enumerate(columns)}
    return [
        frozenset(places[name] for name in key.columns)
        for key in keys
        if all(name in places for name in key.columns)
    ]


def _dependency(
    columns: Sequence[Column],
    left: tuple[int, ...],
    right: Sequence[tuple[int, float]],
    rows: int,
) -> Dependency:
    names = tuple(columns[place].name for place in left)
    determined = tuple(columns[place].name for place, _ in right)
    least = min(surprise for _, surprise in right)
    evidence = (
        f"In all {rows} rows, the same {' and '.join(names)} has the same {', '.join(determined)}.",
        f"They may be about another thing than the row: one that {' and '.join(names)} names.",
    )
    confidence = min(round(1 - exp(-least / 2), 3), _SUREST)
    return Dependency(names, determined, Decision(confidence, evidence))
