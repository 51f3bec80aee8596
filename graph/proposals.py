"""Proposals: changes that are not applied yet, with evidence, risk, impact and a check report.

A proposal is a record in the meta graph that names its RDF Patch, a content-addressed file. People
or a policy decide; applying and undoing are ordinary commits that carry the proposal as source.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal as OneOf

from graph.changes import ChangeSet, Patch, read_patch, write_patch
from graph.errors import BadInput, Conflict, NotFound
from graph.impact import Impact
from graph.membership import present
from graph.names import ProjectNames
from graph.readers.update import GraphForbidden
from graph.records import Facts, record_quads
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Subject, Term, Triple
from graph.vocab import DCTERMS, MIMIR, OWL, PROV, RDF, RDFS

State = OneOf["pending", "approved", "rejected", "applied", "undone", "superseded"]
Risk = OneOf["low", "medium", "high"]
STATES: tuple[State, ...] = (
    "pending", "approved", "rejected", "applied", "undone", "superseded",
)  # fmt: skip
_NEXT: dict[State, tuple[State, ...]] = {
    "pending": ("pending", "approved", "rejected", "applied", "superseded"),
    "approved": ("pending", "rejected", "applied", "superseded"),
    "applied": ("undone",),
    "rejected": (),
    "undone": ("applied",),
    "superseded": (),
}
ADVICE: dict[State, str] = {
    "pending": "Approve or reject it first.",
    "approved": "Apply or reject it.",
    "applied": "Undo it if it was wrong.",
    "rejected": "Propose the change anew.",
    "undone": "Undo the commit that undid it, or propose the change anew.",
    "superseded": "Propose the change anew.",
}
_DEEPEST = 16


@dataclass(frozen=True)
class Proposal:
    """A proposed change.

    Attributes:
        confidence: 0 to 1, how sure the proposer is.
        evidence: sentences.
        source: IRI of the run or thing that the proposal comes from.
        patch, review: SHA-256 of the stored RDF Patch and of the JSON list of new violations.
        checked: number of the commit on which impact and violations were found.
        automatic: whether the policy applied it, and no person.
        decided_by, decided_at, decision: the last decision, with its reason.
    """

    id: str
    state: State
    author: str
    reason: str
    confidence: float
    risk: Risk
    patch: str
    review: str
    added: int
    removed: int
    new_violations: int
    checked: int
    created: datetime
    evidence: tuple[str, ...] = ()
    source: str | None = None
    impact: Impact = field(default_factory=Impact)
    automatic: bool = False
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str | None = None


@dataclass(frozen=True)
class ApplyPolicy:
    """Which proposals are applied at once: those above the threshold that only add data or terms.

    Removals and deprecations always wait for a person, whatever the policy says.
    """

    threshold: float = 0.90
    no_new_violations: bool = True

    def allows(self, proposal: Proposal, *, additive: bool) -> bool:
        """Tell whether a proposal needs no person."""
        clean = proposal.new_violations == 0 or not self.no_new_violations
        return additive and clean and proposal.confidence > self.threshold


def open_graphs(names: ProjectNames) -> tuple[NamedNode, ...]:
    """List the graphs that a proposal may change; what names no graph goes to the first."""
    return (names.data, names.ontology, names.shapes, names.mapping, names.inferred)


def read_proposed(text: bytes, names: ProjectNames) -> Patch:
    """Read RDF Patch text from outside: quads without a graph go to the data graph.

    Raises:
        BadInput: the text is no RDF Patch, or nests triples too deeply.
        GraphForbidden: it changes a graph that is not open to proposals.
    """
    for number, line in enumerate(text.split(b"\n"), 1):
        # The engine's parser recurses into triple terms, and would end this process.
        if line.count(b"<<") > _DEEPEST:
            raise BadInput(f"Line {number} of the RDF Patch nests triples too deeply.")
    patch = read_patch(text)
    return Patch({}, _placed(patch.added, names), _placed(patch.removed, names))


def risk_of(change: ChangeSet, names: ProjectNames) -> Risk:
    """Judge what a change may break: schema lost is high, schema new or facts lost is medium."""
    schema = (names.ontology, names.shapes)
    lost = any(quad.graph_name in schema for quad in change.removed)
    if lost or _deprecates(change) or retypes(change) or readings(change):
        return "high"
    if change.removed or any(quad.graph_name in schema for quad in change.added):
        return "medium"
    return "low"


def is_additive(change: ChangeSet) -> bool:
    """Tell whether a change takes nothing away, deprecates nothing and reads nothing otherwise."""
    read = retypes(change) or readings(change)
    return not change.removed and not _deprecates(change) and not read


def retypes(change: ChangeSet) -> dict[str, str]:
    """Give the datatype, by its local name, that a change wants for the values of properties."""
    return {
        quad.subject.value: quad.object.value.rpartition("#")[2]
        for quad in change.added
        if quad.predicate == MIMIR.readAs
        and isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, NamedNode)
    }


def readings(change: ChangeSet) -> tuple[str, ...]:
    """Give the decisions about how columns are read that a change asks for, in their JSON form."""
    return tuple(
        quad.object.value
        for quad in change.added
        if quad.predicate == MIMIR.readAs and isinstance(quad.object, Literal)
    )


def decided(
    proposal: Proposal, state: State, by: str, at: datetime, reason: str | None = None
) -> Proposal:
    """Give the proposal in its next state.

    Raises:
        Conflict: the state it is in does not lead there.
    """
    if state not in _NEXT[proposal.state]:
        raise Conflict(
            f"Proposal {proposal.id} is {proposal.state}; it cannot become {state}. "
            f"{ADVICE[proposal.state]}"
        )
    return replace(proposal, state=state, decided_by=by, decided_at=at, decision=reason)


def effective(
    change: ChangeSet | Patch, names: ProjectNames, reader: Callable[[NamedNode], GraphReader]
) -> ChangeSet:
    """Give what of a change is not so already, each quad once and in its order.

    Raises:
        GraphForbidden: it changes a graph that is not open to proposals.
    """
    added, removed = _placed(change.added, names), _placed(change.removed, names)
    wanted = frozenset(added)
    gone = [quad for quad in removed if quad not in wanted]
    return ChangeSet(missing(added, reader), tuple(present(gone, reader)))


def missing(quads: Iterable[Quad], reader: Callable[[NamedNode], GraphReader]) -> tuple[Quad, ...]:
    """List the quads that are not there."""
    asked = tuple(quads)
    there = frozenset(present(asked, reader))
    return tuple(quad for quad in asked if quad not in there)


def proposal_iri(names: ProjectNames, proposal: str) -> NamedNode:
    """Name a proposal."""
    return names.record("proposal", proposal)


def proposal_quads(proposal: Proposal, names: ProjectNames) -> list[Quad]:
    """Describe a proposal."""
    impact = proposal.impact
    facts: Facts = {
        RDF.type: (MIMIR.Proposal, PROV.Entity),
        MIMIR.identifier: proposal.id,
        MIMIR.state: proposal.state,
        MIMIR.author: proposal.author,
        RDFS.comment: proposal.reason,
        MIMIR.confidence: proposal.confidence,
        MIMIR.risk: proposal.risk,
        MIMIR.patchFile: proposal.patch,
        MIMIR.reviewFile: proposal.review,
        MIMIR.triplesAdded: proposal.added,
        MIMIR.triplesRemoved: proposal.removed,
        MIMIR.newViolations: proposal.new_violations,
        MIMIR.checkedAtCommit: proposal.checked,
        MIMIR.createdAt: proposal.created,
        MIMIR.evidence: proposal.evidence,
        DCTERMS.source: proposal.source,
        MIMIR.touchesShape: tuple(NamedNode(iri) for iri in impact.shapes),
        MIMIR.touchesModel: tuple(NamedNode(iri) for iri in impact.models),
        MIMIR.touchesTwin: tuple(NamedNode(iri) for iri in impact.twins),
        MIMIR.touchesQuery: impact.queries,
        MIMIR.automatic: proposal.automatic,
        MIMIR.decidedBy: proposal.decided_by,
        MIMIR.decidedAt: proposal.decided_at,
        MIMIR.decision: proposal.decision,
    }
    return record_quads(proposal_iri(names, proposal.id), facts, names.meta)


def record_change(
    names: ProjectNames,
    before: Proposal | None,
    after: Proposal,
    reason: str,
    change: ChangeSet | None = None,
) -> ChangeSet:
    """Give the change of a proposal's record, together with the change that goes with it."""
    done = change or ChangeSet()
    return ChangeSet(
        added=(*done.added, *proposal_quads(after, names)),
        removed=(*done.removed, *(proposal_quads(before, names) if before else ())),
        author=after.decided_by or after.author,
        reason=reason,
        confidence=after.confidence,
        source=proposal_iri(names, after.id).value if change else None,
    )


