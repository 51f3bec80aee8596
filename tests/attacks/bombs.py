"""Small files that want all memory or time of whoever reads them."""

import io
import json
import sqlite3
import zipfile
from pathlib import Path

from openpyxl import Workbook

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def bombs() -> dict[str, tuple[bytes, str]]:
    """Give contents by file name, each with a part of the error that its run ends with."""
    text = json.dumps([{"a": "x" * 150_000_000}]).encode()
    far = '<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>'
    laughs = b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><r><x>&b;</x></r>'
    return {
        "memory.json": (text, "needs more than 700 MB of memory"),
        "far.xlsx": (workbook(f'<row r="1"><c r="A1"><v>1</v></c></row>{far}'), "needs more than"),
        "endless.db": (endless_database(), "was not read within 20 s"),
        "laughs.xml": (laughs, "document type"),
        "comment.xml": (b"<r><!--" + b"c" * 40_000_000, "a tag or comment has more than"),
        "tables.json": (
            json.dumps([{f"k{n}": [n]} for n in range(3_000)]).encode(),
            "more than 2,000 arrays",
        ),
        "zeros.zip": (zipped({"a.csv": b"0" * 50_000_000}), "expands more than"),
        "up.zip": (zipped({"../../up.csv": b"id\n1\n"}), "leaves the archive"),
    }


def zipped(members: dict[str, bytes]) -> bytes:
    """Pack members into a zip file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def workbook(rows: str) -> bytes:
    """Make a workbook of one sheet with these rows, as no program would write them."""
    stream = io.BytesIO()
    Workbook().save(stream)
    with zipfile.ZipFile(stream) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return zipped({**members, "xl/worksheets/sheet1.xml": sheet.encode()})


def endless_database() -> bytes:
    """Make a small database that takes hours to read: each value is computed from 10 MB."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE t (a)")
    database.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(100_000)])
    # A column that is there before its rows would be computed here too.
    database.execute("ALTER TABLE t ADD b AS (length(hex(zeroblob(10000000 + a)))) VIRTUAL")
    database.commit()
    content = database.serialize()
    database.close()
    return content


def write(folder: Path, name: str, content: bytes) -> Path:
    """Write a file to upload."""
    path = folder / name
    path.write_bytes(content)
    return path
