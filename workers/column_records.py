"""Records of columns in the meta graph: what each is and what others determine it, and why."""

from collections.abc import Iterator

from graph.changes import ChangeSet
from graph.names import ProjectNames
from graph.records import Facts, record_quads
from graph.schema import Column, Schema, Table
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import NamedNode, Quad
from graph.vocab import MIMIR, QUDT, RDF


def column_change(names: ProjectNames, meta: GraphReader, schema: Schema) -> ChangeSet:
    """Give the change that brings the records of columns and dependencies to a schema."""
    query = load_query("graph", "records")
    before = {
        Quad(iri, predicate, value, names.meta): None  # type: ignore[arg-type] # rows of records
        for kind in (MIMIR.Column, MIMIR.FunctionalDependency)
        for iri, predicate, value in meta.select(bind(query, about=kind))
    }
    records = [
        record
        for table in schema.tables
        for record in (*_column_records(names, table), *_dependency_records(names, table))
    ]
    after = dict.fromkeys(
        quad for iri, facts in records for quad in record_quads(iri, facts, names.meta)
    )
    return ChangeSet(added=tuple(_missing(after, before)), removed=tuple(_missing(before, after)))


def _missing(quads: dict[Quad, None], there: dict[Quad, None]) -> Iterator[Quad]:
    return (quad for quad in quads if quad not in there)


def _column_records(names: ProjectNames, table: Table) -> Iterator[tuple[NamedNode, Facts]]:
    for column in table.columns:
        yield names.record("column", table.name, column.name), _facts(table, column)


def _dependency_records(names: ProjectNames, table: Table) -> Iterator[tuple[NamedNode, Facts]]:
    for item in table.dependencies:
        facts: Facts = {
            RDF.type: MIMIR.FunctionalDependency,
            MIMIR.sourceTable: table.name,
            MIMIR.determinant: item.columns,
            MIMIR.determines: item.determined,
            MIMIR.confidence: item.decision.confidence,
            MIMIR.evidence: item.decision.evidence,
        }
        yield names.record("dependency", table.name, *item.columns), facts


def _bound_facts(table: Table, column: Column) -> dict[NamedNode, object]:
    """Say of which key and references a column is a part, how surely and why."""
    facts: dict[NamedNode, object] = {}
    key = table.primary_key
    if key is not None and column.name in key.columns:
        facts[MIMIR.keyConfidence] = key.decision.confidence
        facts[MIMIR.keyEvidence] = key.decision.evidence
    pointing = [item for item in table.references if column.name in item.columns]
    if pointing:
        facts[MIMIR.referencedTable] = tuple(item.ref_table for item in pointing)
        facts[MIMIR.referenceConfidence] = min(item.decision.confidence for item in pointing)
        facts[MIMIR.referenceEvidence] = tuple(
            sentence for item in pointing for sentence in item.decision.evidence
        )
    return facts


def _facts(table: Table, column: Column) -> Facts:
    facts: dict[NamedNode, object] = {
        RDF.type: MIMIR.Column,
        MIMIR.sourceTable: table.name,
        MIMIR.sourceColumn: column.name,
        MIMIR.datatype: column.datatype,
        MIMIR.datatypeConfidence: column.decision.confidence,
        MIMIR.datatypeEvidence: column.decision.evidence,
        MIMIR.proposedDatatype: column.proposed,
        MIMIR.language: column.language,
        **_bound_facts(table, column),
    }
    if column.semantic is not None:
        semantic = column.semantic
        facts |= {
            MIMIR.semanticType: semantic.type,
            MIMIR.confidence: semantic.decision.confidence,
            MIMIR.evidence: semantic.decision.evidence,
            MIMIR.personalData: semantic.personal,
            MIMIR.language: column.language or semantic.language,
            QUDT.hasUnit: NamedNode(semantic.unit) if semantic.unit else None,
        }
    return facts  # type: ignore[return-value] # values are what records hold
