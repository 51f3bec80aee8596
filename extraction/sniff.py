"""What a file is: its kind by content and name, and the encoding of its text."""

import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Literal

from extraction.databases.sql_tables import STATEMENT
from extraction.documents.markdown_tables import RULE
from extraction.encodings import MARKS, wide_of
from graph.errors import BadInput

Kind = Literal[
    "delimited", "json", "json-lines", "workbook", "parquet", "xml", "html", "markdown", "sql",
    "sqlite", "zip", "gzip", "zstd", "bzip2", "xz",
]  # fmt: skip

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
    ".xml": "xml",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
    ".zip": "zip",
    ".gz": "gzip",
    ".zst": "zstd",
    ".bz2": "bzip2",
    ".xz": "xz",
}
"""Kinds by lower-case extension; `.txt` and others are told by content alone."""

DOCUMENTS: dict[str, Kind] = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".sql": "sql",
}
"""Kinds that are read when such a file is given by itself; in a folder they describe data."""

PACKED = (".gz", ".zst", ".bz2", ".xz")

READABLE = (
    "CSV, TSV, JSON, JSON lines, XML, Excel, OpenDocument, Parquet, SQLite, SQL dumps, tables of "
    "HTML and Markdown, and zip, gz, zst, bz2 or xz of them"
)

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_RECORD = re.compile(r'(?:\[\s*)?\{\s*"[^"]*"\s*:')
_VALUE = re.compile(r'[\[{"]|(?:-?\d[\d.eE+-]*|true|false|null)\s*\Z')
"""How a JSON text starts; a number or a word is all of it."""

_ZSTD = b"\x28\xb5\x2f\xfd"
_BZIP2 = b"BZh"
_XZ = b"\xfd7zXZ\0"
_SQLITE = b"SQLite format 3\0"
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|table|div|p|h1)[\s>]", re.IGNORECASE)
_PIPES = re.compile(r"(?m)^.*\|.*\n" + RULE.pattern + r"$")
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f]")
_OLE = b"\xd0\xcf\x11\xe0"


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
    if head.startswith(_ZSTD):
        return "zstd"
    if head.startswith(_BZIP2):
        return "bzip2"
    if head.startswith(_XZ):
        return "xz"
    if head.startswith(_SQLITE):
        return "sqlite"
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
    known = {*EXTENSIONS, *DOCUMENTS, ".txt"}
    while (suffix := PurePosixPath(stem).suffix).lower() in known:
        stem = stem[: -len(suffix)]
        if suffix.lower() not in PACKED:
            break
    return stem or "table"


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
    if any(head.startswith(mark) for mark in MARKS) or wide_of(head):
        return True
    if head.startswith(b"%PDF-"):
        return False
    zeros = head.count(0)
    return zeros * 20 <= len(head) or (zeros <= head.count(b"\n") and not _CONTROL.search(head))


def _kind_of_text(head: bytes, extension: str, name: str) -> Kind:
    known = EXTENSIONS.get(extension) or DOCUMENTS.get(extension)
    mark = next((m for m in MARKS if head.startswith(m)), b"")
    encoding = MARKS.get(mark) or wide_of(head) or "latin-1"
    start = head.decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n")
    if known in ("json", "json-lines") and _VALUE.match(start):
        return known
    if start.startswith(("{", "[")) and (known != "delimited" or _RECORD.match(start)):
        return "json"
    if start.startswith("<") and (kind := _kind_of_markup(start, known)):
        return kind
    if not start:
        if known == "delimited":
            return known
        raise BadInput(f"{name} holds nothing but white space.")
    return _kind_of_plain(start, known)


def _kind_of_markup(start: str, known: Kind | None) -> Kind | None:
    if start.startswith("<?xml") and "<html" not in start.lower():
        return "xml"
    if known in ("html", "markdown", "delimited"):
        return known
    if _PAGE.match(start) or known == "html":
        return "html"
    return "xml" if known == "xml" or re.match(r"<[A-Za-z_!]", start) else None


def _kind_of_plain(start: str, known: Kind | None) -> Kind:
    if known in ("delimited", "markdown", "sql"):
        return known
    if STATEMENT.search(start):
        return "sql"
    return "markdown" if _PIPES.search(start) else "delimited"
