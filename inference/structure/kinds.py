"""Tell what the rows of a table are: things, links, extensions of things, observations."""

from collections.abc import Sequence

from graph.schema import Column, Key, Reference, TableKind

_MEASURES = ("integer", "decimal", "double")
_ROWS_PER_ENTITY = 3


def table_kind(
    columns: Sequence[Column],
    key: Key | None,
    references: Sequence[Reference],
    rows: int,
    *,
    pointed: bool,
) -> TableKind:
    """Tell the kind of a table from its key and references.

    Args:
        rows: number of data rows; an observation has several rows for each thing observed.
        pointed: whether references point to the table; nothing points to an observation.
    """
    if _is_junction(columns, key, references):
        return "junction"
    if key is not None and any(set(r.columns) == set(key.columns) for r in references):
        return "extension"
    if not pointed and _is_observation(columns, key, references, rows):
        return "observation"
    return "entity"


def _is_junction(
    columns: Sequence[Column], key: Key | None, references: Sequence[Reference]
) -> bool:
    if key is None or len(references) != 2:
        return False
    linked = {name for reference in references for name in reference.columns}
    return linked == {column.name for column in columns} == set(key.columns)


def _is_observation(
    columns: Sequence[Column], key: Key | None, references: Sequence[Reference], rows: int
) -> bool:
    if not references or not any(c.datatype in ("date", "dateTime") for c in columns):
        return False
    bound = {name for reference in references for name in reference.columns}
    bound |= set(key.columns) if key is not None else set()
    if not any(c.datatype in _MEASURES and c.name not in bound for c in columns):
        return False
    free = [c for c in columns if c.name not in bound]
    if any(c.datatype == "string" and 2 * c.distinct > rows for c in free):
        return False
    distinct = {column.name: column.distinct for column in columns}
    return any(
        rows >= _ROWS_PER_ENTITY * max(*(distinct[name] for name in r.columns), 1)
        for r in references
    )
