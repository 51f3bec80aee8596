"""The ontology of a project: a knowledge model as OWL 2 DL.

Every term is declared, nothing is imported, no name is two things. Ranges are datatypes of the
OWL 2 datatype map, and `rdf:langString` for texts with a language; dates, times and years keep
their exact type in the data and the shapes and have the range `rdfs:Literal` here. Source: OWL 2
Structural Specification, sections 3 to 5 and 9, https://www.w3.org/TR/owl2-syntax/.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from graph.model import ClassDef, KnowledgeModel
from graph.names import ProjectNames
from graph.schema import Schema
from graph.terms import NamedNode, Quad, Term
from graph.vocab import MIMIR, OWL, RDF, RDFS, XSD
from inference.knowledge.graph_writer import GraphWriter, blank_node, typed
from inference.knowledge.property_uses import PropertyUses, property_uses

OWL_DATATYPES = frozenset({"string", "integer", "decimal", "double", "boolean", "dateTime"})
"""Those of our datatypes that the OWL 2 datatype map has."""

_ANNOTATIONS = (
    (MIMIR.fromTable, "from table", "The table whose rows are the individuals or edges."),
    (MIMIR.fromColumn, "from column", "A column that fills the property, with its table."),
    (MIMIR.unit, "unit", "The unit of the values, as the source writes it."),
)


def ontology_quads(
    model: KnowledgeModel, schema: Schema, names: ProjectNames, *, version: int
) -> list[Quad]:
    """Write the ontology of a model, for the graph `names.ontology`.

    Args:
        model: classes, attributes and links.
        schema: gives the file and the unique keys of each table.
        names: IRIs of the project.
        version: number of the version; its IRI is that of the published graph.
    """
    return list(dict.fromkeys(_Writer(model, schema, names).quads(version)))


class _Writer:
    def __init__(self, model: KnowledgeModel, schema: Schema, names: ProjectNames) -> None:
        self._model = model
        self._schema = schema
        self._names = names
        self._graph = GraphWriter(names.ontology)
        self._facts = self._graph.facts
        self._uses = property_uses(model, schema)

    def quads(self, version: int) -> Iterator[Quad]:
        """Write the header, the classes, the properties and what holds of them."""
        yield from self._header(version)
        for item in self._model.classes:
            yield from self._class(item)
            yield from self._restrictions(item)
            yield from self._keys(item)
        for name, uses in sorted(self._uses.items()):
            yield from self._property(name, uses)
            yield from self._inverse(name, uses)
        yield from self._disjointness()

    def _header(self, version: int) -> Iterator[Quad]:
        yield from self._facts(
            self._names.ontology_iri,
            (RDF.type, OWL.Ontology),
            (OWL.versionIRI, self._names.graph("ontology", f"v{version}")),
            (RDFS.label, f"Ontology of {self._names.project}"),
            (OWL.versionInfo, str(version)),
        )
        for term, label, comment in _ANNOTATIONS:
            declared = (RDF.type, OWL.AnnotationProperty)
            yield from self._facts(term, declared, (RDFS.label, label), (RDFS.comment, comment))

    def _class(self, item: ClassDef) -> Iterator[Quad]:
        source = self._schema.table(item.table).source
        yield from self._facts(
            self._names.term(item.name),
            (RDF.type, OWL.Class),
            (RDFS.label, item.label),
            (RDFS.comment, f"One individual for each row of {source}."),
            (MIMIR.fromTable, item.table),
        )

    def _property(self, name: str, uses: PropertyUses) -> Iterator[Quad]:
        term = self._names.term(name)
        kind = OWL.ObjectProperty if uses.datatype is None else OWL.DatatypeProperty
        yield from self._facts(
            term, (RDF.type, kind), (RDFS.label, uses.label), (RDFS.comment, uses.comment)
        )
        if uses.functional:
            yield from self._facts(term, (RDF.type, OWL.FunctionalProperty))
        if uses.inverse_functional:
            yield from self._facts(term, (RDF.type, OWL.InverseFunctionalProperty))
        yield from self._classes_of(term, RDFS.domain, uses.domains)
        if uses.datatype is None:
            yield from self._classes_of(term, RDFS.range, uses.targets)
        else:
            yield from self._facts(term, (RDFS.range, _range(uses.datatype)))
        yield from self._facts(term, *((MIMIR.fromColumn, source) for source in uses.columns))
        yield from self._facts(term, *((MIMIR.fromTable, table) for table in uses.tables))
        yield from self._facts(term, *((MIMIR.unit, unit) for unit in uses.units))

    def _inverse(self, name: str, uses: PropertyUses) -> Iterator[Quad]:
        """Name the way back, `isCustomerOf`, unless something else has that name."""
        back = f"is{name[0].upper()}{name[1:]}Of"
        taken = back in self._uses or any(back == item.name for item in self._model.classes)
        if uses.datatype is not None or taken:
            return
        term = self._names.term(back)
        yield from self._facts(
            term,
            (RDF.type, OWL.ObjectProperty),
            (RDFS.label, f"is {uses.label} of"),
            (RDFS.comment, f"The inverse of {uses.label!r}; it follows and is not stored."),
            (OWL.inverseOf, self._names.term(name)),
        )
        yield from self._classes_of(term, RDFS.domain, uses.targets)
        yield from self._classes_of(term, RDFS.range, uses.domains)

    def _classes_of(
        self, term: NamedNode, predicate: NamedNode, classes: Sequence[str]
    ) -> Iterator[Quad]:
        terms = [self._names.term(each) for each in sorted(set(classes))]
        if len(terms) == 1:
            yield from self._facts(term, (predicate, terms[0]))
            return
        role = "domain" if predicate == RDFS.domain else "range"
        name = term.value.removeprefix(self._names.terms)
        union = blank_node(role, name)
        yield from self._facts(term, (predicate, union))
        yield from self._facts(union, (RDF.type, OWL.Class))
        yield from self._graph.collection(union, OWL.unionOf, terms, (role, name))

    def _restrictions(self, item: ClassDef) -> Iterator[Quad]:
        """Say what every individual has, and where its links lead if others lead elsewhere."""
        one = typed("1", "nonNegativeInteger")
        for attribute in item.attributes:
            if attribute.required and attribute.language is None:
                yield from self._restriction(item.name, attribute.name, OWL.cardinality, one)
        texts = Counter(each.name for each in item.attributes if each.required and each.language)
        for name, number in sorted(texts.items()):
            least = typed(str(number), "nonNegativeInteger")
            yield from self._restriction(item.name, name, OWL.minCardinality, least)
        for link in item.links:
            target = self._names.term(link.target)
            if link.required:
                yield from self._restriction(item.name, link.name, OWL.someValuesFrom, target)
            if len(set(self._uses[link.name].targets)) > 1:
                yield from self._restriction(item.name, link.name, OWL.allValuesFrom, target)

    def _restriction(self, owner: str, name: str, kind: NamedNode, value: Term) -> Iterator[Quad]:
        node = blank_node(kind.value.removeprefix(OWL), owner, name)
        yield from self._facts(self._names.term(owner), (RDFS.subClassOf, node))
        yield from self._facts(
            node,
            (RDF.type, OWL.Restriction),
            (OWL.onProperty, self._names.term(name)),
            (kind, value),
        )

    def _keys(self, item: ClassDef) -> Iterator[Quad]:
        # The value of a text in another language is no part of what is unique.
        by_column = {each.column: each.name for each in item.attributes if not each.language}
        for link in item.links:
            if len(link.columns) == 1:
                by_column.setdefault(link.columns[0], link.name)
        unique = self._schema.table(item.table).unique_keys
        keys = [item.key, *(key.columns for key in unique if not key.duplicates)]
        for place, key in enumerate(dict.fromkeys(keys)):
            if key and all(column in by_column for column in key):
                terms = [self._names.term(by_column[column]) for column in key]
                label = ("key", item.name, *([str(place)] if place else []))
                owner = self._names.term(item.name)
                yield from self._graph.collection(owner, OWL.hasKey, terms, label)

    def _disjointness(self) -> Iterator[Quad]:
        """Rows of two tables are two things, unless one table extends another."""
        apart = [item.name for item in self._model.classes if item.kind != "extension"]
        terms = sorted({self._names.term(name) for name in apart}, key=lambda term: term.value)
        if len(terms) == 2:
            # Tools write a pair like this, whatever they read.
            yield from self._facts(terms[0], (OWL.disjointWith, terms[1]))
        elif len(terms) > 2:
            node = blank_node("disjoint", "classes")
            yield from self._facts(node, (RDF.type, OWL.AllDisjointClasses))
            yield from self._graph.collection(node, OWL.members, terms, ("disjoint", "members"))


def _range(datatype: str) -> NamedNode:
    if datatype == "langString":
        return RDF.langString
    return XSD.term(datatype) if datatype in OWL_DATATYPES else RDFS.Literal
