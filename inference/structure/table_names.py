"""What the names of tables and columns say once the words that all of them share are gone.

`wp_posts` among `wp_users` and `wp_terms` is about posts; `ROW_ID`, the running number of every
table, is an `id` that names no other table. Both are seen in the tables at hand, not in a list.
"""

from collections import Counter
from collections.abc import Sequence

from graph.schema import Column, StagedTable
from inference.headers import core_words, header_words
from inference.structure.similarity import names_table

_LEAST_TABLES = 3
_SHARED = 0.6
SURROGATE = "id"


def table_nouns(names: Sequence[str]) -> tuple[str, ...]:
    """Give the names of the tables without a first or last word that most of them have."""
    words = [list(header_words(name)) for name in names]
    for place in (0, -1):
        found = Counter(parts[place] for parts in words if len(parts) > 1)
        shared, count = found.most_common(1)[0] if found else ("", 0)
        if count >= max(_LEAST_TABLES, _SHARED * len(names)):
            for parts in words:
                if len(parts) > 1 and parts[place] == shared:
                    del parts[place]
    return tuple(
        name if len(parts) == len(header_words(name)) else "_".join(parts)
        for name, parts in zip(names, words, strict=True)
    )


def surrogate_headers(
    tables: Sequence[StagedTable], columns: Sequence[Sequence[Column]], nouns: Sequence[str]
) -> frozenset[str]:
    """Give the headers that number the rows of several tables and name none of the tables."""
    numbered: Counter[str] = Counter()
    used: Counter[str] = Counter()
    for staged, mine in zip(tables, columns, strict=True):
        if not staged.rows or not mine:
            continue
        used.update({column.name for column in mine})
        numbered.update({mine[0].name} if _is_running_number(mine[0]) else ())
    return frozenset(
        name
        for name, count in numbered.items()
        if count >= max(_LEAST_TABLES, _SHARED * used[name])
        and core_words(name)
        and not any(names_table(name, noun) >= 0.5 for noun in nouns)
    )


def _is_running_number(column: Column) -> bool:
    """Tell whether a column numbers the rows from about 1 on."""
    if column.datatype != "integer" or not column.unique or column.nulls or not column.maximum:
        return False
    return int(column.minimum or 0) <= 1 and int(column.maximum) <= 2 * column.distinct
