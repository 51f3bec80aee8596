"""Reasoning of a project: its setting, what changed since it last reasoned, and the commit.

What follows is kept in the graph `inferred`, disjoint from what is asserted. Triples that commits
add and remove are reasoned on alone; after a bulk import or a change of the schema everything is
reasoned anew, and the difference is committed.
"""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal as OneOf

from graph.changes import ChangeSet
from graph.dataset.checkpoints import between
from graph.errors import BadInput, Conflict
from graph.file_changes import with_files
from graph.names import ProjectNames
from graph.projects import Project
from graph.reasoning.fixpoint import Contradiction, Reasoned
from graph.reasoning.owl_rules import is_schema
from graph.reasoning.process import ReasoningJob, reason
from graph.records import record_quads
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import NamedNode, Quad
from graph.vocab import MIMIR, PROV, RDF

Mode = OneOf["off", "on-demand", "on-commit"]
MODES: tuple[Mode, ...] = ("off", "on-demand", "on-commit")
AUTHOR = "reasoner"
_ATTEMPTS = 3


@dataclass(frozen=True)
class ReasoningSetting:
    """When a project reasons, and what it last found.

    `reasoned` is the commit that `inferred` follows from; None: never.
    """

    mode: Mode = "off"
    reasoned: int | None = None
    inferred: int = 0
    contradictions: int = 0
    ended: datetime | None = None


@dataclass(frozen=True)
class ReasoningReport:
    """What a run did: `incremental` tells whether only what is new was reasoned on."""

    commit: int
    inferred: int
    added: int
    removed: int
    rounds: int
    rules: int
    incremental: bool
    contradictions: tuple[Contradiction, ...]


def asserted_graphs(names: ProjectNames) -> tuple[NamedNode, ...]:
    """List the graphs that reasoning starts from."""
    return (names.data, names.ontology)


def read_setting(meta: GraphReader, names: ProjectNames) -> ReasoningSetting:
    """Read the setting; off when none was made."""
    rows = meta.select(bind(load_query("graph", "record"), about=_iri(names)))
    facts = {str(getattr(row[1], "value", "")): str(getattr(row[2], "value", "")) for row in rows}
    if not facts:
        return ReasoningSetting()
    reasoned, ended = facts.get(MIMIR.reasonedAt.value), facts.get(PROV.endedAtTime.value)
    return ReasoningSetting(
        mode=facts[MIMIR.mode.value],  # type: ignore[arg-type] # written by _quads
        reasoned=int(reasoned) if reasoned else None,
        inferred=int(facts.get(MIMIR.inferredTriples.value, "0")),
        contradictions=int(facts.get(MIMIR.contradictions.value, "0")),
        ended=datetime.fromisoformat(ended) if ended else None,
    )


def set_mode(project: Project, mode: str, *, author: str) -> ReasoningSetting:
    """Set when the project reasons; off also removes what reasoning added.

    Raises:
        BadInput: there is no such mode.
    """
    if mode not in MODES:
        raise BadInput(f"The mode must be one of {', '.join(MODES)}, not {mode!r}.")
    names = project.names
    before = read_setting(project.reader(names.meta), names)
    after = replace(before, mode=mode) if mode != "off" else ReasoningSetting("off")
    change = ChangeSet(
        added=tuple(_quads(names, after)),
        removed=tuple(_quads(names, before)),
        author=author,
        reason=f"Reasoning: {mode}",
    )
    project.commit(change, replacing=(names.inferred,) if mode == "off" else ())
    return after


def is_behind(project: Project) -> bool:
    """Tell whether something was asserted or taken back since the project last reasoned."""
    names = project.names
    setting = read_setting(project.reader(names.meta), names)
    if setting.reasoned is None:
        return True
    return (
        project.knowledge_sequence > setting.reasoned
        and not _since(project, setting.reasoned).nothing
    )


def run_reasoner(
    project: Project, clock: Callable[[], datetime], *, author: str = AUTHOR, anew: bool = False
) -> ReasoningReport:
    """Bring `inferred` to what follows from the newest commit.

    Args:
        anew: reason from everything, whatever changed.

    Raises:
        QueryTimeout, ReaderDied: too much follows; nothing was changed.
        Conflict: the graph changed each time before the result could be committed.
    """
    for _ in range(_ATTEMPTS):
        try:
            return _attempt(project, clock, author, anew=anew)
        except _Outdated:
            continue
    raise Conflict("The graph keeps changing while it is reasoned on. Try again later.")


class _Outdated(Conflict):
    """Knowledge changed while it was reasoned on."""