def list_proposals(meta: GraphReader, *states: str) -> tuple[Proposal, ...]:
    """List proposals, newest first; all, or those in one of `states`."""
    found = [_proposal(facts) for facts in _facts(meta, "records", MIMIR.Proposal).values()]
    chosen = [item for item in found if not states or item.state in states]
    return tuple(sorted(chosen, key=lambda item: (item.created, item.id), reverse=True))


def find_proposal(meta: GraphReader, names: ProjectNames, proposal: str) -> Proposal:
    """Find a proposal.

    Raises:
        NotFound: there is none with this id.
    """
    iri = proposal_iri(names, proposal)
    facts = _facts(meta, "record", iri)
    if iri.value not in facts:
        raise NotFound(f"Project {names.project!r} has no proposal {proposal!r}.")
    return _proposal(facts[iri.value])


def policy_change(names: ProjectNames, before: ApplyPolicy, after: ApplyPolicy) -> ChangeSet:
    """Give the change that sets the policy.

    Raises:
        BadInput: the threshold is not between 0 and 1.
    """
    if not 0 <= after.threshold <= 1:
        raise BadInput(f"The threshold must be between 0 and 1, not {after.threshold:g}.")
    return ChangeSet(
        added=tuple(_policy_quads(names, after)),
        removed=tuple(_policy_quads(names, before)),
        author="person",
        reason=f"Apply proposals above {after.threshold:g} at once",
    )


