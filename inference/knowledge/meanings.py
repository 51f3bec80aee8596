"""What the values stand for, in the ontology: annotations of properties, code lists, readings.

Only what is sure stands here; what is a judgement is suggested (`inference.knowledge.suggestions`).
Terms of other vocabularies are declared as those vocabularies declare them, so that merging is no
punning. Sources: SKOS https://www.w3.org/TR/skos-reference/, SOSA https://www.w3.org/TR/vocab-ssn/.
"""

from collections.abc import Iterator, Mapping, Sequence

from graph.model import AttributeDef, ClassDef, KnowledgeModel
from graph.names import ProjectNames
from graph.schema import Column, PersonalData, Schema, SemanticType
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import MIMIR, OWL, QUDT, RDF, RDFS, SKOS, SOSA, XSD
from inference.knowledge.graph_writer import GraphWriter

_NUMERIC = ("integer", "decimal", "double")
_TIMES = ("date", "dateTime")
_CODE_TYPES = ("category", "ordinal")
_LEAST_CONFIDENCE = 0.8
_CLASSES: tuple[PersonalData, ...] = ("none", "quasi", "direct", "sensitive")
_ANNOTATIONS = (
    (MIMIR.semanticType, "semantic type", "What the values stand for, beyond their datatype."),
    (MIMIR.personalData, "personal data", "What the values tell of a person: direct, quasi, …"),
    (MIMIR.language, "language", "The language of free text, as a BCP 47 tag."),
    (MIMIR.codeList, "code list", "The concept scheme that lists the values."),
    (MIMIR.position, "position", "The place of a code on its scale, from 1, the lowest."),
    (MIMIR.featureOfInterest, "feature of interest", "The link to what was observed."),
    (MIMIR.resultTime, "result time", "The property with the time of a reading."),
    (MIMIR.simpleResult, "simple result", "A property with a number that was read."),
    (QUDT.hasUnit, "has unit", "The unit of all values of a property."),
    (SKOS.prefLabel, "preferred label", "The words for a concept."),
)
_TERMS = (
    (SKOS.Concept, OWL.Class),
    (SKOS.ConceptScheme, OWL.Class),
    (SKOS.inScheme, OWL.ObjectProperty),
    (SKOS.exactMatch, OWL.ObjectProperty),
    (SKOS.notation, OWL.DatatypeProperty),
    (SOSA.Observation, OWL.Class),
    (SOSA.hasFeatureOfInterest, OWL.ObjectProperty),
    (SOSA.resultTime, OWL.DatatypeProperty),
    (SOSA.hasSimpleResult, OWL.DatatypeProperty),
)


def meaning_quads(model: KnowledgeModel, schema: Schema, names: ProjectNames) -> list[Quad]:
    """Write what is sure about the meaning of classes and properties, for `names.ontology`."""
    found = list(dict.fromkeys(_Writer(model, schema, names).quads()))
    used = {str(term) for quad in found for term in (quad.predicate, quad.object)}
    return [*declarations(used, names), *found]


def is_reading(item: ClassDef, schema: Schema) -> bool:
    """Tell whether the rows of a class are surely readings: time, thing, measured quantities."""
    if item.kind != "observation" or not item.links:
        return False
    measured = _measures(item, schema)
    kinds = {_semantic_type(schema, item, each) for each in measured}
    return bool(measured) and "measurement" in kinds and "money" not in kinds


def code_list_quads(names: ProjectNames, name: str, codes: Mapping[str, int]) -> Iterator[Quad]:
    """Write a concept scheme; codes of a scale have a position from 1, others have 0."""
    facts = GraphWriter(names.ontology).facts
    scheme = names.record("code-list", name)
    yield from facts(names.term(name), (MIMIR.codeList, scheme))
    yield from facts(
        scheme,
        (RDF.type, OWL.NamedIndividual),
        (RDF.type, SKOS.ConceptScheme),
        (RDFS.label, f"Codes of {name}"),
    )
    for code, position in sorted(codes.items()):
        concept = names.record("code-list", name, code)
        yield from facts(
            concept,
            (RDF.type, OWL.NamedIndividual),
            (RDF.type, SKOS.Concept),
            (SKOS.inScheme, scheme),
            (SKOS.notation, code),
            (SKOS.prefLabel, code),
        )
        if position:
            place = Literal(str(position), datatype=XSD.integer)
            yield from facts(concept, (MIMIR.position, place))


