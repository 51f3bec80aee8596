"""JSON documents and JSON lines to staged tables.

An array of objects is a table; an object of arrays is several. Nested objects become columns with
dotted names; nested arrays become child tables that hold the key of their parent's row. Numbers
keep the digits that the file has. Memory holds a window of the text and a chunk of the rows.
"""

from collections.abc import Iterator
from json import JSONDecodeError
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from extraction.documents.features import as_row
from extraction.documents.json_objects import Grid, ObjectReader, as_grid
from extraction.documents.json_rows import Harvest, Json, decoder
from extraction.documents.json_window import VALUE_LIMIT, JsonWindow
from extraction.encodings import Encoding, encoding_of
from extraction.grid_tables import stage_grid
from extraction.staging import Reject, Source, Staging, shorten
from extraction.text_readings import with_text
from graph.errors import BadInput

_HEAD = 1 << 20
_AROUND_LINE = " \t\r\n\x1e"
"""Signs around a line that say nothing; sequences of RFC 7464 put a separator before each value."""

_AROUND = "members around the features are no rows"


def read(source: Source, table: str, *, lines: bool) -> Staging:
    """Stage a JSON text as one or more tables.

    Args:
        source, table: where it comes from; the base name of its tables.
        lines: whether each line is a document (JSON lines); found out when not said.

    Raises:
        BadInput: it is not JSON (with line and column), nested too deep, or holds no record.
    """
    encoding = encoding_of(source.path, source.name)
    try:
        staging = _read(source, table, encoding, lines=lines)
    except JSONDecodeError as error:
        raise BadInput(
            f"{source.name} is not valid JSON: {error.msg} at line {error.lineno}, "
            f"column {error.colno}."
        ) from error
    except RecursionError as error:
        raise BadInput(f"{source.name} is nested too deep to be a table.") from error
    return with_text(staging, source, table, "json", encoding)


def _read(source: Source, table: str, encoding: Encoding, *, lines: bool) -> Staging:
    with (
        source.path.open(encoding=encoding.name, errors=encoding.errors, newline="\n") as file,
        TemporaryDirectory(dir=source.folder, prefix=".") as scratch,
    ):
        harvest = Harvest(Path(scratch))
        if lines and (grid := _grid_of_lines(file)):
            return stage_grid(source, table, grid, "json")
        if lines or _starts_as_lines(file):
            return _read_lines(source, table, file, harvest)
        return _read_document(source, table, file, harvest)


def _starts_as_lines(file: TextIO) -> bool:
    """Tell whether the first line is an object and another value follows it."""
    head = file.read(_HEAD).lstrip()
    file.seek(0)
    first, _, second = head.lstrip(_AROUND_LINE).partition("\n")
    if not first.startswith("{") or not second.strip():
        return False
    try:
        decoder().decode(first.strip(_AROUND_LINE).removesuffix(","))
    except JSONDecodeError:
        return False
    return True


def _grid_of_lines(file: TextIO) -> Grid:
    """Give the cells where every line is an array of scalars; empty when one is anything else."""
    start = file.read(1)
    file.seek(0)
    grid: Grid = []
    try:
        if start == "[":
            grid = as_grid([decoder().decode(line) for line in file if line.strip()])
    except JSONDecodeError:
        grid = []
    file.seek(0)
    return grid


def _read_lines(source: Source, table: str, file: TextIO, harvest: Harvest) -> Staging:
    decode = decoder().raw_decode
    rejects: list[Reject] = []
    row = 0
    for line, text in enumerate(iter(lambda: file.readline(VALUE_LIMIT + 1), ""), 1):
        if len(text) > VALUE_LIMIT:
            raise BadInput(f"{source.name}: line {line} has more than {VALUE_LIMIT:,} characters.")
        bare = text.strip(_AROUND_LINE).removesuffix(",")
        if not bare:
            continue
        row += 1
        try:
            value, end = decode(bare)
            if end < len(bare):
                raise JSONDecodeError("Extra data", bare, end)
            harvest.add((), as_row(value), row=row)
        except JSONDecodeError as error:
            reason = f"the line is not valid JSON: {error.msg} at column {error.colno}"
            cut = shorten(text.rstrip("\r\n"))
            rejects.append(Reject(source.name, table, row, line, reason, cut))
    staging = harvest.staging(source, {(): table}, table)
    if not staging.tables and not rejects:
        raise _no_record(source)
    return Staging(staging.tables, tuple(rejects))


def _read_document(source: Source, table: str, file: TextIO, harvest: Harvest) -> Staging:
    window = JsonWindow(file, decoder())
    first = window.peek()
    if first == "{" and not _is_sequence(window):
        return _read_object(source, table, window, harvest)
    if first == "[" and window.peek_inside() == "[":
        document = window.value()
        window.end()
        if isinstance(document, list) and (grid := as_grid(document)):
            return stage_grid(source, table, grid, "json")
        elements: Iterator[Json] = iter(document if isinstance(document, list) else ())
    else:
        elements = window.elements() if first == "[" else window.values()
    for row, value in enumerate(elements, 1):
        harvest.add((), as_row(value), row=row)
    window.end()
    return _finish(source, harvest, table)


def _is_sequence(window: JsonWindow) -> bool:
    """Tell whether another object follows the first, as in a log of objects over several lines."""
    return window.holds_value() and window.peek_after() == "{"


def _read_object(source: Source, table: str, window: JsonWindow, harvest: Harvest) -> Staging:
    reader = ObjectReader(window, harvest)
    reader.read()
    window.end()
    if reader.grid:
        return stage_grid(source, table, reader.grid, "json", header_rows=1)
    staging = _finish(source, harvest, table)
    if not reader.around:
        return staging
    text = shorten(", ".join(f"{name}: {value}" for name, value in reader.around))
    told = Reject(source.name, table, 0, 0, _AROUND, text)
    return Staging(staging.tables, (*staging.rejects, told), staging.readings)


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
