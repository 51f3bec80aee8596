"""Operations on proposals: changes that wait for a decision, with impact and check report."""

from dataclasses import dataclass
from typing import Any

from app.ontologies import data_follows, land_again, with_readings, with_retypes
from app.operations.registry import described, operation, page
from app.proposing import apply, change_of, commits_of, decide, evaluate, propose, review_of, undo
from app.services import Services
from graph.diff import entity_changes, read_wording, words
from graph.errors import BadInput, MimirError
from graph.projects import Project
from graph.proposals import STATES, Proposal, find_proposal, write_proposed
from graph.proposals import list_proposals as read_proposals
from graph.store import GraphReader


@dataclass(frozen=True)
class ProposeChange:
    """A change to be decided on: RDF Patch or SPARQL Update."""

    project: str = described("Name of the project.")
    reason: str = described("Why, in a sentence.")
    update: str | None = described("SPARQL 1.1 Update; or give a patch.", default=None)
    patch: str | None = described("RDF Patch; no graph means data.", default=None)
    confidence: float = described("0 to 1.", default=0.5)
    evidence: tuple[str, ...] = described("Sentences.", default=())
    author: str = described("Who.", default="person")
    source: str | None = described("IRI of what it comes from.", default=None)


@dataclass(frozen=True)
class ListProposals:
    """A request for proposals."""

    project: str = described("Name of the project.")
    state: str | None = described("One state; all when absent.", default=None)
    limit: int = described("Items per page.", default=100)
    cursor: str | None = described("`next` of the page before.", default=None)


@dataclass(frozen=True)
class ProposalRequest:
    """A request about one proposal."""

    project: str = described("Name of the project.")
    proposal: str = described("Id.")


@dataclass(frozen=True)
class DecideProposal:
    """What a person decides about one proposal."""

    project: str = described("Name of the project.")
    proposal: str = described("Id.")
    by: str = described("Who.", default="person")
    reason: str | None = described("Why.", default=None)


@dataclass(frozen=True)
class RejectProposal:
    """A person's refusal of one proposal."""

    project: str = described("Name of the project.")
    proposal: str = described("Id.")
    reason: str = described("Why not.")
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class ApproveProposals:
    """A person's consent to several proposals."""

    project: str = described("Name of the project.")
    ids: tuple[str, ...] = described("Ids.")
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class ImpactView:
    """IRIs of the shapes, models and twins that a change touches, and names of saved queries."""

    shapes: tuple[str, ...]
    models: tuple[str, ...]
    twins: tuple[str, ...]
    queries: tuple[str, ...]


@dataclass(frozen=True)
class ProposalView:
    """A proposal as callers see it; times are ISO 8601, `commits` applied or undid it."""

    id: str
    state: str
    author: str
    reason: str
    confidence: float
    evidence: tuple[str, ...]
    risk: str
    added: int
    removed: int
    new_violations: int
    checked: int
    impact: ImpactView
    created: str
    automatic: bool
    decided_by: str | None
    decided_at: str | None
    decision: str | None
    commits: tuple[int, ...]


@dataclass(frozen=True)
class ProposalPage:
    """A page of proposals."""

    items: tuple[ProposalView, ...]
    next: str | None


@dataclass(frozen=True)
class NewViolation:
    """A violation that the change would bring."""

    focus_node: str
    path: str | None
    value: str | None
    message: str
    severity: str
    shape: str


@dataclass(frozen=True)
class ProposalDetails:
    """A proposal with its change in words and as RDF Patch, and the violations it would bring."""

    proposal: ProposalView
    words: tuple[str, ...]
    patch: str
    violations: tuple[NewViolation, ...]


@dataclass(frozen=True)
class Refused:
    """A proposal that could not be decided, and why."""

    id: str
    reason: str


@dataclass(frozen=True)
class BulkDecision:
    """What became of several proposals."""

    approved: tuple[str, ...]
    refused: tuple[Refused, ...]


@operation(
    "POST",
    "/projects/<project>/proposals",
    "Propose a change: it is rehearsed on a clone and waits, unless the policy lets it pass.",
    permission="write",
    request=ProposeChange,
    response=ProposalView,
    example={
        "project": "fleet",
        "reason": "Name the hall",
        "update": "INSERT DATA { <http://mimir.local/p/fleet/id/Machine/M-001> "
        '<http://mimir.local/p/fleet/ontology#note> "Hall 2" }',
        "confidence": 0.8,
    },
    status=201,
)
def propose_change(services: Services, request: ProposeChange) -> ProposalView:
    """Evaluate, rehearse and record a change."""
    project = services.projects.get(request.project)
    patch = evaluate(services, project, request.update, request.patch)
    proposal = propose(
        project,
        services.clock(),
        patch,
        author=request.author,
        reason=request.reason,
        confidence=request.confidence,
        evidence=request.evidence,
        source=request.source,
    )
    return proposal_view(project, proposal)


@operation(
    "GET",
    "/projects/<project>/proposals",
    "List proposals, newest first.",
    permission="read",
    request=ListProposals,
    response=ProposalPage,
    example={"project": "fleet", "state": "pending"},
)
def list_proposals(services: Services, request: ListProposals) -> ProposalPage:
    """List proposals."""
    if request.state is not None and request.state not in STATES:
        raise BadInput(f"The state must be one of {', '.join(STATES)}, not {request.state!r}.")
    project = services.projects.get(request.project)
    states = (request.state,) if request.state else ()
    found = list(read_proposals(_meta(project), *states))
    items, following = page(found, request.limit, request.cursor)
    return ProposalPage(tuple(proposal_view(project, item) for item in items), following)


