"""What a file is: its kind by content and name, and the encoding of its text."""

import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Literal

from extraction.archives import Archive, Packed, damage_told
from extraction.databases.sql_tables import STATEMENT
from extraction.documents.markdown_tables import RULE
from extraction.encodings import MARKS, wide_of
from graph.errors import BadInput

Plain = Literal[
    "delimited", "json", "json-lines", "workbook", "parquet", "arrow", "orc", "xml", "html",
    "markdown", "sql", "sqlite",
]  # fmt: skip
"""Kinds of files that hold tables themselves."""

Kind = Literal[Plain, Archive, Packed]

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
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".orc": "orc",
    ".xml": "xml",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
    ".zip": "zip",
    ".tar": "tar",
    ".tgz": "gzip",
    ".tbz2": "bzip2",
    ".txz": "xz",
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

PACKED_ENDS = (".gz", ".zst", ".bz2", ".xz")

READABLE = (
    "CSV, TSV, JSON, JSON lines, XML, Excel, OpenDocument, Parquet, Arrow, Feather, ORC, SQLite, "
    "SQL dumps, tables of HTML and Markdown, and zip, tar, gz, zst, bz2 or xz of them"
)

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_RECORD = re.compile(r'(?:\[\s*)?\{\s*"[^"]*"\s*:')
_VALUE = re.compile(r'[\[{"]|(?:-?\d[\d.eE+-]*|true|false|null)\s*\Z')
"""How a JSON text starts; a number or a word is all of it."""

_SCRIPT = re.compile(r"//|/\*|(?:(?:var|let|const)\s+)?[\w.$]+\s*(?:=|\()\s*[\[{]")
"""How a text starts that is JSON for JavaScript alone: a comment, a call, an assignment."""

_MARKS: dict[bytes, Kind] = {
    b"\xff\xff\xff\xff": "arrow",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"SQLite format 3\0": "sqlite",
}
"""Kinds by the bytes that their files start with."""

_FRAMED: dict[bytes, Kind] = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"FEA1": "arrow",
    b"ORC": "orc",
}
"""Kinds by letters that start and end their files; a text may start with them, too."""

_TAIL = 6

_TAR, _TAR_AT = b"ustar", 257
_UNREAD = (b"%PDF-", b"Obj\x01", b"\x89PNG", b"\x7fELF")
"""Starts of binary files that look like text."""

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
    for mark, kind in _MARKS.items():
        if head.startswith(mark):
            return kind
    if framed := _kind_of_frame(path, head, EXTENSIONS.get(extension)):
        return framed
    if head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return "tar"
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


def kind_of_name(name: str) -> Kind | None:
    """Tell the kind of a data file by its name; `.csv.gz` is a CSV."""
    inner = PurePosixPath(name.lower())
    if inner.suffix in PACKED_ENDS:
        inner = inner.with_suffix("")
    return EXTENSIONS.get(inner.suffix)


def stem_of(name: str) -> str:
    """Give the file name without folders and without the extensions of known kinds."""
    stem = PurePosixPath(name.replace("\\", "/")).name
    known = {*EXTENSIONS, *DOCUMENTS, ".txt"}
    while (suffix := PurePosixPath(stem).suffix).lower() in known:
        stem = stem[: -len(suffix)]
        if suffix.lower() not in PACKED_ENDS:
            break
    return stem or "table"


def _kind_of_frame(path: Path, head: bytes, known: Kind | None) -> Kind | None:
    for mark, kind in _FRAMED.items():
        if head.startswith(mark):
            with path.open("rb") as file:
                file.seek(max(len(mark), path.stat().st_size - _TAIL))
                tail = file.read()
            framed = tail.endswith(mark) or tail[:-1].endswith(mark)
            return kind if framed or known == kind else None
    return None


def _kind_of_container(path: Path, name: str) -> Kind:
    with damage_told(name), zipfile.ZipFile(path) as archive:
        members = set(archive.namelist())
    if members & {"xl/workbook.xml", "xl/workbook.bin"} or {"content.xml", "mimetype"} <= members:
        return "workbook"
    return "zip"


def _is_text(head: bytes) -> bool:
    if any(head.startswith(mark) for mark in MARKS) or wide_of(head):
        return True
    if head.startswith(_UNREAD):
        return False
    zeros = head.count(0)
    few = zeros * 20 <= len(head) or (zeros * 2 <= len(head) and b"\n" in head)
    return few and (zeros == 0 or not _CONTROL.search(head))


def _kind_of_text(head: bytes, extension: str, name: str) -> Kind:
    known = EXTENSIONS.get(extension) or DOCUMENTS.get(extension)
    mark = next((m for m in MARKS if head.startswith(m)), b"")
    encoding = MARKS.get(mark) or wide_of(head) or "latin-1"
    start = head.decode(encoding, errors="ignore").lstrip("\ufeff\x1e \t\r\n")
    if known in ("json", "json-lines") and (_VALUE.match(start) or _SCRIPT.match(start)):
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
