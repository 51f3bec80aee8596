"""Step: name the schema in the graph's words and write ontology, shapes and mapping.

What was generated before is remembered: only what differs from it is changed, so whatever people
changed in the graphs since stays. Their recorded edits are applied to what is generated.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from graph.changes import ChangeSet, read_quads
from graph.errors import NotFound
from graph.example_queries import generate_examples
from graph.model import KnowledgeModel
from graph.names import ProjectNames
from graph.ontology.diff import diff_ontologies
from graph.ontology.edits import (
    OntologyEdit,
    edit_quads,
    edited_model,
    observed_renames,
    read_edits,
)
from graph.ontology.regeneration import regenerate
from graph.ontology.versions import current_graphs, next_number
from graph.records import Facts, record_quads
from graph.saved_queries import queries_graph
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import NamedNode, Quad
from graph.vocab import MIMIR, RDF
from inference.knowledge import reading_back
from inference.knowledge.naming import name_schema
from workers.artifacts import get_json, put_json, read_schema
from workers.column_records import column_change
from workers.describing import describe
from workers.orchestrator import StepContext, StepResult
from workers.runs import last_output

_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def execute(context: StepContext) -> StepResult:
    """Bring ontology, shapes and mapping to what the schema says now; names given before stay."""
    names = context.project.names
    meta = context.project.reader(names.meta)
    before = last_output(meta, "describe")
    inferred = read_schema(context)
    base = name_schema(inferred, _previous(context, before))
    generated = _generated(meta, names)
    edits = read_edits(meta)
    renames = _observed(context, edited_model(base, edits), generated)
    version = next_number(meta)
    found = describe(inferred, base, (*edits, *renames), names, version=version)
    output = {
        "file": put_json(context, found.model.to_json()),
        "base": put_json(context, base.to_json()),
    }
    change, replacing = _change(context, generated, found.quads, renames)
    records = [quad for edit in renames for quad in edit_quads(edit, names)]
    examples = generate_examples(found.model, names)
    columns = column_change(names, meta, inferred)
    whole = replace(
        change,
        added=(*change.added, *columns.added, *records, *examples),
        removed=(*change.removed, *columns.removed),
    )
    replacing = (*replacing, queries_graph(names))
    return StepResult(output, _message(found.model), whole, replacing)


def _previous(context: StepContext, before: dict[str, Any] | None) -> KnowledgeModel | None:
    """Give the model whose names stay: that of the last run, else one that was imported."""
    if before:
        return KnowledgeModel.from_json(get_json(context, before.get("base", before["file"])))
    try:
        return reading_back.read_schema(list(_now(context)))[1]
    except NotFound:
        return None


def _message(model: KnowledgeModel) -> str:
    properties = {item.name for cls in model.classes for item in cls.attributes}
    links = {item.name for cls in model.classes for item in cls.links}
    links |= {item.name for item in model.junctions}
    return f"{len(model.classes)} classes · {len(properties)} attributes · {len(links)} links"


def _observed(
    context: StepContext, model: KnowledgeModel, generated: str | None
) -> tuple[OntologyEdit, ...]:
    if generated is None:
        return ()
    names = context.project.names
    old = read_quads(get_json(context, generated).encode())
    before = (quad for quad in old if quad.graph_name == names.ontology)
    now = context.project.reader(names.ontology).construct(_ALL)
    diff = diff_ontologies(before, now, names.skolem)
    return observed_renames(model, diff, names, context.clock())


def _change(
    context: StepContext,
    before: str | None,
    quads: tuple[Quad, ...],
    renames: tuple[OntologyEdit, ...],
) -> tuple[ChangeSet, tuple[NamedNode, ...]]:
    names = context.project.names
    file = put_json(context, "".join(f"{quad} .\n" for quad in sorted(quads, key=str)))
    record = ChangeSet(added=tuple(_record(names, file)))
    if before is None:
        return replace(record, added=(*record.added, *quads)), current_graphs(names)
    if before == file:
        return record, ()
    old = read_quads(get_json(context, before).encode())
    added, removed = regenerate(old, _now(context) if renames else (), quads, renames, names)
    return ChangeSet(added=(*record.added, *added), removed=(*_record(names, before), *removed)), ()


def _now(context: StepContext) -> Iterator[Quad]:
    for graph in current_graphs(context.project.names):
        for triple in context.project.reader(graph).construct(_ALL):
            yield Quad(triple.subject, triple.predicate, triple.object, graph)


def _generated(meta: GraphReader, names: ProjectNames) -> str | None:
    text = bind(load_query("graph", "record"), about=_iri(names))
    for _, predicate, value in meta.select(text):
        if predicate == MIMIR.generatedFile:
            return str(getattr(value, "value", ""))
    return None


def _record(names: ProjectNames, file: str) -> list[Quad]:
    facts: Facts = {RDF.type: MIMIR.GeneratedOntology, MIMIR.generatedFile: file}
    return record_quads(_iri(names), facts, names.meta)


def _iri(names: ProjectNames) -> NamedNode:
    return names.record("generated", "ontology")