@operation(
    "GET",
    "/projects/<project>/proposals/<proposal>",
    "Show a proposal: words, patch, impact, new violations.",
    permission="read",
    request=ProposalRequest,
    response=ProposalDetails,
    example={"project": "fleet", "proposal": "0123456789abcdef"},
)
def get_proposal(services: Services, request: ProposalRequest) -> ProposalDetails:
    """Show a proposal."""
    project = services.projects.get(request.project)
    proposal = find_proposal(_meta(project), project.names, request.proposal)
    change = change_of(project, proposal)
    wording = read_wording(project.names, project.reader(project.names.ontology))
    found: list[dict[str, Any]] = list(review_of(project, proposal))
    return ProposalDetails(
        proposal_view(project, proposal),
        words(entity_changes(change.added, change.removed), wording),
        write_proposed(change).decode(),
        tuple(NewViolation(**item) for item in found),
    )


@operation(
    "POST",
    "/projects/<project>/proposals/<proposal>/approve",
    "Approve a proposal; apply it afterwards.",
    permission="write",
    request=DecideProposal,
    response=ProposalView,
    example={"project": "fleet", "proposal": "0123456789abcdef", "by": "kim"},
)
def approve_proposal(services: Services, request: DecideProposal) -> ProposalView:
    """Approve a proposal."""
    project = services.projects.get(request.project)
    now = services.clock()
    found = decide(project, request.proposal, "approved", request.by, now, request.reason)
    return proposal_view(project, found)


@operation(
    "POST",
    "/projects/<project>/proposals/<proposal>/reject",
    "Reject a proposal with a reason.",
    permission="write",
    request=RejectProposal,
    response=ProposalView,
    example={"project": "fleet", "proposal": "0123456789abcdef", "reason": "Wrong hall"},
)
def reject_proposal(services: Services, request: RejectProposal) -> ProposalView:
    """Reject a proposal."""
    if not request.reason.strip():
        raise BadInput("Say why the proposal is rejected.")
    project = services.projects.get(request.project)
    now = services.clock()
    found = decide(project, request.proposal, "rejected", request.by, now, request.reason)
    return proposal_view(project, found)


@operation(
    "POST",
    "/projects/<project>/proposals/approve",
    "Approve several proposals.",
    permission="write",
    request=ApproveProposals,
    response=BulkDecision,
    example={"project": "fleet", "ids": ["0123456789abcdef"], "by": "kim"},
)
def approve_proposals(services: Services, request: ApproveProposals) -> BulkDecision:
    """Approve each proposal for itself; one that cannot be approved stops no other."""
    project = services.projects.get(request.project)
    approved, refused = [], []
    for proposal in dict.fromkeys(request.ids):
        try:
            decide(project, proposal, "approved", request.by, services.clock(), None)
            approved.append(proposal)
        except MimirError as error:
            refused.append(Refused(proposal, str(error)))
    return BulkDecision(tuple(approved), tuple(refused))


@operation(
    "POST",
    "/projects/<project>/proposals/<proposal>/apply",
    "Apply an approved proposal.",
    permission="write",
    request=DecideProposal,
    response=ProposalView,
    example={"project": "fleet", "proposal": "0123456789abcdef"},
    destructive=True,
)
def apply_proposal(services: Services, request: DecideProposal) -> ProposalView:
    """Make a proposal real if it still fits; else it is superseded."""
    project = services.projects.get(request.project)
    now = services.clock()
    applied = apply(
        project,
        request.proposal,
        request.by,
        now,
        request.reason,
        along=lambda change: with_readings(
            project, with_retypes(project, change, request.by, now), request.by, now
        ),
    )
    return _landed(services, project, applied)


@operation(
    "POST",
    "/projects/<project>/proposals/<proposal>/undo",
    "Undo an applied proposal.",
    permission="write",
    request=DecideProposal,
    response=ProposalView,
    example={"project": "fleet", "proposal": "0123456789abcdef", "reason": "It was wrong"},
    destructive=True,
)
def undo_proposal(services: Services, request: DecideProposal) -> ProposalView:
    """Take back what an applied proposal did; later changes are never overwritten."""
    project = services.projects.get(request.project)
    now = services.clock()
    undone = undo(project, request.proposal, request.by, now, request.reason)
    return _landed(services, project, undone)


def _landed(services: Services, project: Project, proposal: Proposal) -> ProposalView:
    """Show a proposal, and land the rows again where they are named or read otherwise now."""
    if data_follows(project, change_of(project, proposal)):
        land_again(services, project)
    return proposal_view(project, proposal)


def proposal_view(project: Project, proposal: Proposal) -> ProposalView:
    """Show a proposal as callers see it."""
    impact = proposal.impact
    return ProposalView(
        id=proposal.id,
        state=proposal.state,
        author=proposal.author,
        reason=proposal.reason,
        confidence=proposal.confidence,
        evidence=proposal.evidence,
        risk=proposal.risk,
        added=proposal.added,
        removed=proposal.removed,
        new_violations=proposal.new_violations,
        checked=proposal.checked,
        impact=ImpactView(impact.shapes, impact.models, impact.twins, impact.queries),
        created=proposal.created.isoformat(),
        automatic=proposal.automatic,
        decided_by=proposal.decided_by,
        decided_at=proposal.decided_at.isoformat() if proposal.decided_at else None,
        decision=proposal.decision,
        commits=tuple(commits_of(project, proposal)),
    )


def _meta(project: Project) -> GraphReader:
    return project.reader(project.names.meta)
