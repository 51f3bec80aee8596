"""The history of a project: its commits, undoing them, going back, and states of the past."""

import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from graph.changes import ChangeSet, Commit, read_quads
from graph.dataset.checkpoints import CheckpointSize, between
from graph.dataset.commits import CommitFacts, read_commits
from graph.dataset.difference import (
    Difference,
    Span,
    find_difference,
    find_difference_apart,
    with_files,
)
from graph.dataset.log import LogRecord
from graph.dataset.request import Guard
from graph.durable import made_folder
from graph.errors import BadInput, Conflict, NotFound
from graph.nquads import batched_quads
from graph.projects import Project
from graph.records import instant
from graph.repeating import repeated, unchanged
from graph.sparql import bind, load_query
from graph.terms import NamedNode, Quad, Term

_SMALL = 5_000


@dataclass(frozen=True)
class HistoryUsage:
    """Bytes on disk that history takes.

    Attributes:
        log, blobs: the commit log; all stored files, uploads among them.
        checkpoints: what the kept checkpoints hold beyond the current state.
        kept: each kept checkpoint with what would be freed without it alone.
    """

    log: int
    blobs: int
    checkpoints: int
    kept: tuple[CheckpointSize, ...]


def list_commits(project: Project, limit: int, upto: int | None = None) -> list[CommitFacts]:
    """List the `limit` newest commits, or those up to number `upto`, newest first."""
    newest = project.sequence if upto is None else upto
    return read_commits(project.reader(project.names.meta), max(newest - limit, 0), newest)


def get_commit(project: Project, sequence: int) -> CommitFacts:
    """Read what is on record about a commit.

    Raises:
        NotFound: there is no such commit.
    """
    found = list_commits(project, 1, sequence) if sequence > 0 else []
    if not found:
        raise NotFound(_no_commit(project, sequence))
    return found[0]


def commit_record(project: Project, sequence: int) -> LogRecord:
    """Read the log record of a commit.

    Raises:
        NotFound: there is no such commit.
    """
    if sequence > 0:
        for record in between(project.dataset.log.path, sequence - 1, sequence):
            return record
    raise NotFound(_no_commit(project, sequence))


def find_commit(project: Project, at: str) -> int:
    """Give the number of the commit that `at` means: a number, or the newest one at a time.

    Args:
        at: a commit number, 0 for the empty start, or an ISO 8601 time (UTC when it has no zone).

    Raises:
        BadInput: it is neither.
        NotFound: there is no such commit.
    """
    if at.isascii() and at.isdigit():
        if int(at) > project.dataset.sequence:
            raise NotFound(_no_commit(project, int(at)))
        return int(at)
    try:
        # In a query part of a URL a plus sign arrives as a space.
        time = datetime.fromisoformat(at.strip().replace(" ", "+") if "T" in at else at.strip())
    except ValueError as error:
        raise BadInput(f"{at!r} is neither the number of a commit nor an ISO 8601 time.") from error
    return commit_at(project, time)


def commit_at(project: Project, time: datetime) -> int:
    """Give the number of the newest commit at a time; 0 when there was none yet."""
    text = bind(load_query("graph", "commit_at"), time=instant(time))
    rows = project.reader(project.names.meta).select(text).rows
    return int(_text(rows[0][0])) if rows else 0


def commit_time(project: Project, sequence: int) -> datetime:
    """Give the time of a commit; for 0 that of the project's creation."""
    if sequence == 0:
        created = datetime.fromisoformat(project.created)
        return created if created.tzinfo else created.replace(tzinfo=UTC)
    return get_commit(project, sequence).time


def undo_commit(
    project: Project,
    sequence: int,
    *,
    author: str,
    reason: str = "",
    record: ChangeSet | None = None,
    guard: Guard | None = None,
) -> Commit:
    """Take back what a commit changed in the knowledge graphs, as a new commit.

    The platform's own records stay. The undoing of an undoing does it again.

    Args:
        record: quads of the meta graph that change with it, and the source of the new commit.
        guard: called under the write lock with a reader of the meta graph; may raise.

    Raises:
        NotFound: there is no such commit.
        BadInput: it changed no knowledge.
        Conflict: a later commit changed some of it again; nothing is done, and `details` lists
            up to 100 of these quads.
    """
    facts = get_commit(project, sequence)
    words = reason or f"Undo commit {sequence}: {facts.reason}"
    change = replace(record or ChangeSet(), author=author, reason=words, undoes=facts.iri)
    return _take_back(project, sequence, sequence, change, guard)


def revert_to(project: Project, sequence: int, *, author: str, reason: str = "") -> Commit:
    """Bring the knowledge graphs back to what they were at a commit, as a new commit.

    Raises:
        NotFound: there is no such commit.
        BadInput: the knowledge is as it was then.
    """
    if not 0 <= sequence <= project.dataset.sequence:
        raise NotFound(_no_commit(project, sequence))
    words = reason or f"Back to commit {sequence}"
    iri = project.dataset.commit_iri(sequence).value
    return _take_back(
        project, sequence + 1, None, ChangeSet(author=author, reason=words, restores=iri)
    )


