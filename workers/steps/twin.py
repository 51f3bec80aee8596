"""Step: create the project's twin and show the predictions in it."""

from graph.changes import ChangeSet, read_quads
from graph.sparql import load_query
from graph.terms import Quad
from twin.twins import Twin, create_change, list_twins
from workers.orchestrator import StepContext, StepResult

TWIN = "live"
_TITLE = "Live twin"


def execute(context: StepContext) -> StepResult:
    """Create the twin when it is missing; its predictions become those of the newest models."""
    project = context.project
    names = project.names
    meta = project.reader(names.meta)
    known = any(twin.id == TWIN for twin in list_twins(meta))
    record = ChangeSet()
    if not known:
        record = create_change(names, meta, Twin(TWIN, _TITLE, context.clock()))
    graph = names.twin_added(TWIN)
    path = project.fetch_file(context.outputs["train"]["predictions"], context.folder / "files")
    new = read_quads(path.read_bytes())
    old = tuple(
        Quad(triple.subject, triple.predicate, triple.object, graph)
        for triple in project.reader(graph).construct(load_query("workers", "predictions"))
    )
    entities = sum(quad.predicate.value.endswith("#about") for quad in new)
    message = f"twin {TWIN!r} · {entities:,} predictions"
    return StepResult({"twin": TWIN}, message, ChangeSet((*record.added, *new), old))
