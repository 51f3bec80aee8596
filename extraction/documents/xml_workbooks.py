"""Workbooks that Excel 2003 and many reports write as one XML file, mostly named `.xls`.

Source: XML Spreadsheet Reference, Microsoft.
"""

from dataclasses import dataclass, field

from extraction.documents.xml_outline import Kind, local_name, parse
from extraction.grid_tables import join, stage_grid
from extraction.staging import Source, Staging
from graph.errors import BadInput

CELLS_LIMIT = 5_000_000
"""Cells that the sheets may have, filled ones included."""

_CELL = ("Workbook", "Worksheet", "Table", "Row", "Cell")


def is_workbook(top: Kind) -> bool:
    """Tell whether the document is a workbook."""
    return any(kind.path == _CELL for kind in top.below())


def read(source: Source, table: str) -> Staging:
    """Stage every sheet that holds rows; `table.sheet` where there are several.

    Raises:
        BadInput: it holds no row, or more cells than `CELLS_LIMIT`.
    """
    reader = _Reader()
    parse(source, reader.start, reader.end, reader.text)
    sheets = [sheet for sheet in reader.sheets if any(map(any, sheet.rows))]
    if not sheets:
        raise BadInput(f"{source.name} holds no cell in any sheet.")
    names = [f"{table}.{sheet.name}" if len(sheets) > 1 else table for sheet in sheets]
    pairs = zip(sheets, names, strict=True)
    return join([stage_grid(source, name, sheet.rows, "workbook") for sheet, name in pairs])


@dataclass
class _Sheet:
    name: str
    rows: list[list[str | None]] = field(default_factory=list)


class _Reader:
    def __init__(self) -> None:
        self.sheets: list[_Sheet] = []
        self._texts: list[str] | None = None
        self._across = 0
        self._cells = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open a sheet, a row or a cell; an index says that cells before it are empty."""
        place = local_name(name)
        told = {local_name(key): value for key, value in attributes.items()}
        if place == "Worksheet":
            self.sheets.append(_Sheet(told.get("Name", str(len(self.sheets) + 1))))
        elif place == "Row" and self.sheets:
            rows = self.sheets[-1].rows
            self._count(_number(told.get("Index"), len(rows) + 1) - len(rows))
            rows.extend([] for _ in range(_number(told.get("Index"), 0) - 1 - len(rows)))
            rows.append([])
        elif place == "Cell" and self.sheets and self.sheets[-1].rows:
            row = self.sheets[-1].rows[-1]
            missing = _number(told.get("Index"), 0) - 1 - len(row)
            self._across = _number(told.get("MergeAcross"), 0)
            self._count(max(missing, 0) + 1 + self._across)
            row.extend([None] * missing)
            row.append(None)
        elif place == "Data":
            self._texts = []

    def text(self, text: str) -> None:
        """Add text to the open cell."""
        if self._texts is not None:
            self._texts.append(text)

    def end(self, name: str) -> None:
        """Close a cell."""
        if local_name(name) == "Data" and self._texts is not None and self.sheets:
            rows = self.sheets[-1].rows
            if rows and rows[-1]:
                rows[-1][-1] = "".join(self._texts).strip() or None
            self._texts = None
        elif local_name(name) == "Cell" and self.sheets and self.sheets[-1].rows:
            self.sheets[-1].rows[-1].extend([None] * self._across)

    def _count(self, cells: int) -> None:
        self._cells += max(cells, 0)
        if self._cells > CELLS_LIMIT:
            raise BadInput(f"The workbook has more than {CELLS_LIMIT:,} cells.")


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else default
