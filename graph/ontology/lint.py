"""What keeps an ontology from OWL 2 DL, found on its triples.

Stricter than the standard where tools stumble: no name is two things, nothing is imported. Source:
OWL 2 Structural Specification, sections 3, 4, 5.8 and 11, https://www.w3.org/TR/owl2-syntax/.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from graph.terms import BlankNode, Literal, NamedNode, Quad, Term, Triple
from graph.vocab import OWL, RDF, RDFS, XSD

_NUMBERS = (
    *("decimal", "integer", "nonNegativeInteger", "nonPositiveInteger", "positiveInteger"),
    *("negativeInteger", "long", "int", "short", "byte", "unsignedLong", "unsignedInt"),
    *("unsignedShort", "unsignedByte", "double", "float"),
)
_TEXTS = (
    *("string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN", "boolean"),
    *("hexBinary", "base64Binary", "anyURI", "dateTime", "dateTimeStamp"),
)
DATATYPES = frozenset(
    {
        RDFS.Literal,
        OWL.real,
        OWL.rational,
        RDF.PlainLiteral,
        RDF.XMLLiteral,
        RDF.langString,
        *(XSD.term(name) for name in _NUMBERS + _TEXTS),
    }
)
"""The OWL 2 datatype map."""

_KINDS = {
    OWL.Class: "class",
    OWL.ObjectProperty: "object property",
    OWL.DatatypeProperty: "data property",
    OWL.AnnotationProperty: "annotation property",
    OWL.NamedIndividual: "individual",
    RDFS.Datatype: "datatype",
}
_CLASS_PLACES = frozenset(
    {
        RDFS.subClassOf,
        OWL.equivalentClass,
        OWL.disjointWith,
        OWL.complementOf,
        OWL.onClass,
    }
)
_PROPERTY_PLACES = frozenset(
    {
        RDFS.subPropertyOf,
        OWL.equivalentProperty,
        OWL.inverseOf,
        OWL.propertyDisjointWith,
        OWL.onProperty,
    }
)
_NOT_SIMPLE = frozenset(
    {
        OWL.FunctionalProperty,
        OWL.InverseFunctionalProperty,
        OWL.IrreflexiveProperty,
        OWL.AsymmetricProperty,
    }
)
_FOREIGN = (RDFS.Class, RDF.Property)
_BUILT_IN = (str(RDF), str(RDFS), str(OWL), str(XSD))
_ANNOTATIONS = frozenset(
    {
        RDFS.label,
        RDFS.comment,
        RDFS.seeAlso,
        RDFS.isDefinedBy,
        OWL.deprecated,
        OWL.versionInfo,
        OWL.priorVersion,
        OWL.backwardCompatibleWith,
        OWL.incompatibleWith,
    }
)


def dl_problems(quads: Iterable[Quad | Triple]) -> tuple[str, ...]:
    """List what is not clean OWL 2 DL, sorted; empty when all is."""
    triples = [(quad.subject, quad.predicate, quad.object) for quad in quads]
    types: defaultdict[Term, set[Term]] = defaultdict(set)
    for subject, predicate, value in triples:
        if predicate == RDF.type:
            types[subject].add(value)
    found = [
        *_header_problems(triples, types),
        *_kind_problems(types),
        *_use_problems(triples, types),
    ]
    return tuple(sorted(dict.fromkeys(found)))


def _header_problems(
    triples: Sequence[tuple[Term, NamedNode, Term]], types: Mapping[Term, set[Term]]
) -> Iterator[str]:
    headers = [subject for subject, kinds in types.items() if OWL.Ontology in kinds]
    if len(headers) != 1:
        yield f"There are {len(headers)} ontology headers; write one owl:Ontology."
    versions = [value for _, predicate, value in triples if predicate == OWL.versionIRI]
    if len(versions) > 1:
        yield "There is more than one owl:versionIRI."
    for _, predicate, value in triples:
        if predicate == OWL.imports:
            yield f"{value} is imported; copy what is used."


def _kind_problems(types: Mapping[Term, set[Term]]) -> Iterator[str]:
    for subject, kinds in types.items():
        named = sorted(_KINDS[kind] for kind in kinds if kind in _KINDS)  # type: ignore[index] # IRIs
        if len(named) > 1:
            yield f"{subject} is {' and '.join(named)}; one name is one thing."
        for kind in kinds.intersection(_FOREIGN):
            yield f"{subject} is a {kind}; OWL DL has owl:Class and three kinds of properties."
        if OWL.TransitiveProperty in kinds and kinds & _NOT_SIMPLE:
            yield f"{subject} is transitive and may not be functional, irreflexive or asymmetric."


def _use_problems(
    triples: Sequence[tuple[Term, NamedNode, Term]], types: Mapping[Term, set[Term]]
) -> Iterator[str]:
    data = {subject for subject, kinds in types.items() if OWL.DatatypeProperty in kinds}
    for subject, predicate, value in triples:
        yield from _literal_problems(value)
        yield from _predicate_problems(predicate, types)
        if predicate in _CLASS_PLACES or predicate == RDFS.domain:
            yield from _class_problems(value, types)
        if predicate in _CLASS_PLACES:
            yield from _class_problems(subject, types)
        if predicate == RDFS.range:
            wanted = _datatype_problems if subject in data else _class_problems
            yield from wanted(value, types)
        if predicate == RDF.type and not _built_in(value):
            yield from _class_problems(value, types)
        if predicate in _PROPERTY_PLACES:
            yield from _property_problems(value, types)


def _literal_problems(value: Term) -> Iterator[str]:
    if isinstance(value, Literal) and value.datatype not in DATATYPES:
        yield f"{value.datatype} is no OWL 2 datatype; it is used for a literal."


def _predicate_problems(predicate: NamedNode, types: Mapping[Term, set[Term]]) -> Iterator[str]:
    if predicate in _ANNOTATIONS or _built_in(predicate):
        return
    yield from _property_problems(predicate, types)


def _class_problems(term: Term, types: Mapping[Term, set[Term]]) -> Iterator[str]:
    if isinstance(term, (BlankNode, Literal)) or term in (OWL.Thing, OWL.Nothing):
        return
    if OWL.Class not in types.get(term, ()):
        yield f"{term} is used as a class and not declared as one."


def _datatype_problems(term: Term, types: Mapping[Term, set[Term]]) -> Iterator[str]:
    declared = RDFS.Datatype in types.get(term, ())
    if isinstance(term, NamedNode) and term not in DATATYPES and not declared:
        yield f"{term} is no OWL 2 datatype; it is used as a range."


def _property_problems(term: Term, types: Mapping[Term, set[Term]]) -> Iterator[str]:
    if isinstance(term, NamedNode) and not _built_in(term):
        kinds = types.get(term, set[Term]())
        if not kinds & {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}:
            yield f"{term} is used as a property and not declared as one."


def _built_in(term: Term) -> bool:
    return isinstance(term, NamedNode) and term.value.startswith(_BUILT_IN)
