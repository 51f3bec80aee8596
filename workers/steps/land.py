"""Step: map all rows to RDF and bring the data graph to exactly that."""

import hashlib
import json
import time
from dataclasses import replace
from pathlib import Path

from extraction.landing.difference import difference
from extraction.landing.landings import append_file
from extraction.landing.mapping import (
    Landing,
    land,
    quarantine_quads,
    quarantine_records,
    write_quarantine,
)
from extraction.rejects import reject_quads
from extraction.staging import Staging
from graph.changes import ChangeSet, ExpectedCount, read_quads
from graph.sparql import load_query
from graph.terms import Quad
from workers.artifacts import put_json, read_model, read_schema
from workers.file_changes import difference_change
from workers.imports import check_counts, import_quads
from workers.orchestrator import StepContext, StepResult
from workers.runs import last_output
from workers.staging import staged, staged_json

_SMALL = 5_000
_MANY = 3_000
"""Records of the quarantine from which they are loaded as a file."""


def execute(context: StepContext) -> StepResult:
    """Land the rows: only what differs from the last landing is added and removed."""
    began = time.monotonic()
    names = context.project.names
    found = staged(context)
    import_id = _import_id(context)
    before = last_output(context.project.reader(names.meta), "land")
    landing = _map(context, found, import_id, preload=before is None)
    triples = sum(table.triples for table in landing.tables)
    sha256 = context.project.put_file(landing.output)
    change = _change(context, sha256, before["file"] if before else None)
    check_counts(landing, found)
    expected = () if before else _expected(context, landing)
    quarantine = names.quarantine(import_id)
    many = quarantine_records(landing) > _MANY
    if many and not (before and before["import"] == import_id):
        change = _with_quarantine(context, change, landing, import_id)
    quads = (
        *(() if many else quarantine_quads(landing, names, import_id)),
        *reject_quads(found.rejects, names, import_id),
        *import_quads(names, import_id, landing, found),
    )
    replacing = {names.quarantine(before["import"])} if before else set()
    replacing = replacing - {quarantine} if many else replacing | {quarantine}
    unread = sum(reject.row > 0 for reject in found.rejects)
    rows = sum(table.rows_in for table in landing.tables) + unread
    held = rows - sum(table.rows_landed for table in landing.tables)
    pace = rows / max(time.monotonic() - began, 1e-6)
    message = f"{rows:,} rows · {held:,} quarantined · {triples:,} triples · {pace:,.0f} rows/s"
    return StepResult(
        {
            "file": sha256,
            "import": import_id,
            "rows": rows,
            "quarantined_rows": held,
            "staged": put_json(context, staged_json(found)),
        },
        message,
        ChangeSet(
            added=(*change.added, *quads),
            removed=change.removed,
            added_file=change.added_file,
            removed_file=change.removed_file,
            expected=expected,
        ),
        tuple(sorted(replacing, key=str)),
    )


def _import_id(context: StepContext) -> str:
    basis = json.dumps([context.run.inputs, context.outputs["describe"]], sort_keys=True)
    return hashlib.sha256(basis.encode()).hexdigest()[:16]


def _map(context: StepContext, found: Staging, import_id: str, *, preload: bool) -> Landing:
    total = max(sum(table.rows for table in found.tables), 1)
    done = 0

    def _progress(table: str, rows: int) -> None:
        nonlocal done
        done += rows
        context.progress(0.3 * done / total, f"mapping {table}: {done:,} of {total:,} rows")

    output = context.folder / f"landing-{context.run.id}.nq"
    output.write_bytes(b"")
    if preload:
        context.project.preload(output)
    schema, model = read_schema(context), read_model(context)
    return land(
        found.tables, schema, model, context.project.names, import_id, output, progress=_progress
    )


def _change(context: StepContext, sha256: str, before: str | None) -> ChangeSet:
    if before is None:
        return ChangeSet(added_file=sha256)
    meta = context.project.reader(context.project.names.meta)
    taken_back = meta.ask(load_query("workers", "landing_taken_back"))
    if before == sha256 and not taken_back:
        return ChangeSet()
    old = context.project.fetch_file(before, context.folder / "files")
    new = context.project.fetch_file(sha256, context.folder / "files")
    found = difference(old, new, context.folder / f"difference-{context.run.id}")
    if taken_back:
        # What the last landing added may be gone, so its file says nothing about the graph.
        gone = context.project.put_file(found.removed_path) if found.removed else None
        return ChangeSet(added_file=sha256, removed_file=gone)
    if found.added + found.removed <= _SMALL:
        return ChangeSet(_quads(found.added_path), _quads(found.removed_path))
    return difference_change(context, found)


def _with_quarantine(
    context: StepContext, change: ChangeSet, landing: Landing, import_id: str
) -> ChangeSet:
    """Let the file that is loaded hold the quarantine too, when it is too large for a patch."""
    path = context.folder / f"quarantine-{context.run.id}.nq"
    write_quarantine(landing, context.project.names, import_id, path)
    if change.added_file is not None:
        append_file(context.project.fetch_file(change.added_file, context.folder / "files"), path)
    return replace(change, added_file=context.project.put_file(path))


def _expected(context: StepContext, landing: Landing) -> tuple[ExpectedCount, ...]:
    """On the first landing the data graph must hold exactly the individuals that were landed."""
    names = context.project.names
    landed = {table.table: table.rows_landed for table in landing.tables}
    return tuple(
        (names.data.value, names.term(item.name).value, landed[item.table])
        for item in read_model(context).classes
        if landed[item.table]
    )


def _quads(path: Path) -> tuple[Quad, ...]:
    return read_quads(path.read_bytes())
