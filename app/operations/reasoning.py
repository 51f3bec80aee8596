"""Operations on reasoning: when it happens, doing it now, and why a triple is there."""

from dataclasses import dataclass
from typing import Any

from app.operations.registry import ProjectRequest, described, operation
from app.row_origins import RowOrigins
from app.services import Services
from graph.changes import read_quads
from graph.errors import BadInput
from graph.projects import Project
from graph.reasoning.explanations import Explanation, explain
from graph.reasoning.reasoner import (
    ReasoningSetting,
    is_behind,
    read_setting,
    run_reasoner,
    set_mode,
)
from graph.terms import NamedNode

_LONGEST = 100_000


@dataclass(frozen=True)
class SetReasoning:
    """When a project reasons."""

    project: str = described("Name of the project.")
    mode: str = described("off, on-demand or on-commit.")
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class RunReasoning:
    """A wish to reason now."""

    project: str = described("Name of the project.")
    anew: bool = described("From everything, not only what is new.", default=False)
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class ExplainTriple:
    """A triple of the default graph."""

    project: str = described("Name of the project.")
    triple: str = described("N-Triples, such as `<urn:s> <urn:p> <urn:o>`.")


@dataclass(frozen=True)
class ReasoningView:
    """When a project reasons and what it last found; `behind`: something changed since."""

    mode: str
    reasoned_at_commit: int | None
    inferred: int
    contradictions: int
    behind: bool


@dataclass(frozen=True)
class ContradictionView:
    """A rule that finds a contradiction, the terms it does so for, and the axioms it rests on."""

    rule: str
    terms: tuple[str, ...]
    axioms: tuple[str, ...]


@dataclass(frozen=True)
class ReasoningDone:
    """What reasoning did; at most a hundred contradictions are listed."""

    commit: int
    inferred: int
    added: int
    removed: int
    rounds: int
    rules: int
    incremental: bool
    contradictions: tuple[ContradictionView, ...]


@dataclass(frozen=True)
class ExplanationView:
    """Why a triple is there: a tree of rules and premises down to commits, imports and rows."""

    explanation: dict[str, Any]


@operation(
    "PUT",
    "/projects/<project>/reasoning",
    "Set when OWL 2 RL reasoning happens: off, on-demand or on-commit.",
    permission="write",
    request=SetReasoning,
    response=ReasoningView,
    example={"project": "fleet", "mode": "on-demand"},
    idempotent=True,
)
def set_reasoning(services: Services, request: SetReasoning) -> ReasoningView:
    """Set the mode; off removes what was inferred."""
    project = services.projects.get(request.project)
    return _view(project, set_mode(project, request.mode, author=request.by))


@operation(
    "GET",
    "/projects/<project>/reasoning",
    "Show when a project reasons and what it last found.",
    permission="read",
    request=ProjectRequest,
    response=ReasoningView,
    example={"project": "fleet"},
)
def get_reasoning(services: Services, request: ProjectRequest) -> ReasoningView:
    """Show the setting."""
    project = services.projects.get(request.project)
    return _view(project, read_setting(project.reader(project.names.meta), project.names))


@operation(
    "POST",
    "/projects/<project>/reasoning/runs",
    "Reason now: what follows goes to the inferred graph.",
    permission="write",
    request=RunReasoning,
    response=ReasoningDone,
    example={"project": "fleet"},
    idempotent=True,
)
def run_reasoning(services: Services, request: RunReasoning) -> ReasoningDone:
    """Reason on the newest commit."""
    project = services.projects.get(request.project)
    report = run_reasoner(project, services.clock, author=request.by, anew=request.anew)
    found = tuple(
        ContradictionView(item.rule, item.terms, item.schema) for item in report.contradictions
    )
    return ReasoningDone(**{**vars(report), "contradictions": found})


@operation(
    "POST",
    "/projects/<project>/explain",
    "Tell why a triple is there: rule and premises, or commit, file and row.",
    permission="read",
    request=ExplainTriple,
    response=ExplanationView,
    example={
        "project": "fleet",
        "triple": "<http://mimir.local/p/fleet/id/Site/S1> "
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
        "<http://mimir.local/p/fleet/ontology#Site>",
    },
    idempotent=True,
)
def explain_triple(services: Services, request: ExplainTriple) -> ExplanationView:
    """Explain a triple."""
    project = services.projects.get(request.project)
    text = request.triple.strip().removesuffix(".").strip()
    if len(text) > _LONGEST or "<<" in text:
        raise BadInput("Give one RDF 1.1 triple in N-Triples.")
    quads = read_quads(f"{text} .\n".encode())
    if len(quads) != 1:
        raise BadInput("Give exactly one triple in N-Triples.")
    return ExplanationView(
        _tree(explain(project, quads[0].triple), RowOrigins(project), project.names.data.value)
    )


def _view(project: Project, setting: ReasoningSetting) -> ReasoningView:
    return ReasoningView(
        setting.mode,
        setting.reasoned,
        setting.inferred,
        setting.contradictions,
        is_behind(project),
    )


def _tree(found: Explanation, origins: RowOrigins, data: str) -> dict[str, Any]:
    facts = {
        name: value
        for name, value in vars(found).items()
        if value is not None and name != "premises"
    }
    if found.premises:
        facts["premises"] = [_tree(item, origins, data) for item in found.premises]
    subject = found.triple.partition("> ")[0].removeprefix("<")
    row = origins.of(NamedNode(subject)) if found.graph == data else None
    if row:
        facts["row"] = row
    return facts
