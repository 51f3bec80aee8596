"""Proposals among other changes: whatever happens, states are legal and the graph is the log's."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.proposing import apply, change_of, commits_of, decide, propose, take_back, undo
from graph.changes import ChangeSet, Patch
from graph.dataset.recovery import rebuild_store, verify_log
from graph.errors import BadInput, Conflict
from graph.history import revert_to
from graph.oxigraph import OxigraphStore
from graph.projects import Project, Projects
from graph.proposals import STATES, Proposal, State, find_proposal, list_proposals
from graph.terms import Literal, NamedNode, Quad

BASE = "https://example.org/"
DATA = NamedNode(f"{BASE}p/shop/graph/data")
QUADS = st.frozensets(
    st.builds(
        lambda name, value: Quad(
            NamedNode(f"urn:{name}"), NamedNode("urn:is"), Literal(value), DATA
        ),
        st.sampled_from("ab"),
        st.integers(0, 2),
    ),
    max_size=3,
)
Quads = frozenset[Quad]


class Proposing(RuleBasedStateMachine):
    """People and programs propose, decide, commit, undo and go back, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.projects = Projects(Path(self.folder.name), BASE)
        self.now = datetime(2024, 5, 17, tzinfo=UTC)
        self.data: Quads = frozenset()
        self.states: dict[str, State] = {}
        self.effects: dict[int, tuple[Quads, Quads]] = {}
        self.past: dict[int, Quads] = {0: frozenset()}

    @initialize()
    def begin(self) -> None:
        """Make the project."""
        self.project: Project = self.projects.create("shop")

    def tick(self) -> datetime:
        """Let a minute pass."""
        self.now += timedelta(minutes=1)
        return self.now

    def moved_to(self, data: Quads) -> None:
        """Note what the newest commit made of the data."""
        if data != self.data:
            self.effects[self.project.sequence] = (data - self.data, self.data - data)
        self.data = data

    @rule(added=QUADS, removed=QUADS)
    def commit(self, added: Quads, removed: Quads) -> None:
        """Change the data directly."""
        self.project.commit(ChangeSet(tuple(added), tuple(removed)))
        self.moved_to((self.data - removed) | added)

    @rule(added=QUADS, removed=QUADS, confidence=st.sampled_from([0.5, 0.95]))
    def propose(self, added: Quads, removed: Quads, confidence: float) -> None:
        """Propose a change; a sure addition is applied at once."""
        new, gone = added - self.data, (removed - added) & self.data
        patch = Patch({}, tuple(added), tuple(removed))
        if not new and not gone:
            with pytest.raises(BadInput, match="alters nothing"):
                self.proposed(patch, confidence)
            return
        made = self.proposed(patch, confidence)
        assert (made.added, made.removed) == (len(new), len(gone))
        sure = confidence > 0.9 and not gone
        assert (made.state, made.automatic) == (("applied", True) if sure else ("pending", False))
        self.states[made.id] = made.state
        self.moved_to(self.data | new if sure else self.data)

    def proposed(self, patch: Patch, confidence: float) -> Proposal:
        """Propose a patch."""
        return propose(
            self.project, self.tick(), patch, author="a", reason="r", confidence=confidence
        )

    @precondition(lambda self: self.states)
    @rule(which=st.randoms(use_true_random=False), state=st.sampled_from(["approved", "rejected"]))
    def decide(self, which: Random, state: State) -> None:
        """Approve or reject a proposal, whatever its state."""
        chosen = self.chosen(which)
        if state == "approved" and self.states[chosen] == "pending":
            self.approved_or_superseded(chosen)
        elif state == "rejected" and self.states[chosen] in ("pending", "approved"):
            decide(self.project, chosen, state, "p", self.tick(), "No.")
            self.states[chosen] = state
        else:
            with pytest.raises(Conflict, match=f"is {self.states[chosen]}; it cannot"):
                decide(self.project, chosen, state, "p", self.tick(), "No.")

    def approved_or_superseded(self, chosen: str) -> None:
        """Approve a proposal that waits."""
        if self.fits(chosen):
            decide(self.project, chosen, "approved", "p", self.tick(), None)
            self.states[chosen] = "approved"
        else:
            with pytest.raises(Conflict, match="superseded"):
                decide(self.project, chosen, "approved", "p", self.tick(), None)
            self.states[chosen] = "superseded"

    @precondition(lambda self: self.states)
    @rule(which=st.randoms(use_true_random=False))
    def apply(self, which: Random) -> None:
        """Apply a proposal, whatever its state."""
        chosen = self.chosen(which)
        if self.states[chosen] != "approved":
            with pytest.raises(Conflict, match="only approved ones are applied"):
                apply(self.project, chosen, "p", self.tick(), None)
        elif self.fits(chosen):
            added, removed = self.change(chosen)
            apply(self.project, chosen, "p", self.tick(), None)
            self.states[chosen] = "applied"
            self.moved_to((self.data - removed) | added)
        else:
            with pytest.raises(Conflict, match="superseded"):
                apply(self.project, chosen, "p", self.tick(), None)
            self.states[chosen] = "superseded"

    @precondition(lambda self: self.states)
    @rule(which=st.randoms(use_true_random=False))
    def undo(self, which: Random) -> None:
        """Undo a proposal, whatever its state."""
        chosen = self.chosen(which)
        if self.states[chosen] != "applied":
            with pytest.raises(Conflict, match=f"is {self.states[chosen]}; it cannot"):
                undo(self.project, chosen, "p", self.tick(), None)
            return
        (number, *_) = commits_of(self.project, self.found(chosen))
        try:
            undo(self.project, chosen, "p", self.tick(), "Wrong.")
        except Conflict:
            assert self.changed_again(number)
        else:
            self.took_back(number)
            self.states[chosen] = "undone"

    @precondition(lambda self: self.effects)
    @rule(which=st.randoms(use_true_random=False))
    def undo_commit(self, which: Random) -> None:
        """Undo or redo any commit."""
        number = which.choice(sorted(self.effects))
        before = {item.id: item.state for item in self.all_proposals()}
        try:
            take_back(self.project, number, "p", self.tick(), "Wrong.")
        except Conflict:
            assert self.changed_again(number)
        else:
            self.took_back(number)
            for item in self.all_proposals():
                step = (before[item.id], item.state)
                assert step in {("applied", "undone"), ("undone", "applied")} or len({*step}) == 1
                self.states[item.id] = item.state

    @rule(which=st.randoms(use_true_random=False))
    def go_back(self, which: Random) -> None:
        """Bring the data back to what it was at any commit."""
        number = which.choice(range(self.project.sequence + 1))
        then = self.past[number]
        if then == self.data:
            with pytest.raises(BadInput, match="nothing can be taken back"):
                revert_to(self.project, number, author="p")
        else:
            revert_to(self.project, number, author="p")
            self.moved_to(then)

    def took_back(self, number: int) -> None:
        """Note that what a commit did was undone."""
        added, removed = self.effects[number]
        assert added <= self.data
        assert removed.isdisjoint(self.data)
        self.moved_to((self.data - added) | removed)

    def changed_again(self, number: int) -> bool:
        """Tell whether a later commit changed what a commit had changed."""
        added, removed = self.effects[number]
        later = [effect for at, effect in self.effects.items() if at > number]
        return any((added | removed) & (new | gone) for new, gone in later)

    def fits(self, chosen: str) -> bool:
        """Tell whether a proposal can still be applied and would change something."""
        added, removed = self.change(chosen)
        return removed <= self.data and bool(removed or added - self.data)

    def change(self, chosen: str) -> tuple[Quads, Quads]:
        """Give what a proposal adds and removes."""
        change = change_of(self.project, self.found(chosen))
        return frozenset(change.added), frozenset(change.removed)

    def chosen(self, which: Random) -> str:
        """Choose a proposal."""
        return str(which.choice(sorted(self.states)))

    def found(self, proposal: str) -> Proposal:
        """Find a proposal."""
        return find_proposal(
            self.project.reader(self.project.names.meta), self.project.names, proposal
        )

    def all_proposals(self) -> tuple[Proposal, ...]:
        """List all proposals."""
        return list_proposals(self.project.reader(self.project.names.meta))

    @invariant()
    def the_data_is_what_was_agreed(self) -> None:
        """Compare the graph and the records with what the rules expect."""
        self.past[self.project.sequence] = self.data
        assert frozenset(self.project.quads(DATA)) == self.data
        assert {item.id: item.state for item in self.all_proposals()} == self.states
        assert set(self.states.values()) <= set(STATES)

    def teardown(self) -> None:
        """Check that the log alone gives the same, and every past state too."""
        folder, last = self.project.dataset.folder, self.project.sequence
        for number in range(0, last + 1, 3):
            with self.project.at(number) as then:
                known = max(at for at in self.past if at <= number)
                assert frozenset(then.quads(DATA)) == self.past[known]
        self.projects.close()
        report = verify_log(folder)
        assert (report.records, report.torn_bytes, report.missing_files) == (last, 0, ())
        assert rebuild_store(folder) == last
        store = OxigraphStore((folder / "current").resolve(), read_only=True)
        assert frozenset(store.quads(DATA)) == self.data
        store.close()
        self.folder.cleanup()


TestProposing = Proposing.TestCase
TestProposing.settings = settings(max_examples=6, stateful_step_count=20, deadline=None)
