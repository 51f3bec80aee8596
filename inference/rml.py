"""The mapping of a project: a knowledge model as RML, to replay an import with another engine.

One triples map per class; links are joins on the parent's columns. On clean CSV files whose cells
are canonical the replay gives the triples that landed; RML has no words for canonical forms,
content hashes and quarantine. Source: https://rml.io/specs/rml/ and https://www.w3.org/TR/r2rml/.
"""

from collections.abc import Iterator, Sequence

from graph.model import AttributeDef, ClassDef, JunctionDef, KnowledgeModel, LinkDef
from graph.names import KEY_JOINT, ProjectNames
from graph.schema import Schema
from graph.terms import Literal, NamedNode, Quad, Term
from graph.vocab import QL, RDF, RDFS, RML, RR, XSD

_HASHED = (
    "The rows have no key. The import names them by a hash of their cells, for which RML has no "
    "function; here the name holds the cells themselves."
)
_NOT_BY_KEY = (
    "The rows point to columns that are not the key of {name}, so the subject cannot be written "
    "as a template; the edges are not in this mapping."
)


def rml_quads(model: KnowledgeModel, schema: Schema, names: ProjectNames) -> list[Quad]:
    """Write the RML mapping of a model, for the graph `names.mapping`.

    The source of each triples map is the file of the table, or `<table>.csv` where the table came
    from a file of another kind.
    """
    return list(_Writer(model, schema, names).quads())


class _Writer:
    def __init__(self, model: KnowledgeModel, schema: Schema, names: ProjectNames) -> None:
        self._model = model
        self._schema = schema
        self._names = names

    def quads(self) -> Iterator[Quad]:
        """Write the maps of all classes and junctions."""
        for item in self._model.classes:
            yield from self._class(item)
        for pair in self._model.junctions:
            yield from self._junction(pair)

    def _class(self, item: ClassDef) -> Iterator[Quad]:
        triples_map = self._iri(item.name)
        columns = item.key or tuple(each.name for each in self._schema.table(item.table).columns)
        yield from self._triples_map(item.name, item.table, item.name, columns)
        subject = self._iri(item.name, "subject")
        yield self._quad(subject, RR.term("class"), self._names.term(item.name))
        if not item.key:
            yield self._quad(triples_map, RDFS.comment, Literal(_HASHED))
        for attribute in item.attributes:
            yield from self._attribute(item, attribute)
        for link in item.links:
            yield from self._link(item.name, link.name, link)

    def _junction(self, pair: JunctionDef) -> Iterator[Quad]:
        source = self._model.class_of(pair.source.target_table)
        if sorted(source.key) != sorted(pair.source.target_columns):
            text = _NOT_BY_KEY.format(name=source.name)
            yield self._quad(self._iri(pair.name), RDFS.comment, Literal(text))
            return
        child = dict(zip(pair.source.target_columns, pair.source.columns, strict=True))
        columns = [child[key] for key in source.key]
        yield from self._triples_map(pair.name, pair.table, source.name, columns)
        yield from self._link(pair.name, pair.name, pair.target)

    def _triples_map(
        self, name: str, table: str, class_name: str, columns: Sequence[str]
    ) -> Iterator[Quad]:
        triples_map, source = self._iri(name), self._iri(name, "source")
        subject = self._iri(name, "subject")
        yield self._quad(triples_map, RDF.type, RR.TriplesMap)
        yield self._quad(triples_map, RML.logicalSource, source)
        yield self._quad(source, RML.source, Literal(_file(table, self._schema)))
        yield self._quad(source, RML.referenceFormulation, QL.CSV)
        yield self._quad(triples_map, RR.subjectMap, subject)
        template = _template(self._names.things(class_name), columns)
        yield self._quad(subject, RR.template, Literal(template))
        yield self._quad(subject, RR.graph, self._names.data)

    def _attribute(self, item: ClassDef, attribute: AttributeDef) -> Iterator[Quad]:
        value = self._iri(item.name, attribute.name, "object")
        yield from self._predicate(item.name, attribute.name, value)
        yield self._quad(value, RML.reference, Literal(attribute.column))
        if attribute.datatype != "string":
            yield self._quad(value, RR.datatype, XSD.term(attribute.datatype))

    def _link(self, owner: str, name: str, link: LinkDef) -> Iterator[Quad]:
        target = self._iri(owner, name, "object")
        yield from self._predicate(owner, name, target)
        yield self._quad(target, RR.parentTriplesMap, self._iri(link.target))
        pairs = zip(link.columns, link.target_columns, strict=True)
        for place, (child, parent) in enumerate(pairs, start=1):
            condition = self._iri(owner, name, f"join{place}")
            yield self._quad(target, RR.joinCondition, condition)
            yield self._quad(condition, RR.child, Literal(child))
            yield self._quad(condition, RR.parent, Literal(parent))

    def _predicate(self, owner: str, name: str, target: NamedNode) -> Iterator[Quad]:
        pair = self._iri(owner, name)
        yield self._quad(self._iri(owner), RR.predicateObjectMap, pair)
        yield self._quad(pair, RR.predicate, self._names.term(name))
        yield self._quad(pair, RR.objectMap, target)

    def _iri(self, *parts: str) -> NamedNode:
        return self._names.record("mapping", *parts)

    def _quad(self, subject: NamedNode, predicate: NamedNode, value: Term) -> Quad:
        return Quad(subject, predicate, value, self._names.mapping)


def _file(table: str, schema: Schema) -> str:
    source = schema.table(table).source
    return source if source.lower().endswith(".csv") else f"{table}.csv"


def _template(prefix: str, columns: Sequence[str]) -> str:
    escapes = str.maketrans({"\\": "\\\\", "{": "\\{", "}": "\\}"})
    return prefix + KEY_JOINT.join(f"{{{column.translate(escapes)}}}" for column in columns)
