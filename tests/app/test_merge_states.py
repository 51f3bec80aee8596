"""Merges among other changes: whatever happens in between, their laws hold."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from app.merging import abort, complete, resolve, start
from graph.changes import ChangeSet
from graph.dataset.recovery import verify_log
from graph.errors import BadInput, Conflict
from graph.history import undo_commit
from graph.membership import present
from graph.merge import POLICIES, RESOLUTIONS, Policy, Resolution
from graph.merge_records import BASE, Merge, find_merge, list_merges
from graph.projects import Project, Projects
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Triple
from twin.overlay import overlay_change, placed, read_difference
from twin.twins import Twin, create_change

NOW = datetime(2024, 5, 17, tzinfo=UTC)
SUBJECTS = [NamedNode(f"urn:{name}") for name in "ab"]
PROPERTIES = {policy: NamedNode(f"urn:{policy}") for policy in POLICIES}
TWINS = ("one", "two")
PLACES = (BASE, *TWINS)
Triples = frozenset[Triple]
Point = tuple[object, NamedNode]


@dataclass(frozen=True)
class Edit:
    """What a property of a subject becomes."""

    subject: NamedNode
    policy: Policy
    values: frozenset[int]


EDITS = st.builds(
    Edit,
    st.sampled_from(SUBJECTS),
    st.sampled_from(POLICIES),
    st.frozensets(st.integers(0, 4), max_size=2),
)


class Merging(RuleBasedStateMachine):
    """Base and twins are edited while merges are begun, settled, aborted, completed and undone."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.projects = Projects(Path(self.folder.name), "https://example.org/")
        self.merges: list[str] = []

    @initialize()
    def begin(self) -> None:
        """Make the project with two twins."""
        self.project: Project = self.projects.create("shop")
        names = self.project.names
        for twin in TWINS:
            meta = self.project.reader(names.meta)
            self.project.commit(create_change(names, meta, Twin(twin, twin, NOW)))

    def overlay(self, twin: str) -> tuple[Triples, Triples]:
        """Give what a twin adds and hides."""
        names, read = self.project.names, self.project.reader
        found = read_difference(names, read(names.twin_added(twin)), read(names.twin_removed(twin)))
        return frozenset(found.added), frozenset(found.removed)

    def shown(self, place: str) -> Triples:
        """Give what the base or a twin shows."""
        base = frozenset(quad.triple for quad in self.project.quads(self.project.names.data))
        if place == BASE:
            return base
        added, removed = self.overlay(place)
        return (base - removed) | added

    def everything(self) -> dict[str, Triples]:
        """Give what all places show."""
        return {place: self.shown(place) for place in PLACES}

    @rule(place=st.sampled_from(PLACES), edit=EDITS)
    def edit(self, place: str, edit: Edit) -> None:
        """Set the values of a property somewhere."""
        names, predicate = self.project.names, PROPERTIES[edit.policy]
        now = self.shown(place)
        before = {
            item for item in now if (item.subject, item.predicate) == (edit.subject, predicate)
        }
        after = {Triple(edit.subject, predicate, Literal(value)) for value in edit.values}
        added, removed = (placed(side, names.data) for side in (after - before, before - after))
        if place == BASE:
            self.project.commit(ChangeSet(added, removed))
        else:
            read = self.project.reader
            overlay = read_difference(
                names, read(names.twin_added(place)), read(names.twin_removed(place))
            )
            held = frozenset(present((*added, *removed), read))
            self.project.commit(overlay_change(names, place, overlay, added, removed, held, "edit"))
        assert self.shown(place) == (now - before) | after

    @rule(source=st.sampled_from(TWINS), into=st.sampled_from(PLACES))
    def start(self, source: str, into: str) -> None:
        """Begin a merge; nothing is merged yet."""
        policies = {name.value: policy for policy, name in PROPERTIES.items()}
        begun = Merge(
            id=f"m{len(self.merges)}",
            source=source,
            target=into,
            author="a",
            created=NOW,
            policies=policies,
        )
        before = self.everything()
        if source == into:
            with pytest.raises(BadInput, match="into itself"):
                start(self.project, begun)
        else:
            start(self.project, begun)
            self.merges.append(begun.id)
        assert self.everything() == before

    @precondition(lambda self: self.merges)
    @rule(data=st.data(), choice=st.sampled_from(RESOLUTIONS), custom=st.integers(5, 6))
    def settle(self, data: st.DataObject, choice: Resolution, custom: int) -> None:
        """Choose the values of all conflicts that are known."""
        merge = self.found(data)
        before = self.everything()
        for item in merge.conflicts:
            values = [Literal(custom)] if choice == "custom" else []
            if merge.state == "open":
                now = find_merge(self.meta(), self.project.names, merge.id)
                resolve(self.project, now, now.resolved(item.id, choice, values), "p")
            else:
                with pytest.raises(Conflict):
                    merge.resolved(item.id, choice, values)
        assert self.everything() == before

    @precondition(lambda self: self.merges)
    @rule(data=st.data())
    def abort(self, data: st.DataObject) -> None:
        """Abort a merge, whatever its state."""
        merge = self.found(data)
        before = self.everything()
        if merge.state == "completed":
            with pytest.raises(Conflict, match="is completed; undo its commit instead"):
                abort(self.project, merge.id, "p", NOW)
        else:
            assert abort(self.project, merge.id, "p", NOW).state == "aborted"
        assert self.everything() == before

    @precondition(lambda self: self.merges)
    @rule(data=st.data(), undone=st.booleans())
    def complete(self, data: st.DataObject, undone: bool) -> None:
        """Complete a merge, whatever its state; perhaps undo it again."""
        merge = self.found(data)
        before, overlays = self.everything(), [self.overlay(twin) for twin in TWINS]
        try:
            complete(self.project, merge.id, "p", NOW + timedelta(1), force=True)
        except Conflict:
            after = find_merge(self.meta(), self.project.names, merge.id)
            assert merge.state != "open" or after.unresolved
            assert self.everything() == before
            return
        self.check_merged(merge, before, dict(zip(TWINS, overlays, strict=True)))
        with pytest.raises(Conflict):
            complete(self.project, merge.id, "p", NOW, force=True)
        if undone and self.everything() != before:
            undo_commit(self.project, self.project.sequence, author="p")
            assert [self.overlay(twin) for twin in TWINS] == overlays
            assert self.everything() == before

    def check_merged(
        self,
        merge: Merge,
        before: dict[str, Triples],
        overlays: dict[str, tuple[Triples, Triples]],
    ) -> None:
        """Check what a merge must and must not do."""
        after = self.everything()
        target, source = before[merge.target], before[merge.source]
        touched = points(overlays[merge.source][0] | overlays[merge.source][1])
        came, went = after[merge.target] - target, target - after[merge.target]
        assert points(came | went) <= touched
        custom = {value for item in merge.conflicts for value in item.custom}
        for triple in came:
            known = triple in source | before[BASE] or triple.object in custom
            assert known or triple.predicate == PROPERTIES["counter"]
        if merge.target == BASE:
            assert self.overlay(merge.source) == (frozenset(), frozenset())
            assert after[merge.source] == after[BASE]
        else:
            assert all(after[place] == before[place] for place in (BASE, merge.source))

    def found(self, data: st.DataObject) -> Merge:
        """Choose a merge."""
        chosen = data.draw(st.sampled_from(self.merges))
        return find_merge(self.meta(), self.project.names, chosen)

    def meta(self) -> GraphReader:
        """Read the records."""
        return self.project.reader(self.project.names.meta)

    def teardown(self) -> None:
        """Check the log."""
        assert len(list_merges(self.meta())) == len(self.merges)
        folder, last = self.project.dataset.folder, self.project.sequence
        self.projects.close()
        assert verify_log(folder).records == last
        self.folder.cleanup()


def points(triples: Iterable[Triple]) -> set[Point]:
    return {(triple.subject, triple.predicate) for triple in triples}


TestMerging = Merging.TestCase
TestMerging.settings = settings(max_examples=6, stateful_step_count=20, deadline=None)
