"""Staged tables on this machine: made from the run's files when they are not there yet."""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from extraction.staging import Reading, Reject, Staging
from extraction.tables import stage
from graph.schema import StagedTable
from workers.joining import joined
from workers.orchestrator import StepContext
from workers.runs import Source, sources_of
from workers.scratch import keep_folders

_STAGING = TypeAdapter(Staging)
_INDEX = "staging.json"


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
    for number, source in enumerate(sources):
        context.progress(number / len(sources), f"reading {source.name}")
        found = _staged_source(context, source)
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


def _staged_source(context: StepContext, source: Source) -> Staging:
    folder = context.cache / "staged" / _key(source)
    if not folder.exists():
        _stage_whole(context, source, folder)
    found = _STAGING.validate_json((folder / _INDEX).read_text(encoding="utf-8"))
    tables = tuple(replace(table, path=folder / table.path.name) for table in found.tables)
    return replace(found, tables=tables)


def _stage_whole(context: StepContext, source: Source, folder: Path) -> None:
    """Make the folder appear at once: a killed worker leaves nothing that looks finished."""
    partial = context.folder / "staged" / folder.name
    partial.mkdir(parents=True, exist_ok=True)
    path = context.project.fetch_file(source.sha256, context.folder / "files")
    found = stage(path, name=source.name, sha256=source.sha256, folder=partial)
    (partial / _INDEX).write_text(json.dumps(asdict(found), default=str), encoding="utf-8")
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
