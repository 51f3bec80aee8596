"""Facts about tables for which OWL, SHACL and RML have no words, in the vocabulary of CSVW.

They stand in the mapping graph beside the RML, so that the schema can be read back from the graphs
alone (`inference.knowledge.reading_back`): the order of columns, how cells are written, keys,
references, and which term each of them became. Source: https://www.w3.org/ns/csvw.
"""

from collections.abc import Iterator, Sequence

from graph.model import KnowledgeModel
from graph.names import ProjectNames
from graph.replay import replay_file
from graph.schema import Column, Reference, Schema, Table
from graph.terms import Literal, NamedNode, Quad, Term
from graph.vocab import CSVW, MIMIR, RDF, XSD
from inference.knowledge.graph_writer import GraphWriter, typed
from inference.knowledge.naming import Identity, term_names


def table_quads(model: KnowledgeModel, schema: Schema, names: ProjectNames) -> list[Quad]:
    """Describe the tables of a schema, for the graph `names.mapping`."""
    return list(_Writer(model, schema, names).quads())


class _Writer:
    def __init__(self, model: KnowledgeModel, schema: Schema, names: ProjectNames) -> None:
        self._schema = schema
        self._names = names
        self._graph = GraphWriter(names.mapping)
        self._facts = self._graph.facts
        self._terms = term_names(model)

    def quads(self) -> Iterator[Quad]:
        """Write all tables."""
        for place, table in enumerate(self._schema.tables):
            yield from self._table(place, table)

    def _table(self, place: int, table: Table) -> Iterator[Quad]:
        node = self._iri(table.name)
        yield from self._facts(
            node,
            (RDF.type, CSVW.Table),
            (CSVW.url, replay_file(table.name)),
            (MIMIR.fromTable, table.name),
            (MIMIR.sourceFile, table.source),
            (MIMIR.tableKind, table.kind),
            (MIMIR.position, typed(str(place), "integer")),
            *self._term(("class", table.name)),
            *self._term(("junction", table.name)),
        )
        for position, column in enumerate(table.columns):
            yield from self._facts(node, (CSVW.column, self._column_iri(table.name, column.name)))
            yield from self._column(position, table, column)
        keys = [(CSVW.primaryKey, table.primary_key)] if table.primary_key else []
        keys += [(MIMIR.uniqueKey, key) for key in table.unique_keys]
        for position, (predicate, key) in enumerate(keys):
            label = ("table", table.name, "key", str(position))
            items = self._column_iris(table.name, key.columns)
            yield from self._graph.collection(node, predicate, items, label)
        for position, reference in enumerate(table.references):
            yield from self._reference(position, table, reference)

    def _column(self, position: int, table: Table, column: Column) -> Iterator[Quad]:
        facts: list[tuple[NamedNode, Term | str]] = [
            (RDF.type, CSVW.Column),
            (CSVW.term("title"), column.name),
            (MIMIR.position, typed(str(position), "integer")),
            (CSVW.datatype, XSD.term(column.datatype)),
            (CSVW.required, _boolean(not column.nullable)),
            (MIMIR.isUnique, _boolean(column.unique)),
        ]
        facts += [(CSVW.null, word) for word in column.null_words]
        facts += [(MIMIR.trueWord, word) for word in column.true_words]
        facts += [(MIMIR.falseWord, word) for word in column.false_words]
        facts += [(MIMIR.unit, column.unit)] if column.unit else []
        facts += [(CSVW.term("lang"), column.language)] if column.language else []
        facts += [(MIMIR.cellFormat, column.format)] if column.format else []
        facts += [(CSVW.decimalChar, ",")] if column.decimal_comma else []
        facts += [(CSVW.groupChar, " ")] if column.spaced_groups else []
        facts += self._term(("attribute", table.name, column.name))
        yield from self._facts(self._column_iri(table.name, column.name), *facts)

    def _reference(self, position: int, table: Table, reference: Reference) -> Iterator[Quad]:
        node = self._iri(table.name, "reference", str(position))
        pair = (reference.columns, reference.ref_table, reference.ref_columns)
        yield from self._facts(self._iri(table.name), (CSVW.foreignKey, node))
        yield from self._facts(
            node,
            (RDF.type, CSVW.ForeignKey),
            (MIMIR.position, typed(str(position), "integer")),
            (CSVW.referencedTable, self._iri(reference.ref_table)),
            (MIMIR.isOneToOne, _boolean(reference.one_to_one)),
            *self._term(("link", table.name, *pair)),
        )
        for predicate, name, columns in (
            (CSVW.referencingColumn, table.name, reference.columns),
            (CSVW.referencedColumn, reference.ref_table, reference.ref_columns),
        ):
            label = ("table", table.name, "reference", str(position), predicate.value[-20:])
            yield from self._graph.collection(
                node, predicate, self._column_iris(name, columns), label
            )

    def _term(self, identity: Identity) -> list[tuple[NamedNode, Term | str]]:
        name = self._terms.get(identity)
        return [(MIMIR.denotes, self._names.term(name))] if name else []

    def _column_iris(self, table: str, columns: Sequence[str]) -> list[Term]:
        return [self._column_iri(table, column) for column in columns]

    def _column_iri(self, table: str, column: str) -> NamedNode:
        return self._iri(table, "column", column)

    def _iri(self, table: str, *parts: str) -> NamedNode:
        return self._names.record("mapping", "table", table, *parts)


def _boolean(value: bool) -> Literal:
    return typed(str(value).lower(), "boolean")
