"""What steps hand on through the owner's content store: JSON values named by their hash."""

import json
from typing import Any

from graph.model import KnowledgeModel
from graph.schema import Schema
from workers.orchestrator import StepContext


def put_json(context: StepContext, value: Any) -> str:
    """Store a JSON value; gives its SHA-256."""
    context.folder.mkdir(parents=True, exist_ok=True)
    path = context.folder / f"put-{context.run.id}.json"
    path.write_text(json.dumps(value, sort_keys=True, ensure_ascii=False), encoding="utf-8")
    return context.project.put_file(path)


def get_json(context: StepContext, sha256: str) -> Any:
    """Read a stored JSON value."""
    path = context.project.fetch_file(sha256, context.folder / "files")
    return json.loads(path.read_text(encoding="utf-8"))


def read_schema(context: StepContext) -> Schema:
    """Read the schema that the step `infer` gave."""
    return Schema.from_json(get_json(context, context.outputs["infer"]["file"]))


def read_model(context: StepContext) -> KnowledgeModel:
    """Read the knowledge model that the step `describe` gave."""
    return KnowledgeModel.from_json(get_json(context, context.outputs["describe"]["file"]))
