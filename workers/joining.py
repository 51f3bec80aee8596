"""Tables that several files make up, laid together as one on this machine."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from pydantic import TypeAdapter

from extraction.parts import PartedTable, lay_together, parted_tables
from extraction.staging import Reject, Staging
from graph.schema import StagedTable
from inference.infer import infer_schema
from workers.orchestrator import StepContext
from workers.scratch import keep_folders

_INDEX = "joined.json"
_JOINED = TypeAdapter(tuple[StagedTable, dict[str, int]] | None)


def joined(context: StepContext, found: Staging) -> Staging:
    """Put one table in the place of its parts; rows that gave way to newer ones are told."""
    parted = parted_tables(found.tables)
    keep_folders(context.cache / "joined", {_folder_name(each) for each in parted})
    tables: list[StagedTable] = []
    told: list[Reject] = []
    names: dict[str, str] = {}
    for each in parted:
        laid, superseded = _laid(context, each)
        tables += laid
        told += _told(each.name, superseded)
        if len(laid) == 1:
            names |= {part.name: each.name for part in each.parts}
    newest = {each.parts[-1].name for each in parted}
    return Staging(
        tuple(tables),
        (
            *(replace(item, table=names.get(item.table, item.table)) for item in found.rejects),
            *told,
        ),
        tuple(
            replace(item, table=names.get(item.table, item.table))
            for item in found.readings
            if item.table in newest or item.table not in names
        ),
    )


def _folder_name(parted: PartedTable) -> str:
    """Name the folder of a joined table by what its parts hold."""
    basis = json.dumps([[part.name, part.source, part.sha256] for part in parted.parts])
    return hashlib.sha256(basis.encode()).hexdigest()


def _laid(
    context: StepContext, parted: PartedTable
) -> tuple[tuple[StagedTable, ...], dict[str, int]]:
    """Give the one table of the parts; the parts themselves where they are not of one."""
    if len(parted.parts) == 1:
        return (replace(parted.parts[0], name=parted.name),), {}
    folder = context.cache / "joined" / _folder_name(parted)
    if not folder.exists():
        _lay_whole(context, parted, folder)
    found = _JOINED.validate_json((folder / _INDEX).read_text(encoding="utf-8"))
    if found is None:
        return parted.parts, {}
    table, superseded = found
    return (replace(table, path=folder / table.path.name),), superseded


def _lay_whole(context: StepContext, parted: PartedTable, folder: Path) -> None:
    """Make the folder appear at once: a killed worker leaves nothing that looks finished."""
    partial = context.folder / "joined" / folder.name
    partial.mkdir(parents=True, exist_ok=True)
    context.progress(None, f"laying {len(parted.parts)} parts of {parted.name} together")
    laid = lay_together(parted, _key(parted), partial / "table.parquet")
    content = None if laid is None else [asdict(laid[0]), dict(laid[1])]
    (partial / _INDEX).write_text(json.dumps(content, default=str), encoding="utf-8")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # another worker was first; its folder has the same content
        partial.rename(folder)


def _key(parted: PartedTable) -> tuple[str, ...]:
    """Give the key of the newest part, by itself; empty when it has none."""
    (table,) = infer_schema(parted.parts[-1:]).tables
    key = table.primary_key
    return key.columns if key is not None and not key.duplicates else ()


def _told(table: str, superseded: dict[str, int]) -> Iterator[Reject]:
    for source, count in superseded.items():
        reason = f"{count:,} rows have a newer row with the same key in a later file of the table"
        yield Reject(source, table, 0, 0, reason, "")
