"""Operations on the history of a project: its commits, undoing them, going back, its size."""

from dataclasses import dataclass

from app.operations.registry import ProjectRequest, described, operation
from app.proposing import take_back
from app.services import Services
from graph.changes import Commit
from graph.dataset.checkpoints import record_files
from graph.dataset.commits import CommitFacts
from graph.errors import BadInput
from graph.history import (
    commit_record,
    find_commit,
    get_commit,
    history_usage,
    list_commits,
    revert_to,
)

_LARGEST_PATCH = 200_000


@dataclass(frozen=True)
class ListCommits:
    """A request for commits."""

    project: str = described("Name of the project.")
    limit: int = described("Items per page, at most 1000.", default=100)
    cursor: str | None = described("`next` of the page before.", default=None)


@dataclass(frozen=True)
class CommitRequest:
    """A request about one commit."""

    project: str = described("Name of the project.")
    commit: str = described("Number of the commit.")


@dataclass(frozen=True)
class UndoCommit:
    """A commit to take back."""

    project: str = described("Name of the project.")
    commit: str = described("Number of the commit.")
    by: str = described("Who.", default="person")
    reason: str = described("Why; made from the commit's own reason when empty.", default="")


@dataclass(frozen=True)
class RevertTo:
    """A state to go back to."""

    project: str = described("Name of the project.")
    to: str = described("Number of a commit, or an ISO 8601 time.")
    by: str = described("Who.", default="person")
    reason: str = described("Why.", default="")


@dataclass(frozen=True)
class CommitView:
    """A commit: `added` and `removed` count triples of the knowledge graphs; time is ISO 8601.

    `source` is the run or proposal it came from; `undoes` and `restores` are commits.
    """

    sequence: int
    iri: str
    author: str
    reason: str
    time: str
    added: int
    removed: int
    confidence: float
    source: str | None
    undoes: str | None
    restores: str | None


@dataclass(frozen=True)
class CommitPage:
    """A page of commits."""

    items: tuple[CommitView, ...]
    next: str | None


@dataclass(frozen=True)
class CommitDetail:
    """A commit with its RDF Patch, cut at 200,000 characters where `truncated` says so.

    A bulk import's triples are in the N-Quads files whose SHA-256 are given.
    """

    commit: CommitView
    patch: str
    truncated: bool
    added_file: str | None
    removed_file: str | None


@dataclass(frozen=True)
class Committed:
    """A new commit and how many triples it added and removed."""

    commit: int
    iri: str
    added: int
    removed: int


@dataclass(frozen=True)
class CheckpointView:
    """A state that is kept ready, and the bytes that would be free without it."""

    commit: int
    own_bytes: int


@dataclass(frozen=True)
class HistoryUsageView:
    """Bytes on disk: the log, stored files, and what checkpoints hold beyond the current state."""

    log_bytes: int
    blob_bytes: int
    checkpoint_bytes: int
    checkpoints: tuple[CheckpointView, ...]


@operation(
    "GET",
    "/projects/<project>/commits",
    "List the commits of a project, newest first.",
    permission="read",
    request=ListCommits,
    response=CommitPage,
    example={"project": "fleet", "limit": 10},
)
def list_project_commits(services: Services, request: ListCommits) -> CommitPage:
    """List commits."""
    project = services.projects.get(request.project)
    if request.cursor is not None and not request.cursor.isdecimal():
        raise BadInput(f"The cursor {request.cursor!r} is not one that a page gave.")
    size = max(1, min(request.limit, 1000))
    found = list_commits(project, size, int(request.cursor) if request.cursor else None)
    following = found[-1].sequence - 1 if found else 0
    return CommitPage(
        tuple(_view(facts) for facts in found), str(following) if following > 0 else None
    )


@operation(
    "GET",
    "/projects/<project>/commits/<commit>",
    "Show a commit with its patch.",
    permission="read",
    request=CommitRequest,
    response=CommitDetail,
    example={"project": "fleet", "commit": "1"},
)
def get_project_commit(services: Services, request: CommitRequest) -> CommitDetail:
    """Show a commit."""
    project = services.projects.get(request.project)
    facts = get_commit(project, _number(request.commit))
    record = commit_record(project, facts.sequence)
    text = record.text.decode("utf-8")
    added_file, removed_file = record_files(record.patch())
    return CommitDetail(
        _view(facts), text[:_LARGEST_PATCH], len(text) > _LARGEST_PATCH, added_file, removed_file
    )


@operation(
    "POST",
    "/projects/<project>/commits/<commit>/undo",
    "Undo a commit: take back what it changed. Undo the undoing to do it again.",
    permission="write",
    request=UndoCommit,
    response=Committed,
    example={"project": "fleet", "commit": "12", "by": "kim"},
)
def undo_project_commit(services: Services, request: UndoCommit) -> Committed:
    """Undo a commit; refused with a list when later commits changed the same again."""
    project = services.projects.get(request.project)
    number = _number(request.commit)
    commit = take_back(project, number, request.by, services.clock(), request.reason)
    return _committed(services, commit)


@operation(
    "POST",
    "/projects/<project>/revert",
    "Bring the knowledge graphs back to what they were at a commit, as a new commit.",
    permission="write",
    request=RevertTo,
    response=Committed,
    example={"project": "fleet", "to": "12", "by": "kim"},
)
def revert_project(services: Services, request: RevertTo) -> Committed:
    """Go back to a commit; what came after stays in the history."""
    project = services.projects.get(request.project)
    target = find_commit(project, request.to)
    commit = revert_to(project, target, author=request.by, reason=request.reason)
    return _committed(services, commit)


@operation(
    "GET",
    "/projects/<project>/history",
    "Show how much disk the history of a project takes.",
    permission="read",
    request=ProjectRequest,
    response=HistoryUsageView,
    example={"project": "fleet"},
    live="what the disk holds now",
)
def get_history_usage(services: Services, request: ProjectRequest) -> HistoryUsageView:
    """Measure log, stored files and kept checkpoints."""
    usage = history_usage(services.projects.get(request.project))
    return HistoryUsageView(
        usage.log,
        usage.blobs,
        usage.checkpoints,
        tuple(CheckpointView(item.sequence, item.own_bytes) for item in usage.kept),
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise BadInput(f"{text!r} is not the number of a commit.")
    return int(text)


def _committed(services: Services, commit: Commit) -> Committed:
    services.board.touch()
    return Committed(commit.sequence, commit.iri.value, commit.added, commit.removed)


def _view(facts: CommitFacts) -> CommitView:
    return CommitView(**{**vars(facts), "time": facts.time.isoformat()})
