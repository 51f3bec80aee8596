"""Graphs as text, with skolem IRIs turned back into the blank nodes they stand for.

The store gives non-negative integers back as integers; where OWL 2 wants them they are written.
"""

import io
from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from pyoxigraph import RdfFormat, serialize

from graph.names import ProjectNames
from graph.projects import Project
from graph.terms import BlankNode, Literal, NamedNode, Quad, Subject, Term, Triple
from graph.vocab import OWL, PREFIXES, XSD

FORMATS = {
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
}
_CARDINALITIES = tuple(
    OWL.term(name)
    for name in (
        *("cardinality", "minCardinality", "maxCardinality"),
        *("qualifiedCardinality", "minQualifiedCardinality", "maxQualifiedCardinality"),
    )
)


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
        Triple(plain(quad.subject), quad.predicate, plain(_counted(quad)))  # type: ignore[arg-type] # a subject stays one
        for quad in sorted(quads, key=str)
    )
    buffer = io.BytesIO()
    engine_format = RdfFormat.from_media_type(FORMATS[form])
    prefixes = None if form == "ntriples" else {**PREFIXES, "": names.terms}
    serialize(triples, buffer, engine_format, prefixes=prefixes)
    text = buffer.getvalue().decode()
    if form != "rdfxml":
        return text
    # Given to the engine, it would make IRIs relative, those of datatypes too, which rdflib and
    # owlready2 do not resolve. Without a base Protege tells that it takes the file's own place.
    base = quoteattr(names.ontology_iri.value)
    return text.replace("<rdf:RDF ", f"<rdf:RDF xml:base={base} ", 1)


def _counted(quad: Quad) -> Term:
    """Give a cardinality the datatype that OWL 2 wants of it."""
    value = quad.object
    if quad.predicate in _CARDINALITIES and isinstance(value, Literal):
        return Literal(value.value, datatype=XSD.nonNegativeInteger)
    return value
