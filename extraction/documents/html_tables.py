"""Tables of HTML pages to staged tables; merged cells are filled, the page around is no data."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from extraction.encodings import encoding_of
from extraction.grid_tables import join, stage_grid
from extraction.staging import Source, Staging
from extraction.text_readings import with_text
from graph.errors import BadInput

CELLS_LIMIT = 5_000_000
"""Cells that the tables of a page may have, filled ones included."""

_SPAN_LIMIT = 1_000
_DEPTH_LIMIT = 50
_BLOCK = 1 << 18
_SILENT = ("script", "style", "template")


def read(source: Source, table: str) -> Staging:
    """Stage each table with more than one row; named by their captions where there are several.

    Raises:
        BadInput: the page holds no table, or more cells than `CELLS_LIMIT`.
    """
    page = _Page(source.name)
    encoding = encoding_of(source.path, source.name)
    with source.path.open(encoding=encoding.name, errors=encoding.errors) as file:
        while block := file.read(_BLOCK):
            page.feed(block)
    page.close()
    for grid in page.tables:
        grid.rows += grid.foot
    found = [grid for grid in page.tables if len(grid.rows) > 1 or (grid.rows and grid.heads)]
    if not found:
        raise BadInput(f"{source.name} holds no table (a <table> of at least two rows).")
    parts: list[Staging] = []
    taken: set[str] = set()
    for number, grid in enumerate(found, 1):
        name = table if len(found) == 1 else f"{table}.{grid.caption.strip()[:60] or number}"
        name = name if name.casefold() not in taken else f"{name}.{number}"
        taken.add(name.casefold())
        heads = grid.heads if 0 < grid.heads < len(grid.rows) else None
        parts.append(stage_grid(source, name, grid.rows, "html", header_rows=heads))
    return with_text(join(parts), source, table, "html", encoding)


@dataclass
class _Grid:
    rows: list[list[str | None]] = field(default_factory=list)
    foot: list[list[str | None]] = field(default_factory=list)
    in_foot: bool = False
    heads: int = 0
    caption: str = ""
    open_rows: dict[int, tuple[int, str | None]] = field(default_factory=dict)
    row: list[str | None] | None = None
    cell: list[str] | None = None
    span: tuple[int, int] = (1, 1)
    plain: bool = False
    in_caption: bool = False


class _Page(HTMLParser):
    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Grid] = []
        self._name = name
        self._open: list[_Grid] = []
        self._silent = 0
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, or what the tag begins inside one."""
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            if len(self._open) >= _DEPTH_LIMIT:
                raise BadInput(f"{self._name} nests tables deeper than {_DEPTH_LIMIT}.")
            self.tables.append(_Grid())
            self._open.append(self.tables[-1])
        elif self._open:
            self._start_inside(self._open[-1], tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        """Close what the tag ends."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if not self._open:
            return
        grid = self._open[-1]
        if tag in ("td", "th"):
            self._end_cell(grid)
        elif tag in ("tr", "table"):
            self._end_row(grid)
        elif tag == "caption":
            grid.in_caption = False
        elif tag == "tfoot":
            self._end_row(grid)
            grid.in_foot = False
        if tag == "table":
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Add text to the open caption or cell."""
        if self._silent or not self._open:
            return
        grid = self._open[-1]
        if grid.in_caption:
            grid.caption += data
        elif grid.cell is not None:
            grid.cell.append(data)

    def _start_inside(self, grid: _Grid, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "tr":
            self._end_row(grid)
            grid.row, grid.plain = [], False
        elif tag in ("td", "th"):
            self._end_cell(grid)
            grid.row = [] if grid.row is None else grid.row
            grid.cell, grid.plain = [], grid.plain or tag == "td"
            grid.span = (_span(attributes.get("colspan")), _span(attributes.get("rowspan")))
        elif tag == "caption":
            grid.in_caption = True
        elif tag in ("tfoot", "tbody"):
            self._end_row(grid)
            grid.in_foot = tag == "tfoot"
        elif tag in ("br", "p", "div", "li") and grid.cell is not None:
            grid.cell.append(" ")

    def _end_cell(self, grid: _Grid) -> None:
        if grid.cell is None or grid.row is None:
            return
        text = " ".join("".join(grid.cell).split()) or None
        self._fill_open(grid)
        across, down = grid.span
        self._count += across
        if self._count > CELLS_LIMIT:
            raise BadInput(f"{self._name} holds more than {CELLS_LIMIT:,} cells.")
        for _ in range(across):
            if down > 1:
                grid.open_rows[len(grid.row)] = (down - 1, text)
            grid.row.append(text)
        grid.cell = None

    def _fill_open(self, grid: _Grid) -> None:
        """Repeat the cells of rows above that reach down into this one, but names only once."""
        while grid.row is not None and len(grid.row) in grid.open_rows:
            left, text = grid.open_rows.pop(len(grid.row))
            if left > 1:
                grid.open_rows[len(grid.row)] = (left - 1, text)
            grid.row.append(text if grid.plain else None)
            self._count += 1

    def _end_row(self, grid: _Grid) -> None:
        self._end_cell(grid)
        self._fill_open(grid)
        if grid.row:
            if not grid.plain and not grid.in_foot and grid.heads == len(grid.rows):
                grid.heads += 1
            (grid.foot if grid.in_foot else grid.rows).append(grid.row)
        grid.row = None


def _span(text: str | None) -> int:
    digits = (text or "").strip()
    return (
        min(max(int(digits), 1), _SPAN_LIMIT)
        if digits.isascii() and digits.isdigit() and len(digits) < 6
        else 1
    )
