"""Workbooks (Excel, OpenDocument) to staged tables, one for each sheet that holds cells."""

import datetime
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from extraction import grids, sniff
from extraction.staging import Reading, Reject, Source, Staging, column_names, shorten, write_rows
from extraction.workbook_cells import ErrorCell, scan
from graph.errors import BadInput
from graph.schema import StagedTable

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime
Value = Cell | datetime.timedelta

_BATCH = 20_000
_LOOK = 250


def read(source: Source, table: str) -> Staging:
    """Stage every sheet that holds cells; `table.sheet` where there is more than one.

    Dates become ISO 8601, whole numbers lose their `.0`, an empty cell is null.

    Raises:
        BadInput: the workbook is damaged, locked by a password, or holds no cell.
    """
    errors = _errors(source)
    try:
        with CalamineWorkbook.from_path(source.path) as workbook:
            sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
            filled = [sheet for sheet in sheets if sheet.total_height > 0]
            several = len(filled) > 1
            parts = [_read_sheet(source, _name(table, s, several=several), s) for s in filled]
            names = {sheet.name: _name(table, sheet, several=several) for sheet in filled}
    except CalamineError as error:
        raise BadInput(
            f"{source.name} cannot be read as a workbook ({error}). Save it again without a "
            "password, as .xlsx."
        ) from error
    if not parts:
        raise BadInput(f"{source.name} holds no cell in any sheet.")
    return Staging(
        tuple(staged for staged, _, _ in parts),
        tuple(reject for _, rejects, _ in parts for reject in rejects)
        + tuple(_error(source, names.get(cell.sheet, table), cell) for cell in errors),
        tuple(reading for _, _, reading in parts),
    )


def _errors(source: Source) -> list[ErrorCell]:
    if not sniff.is_zip(source.path):
        return []
    try:
        return scan(source.path, source.name)
    except (zipfile.BadZipFile, zlib.error, KeyError, expat.ExpatError, EOFError) as error:
        raise BadInput(
            f"{source.name} cannot be read as a workbook ({error}). Save it again."
        ) from error


def _error(source: Source, table: str, cell: ErrorCell) -> Reject:
    reason = f"cell {cell.column}{cell.row} holds the error {cell.error}; it was read as empty"
    repair = "Repair the formula, or write the value."
    return Reject(source.name, table, 0, cell.row, reason, cell.error, repair)


def _name(table: str, sheet: CalamineSheet, *, several: bool) -> str:
    return f"{table}.{sheet.name}" if several else table


def _read_sheet(
    source: Source, table: str, sheet: CalamineSheet
) -> tuple[StagedTable, list[Reject], Reading]:
    rows = sheet.to_python(skip_empty_area=False)
    width = max((_used(row) for row in rows), default=0)
    looked = [[_text(cell) for cell in row[:width]] for row in rows[:_LOOK]]
    top = grids.find_top(looked, max(map(_filled, looked), default=0))
    names = column_names(grids.header_names(looked, top, width))
    texts = _column_texts(rows[top.body :], width)
    staged = write_rows(source, table, names, _batches(rows[top.body :], texts))
    above = [
        Reject(
            source.name,
            table,
            0,
            line,
            "text above the header is not a row of the table",
            shorten(" ".join(cell for cell in row if cell)),
        )
        for line, row in enumerate(looked[: top.above], 1)
        if _filled(row)
    ]
    written = tuple(names) if top.header else ()
    reading = Reading(
        table, "workbook", header_rows=top.header_rows, skip_rows=top.above, names=written
    )
    return staged, above, reading


def _used(row: Sequence[Value]) -> int:
    return next((i for i in range(len(row), 0, -1) if row[i - 1] != ""), 0)


def _filled(row: Sequence[str | None]) -> int:
    return sum(1 for cell in row if cell)


def _column_texts(
    rows: Sequence[Sequence[Value]], width: int
) -> list[Callable[[Value], str | None]]:
    """Choose for each column how its cells are written.

    A workbook does not tell a date from a time stamp at midnight, so a column with any time of
    day is written with times throughout.
    """
    stamped = [any(isinstance(row[i], datetime.datetime) for row in rows) for i in range(width)]
    return [_stamp_text if stamp else _text for stamp in stamped]


def _batches(
    rows: Sequence[Sequence[Value]], texts: Sequence[Callable[[Value], str | None]]
) -> Iterator[tuple[list[int], list[list[str | None]]]]:
    filled = [number for number, row in enumerate(rows, 1) if _used(row)]
    for start in range(0, len(filled), _BATCH):
        numbers = filled[start : start + _BATCH]
        yield (
            numbers,
            [[text(rows[n - 1][i]) for n in numbers] for i, text in enumerate(texts)],
        )


def _text(value: Value) -> str | None:
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.timedelta):
        return _clock(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return repr(value)


def _stamp_text(value: Value) -> str | None:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return f"{value.isoformat()}T00:00:00"
    return _text(value)


def _clock(value: datetime.timedelta) -> str:
    """Write a duration as the workbook shows it: hours, which may pass 24, minutes, seconds."""
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
