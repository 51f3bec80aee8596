"""Graphs as text, with skolem IRIs turned back into the blank nodes they stand for."""

import io
from collections.abc import Iterable

from pyoxigraph import RdfFormat, serialize

from graph.names import ProjectNames
from graph.projects import Project
from graph.terms import BlankNode, NamedNode, Quad, Subject, Term, Triple
from graph.vocab import PREFIXES

FORMATS = {
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
}


def export_graph(project: Project, graph: NamedNode, form: str) -> str:
    """Write one graph in one of `FORMATS`, in a stable order."""
    return write_graph(project.names, project.quads(graph), form)


def write_graph(names: ProjectNames, quads: Iterable[Quad], form: str) -> str:
    """Write the triples of quads in one of `FORMATS`, in a stable order."""

    def plain(term: Subject | Term) -> Subject | Term:
        """Turn a skolem name back into a blank node."""
        if isinstance(term, NamedNode) and term.value.startswith(names.skolem):
            return BlankNode(term.value.removeprefix(names.skolem))
        return term

    triples = (
        Triple(plain(quad.subject), quad.predicate, plain(quad.object))  # type: ignore[arg-type] # a subject stays one
        for quad in sorted(quads, key=str)
    )
    buffer = io.BytesIO()
    engine_format = RdfFormat.from_media_type(FORMATS[form])
    prefixes = None if form == "ntriples" else {**PREFIXES, "": names.terms}
    serialize(triples, buffer, engine_format, prefixes=prefixes)
    return buffer.getvalue().decode()
