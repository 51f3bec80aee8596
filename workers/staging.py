"""Staged tables on this machine: made from the run's files when they are not there yet."""

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from extraction.file_reader import FileReader, read_index
from extraction.staging import Reading, Reject, Staging
from graph.schema import StagedTable
from workers.joining import joined
from workers.orchestrator import StepContext
from workers.runs import Source, sources_of
from workers.scratch import keep_folders


def staged(context: StepContext) -> Staging:
    """Give all tables of the run's files, with unique names, and the rows that cannot be read.

    Raises:
        BadInput: a file cannot be read; the message names it.
    """
    sources = sources_of(context.run)
    keep_folders(context.cache / "staged", {_key(source) for source in sources})
    tables: list[StagedTable] = []
    rejects: list[Reject] = []
    readings: list[Reading | None] = []
    with FileReader(context.settings.reading) as reader:
        for number, source in enumerate(sources):
            watch = _watch(context, number / len(sources), source.name)
            watch(0)
            found = _staged_source(context, source, reader, watch)
            tables += found.tables
            rejects += found.rejects
            known = {reading.table: reading for reading in found.readings}
            readings += [known.get(table.name) for table in found.tables]
    distinct = tuple(_distinct(tables))
    renamed = (
        replace(reading, table=table.name)
        for table, reading in zip(distinct, readings, strict=True)
        if reading
    )
    return joined(context, Staging(distinct, tuple(rejects), tuple(renamed)))


def staged_json(found: Staging) -> list[dict[str, Any]]:
    """Describe the tables as JSON values: where their rows lie on this machine, for a while."""
    return [{**asdict(table), "path": str(table.path)} for table in found.tables]


def staged_tables(values: Any) -> tuple[StagedTable, ...]:
    """Read what `staged_json` wrote; tables whose rows are no longer there are left out."""
    tables = TypeAdapter(tuple[StagedTable, ...]).validate_python(values)
    return tuple(table for table in tables if table.path.is_file())


def _key(source: Source) -> str:
    return hashlib.sha256(f"{source.sha256} {source.name}".encode()).hexdigest()


def _watch(context: StepContext, fraction: float, name: str) -> Callable[[int], None]:
    def watch(count: int) -> None:
        """Say which file is read, and how much was read of it so far."""
        so_far = f": {count / 1e6:,.0f} MB so far" if count else ""
        context.progress(fraction, f"reading {name}{so_far}")

    return watch


def _staged_source(
    context: StepContext, source: Source, reader: FileReader, watch: Callable[[int], None]
) -> Staging:
    folder = context.cache / "staged" / _key(source)
    if not folder.exists():
        _stage_whole(context, source, folder, reader, watch)
    return read_index(folder)


def _stage_whole(
    context: StepContext,
    source: Source,
    folder: Path,
    reader: FileReader,
    watch: Callable[[int], None],
) -> None:
    """Make the folder appear at once: a killed worker leaves nothing that looks finished."""
    partial = context.folder / "staged" / folder.name
    path = context.project.fetch_file(source.sha256, context.folder / "files")
    reader.stage(path, name=source.name, sha256=source.sha256, folder=partial, watch=watch)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # another worker was first; its folder has the same content
        partial.rename(folder)


def _distinct(tables: Iterable[StagedTable]) -> Iterable[StagedTable]:
    taken: set[str] = set()
    for table in tables:
        name, number = table.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{table.name}_{number}"
        taken.add(name.casefold())
        yield replace(table, name=name)
