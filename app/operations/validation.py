"""Operations on violations: the results of the newest validation, their causes, their repairs."""

from dataclasses import dataclass

from app.operations.proposals import ProposalView, proposal_view
from app.operations.registry import PageRequest, described, operation, page
from app.proposing import propose
from app.services import Services
from graph.changes import Patch
from graph.errors import BadInput, NotFound
from graph.projects import Project
from graph.shacl.repairs import Repairer, combined
from graph.shacl.shapes import read_shapes
from graph.shacl.violations import Violation, ViolationGroup, grouped, read_violations

_SAMPLE = 50
_EVIDENCE = 20
_MOST_REPAIRED = 10_000


@dataclass(frozen=True)
class ListViolations:
    """A request for a page of violations."""

    project: str = described("Name of the project.")
    group: str | None = described("Id of a group; all when absent.", default=None)
    limit: int = described("Items per page, at most 1000.", default=100)
    cursor: str | None = described("`next` of the page before.", default=None)


@dataclass(frozen=True)
class ProposeRepairs:
    """A wish to have a group of violations, or one of them, repaired."""

    project: str = described("Name of the project.")
    group: str = described("Id of the group.")
    violation: str | None = described("Id of one; the whole group when absent.", default=None)
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class ViolationView:
    """A validation result, the cell it comes from, and a repair with its confidence, if known."""

    id: str
    group: str
    focus_node: str
    path: str | None
    value: str | None
    message: str
    severity: str
    component: str
    shape: str
    source_file: str | None
    source_row: int | None
    source_column: str | None
    proposed_repair: str | None
    confidence: float | None


@dataclass(frozen=True)
class ViolationPage:
    """A page of validation results."""

    items: tuple[ViolationView, ...]
    next: str | None


@dataclass(frozen=True)
class GroupView:
    """What one constraint of one shape says about one path, how often, and a repair of the first.

    `repairable` is the share of the first fifty for which a repair is known.
    """

    id: str
    count: int
    shape: str
    component: str
    path: str | None
    severity: str
    message: str
    focus_node: str
    value: str | None
    source_file: str | None
    source_row: int | None
    source_column: str | None
    repair: str | None
    confidence: float | None
    repairable: float


@dataclass(frozen=True)
class GroupPage:
    """A page of groups."""

    items: tuple[GroupView, ...]
    next: str | None


@operation(
    "GET",
    "/projects/<project>/violations",
    "List the results of the newest SHACL validation with file, row, column and repair.",
    permission="read",
    request=ListViolations,
    response=ViolationPage,
    example={"project": "fleet", "limit": 20},
)
def list_violations(services: Services, request: ListViolations) -> ViolationPage:
    """List violations."""
    project = services.projects.get(request.project)
    found = read_violations(project.reader(project.names.validation))
    wanted = [item for item in found if request.group in (None, item.group)]
    items, following = page(wanted, request.limit, request.cursor)
    repairer = _repairer(project)
    return ViolationPage(tuple(_violation(item, repairer) for item in items), following)


@operation(
    "GET",
    "/projects/<project>/violation-groups",
    "List the violations of the newest validation by shape and cause, with a proposed repair.",
    permission="read",
    request=PageRequest,
    response=GroupPage,
    example={"project": "fleet"},
)
def list_violation_groups(services: Services, request: PageRequest) -> GroupPage:
    """List groups of violations, the largest first."""
    project = services.projects.get(request.project)
    groups = grouped(read_violations(project.reader(project.names.validation)))
    items, following = page(groups, request.limit, request.cursor)
    repairer = _repairer(project)
    return GroupPage(tuple(_group(item, repairer) for item in items), following)


@operation(
    "POST",
    "/projects/<project>/repairs",
    "Propose the known repairs of a group of violations, or of one, as a change to decide on.",
    permission="write",
    request=ProposeRepairs,
    response=ProposalView,
    example={"project": "fleet", "group": "0123456789abcdef"},
)
def propose_repairs(services: Services, request: ProposeRepairs) -> ProposalView:
    """Propose repairs; at most 10,000 at a time."""
    project = services.projects.get(request.project)
    members = [
        item
        for item in read_violations(project.reader(project.names.validation))
        if item.group == request.group and request.violation in (None, item.id)
    ]
    if not members:
        raise NotFound("The newest validation has no such violation. List the groups again.")
    repairer = _repairer(project)
    repairs = [(item, repairer.repair(item)) for item in members[:_MOST_REPAIRED]]
    known = [(item, repair) for item, repair in repairs if repair is not None]
    whole = combined(repair for _, repair in known)
    if whole is None:
        raise BadInput("No repair is plain here. Change the data by hand, or the shape.")
    proposal = propose(
        project,
        services.clock(),
        Patch(added=whole.added, removed=whole.removed),
        author=request.by,
        reason=f"Repair {len(known)} of {len(members)} violations: {members[0].message}",
        confidence=whole.confidence,
        evidence=[f"{_place(item)}: {repair.text}" for item, repair in known[:_EVIDENCE]],
        source=str(getattr(members[0].shape, "value", "")) or None,
    )
    return proposal_view(project, proposal)


def _repairer(project: Project) -> Repairer:
    names = project.names
    return Repairer(names, project.reader(names.data), read_shapes(project.reader(names.shapes)))


def _violation(item: Violation, repairer: Repairer) -> ViolationView:
    repair = repairer.repair(item)
    return ViolationView(
        id=item.id,
        group=item.group,
        focus_node=_text(item.focus) or "",
        path=_text(item.path),
        value=_text(item.value),
        message=item.message,
        severity=item.severity,
        component=item.component,
        shape=_text(item.shape) or "",
        source_file=item.file,
        source_row=item.row,
        source_column=item.column,
        proposed_repair=item.cell_repair or (repair.text if repair else None),
        confidence=repair.confidence if repair else None,
    )


def _group(group: ViolationGroup, repairer: Repairer) -> GroupView:
    first = group.first
    repairs = [repairer.repair(item) for item in group.members[:_SAMPLE]]
    known = [repair for repair in repairs if repair is not None]
    return GroupView(
        id=group.id,
        count=len(group.members),
        shape=_text(first.shape) or "",
        component=first.component,
        path=_text(first.path),
        severity=first.severity,
        message=first.message,
        focus_node=_text(first.focus) or "",
        value=_text(first.value),
        source_file=first.file,
        source_row=first.row,
        source_column=first.column,
        repair=known[0].text if known else None,
        confidence=known[0].confidence if known else None,
        repairable=len(known) / len(repairs),
    )


def _place(item: Violation) -> str:
    if item.file is None:
        return _text(item.focus) or ""
    return f"{item.file}, row {item.row}" + (f", column {item.column}" if item.column else "")


def _text(term: object) -> str | None:
    return None if term is None else str(getattr(term, "value", term))
