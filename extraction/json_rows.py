"""JSON values gathered as rows of tables, by the path of arrays that leads to them."""

import re
from collections.abc import Mapping
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from extraction.staging import Source, Staging, column_names, write_arrow
from graph.schema import ROW

Json: TypeAlias = "str | bool | list[Json] | dict[str, Json] | None"
"""A decoded value; numbers are decoded as their text."""

Path = tuple[str, ...]

_CHUNK = 20_000
_KEY_NAME = re.compile(
    r"(?i:(?:.*[_\s.-])?(?:id|key|code|no|nr|number))|.*[a-zA-Z](?:Id|ID|Key|Code|No|Nr|Number)"
)
_BARE = {"id", "key", "code", "no", "nr", "number", "row_id"}
_ROW_KEY = "row_id"


class Harvest:
    """Tables that grow by one JSON value at a time."""

    def __init__(self) -> None:
        self._tables: dict[Path, _Rows] = {}

    def add(self, path: Path, value: Json, *, row: int) -> None:
        """Add a value of a top-level array as row `row` of the table at `path`."""
        self._add(path, None, value, row=row, parent=0)

    def roots(self) -> list[Path]:
        """List the tables that are not children of another."""
        return [path for path, rows in self._tables.items() if rows.parent is None]

    def staging(self, source: Source, names: Mapping[Path, str], table: str) -> Staging:
        """Write all tables.

        Args:
            source: the file.
            names: table names of the roots.
            table: base of the names of child tables.
        """
        full = {path: names.get(path, ".".join([table, *path])) for path in self._tables}
        arrows = {path: rows.table() for path, rows in self._tables.items()}
        parents = {rows.parent for rows in self._tables.values()}
        keys: dict[Path, str] = {}
        for path, rows in self._tables.items():
            if path in parents:
                arrows[path], keys[path] = _with_key(arrows[path])
            if (parent := rows.parent) is not None:
                values = arrows[parent].column(keys[parent]).take(rows.parents())
                owner = full[parent].rpartition(".")[2]
                arrows[path] = _with_parent(arrows[path], values, owner, keys[parent])
        staged = (
            write_arrow(source, full[path], arrow)
            for path, arrow in arrows.items()
            if arrow.num_columns > 1
        )
        return Staging(tuple(staged))

    def _add(
        self, path: Path, parent_path: Path | None, value: Json, *, row: int, parent: int
    ) -> None:
        rows = self._tables.get(path)
        if rows is None:
            rows = self._tables[path] = _Rows(parent_path)
        cells: dict[Path, str | None] = {}
        arrays: list[tuple[Path, list[Json]]] = []
        _flatten((), value if isinstance(value, dict) else {"value": value}, cells, arrays)
        index = rows.append(cells, row, parent)
        for inner, values in arrays:
            child = path + inner
            for item in values:
                number = self._tables[child].count + 1 if child in self._tables else 1
                self._add(child, path, item, row=number, parent=index)


class _Rows:
    """Rows of one table, packed by chunks to keep memory near the size of the text."""

    def __init__(self, parent: Path | None) -> None:
        self.parent = parent
        self.count = 0
        self._open: list[tuple[int, int, dict[Path, str | None]]] = []
        self._names: dict[Path, None] = {}
        self._chunks: list[pa.Table] = []
        self._parents: list[pa.Array] = []

    def append(self, cells: dict[Path, str | None], row: int, parent: int) -> int:
        """Add a row and give its index."""
        self._open.append((row, parent, cells))
        self._names.update(dict.fromkeys(cells))
        self.count += 1
        if len(self._open) >= _CHUNK:
            self._pack()
        return self.count - 1

    def table(self) -> pa.Table:
        """Give all rows: the row number first, then one text column per path of names."""
        self._pack()
        table = pa.concat_tables(self._chunks, promote_options="default")
        names = [".".join(name) for name in self._names]
        return table.rename_columns([ROW, *column_names(names)])

    def parents(self) -> pa.ChunkedArray:
        """Give the index of each row's parent."""
        return pa.chunked_array(self._parents, pa.int64())

    def _pack(self) -> None:
        if not self._open:
            return
        numbers = pa.array([row for row, _, _ in self._open], pa.int64())
        columns = [_array([cells.get(name) for _, _, cells in self._open]) for name in self._names]
        names = [str(position) for position in range(len(columns))]
        self._chunks.append(pa.Table.from_arrays([numbers, *columns], names=[ROW, *names]))
        self._parents.append(pa.array([parent for _, parent, _ in self._open], pa.int64()))
        self._open = []


def _array(values: list[str | None]) -> pa.Array:
    """Make a column; half of a surrogate pair, which is no text, is kept as its escape."""
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        texts = [v and v.encode("utf-8", "backslashreplace").decode() for v in values]
        return pa.array(texts, pa.string())


def _flatten(
    path: Path,
    value: Json,
    cells: dict[Path, str | None],
    arrays: list[tuple[Path, list[Json]]],
) -> None:
    """Split a value into cells by path and the arrays that become child tables."""
    if isinstance(value, dict):
        for name, inner in value.items():
            _flatten((*path, name), inner, cells, arrays)
    elif isinstance(value, list):
        arrays.append((path, value))
    elif isinstance(value, bool):
        cells[path] = "true" if value else "false"
    else:
        cells[path] = value


def _with_key(table: pa.Table) -> tuple[pa.Table, str]:
    """Give the column that names the rows; the row number becomes one where there is none."""
    for name in table.column_names[1:]:
        column = table.column(name)
        if not _KEY_NAME.fullmatch(name) or column.null_count:
            continue
        if pc.count_distinct(column).as_py() == len(column):
            return table, name
    names = [name.casefold() for name in table.column_names]
    key = _ROW_KEY if _ROW_KEY not in names else f"{_ROW_KEY}_{len(names)}"
    return table.add_column(1, key, table.column(ROW).cast(pa.string())), key


def _with_parent(table: pa.Table, values: pa.ChunkedArray, owner: str, key: str) -> pa.Table:
    """Add the key of the parent's row, named as there unless that name says too little."""
    taken = {name.casefold() for name in table.column_names}
    plain = key.casefold() in _BARE or key.casefold() in taken
    name = f"{owner}_{key}" if plain else key
    while name.casefold() in taken:
        name = f"parent_{name}"
    return table.add_column(1, name, values)
