"""OWL/XML read into triples, by the standard's own mapping of each construct.

Reading is for a confined process. Sources: https://www.w3.org/TR/owl2-xml-serialization/ and
https://www.w3.org/TR/owl2-mapping-to-rdf/, section 2.
"""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from graph.errors import BadInput
from graph.terms import BlankNode, Literal, NamedNode, Subject, Term, Triple
from graph.vocab import OWL, PREFIXES, RDF, RDFS, XSD

DEEPEST = 200
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"

_ENTITIES = {
    "Class": OWL.Class,
    "Datatype": RDFS.Datatype,
    "ObjectProperty": OWL.ObjectProperty,
    "DataProperty": OWL.DatatypeProperty,
    "AnnotationProperty": OWL.AnnotationProperty,
    "NamedIndividual": OWL.NamedIndividual,
}
_LISTS = {
    "ObjectIntersectionOf": (OWL.Class, OWL.intersectionOf),
    "ObjectUnionOf": (OWL.Class, OWL.unionOf),
    "ObjectOneOf": (OWL.Class, OWL.oneOf),
    "DataIntersectionOf": (RDFS.Datatype, OWL.intersectionOf),
    "DataUnionOf": (RDFS.Datatype, OWL.unionOf),
    "DataOneOf": (RDFS.Datatype, OWL.oneOf),
}
_COMPLEMENTS = {
    "ObjectComplementOf": (OWL.Class, OWL.complementOf),
    "DataComplementOf": (RDFS.Datatype, OWL.datatypeComplementOf),
}
_QUANTIFIERS = {
    "SomeValuesFrom": OWL.someValuesFrom,
    "AllValuesFrom": OWL.allValuesFrom,
    "HasValue": OWL.hasValue,
}
_CARDINALITIES = {"Min": "min", "Max": "max", "Exact": ""}
_PAIRS = {
    "SubClassOf": RDFS.subClassOf,
    "SubDataPropertyOf": RDFS.subPropertyOf,
    "SubAnnotationPropertyOf": RDFS.subPropertyOf,
    "ObjectPropertyDomain": RDFS.domain,
    "DataPropertyDomain": RDFS.domain,
    "AnnotationPropertyDomain": RDFS.domain,
    "ObjectPropertyRange": RDFS.range,
    "DataPropertyRange": RDFS.range,
    "AnnotationPropertyRange": RDFS.range,
    "InverseObjectProperties": OWL.inverseOf,
    "DatatypeDefinition": OWL.equivalentClass,
}
_CHAINS = {
    "EquivalentClasses": OWL.equivalentClass,
    "EquivalentObjectProperties": OWL.equivalentProperty,
    "EquivalentDataProperties": OWL.equivalentProperty,
    "SameIndividual": OWL.sameAs,
}
_APART = {
    "DisjointClasses": (OWL.disjointWith, OWL.AllDisjointClasses),
    "DisjointObjectProperties": (OWL.propertyDisjointWith, OWL.AllDisjointProperties),
    "DisjointDataProperties": (OWL.propertyDisjointWith, OWL.AllDisjointProperties),
    "DifferentIndividuals": (OWL.differentFrom, OWL.AllDifferent),
}
_KINDS = {
    "FunctionalObjectProperty": OWL.FunctionalProperty,
    "FunctionalDataProperty": OWL.FunctionalProperty,
    "InverseFunctionalObjectProperty": OWL.InverseFunctionalProperty,
    "ReflexiveObjectProperty": OWL.ReflexiveProperty,
    "IrreflexiveObjectProperty": OWL.IrreflexiveProperty,
    "SymmetricObjectProperty": OWL.SymmetricProperty,
    "AsymmetricObjectProperty": OWL.AsymmetricProperty,
    "TransitiveObjectProperty": OWL.TransitiveProperty,
}
_ASSERTIONS = ("ObjectPropertyAssertion", "DataPropertyAssertion", "AnnotationAssertion")
_NEGATIONS = {
    "NegativeObjectPropertyAssertion": OWL.targetIndividual,
    "NegativeDataPropertyAssertion": OWL.targetValue,
}


