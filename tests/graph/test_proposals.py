"""Proposals: reading, risk, policy, states, records, impact and rehearsal."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.changes import ChangeSet, write_patch
from graph.dataset.dataset import Dataset
from graph.dataset.snapshots import Snapshots
from graph.errors import BadInput, Conflict
from graph.impact import Impact, impact_of, query_terms
from graph.names import ProjectNames
from graph.proposals import (
    ApplyPolicy,
    Proposal,
    decided,
    find_proposal,
    is_additive,
    list_proposals,
    policy_change,
    read_policy,
    read_proposed,
    record_change,
    risk_of,
)
from graph.readers.update import GraphForbidden
from graph.shacl.rehearsal import effective, new_violations
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import MIMIR, OWL, RDF, SH

NAMES = ProjectNames("https://example.org/", "works")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
M1, HALL = NAMES.thing("Machine", ["M1"]), NAMES.thing("Hall", ["H1"])
MACHINE, POWER, STANDS_IN = NAMES.term("Machine"), NAMES.term("power"), NAMES.term("standsIn")
SHAPE, RULE = NAMES.shape("Machine"), NAMES.shape("Machine-standsIn")
FACT = Quad(M1, POWER, Literal(5), NAMES.data)
PROPOSAL = Proposal(
    id="1",
    state="pending",
    author="kim",
    reason="Plate",
    confidence=0.95,
    risk="low",
    patch="a" * 64,
    review="b" * 64,
    added=1,
    removed=0,
    new_violations=0,
    checked=3,
    created=NOW,
    evidence=("One.", "Two."),
    impact=Impact((RULE.value,), ("urn:model",), ("urn:twin",), ("machines",)),
)


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    """A machine in a hall, and the shape that says so."""
    dataset = Dataset(tmp_path / "works", NAMES)
    data, shapes = NAMES.data, NAMES.shapes
    dataset.commit(
        ChangeSet(
            (
                Quad(M1, RDF.type, MACHINE, data),
                Quad(M1, STANDS_IN, HALL, data),
                Quad(HALL, RDF.type, NAMES.term("Hall"), data),
                Quad(SHAPE, RDF.type, SH.NodeShape, shapes),
                Quad(SHAPE, SH.targetClass, MACHINE, shapes),
                Quad(SHAPE, SH.property, RULE, shapes),
                Quad(RULE, SH.path, STANDS_IN, shapes),
                Quad(RULE, SH.term("class"), NAMES.term("Hall"), shapes),
            )
        )
    )
    yield dataset
    dataset.close()


def violations(dataset: Dataset, change: ChangeSet) -> list[str]:
    with Snapshots(dataset).scratch() as clone:
        return [str(item.focus_node) for item in new_violations(clone, NAMES, change)]


def test_a_patch_without_graphs_goes_to_the_data_and_blank_nodes_get_names() -> None:
    (quad,) = read_proposed(f'A _:x {POWER} "5" .\n'.encode(), NAMES).added

    assert quad.graph_name == NAMES.data
    assert quad.subject == NamedNode(f"{NAMES.skolem}x")


@pytest.mark.parametrize("graph", [NAMES.meta, NAMES.quarantine("1"), NAMES.twin_added("t")])
def test_the_graphs_of_the_platform_are_closed_to_proposals(graph: NamedNode) -> None:
    with pytest.raises(GraphForbidden):
        read_proposed(write_patch({}, [Quad(M1, POWER, M1, graph)], []), NAMES)


@pytest.mark.parametrize("depth", [1, 60_000])
def test_triple_terms_are_refused_whatever_their_depth(depth: int) -> None:
    nested = "<<( <urn:a> <urn:b> " * depth + "<urn:c>" + " )>>" * depth

    with pytest.raises(BadInput, match="triple"):
        read_proposed(f"A <urn:a> <urn:b> {nested} .\n".encode(), NAMES)


def test_risk_grows_with_what_may_break() -> None:
    term = Quad(POWER, RDF.type, OWL.DatatypeProperty, NAMES.ontology)
    old = Quad(POWER, OWL.deprecated, Literal(True), NAMES.ontology)

    assert risk_of(ChangeSet(added=(FACT,)), NAMES) == "low"
    assert risk_of(ChangeSet(removed=(FACT,)), NAMES) == "medium"
    assert risk_of(ChangeSet(added=(term,)), NAMES) == "medium"
    assert risk_of(ChangeSet(removed=(term,)), NAMES) == "high"
    assert risk_of(ChangeSet(added=(old,)), NAMES) == "high"
    assert not is_additive(ChangeSet(added=(old,)))


def test_the_policy_lets_only_sure_clean_additions_pass() -> None:
    policy = ApplyPolicy()

    assert policy.allows(PROPOSAL, additive=True)
    assert not policy.allows(PROPOSAL, additive=False)
    assert not policy.allows(replace(PROPOSAL, confidence=0.90), additive=True)
    assert not policy.allows(replace(PROPOSAL, new_violations=1), additive=True)
    assert ApplyPolicy(no_new_violations=False).allows(
        replace(PROPOSAL, new_violations=1), additive=True
    )


@pytest.mark.parametrize(
    ("state", "after"),
    [
        ("pending", "undone"),
        ("rejected", "approved"),
        ("applied", "approved"),
        ("undone", "approved"),
        ("superseded", "applied"),
        ("approved", "approved"),
    ],
)
def test_states_that_do_not_follow_are_refused(state: str, after: str) -> None:
    with pytest.raises(Conflict, match=f"is {state}"):
        decided(replace(PROPOSAL, state=state), after, "kim", NOW)  # type: ignore[arg-type]


def test_a_proposal_is_read_back_as_it_was_written(dataset: Dataset) -> None:
    meta = dataset.reader([NAMES.meta])
    dataset.commit(record_change(NAMES, None, PROPOSAL, "new"))
    assert find_proposal(meta, NAMES, "1") == PROPOSAL

    after = decided(PROPOSAL, "rejected", "kim", NOW, "No")
    dataset.commit(record_change(NAMES, PROPOSAL, after, "no"))

    assert list_proposals(meta) == list_proposals(meta, "rejected") == (after,)
    assert list_proposals(meta, "pending") == ()


def test_the_policy_is_kept_as_data(dataset: Dataset) -> None:
    meta = dataset.reader([NAMES.meta])
    after = ApplyPolicy(0.5, no_new_violations=False)

    dataset.commit(policy_change(NAMES, read_policy(meta, NAMES), after))
    assert read_policy(meta, NAMES) == after
    dataset.commit(policy_change(NAMES, after, ApplyPolicy()))

    assert read_policy(meta, NAMES) == ApplyPolicy()


def test_only_what_alters_the_graph_is_effective(dataset: Dataset) -> None:
    there = Quad(M1, STANDS_IN, HALL, NAMES.data)

    with Snapshots(dataset).scratch() as clone:
        assert effective(clone, ChangeSet((there, FACT, FACT), (FACT,))) == ((FACT,), ())
        assert effective(clone, ChangeSet((), (there, FACT))) == ((), (there,))


def test_a_lost_type_breaks_those_who_point_there(dataset: Dataset) -> None:
    gone = Quad(HALL, RDF.type, NAMES.term("Hall"), NAMES.data)

    assert violations(dataset, ChangeSet(removed=(gone,))) == [str(M1)]
    assert violations(dataset, ChangeSet(added=(FACT,))) == []


def test_violations_that_were_there_before_are_not_new(dataset: Dataset) -> None:
    dataset.commit(ChangeSet((Quad(M1, STANDS_IN, M1, NAMES.data),)))

    assert violations(dataset, ChangeSet(added=(FACT,))) == []


def test_a_new_shape_is_tried_on_everything(dataset: Dataset) -> None:
    rule = Quad(RULE, SH.minCount, Literal(2), NAMES.shapes)

    assert violations(dataset, ChangeSet(added=(rule,))) == [str(M1)]


def test_impact_names_the_rule_the_model_the_twin_and_the_query(dataset: Dataset) -> None:
    model, feature, twin = (NAMES.record(kind, "1") for kind in ("model", "feature", "twin"))
    meta, added = NAMES.meta, NAMES.twin_added("1")
    dataset.commit(
        ChangeSet(
            (
                Quad(model, RDF.type, MIMIR.TrainingOutcome, meta),
                Quad(model, MIMIR.kept, Literal(True), meta),
                Quad(model, MIMIR.targetClass, MACHINE, meta),
                Quad(model, MIMIR.targetProperty, POWER, meta),
                Quad(model, MIMIR.feature, feature, meta),
                Quad(feature, MIMIR.readsProperty, STANDS_IN, meta),
                Quad(twin, RDF.type, MIMIR.Twin, meta),
                Quad(twin, MIMIR.addedGraph, added, meta),
                Quad(M1, POWER, Literal(9), added),
            )
        )
    )
    queries = {"halls": f"PREFIX : <{NAMES.terms}> SELECT * {{ ?m :standsIn ?h }}", "odd": "??\\"}
    moved = (Quad(M1, STANDS_IN, M1, NAMES.data),)

    assert impact_of(moved, NAMES, dataset.reader, queries) == Impact(
        (RULE.value,), (model.value,), (twin.value,), ("halls",)
    )
    other = (Quad(HALL, NAMES.term("height"), Literal(3), NAMES.data),)
    assert impact_of(other, NAMES, dataset.reader, queries) == Impact()


def test_the_terms_of_a_query_are_its_iris_in_full() -> None:
    assert query_terms("PREFIX a: <urn:a:> SELECT * { ?s a:b <urn:c> ; <urn:d> 'urn:e' }") == {
        "urn:a:b",
        "urn:c",
        "urn:d",
    }
