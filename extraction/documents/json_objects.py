"""JSON documents that are one object: which of their parts are tables, and which are rows.

Read member by member: an array of objects goes to its table as it comes, whatever stands around
the arrays is held until the end, when it shows what the document is.
"""

from collections.abc import Callable, Iterator, Sequence

from extraction.documents.features import as_row, is_collection
from extraction.documents.json_rows import Harvest, Json, Members, Path
from extraction.documents.json_window import JsonWindow

HELD_LIMIT = 10_000
"""Members after which an object of records is read as their table, without waiting for the end."""

_COLUMN_NAMES = "columns"
_GRID_ROWS = "data"
_LEAST_KEYED = 2
_LEAST_INNER = 3
"""Records inside an object that make a table of it, and not parts of one thing."""


Grid = list[list[str | None]]
TableSink = Callable[[Path, Iterator[Json]], None]


class ObjectReader:
    """Reads one object into a harvest.

    Attributes:
        grid: the cells, header first, where the object holds names and rows of a table.
        around: what stood beside the features of a GeoJSON collection.
    """

    def __init__(self, window: JsonWindow, harvest: Harvest) -> None:
        self.grid: Grid = []
        self.around: Members = ()
        self._window = window
        self._harvest = harvest
        self._rest: list[tuple[Path, Json]] = []
        self._tables = 0
        self._keyed = 0
        self._key_name = "key"

    def read(self) -> None:
        """Read the object that comes next.

        Raises:
            JSONDecodeError, BadInput: as for `JsonWindow.value`.
        """
        self._walk(())
        if not self._keyed:
            self._settle()

    def _walk(self, path: Path) -> None:
        window = self._window
        for name in window.members():
            place = (*path, name)
            if self._keyed:
                self._add_keyed(name, window.value())
            elif window.peek() == "[" and window.peek_inside() == "{":
                self._add_table(place, window.elements())
            elif window.peek() == "{" and not window.holds_value():
                self._walk(place)
            else:
                self._rest.append((place, window.value()))
                if len(self._rest) == HELD_LIMIT and not path:
                    self._begin_keyed()

    def _add_table(self, path: Path, elements: Iterator[Json]) -> None:
        self._tables += 1
        for row, value in enumerate(elements, 1):
            self._harvest.add(path, as_row(value), row=row)

    def _begin_keyed(self) -> None:
        """Take the members as records of one table, if the many that were read look like it."""
        members = self._members()
        if not self._tables and _is_keyed(members):
            self._key_name = _free_name("key", members)
            for name, value in members:
                self._add_keyed(name, value)
            self._rest = []

    def _add_keyed(self, name: str, value: Json) -> None:
        self._keyed += 1
        members = value if isinstance(value, tuple) else (("value", value),)
        self._harvest.add((), ((self._key_name, name), *members), row=self._keyed)

    def _settle(self) -> None:
        """Say what the members that were held are: columns, records, tables, or one row."""
        members = self._members()
        if not self._tables and len(members) == len(self._rest):
            if (grid := _named_grid(members)) or (grid := _columns_grid(members)):
                self.grid = grid
                return
            if _is_keyed(members):
                for row, record in enumerate(_records(members), 1):
                    self._harvest.add((), record, row=row)
                return
        left = _without_tables((), _nested(self._rest), self._add_table)
        if self._tables and is_collection(left):
            self.around = left
        elif any(value not in (None, [], ()) for _, value in left):
            self._harvest.add((), left, row=1)

    def _members(self) -> Members:
        return tuple((path[0], value) for path, value in self._rest if len(path) == 1)


def _nested(rest: Sequence[tuple[Path, Json]]) -> Members:
    """Put members that were met deep inside back below their names."""
    found: dict[str, list[tuple[Path, Json]]] = {}
    plain: list[tuple[str, Json]] = []
    for path, value in rest:
        if len(path) == 1:
            plain.append((path[0], value))
            continue
        if path[0] not in found:
            plain.append((path[0], None))
        found.setdefault(path[0], []).append((path[1:], value))
    if not found:
        return tuple(plain)
    return tuple((name, _nested(found[name]) if name in found else v) for name, v in plain)


def _without_tables(path: Path, members: Members, add: TableSink) -> Members:
    """Hand the arrays of objects over as tables and give what is left."""
    left: list[tuple[str, Json]] = []
    for name, value in members:
        if isinstance(value, list) and any(isinstance(item, tuple) for item in value):
            add((*path, name), iter(value))
        elif isinstance(value, tuple) and len(value) >= _LEAST_INNER and _is_keyed(value):
            add((*path, name), iter(_records(value)))
        elif isinstance(value, tuple):
            left.append((name, _without_tables((*path, name), value, add)))
        else:
            left.append((name, value))
    return tuple(left)


def _is_keyed(members: Members) -> bool:
    """Tell whether the members are records of one kind, and their names the keys."""
    records = [value for _, value in members if isinstance(value, tuple)]
    if len(records) < _LEAST_KEYED or len(records) < len(members):
        return False
    names = {name for record in records for name, _ in record}
    return bool(names) and all(len(record) * 2 >= len(names) for record in records)


def _records(members: Members) -> list[Json]:
    """Give keyed records as rows, with their keys where they do not hold them themselves."""
    held, key_name = _is_held(members), _free_name("key", members)
    return [
        (*(() if held else ((key_name, key),)), *(value if isinstance(value, tuple) else ()))
        for key, value in members
    ]


def _is_held(members: Members) -> bool:
    """Tell whether the records hold their keys themselves, all under the same name."""
    records = [(key, dict(value)) for key, value in members if isinstance(value, tuple)]
    names = records[0][1] if records else {}
    return any(all(record.get(name) == key for key, record in records) for name in names)


def _free_name(name: str, members: Members) -> str:
    """Give a column name that no record has."""
    taken = {n for _, record in members if isinstance(record, tuple) for n, _ in record}
    while name in taken:
        name = f"record_{name}"
    return name


def _named_grid(members: Members) -> Grid:
    """Give the cells of an object that holds the names of columns and their rows."""
    found = dict(members)
    names, rows = found.get(_COLUMN_NAMES), found.get(_GRID_ROWS)
    if not isinstance(names, list) or not isinstance(rows, list) or not names or not rows:
        return []
    if not all(isinstance(name, str) for name in names):
        return []
    return as_grid([names, *rows])


def _columns_grid(members: Members) -> Grid:
    """Give the cells of an object whose members are columns: arrays, or values by row number."""
    columns = [_column(value) for _, value in members]
    heights = {len(column) for column in columns}
    if len(heights) != 1 or heights == {0} or len(columns) < _LEAST_KEYED:
        return []
    return as_grid([[name for name, _ in members], *map(list, zip(*columns, strict=True))])


def _column(value: Json) -> list[Json]:
    if isinstance(value, tuple):
        numbered = all(name == str(place) for place, (name, _) in enumerate(value))
        return [item for _, item in value] if numbered else []
    return value if isinstance(value, list) else []


def as_grid(rows: Sequence[Json]) -> Grid:
    """Give the cells of an array of arrays of scalars; empty when it is anything else."""
    grid: Grid = []
    for row in rows:
        if not isinstance(row, list) or any(isinstance(cell, list | tuple) for cell in row):
            return []
        grid.append([_cell(cell) for cell in row])
    return grid


def _cell(value: Json) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None
