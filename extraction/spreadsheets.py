"""Workbooks (Excel, OpenDocument) to staged tables, one for each sheet that holds cells."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from extraction import grids, sniff
from extraction.archives import damage_told
from extraction.grid_tables import ABOVE, BELOW, join, notes_start
from extraction.side_tables import Block, apart, runs_of
from extraction.staging import Reading, Reject, Source, Staging, column_names, shorten, write_rows
from extraction.workbook_cells import ErrorCell, scan
from graph.errors import BadInput

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime
Value = Cell | datetime.timedelta
Text = str | None

_BATCH = 20_000
_LOOK = 250
_RECENT = 20
_PANIC = "PanicException"
"""What the library raises over some damaged files; its class cannot be imported."""


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
            filled = [sheet for sheet in sheets if sheet.end is not None]
            several = len(filled) > 1
            names = {s.name: f"{table}.{s.name}" if several else table for s in filled}
            parts = [_read_sheet(source, names[sheet.name], sheet) for sheet in filled]
    except BaseException as error:
        if isinstance(error, CalamineError) or type(error).__name__ == _PANIC:
            raise BadInput(
                f"{source.name} cannot be read as a workbook ({error}). Save it again without a "
                "password, as .xlsx."
            ) from error
        raise
    if not parts:
        raise BadInput(f"{source.name} holds no cell in any sheet.")
    told = tuple(_error(source, names.get(cell.sheet, table), cell) for cell in errors)
    return join([*parts, Staging(rejects=told)])


def _errors(source: Source) -> list[ErrorCell]:
    if not sniff.is_zip(source.path):
        return []
    try:
        with damage_told(source.name):
            return scan(source.path, source.name)
    except (KeyError, expat.ExpatError) as error:
        raise BadInput(
            f"{source.name} cannot be read as a workbook ({error}). Save it again."
        ) from error


def _error(source: Source, table: str, cell: ErrorCell) -> Reject:
    reason = f"cell {cell.column}{cell.row} holds the error {cell.error}; it was read as empty"
    repair = "Repair the formula, or write the value."
    return Reject(source.name, table, 0, cell.row, reason, cell.error, repair)


def _read_sheet(source: Source, table: str, sheet: CalamineSheet) -> Staging:
    """Stage the tables of a sheet, those side by side too; blank columns around are no columns."""
    rows = sheet.to_python(skip_empty_area=False)
    _fill_down(rows, sheet)
    parts: list[Staging] = []
    for block in _blocks(rows):
        cells = [row[block.start : min(block.stop, _used(row))] for row in rows]
        starts = [0, *_starts(cells)]
        for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
            name = f"{table}.{len(parts) + 1}" if parts else table
            parts.append(_stage_rows(source, name, cells[start:end], start))
    return join(parts)


def _fill_down(rows: list[list[Value]], sheet: CalamineSheet) -> None:
    """Repeat a cell that is merged over several rows in each of them, as pages of HTML are read.

    Cells may be merged outside the area that holds any.
    """
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        if top < len(rows) and left < len(rows[top]) and rows[top][left] != "":
            for row in rows[top + 1 : bottom + 1]:
                row[left] = rows[top][left]


def _blocks(rows: Sequence[Sequence[Value]]) -> list[range]:
    """Give the columns of each table; one range where the sheet holds one table or stacked ones."""
    width = max(map(_used, rows), default=0)
    left = min((_first(row) for row in rows if _used(row)), default=0)
    runs = runs_of([not any(i < len(row) and row[i] != "" for row in rows) for i in range(width)])
    blocks = [_block(rows, run) for run in runs] if len(runs) > 1 else []
    known = [block for block in blocks if block]
    if len(known) < max(2, len(blocks)) or not all(apart(a, b) for a, b in pairwise(known)):
        return [range(left, width)]
    return runs


def _block(rows: Sequence[Sequence[Value]], run: range) -> Block | None:
    """Describe columns that may be a table beside another; None when they name no columns."""
    cells = [_texts(row[run.start : run.stop]) for row in rows]
    top = grids.find_top(cells[:_LOOK], len(run))
    if not top.header:
        return None
    body = [row for row in cells[top.body :] if grids.filled(row)]
    height = max((n for n, row in enumerate(cells) if grids.filled(row)), default=0)
    names = grids.header_names(cells, top, len(run))
    return Block(names, height - top.body + 1, [row[0] for row in body[:_LOOK]])


def _starts(rows: Sequence[Sequence[Value]]) -> list[int]:
    """Find where further tables start: below a blank row, names of other columns than above."""
    found = []
    start = 0
    for place in range(1, len(rows) - 1):
        if _used(rows[place - 1]) or not _used(rows[place]) or place < start:
            continue
        titled = _filled(_texts(rows[place])) == 1 and place + 2 < len(rows)
        named = place + 1 if titled else place
        above, below = rows[start:place][-_LOOK:], rows[named + 1 : named + 1 + _RECENT]
        body = [row for row in map(_texts, above) if _filled(row) > 1][-_RECENT:]
        head, further = _texts(rows[named]), [_texts(row) for row in below if _used(row)]
        if len(head) < 2 or not grids.is_naming(head) or len(body) < 2 or not further:
            continue
        if all(len(row) <= len(head) for row in further) and _is_other(head, body, further):
            found.append(place)
            start = place
    return found


def _is_other(head: list[Text], above: list[list[Text]], below: list[list[Text]]) -> bool:
    """Tell whether names head a further table: of another width, or over columns of other kinds."""
    width = max(map(len, above))
    fits = [row for row in above if len(row) == width]
    if width < 2 or len(fits) * 2 < len(above):
        return False
    wide = [[*row, *[None] * (len(head) - len(row))] for row in below]
    if width != len(head):
        return True
    return grids.is_other_table(head, fits[1:] or fits, wide)


def _stage_rows(source: Source, table: str, rows: Sequence[Sequence[Value]], above: int) -> Staging:
    width = max(map(len, rows), default=0)
    looked = [_texts(row) for row in rows[:_LOOK]]
    top = grids.find_top(looked, max(map(_filled, looked), default=0))
    names = column_names(grids.header_names(looked, top, width))
    full = [[*row, *[""] * (width - len(row))] for row in rows[top.body :]]
    tail = [_texts(row) for row in full[-_LOOK:]]
    end = len(full) - len(tail) + notes_start(tail, width)
    texts = _column_texts(full[:end], width)
    staged = write_rows(source, table, names, _batches(full[:end], texts))
    told = [(line, row, ABOVE) for line, row in enumerate(looked[: top.above], 1)]
    told += [(line, _texts(row), BELOW) for line, row in enumerate(full[end:], top.body + end + 1)]
    rejects = tuple(
        Reject(source.name, table, 0, above + line, reason, shorten(" ".join(filter(None, row))))
        for line, row, reason in told
        if _filled(row)
    )
    reading = Reading(
        table,
        "workbook",
        header_rows=top.header_rows,
        skip_rows=top.above,
        footer_rows=sum(reject.reason == BELOW for reject in rejects),
        names=tuple(names) if top.header else (),
    )
    return Staging((staged,), rejects, (reading,))


def _texts(row: Sequence[Value]) -> list[Text]:
    return [_text(cell) for cell in row]


def _first(row: Sequence[Value]) -> int:
    return next((i for i, cell in enumerate(row) if cell != ""), len(row))


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
