"""JSON values gathered as rows of tables, by the path of arrays that leads to them.

Rows pass through memory in chunks: what is gathered lies in files of the scratch folder until all
columns are known, and is then written as staged tables by the engine.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from json import JSONDecoder
from pathlib import Path as File
from typing import TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from extraction.staging import Source, Staging, column_names, connect, parquet_path
from graph.errors import BadInput
from graph.lexical import quote_name, quote_text
from graph.schema import ROW, StagedTable

Json: TypeAlias = "str | bool | list[Json] | Members | None"
"""A decoded value; numbers are decoded as their text, objects as their members in order."""

Members: TypeAlias = "tuple[tuple[str, Json], ...]"

Scalar: TypeAlias = "str | bool | None"

Path = tuple[str, ...]

COLUMNS_LIMIT = 20_000
"""Columns that a table may have, as for delimited text."""

TABLES_LIMIT = 2_000
"""Tables that one document may become."""

_CHUNK = 20_000
_KEY_NAME = re.compile(
    r"(?i:(?:.*[_\s.-])?(?:id|key|code|no|nr|number))|.*[a-zA-Z](?:Id|ID|Key|Code|No|Nr|Number)"
)
_BARE = {"id", "key", "code", "no", "nr", "number", "row_id"}
_ROW_KEY = "row_id"
_VALUE = "value"
_PARENT = "_parent"
_PLAIN = frozenset((str, bool, type(None)))
_TRUTH: dict[object, str] = {True: "true", False: "false"}


def decoder() -> JSONDecoder:
    """Make a decoder of such values; it works at the speed of the built-in one."""
    return JSONDecoder(object_pairs_hook=tuple, parse_float=str, parse_int=str, parse_constant=str)


class Harvest:
    """Tables that grow by one JSON value at a time.

    Args:
        scratch: existing folder for rows that wait; what lies there is of no use afterwards.
    """

    def __init__(self, scratch: File) -> None:
        self._scratch = scratch
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
        parents = {rows.parent for rows in self._tables.values()}
        plans: dict[Path, _Plan] = {}
        staged = []
        with closing(connect()) as connection:
            connection.execute(f"SET temp_directory = {quote_text(str(self._scratch))}")
            for path, rows in self._tables.items():
                plan = plans[path] = _Plan(rows.pieces(), rows.columns())
                if path in parents:
                    plan.choose_key(connection)
                if rows.parent is not None:
                    owner = full[rows.parent].rpartition(".")[2]
                    plan.point_to(plans[rows.parent], owner)
            for path, plan in plans.items():
                if plan.columns:
                    staged.append(plan.write(connection, source, full[path]))
        return Staging(tuple(staged))

    def _add(
        self, path: Path, parent_path: Path | None, value: Json, *, row: int, parent: int
    ) -> None:
        rows = self._rows(path, parent_path)
        members = value if isinstance(value, tuple) else ((_VALUE, value),)
        for inner, values in rows.append(members, row, parent):
            child = path + inner
            if values and _PLAIN.issuperset(map(type, values)):
                self._rows(child, path).extend(values, row)
                continue
            for item in values:
                number = self._tables[child].count + 1 if child in self._tables else 1
                self._add(child, path, item, row=number, parent=row)

    def _rows(self, path: Path, parent: Path | None) -> "_Rows":
        rows = self._tables.get(path)
        if rows is None:
            if len(self._tables) == TABLES_LIMIT:
                raise BadInput(
                    f"The file holds more than {TABLES_LIMIT:,} arrays of different names, each of "
                    "which is a table. Put what differs into values, not into names."
                )
            place = self._scratch / f"rows-{len(self._tables)}"
            rows = self._tables[path] = _Rows(parent, place)
        return rows


@dataclass
class _Shape:
    """Rows that have the same names in the same order."""

    places: tuple[int, ...]
    numbers: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    values: list[Sequence[Scalar]] = field(default_factory=list)


class _Rows:
    """Rows of one table on their way to files; memory holds one chunk of them."""

    def __init__(self, parent: Path | None, place: File) -> None:
        self.parent = parent
        self.count = 0
        self._place = place
        self._columns: dict[Path, int] = {}
        self._shapes: dict[tuple[object, ...], _Shape] = {}
        self._waiting = 0
        self._files: list[File] = []
        self._writer: pq.ParquetWriter | None = None

    def append(self, members: Members, row: int, parent: int) -> list[tuple[Path, list[Json]]]:
        """Add a row; give its arrays, which become child tables, with their paths."""
        arrays: list[tuple[Path, list[Json]]] = []
        names, values = zip(*members, strict=True) if members else ((), ())
        if not _PLAIN.issuperset(map(type, values)):
            flat: list[tuple[Path, Scalar]] = []
            _flatten((), members, flat, arrays)
            names, values = zip(*flat, strict=True) if flat else ((), ())
        shape = self._shapes.get(names) or self._shape(names)
        shape.numbers.append(row)
        shape.parents.append(parent)
        shape.values.append(values)
        self.count += 1
        self._waiting += 1
        if self._waiting >= _CHUNK:
            self._pack()
        return arrays

    def extend(self, values: Sequence[Json], parent: int) -> None:
        """Add the elements of an array of scalars, as rows of one value each."""
        shape = self._shapes.get((_VALUE,)) or self._shape((_VALUE,))
        shape.numbers.extend(range(self.count + 1, self.count + 1 + len(values)))
        shape.parents.extend([parent] * len(values))
        shape.values.extend(zip(values))  # type: ignore[arg-type]  # all are scalars
        self.count += len(values)
        self._waiting += len(values)
        if self._waiting >= _CHUNK:
            self._pack()

    def columns(self) -> tuple[str, ...]:
        """Give the unique names of the columns, in the order of their first rows."""
        return column_names([".".join(path) for path in self._columns])

    def pieces(self) -> list[File]:
        """Give the files that hold all rows, in order."""
        self._pack()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        return self._files

    def _shape(self, names: tuple[object, ...]) -> _Shape:
        """Note a new order of names; a name that occurs again gets a number, so none is lost."""
        paths = [name if isinstance(name, tuple) else (str(name),) for name in names]
        if len(set(paths)) < len(paths):
            joined = column_names([".".join(path) for path in paths])
            paths = [(name,) for name in joined]
        for path in paths:
            self._columns.setdefault(path, len(self._columns))
        if len(self._columns) > COLUMNS_LIMIT:
            raise BadInput(
                f"A table of this file has more than {COLUMNS_LIMIT:,} columns, one for each name. "
                "Put what differs from row to row into values, not into names."
            )
        shape = self._shapes[names] = _Shape(tuple(self._columns[path] for path in paths))
        return shape

    def _pack(self) -> None:
        """Write the rows that wait, in their order."""
        if not self._waiting:
            return
        shapes = [shape for shape in self._shapes.values() if shape.numbers]
        tables = [_table(shape) for shape in shapes]
        chunk = tables[0]
        if len(tables) > 1:
            chunk = pa.concat_tables(tables, promote_options="default").sort_by(ROW)
        self._write(chunk)
        self._waiting = 0
        if len(self._shapes) > _CHUNK:
            self._shapes = {}
        for shape in shapes:
            shape.numbers, shape.parents, shape.values = [], [], []

    def _write(self, chunk: pa.Table) -> None:
        """Add a chunk to the open file; a column that is new there begins another file."""
        if self._writer is None or not set(chunk.column_names) <= set(self._writer.schema.names):
            if self._writer is not None:
                self._writer.close()
            names = [f"c{place}" for place in range(len(self._columns))]
            fields = [(ROW, pa.int64()), (_PARENT, pa.int64()), *((n, pa.string()) for n in names)]
            self._files.append(self._place.with_suffix(f".{len(self._files)}.parquet"))
            self._writer = pq.ParquetWriter(self._files[-1], pa.schema(fields))
        known = set(chunk.column_names)
        void = pa.nulls(chunk.num_rows, pa.string())
        columns = [chunk.column(n) if n in known else void for n in self._writer.schema.names]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._writer.schema))


@dataclass
class _Plan:
    """How the gathered rows of one table become a staged one."""

    pieces: Sequence[File]
    names: Sequence[str]
    key: str = ""
    joined: str = ""
    columns: list[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = [(name, f"t.c{place}") for place, name in enumerate(self.names)]

    @property
    def rows(self) -> str:
        """The relation of all rows."""
        listed = ", ".join(quote_text(str(piece)) for piece in self.pieces)
        return f"read_parquet([{listed}], union_by_name = true)"

    def choose_key(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Find the column that names the rows; the row number becomes one where there is none."""
        for name, cell in self.columns:
            if _KEY_NAME.fullmatch(name):
                query = f"SELECT count(*) = count(DISTINCT {cell}) FROM {self.rows} t"
                ((unique,),) = connection.execute(query).fetchall()
                if unique:
                    self.key = name
                    return
        taken = {name.casefold() for name, _ in self.columns}
        self.key = _ROW_KEY if _ROW_KEY not in taken else f"{_ROW_KEY}_{len(taken) + 1}"
        self.columns.insert(0, (self.key, f"CAST(t.{ROW} AS VARCHAR)"))

    def point_to(self, parent: "_Plan", owner: str) -> None:
        """Add the key of the parent's row, named as there unless that name says too little."""
        taken = {name.casefold() for name, _ in self.columns}
        plain = parent.key.casefold() in _BARE or parent.key.casefold() in taken
        name = f"{owner}_{parent.key}" if plain else parent.key
        while name.casefold() in taken:
            name = f"parent_{name}"
        cell = dict(parent.columns)[parent.key]
        if cell.startswith("CAST"):
            self.columns.insert(0, (name, f"CAST(t.{_PARENT} AS VARCHAR)"))
        else:
            self.columns.insert(0, (name, cell.replace("t.", "p.", 1)))
            self.joined = f"JOIN {parent.rows} p ON t.{_PARENT} = p.{ROW}"

    def write(
        self, connection: duckdb.DuckDBPyConnection, source: Source, table: str
    ) -> StagedTable:
        """Write the staged table."""
        path = parquet_path(source.folder, table)
        cells = ", ".join(f"{cell} AS {quote_name(name)}" for name, cell in self.columns)
        order = f"{self.joined} ORDER BY t.{ROW}" if self.joined else ""
        ((rows,),) = connection.execute(
            f"COPY (SELECT t.{ROW}, {cells} FROM {self.rows} t {order}) "
            f"TO {quote_text(str(path))} (FORMAT parquet)"
        ).fetchall()
        names = tuple(name for name, _ in self.columns)
        return StagedTable(table, path, names, rows, source.name, source.sha256)


