"""Operations on the gates: what happens to a change that would break shapes."""

import json
from dataclasses import dataclass

from app.operations.registry import ProjectRequest, described, operation
from app.services import Services
from graph.errors import BadInput
from graph.history import find_commit
from graph.projects import Project
from graph.readers.user_graphs import user_scope
from graph.shacl.gate import MODES, gate_change, read_modes, read_review
from graph.shacl.shapes import read_shapes
from graph.shacl.validation import not_compiled
from graph.terms import NamedNode


@dataclass(frozen=True)
class SetGate:
    """What happens to changes of a graph that would break shapes."""

    project: str = described("Name of the project.")
    mode: str = described("off, warn or block.")
    graph: str = described("data, or the IRI of a graph of yours.", default="data")
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class CommitRequest:
    """A request about one commit."""

    project: str = described("Name of the project.")
    commit: str = described("Number of the commit, or ISO 8601 time.")


@dataclass(frozen=True)
class GateView:
    """The gate of a graph: off, warn or block."""

    graph: str
    mode: str


@dataclass(frozen=True)
class GatesView:
    """The gates, and the shapes that only a whole validation checks, each with the reason."""

    gates: tuple[GateView, ...]
    unchecked: dict[str, str]


@dataclass(frozen=True)
class FoundViolation:
    """A violation that a commit brought."""

    focus_node: str
    path: str | None
    value: str | None
    message: str
    severity: str
    component: str
    shape: str


@dataclass(frozen=True)
class CommitCheck:
    """What a commit brought, by the shapes of its time, on the nodes that it touched."""

    commit: int
    violations: tuple[FoundViolation, ...]


@operation(
    "GET",
    "/projects/<project>/gates",
    "Show what happens to changes that would break shapes.",
    permission="read",
    request=ProjectRequest,
    response=GatesView,
    example={"project": "fleet"},
)
def get_gates(services: Services, request: ProjectRequest) -> GatesView:
    """Show the gate of the data graph, and those that were set."""
    return _view(services.projects.get(request.project))


@operation(
    "PUT",
    "/projects/<project>/gates",
    "Set whether changes that would break shapes pass, pass with a warning, or are refused.",
    permission="admin",
    request=SetGate,
    response=GatesView,
    example={"project": "fleet", "mode": "warn"},
    idempotent=True,
)
def set_gate(services: Services, request: SetGate) -> GatesView:
    """Set the gate of a graph."""
    project = services.projects.get(request.project)
    names = project.names
    graph = _graph(project, request.graph)
    if request.mode not in MODES:
        raise BadInput(f"The gate must be one of {', '.join(MODES)}, not {request.mode!r}.")
    if request.mode != "off":
        # A malformed shape would refuse every change; it is told here, and nothing is set.
        _unchecked(project)
    before = read_modes(project.reader(names.meta)).get(graph, "off")
    project.commit(gate_change(names, graph, before, request.mode, request.by))
    return _view(project)


@operation(
    "GET",
    "/projects/<project>/commits/<commit>/violations",
    "List the violations that a commit brought to a graph whose gate is on.",
    permission="read",
    request=CommitRequest,
    response=CommitCheck,
    example={"project": "fleet", "commit": "1"},
)
def list_commit_violations(services: Services, request: CommitRequest) -> CommitCheck:
    """List what the gate found when the commit was made."""
    project = services.projects.get(request.project)
    number = find_commit(project, request.commit)
    file = read_review(project.reader(project.names.meta), project.dataset.commit_iri(number))
    if file is None:
        return CommitCheck(number, ())
    text = project.dataset.blobs.path(file).read_text(encoding="utf-8")
    return CommitCheck(number, tuple(FoundViolation(**item) for item in json.loads(text)))


def _view(project: Project) -> GatesView:
    names = project.names
    modes = {names.data: "off", **read_modes(project.reader(names.meta))}
    is_on = any(mode != "off" for mode in modes.values())
    return GatesView(
        tuple(GateView(graph.value, mode) for graph, mode in sorted(modes.items(), key=str)),
        _unchecked(project) if is_on else {},
    )


def _unchecked(project: Project) -> dict[str, str]:
    shapes = project.reader(project.names.shapes)
    slow = not_compiled(shapes, read_shapes(shapes))
    return {str(getattr(shape, "value", shape)): reason for shape, reason in slow.items()}


def _graph(project: Project, name: str) -> NamedNode:
    if name == "data":
        return project.names.data
    graph = _iri(name)
    if graph != project.names.data and not user_scope(project.dataset).leaves_open(name):
        raise BadInput(f"The graph {name} has no gate: it is one of Mimir's own.")
    return graph


def _iri(name: str) -> NamedNode:
    try:
        return NamedNode(name)
    except ValueError as error:
        raise BadInput(f"{name!r} is neither 'data' nor the IRI of a graph.") from error
