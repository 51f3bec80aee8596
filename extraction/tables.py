"""Files to staged tables: the one door of reading.

A file of any kind that can be read becomes Parquet tables of text plus the rejects, and every row
of the file is in one of the two.
"""

from collections.abc import Sequence
from pathlib import Path

from extraction import archives, sniff, spreadsheets
from extraction.archive_tables import Unpacking
from extraction.databases import sql_tables, sqlite_tables
from extraction.delimited import table as delimited
from extraction.documents import columnar, html_tables, json_tables, markdown_tables, xml_tables
from extraction.staging import Reject, Source, Staging
from extraction.totals import tell_totals
from graph.errors import BadInput

__all__ = ["Reject", "Staging", "expand", "stage"]

_TABULAR = ("delimited", "workbook", "parquet", "arrow", "orc")
_DRAWN = ("workbook", "html", "markdown")
"""Kinds of files that people draw for people, with totals below their tables."""

_TELLING = ("json", "xml")


def stage(path: Path, *, name: str, sha256: str, folder: Path) -> Staging:
    """Read a file into staged tables.

    Tables are named by the file's stem, `stem.part` where a file holds several, and by the stem
    of each member for an archive.

    Args:
        path: where the bytes lie; its own name does not matter.
        name: file name as the person knows it.
        sha256: content hash of the bytes.
        folder: receives `<table>.parquet`; made when absent.

    Raises:
        BadInput: the file is empty, damaged, too large unpacked, or of a kind that is not read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = Source(path, name, sha256, folder)
    return Unpacking(_read_whole).stage(source, sniff.stem_of(name))


def expand(paths: Sequence[Path]) -> list[Path]:
    """List the data files that paths stand for: a file itself, a folder's files at any depth.

    Of a folder the files with a known extension are taken, in the order of their names, without
    hidden ones. A `.json` or `.xml` file in a folder that holds tables of another kind (CSV,
    Excel, Parquet) is a description of them, not data, and is left out; give it as a path of its
    own to read it.

    Raises:
        BadInput: a path does not exist, or a folder holds no data file.
    """
    return [file for path in paths for file in _expand(path)]


def _expand(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise BadInput(f"{path} does not exist.")
    files = [file for file in sorted(path.rglob("*")) if _is_data(file.relative_to(path), file)]
    tabular = {file.parent for file in files if sniff.kind_of_name(file.name) in _TABULAR}
    chosen = [
        file
        for file in files
        if not (sniff.kind_of_name(file.name) in _TELLING and file.parent in tabular)
    ]
    if not chosen:
        raise BadInput(f"{path} holds no data file. Mimir reads {sniff.READABLE}.")
    return chosen


def _is_data(below: Path, file: Path) -> bool:
    hidden = any(part.startswith(".") for part in below.parts)
    return not hidden and sniff.kind_of_name(file.name) is not None and file.is_file()


def _read_whole(kind: sniff.Plain, source: Source, table: str) -> Staging:
    """Read a file, and tell what people write beside the rows of a table from its rows."""
    staging = _read(kind, source, table)
    return tell_totals(staging) if kind in _DRAWN else staging


def _read(kind: sniff.Plain, source: Source, table: str) -> Staging:
    match kind:
        case "delimited":
            return delimited.read(source, table)
        case "json" | "json-lines":
            return json_tables.read(source, table, lines=kind == "json-lines")
        case "parquet":
            return columnar.read(source, table)
        case "arrow" | "orc":
            return columnar.read_batches(source, table, kind)
        case "workbook":
            if sniff.is_zip(source.path):
                archives.guard_zip(source.path, source.name)
            return spreadsheets.read(source, table)
        case "xml":
            return xml_tables.read(source, table)
        case "html":
            return html_tables.read(source, table)
        case "markdown":
            return markdown_tables.read(source, table)
        case "sql":
            return sql_tables.read(source, table)
        case "sqlite":
            return sqlite_tables.read(source, table)
