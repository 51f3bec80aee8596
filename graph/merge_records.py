"""Records of merges: what goes into what, and each conflict with the choice that settles it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal as OneOf

from graph.changes import ChangeSet
from graph.errors import BadInput, Conflict, NotFound
from graph.merge import POLICIES, RESOLUTIONS, MergeConflict, Policy, Resolution, Values
from graph.names import ProjectNames
from graph.records import Facts, record_quads
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import NamedNode, Quad, Term
from graph.vocab import MIMIR, PROV, RDF

MergeState = OneOf["open", "completed", "aborted"]
MERGE_STATES: tuple[MergeState, ...] = ("open", "completed", "aborted")
BASE = "base"


@dataclass(frozen=True)
class ConflictRecord:
    """A conflict of a merge and what was chosen: nothing yet, a side, or values of one's own."""

    conflict: MergeConflict
    choice: Resolution | None = None
    custom: Values = frozenset()

    @property
    def id(self) -> str:
        """Name of the conflict in its merge."""
        subject, name = self.conflict.point
        return hashlib.sha256(f"{subject} {name}".encode()).hexdigest()[:12]

    @property
    def values(self) -> Values | None:
        """The values that the choice leaves; None while nothing is chosen."""
        return None if self.choice is None else self.conflict.resolved(self.choice, self.custom)


@dataclass(frozen=True)
class Merge:
    """A merge of a twin into a target.

    Attributes:
        source: id of the twin whose changes are taken.
        target: id of the twin that takes them, or `base`.
        policies: policy by property IRI, where it is not what the ontology says.
        conflicts: sorted by id.
    """

    id: str
    source: str
    target: str
    author: str
    created: datetime
    state: MergeState = "open"
    policies: Mapping[str, Policy] = field(default_factory=dict)
    ended: datetime | None = None
    conflicts: tuple[ConflictRecord, ...] = ()

    @property
    def unresolved(self) -> tuple[ConflictRecord, ...]:
        """The conflicts without a choice."""
        return tuple(item for item in self.conflicts if item.choice is None)

    def with_conflicts(self, found: Iterable[MergeConflict]) -> "Merge":
        """Give the merge with these conflicts; a choice stays where its conflict did."""
        known = {item.conflict: item for item in self.conflicts}
        records = (known.get(conflict, ConflictRecord(conflict)) for conflict in found)
        return replace(self, conflicts=tuple(sorted(records, key=lambda item: item.id)))

    def resolved(self, conflict: str, choice: str, custom: Iterable[Term] = ()) -> "Merge":
        """Give the merge with one conflict settled.

        Raises:
            NotFound: the merge has no such conflict.
            BadInput: the choice is none, or values were given with another choice than `custom`.
            Conflict: the merge is over.
        """
        self.check_open()
        if choice not in RESOLUTIONS:
            raise BadInput(f"Choose one of {', '.join(RESOLUTIONS)}, not {choice!r}.")
        values = frozenset(custom)
        if values and choice != "custom":
            raise BadInput("Values of your own need the choice 'custom'.")
        if all(item.id != conflict for item in self.conflicts):
            raise NotFound(f"Merge {self.id} has no conflict {conflict!r}.")
        settled = (
            replace(item, choice=choice, custom=values) if item.id == conflict else item
            for item in self.conflicts
        )
        return replace(self, conflicts=tuple(settled))

    def check_open(self) -> None:
        """Refuse to go on with a merge that is over.

        Raises:
            Conflict: it was completed or aborted.
        """
        if self.state != "open":
            raise Conflict(f"Merge {self.id} is {self.state}; start another one.")


def checked_policies(policies: Mapping[str, str]) -> dict[str, Policy]:
    """Read policies that a caller set.

    Raises:
        BadInput: a property is no IRI, or a policy is not known.
    """
    found: dict[str, Policy] = {}
    for name, policy in policies.items():
        if policy not in POLICIES:
            raise BadInput(f"The policy of {name} must be one of {', '.join(POLICIES)}.")
        try:
            found[NamedNode(name).value] = policy
        except ValueError as error:
            raise BadInput(f"{name!r} is no IRI of a property: {error}") from error
    return found


def merge_iri(names: ProjectNames, merge: str) -> NamedNode:
    """Name a merge."""
    return names.record("merge", merge)


