"""JSON documents and JSON lines to staged tables.

An array of objects is a table; an object of arrays is several. Nested objects become columns with
dotted names; nested arrays become child tables that hold the key of their parent's row. Numbers
keep the digits that the file has.
"""

import json
from collections.abc import Iterator, Sequence
from json import JSONDecodeError
from typing import TextIO

from extraction.encodings import encoding_of
from extraction.grid_tables import stage_grid
from extraction.json_rows import Harvest, Json
from extraction.json_window import JsonWindow
from extraction.staging import Reject, Source, Staging, column_names, shorten
from graph.errors import BadInput


def read(source: Source, table: str, *, lines: bool) -> Staging:
    """Stage a JSON text as one or more tables.

    Args:
        source, table: where it comes from; the base name of its tables.
        lines: whether each line is a document (JSON lines); found out when not said.

    Raises:
        BadInput: it is not JSON (with line and column), nested too deep, or holds no record.
    """
    encoding = encoding_of(source.path, source.name).name
    try:
        with source.path.open(encoding=encoding, newline="\n") as file:
            if lines or _starts_as_lines(file):
                return _read_lines(source, table, file)
            return _read_document(source, table, file)
    except JSONDecodeError as error:
        raise BadInput(
            f"{source.name} is not valid JSON: {error.msg} at line {error.lineno}, "
            f"column {error.colno}."
        ) from error
    except RecursionError as error:
        raise BadInput(f"{source.name} is nested too deep to be a table.") from error


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_members, parse_float=str, parse_int=str, parse_constant=str
    )


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Make an object; a name that occurs again gets a number, so that no value is lost."""
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    names = column_names([name for name, _ in pairs])
    return {name: value for name, (_, value) in zip(names, pairs, strict=True)}


def _starts_as_lines(file: TextIO) -> bool:
    """Tell whether the first line is an object and another value follows it."""
    filled = (line for line in file if line.strip())
    first, second = next(filled, ""), next(filled, "")
    file.seek(0)
    if not first.lstrip().startswith("{") or not second:
        return False
    try:
        _decoder().decode(first)
    except JSONDecodeError:
        return False
    return True


def _read_lines(source: Source, table: str, file: TextIO) -> Staging:
    decoder, harvest = _decoder(), Harvest()
    rejects: list[Reject] = []
    row = 0
    for line, text in enumerate(file, 1):
        if not text.strip():
            continue
        row += 1
        try:
            harvest.add((), decoder.decode(text), row=row)
        except JSONDecodeError as error:
            reason = f"the line is not valid JSON: {error.msg} at column {error.colno}"
            cut = shorten(text.rstrip("\r\n"))
            rejects.append(Reject(source.name, table, row, line, reason, cut))
    staging = harvest.staging(source, {(): table}, table)
    if not staging.tables and not rejects:
        raise _no_record(source)
    return Staging(staging.tables, tuple(rejects))


def _read_document(source: Source, table: str, file: TextIO) -> Staging:
    window = JsonWindow(file, _decoder())
    if window.peek() != "[":
        return _read_object(source, table, window.whole())
    if window.peek_inside() == "[":
        document = window.whole()
        if isinstance(document, list) and (grid := _as_grid(document)):
            return stage_grid(source, table, grid, "json")
        elements: Iterator[Json] = iter(document if isinstance(document, list) else ())
    else:
        elements = window.elements()
    harvest = Harvest()
    for row, value in enumerate(elements, 1):
        harvest.add((), value, row=row)
    return _finish(source, harvest, table)


def _read_object(source: Source, table: str, document: Json) -> Staging:
    harvest = Harvest()
    if not isinstance(document, dict):
        harvest.add((), document, row=1)
        return _finish(source, harvest, table)
    tables = {n: v for n, v in document.items() if isinstance(v, list) and _holds_objects(v)}
    rest = {name: value for name, value in document.items() if name not in tables}
    if not tables and _is_keyed(document):
        name = _free_name("key", document)
        held = _is_held(document)
        for row, (key, value) in enumerate(document.items(), 1):
            members = value if isinstance(value, dict) else {}
            harvest.add((), members if held else {name: key, **members}, row=row)
        return _finish(source, harvest, table)
    if any(value not in (None, [], {}) for value in rest.values()):
        harvest.add((), rest, row=1)
    for name, values in tables.items():
        for row, value in enumerate(values, 1):
            harvest.add((name,), value, row=row)
    return _finish(source, harvest, table)


def _holds_objects(values: Sequence[Json]) -> bool:
    return any(isinstance(value, dict) for value in values)


def _is_keyed(document: dict[str, Json]) -> bool:
    """Tell whether the members are records of one kind, and their names the keys."""
    records = [value for value in document.values() if isinstance(value, dict)]
    if len(records) < 2 or len(records) < len(document):
        return False
    names = set[str]().union(*records)
    return all(len(record) * 2 >= len(names) for record in records)


def _is_held(document: dict[str, Json]) -> bool:
    """Tell whether the records hold their keys themselves, all under the same name."""
    records = [(key, value) for key, value in document.items() if isinstance(value, dict)]
    names = records[0][1] if records else {}
    return any(all(record.get(name) == key for key, record in records) for name in names)


def _free_name(name: str, document: dict[str, Json]) -> str:
    """Give a column name that no record has."""
    while any(name in record for record in document.values() if isinstance(record, dict)):
        name = f"record_{name}"
    return name


def _finish(source: Source, harvest: Harvest, table: str) -> Staging:
    roots = harvest.roots()
    if len(roots) == 1:
        names = {roots[0]: table}
    else:
        names = {root: ".".join([table, *root]) for root in roots}
    staging = harvest.staging(source, names, table)
    if not staging.tables:
        raise _no_record(source)
    return staging


def _no_record(source: Source) -> BadInput:
    return BadInput(f"{source.name} holds no record: its JSON is empty.")


def _as_grid(document: Sequence[Json]) -> list[list[str | None]]:
    """Give the cells of an array of arrays of scalars; empty when it is anything else."""
    grid: list[list[str | None]] = []
    for row in document:
        if not isinstance(row, list) or any(isinstance(cell, list | dict) for cell in row):
            return []
        grid.append([_cell(cell) for cell in row])
    return grid


def _cell(value: Json) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None
