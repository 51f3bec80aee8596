"""The shapes of a project: a knowledge model as SHACL.

One node shape per class, one property shape per attribute and link, each with an IRI of its own,
so that a violation names what to repair. The shapes hold on the data they came from, but for cells
that could not be mapped. Source: https://www.w3.org/TR/shacl/.
"""

from collections.abc import Iterator

from graph.model import AttributeDef, ClassDef, JunctionDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.schema import Column, Schema, Table
from graph.terms import Literal, NamedNode, Quad, Subject, Term
from graph.vocab import RDF, SH, XSD
from inference.rdf_list import list_quads


def shape_quads(model: KnowledgeModel, schema: Schema, names: ProjectNames) -> list[Quad]:
    """Write the shapes of a model, for the graph `names.shapes`."""
    return list(_Writer(model, schema, names).quads())


class _Writer:
    def __init__(self, model: KnowledgeModel, schema: Schema, names: ProjectNames) -> None:
        self._model = model
        self._schema = schema
        self._names = names

    def quads(self) -> Iterator[Quad]:
        """Write the shapes of all classes and junctions."""
        for item in self._model.classes:
            yield from self._class(item)
        for pair in self._model.junctions:
            yield from self._junction(pair)

    def _class(self, item: ClassDef) -> Iterator[Quad]:
        node = self._names.shape(item.name)
        table = self._schema.table(item.table)
        yield self._quad(node, RDF.type, SH.NodeShape)
        yield self._quad(node, SH.targetClass, self._names.term(item.name))
        yield self._quad(node, SH.name, Literal(item.label))
        yield self._quad(node, SH.description, Literal(f"A row of {table.source}."))
        for attribute in item.attributes:
            yield from self._attribute(item, table, attribute)
        for link in item.links:
            yield from self._link(item, table, link)

    def _attribute(self, item: ClassDef, table: Table, attribute: AttributeDef) -> Iterator[Quad]:
        shape = self._names.shape(f"{item.name}-{attribute.name}")
        column = table.column(attribute.column)
        place = _place((attribute.column,), table)
        unit = f" in {attribute.unit}" if attribute.unit else ""
        yield from self._property(item.name, shape, attribute.name, attribute.label)
        yield self._quad(shape, SH.description, Literal(f"{place}: {attribute.datatype}{unit}."))
        yield self._quad(shape, SH.datatype, XSD.term(attribute.datatype))
        wanted = f"{attribute.label!r} of type {attribute.datatype}"
        yield from self._counts(shape, item.label, wanted, place, required=attribute.required)
        if column.enumeration and column.datatype != "boolean":
            yield from self._enumeration(item, attribute, column, place)

    def _enumeration(
        self, item: ClassDef, attribute: AttributeDef, column: Column, place: str
    ) -> Iterator[Quad]:
        """Warn, not refuse: that a set of values is closed is a guess from the values seen."""
        shape = self._names.shape(f"{item.name}-{attribute.name}-values")
        values: list[Term] = [_literal(text, column.datatype) for text in column.enumeration]
        label = (item.name, attribute.name, "values")
        head, quads = list_quads(values, label, self._names.shapes)
        message = (
            f"Use one of the known values of {attribute.label!r}, or add the new value to the "
            f"shape if it is right ({place})."
        )
        yield from self._property(item.name, shape, attribute.name, attribute.label)
        yield self._quad(shape, SH.term("in"), head)
        yield from quads
        yield self._quad(shape, SH.severity, SH.Warning)
        yield self._quad(shape, SH.message, Literal(message))

    def _link(self, item: ClassDef, table: Table, link: LinkDef) -> Iterator[Quad]:
        shape = self._names.shape(f"{item.name}-{link.name}")
        place = _place(link.columns, table)
        yield from self._property(item.name, shape, link.name, link.label)
        yield self._quad(shape, SH.description, Literal(f"{place}: points to {link.target}."))
        yield from self._target(shape, link.target)
        wanted = f"{link.label!r}, an individual of {link.target}"
        yield from self._counts(shape, item.label, wanted, place, required=link.required)

    def _junction(self, pair: JunctionDef) -> Iterator[Quad]:
        owner = pair.source.target
        shape = self._names.shape(f"{owner}-{pair.name}")
        source = self._schema.table(pair.table).source
        message = (
            f"Point {pair.label!r} of each {owner} to individuals of {pair.target.target} only "
            f"({source})."
        )
        yield from self._property(owner, shape, pair.name, pair.label)
        yield self._quad(shape, SH.description, Literal(f"A row of {source}."))
        yield from self._target(shape, pair.target.target)
        yield self._quad(shape, SH.severity, SH.Violation)
        yield self._quad(shape, SH.message, Literal(message))

    def _property(self, owner: str, shape: NamedNode, path: str, label: str) -> Iterator[Quad]:
        yield self._quad(self._names.shape(owner), SH.property, shape)
        yield self._quad(shape, RDF.type, SH.PropertyShape)
        yield self._quad(shape, SH.path, self._names.term(path))
        yield self._quad(shape, SH.name, Literal(label))

    def _target(self, shape: NamedNode, target: str) -> Iterator[Quad]:
        yield self._quad(shape, SH.term("class"), self._names.term(target))
        yield self._quad(shape, SH.nodeKind, SH.IRI)

    def _counts(
        self, shape: NamedNode, owner: str, wanted: str, place: str, *, required: bool
    ) -> Iterator[Quad]:
        if required:
            yield self._quad(shape, SH.minCount, _literal("1", "integer"))
        yield self._quad(shape, SH.maxCount, _literal("1", "integer"))
        number = "exactly one" if required else "at most one"
        message = f"Give each {owner} {number} {wanted} ({place})."
        yield self._quad(shape, SH.severity, SH.Violation)
        yield self._quad(shape, SH.message, Literal(message))

    def _quad(self, subject: Subject, predicate: NamedNode, value: Term) -> Quad:
        return Quad(subject, predicate, value, self._names.shapes)


def _place(columns: tuple[str, ...], table: Table) -> str:
    return f"column {' and '.join(columns)} of {table.source}"


def _literal(text: str, datatype: str) -> Literal:
    return Literal(text) if datatype == "string" else Literal(text, datatype=XSD.term(datatype))
