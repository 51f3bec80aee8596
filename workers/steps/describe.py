"""Step: name the schema in the graph's words and write ontology, shapes and mapping."""

from graph.changes import ChangeSet
from graph.model import KnowledgeModel
from inference.naming import name_schema
from inference.owl import ontology_quads
from inference.rml import rml_quads
from inference.shapes import shape_quads
from workers.artifacts import get_json, put_json, read_schema
from workers.orchestrator import StepContext, StepResult
from workers.runs import last_output

_VERSION = 1


def execute(context: StepContext) -> StepResult:
    """Replace the ontology, shapes and mapping graphs; names given before stay."""
    names = context.project.names
    schema = read_schema(context)
    before = last_output(context.project.reader(names.meta), "describe")
    previous = KnowledgeModel.from_json(get_json(context, before["file"])) if before else None
    model = name_schema(schema, previous)
    quads = (
        *ontology_quads(model, schema, names, version=_VERSION),
        *shape_quads(model, schema, names),
        *rml_quads(model, schema, names),
    )
    properties = {item.name for cls in model.classes for item in cls.attributes}
    links = {item.name for cls in model.classes for item in cls.links}
    links |= {item.name for item in model.junctions}
    message = f"{len(model.classes)} classes · {len(properties)} attributes · {len(links)} links"
    return StepResult(
        {"file": put_json(context, model.to_json())},
        message,
        ChangeSet(added=quads),
        (names.ontology, names.shapes, names.mapping),
    )
