"""Changes that are too large for a patch: files with what came and what went."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from extraction.landing.difference import Difference, difference
from graph.changes import ChangeSet
from graph.terms import NamedNode, Quad
from workers.orchestrator import StepContext

MANY = 50_000
"""Quads from which a file is loaded: a patch of more takes longer, and far more memory."""

_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_SIZE = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def replaced_graph(
    context: StepContext, graph: NamedNode, quads: Sequence[Quad]
) -> tuple[ChangeSet, tuple[NamedNode, ...]]:
    """Give the change that makes a graph exactly some quads, and the graphs it replaces."""
    reader = context.project.reader(graph)
    ((held,),) = reader.select(_SIZE)
    if max(len(quads), int(getattr(held, "value", "0"))) <= MANY:
        return ChangeSet(added=tuple(quads)), (graph,)
    old = (Quad(t.subject, t.predicate, t.object, graph) for t in reader.construct(_ALL))
    folder = context.folder / f"replaced-{context.run.id}"
    folder.mkdir(parents=True, exist_ok=True)
    before, after = _written(folder / "old.nq", old), _written(folder / "new.nq", quads)
    return difference_change(context, difference(before, after, folder)), ()


def difference_change(context: StepContext, found: Difference) -> ChangeSet:
    """Give the change from one file to another."""
    put = context.project.put_file
    return ChangeSet(
        added_file=put(found.added_path) if found.added else None,
        removed_file=put(found.removed_path) if found.removed else None,
    )


def _written(path: Path, quads: Iterable[Quad]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{quad} .\n" for quad in quads)
    return path
