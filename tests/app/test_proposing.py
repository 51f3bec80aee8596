"""Proposals and merges under any order of decisions: all or nothing, and back again."""

import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.merging import abort, complete, resolve, start
from app.proposing import apply, decide, propose, take_back, undo
from graph.changes import ChangeSet, Patch
from graph.errors import BadInput, Conflict
from graph.history import revert_to
from graph.merge_records import Merge, find_merge
from graph.names import ProjectNames
from graph.projects import Project, Projects
from graph.proposals import find_proposal
from graph.terms import Literal, Quad
from twin.twins import Twin, create_change

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = ProjectNames("http://example.org/", "shop")
THING = NAMES.thing("Machine", ["M1"])
QUADS = [Quad(THING, NAMES.term("tag"), Literal(text), NAMES.data) for text in "abcde"]
Sides = tuple[frozenset[Quad], frozenset[Quad]]
some = st.frozensets(st.sampled_from(QUADS), max_size=3)


class Decisions(RuleBasedStateMachine):
    """A project whose proposals are decided on in any order, beside commits of others."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.projects = Projects(Path(self.folder.name), "http://example.org/")
        self.project = self.projects.create("shop")
        self.data: frozenset[Quad] = frozenset()
        self.states: dict[str, str] = {}
        self.wanted: dict[str, Sides] = {}
        self.done: dict[str, tuple[int, Sides]] = {}
        self.history: list[frozenset[Quad]] = [frozenset()]

    def teardown(self) -> None:
        """Close the project."""
        self.projects.close()
        self.folder.cleanup()

    def chosen(self, number: int, *states: str) -> str | None:
        """Choose one of the proposals in these states."""
        found = [item for item, state in self.states.items() if state in states]
        return found[number % len(found)] if found else None

    @rule(added=some, removed=some)
    def somebody_else_commits(self, added: frozenset[Quad], removed: frozenset[Quad]) -> None:
        self.project.commit(ChangeSet(tuple(added), tuple(removed)))
        self.data = (self.data - removed) | added

    @rule(added=some, removed=some)
    def propose_something(self, added: frozenset[Quad], removed: frozenset[Quad]) -> None:
        effect = (added - self.data, (removed - added) & self.data)
        patch = Patch({}, tuple(added), tuple(removed))
        words = {"author": "ann", "reason": "x", "confidence": 0.5}
        if effect == (frozenset(), frozenset()):
            with pytest.raises(BadInput):
                propose(self.project, NOW, patch, **words)  # type: ignore[arg-type]
            return
        made = propose(self.project, NOW, patch, **words)  # type: ignore[arg-type]
        self.states[made.id] = "pending"
        self.wanted[made.id] = effect

    @precondition(lambda self: "pending" in self.states.values())
    @rule(number=st.integers(0, 9), yes=st.booleans())
    def decide_on_one(self, number: int, yes: bool) -> None:
        proposal = self.chosen(number, "pending") or ""
        state = "approved" if yes else "rejected"
        self.states[proposal] = decide(self.project, proposal, state, "kim", NOW, "y").state  # type: ignore[arg-type]

    @precondition(lambda self: self.states)
    @rule(number=st.integers(0, 9))
    def apply_one(self, number: int) -> None:
        proposal = self.chosen(number, "approved") or self.chosen(
            number, *set(self.states.values())
        )
        assert proposal is not None
        added, removed = self.wanted[proposal]
        if self.states[proposal] == "approved" and removed <= self.data:
            apply(self.project, proposal, "kim", NOW, None)
            effect = (added - self.data, removed)
            self.data = (self.data - removed) | added
            self.states[proposal] = "applied"
            self.done[proposal] = (self.project.sequence, effect)
            return
        with pytest.raises(Conflict):
            apply(self.project, proposal, "kim", NOW, None)
        if self.states[proposal] == "approved":
            self.states[proposal] = "superseded"

    @precondition(lambda self: self.done)
    @rule(number=st.integers(0, 9), directly=st.booleans())
    def undo_or_redo_one(self, number: int, directly: bool) -> None:
        proposal = list(self.done)[number % len(self.done)]
        commit, (added, removed) = self.done[proposal]
        before = self.project.sequence
        with suppress(Conflict, BadInput):
            if directly and self.states[proposal] == "applied":
                undo(self.project, proposal, "kim", NOW, None)
            else:
                take_back(self.project, commit, "kim", NOW, "")
        if self.project.sequence > before:
            assert added <= self.data
            assert removed.isdisjoint(self.data)
            self.data = (self.data - added) | removed
            redone = self.states[proposal] == "undone"
            self.states[proposal] = "applied" if redone else "undone"
            self.done[proposal] = (self.project.sequence, (removed, added))

    @rule(number=st.integers(0, 99))
    def go_back(self, number: int) -> None:
        target = number % len(self.history)
        with suppress(BadInput):
            revert_to(self.project, target, author="kim")
            self.data = self.history[target]

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        for _ in range(self.project.sequence - len(self.history) + 1):
            self.history.append(self.data)
        assert frozenset(self.project.quads(NAMES.data)) == self.data
        meta = self.project.reader(NAMES.meta)
        found = {item: find_proposal(meta, NAMES, item).state for item in self.states}
        assert found == self.states


Decisions.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestDecisions = Decisions.TestCase


def twin_with(project: Project, twin: str, added: list[Quad], removed: list[Quad]) -> None:
    """Make a twin with an overlay."""
    project.commit(create_change(NAMES, project.reader(NAMES.meta), Twin(twin, twin, NOW)))
    places = (NAMES.twin_added(twin), NAMES.twin_removed(twin))
    overlay = [
        Quad(*quad.triple, place)
        for quads, place in zip((added, removed), places, strict=True)
        for quad in quads
    ]
    project.commit(ChangeSet(tuple(overlay)))


@pytest.mark.parametrize("broken", ["open", "conflicts found again", "half resolved"])
def test_abort_works_after_a_crash_wherever_it_came(tmp_path: Path, broken: str) -> None:
    power = [Quad(THING, NAMES.term("powerKw"), Literal(n), NAMES.data) for n in range(4)]
    projects = Projects(tmp_path, "http://example.org/")
    project = projects.create("shop")
    project.commit(ChangeSet((power[0],)))
    twin_with(project, "day", [power[1]], [power[0]])
    twin_with(project, "night", [power[2]], [power[0]])
    policies = {NAMES.term("powerKw").value: "functional"}
    begun = start(project, Merge("m1", "day", "night", "kim", NOW, policies=policies))  # type: ignore[arg-type]
    assert len(begun.unresolved) == 1
    if broken == "half resolved":
        resolve(project, begun, begun.resolved(begun.conflicts[0].id, "ours"), "kim")
        project.commit(ChangeSet((power[3],), (power[0],)))
    if broken != "open":
        with pytest.raises(Conflict, match="conflicts to resolve"):
            complete(project, "m1", "kim", NOW, force=False)
    knowledge = [sorted(map(str, project.quads(graph))) for graph in project.graphs()[:1]]

    # A crash is a start without an end: nothing is closed in order.
    projects.close()
    projects = Projects(tmp_path, "http://example.org/")
    project = projects.get("shop")

    assert abort(project, "m1", "kim", NOW).state == "aborted"
    assert abort(project, "m1", "kim", NOW).state == "aborted"
    assert find_merge(project.reader(NAMES.meta), NAMES, "m1").state == "aborted"
    with pytest.raises(Conflict, match="is aborted"):
        complete(project, "m1", "kim", NOW, force=False)
    assert knowledge == [sorted(map(str, project.quads(graph))) for graph in project.graphs()[:1]]
    projects.close()
