"""Files to staged tables: the one door of reading.

A file of any kind that can be read becomes Parquet tables of text plus the rejects, and every row
of the file is in one of the two.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from extraction import archives, sniff, spreadsheets
from extraction.databases import sql_tables, sqlite_tables
from extraction.delimited import table as delimited
from extraction.documents import columnar, html_tables, json_tables, markdown_tables, xml_tables
from extraction.grid_tables import join
from extraction.staging import Reject, Source, Staging
from graph.errors import BadInput

__all__ = ["Reject", "Staging", "expand", "stage"]

_TABULAR = ("delimited", "workbook", "parquet")
_TELLING = ("json", "xml")
_UNPACKERS = {
    "gzip": archives.unpack_gzip,
    "zstd": archives.unpack_zstd,
    "bzip2": archives.unpack_other,
    "xz": archives.unpack_other,
}


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
    with TemporaryDirectory(dir=folder, prefix=".") as scratch:
        return _stage(source, sniff.stem_of(name), Path(scratch))


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
    tabular = {file.parent for file in files if _kind(file) in _TABULAR}
    chosen = [file for file in files if not (_kind(file) in _TELLING and file.parent in tabular)]
    if not chosen:
        raise BadInput(f"{path} holds no data file. Mimir reads {sniff.READABLE}.")
    return chosen


def _is_data(below: Path, file: Path) -> bool:
    hidden = any(part.startswith(".") for part in below.parts)
    return not hidden and _kind(file) is not None and file.is_file()


def _kind(file: Path) -> sniff.Kind | None:
    """Tell the kind by name; `.csv.gz` is a CSV."""
    inner = PurePosixPath(file.name.lower())
    if inner.suffix in sniff.PACKED:
        inner = inner.with_suffix("")
    return sniff.EXTENSIONS.get(inner.suffix)


def _stage(source: Source, table: str, scratch: Path) -> Staging:
    kind = sniff.kind_of(source.path, source.name)
    if kind == "zip":
        return _stage_zip(source, scratch)
    if kind in _UNPACKERS:
        return _stage_packed(kind, source, table, scratch)
    return _read(kind, source, table)


def _read(kind: sniff.Kind, source: Source, table: str) -> Staging:
    match kind:
        case "delimited":
            return delimited.read(source, table)
        case "json" | "json-lines":
            return json_tables.read(source, table, lines=kind == "json-lines")
        case "parquet":
            return columnar.read(source, table)
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
        case "zip" | "gzip" | "zstd" | "bzip2" | "xz":
            raise BadInput(
                f"{source.name} is an archive inside an archive. Unpack it first, then send the "
                "files."
            )


def _stage_packed(kind: sniff.Kind, source: Source, table: str, scratch: Path) -> Staging:
    plain = scratch / "plain"
    _UNPACKERS[kind](source.path, source.name, plain)
    inner = replace(source, path=plain, name=str(PurePosixPath(source.name).with_suffix("")))
    if not source.name.lower().endswith(sniff.PACKED):
        inner = replace(inner, name=source.name)
    staging = _read(sniff.kind_of(plain, inner.name), inner, table)
    return Staging(
        tuple(replace(staged, source=source.name) for staged in staging.tables),
        tuple(replace(reject, source=source.name) for reject in staging.rejects),
        staging.readings,
    )


def _stage_zip(source: Source, scratch: Path) -> Staging:
    parts: list[Staging] = []
    names = archives.names_of(source.path, source.name)
    tables = _member_tables(names)
    for member in archives.unpack_zip(source.path, source.name, scratch):
        inside = replace(source, path=member.path, name=f"{source.name}/{member.name}")
        if _kind(Path(member.name)) is None:
            parts.append(Staging(rejects=(_not_data(inside),)))
            continue
        parts.append(_read(sniff.kind_of(member.path, inside.name), inside, tables[member.name]))
    staged = tuple(table for part in parts for table in part.tables)
    if not staged:
        raise BadInput(f"{source.name} holds no data file. Mimir reads {sniff.READABLE}.")
    _refuse_equal_names(source, [table.name for table in staged])
    return join(parts)


def _member_tables(names: Sequence[str]) -> dict[str, str]:
    """Name the table of each member: its stem, with its folders where two stems are equal."""
    stems = {name: sniff.stem_of(name) for name in names}
    count = Counter(stem.casefold() for stem in stems.values())
    return {
        name: stem
        if count[stem.casefold()] == 1
        else ".".join([*PurePosixPath(name).parent.parts, stem])
        for name, stem in stems.items()
    }


def _not_data(inside: Source) -> Reject:
    reason = "not a file of a kind that is read"
    return Reject(inside.name, "", 0, 0, reason, "", f"Mimir reads {sniff.READABLE}.")


def _refuse_equal_names(source: Source, names: Sequence[str]) -> None:
    count = Counter(name.casefold() for name in names)
    twice = sorted({name for name in names if count[name.casefold()] > 1})
    if twice:
        raise BadInput(
            f"{source.name} holds more than one table named {', '.join(twice)}. Rename the files."
        )