class _Writer:
    def __init__(self, model: KnowledgeModel, schema: Schema, names: ProjectNames) -> None:
        self._model = model
        self._schema = schema
        self._names = names
        self._facts = GraphWriter(names.ontology).facts

    def quads(self) -> Iterator[Quad]:
        """Write the facts of all properties, then the code lists, then the readings."""
        lists: dict[str, dict[str, int]] = {}
        meanings: dict[str, list[SemanticType | None]] = {}
        for item in self._model.classes:
            for attribute in item.attributes:
                column = self._column(item, attribute)
                meanings.setdefault(attribute.name, []).append(_sure(column))
                if _is_code_list(column):
                    lists.setdefault(attribute.name, {}).update(_codes(column))
        for name, uses in sorted(meanings.items()):
            yield from self._property(name, uses)
        for name, codes in sorted(lists.items()):
            yield from code_list_quads(self._names, name, codes)
        yield from self._readings()

    def _column(self, item: ClassDef, attribute: AttributeDef) -> Column:
        return self._schema.table(item.table).column(attribute.column)

    def _property(self, name: str, uses: Sequence[SemanticType | None]) -> Iterator[Quad]:
        """Write what all uses of a property share, and the strongest personal class of any."""
        term = self._names.term(name)
        personal = max((_CLASSES.index(use.personal) for use in uses if use), default=0)
        if personal:
            yield from self._facts(term, (MIMIR.personalData, _CLASSES[personal]))
        first = uses[0]
        if first is None or any(use is None or use.type != first.type for use in uses):
            return
        yield from self._facts(term, (MIMIR.semanticType, first.type))
        if first.language and all(use and use.language == first.language for use in uses):
            yield from self._facts(term, (MIMIR.language, first.language))
        if first.unit and all(use and use.unit == first.unit for use in uses):
            yield from self._facts(term, (QUDT.hasUnit, NamedNode(first.unit)))

    def _readings(self) -> Iterator[Quad]:
        """Write observation classes; a property that other classes use too is only annotated."""
        readings = [item for item in self._model.classes if is_reading(item, self._schema)]
        others = [item for item in self._model.classes if item not in readings]
        shared = {each.name for item in others for each in item.attributes}
        shared |= {each.name for item in others for each in item.links}
        for item in readings:
            cls = self._names.term(item.name)
            yield from self._facts(cls, (RDFS.subClassOf, SOSA.Observation))
            for name, annotation, above in _roles(item, self._schema):
                term = self._names.term(name)
                yield from self._facts(cls, (annotation, term))
                if name not in shared:
                    yield from self._facts(term, (RDFS.subPropertyOf, above))


def _roles(item: ClassDef, schema: Schema) -> Iterator[tuple[str, NamedNode, NamedNode]]:
    """Give the properties of a reading: their names and what they are in SOSA."""
    yield item.links[0].name, MIMIR.featureOfInterest, SOSA.hasFeatureOfInterest
    time = next((each for each in item.attributes if each.datatype in _TIMES), None)
    if time is not None:
        yield time.name, MIMIR.resultTime, SOSA.resultTime
    for each in _measures(item, schema):
        yield each.name, MIMIR.simpleResult, SOSA.hasSimpleResult


def _measures(item: ClassDef, schema: Schema) -> list[AttributeDef]:
    """List the numbers of a class that name nothing."""
    return [
        each
        for each in item.attributes
        if each.datatype in _NUMERIC
        and each.column not in item.key
        and _semantic_type(schema, item, each) not in ("identifier", "year")
    ]


def _semantic_type(schema: Schema, item: ClassDef, attribute: AttributeDef) -> str | None:
    semantic = schema.table(item.table).column(attribute.column).semantic
    return semantic.type if semantic else None


def _sure(column: Column) -> SemanticType | None:
    semantic = column.semantic
    doubtful = semantic is None or semantic.decision.confidence < _LEAST_CONFIDENCE
    return None if doubtful else semantic


def _is_code_list(column: Column) -> bool:
    semantic = column.semantic
    return (
        bool(column.enumeration)
        and semantic is not None
        and semantic.type in _CODE_TYPES
        and semantic.decision.confidence >= _LEAST_CONFIDENCE
    )


def _codes(column: Column) -> dict[str, int]:
    order = column.semantic.order if column.semantic else ()
    return {value: order.index(value) + 1 if value in order else 0 for value in column.enumeration}


def declarations(used: set[str], names: ProjectNames) -> Iterator[Quad]:
    """Declare those terms of other vocabularies that are used, given as N-Triples."""
    facts = GraphWriter(names.ontology).facts
    for term, label, comment in _ANNOTATIONS:
        if str(term) in used:
            declared = (RDF.type, OWL.AnnotationProperty)
            yield from facts(term, declared, (RDFS.label, label), (RDFS.comment, comment))
    for term, kind in _TERMS:
        if str(term) in used:
            yield from facts(term, (RDF.type, kind))
