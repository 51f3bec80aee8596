"""Service descriptions as RDF: what a SPARQL endpoint understands, gives and holds.

SPARQL 1.1 Service Description, https://www.w3.org/TR/sparql11-service-description/; formats by
https://www.w3.org/ns/formats/.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import RdfFormat, serialize

from graph.terms import Literal, NamedNode, Term, Triple
from graph.vocab import DCTERMS, PREFIXES, RDF, Namespace

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = Namespace("http://rdfs.org/ns/void#")
FORMATS = Namespace("http://www.w3.org/ns/formats/")
GRAPH_MEDIA = (
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "application/trig",
    "application/n-quads",
)

_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads")


@dataclass(frozen=True)
class ServiceFacts:
    """What is told of an endpoint.

    Attributes:
        endpoint: its URL as the caller sees it.
        default_graphs: graphs whose union is the default graph.
        named_graphs: the graphs that hold a triple.
    """

    endpoint: str
    title: str
    default_graphs: tuple[NamedNode, ...]
    named_graphs: tuple[NamedNode, ...]
    updates: bool


def service_description(facts: ServiceFacts, media: str) -> bytes:
    """Write the description of a service in one of `GRAPH_MEDIA`."""
    return write_triples(_triples(facts), media)


def write_triples(triples: Iterable[Triple], media: str) -> bytes:
    """Write triples, sorted, with the prefixes of descriptions."""
    form = RdfFormat.from_media_type(media)
    named = form in (RdfFormat.TURTLE, RdfFormat.RDF_XML, RdfFormat.TRIG)
    prefixes = {**PREFIXES, "sd": SD, "void": VOID, "formats": FORMATS} if named else None
    buffer = io.BytesIO()
    serialize(sorted(triples, key=str), buffer, form, prefixes=prefixes)
    return buffer.getvalue()


def _triples(facts: ServiceFacts) -> list[Triple]:
    endpoint = NamedNode(facts.endpoint)
    service, dataset, default, graphs = (
        NamedNode(f"{facts.endpoint}#{part}")
        for part in ("service", "dataset", "default-graph", "graphs")
    )
    languages = [SD.SPARQL11Query, *([SD.SPARQL11Update] if facts.updates else [])]
    formats = [FORMATS.term(name) for name in (*_RESULTS, *_GRAPHS)]
    said: list[tuple[NamedNode, NamedNode, Term]] = [
        (service, RDF.type, SD.Service),
        (service, SD.endpoint, endpoint),
        *((service, SD.supportedLanguage, language) for language in languages),
        *((service, SD.resultFormat, form) for form in formats),
        *((service, SD.inputFormat, FORMATS.term(name)) for name in _GRAPHS),
        (service, SD.feature, SD.UnionDefaultGraph),
        (service, SD.defaultDataset, dataset),
        (service, SD.availableGraphs, graphs),
        (dataset, RDF.type, SD.Dataset),
        (dataset, RDF.type, VOID.Dataset),
        (dataset, DCTERMS.term("title"), Literal(facts.title)),
        (dataset, VOID.sparqlEndpoint, endpoint),
        (dataset, SD.defaultGraph, default),
        (default, RDF.type, SD.Graph),
        (graphs, RDF.type, SD.GraphCollection),
    ]
    for number, graph in enumerate(facts.named_graphs, 1):
        node = NamedNode(f"{facts.endpoint}#graph-{number}")
        said += [
            (dataset, SD.namedGraph, node),
            (graphs, SD.namedGraph, node),
            (node, RDF.type, SD.NamedGraph),
            (node, SD.name, graph),
        ]
        if graph in facts.default_graphs:
            said.append((default, DCTERMS.hasPart, graph))
    return [Triple(*triple) for triple in said]
