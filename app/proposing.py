"""How a proposal comes about and is carried out: rehearsed, recorded, applied, undone."""

import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from app.services import Services
from graph.changes import ChangeSet, Commit, Patch, read_patch
from graph.dataset.request import Guard
from graph.errors import BadInput, Conflict
from graph.history import get_commit, undo_commit
from graph.impact import impact_of
from graph.projects import Project
from graph.proposals import (
    ADVICE,
    Proposal,
    State,
    decided,
    effective,
    find_proposal,
    is_additive,
    open_graphs,
    proposal_iri,
    read_policy,
    read_proposed,
    record_change,
    risk_of,
    write_proposed,
)
from graph.readers.update import Scope
from graph.repeating import repeated, unchanged
from graph.saved_queries import query_texts
from graph.shacl.rehearsal import rehearse
from graph.shacl.report import ValidationResult
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import Quad

_LARGEST_TEXT = 8 << 20
_SHOWN = 5


def evaluate(services: Services, project: Project, update: str | None, patch: str | None) -> Patch:
    """Give what a text would change: SPARQL Update goes to a reader, RDF Patch is read.

    Raises:
        BadInput: there is not exactly one text, or it is too long.
        BadQuery: the update is not valid, or reaches for a graph that is not open.
    """
    if (update is None) == (patch is None):
        raise BadInput("Give either an 'update' (SPARQL Update) or a 'patch' (RDF Patch).")
    names = project.names
    text = update or patch or ""
    if len(text) > _LARGEST_TEXT:
        raise BadInput(f"The change is longer than {_LARGEST_TEXT:,} characters; upload a file.")
    if patch is not None:
        return read_proposed(text.encode(), names)
    scope = Scope(names.default_graphs, open_graphs(names), open_graphs(names))
    with project.snapshots.scratch() as clone:
        return services.user_readers.update(clone, text, scope)


def propose(
    project: Project,
    now: datetime,
    patch: Patch,
    *,
    author: str,
    reason: str,
    confidence: float,
    evidence: Sequence[str] = (),
    source: str | None = None,
) -> Proposal:
    """Rehearse and record a change; the policy may apply it at once.

    Args:
        confidence: 0 to 1.
        source: IRI of the run or thing that the proposal comes from.

    Raises:
        BadInput: the change alters nothing, or the confidence is no share.
    """
    if not 0 <= confidence <= 1:
        raise BadInput(f"The confidence must be between 0 and 1, not {confidence:g}.")

    def attempt() -> Proposal:
        """Propose it for the state as it is now."""
        names, dataset = project.names, project.dataset
        seen, checked = dataset.knowledge_sequence, dataset.sequence
        change = effective(patch, names, project.reader)
        if not change.added and not change.removed:
            raise BadInput("The change alters nothing: what it adds is there, what it removes not.")
        results = rehearse(dataset, change)
        quads = (*change.added, *change.removed)
        text = write_proposed(change)
        basis = f"{checked} {now.isoformat()} {author} {reason}\n".encode() + text
        proposal = Proposal(
            id=hashlib.sha256(basis).hexdigest()[:16],
            state="pending",
            author=author,
            reason=reason,
            confidence=confidence,
            risk=risk_of(change, names),
            patch=_stored(project, text),
            review=_stored(project, _report(results)),
            added=len(change.added),
            removed=len(change.removed),
            new_violations=len(results),
            checked=checked,
            created=now,
            evidence=tuple(sorted(set(evidence))),
            source=source,
            impact=impact_of(quads, names, dataset.reader, query_texts(dataset)),
        )
        return _record_new(project, proposal, change, now, seen)

    return repeated(project, attempt)


def decide(
    project: Project, proposal: str, state: State, by: str, now: datetime, reason: str | None
) -> Proposal:
    """Move a proposal to another state without touching the graph.

    Raises:
        Conflict: the state it is in does not lead there, or it is superseded; see `apply`.
    """
    before = find_proposal(_meta(project), project.names, proposal)
    after = decided(before, state, by, now, reason)
    if state == "approved":
        _still_fitting(project, before, now)
    return _commit(project, before, after, None)


