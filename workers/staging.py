"""Staged tables on this machine: made from the run's files when they are not there yet."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

from pydantic import TypeAdapter

from extraction.staging import Reject, Staging
from extraction.tables import stage
from graph.schema import StagedTable
from workers.orchestrator import StepContext
from workers.runs import Source, sources_of

_STAGING = TypeAdapter(Staging)


def staged(context: StepContext) -> Staging:
    """Give all tables of the run's files, with unique names, and the rows that cannot be read.

    Raises:
        BadInput: a file cannot be read; the message names it.
    """
    sources = sources_of(context.run)
    tables: list[StagedTable] = []
    rejects: list[Reject] = []
    for number, source in enumerate(sources):
        context.progress(number / len(sources), f"reading {source.name}")
        found = _staged_source(context, source)
        tables += found.tables
        rejects += found.rejects
    return Staging(tuple(_distinct(tables)), tuple(rejects))


def _staged_source(context: StepContext, source: Source) -> Staging:
    key = f"{source.sha256[:32]}-{len(source.name)}-{Path(source.name).name}"
    folder = context.folder / "staged" / key
    index = folder / "staging.json"
    if not index.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path = context.project.fetch_file(source.sha256, context.folder / "files")
        found = stage(path, name=source.name, sha256=source.sha256, folder=folder)
        partial = index.with_suffix(".part")
        partial.write_text(json.dumps(asdict(found), default=str), encoding="utf-8")
        partial.replace(index)
    return _STAGING.validate_json(index.read_text(encoding="utf-8"))


def _distinct(tables: Iterable[StagedTable]) -> Iterable[StagedTable]:
    taken: set[str] = set()
    for table in tables:
        name, number = table.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{table.name}_{number}"
        taken.add(name.casefold())
        yield replace(table, name=name)
