"""What a file is: its kind by content and name, and the encoding of its text."""

import codecs
import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Literal

from graph.errors import BadInput

Kind = Literal["delimited", "json", "json-lines", "workbook", "parquet", "zip", "gzip"]

EXTENSIONS: dict[str, Kind] = {
    ".csv": "delimited",
    ".tsv": "delimited",
    ".tab": "delimited",
    ".psv": "delimited",
    ".json": "json",
    ".jsonl": "json-lines",
    ".ndjson": "json-lines",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".xls": "workbook",
    ".ods": "workbook",
    ".parquet": "parquet",
    ".zip": "zip",
    ".gz": "gzip",
}
"""Kinds by lower-case extension; `.txt` and others are told by content alone."""

READABLE = "CSV, TSV, JSON, JSON lines, Excel, Parquet, and zip or gz of them"

_BLOCK = 1 << 20
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_RECORD = re.compile(r'(?:\[\s*)?\{\s*"[^"]*"\s*:')
_OLE = b"\xd0\xcf\x11\xe0"
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def kind_of(path: Path, name: str) -> Kind:
    """Tell the kind of a file; its content wins over its name.

    Raises:
        BadInput: the file is empty, or neither content nor name is of a kind that can be read.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise BadInput(f"{name} is empty (0 bytes). Export it again and check that it holds data.")
    extension = PurePosixPath(name).suffix.lower()
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(_ZIP):
        return _kind_of_container(path, name)
    if head.startswith(_OLE) and EXTENSIONS.get(extension) == "workbook":
        return "workbook"
    if _is_text(head):
        return _kind_of_text(head, extension, name)
    raise BadInput(f"{name} is a binary file of an unknown kind. Mimir reads {READABLE}.")


def is_zip(path: Path) -> bool:
    """Tell whether the bytes are a zip container, as those of `.xlsx` are."""
    with path.open("rb") as file:
        return file.read(4).startswith(_ZIP)


def stem_of(name: str) -> str:
    """Give the file name without folders and without the extensions of known kinds."""
    stem = PurePosixPath(name.replace("\\", "/")).name
    while (suffix := PurePosixPath(stem).suffix).lower() in {*EXTENSIONS, ".txt"}:
        stem = stem[: -len(suffix)]
        if suffix.lower() != ".gz":
            break
    return stem or "table"


def encoding_of(path: Path, name: str) -> str:
    """Tell the encoding of a text file by its byte order mark, else by decoding all of it.

    Returns:
        `utf-8`, `utf-8-sig`, `utf-16`, `utf-32`, `cp1252`, or `latin-1` where Windows-1252
        leaves a byte undefined.

    Raises:
        BadInput: a NUL byte outside UTF-16 and UTF-32.
    """
    with path.open("rb") as file:
        head = file.read(4)
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            if encoding != "utf-8-sig" and not _decodes(path, encoding):
                raise BadInput(f"{name} starts as {encoding} but does not go on so. Save as UTF-8.")
            if encoding != "utf-8-sig" or _decodes(path, encoding):
                return encoding
    _refuse_nul(path, name)
    return next(e for e in ("utf-8", "cp1252", "latin-1") if _decodes(path, e))


def _kind_of_container(path: Path, name: str) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise BadInput(f"{name} is a damaged zip file ({error}). Pack it again.") from error
    if members & {"xl/workbook.xml", "xl/workbook.bin"} or {"content.xml", "mimetype"} <= members:
        return "workbook"
    return "zip"


def _is_text(head: bytes) -> bool:
    if any(head.startswith(mark) for mark in _MARKS):
        return True
    return not head.startswith(b"%PDF-") and b"\0" not in head


def _kind_of_text(head: bytes, extension: str, name: str) -> Kind:
    known = EXTENSIONS.get(extension)
    mark = next((m for m in _MARKS if head.startswith(m)), b"")
    start = head.decode(_MARKS.get(mark, "latin-1"), errors="ignore").lstrip()
    if known in ("json", "json-lines") or (known == "delimited" and not _RECORD.match(start)):
        return known
    if start.startswith(("{", "[")):
        return "json"
    if start.startswith("<"):
        raise BadInput(f"{name} holds markup (XML or HTML). Mimir reads {READABLE}.")
    if not start:
        raise BadInput(f"{name} holds nothing but white space.")
    return "delimited"


def _refuse_nul(path: Path, name: str) -> None:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if b"\0" in block:
                raise BadInput(
                    f"{name} holds NUL bytes, so it is not text in a known encoding. "
                    "Save it as UTF-8, or as UTF-16 with a byte order mark."
                )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
