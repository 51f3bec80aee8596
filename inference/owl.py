"""The ontology of a project: a knowledge model as OWL 2 DL.

Every term is declared, nothing is imported, no name is two things. Ranges are datatypes of the
OWL 2 datatype map; dates, times and years keep their exact type in the data and the shapes and
have the range `rdfs:Literal` here. Source: OWL 2 Structural Specification, sections 3 to 5 and 9,
https://www.w3.org/TR/owl2-syntax/.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from graph.model import AttributeDef, ClassDef, JunctionDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.schema import Schema
from graph.terms import Literal, NamedNode, Quad, Subject, Term
from graph.vocab import MIMIR, OWL, RDF, RDFS, XSD
from inference.rdf_list import blank_node, list_quads

OWL_DATATYPES = frozenset({"string", "integer", "decimal", "double", "boolean", "dateTime"})
"""Those of our datatypes that the OWL 2 datatype map has."""

_ANNOTATIONS = (
    (MIMIR.fromTable, "from table", "The table whose rows are the individuals or edges."),
    (MIMIR.fromColumn, "from column", "A column that fills the property, with its table."),
    (MIMIR.unit, "unit", "The unit of the values, as the source writes it."),
)


@dataclass
class _Property:
    """All uses of one property name."""

    label: str
    functional: bool
    domains: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    datatype: str | None = None
    units: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)


def ontology_quads(
    model: KnowledgeModel, schema: Schema, names: ProjectNames, *, version: int
) -> list[Quad]:
    """Write the ontology of a model, for the graph `names.ontology`.

    Args:
        model: classes, attributes and links.
        schema: gives the file of each table.
        names: IRIs of the project.
        version: number of the version; its IRI is that of the published graph.
    """
    return list(dict.fromkeys(_Writer(model, schema, names).quads(version)))


class _Writer:
    def __init__(self, model: KnowledgeModel, schema: Schema, names: ProjectNames) -> None:
        self._model = model
        self._sources = {table.name: table.source for table in schema.tables}
        self._names = names
        self._graph = names.ontology

    def quads(self, version: int) -> Iterator[Quad]:
        """Write the header, the classes, the properties and the keys."""
        yield from self._header(version)
        for item in self._model.classes:
            yield from self._class(item)
        for name, prop in sorted(_properties(self._model).items()):
            yield from self._property(name, prop)
        for item in self._model.classes:
            yield from self._key(item)
        yield from self._disjointness()

    def _header(self, version: int) -> Iterator[Quad]:
        ontology = self._names.ontology_iri
        yield self._quad(ontology, RDF.type, OWL.Ontology)
        yield self._quad(ontology, OWL.versionIRI, self._names.graph("ontology", f"v{version}"))
        yield self._quad(ontology, RDFS.label, Literal(f"Ontology of {self._names.project}"))
        yield self._quad(ontology, OWL.versionInfo, Literal(str(version)))
        for term, label, comment in _ANNOTATIONS:
            yield self._quad(term, RDF.type, OWL.AnnotationProperty)
            yield self._quad(term, RDFS.label, Literal(label))
            yield self._quad(term, RDFS.comment, Literal(comment))

    def _class(self, item: ClassDef) -> Iterator[Quad]:
        term = self._names.term(item.name)
        source = self._sources[item.table]
        yield self._quad(term, RDF.type, OWL.Class)
        yield self._quad(term, RDFS.label, Literal(item.label))
        yield self._quad(term, RDFS.comment, Literal(f"One individual for each row of {source}."))
        yield self._quad(term, MIMIR.fromTable, Literal(item.table))

    def _property(self, name: str, prop: _Property) -> Iterator[Quad]:
        term = self._names.term(name)
        kind = OWL.ObjectProperty if prop.datatype is None else OWL.DatatypeProperty
        yield self._quad(term, RDF.type, kind)
        if prop.functional:
            yield self._quad(term, RDF.type, OWL.FunctionalProperty)
        yield self._quad(term, RDFS.label, Literal(prop.label))
        yield from self._classes_of(term, RDFS.domain, prop.domains, name)
        if prop.datatype is None:
            yield from self._classes_of(term, RDFS.range, prop.targets, name)
        else:
            known = prop.datatype in OWL_DATATYPES
            datatype = XSD.term(prop.datatype) if known else RDFS.Literal
            yield self._quad(term, RDFS.range, datatype)
        for source in prop.sources:
            yield self._quad(term, MIMIR.fromColumn, Literal(source))
        for table in prop.tables:
            yield self._quad(term, MIMIR.fromTable, Literal(table))
        for unit in prop.units:
            yield self._quad(term, MIMIR.unit, Literal(unit))

    def _classes_of(
        self, term: NamedNode, predicate: NamedNode, classes: Sequence[str], name: str
    ) -> Iterator[Quad]:
        terms = [self._names.term(each) for each in sorted(set(classes))]
        if len(terms) == 1:
            yield self._quad(term, predicate, terms[0])
            return
        role = "domain" if predicate == RDFS.domain else "range"
        union = blank_node(role, name)
        head, quads = list_quads(terms, (role, name), self._graph)
        yield self._quad(term, predicate, union)
        yield self._quad(union, RDF.type, OWL.Class)
        yield self._quad(union, OWL.unionOf, head)
        yield from quads

    def _key(self, item: ClassDef) -> Iterator[Quad]:
        by_column = {each.column: each.name for each in item.attributes}
        for link in item.links:
            if len(link.columns) == 1:
                by_column.setdefault(link.columns[0], link.name)
        if not item.key or any(column not in by_column for column in item.key):
            return
        terms = [self._names.term(by_column[column]) for column in item.key]
        head, quads = list_quads(terms, ("key", item.name), self._graph)
        yield self._quad(self._names.term(item.name), OWL.hasKey, head)
        yield from quads

    def _disjointness(self) -> Iterator[Quad]:
        terms = [self._names.term(item.name) for item in self._model.classes]
        if len(terms) < 2:
            return
        node = blank_node("disjoint", "classes")
        ordered = sorted(terms, key=lambda term: term.value)
        head, quads = list_quads(ordered, ("disjoint", "members"), self._graph)
        yield self._quad(node, RDF.type, OWL.AllDisjointClasses)
        yield self._quad(node, OWL.members, head)
        yield from quads

    def _quad(self, subject: Subject, predicate: NamedNode, value: Term) -> Quad:
        return Quad(subject, predicate, value, self._graph)


def _properties(model: KnowledgeModel) -> dict[str, _Property]:
    properties: dict[str, _Property] = {}
    for item in model.classes:
        for attribute in item.attributes:
            _use_attribute(properties, item, attribute)
        for link in item.links:
            _use_link(properties, item, link)
    for pair in model.junctions:
        _use_junction(properties, pair)
    return properties


def _use_attribute(
    properties: dict[str, _Property], item: ClassDef, attribute: AttributeDef
) -> None:
    prop = properties.setdefault(attribute.name, _Property(attribute.label, functional=True))
    prop.datatype = attribute.datatype
    prop.domains.append(item.name)
    prop.sources.append(f"{item.table}.{attribute.column}")
    if attribute.unit and attribute.unit not in prop.units:
        prop.units.append(attribute.unit)


def _use_link(properties: dict[str, _Property], item: ClassDef, link: LinkDef) -> None:
    prop = properties.setdefault(link.name, _Property(link.label, functional=True))
    prop.domains.append(item.name)
    prop.targets.append(link.target)
    prop.sources += [f"{item.table}.{column}" for column in link.columns]


def _use_junction(properties: dict[str, _Property], pair: JunctionDef) -> None:
    prop = properties.setdefault(pair.name, _Property(pair.label, functional=False))
    prop.domains.append(pair.source.target)
    prop.targets.append(pair.target.target)
    prop.tables.append(pair.table)
