"""The shapes of a project: a knowledge model as SHACL.

One node shape per class, one property shape per attribute and link, each with an IRI of its own,
so that a violation names what to repair. The shapes hold on the data they came from, but for cells
that could not be mapped. What only the values seen suggest (a closed set, a range, a form) is a
warning in a shape of its own. Source: https://www.w3.org/TR/shacl/.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from graph.model import AttributeDef, ClassDef, JunctionDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.schema import Column, Schema, Table
from graph.terms import Literal, NamedNode, Quad, Term
from graph.vocab import RDF, SH, XSD
from inference.knowledge.graph_writer import GraphWriter, blank_node, typed
from inference.knowledge.key_shapes import composite_key_quads
from inference.knowledge.value_bounds import bounds_of, form_of

_CLASS = SH.term("class")
_IN = SH.term("in")


def shape_quads(model: KnowledgeModel, schema: Schema, names: ProjectNames) -> list[Quad]:
    """Write the shapes of a model, for the graph `names.shapes`."""
    return list(_Writer(model, schema, names).quads())


class _Writer:
    def __init__(self, model: KnowledgeModel, schema: Schema, names: ProjectNames) -> None:
        self._model = model
        self._schema = schema
        self._names = names
        self._graph = GraphWriter(names.shapes)
        self._facts = self._graph.facts
        self._owners = Counter(each.name for item in model.classes for each in item.attributes)

    def quads(self) -> Iterator[Quad]:
        """Write the shapes of all classes and junctions."""
        for item in self._model.classes:
            yield from self._class(item)
        for pair in self._model.junctions:
            yield from self._junction(pair)

    def _class(self, item: ClassDef) -> Iterator[Quad]:
        table = self._schema.table(item.table)
        yield from self._facts(
            self._names.shape(item.name),
            (RDF.type, SH.NodeShape),
            (SH.targetClass, self._names.term(item.name)),
            (SH.name, item.label),
            (SH.description, f"A row of {table.source}."),
        )
        texts: dict[str, list[AttributeDef]] = {}
        for attribute in item.attributes:
            if attribute.language:
                texts.setdefault(attribute.name, []).append(attribute)
            else:
                yield from self._attribute(item, table, attribute)
        for attributes in texts.values():
            yield from self._text(item, table, attributes)
        for link in item.links:
            yield from self._link(item, table, link)
        for attribute in _own_keys(item, table):
            yield from self._key(item, table, attribute)
        yield from composite_key_quads(item, table, self._names)

    def _attribute(self, item: ClassDef, table: Table, attribute: AttributeDef) -> Iterator[Quad]:
        place = _place((attribute.column,), table)
        unit = f" in {attribute.unit}" if attribute.unit else ""
        wanted = f"{attribute.label!r} of type {attribute.datatype}"
        yield from self._property(
            item.name,
            attribute,
            "",
            (SH.description, f"{place}: {attribute.datatype}{unit}."),
            (SH.datatype, XSD.term(attribute.datatype)),
            (SH.nodeKind, SH.Literal),
            *_counts(item.label, wanted, place, required=attribute.required),
        )
        yield from self._guesses(item, table, attribute, place)

    def _text(
        self, item: ClassDef, table: Table, attributes: Sequence[AttributeDef]
    ) -> Iterator[Quad]:
        """Let a text in several languages have one value in each."""
        first, number = attributes[0], len(attributes)
        languages = sorted({each.language for each in attributes if each.language})
        required = sum(each.required for each in attributes)
        place = _place(tuple(each.column for each in attributes), table)
        words = ", ".join(languages)
        yield from self._property(
            item.name,
            first,
            "",
            (SH.description, f"{place}: text in {words}."),
            (SH.datatype, RDF.langString),
            (SH.nodeKind, SH.Literal),
            *([(SH.minCount, typed(str(required), "integer"))] if required else []),
            (SH.maxCount, typed(str(number), "integer")),
            *([(SH.uniqueLang, typed("true", "boolean"))] if number == len(languages) else []),
            (SH.severity, SH.Violation),
            (
                SH.message,
                f"Give each {item.label} {first.label!r} as text with a language, one value for "
                f"each of {words} ({place}).",
            ),
        )
        shape = self._names.shape(f"{item.name}-{first.name}")
        tags: list[Term] = [Literal(language) for language in languages]
        label = (item.name, first.name, "languages")
        yield from self._graph.collection(shape, SH.languageIn, tags, label)

    def _guesses(
        self, item: ClassDef, table: Table, attribute: AttributeDef, place: str
    ) -> Iterator[Quad]:
        """Warn, not refuse: that other values are wrong is a guess from the values seen."""
        column = table.column(attribute.column)
        label = attribute.label
        if column.enumeration and column.datatype != "boolean":
            yield from self._values(item.name, attribute.name, column)
            message = (
                f"Use one of the known values of {label!r}, or add the new value to the "
                f"shape if it is right ({place})."
            )
            yield from self._guess(item.name, attribute, "-values", message)
        if bounds := bounds_of(column):
            words = " and ".join(f"{item.word} {item.value}" for item in bounds)
            facts = [(item.predicate, typed(item.value, column.datatype)) for item in bounds]
            message = f"Give a {label!r} of {words}, or widen the shape if it is right ({place})."
            yield from self._guess(item.name, attribute, "-range", message, *facts)
        if form := form_of(column):
            message = (
                f"Write {label!r} in the form {form.words}, or widen the shape if another form "
                f"is right ({place})."
            )
            yield from self._guess(item.name, attribute, "-form", message, *form.facts)

    def _values(self, owner: str, name: str, column: Column) -> Iterator[Quad]:
        shape = self._names.shape(f"{owner}-{name}-values")
        values: list[Term] = [typed(text, column.datatype) for text in column.enumeration]
        yield from self._graph.collection(shape, _IN, values, (owner, name, "values"))

    def _guess(
        self,
        owner: str,
        attribute: AttributeDef,
        kind: str,
        message: str,
        *facts: tuple[NamedNode, Term | str],
    ) -> Iterator[Quad]:
        ending = ((SH.severity, SH.Warning), (SH.message, message))
        yield from self._property(owner, attribute, kind, *facts, *ending)

    def _link(self, item: ClassDef, table: Table, link: LinkDef) -> Iterator[Quad]:
        place = _place(link.columns, table)
        wanted = f"{link.label!r}, an individual of {link.target}"
        yield from self._property(
            item.name,
            link,
            "",
            (SH.description, f"{place}: points to {link.target}."),
            (_CLASS, self._names.term(link.target)),
            (SH.nodeKind, SH.IRI),
            *_counts(item.label, wanted, place, required=link.required),
        )

    def _key(self, item: ClassDef, table: Table, attribute: AttributeDef) -> Iterator[Quad]:
        """Let no two individuals share a key: from the value back, there is one of the class."""
        shape = self._names.shape(f"{item.name}-{attribute.name}-key")
        label = (item.name, attribute.name, "key")
        there: NamedNode = self._names.term(attribute.name)
        back, one = blank_node(*label, "back"), typed("1", "integer")
        yield from self._facts(self._names.shape(item.name), (SH.property, shape))
        yield from self._graph.collection(shape, SH.path, [there, back], (*label, "path"))
        yield from self._facts(back, (SH.inversePath, there))
        place = _place((attribute.column,), table)
        yield from self._facts(
            shape,
            (RDF.type, SH.PropertyShape),
            (SH.name, f"{attribute.label} (unique)"),
            (SH.description, f"{place} is a key."),
            (SH.severity, SH.Violation),
            (
                SH.message,
                f"Give each {item.label} its own {attribute.label!r}, or make one of those that "
                f"share it ({place}).",
            ),
        )
        if self._owners[attribute.name] == 1:
            yield from self._facts(shape, (SH.maxCount, one))
            return
        member = blank_node(*label, "member")
        yield from self._facts(member, (_CLASS, self._names.term(item.name)))
        yield from self._facts(shape, (SH.qualifiedValueShape, member), (SH.qualifiedMaxCount, one))

    def _junction(self, pair: JunctionDef) -> Iterator[Quad]:
        owner = pair.source.target
        source = self._schema.table(pair.table).source
        message = (
            f"Point {pair.label!r} of each {owner} to individuals of {pair.target.target} only "
            f"({source})."
        )
        yield from self._property(
            owner,
            pair,
            "",
            (SH.description, f"A row of {source}."),
            (_CLASS, self._names.term(pair.target.target)),
            (SH.nodeKind, SH.IRI),
            (SH.severity, SH.Violation),
            (SH.message, message),
        )

    def _property(
        self,
        owner: str,
        item: AttributeDef | LinkDef | JunctionDef,
        kind: str,
        *facts: tuple[NamedNode, Term | str],
    ) -> Iterator[Quad]:
        shape = self._names.shape(f"{owner}-{item.name}{kind}")
        yield from self._facts(self._names.shape(owner), (SH.property, shape))
        yield from self._facts(
            shape,
            (RDF.type, SH.PropertyShape),
            (SH.path, self._names.term(item.name)),
            (SH.name, item.label),
            *facts,
        )


def _own_keys(item: ClassDef, table: Table) -> list[AttributeDef]:
    """List the attributes that are a key by themselves."""
    unique = [key.columns for key in table.unique_keys if not key.duplicates]
    keys = {item.key, *unique}
    own = [attribute for attribute in item.attributes if not attribute.language]
    return [attribute for attribute in own if (attribute.column,) in keys]


def _counts(
    owner: str, wanted: str, place: str, *, required: bool
) -> tuple[tuple[NamedNode, Term | str], ...]:
    one: Literal = typed("1", "integer")
    number = "exactly one" if required else "at most one"
    return (
        *([(SH.minCount, one)] if required else []),
        (SH.maxCount, one),
        (SH.severity, SH.Violation),
        (SH.message, f"Give each {owner} {number} {wanted} ({place})."),
    )


def _place(columns: tuple[str, ...], table: Table) -> str:
    return f"column {' and '.join(columns)} of {table.source}"
