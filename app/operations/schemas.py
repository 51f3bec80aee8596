"""Operations on the schema: show what was inferred, decide otherwise, take a decision back."""

from dataclasses import dataclass, replace
from typing import Any, cast

from app.operations.registry import PageRequest, ProjectRequest, described, operation, page
from app.services import Services
from graph.dataset.request import Guard
from graph.errors import Conflict, NotFound
from graph.ontology.schema_overrides import (
    Kind,
    SchemaOverride,
    check_override,
    find_override,
    override_change,
    read_overrides,
)
from graph.projects import Project
from graph.schema import Datatype, Schema
from graph.store import GraphReader
from inference.knowledge.reading_back import read_schema
from workers.runs import last_output
from workers.sources import ingest_inputs
from workers.stored import read_stored_json


@dataclass(frozen=True)
class SetSchema:
    """A decision about the schema that every later run keeps."""

    project: str = described("Name of the project.")
    kind: str = described("type, key, reference or no-reference.")
    table: str = described("Name of the table.")
    columns: tuple[str, ...] = described("Its columns; none with key: no key.", default=())
    datatype: str | None = described("For type: string, integer, decimal, date, ...", default=None)
    format: str | None = described("For dates: a pattern such as %d/%m/%Y.", default=None)
    language: str | None = described("For a string: its language, such as de.", default=None)
    null_words: tuple[str, ...] = described("For type: texts that mean no value.", default=())
    ref_table: str | None = described("For reference: the table pointed to.", default=None)
    ref_columns: tuple[str, ...] = described("For reference: its columns, in pairs.", default=())
    reason: str = described("Why, in a sentence.", default="")
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class OverrideRequest:
    """A request about one decision."""

    project: str = described("Name of the project.")
    override: str = described("Id.")
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class SchemaView:
    """The inferred schema with confidence and evidence, and the names it has in the graph."""

    schema: dict[str, Any]
    model: dict[str, Any]


@dataclass(frozen=True)
class OverrideView:
    """A decision of a person; `run` is the run that brings schema and data to it."""

    id: str
    kind: str
    table: str
    columns: tuple[str, ...]
    datatype: str | None
    format: str | None
    language: str | None
    null_words: tuple[str, ...]
    ref_table: str | None
    ref_columns: tuple[str, ...]
    author: str
    at: str
    reason: str
    commit: int | None = None
    run: str | None = None


@dataclass(frozen=True)
class OverridePage:
    """A page of decisions."""

    items: tuple[OverrideView, ...]
    next: str | None


@operation(
    "GET",
    "/projects/<project>/schema",
    "Show the inferred schema: types, keys and references with confidence and evidence.",
    permission="read",
    request=ProjectRequest,
    response=SchemaView,
    example={"project": "fleet"},
)
def get_schema(services: Services, request: ProjectRequest) -> SchemaView:
    """Show the schema of the newest run."""
    project = services.projects.get(request.project)
    model = last_output(_meta(project), "describe")
    if model is None:
        return _described_schema(project)
    return SchemaView(_stored_schema(project), read_stored_json(project, model["file"]))


@operation(
    "POST",
    "/projects/<project>/schema/overrides",
    "Set a type, a key or a reference otherwise than inferred; every later run keeps it.",
    permission="write",
    request=SetSchema,
    response=OverrideView,
    example={
        "project": "fleet",
        "kind": "type",
        "table": "machines",
        "columns": ["serial"],
        "datatype": "string",
        "reason": "Serial numbers are no quantities.",
    },
    status=201,
    idempotent=True,
)
def set_schema(services: Services, request: SetSchema) -> OverrideView:
    """Record a decision and run again with it."""
    project = services.projects.get(request.project)
    override = SchemaOverride(
        kind=cast(Kind, request.kind),
        table=request.table,
        columns=tuple(request.columns),
        datatype=cast(Datatype | None, request.datatype),
        format=request.format,
        language=request.language,
        null_words=tuple(request.null_words),
        ref_table=request.ref_table,
        ref_columns=tuple(request.ref_columns),
        author=request.by,
        at=services.clock().isoformat(),
        reason=request.reason.strip(),
    )
    check_override(override, Schema.from_json(_stored_schema(project)))
    return _put(services, project, override, by=request.by, kept=True)


@operation(
    "GET",
    "/projects/<project>/schema/overrides",
    "List what people decided about the schema.",
    permission="read",
    request=PageRequest,
    response=OverridePage,
    example={"project": "fleet"},
)
def list_schema_overrides(services: Services, request: PageRequest) -> OverridePage:
    """List decisions by table, kind and columns."""
    project = services.projects.get(request.project)
    found = list(read_overrides(_meta(project)))
    items, following = page(found, request.limit, request.cursor)
    return OverridePage(tuple(_view(item) for item in items), following)


@operation(
    "DELETE",
    "/projects/<project>/schema/overrides/<override>",
    "Take a decision about the schema back; the next run infers for itself again.",
    permission="write",
    request=OverrideRequest,
    response=OverrideView,
    example={"project": "fleet", "override": "0123456789ab"},
    destructive=True,
)
def unset_schema(services: Services, request: OverrideRequest) -> OverrideView:
    """Take a decision back and run again without it."""
    project = services.projects.get(request.project)
    override = find_override(_meta(project), request.override)
    return _put(services, project, override, by=request.by, kept=False)


def _put(
    services: Services, project: Project, override: SchemaOverride, *, by: str, kept: bool
) -> OverrideView:
    """Commit a decision, or that it is no more, and start a run that follows."""
    known = read_overrides(_meta(project))
    before = next((item for item in known if item.id == override.id), None)
    change = override_change(project.names, before, override if kept else None)
    commit = project.commit(replace(change, author=by), guard=_same(known)).sequence
    inputs = ingest_inputs(_meta(project))
    run = services.dispatcher.submit(project, "ingest", inputs) if inputs["sources"] else None
    return replace(_view(override), commit=commit, run=run.id if run else None)


def _same(known: tuple[SchemaOverride, ...]) -> Guard:
    def guard(meta: GraphReader) -> None:
        """Refuse the commit if the decisions are no longer those that were read."""
        if read_overrides(meta) != known:
            raise Conflict("Somebody else decided about the schema just now. Repeat the request.")

    return guard


def _described_schema(project: Project) -> SchemaView:
    """Read the schema from the graphs, where it was imported and no file has come yet."""
    names = project.names
    graphs = (names.ontology, names.shapes, names.mapping)
    try:
        schema, model = read_schema(quad for graph in graphs for quad in project.quads(graph))
    except NotFound as error:
        raise _without_schema(project) from error
    return SchemaView(schema.to_json(), model.to_json())


def _stored_schema(project: Project) -> dict[str, Any]:
    output = last_output(_meta(project), "infer")
    if output is None:
        raise _without_schema(project)
    found: dict[str, Any] = read_stored_json(project, output["file"])
    return found


def _without_schema(project: Project) -> NotFound:
    name = project.names.project
    return NotFound(f"Project {name!r} has no schema yet. Upload files first.")


def _view(override: SchemaOverride) -> OverrideView:
    return OverrideView(id=override.id, **vars(override))


def _meta(project: Project) -> GraphReader:
    return project.reader(project.names.meta)
