"""What must be known of an Excel workbook before its reader opens it.

Its reader makes room for the whole area from the first cell to the last, so one cell in the far
corner of a sheet takes all memory; and it gives a cell with an error (`#DIV/0!`) as empty.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from graph.errors import BadInput

LIMIT = 1_000
"""Cells with errors that are listed for each sheet."""

AREA_LIMIT = 20_000_000
"""Cells that the area of a sheet may have."""

_BLOCK = 1 << 20
_CELL_BYTES = 1 << 13
_ERROR = re.compile(rb'<c\s[^>]*?\bt="e"[^>]*>.*?</c>', re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_VALUE = re.compile(rb"<v>([^<]*)</v>")
_REFERENCE = re.compile(rb'<c\s+r="([A-Z]{1,4})(\d{1,8})"')
_REPEATED = re.compile(rb'number-(?:columns|rows)-repeated="(\d+)"[^>]*office:value')
_RELATIONS = "xl/_rels/workbook.xml.rels"


@dataclass(frozen=True)
class ErrorCell:
    """A cell that holds an error: its sheet, column letters, row number and the error."""

    sheet: str
    column: str
    row: int
    error: str


def scan(path: Path, name: str) -> list[ErrorCell]:
    """List the first cells with an error of every sheet of an `.xlsx` or `.ods` file.

    Raises:
        BadInput: the area of a sheet has more than `AREA_LIMIT` cells.
    """
    with zipfile.ZipFile(path) as archive:
        members = set(archive.namelist())
        if "content.xml" in members:
            _guard_repeats(archive, name)
        if not {"xl/workbook.xml", _RELATIONS} <= members:
            return []
        cells: list[ErrorCell] = []
        for sheet, member in _sheets(archive):
            if member in members:
                cells += _cells(archive, name, sheet, member)
        return cells


def _guard_repeats(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse a cell of OpenDocument that is written once and stands for millions."""
    total = 0
    for text in _blocks(archive, "content.xml"):
        total += sum(int(count[:9]) for count in _REPEATED.findall(text))
        if total > AREA_LIMIT:
            raise _too_large(name, "a sheet", total)


def _too_large(name: str, sheet: str, area: int) -> BadInput:
    return BadInput(
        f"{name}: {sheet} spans {area:,} cells; the limit is {AREA_LIMIT:,}. Delete what lies far "
        "from the table, or save it as CSV."
    )


def _sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Give the names of the sheets and their members."""
    targets = {
        found["Id"]: found["Target"]
        for found in _elements(archive.read(_RELATIONS), "Relationship")
        if {"Id", "Target"} <= set(found)
    }
    sheets = _elements(archive.read("xl/workbook.xml"), "sheet")
    return [
        (sheet.get("name", ""), _member(targets.get(sheet.get("r:id", ""), ""))) for sheet in sheets
    ]


def _member(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _elements(text: bytes, name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def _start(element: str, attributes: dict[str, str]) -> None:
        if element.rpartition(":")[2] == name:
            found.append(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = _start
    parser.Parse(text, True)
    return found


def _cells(archive: zipfile.ZipFile, name: str, sheet: str, member: str) -> list[ErrorCell]:
    """Find the cells with errors, and measure the area of the sheet on the way."""
    found: dict[ErrorCell, None] = {}
    width = height = 0
    for text in _blocks(archive, member):
        for letters, row in _REFERENCE.findall(text):
            height = max(height, int(row))
            width = max(width, _number(letters))
        if width * height > AREA_LIMIT:
            raise _too_large(name, f"sheet {sheet}", width * height)
        for match in _ERROR.finditer(text) if len(found) < LIMIT else ():
            place, value = _PLACE.search(match.group()), _VALUE.search(match.group())
            if place and value:
                error = value[1].decode(errors="replace")
                found[ErrorCell(sheet, place[1].decode(), int(place[2]), error)] = None
    return list(found)[:LIMIT]


def _number(letters: bytes) -> int:
    """Give the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _blocks(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """Give the text in blocks that overlap by the length of a cell."""
    rest = b""
    with archive.open(member) as file:
        while block := file.read(_BLOCK):
            text = rest + block
            yield text
            rest = text[-_CELL_BYTES:]
