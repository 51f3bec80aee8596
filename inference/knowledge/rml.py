"""The mapping of a project: a knowledge model as RML, to replay an import with another engine.

One triples map per class and table of pairs; links are joins on the parent's columns. The sources
are the CSV files of `graph.replay`, which hold canonical forms, names and targets for which RML has
no words. Source: https://rml.io/specs/rml/ and https://www.w3.org/TR/r2rml/.
"""

from collections.abc import Iterator, Sequence

from graph.model import AttributeDef, ClassDef, JunctionDef, KnowledgeModel, LinkDef
from graph.names import KEY_JOINT, ProjectNames
from graph.replay import (
    is_joined,
    key_columns,
    replay_file,
    row_name_column,
    target_column,
)
from graph.schema import Schema
from graph.terms import NamedNode, Quad, Term
from graph.vocab import QL, RDF, RML, RR, XSD
from inference.knowledge.graph_writer import GraphWriter


def rml_quads(model: KnowledgeModel, schema: Schema, names: ProjectNames) -> list[Quad]:
    """Write the RML mapping of a model, for the graph `names.mapping`."""
    return list(_Writer(model, schema, names).quads())


class _Writer:
    def __init__(self, model: KnowledgeModel, schema: Schema, names: ProjectNames) -> None:
        self._model = model
        self._schema = schema
        self._names = names
        self._facts = GraphWriter(names.mapping).facts

    def quads(self) -> Iterator[Quad]:
        """Write the maps of all classes and junctions."""
        for item in self._model.classes:
            yield from self._class(item)
        for pair in self._model.junctions:
            yield from self._junction(pair)

    def _class(self, item: ClassDef) -> Iterator[Quad]:
        subject = self._subject(item.name, item.table, item.key)
        kind: tuple[NamedNode, Term | str] = (RR.term("class"), self._names.term(item.name))
        yield from self._triples_map(item.name, item.table, subject, kind)
        for attribute in item.attributes:
            yield from self._attribute(item, attribute)
        for link in item.links:
            yield from self._link(item.name, item.table, item.key, link)

    def _junction(self, pair: JunctionDef) -> Iterator[Quad]:
        source = self._model.class_of(pair.source.target_table)
        columns = self._columns(pair.table, pair.source, source)
        subject = self._subject(source.name, pair.table, columns)
        yield from self._triples_map(pair.name, pair.table, subject)
        yield from self._link(pair.name, pair.table, pair.source.columns, pair.target, pair.name)

    def _columns(self, table: str, link: LinkDef, target: ClassDef) -> tuple[str, ...]:
        return key_columns(link, target, self._schema.table(table), self._schema)

    def _subject(
        self, class_name: str, table: str, columns: Sequence[str]
    ) -> tuple[NamedNode, Term | str]:
        if columns:
            return RR.template, _template(self._names.things(class_name), columns)
        return RML.reference, row_name_column(self._schema.table(table))

    def _triples_map(
        self, name: str, table: str, *subject: tuple[NamedNode, Term | str]
    ) -> Iterator[Quad]:
        source, map_of_subject = self._iri(name, "source"), self._iri(name, "subject")
        yield from self._facts(
            self._iri(name),
            (RDF.type, RR.TriplesMap),
            (RML.logicalSource, source),
            (RR.subjectMap, map_of_subject),
        )
        yield from self._facts(
            source, (RML.source, replay_file(table)), (RML.referenceFormulation, QL.CSV)
        )
        yield from self._facts(
            map_of_subject, *subject, (RR.termType, RR.IRI), (RR.graph, self._names.data)
        )

    def _attribute(self, item: ClassDef, attribute: AttributeDef) -> Iterator[Quad]:
        apart = (attribute.language,) if attribute.language else ()
        value = self._iri(item.name, attribute.name, *apart, "object")
        yield from self._predicate(item.name, attribute.name, value, *apart)
        yield from self._facts(value, (RML.reference, attribute.column))
        if attribute.language:
            yield from self._facts(value, (RR.language, attribute.language))
        elif attribute.datatype != "string":
            yield from self._facts(value, (RR.datatype, XSD.term(attribute.datatype)))

    def _link(
        self,
        owner: str,
        table: str,
        key: Sequence[str],
        link: LinkDef,
        name: str | None = None,
    ) -> Iterator[Quad]:
        name = name or link.name
        target = self._iri(owner, name, "object")
        yield from self._predicate(owner, name, target)
        parent = self._model.class_of(link.target_table)
        child = self._schema.table(table)
        if not is_joined(link, key, parent):
            column = target_column(link, child)
            yield from self._facts(target, (RML.reference, column), (RR.termType, RR.IRI))
            return
        yield from self._facts(target, (RR.parentTriplesMap, self._iri(parent.name)))
        columns = self._columns(table, link, parent)
        for place, (own, its) in enumerate(zip(columns, parent.key, strict=True), start=1):
            condition = self._iri(owner, name, f"join{place}")
            yield from self._facts(target, (RR.joinCondition, condition))
            yield from self._facts(condition, (RR.child, own), (RR.parent, its))

    def _predicate(self, owner: str, name: str, target: NamedNode, *apart: str) -> Iterator[Quad]:
        pair = self._iri(owner, name, *apart)
        yield from self._facts(self._iri(owner), (RR.predicateObjectMap, pair))
        predicate = (RR.predicate, self._names.term(name))
        yield from self._facts(pair, predicate, (RR.objectMap, target))

    def _iri(self, *parts: str) -> NamedNode:
        return self._names.record("mapping", *parts)


def _template(prefix: str, columns: Sequence[str]) -> str:
    escapes = str.maketrans({"\\": "\\\\", "{": "\\{", "}": "\\}"})
    return prefix + KEY_JOINT.join(f"{{{column.translate(escapes)}}}" for column in columns)
