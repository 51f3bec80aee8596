"""Operations on reasoning: when it happens, doing it now, and why a triple is there."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from app.operations.registry import ProjectRequest, described, operation
from app.services import Services
from graph.changes import read_quads
from graph.errors import BadInput
from graph.explanations import Explanation, explain
from graph.model import KnowledgeModel
from graph.names import KEY_JOINT, ProjectNames
from graph.projects import Project
from graph.reasoner import ReasoningSetting, is_behind, read_setting, run_reasoner, set_mode
from workers.runs import last_output
from workers.stored import read_stored_json

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
    return ExplanationView(_tree(project, explain(project, quads[0].triple), _model(project)))


def _view(project: Project, setting: ReasoningSetting) -> ReasoningView:
    return ReasoningView(
        setting.mode,
        setting.reasoned,
        setting.inferred,
        setting.contradictions,
        is_behind(project),
    )


def _tree(project: Project, found: Explanation, model: KnowledgeModel | None) -> dict[str, Any]:
    facts = {
        name: value
        for name, value in vars(found).items()
        if value is not None and name != "premises"
    }
    if found.premises:
        facts["premises"] = [_tree(project, item, model) for item in found.premises]
    row = _row(project.names, found, model) if found.graph == project.names.data.value else None
    if row:
        facts["row"] = row
    return facts


def _row(
    names: ProjectNames, found: Explanation, model: KnowledgeModel | None
) -> dict[str, Any] | None:
    """Find the table and the key of the row that a thing is, from its IRI."""
    things = f"<{names.root}id/"
    subject = found.triple.partition("> ")[0]
    if model is None or not subject.startswith(things):
        return None
    name, _, key = subject.removeprefix(things).partition("/")
    parts = [unquote(part) for part in key.split(KEY_JOINT)]
    for item in model.classes:
        if item.name == unquote(name):
            named = len(item.key) == len(parts)
            by_column = dict(zip(item.key, parts, strict=True)) if named else {}
            return {"table": item.table, "key": by_column}
    return None


def _model(project: Project) -> KnowledgeModel | None:
    output = last_output(project.reader(project.names.meta), "describe")
    if output is None:
        return None
    return KnowledgeModel.from_json(read_stored_json(project, output["file"]))
