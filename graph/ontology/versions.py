"""Versions of a project's ontology: published copies of ontology, shapes and mapping.

The number in the current ontology's header is that of the version it will be; publishing copies
the graphs as they are and moves the header on. Going back makes the current graphs those of a
version again; the published copies never change.
"""

from dataclasses import dataclass
from datetime import datetime

from graph.changes import ChangeSet
from graph.errors import BadInput, NotFound
from graph.names import ProjectNames
from graph.ontology.diff import OntologyDiff, diff_ontologies
from graph.projects import Project
from graph.records import record_quads
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import MIMIR, OWL, PROV, RDF, RDFS

PARTS = ("ontology", "shapes", "mapping")
NOW = "now"


@dataclass(frozen=True)
class OntologyVersion:
    """A published version; `commit` is the one whose state it holds."""

    number: int
    created: datetime
    author: str
    note: str
    commit: int
    triples: int


def version_graph(names: ProjectNames, part: str, number: int) -> NamedNode:
    """Name the graph of a part (`ontology`, `shapes`, `mapping`) of a version."""
    return names.graph(part, f"v{number}")


def list_versions(meta: GraphReader) -> tuple[OntologyVersion, ...]:
    """List the published versions, oldest first."""
    text = bind(load_query("graph", "records"), about=MIMIR.OntologyVersion)
    facts: dict[str, dict[str, str]] = {}
    for iri, predicate, value in meta.select(text):
        facts.setdefault(_text(iri), {})[_text(predicate)] = _text(value)
    found = (
        OntologyVersion(
            int(item[MIMIR.number.value]),
            datetime.fromisoformat(item[MIMIR.createdAt.value]),
            item[MIMIR.author.value],
            item[RDFS.comment.value],
            int(item[MIMIR.sequence.value]),
            int(item[MIMIR.triples.value]),
        )
        for item in facts.values()
    )
    return tuple(sorted(found, key=lambda item: item.number))


def next_number(meta: GraphReader) -> int:
    """Give the number that the current ontology will be published under."""
    return max((item.number for item in list_versions(meta)), default=0) + 1


def find_version(meta: GraphReader, number: int) -> OntologyVersion:
    """Find a version.

    Raises:
        NotFound: there is none with this number.
    """
    for item in list_versions(meta):
        if item.number == number:
            return item
    raise NotFound(f"There is no ontology version {number}. Publish one first, or list them.")


def publish(project: Project, *, author: str, note: str, at: datetime) -> OntologyVersion:
    """Publish ontology, shapes and mapping as they are now.

    Raises:
        BadInput: there is no ontology yet, or nothing changed since the newest version.
    """
    names = project.names
    meta = project.reader(names.meta)
    if not project.dataset.count(names.ontology):
        raise BadInput("There is no ontology to publish yet. Upload files first, or import one.")
    number = next_number(meta)
    if number > 1 and compare(project, str(number - 1), NOW).empty:
        raise BadInput(f"Nothing changed since version {number - 1}.")
    header = _header(names, number)
    current = [
        quad
        for part in PARTS
        for quad in sorted(project.dataset.quads(names.graph(part)), key=str)
        if not _is_header(quad, names)
    ]
    copies = [
        _moved(quad, version_graph(names, _part_of(names, quad), number))
        for quad in (*current, *header)
    ]
    version = OntologyVersion(number, at, author, note, project.dataset.sequence, len(copies))
    change = ChangeSet(
        added=(*copies, *_header(names, number + 1), *_record(names, version)),
        removed=tuple(
            quad for quad in project.dataset.quads(names.ontology) if _is_header(quad, names)
        ),
        author=author,
        reason=f"Publish ontology version {number}: {note}".rstrip(": "),
    )
    project.commit(change)
    return version


def roll_back_change(project: Project, number: int, *, author: str) -> ChangeSet:
    """Give the change that makes the current graphs those of a version; commit it `replacing` them.

    Raises:
        NotFound: there is no such version.
    """
    names = project.names
    meta = project.reader(names.meta)
    find_version(meta, number)
    quads = [
        _moved(quad, names.graph(part))
        for part in PARTS
        for quad in sorted(project.dataset.quads(version_graph(names, part, number)), key=str)
    ]
    kept = [quad for quad in quads if not _is_header(quad, names)]
    return ChangeSet(
        added=(*kept, *_header(names, next_number(meta))),
        author=author,
        reason=f"Roll the ontology back to version {number}",
    )


def current_graphs(names: ProjectNames) -> tuple[NamedNode, ...]:
    """List the graphs that make up the current ontology."""
    return tuple(names.graph(part) for part in PARTS)


def compare(project: Project, old: str, new: str) -> OntologyDiff:
    """Compare two versions by number; `now` is what is current.

    Raises:
        NotFound: there is no such version.
        BadInput: a version is neither a number nor `now`.
    """
    return diff_ontologies(_quads(project, old), _quads(project, new), project.names.skolem)


def _quads(project: Project, version: str) -> list[Quad]:
    names = project.names
    if version == NOW:
        graphs = [names.ontology, names.shapes]
    elif version.removeprefix("v").isdecimal():
        number = int(version.removeprefix("v"))
        find_version(project.reader(names.meta), number)
        graphs = [version_graph(names, part, number) for part in ("ontology", "shapes")]
    else:
        raise BadInput(f"A version is a number or 'now', not {version!r}.")
    return [quad for graph in graphs for quad in project.quads(graph)]


def _header(names: ProjectNames, number: int) -> list[Quad]:
    iri, graph = names.ontology_iri, names.ontology
    return [
        Quad(iri, OWL.versionIRI, names.graph("ontology", f"v{number}"), graph),
        Quad(iri, OWL.versionInfo, Literal(str(number)), graph),
    ]


def _is_header(quad: Quad, names: ProjectNames) -> bool:
    return quad.subject == names.ontology_iri and quad.predicate in (
        OWL.versionIRI,
        OWL.versionInfo,
    )


def _part_of(names: ProjectNames, quad: Quad) -> str:
    return next(part for part in PARTS if quad.graph_name == names.graph(part))


def _moved(quad: Quad, graph: NamedNode) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, graph)


def _record(names: ProjectNames, version: OntologyVersion) -> list[Quad]:
    return record_quads(
        names.record("ontology-version", str(version.number)),
        {
            RDF.type: (MIMIR.OntologyVersion, PROV.Entity),
            MIMIR.number: version.number,
            MIMIR.createdAt: version.created,
            MIMIR.author: version.author,
            RDFS.comment: version.note,
            MIMIR.sequence: version.commit,
            MIMIR.triples: version.triples,
            MIMIR.publishedGraph: [version_graph(names, part, version.number) for part in PARTS],
        },
        names.meta,
    )


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
