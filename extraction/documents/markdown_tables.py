"""Pipe tables of Markdown to staged tables; the prose around them is no data."""

import re
from collections.abc import Iterator

from extraction.encodings import Encoding, encoding_of
from extraction.grid_tables import join, stage_grid
from extraction.staging import Reject, Source, Staging
from extraction.text_readings import with_text
from graph.errors import BadInput

RULE = re.compile(r"\s{0,3}[|+]?\s*:?[-=]+:?\s*(?:[|+]\s*:?[-=]+:?\s*)*[|+]?\s*")
"""The line under the header of a table; a pipe or a plus in it tells it from other rules.

Shells of databases draw their tables with a plus where lines cross.
"""

LINE_LIMIT = 1 << 20
"""Characters that a line may have."""

_CELL = re.compile(r"(?:\\.|`[^`]*`|[^|\\`]|[\\`])*")
_MARKUP = (
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"(\*\*|__|~~|`)(.+?)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*([^*]+)\*(?![\w*])"), r"\1"),
    (re.compile(r"<br\s*/?>"), " "),
    (re.compile(r"\\([\\`*_{}\[\]()#+\-.!|])"), r"\1"),
)
_MARKED = 2_000
"""Characters above which a cell keeps its marks: finding them takes time by its square."""

_Grid = list[list[str | None]]


def read(source: Source, table: str) -> Staging:
    """Stage each table of a Markdown text; `table.2` and so on where there are several.

    Raises:
        BadInput: it holds no table, or a line that is too long.
    """
    prose = 0
    parts: list[Staging] = []
    encoding = encoding_of(source.path, source.name)
    for block in _blocks(source, encoding):
        if isinstance(block, int):
            prose += block
            continue
        name = table if not parts else f"{table}.{len(parts) + 1}"
        parts.append(stage_grid(source, name, block, "markdown", header_rows=1))
    if not parts:
        raise BadInput(f"{source.name} holds no table (rows of cells between | signs).")
    around = Reject(source.name, table, 0, 0, f"{prose:,} lines around the tables are no rows", "")
    staging = join([*parts, Staging(rejects=(around,) if prose else ())])
    return with_text(staging, source, table, "markdown", encoding)


def _blocks(source: Source, encoding: Encoding) -> Iterator[_Grid | int]:
    """Give the tables as grids, and the number of other lines that are not blank."""
    previous = ""
    grid: _Grid = []
    prose = 0
    with source.path.open(encoding=encoding.name, errors=encoding.errors) as file:
        while line := file.readline(LINE_LIMIT + 1):
            if len(line) > LINE_LIMIT:
                raise BadInput(f"{source.name} has a line of more than {LINE_LIMIT:,} characters.")
            if grid and _is_crossing(line) and not _is_crossing(previous):
                previous = line
                continue
            if grid and "|" in line:
                grid.append(_fitted(_cells(line), len(grid[0])))
            elif grid:
                yield grid
                grid = []
            elif ("|" in line or "+" in line) and RULE.fullmatch(line) and _agrees(previous, line):
                grid = [_cells(previous)]
                prose -= 1
            if not grid and line.strip():
                prose += 1
            previous = line
    if grid:
        yield grid
    yield prose


def _agrees(header: str, rule: str) -> bool:
    return "|" in header and len(_cells(header)) == len(_cells(rule.replace("+", "|")))


def _cells(line: str) -> list[str | None]:
    text = line.strip().removeprefix("|")
    if text.endswith("|") and not text.endswith("\\|"):
        text = text[:-1]
    cells: list[str | None] = []
    position = 0
    while position <= len(text):
        match = _CELL.match(text, position)
        cells.append(_plain(match.group()) if match else None)
        position = (match.end() if match else position) + 1
    return cells


def _is_crossing(line: str) -> bool:
    """Tell whether a line parts rows of a drawn table; two of them end one table and start another.

    It is the one below the last row, too.
    """
    return line.lstrip().startswith("+") and bool(RULE.fullmatch(line))


def _fitted(cells: list[str | None], width: int) -> list[str | None]:
    """Cut a row to the header, as every reader of Markdown does, but keep what is cut."""
    if len(cells) <= width:
        return cells
    rest = " | ".join(cell or "" for cell in cells[width - 1 :])
    return [*cells[: width - 1], rest]


def _plain(text: str) -> str | None:
    """Leave out the marks of emphasis, code and links."""
    plain = text.strip()
    if len(plain) > _MARKED:
        return plain
    for mark, kept in _MARKUP:
        plain = mark.sub(kept, plain)
    return plain.strip() or None