class BadOwlXml(BadInput):
    """A document that is no OWL/XML, or says what cannot be written as triples."""

    code = "bad-rdf"


def read_owl_xml(path: Path, base: str) -> Iterator[Triple]:
    """Read the triples of an OWL/XML document.

    Args:
        base: what relative IRIs are resolved against where the document does not say.

    Raises:
        BadOwlXml: with the place or the element.
    """
    parser = ElementTree.XMLParser(target=_Builder())  # noqa: S314 - no DOCTYPE, so no entities
    try:
        root = ElementTree.parse(path, parser).getroot()  # noqa: S314 - see above
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise BadOwlXml(f"The OWL/XML is not well-formed: {error}.") from error
    if root is None or root.tag != f"{{{OWL}}}Ontology":
        raise BadOwlXml("The document is no OWL/XML: its root must be an owl:Ontology element.")
    yield from _Ontology(root, base).triples()


class _Builder(ElementTree.TreeBuilder):
    """Builds a tree that is not deeper than it may be, of a document without a DOCTYPE."""

    _depth = 0

    def doctype(self, name: str, _public: str | None, _system: str | None) -> None:
        """Refuse a document type, before any of its entities is read."""
        raise BadOwlXml(f"OWL/XML with a DOCTYPE ({name}) is refused: entities can grow.")

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        """Open an element."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise BadOwlXml(f"The OWL/XML is nested more than {DEEPEST} deep.")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        """Close an element."""
        self._depth -= 1
        return super().end(tag)


class _Ontology:
    """Writes the triples of one document; expressions become blank nodes as they are met."""

    def __init__(self, root: Element, base: str) -> None:
        self._root = root
        self._base = root.get(_BASE) or root.get("ontologyIRI") or base
        self._prefixes: dict[str, str] = dict(PREFIXES)
        self._count = 0
        self._pending: list[Triple] = []

    def triples(self) -> Iterator[Triple]:
        """Write the header and all axioms."""
        for element in self._root:
            name = _name(element)
            try:
                self._axiom(name, element)
            except (IndexError, KeyError, ValueError) as error:
                raise BadOwlXml(f"The element {name} lacks a part or has one too many.") from error
            yield from self._pending
            self._pending.clear()
        yield from self._header()

    def _header(self) -> Iterator[Triple]:
        iri = self._root.get("ontologyIRI")
        about: Subject = self._resolved(iri) if iri else self._fresh()
        self._add(about, RDF.type, OWL.Ontology)
        if version := self._root.get("versionIRI"):
            self._add(about, OWL.versionIRI, self._resolved(version))
        for element in self._root:
            if _name(element) == "Import":
                self._add(about, OWL.imports, self._resolved((element.text or "").strip()))
        self._annotate(about, self._root)
        yield from self._pending
        self._pending.clear()

    def _axiom(self, name: str, element: Element) -> None:
        parts = [part for part in element if _name(part) != "Annotation"]
        if name == "Prefix":
            self._prefixes[element.get("name") or ""] = element.get("IRI") or ""
        elif name == "Declaration":
            self._main(element, [(self._term(parts[0]), RDF.type, _ENTITIES[_name(parts[0])])])
        elif name in _PAIRS:
            one, other = (self._term(part) for part in parts)
            self._main(element, [(one, _PAIRS[name], other)])
        elif name in _CHAINS:
            terms = [self._term(part) for part in parts]
            links = itertools.pairwise(terms)
            self._main(element, [(one, _CHAINS[name], other) for one, other in links])
        elif name in _APART:
            self._apart(name, element, parts)
        elif name in _KINDS:
            self._main(element, [(self._term(parts[0]), RDF.type, _KINDS[name])])
        elif name in _ASSERTIONS or name in _NEGATIONS:
            self._assertion(name, element, parts)
        elif name not in ("Annotation", "Import"):
            self._other(name, element, parts)

    def _other(self, name: str, element: Element, parts: Sequence[Element]) -> None:
        if name == "SubObjectPropertyOf":
            self._sub_property(element, parts)
        elif name in ("DisjointUnion", "HasKey"):
            predicate = {"DisjointUnion": OWL.disjointUnionOf, "HasKey": OWL.hasKey}[name]
            members = self._list([self._term(part) for part in parts[1:]])
            self._main(element, [(self._term(parts[0]), predicate, members)])
        elif name == "ClassAssertion":
            kind, about = (self._term(part) for part in parts)
            self._main(element, [(about, RDF.type, kind)])
        else:
            raise BadOwlXml(f"The element {name} cannot be written as triples of OWL 2.")

    def _sub_property(self, element: Element, parts: Sequence[Element]) -> None:
        whole = self._term(parts[1])
        if _name(parts[0]) == "ObjectPropertyChain":
            chain = self._list([self._term(part) for part in parts[0]])
            self._main(element, [(whole, OWL.propertyChainAxiom, chain)])
        else:
            self._main(element, [(self._term(parts[0]), RDFS.subPropertyOf, whole)])

    def _apart(self, name: str, element: Element, parts: Sequence[Element]) -> None:
        terms = [self._term(part) for part in parts]
        predicate, kind = _APART[name]
        if len(terms) == 2:
            self._main(element, [(terms[0], predicate, terms[1])])
            return
        node = self._fresh()
        self._add(node, RDF.type, kind)
        self._add(node, OWL.members, self._list(terms))
        self._annotate(node, element)

    def _assertion(self, name: str, element: Element, parts: Sequence[Element]) -> None:
        source, target = (self._term(part) for part in parts[1:])
        if name in _NEGATIONS:
            node = self._fresh()
            self._add(node, RDF.type, OWL.NegativePropertyAssertion)
            self._add(node, OWL.sourceIndividual, source)
            self._add(node, OWL.assertionProperty, self._term(parts[0]))
            self._add(node, _NEGATIONS[name], target)
            self._annotate(node, element)
        elif _name(parts[0]) == "ObjectInverseOf":
            self._main(element, [(target, self._term(parts[0][0]), source)])
        else:
            self._main(element, [(source, self._term(parts[0]), target)])

    def _main(self, element: Element, triples: Sequence[tuple[Term, Term, Term]]) -> None:
        """Write the triples of an axiom, each with the axiom's annotations."""
        for subject, predicate, value in triples:
            self._add(subject, predicate, value)
            if any(_name(part) == "Annotation" for part in element):
                self._reify(OWL.Axiom, (subject, predicate, value), element)

    def _reify(self, kind: NamedNode, triple: tuple[Term, Term, Term], element: Element) -> None:
        node = self._fresh()
        self._add(node, RDF.type, kind)
        places = (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)
        for place, term in zip(places, triple, strict=True):
            self._add(node, place, term)
        self._annotate(node, element)

    def _annotate(self, subject: Term, element: Element) -> None:
        for part in element:
            if _name(part) == "Annotation":
                *nested, about, value = part
                triple = (subject, self._term(about), self._term(value))
                self._add(*triple)
                if nested:
                    self._reify(OWL.Annotation, triple, part)

    def _term(self, element: Element) -> Term:
        """Write an entity, a literal, or an expression with all that it says."""
        name = _name(element)
        if name in _ENTITIES:
            return self._iri(element)
        if name in ("IRI", "AbbreviatedIRI"):
            text = (element.text or "").strip()
            return self._expanded(text) if name == "AbbreviatedIRI" else self._resolved(text)
        if name == "AnonymousIndividual":
            return BlankNode("n" + (element.get("nodeID") or "").removeprefix("_:").encode().hex())
        if name == "Literal":
            return self._literal(element)
        node = self._fresh()
        if name == "ObjectInverseOf":
            self._add(node, OWL.inverseOf, self._term(element[0]))
        elif name in _LISTS:
            kind, predicate = _LISTS[name]
            self._add(node, RDF.type, kind)
            self._add(node, predicate, self._list([self._term(part) for part in element]))
        elif name in _COMPLEMENTS:
            kind, predicate = _COMPLEMENTS[name]
            self._add(node, RDF.type, kind)
            self._add(node, predicate, self._term(element[0]))
        elif name == "DatatypeRestriction":
            self._datatype(node, element)
        else:
            self._restriction(node, name, element)
        return node

    def _datatype(self, node: BlankNode, element: Element) -> None:
        facets: list[Term] = []
        for part in element[1:]:
            facet = self._fresh()
            self._add(facet, self._resolved(part.get("facet") or ""), self._term(part[0]))
            facets.append(facet)
        self._add(node, RDF.type, RDFS.Datatype)
        self._add(node, OWL.onDatatype, self._term(element[0]))
        self._add(node, OWL.withRestrictions, self._list(facets))

    def _restriction(self, node: BlankNode, name: str, element: Element) -> None:
        self._add(node, RDF.type, OWL.Restriction)
        bare = name.removeprefix("Object").removeprefix("Data")
        if bare in _QUANTIFIERS:
            *properties, value = element
            if len(properties) == 1:
                self._add(node, OWL.onProperty, self._term(properties[0]))
            else:
                several = self._list([self._term(part) for part in properties])
                self._add(node, OWL.onProperties, several)
            self._add(node, _QUANTIFIERS[bare], self._term(value))
        elif name == "ObjectHasSelf":
            self._add(node, OWL.onProperty, self._term(element[0]))
            self._add(node, OWL.hasSelf, Literal("true", datatype=XSD.boolean))
        elif bare.removesuffix("Cardinality") in _CARDINALITIES:
            self._cardinality(node, bare.removesuffix("Cardinality"), element)
        else:
            raise BadOwlXml(f"The element {name} is no expression of OWL 2.")

    def _cardinality(self, node: BlankNode, kind: str, element: Element) -> None:
        number = Literal(element.get("cardinality") or "", datatype=XSD.nonNegativeInteger)
        qualified = len(element) > 1
        words = [_CARDINALITIES[kind], "Qualified" if qualified else "", "Cardinality"]
        text = "".join(words)
        self._add(node, OWL.term(text[0].lower() + text[1:]), number)
        self._add(node, OWL.onProperty, self._term(element[0]))
        if qualified:
            of_data = _name(element).startswith("Data")
            place = OWL.onDataRange if of_data else OWL.onClass
            self._add(node, place, self._term(element[1]))

    def _list(self, items: Sequence[Term]) -> Term:
        head: Term = RDF.nil
        for item in reversed(items):
            node = self._fresh()
            self._add(node, RDF.first, item)
            self._add(node, RDF.rest, head)
            head = node
        return head

    def _literal(self, element: Element) -> Literal:
        text, datatype = element.text or "", element.get("datatypeIRI")
        if language := element.get(_LANG):
            return Literal(text, language=language)
        return Literal(text, datatype=self._resolved(datatype)) if datatype else Literal(text)

    def _iri(self, element: Element) -> NamedNode:
        if short := element.get("abbreviatedIRI"):
            return self._expanded(short)
        return self._resolved(element.get("IRI") or "")

    def _expanded(self, short: str) -> NamedNode:
        prefix, _, local = short.partition(":")
        if prefix not in self._prefixes:
            raise BadOwlXml(f"The prefix {prefix!r} of {short!r} is not declared.")
        return self._resolved(self._prefixes[prefix] + local)

    def _resolved(self, iri: str) -> NamedNode:
        try:
            return NamedNode(
                f"{self._base}{iri}" if iri.startswith("#") else urljoin(self._base, iri)
            )
        except ValueError as error:
            raise BadOwlXml(f"{iri!r} is no IRI: {error}.") from error

    def _fresh(self) -> BlankNode:
        self._count += 1
        return BlankNode(f"x{self._count}")

    def _add(self, subject: Term, predicate: Term, value: Term) -> None:
        try:
            self._pending.append(Triple(subject, predicate, value))  # type: ignore[arg-type] # checked there
        except TypeError as error:
            raise BadOwlXml(f"{subject} {predicate} {value} is no triple: {error}.") from error


def _name(element: Element) -> str:
    namespace, _, name = element.tag.rpartition("}")
    if namespace != f"{{{OWL}":
        raise BadOwlXml(f"The element {element.tag} is not of OWL/XML.")
    return name
