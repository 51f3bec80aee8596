"""Versions of a project's files: what was inferred from each, to compare the newest with it."""

from dataclasses import dataclass

from graph.model import KnowledgeModel
from graph.schema import Schema
from inference.columns.sketches import ColumnSketch, sketches_from_json
from inference.evolution import SchemaChange, schema_changes
from workers.artifacts import get_json
from workers.orchestrator import StepContext

Files = dict[str, str]
"""Hashes of what was stored of a version."""


@dataclass(frozen=True)
class Version:
    """The schema of the files as they were, its names, and sketches of their columns."""

    schema: Schema
    model: KnowledgeModel
    sketches: tuple[ColumnSketch, ...]


def version_files(context: StepContext) -> Files:
    """Name what the run's own steps stored."""
    inferred, described = context.outputs["infer"], context.outputs["describe"]
    return {
        "schema": inferred["file"],
        "model": described["file"],
        "sketches": inferred["sketches"],
    }


def read_version(context: StepContext, files: Files) -> Version:
    """Read a stored version."""
    return Version(
        Schema.from_json(get_json(context, files["schema"])),
        KnowledgeModel.from_json(get_json(context, files["model"])),
        sketches_from_json(get_json(context, files["sketches"])),
    )


def changes_since(before: Version, now: Version) -> tuple[SchemaChange, ...]:
    """List what changed in the schema."""
    return schema_changes(before.schema, now.schema, before.sketches, now.sketches)