def apply(
    project: Project,
    proposal: str,
    by: str,
    now: datetime,
    reason: str | None,
    along: Callable[[ChangeSet], ChangeSet] | None = None,
) -> Proposal:
    """Make an approved proposal real if it still fits.

    Args:
        along: gives the change together with what must be committed with it.

    Raises:
        Conflict: it is not approved; something it removes is gone, or all of it is so already,
            so it is superseded; or it would bring violations that nobody has seen, so it waits
            again.
    """

    def attempt() -> Proposal:
        """Apply it to the state as it is now."""
        seen = project.dataset.knowledge_sequence
        before = find_proposal(_meta(project), project.names, proposal)
        if before.state != "approved":
            raise Conflict(
                f"Proposal {before.id} is {before.state}; only approved ones are applied. "
                f"{ADVICE[before.state]}"
            )
        after = decided(before, "applied", by, now, reason)
        change = _still_fitting(project, before, now)
        _review_again(project, before, change, now)
        return _commit(project, before, after, along(change) if along else change, seen)

    return repeated(project, attempt)


def undo(project: Project, proposal: str, by: str, now: datetime, reason: str | None) -> Proposal:
    """Take back what an applied proposal did.

    Raises:
        Conflict: it is not applied, or something it did was changed again; see `undo_commit`.
    """
    before = find_proposal(_meta(project), project.names, proposal)
    after = decided(before, "undone", by, now, reason)
    _take_back(project, commits_of(project, before)[0], before, after)
    return after


def take_back(project: Project, commit: int, by: str, now: datetime, reason: str) -> Commit:
    """Undo a commit; where it applied a proposal, or undid one, the proposal says so too.

    Raises:
        NotFound, BadInput, Conflict: see `undo_commit`.
    """
    before = _proposal_of(project, commit)
    if before is None:
        return undo_commit(project, commit, author=by, reason=reason)
    state: State = "undone" if before.state == "applied" else "applied"
    return _take_back(project, commit, before, decided(before, state, by, now, reason or None))


def change_of(project: Project, proposal: Proposal) -> ChangeSet:
    """Read the change of a proposal."""
    patch = read_patch(project.dataset.blobs.read(proposal.patch))
    return ChangeSet(patch.added, patch.removed)


def review_of(project: Project, proposal: Proposal) -> list[dict[str, str | None]]:
    """Read the new violations that the newest rehearsal of a proposal found."""
    text = project.dataset.blobs.read(proposal.review)
    found: list[dict[str, str | None]] = json.loads(text)
    return found


def commits_of(project: Project, proposal: Proposal) -> list[int]:
    """List the numbers of the commits that applied or undid a proposal, newest first."""
    text = bind(load_query("graph", "commits_of"), source=proposal_iri(project.names, proposal.id))
    return [int(str(getattr(row[0], "value", 0))) for row in _meta(project).select(text)]


def violation_facts(result: ValidationResult) -> dict[str, str | None]:
    """Give a violation as texts."""
    return {
        "focus_node": _plain(result.focus_node),
        "path": None if result.path is None else _plain(result.path),
        "value": None if result.value is None else _plain(result.value),
        "message": result.message,
        "severity": result.severity.value.rpartition("#")[2],
        "shape": _plain(result.shape),
    }


def _proposal_of(project: Project, commit: int) -> Proposal | None:
    """Find the proposal that a commit was the last to apply or undo."""
    source = get_commit(project, commit).source or ""
    start = proposal_iri(project.names, "").value
    if not source.startswith(start):
        return None
    found = find_proposal(_meta(project), project.names, source.removeprefix(start))
    return found if commits_of(project, found)[:1] == [commit] else None


