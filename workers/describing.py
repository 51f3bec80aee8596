"""The ontology, shapes and mapping of a schema, with what people decided about them."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.model import KnowledgeModel
from graph.names import ProjectNames
from graph.ontology.edits import OntologyEdit, edited_model, edited_quads
from graph.schema import Schema
from graph.terms import BlankNode, NamedNode, Quad, Subject, Term
from inference.knowledge.meanings import meaning_quads
from inference.knowledge.owl import ontology_quads
from inference.knowledge.rml import rml_quads
from inference.knowledge.shapes import shape_quads
from inference.knowledge.table_facts import table_quads


@dataclass(frozen=True)
class Description:
    """A model with all edits applied, and the quads that describe it."""

    model: KnowledgeModel
    quads: tuple[Quad, ...]


def describe(
    schema: Schema,
    generated: KnowledgeModel,
    edits: Sequence[OntologyEdit],
    names: ProjectNames,
    *,
    version: int,
) -> Description:
    """Describe a schema; `generated` is its model before any edit."""
    model = edited_model(generated, edits)
    ontology = ontology_quads(model, schema, names, version=version)
    quads = (
        *edited_quads(ontology, model, edits, names),
        *meaning_quads(model, schema, names),
        *shape_quads(model, schema, names),
        *rml_quads(model, schema, names),
        *table_quads(model, schema, names),
    )
    named = (
        Quad(
            _named(quad.subject, names),  # type: ignore[arg-type] # a subject stays one
            quad.predicate,
            _named(quad.object, names),
            quad.graph_name,
        )
        for quad in quads
    )
    return Description(model, tuple(dict.fromkeys(named)))


def _named(term: Subject | Term, names: ProjectNames) -> Subject | Term:
    return NamedNode(f"{names.skolem}{term.value}") if isinstance(term, BlankNode) else term
