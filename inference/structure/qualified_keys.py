"""Find the pair of columns by which several tables name their rows alike: a tenant and a number.

Where an authority and a code, or a client and a number, lead several tables, the pair is the key of
all of them, even of those in which the number alone happens not to repeat.
"""

from collections.abc import Mapping, Sequence

from inference.columns.profile import ValueStore
from inference.headers import header_words
from inference.structure.inclusions import TableView
from inference.structure.ownership import is_unique
from inference.structure.uniqueness import UniqueSets

_LEAST_TABLES = 3
_MOST = 0.75
_Pair = tuple[str, str]


def qualified_keys(store: ValueStore, views: Sequence[TableView]) -> Mapping[int, _Pair]:
    """Give the leading pair of columns of each table that such a pair is the key of.

    The headers of the pair must lead three tables, differ row by row in most of them, and be needed
    both in one.
    """
    groups: dict[tuple[tuple[str, ...], ...], list[TableView]] = {}
    for view in views:
        if view.rows > 1 and len(view.columns) > 2:
            words = tuple(header_words(view.label(name)) for name in view.staged.columns[:2])
            groups.setdefault(words, []).append(view)
    found: dict[int, _Pair] = {}
    for group in groups.values():
        if len(group) >= _LEAST_TABLES:
            named = [view for view in group if _differs(store, view)]
            if len(named) >= max(_LEAST_TABLES, _MOST * len(group)) and any(map(_needs, named)):
                found |= {view.index: _pair(view) for view in named}
    return found


def _pair(view: TableView) -> _Pair:
    return view.staged.columns[0], view.staged.columns[1]


def _differs(store: ValueStore, view: TableView) -> bool:
    pair = _pair(view)
    if any(column.nulls or column.invalid for column in view.columns[:2]):
        return False
    return UniqueSets(store, view, pair).is_unique(pair)


def _needs(view: TableView) -> bool:
    """Tell whether neither column of the pair would do alone."""
    return not any(map(is_unique, view.columns[:2]))
