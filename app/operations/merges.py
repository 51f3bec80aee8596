"""Operations on merges of twins: start, look, resolve conflicts, complete, abort."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from app.merging import abort, complete, resolve, start
from app.operations.registry import described, operation, page
from app.services import Services
from graph.diff import Wording, read_wording
from graph.errors import BadInput
from graph.merge import Values
from graph.merge_records import (
    BASE,
    MERGE_STATES,
    ConflictRecord,
    Merge,
    checked_policies,
    find_merge,
    merge_iri,
)
from graph.merge_records import list_merges as read_merges
from graph.projects import Project
from graph.saved_queries import value_term
from graph.sparql import bind, load_query


@dataclass(frozen=True)
class StartMerge:
    """A wish to merge a twin."""

    project: str = described("Name of the project.")
    twin: str = described("Twin whose changes are taken.")
    into: str = described("Id of a twin, or base.", default=BASE)
    policies: Mapping[str, str] | None = described(
        "Property IRI to set, functional or counter, where the ontology does not say it.",
        default=None,
    )
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class MergeRequest:
    """A request about one merge."""

    project: str = described("Name of the project.")
    merge: str = described("Id.")


@dataclass(frozen=True)
class ListMerges:
    """A request for merges."""

    project: str = described("Name of the project.")
    state: str | None = described("open, completed or aborted; all when absent.", default=None)
    limit: int = described("Items per page.", default=100)
    cursor: str | None = described("`next` of the page before.", default=None)


@dataclass(frozen=True)
class ResolveConflict:
    """A choice that settles one conflict."""

    project: str = described("Name of the project.")
    merge: str = described("Id.")
    conflict: str = described("Id.")
    choice: str = described("ours, theirs, base or custom.")
    values: tuple[str, ...] = described("For custom: <iri>, 1.5, text, ...", default=())
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class CompleteMerge:
    """A wish to make a merge real."""

    project: str = described("Name of the project.")
    merge: str = described("Id.")
    force: bool = described("Accept new violations.", default=False)
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class AbortMerge:
    """A wish to end a merge without an effect."""

    project: str = described("Name of the project.")
    merge: str = described("Id.")
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class ConflictView:
    """A conflict: what it is about in words, and the values of each side in N-Triples terms.

    `values` is what the choice leaves, null while there is none.
    """

    id: str
    entity: str
    property: str
    subject: str
    predicate: str
    base: tuple[str, ...]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    choice: str | None
    values: tuple[str, ...] | None


@dataclass(frozen=True)
class MergeView:
    """A merge: its state, its conflicts, and the commits that came from it, newest first."""

    id: str
    twin: str
    into: str
    state: str
    author: str
    created: str
    ended: str | None
    conflicts: tuple[ConflictView, ...]
    unresolved: int
    commits: tuple[int, ...]


@dataclass(frozen=True)
class MergePage:
    """A page of merges."""

    items: tuple[MergeView, ...]
    next: str | None


@operation(
    "POST",
    "/projects/<project>/merges",
    "Start a three-way merge of a twin into the base or another twin.",
    permission="write",
    request=StartMerge,
    response=MergeView,
    example={"project": "fleet", "twin": "night-shift", "into": "base"},
    status=201,
)
def start_merge(services: Services, request: StartMerge) -> MergeView:
    """Find conflicts; nothing is merged yet."""
    project = services.projects.get(request.project)
    now = services.clock()
    basis = f"{now.isoformat()} {project.dataset.sequence} {request.twin} {request.into}"
    begun = Merge(
        id=hashlib.sha256(basis.encode()).hexdigest()[:16],
        source=request.twin,
        target=request.into,
        author=request.by,
        created=now,
        policies=checked_policies(request.policies or {}),
    )
    return _view(project, start(project, begun))


@operation(
    "GET",
    "/projects/<project>/merges",
    "List merges with their conflicts, newest first.",
    permission="read",
    request=ListMerges,
    response=MergePage,
    example={"project": "fleet", "state": "open"},
)
def list_merges(services: Services, request: ListMerges) -> MergePage:
    """List merges."""
    if request.state is not None and request.state not in MERGE_STATES:
        wanted = ", ".join(MERGE_STATES)
        raise BadInput(f"The state must be one of {wanted}, not {request.state!r}.")
    project = services.projects.get(request.project)
    states = (request.state,) if request.state else ()
    found = list(read_merges(project.reader(project.names.meta), *states))
    items, following = page(found, request.limit, request.cursor)
    return MergePage(tuple(_view(project, _found(project, item.id)) for item in items), following)


@operation(
    "GET",
    "/projects/<project>/merges/<merge>",
    "Show a merge and its conflicts.",
    permission="read",
    request=MergeRequest,
    response=MergeView,
    example={"project": "fleet", "merge": "0123456789abcdef"},
)
def get_merge(services: Services, request: MergeRequest) -> MergeView:
    """Show a merge."""
    project = services.projects.get(request.project)
    return _view(project, _found(project, request.merge))


@operation(
    "POST",
    "/projects/<project>/merges/<merge>/conflicts/<conflict>",
    "Settle a conflict of a merge.",
    permission="write",
    request=ResolveConflict,
    response=MergeView,
    example={
        "project": "fleet",
        "merge": "0123456789abcdef",
        "conflict": "0123456789ab",
        "choice": "theirs",
    },
    idempotent=True,
)
def resolve_conflict(services: Services, request: ResolveConflict) -> MergeView:
    """Choose the values of a conflict; a choice may be changed until the merge is completed."""
    project = services.projects.get(request.project)
    before = _found(project, request.merge)
    custom = [value_term(text) for text in request.values]
    after = before.resolved(request.conflict, request.choice, custom)
    resolve(project, before, after, request.by)
    return _view(project, after)


@operation(
    "POST",
    "/projects/<project>/merges/<merge>/complete",
    "Complete a merge in one commit.",
    permission="write",
    request=CompleteMerge,
    response=MergeView,
    example={"project": "fleet", "merge": "0123456789abcdef"},
    destructive=True,
)
def complete_merge(services: Services, request: CompleteMerge) -> MergeView:
    """Merge, unless conflicts are open or the result would bring new violations."""
    project = services.projects.get(request.project)
    now = services.clock()
    done = complete(project, request.merge, request.by, now, force=request.force)
    return _view(project, done)


@operation(
    "POST",
    "/projects/<project>/merges/<merge>/abort",
    "Abort a merge; nothing was changed.",
    permission="write",
    request=AbortMerge,
    response=MergeView,
    example={"project": "fleet", "merge": "0123456789abcdef"},
    idempotent=True,
)
def abort_merge(services: Services, request: AbortMerge) -> MergeView:
    """End a merge without an effect, whatever became of its twins."""
    project = services.projects.get(request.project)
    return _view(project, abort(project, request.merge, request.by, services.clock()))


def _found(project: Project, merge: str) -> Merge:
    return find_merge(project.reader(project.names.meta), project.names, merge)


def _view(project: Project, merge: Merge) -> MergeView:
    names = project.names
    wording = read_wording(names, project.reader(names.ontology))
    text = bind(load_query("graph", "commits_of"), source=merge_iri(names, merge.id))
    rows = project.reader(names.meta).select(text)
    return MergeView(
        id=merge.id,
        twin=merge.source,
        into=merge.target,
        state=merge.state,
        author=merge.author,
        created=merge.created.isoformat(),
        ended=merge.ended.isoformat() if merge.ended else None,
        conflicts=tuple(_conflict(item, wording) for item in merge.conflicts),
        unresolved=len(merge.unresolved),
        commits=tuple(int(str(getattr(row[0], "value", 0))) for row in rows),
    )


def _conflict(item: ConflictRecord, wording: Wording) -> ConflictView:
    subject, name = item.conflict.point
    return ConflictView(
        id=item.id,
        entity=wording.entity(subject),
        property=wording.property(name),
        subject=str(subject),
        predicate=str(name),
        base=_terms(item.conflict.base),
        ours=_terms(item.conflict.ours),
        theirs=_terms(item.conflict.theirs),
        choice=item.choice,
        values=None if item.values is None else _terms(item.values),
    )


def _terms(values: Values) -> tuple[str, ...]:
    return tuple(sorted(str(value) for value in values))