def changed_between(
    project: Project, one: int, other: int, graph: NamedNode | None, most: int
) -> tuple[Quad, ...]:
    """List the quads of knowledge that only one of two commits holds.

    Args:
        graph: of this graph alone.
        most: how many there may be.

    Raises:
        NotFound: there is no such commit.
        BadInput: there are more; `details` counts what changed in all graphs.
    """
    first, last = sorted((one, other))
    if not 0 <= first <= last <= project.dataset.sequence:
        raise NotFound(_no_commit(project, last))
    if first == last:
        return ()
    with tempfile.TemporaryDirectory(dir=_workplace(project)) as name:
        folder = Path(name)
        found = _difference(project, first + 1, last, last, folder)
        files = (folder / "added.nq", folder / "removed.nq")
        quads = (quad for file in files for batch in batched_quads(file, most) for quad in batch)
        chosen = (quad for quad in quads if graph is None or quad.graph_name == graph)
        kept = tuple(islice(chosen, most + 1))
    if len(kept) > most:
        raise BadInput(
            f"{found.added:,} triples came and {found.removed:,} went: more than {most:,} are not "
            "shown at once. Compare one graph, a shorter span, or use `mimir log export`.",
            details={"added": found.added, "removed": found.removed},
        )
    return kept


def history_usage(project: Project) -> HistoryUsage:
    """Measure what history takes on disk."""
    dataset = project.dataset
    blobs = sum(path.stat().st_size for path in dataset.blobs.folder.iterdir())
    return HistoryUsage(
        log=dataset.log.path.stat().st_size,
        blobs=blobs,
        checkpoints=dataset.history_bytes(),
        kept=tuple(dataset.checkpoints.sizes()),
    )


def _take_back(
    project: Project, first: int, last: int | None, change: ChangeSet, guard: Guard | None = None
) -> Commit:
    dataset = project.dataset

    def attempt() -> Commit:
        """Find what to take back from the state as it is now, and do it."""
        head = dataset.sequence
        with tempfile.TemporaryDirectory(dir=_workplace(project)) as name:
            folder = Path(name)
            found = _difference(project, first, last or head, head, folder)
            _refuse_collisions(found, first)
            if not found.added and not found.removed:
                raise BadInput("No knowledge was changed there: nothing can be taken back.")
            return project.commit(
                _reversed(project, found, change, folder), guard=unchanged(project, head, guard)
            )

    return repeated(project, attempt)


def _difference(project: Project, first: int, last: int, head: int, folder: Path) -> Difference:
    dataset = project.dataset
    place = (str(dataset.log.path), str(dataset.blobs.folder), project.names.meta.value)
    with ExitStack() as stores:
        if with_files(dataset.log.path, first, last):
            before, after = (
                str(stores.enter_context(project.snapshots.use(at=number)))
                for number in (first - 1, last)
            )
            span = Span(*place, first, last, head, str(folder), before, after)
            return find_difference_apart(span)
        span = Span(*place, first, last, head, str(folder))
        if with_files(dataset.log.path, last + 1, head):
            return find_difference_apart(span)
        return find_difference(span)


def _reversed(project: Project, found: Difference, change: ChangeSet, folder: Path) -> ChangeSet:
    """Give the change with the opposite of what was found, large ones in files."""
    came, went = folder / "added.nq", folder / "removed.nq"
    if found.added + found.removed <= _SMALL:
        return replace(
            change,
            added=(*change.added, *read_quads(went.read_bytes())),
            removed=(*change.removed, *read_quads(came.read_bytes())),
        )
    blobs = project.dataset.blobs
    return replace(
        change,
        added_file=blobs.adopt(went)[0] if found.removed else None,
        removed_file=blobs.adopt(came)[0] if found.added else None,
    )


def _refuse_collisions(found: Difference, sequence: int) -> None:
    if not found.collision_count:
        return
    commits = sorted({item.commit for item in found.collisions})
    raise Conflict(
        f"{found.collision_count:,} of the triples of commit {sequence} were changed again by "
        f"commit {', '.join(map(str, commits[:10]))}. Undo the later commits first, or revert.",
        details={
            "conflict_count": found.collision_count,
            "conflicts": [asdict(item) for item in found.collisions],
        },
    )


def _workplace(project: Project) -> Path:
    # Below the snapshots, so that what a crash leaves is removed at the next start.
    return made_folder(project.dataset.folder / "snapshots")


def _no_commit(project: Project, sequence: int) -> str:
    newest = project.dataset.sequence
    return f"There is no commit {sequence}; the newest is commit {newest}."


def _text(term: Term | None) -> str:
    return str(getattr(term, "value", ""))