def merge_quads(merge: Merge, names: ProjectNames) -> list[Quad]:
    """Describe a merge and its conflicts."""
    iri = merge_iri(names, merge.id)
    facts: Facts = {
        RDF.type: (MIMIR.Merge, PROV.Activity),
        MIMIR.identifier: merge.id,
        MIMIR.mergeSource: merge.source,
        MIMIR.mergeTarget: merge.target,
        MIMIR.state: merge.state,
        MIMIR.author: merge.author,
        MIMIR.createdAt: merge.created,
        PROV.endedAtTime: merge.ended,
        MIMIR.policies: json.dumps(dict(merge.policies), sort_keys=True),
    }
    quads = record_quads(iri, facts, names.meta)
    for item in merge.conflicts:
        quads += _conflict_quads(item, merge, names)
    return quads


def merge_change(names: ProjectNames, before: Merge | None, after: Merge, by: str) -> ChangeSet:
    """Give the change of a merge's record."""
    return ChangeSet(
        added=tuple(merge_quads(after, names)),
        removed=tuple(merge_quads(before, names)) if before else (),
        author=by,
        reason=f"Merge {after.id} of twin {after.source} into {after.target}: {after.state}",
    )


def find_merge(meta: GraphReader, names: ProjectNames, merge: str) -> Merge:
    """Find a merge with its conflicts.

    Raises:
        NotFound: there is none with this id.
    """
    iri = merge_iri(names, merge)
    facts: dict[str, dict[str, list[Term]]] = {}
    for query in ("record", "conflicts"):
        for record, predicate, value in meta.select(bind(load_query("graph", query), about=iri)):
            if value is not None:
                facts.setdefault(_text(record), {}).setdefault(_text(predicate), []).append(value)
    if iri.value not in facts:
        raise NotFound(f"Project {names.project!r} has no merge {merge!r}.")
    found = _merge(facts.pop(iri.value))
    conflicts = sorted((_conflict(item) for item in facts.values()), key=lambda item: item.id)
    return replace(found, conflicts=tuple(conflicts))


def list_merges(meta: GraphReader, *states: str) -> tuple[Merge, ...]:
    """List merges without their conflicts, newest first; all, or those in one of `states`."""
    facts: dict[str, dict[str, list[Term]]] = {}
    text = bind(load_query("graph", "records"), about=MIMIR.Merge)
    for record, predicate, value in meta.select(text):
        if value is not None:
            facts.setdefault(_text(record), {}).setdefault(_text(predicate), []).append(value)
    found = [_merge(item) for item in facts.values()]
    chosen = [item for item in found if not states or item.state in states]
    return tuple(sorted(chosen, key=lambda item: (item.created, item.id), reverse=True))


def _conflict_quads(item: ConflictRecord, merge: Merge, names: ProjectNames) -> list[Quad]:
    subject, name = item.conflict.point
    iri = names.record("merge", merge.id, "conflict", item.id)
    facts: Facts = {
        RDF.type: MIMIR.MergeConflict,
        MIMIR.partOf: merge_iri(names, merge.id),
        MIMIR.choice: item.choice,
    }
    values = {
        MIMIR.about: (subject,),
        MIMIR.property: (name,),
        MIMIR.baseValue: item.conflict.base,
        MIMIR.ourValue: item.conflict.ours,
        MIMIR.theirValue: item.conflict.theirs,
        MIMIR.customValue: item.custom,
    }
    return [
        *record_quads(iri, facts, names.meta),
        *(
            Quad(iri, predicate, value, names.meta)
            for predicate, terms in values.items()
            for value in sorted(terms, key=str)
        ),
    ]


def _merge(facts: dict[str, list[Term]]) -> Merge:
    def get(name: NamedNode) -> str:
        """Give the text of the first value."""
        return _text(facts[name.value][0])

    ended = facts.get(PROV.endedAtTime.value)
    return Merge(
        id=get(MIMIR.identifier),
        source=get(MIMIR.mergeSource),
        target=get(MIMIR.mergeTarget),
        author=get(MIMIR.author),
        created=datetime.fromisoformat(get(MIMIR.createdAt)),
        state=get(MIMIR.state),  # type: ignore[arg-type] # written by merge_quads
        policies=json.loads(get(MIMIR.policies)),
        ended=datetime.fromisoformat(_text(ended[0])) if ended else None,
    )


def _conflict(facts: dict[str, list[Term]]) -> ConflictRecord:
    def values(name: NamedNode) -> Values:
        """Give all values; none is an empty set."""
        return frozenset(facts.get(name.value, ()))

    (subject,), (name,) = values(MIMIR.about), values(MIMIR.property)
    sides = values(MIMIR.baseValue), values(MIMIR.ourValue), values(MIMIR.theirValue)
    choice = facts.get(MIMIR.choice.value)
    return ConflictRecord(
        MergeConflict((subject, name), *sides),  # type: ignore[arg-type] # written by _conflict_quads
        _text(choice[0]) if choice else None,  # type: ignore[arg-type] # written by _conflict_quads
        values(MIMIR.customValue),
    )


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