def read_policy(meta: GraphReader, names: ProjectNames) -> ApplyPolicy:
    """Read the policy; the default when none was set."""
    facts = _facts(meta, "record", _policy_iri(names)).get(_policy_iri(names).value)
    if not facts:
        return ApplyPolicy()
    threshold = float(facts[MIMIR.threshold.value][0])
    return ApplyPolicy(threshold, facts[MIMIR.noNewViolations.value] == ["true"])


def write_proposed(change: ChangeSet) -> bytes:
    """Write the change of a proposal as the text that is stored."""
    return write_patch({}, change.added, change.removed)


def _policy_iri(names: ProjectNames) -> NamedNode:
    return names.record("policy", "proposals")


def _policy_quads(names: ProjectNames, policy: ApplyPolicy) -> list[Quad]:
    facts: Facts = {
        RDF.type: MIMIR.ApplyPolicy,
        MIMIR.threshold: policy.threshold,
        MIMIR.additiveOnly: True,
        MIMIR.noNewViolations: policy.no_new_violations,
    }
    return record_quads(_policy_iri(names), facts, names.meta)


def _deprecates(change: ChangeSet) -> bool:
    deprecated = (OWL.DeprecatedClass, OWL.DeprecatedProperty)
    return any(
        quad.predicate == OWL.deprecated
        or (quad.predicate == RDF.type and quad.object in deprecated)
        for quad in change.added
    )


def _placed(quads: Iterable[Quad], names: ProjectNames) -> tuple[Quad, ...]:
    allowed = open_graphs(names)
    placed = []
    for quad in quads:
        graph = names.data if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name
        if graph not in allowed:
            raise GraphForbidden(f"The graph {graph} cannot be changed by a proposal.")
        subject, value = _named(quad.subject, names), _named(quad.object, names)
        placed.append(Quad(subject, quad.predicate, value, graph))  # type: ignore[arg-type] # a subject stays one
    return tuple(dict.fromkeys(placed))


def _named(term: Subject | Term, names: ProjectNames) -> Subject | Term:
    if isinstance(term, BlankNode):
        return NamedNode(f"{names.skolem}{term.value}")
    if isinstance(term, Triple):
        raise BadInput("A proposal cannot hold triple terms; name the statement by an IRI.")
    return term


def _facts(meta: GraphReader, query: str, about: NamedNode) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for iri, predicate, value in meta.select(bind(load_query("graph", query), about=about)):
        found.setdefault(_text(iri), {}).setdefault(_text(predicate), []).append(_text(value))
    return found


def _proposal(facts: dict[str, list[str]]) -> Proposal:
    def all_of(name: NamedNode) -> tuple[str, ...]:
        """Give all values; there may be none."""
        return tuple(facts.get(name.value, ()))

    def get(name: NamedNode) -> str | None:
        """Give the first value, or None."""
        return next(iter(all_of(name)), None)

    def need(name: NamedNode) -> str:
        """Give the first value of what every proposal has."""
        return facts[name.value][0]

    decided_at = get(MIMIR.decidedAt)
    return Proposal(
        id=need(MIMIR.identifier),
        state=need(MIMIR.state),  # type: ignore[arg-type] # written by proposal_quads
        author=need(MIMIR.author),
        reason=need(RDFS.comment),
        confidence=float(need(MIMIR.confidence)),
        risk=need(MIMIR.risk),  # type: ignore[arg-type] # written by proposal_quads
        patch=need(MIMIR.patchFile),
        review=need(MIMIR.reviewFile),
        added=int(need(MIMIR.triplesAdded)),
        removed=int(need(MIMIR.triplesRemoved)),
        new_violations=int(need(MIMIR.newViolations)),
        checked=int(need(MIMIR.checkedAtCommit)),
        created=datetime.fromisoformat(need(MIMIR.createdAt)),
        evidence=all_of(MIMIR.evidence),
        source=get(DCTERMS.source),
        impact=Impact(
            all_of(MIMIR.touchesShape),
            all_of(MIMIR.touchesModel),
            all_of(MIMIR.touchesTwin),
            all_of(MIMIR.touchesQuery),
        ),
        automatic=need(MIMIR.automatic) == "true",
        decided_by=get(MIMIR.decidedBy),
        decided_at=datetime.fromisoformat(decided_at) if decided_at else None,
        decision=get(MIMIR.decision),
    )


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
