"""Migration of instance data to renamed classes and properties, as one change.

The engine writes what goes and what comes as files, so the size of the data does not matter. The
IRIs of things hold the name of their class; they move with it, as a new import would name them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.changes import ChangeSet
from graph.errors import BadInput
from graph.file_changes import TermChange, append_as_quads, rewrite_terms, with_files
from graph.names import ProjectNames
from graph.ontology.diff import OntologyDiff
from graph.projects import Project
from graph.readers.pool import Query, ReaderPool
from graph.terms import Literal, NamedNode

_NTRIPLES = "application/n-triples"
_SAMPLE = 10


@dataclass(frozen=True)
class Renamed:
    """A term that data must name otherwise: `kind` is class or property."""

    kind: str
    old: NamedNode
    new: NamedNode


@dataclass(frozen=True)
class Migration:
    """What a migration does: triples that come and go per graph, and the first ten that come."""

    change: ChangeSet
    added: int
    removed: int
    graphs: tuple[str, ...]
    sample: tuple[str, ...]


def renamed_terms(diff: OntologyDiff) -> tuple[Renamed, ...]:
    """List what a difference of ontologies renames."""
    return tuple(
        Renamed(item.kind, NamedNode(item.old[1:-1]), NamedNode(item.new[1:-1]))
        for item in diff.renamed_terms
    )


def plan_migration(
    project: Project,
    readers: ReaderPool,
    renames: Sequence[Renamed],
    folder: Path,
    *,
    author: str,
) -> Migration:
    """Find what the data and the twins must change; nothing is changed yet.

    Args:
        folder: empty folder for the files of the change.

    Raises:
        BadInput: nothing was renamed.
        QueryTimeout, ReaderDied: the data is too large for the readers' limits.
    """
    if not renames:
        raise BadInput("No class or property was renamed; there is nothing to migrate.")
    names = project.names
    added, removed = folder / "added.nq", folder / "removed.nq"
    added.touch()
    removed.touch()
    count = 0
    touched = []
    query_text = migration_text(renames, names)
    twins = f"{names.root}graph/twin/"
    graphs = [names.data, *(g for g in project.dataset.graphs() if g.value.startswith(twins))]
    with project.snapshots.use() as store:
        for graph in graphs:
            query = Query(query_text, [graph], graph=_NTRIPLES)
            with readers.query(store, query) as answer:
                found = append_as_quads(answer.path, removed, graph)
                rewrite_terms(answer.path, _patterns(renames, names))
                append_as_quads(answer.path, added, graph)
            count += found
            touched += [graph.value] if found else []
    change = ChangeSet(author=author, reason=f"Migrate data: {_words(renames, names)}")
    sample = _first_lines(added)
    whole = with_files(change, project.dataset.blobs, added, removed)
    return Migration(whole, count, count, tuple(touched), sample)


def migration_text(renames: Sequence[Renamed], names: ProjectNames) -> str:
    """Write the query for the triples that a migration removes."""
    classes = [item for item in renames if item.kind == "class"]
    properties = [item for item in renames if item.kind == "property"]
    where = _filter(classes, properties, names)
    return " ".join(("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o", where, "}"))


def _filter(classes: Sequence[Renamed], properties: Sequence[Renamed], names: ProjectNames) -> str:
    if not classes:
        return " ".join(("VALUES ?p {", *(str(item.old) for item in properties), "}"))
    tests = [f"?p = {item.old}" for item in properties]
    for item in classes:
        things = Literal(_things(item.old, names))
        tests += [f"?o = {item.old}"]
        tests += [f"STRSTARTS(STR({name}), {things})" for name in ("?s", "?o")]
    return " ".join(("FILTER(", " || ".join(tests), ")"))


def _patterns(renames: Sequence[Renamed], names: ProjectNames) -> list[TermChange]:
    """Say where in a line which text takes the place of which."""
    found = []
    for item in renames:
        old, new = str(item.old), str(item.new)
        if item.kind == "property":
            found.append(TermChange("predicate", f"{old} ", f"{new} "))
            continue
        things = [f"<{_things(term, names)}" for term in (item.old, item.new)]
        found += [
            TermChange("subject", things[0], things[1]),
            TermChange("object", things[0], things[1]),
            TermChange("subject", f"{old} ", f"{new} "),
            TermChange("object", f"{old} ", f"{new} "),
        ]
    return found


def _things(term: NamedNode, names: ProjectNames) -> str:
    return names.things(term.value.removeprefix(names.terms))


def _words(renames: Sequence[Renamed], names: ProjectNames) -> str:
    pairs = ((item.old, item.new) for item in renames)
    return ", ".join(
        " → ".join(term.value.removeprefix(names.terms) for term in pair) for pair in pairs
    )


def _first_lines(path: Path) -> tuple[str, ...]:
    with path.open(encoding="utf-8") as file:
        return tuple(line.rstrip("\n") for _, line in zip(range(_SAMPLE), file, strict=False))