@dataclass(frozen=True)
class _Since:
    """What was asserted and what was taken back since a commit; `anew`: more than triples."""

    came: tuple[Quad, ...] = ()
    gone: tuple[Quad, ...] = ()
    anew: bool = False

    @property
    def nothing(self) -> bool:
        """Whether it is known that nothing changed."""
        return not (self.came or self.gone or self.anew)


def _since(project: Project, commit: int) -> _Since:
    asserted = asserted_graphs(project.names)
    came: dict[Quad, None] = {}
    gone: dict[Quad, None] = {}
    for record in between(project.dataset.log.path, commit, project.sequence):
        patch = record.patch()
        if patch.header.get("author") == AUTHOR:
            continue
        if patch.header.get("added-file") or patch.header.get("removed-file"):
            return _Since(anew=True)
        new = [quad for quad in patch.added if quad.graph_name in asserted]
        old = [quad for quad in patch.removed if quad.graph_name in asserted]
        # What a person does to the inferred graph is not kept: what follows decides.
        known = {quad.triple for quad in new}
        inferred = project.names.inferred
        by_hand = any(
            quad.graph_name == inferred and quad.triple not in known
            for quad in (*patch.added, *patch.removed)
        )
        if by_hand or any(is_schema(quad) for quad in (*new, *old)):
            return _Since(anew=True)
        _move(old, came, gone)
        _move(new, gone, came)
    return _Since(tuple(came), tuple(gone))


def _move(quads: list[Quad], undone: dict[Quad, None], done: dict[Quad, None]) -> None:
    """Note quads as done, unless that only undoes what was noted before."""
    for quad in quads:
        if quad in undone:
            del undone[quad]
        else:
            done[quad] = None


def _attempt(
    project: Project, clock: Callable[[], datetime], author: str, *, anew: bool
) -> ReasoningReport:
    names, dataset = project.names, project.dataset
    before = read_setting(project.reader(names.meta), names)
    start = dataset.knowledge_sequence
    since = _Since(anew=True)
    if before.reasoned is not None and not anew:
        since = _since(project, before.reasoned)
    if since.nothing:
        nothing = (before.inferred, 0, 0, 0, 0)
        return ReasoningReport(dataset.sequence, *nothing, incremental=True, contradictions=())
    with ExitStack() as stack:
        clone = stack.enter_context(project.snapshots.scratch())
        folder = clone.with_name(f"{clone.name}-reasoning")
        folder.mkdir()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        job = ReasoningJob(clone, folder, asserted_graphs(names), names.inferred)
        if not since.anew:
            came = _write_triples(folder / "came.nt", since.came)
            gone = _write_triples(folder / "gone.nt", since.gone)
            job = replace(job, came=came, gone=gone)
        found = reason(job)
        after = replace(
            before,
            mode="on-demand" if before.mode == "off" else before.mode,
            reasoned=start,
            inferred=found.inferred,
            contradictions=len(found.contradictions),
            ended=clock(),
        )
        change = _change(project, folder, found, before, after, author)

        def guard(_: GraphReader) -> None:
            """Refuse the commit if the graph changed since the reasoning began."""
            if dataset.knowledge_sequence != start:
                raise _Outdated("The graph changed while it was reasoned on.")

        commit = project.commit(change, guard=guard, gated=False)
    return ReasoningReport(
        commit=commit.sequence,
        inferred=found.inferred,
        added=found.added,
        removed=found.removed,
        rounds=found.rounds,
        rules=found.rules,
        incremental=not since.anew,
        contradictions=found.contradictions,
    )


def _change(
    project: Project,
    folder: Path,
    found: Reasoned,
    before: ReasoningSetting,
    after: ReasoningSetting,
    author: str,
) -> ChangeSet:
    names = project.names
    change = ChangeSet(
        added=tuple(_quads(names, after)),
        removed=tuple(_quads(names, before)) if before != ReasoningSetting() else (),
        author=AUTHOR,
        reason=f"Reasoning for {author}: {found.inferred:,} triples follow",
    )
    blobs = project.dataset.blobs
    return with_files(change, blobs, folder / "added.nq", folder / "removed.nq")


def _write_triples(path: Path, quads: tuple[Quad, ...]) -> Path:
    lines = (f"{quad.subject} {quad.predicate} {quad.object} .\n" for quad in quads)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def _iri(names: ProjectNames) -> NamedNode:
    return names.record("setting", "reasoning")


def _quads(names: ProjectNames, setting: ReasoningSetting) -> list[Quad]:
    return record_quads(
        _iri(names),
        {
            RDF.type: MIMIR.ReasoningSetting,
            MIMIR.mode: setting.mode,
            MIMIR.reasonedAt: setting.reasoned,
            MIMIR.inferredTriples: setting.inferred,
            MIMIR.contradictions: setting.contradictions,
            PROV.endedAtTime: setting.ended,
        },
        names.meta,
    )