def _table(shape: _Shape) -> pa.Table:
    numbers = pa.array(shape.numbers, pa.int64())
    parents = pa.array(shape.parents, pa.int64())
    columns = zip(*shape.values, strict=True) if shape.places else ()
    names = [ROW, _PARENT, *(f"c{place}" for place in shape.places)]
    return pa.Table.from_arrays([numbers, parents, *map(_array, columns)], names=names)


def _array(values: Sequence[Scalar]) -> pa.Array:
    """Make a column; half of a surrogate pair, which is no text, is kept as its escape."""
    try:
        return pa.array(values, pa.string())
    except pa.ArrowTypeError:
        return _array([_TRUTH.get(value, value) for value in values])
    except UnicodeEncodeError:
        texts = [v.encode("utf-8", "backslashreplace").decode() if isinstance(v, str) else v
                 for v in values]  # fmt: skip
        return _array(texts)


def _flatten(
    path: Path,
    members: Members,
    cells: list[tuple[Path, Scalar]],
    arrays: list[tuple[Path, list[Json]]],
) -> None:
    """Split members into cells by path and the arrays that become child tables."""
    for name, value in members if len(dict(members)) == len(members) else _numbered(members):
        if isinstance(value, tuple):
            _flatten((*path, name), value, cells, arrays)
        elif isinstance(value, list):
            arrays.append(((*path, name), value))
        else:
            cells.append(((*path, name), value))


def _numbered(members: Members) -> Members:
    """Give the members names of their own where a name occurs again."""
    names = column_names([name for name, _ in members])
    return tuple((name, value) for name, (_, value) in zip(names, members, strict=True))
