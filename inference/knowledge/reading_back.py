"""The schema read back from the graphs that describe it: ontology, shapes and mapping.

What a shape says of an attribute (its type, whether it is required, its known values, its form)
comes from the shape; units from the ontology; the rest from the facts about tables. What only the
rows tell (counts, ranges, confidence) is not in the graphs and not in what is read.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from graph.errors import NotFound
from graph.model import KnowledgeModel
from graph.schema import Column, Decision, Key, Reference, Schema, Table
from graph.terms import Literal, NamedNode, Quad, Term
from graph.vocab import CSVW, MIMIR, RDF, SH, XSD
from inference.knowledge.naming import Identity, name_with

READ = Decision(1.0, ("Read from the ontology, the shapes and the mapping.",))


def read_schema(quads: Iterable[Quad]) -> tuple[Schema, KnowledgeModel]:
    """Read a schema and the names of its terms.

    Args:
        quads: those of the graphs of ontology, shapes and mapping, of whatever project.

    Raises:
        NotFound: the graphs do not tell of tables.
    """
    facts = _Facts(quads)
    tables = sorted(facts.subjects(CSVW.Table), key=facts.position)
    if not tables:
        raise NotFound("The graphs tell of no tables; import the mapping too.")
    schema = Schema(tuple(_table(facts, node) for node in tables))
    return schema, name_with(schema, _names(facts, tables))


class _Facts:
    """The facts of the graphs, by subject."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._by_subject: dict[Term, list[tuple[NamedNode, Term]]] = {}
        for quad in quads:
            self._by_subject.setdefault(quad.subject, []).append((quad.predicate, quad.object))

    def subjects(self, kind: NamedNode) -> list[Term]:
        """List what is of a kind."""
        return [s for s, facts in self._by_subject.items() if (RDF.type, kind) in facts]

    def all(self, subject: Term, predicate: NamedNode) -> list[Term]:
        """List the values of a predicate."""
        return [value for key, value in self._by_subject.get(subject, ()) if key == predicate]

    def one(self, subject: Term, predicate: NamedNode) -> Term | None:
        """Give the value of a predicate, if there is one."""
        return next(iter(self.all(subject, predicate)), None)

    def text(self, subject: Term, predicate: NamedNode) -> str:
        """Give the text of a value; empty without one."""
        return _text(self.one(subject, predicate))

    def texts(self, subject: Term, predicate: NamedNode) -> tuple[str, ...]:
        """Give the texts of all values, sorted."""
        return tuple(sorted(_text(value) for value in self.all(subject, predicate)))

    def position(self, subject: Term) -> int:
        """Give the place of a table, column or reference among its like."""
        return int(self.text(subject, MIMIR.position) or 0)

    def members(self, head: Term | None) -> Iterator[Term]:
        """Walk an RDF collection."""
        while head is not None and head != RDF.nil:
            yield from self.all(head, RDF.first)
            head = self.one(head, RDF.rest)

    def shapes(self, kind: Term, path: Term) -> list[Term]:
        """List the property shapes of a class and a property."""
        return [
            shape
            for node in self.subjects(SH.NodeShape)
            if kind in self.all(node, SH.targetClass)
            for shape in self.all(node, SH.property)
            if self.one(shape, SH.path) == path
        ]


def _table(facts: _Facts, node: Term) -> Table:
    columns = sorted(facts.all(node, CSVW.column), key=facts.position)
    primary = facts.one(node, CSVW.primaryKey)
    references = sorted(facts.all(node, CSVW.foreignKey), key=facts.position)
    unique = [_key(facts, head) for head in facts.all(node, MIMIR.uniqueKey)]
    return Table(
        facts.text(node, MIMIR.fromTable),
        facts.text(node, MIMIR.sourceFile),
        0,
        tuple(_column(facts, facts.one(node, MIMIR.denotes), column) for column in columns),
        _key(facts, primary) if primary else None,
        tuple(sorted(unique, key=lambda item: item.columns)),
        tuple(_reference(facts, item) for item in references),
        facts.text(node, MIMIR.tableKind) or "entity",  # type: ignore[arg-type] # as written
    )


def _column(facts: _Facts, owner: Term | None, node: Term) -> Column:
    known: dict[str, Any] = {
        "datatype": facts.text(node, CSVW.datatype).removeprefix(XSD),
        "nullable": facts.text(node, CSVW.required) == "false",
    }
    language = facts.text(node, CSVW.term("lang")) or None
    term = facts.one(node, MIMIR.denotes)
    # One shape speaks of the columns of all languages.
    if owner is not None and term is not None and language is None:
        known |= _shaped(facts, facts.shapes(owner, term))
    return Column(
        name=facts.text(node, CSVW.term("title")),
        decision=READ,
        unique=facts.text(node, MIMIR.isUnique) == "true",
        format=facts.text(node, MIMIR.cellFormat) or None,
        decimal_comma=facts.text(node, CSVW.decimalChar) == ",",
        spaced_groups=facts.text(node, CSVW.groupChar) == " ",
        true_words=facts.texts(node, MIMIR.trueWord),
        false_words=facts.texts(node, MIMIR.falseWord),
        null_words=facts.texts(node, CSVW.null),
        unit=facts.text(node, MIMIR.unit) or None,
        language=language,
        **known,
    )


def _shaped(facts: _Facts, shapes: list[Term]) -> dict[str, Any]:
    """Read what the shapes of an attribute say of its column."""
    known: dict[str, Any] = {}
    for shape in shapes:
        if datatype := facts.text(shape, SH.datatype):
            known["datatype"] = datatype.removeprefix(XSD)
            known["nullable"] = facts.text(shape, SH.minCount) in ("", "0")
        if values := facts.one(shape, SH.term("in")):
            known["enumeration"] = tuple(sorted(map(_text, facts.members(values))))
    return known


def _key(facts: _Facts, head: Term) -> Key:
    return Key(_titles(facts, head), READ)


def _reference(facts: _Facts, node: Term) -> Reference:
    target = facts.one(node, CSVW.referencedTable)
    return Reference(
        _titles(facts, facts.one(node, CSVW.referencingColumn)),
        facts.text(target, MIMIR.fromTable) if target else "",
        _titles(facts, facts.one(node, CSVW.referencedColumn)),
        READ,
        one_to_one=facts.text(node, MIMIR.isOneToOne) == "true",
    )


def _titles(facts: _Facts, head: Term | None) -> tuple[str, ...]:
    return tuple(facts.text(column, CSVW.term("title")) for column in facts.members(head))


def _names(facts: _Facts, tables: list[Term]) -> dict[Identity, str]:
    """Read the names that terms have, by what they name."""
    names: dict[Identity, str] = {}
    for node in tables:
        table = facts.text(node, MIMIR.fromTable)
        for kind in ("class", "junction"):
            names[kind, table] = _local(facts.one(node, MIMIR.denotes))
        for column in facts.all(node, CSVW.column):
            title = facts.text(column, CSVW.term("title"))
            names["attribute", table, title] = _local(facts.one(column, MIMIR.denotes))
        for reference in facts.all(node, CSVW.foreignKey):
            found = _reference(facts, reference)
            identity = ("link", table, found.columns, found.ref_table, found.ref_columns)
            names[identity] = _local(facts.one(reference, MIMIR.denotes))
    return {identity: name for identity, name in names.items() if name}


def _local(term: Term | None) -> str:
    return _text(term).rpartition("#")[2]


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, (Literal, NamedNode)) else ""