def _take_back(project: Project, commit: int, before: Proposal, after: Proposal) -> Commit:
    iri = proposal_iri(project.names, before.id).value
    words = f"Proposal {after.id} {after.state}: {after.reason}"
    return undo_commit(
        project,
        commit,
        author=after.decided_by or after.author,
        reason=words,
        record=replace(record_change(project.names, before, after, words), source=iri),
        guard=_undecided(project, before),
    )


def _record_new(
    project: Project, proposal: Proposal, change: ChangeSet, now: datetime, seen: int
) -> Proposal:
    policy = read_policy(_meta(project), project.names)
    if not policy.allows(proposal, additive=is_additive(change)):
        return _commit(project, None, proposal, None)
    why = f"Additive, above {policy.threshold:g} and without new violations."
    if proposal.new_violations:
        why = f"Additive and above {policy.threshold:g}."
    applied = replace(decided(proposal, "applied", "policy", now, why), automatic=True)
    return _commit(project, None, applied, change, seen)


def _still_fitting(project: Project, before: Proposal, now: datetime) -> ChangeSet:
    """Give what a proposal would change now; one that makes no sense any more is superseded."""
    change = change_of(project, before)
    left = effective(change, project.names, project.reader)
    gone = [quad for quad in change.removed if quad not in left.removed]
    if gone:
        why = f"It no longer fits: {_quoted(gone)} is not there any more."
    elif not left.added and not left.removed:
        why = "What it would change is so already."
    else:
        return left
    _commit(project, before, decided(before, "superseded", "mimir", now, why), None)
    raise Conflict(f"Proposal {before.id} is superseded. {why} Propose the change anew.")


def _review_again(project: Project, before: Proposal, change: ChangeSet, now: datetime) -> None:
    checked = project.dataset.sequence
    if project.dataset.knowledge_sequence <= before.checked:
        return
    results = rehearse(project.dataset, change)
    seen = review_of(project, before)
    unseen = [item for item in map(violation_facts, results) if item not in seen]
    if not unseen:
        return
    why = f"On commit {checked} it would bring {len(unseen)} violations that nobody has seen."
    after = replace(
        decided(before, "pending", "mimir", now, why),
        review=_stored(project, _report(results)),
        new_violations=len(results),
        checked=checked,
    )
    _commit(project, before, after, None)
    raise Conflict(f"Proposal {before.id} waits again. {why} Look at it and decide anew.")


def _commit(
    project: Project,
    before: Proposal | None,
    after: Proposal,
    change: ChangeSet | None,
    seen: int | None = None,
) -> Proposal:
    reason = f"Proposal {after.id} {after.state}: {after.reason}"
    record = record_change(project.names, before, after, reason, change)
    guard = _undecided(project, before)
    project.commit(record, guard=guard if seen is None else unchanged(project, seen, guard))
    return after


def _undecided(project: Project, before: Proposal | None) -> Guard:
    def check(meta: GraphReader) -> None:
        """Refuse the commit if the proposal was decided meanwhile."""
        if before and find_proposal(meta, project.names, before.id) != before:
            raise Conflict(f"Proposal {before.id} was decided meanwhile; look at it again.")

    return check


def _report(results: Sequence[ValidationResult]) -> bytes:
    items = [violation_facts(item) for item in results]
    return json.dumps(items, ensure_ascii=False, sort_keys=True).encode()


def _stored(project: Project, text: bytes) -> str:
    return project.dataset.blobs.put(io.BytesIO(text))[0]


def _quoted(quads: Sequence[Quad]) -> str:
    shown = "; ".join(f"{q.subject} {q.predicate} {q.object}" for q in quads[:_SHOWN])
    return shown + (f" and {len(quads) - _SHOWN} more" if len(quads) > _SHOWN else "")


def _plain(term: object) -> str:
    return str(getattr(term, "value", term))


def _meta(project: Project) -> GraphReader:
    return project.reader(project.names.meta)
