"""Grids of cells that fit in memory (tables of documents, arrays of arrays) to staged tables."""

from collections.abc import Sequence

from extraction import grids
from extraction.staging import Reading, Reject, Source, Staging, column_names, shorten, write_rows

_LOOK = 250
ABOVE = "text above the header is not a row of the table"
BELOW = "text below the table is not a row of it"

Cells = Sequence[str | None]


def stage_grid(
    source: Source, table: str, grid: Sequence[Cells], form: str, *, header_rows: int | None = None
) -> Staging:
    """Stage a grid as one table; rows without any value are no rows.

    Args:
        source, table: where it comes from and goes to.
        grid: its rows, of any length.
        form: what to call its format.
        header_rows: how many of the first rows name the columns, where the format says it.
    """
    width = max((len(row) for row in grid), default=0)
    top = grids.find_top(grid[:_LOOK], width) if header_rows is None else grids.Top(0, header_rows)
    names = grids.header_names(grid, top, width)
    body = [[*row, *[None] * (width - len(row))] for row in grid[top.body :]]
    end = notes_start(body, width)
    rows = [(number, row) for number, row in enumerate(body[:end], 1) if grids.filled(row)]
    columns = list(zip(*(row for _, row in rows), strict=True)) if rows else [()] * width
    batch = ([number for number, _ in rows], columns)
    staged = write_rows(source, table, column_names(names), [batch])
    told = [(ABOVE, row) for row in grid[: top.above]] + [(BELOW, row) for row in body[end:]]
    rejects = tuple(
        Reject(source.name, table, 0, 0, reason, shorten(" ".join(filter(None, row))))
        for reason, row in told
        if grids.filled(row)
    )
    reading = Reading(
        table=table,
        format=form,
        header_rows=top.header_rows,
        skip_rows=top.above,
        footer_rows=sum(reject.reason == BELOW for reject in rejects),
        names=tuple(names) if top.header else (),
    )
    return Staging((staged,), rejects, (reading,))


def join(parts: Sequence[Staging]) -> Staging:
    """Put the tables of several parts of a file together."""
    return Staging(
        tuple(table for part in parts for table in part.tables),
        tuple(reject for part in parts for reject in part.rejects),
        tuple(reading for part in parts for reading in part.readings),
    )


def notes_start(body: Sequence[Cells], width: int) -> int:
    """Give the position after the last row that is no note below the table."""
    end = len(body)
    while end and (grids.is_note(body[end - 1], width) or not grids.filled(body[end - 1])):
        end -= 1
    return end or len(body)
