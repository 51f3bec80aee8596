"""Violations by cause, their repairs as proposals, and the gate on every door that writes."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from app.client import CallFailed, Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from graph.changes import ChangeSet
from graph.projects import Project
from graph.shacl.report import report_quads
from graph.shacl.validation import validate
from graph.terms import NamedNode, Quad
from graph.vocab import RDF
from tests.e2e.conftest import settings_for

ROOT = "http://mimir.local/p/store/"
T = f"{ROOT}ontology#"
PREFIXES = f"""@prefix : <{T}> . @prefix t: <{ROOT}id/Thing/> . @prefix k: <{ROOT}id/Kind/> .
@prefix s: <{ROOT}shapes#> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPES = """
s:Thing a sh:NodeShape ; sh:targetClass :Thing ;
  sh:property s:size, s:made, s:state, s:kind, s:label, s:code, s:far .
s:size sh:path :size ; sh:datatype xsd:decimal .
s:made sh:path :made ; sh:datatype xsd:date .
s:state sh:path :state ; sh:in ( "open" "closed" ) .
s:kind sh:path :kind ; sh:class :Kind .
s:label sh:path :label ; sh:maxCount 1 .
s:code sh:path :code ; sh:pattern "^[A-Z]+$" .
s:far sh:path [ sh:inversePath :kind ] ; sh:maxCount 0 .
"""
DATA = """
t:1 a :Thing ; :size "12 kg" ; :made "24.12.2023" ; :state " Open" ; :kind k:lost ; :code " AB " .
t:2 a :Thing ; :size "large" ; :made "03/04/2023" ; :state "clsed" ; :kind <urn:gone> ;
  :label "Saw", "saw " .
t:3 a :Thing ; :label "Saw", "Press" .
"""


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    """Start an owner for all tests of this file."""
    owner = Owner(settings_for(tmp_path_factory.mktemp("store")), port=0)
    owner.start()
    yield owner
    owner.stop()


class Store:
    """A project with shapes, data that break them, and the report."""

    def __init__(self, owner: Owner) -> None:
        self.client = Client(owner.url)
        self.url = owner.url
        self.client.call(OPERATIONS["create_project"], {"name": "store"})
        self.project: Project = owner.services.projects.get("store")

    def begin(self) -> None:
        """Bring data, shapes, report and gate to where each test starts."""
        self.call("set_gate", mode="off")
        names = self.project.names
        quads = (*_quads(SHAPES, names.shapes), *_quads(DATA, names.data))
        self.project.commit(ChangeSet(added=quads), replacing=(names.shapes, names.data))
        self.validate()

    def validate(self) -> None:
        """Write the report of the data as they are."""
        names = self.project.names
        report = validate(self.project.reader(names.data), self.project.reader(names.shapes))
        quads = report_quads(report, names.validation, names.record("validation", "current"))
        self.project.commit(ChangeSet(added=tuple(quads)), replacing=(names.validation,))

    def call(self, operation: str, **fields: Any) -> Any:
        """Call an operation on the project."""
        return self.client.call(OPERATIONS[operation], {"project": "store", **fields})

    def groups(self) -> dict[str, Any]:
        """Give the groups by the local name of their shape."""
        return {
            item["shape"].rpartition("#")[2]: item
            for item in self.call("list_violation_groups")["items"]
        }


@pytest.fixture(scope="module")
def made(owner: Owner) -> Store:
    """Make the project."""
    return Store(owner)


@pytest.fixture
def store(made: Store) -> Store:
    """Give the project as each test finds it."""
    made.begin()
    return made


def _quads(text: str, graph: NamedNode) -> tuple[Quad, ...]:
    triples = parse((PREFIXES + text).encode(), RdfFormat.TURTLE)
    return tuple(Quad(t.subject, t.predicate, t.object, graph) for t in triples)


def test_violations_come_by_cause_with_the_repairs_that_are_plain(store: Store) -> None:
    groups = store.groups()

    assert {name: (item["count"], item["repair"]) for name, item in groups.items()} == {
        "size": (2, "Replace '12 kg' by '12'."),
        "made": (2, "Replace '24.12.2023' by '2023-12-24'."),
        "state": (2, "Replace ' Open' by 'open'."),
        "kind": (2, "Create lost, which is pointed to."),
        "label": (2, "Keep 'Saw'; the others say the same."),
        "code": (1, "Replace ' AB ' by 'AB'."),
    }
    assert groups["size"]["repairable"] == 0.5


def test_an_ambiguous_date_and_two_different_labels_have_no_repair(store: Store) -> None:
    for name, value in (("made", "03/04/2023"), ("size", "large")):
        members = store.call("list_violations", group=store.groups()[name]["id"])["items"]
        repairs = {item["value"]: item["proposed_repair"] for item in members}
        assert repairs[value] is None
    members = store.call("list_violations", group=store.groups()["label"]["id"])["items"]
    assert sorted(item["proposed_repair"] is None for item in members) == [False, True]


def test_a_repair_is_a_proposal_that_is_applied_and_undone_as_any_other(store: Store) -> None:
    group = store.groups()["state"]
    made = store.call("propose_repairs", group=group["id"])
    assert (made["state"], made["new_violations"], made["added"], made["removed"]) == (
        "pending", 0, 2, 2,
    )  # fmt: skip
    states = f"SELECT ?s {{ ?x <{T}state> ?s }} ORDER BY ?s"

    store.call("approve_proposal", proposal=made["id"])
    store.call("apply_proposal", proposal=made["id"])
    assert store.call("run_query", query=states)["text"].split() == ["s", "closed", "open"]
    store.validate()
    assert "state" not in store.groups()

    store.call("undo_proposal", proposal=made["id"])
    assert "clsed" in store.call("run_query", query=states)["text"]


def test_one_violation_alone_can_be_repaired(store: Store) -> None:
    group = store.groups()["code"]["id"]
    (violation,) = store.call("list_violations", group=group)["items"]

    made = store.call("propose_repairs", group=group, violation=violation["id"])

    assert "' AB ' by 'AB'" in made["evidence"][0]
    with pytest.raises(CallFailed, match="no such violation"):
        store.call("propose_repairs", group="0" * 16)


def test_the_gate_refuses_what_breaks_a_shape_on_every_door_that_writes(store: Store) -> None:
    node, kind = f"<{ROOT}id/Thing/9>", f"<{T}Thing>"
    bad = f'{node} a {kind} ; <{T}code> "x9" .'
    store.call("set_gate", mode="block")
    sparql, gsp = (
        f"{store.url}/projects/store/sparql",
        f"{store.url}/projects/store/graph-store",
    )
    turtle = {"Content-Type": "text/turtle"}
    patch = f'TX .\nA {node} {RDF.type} {kind} .\nA {node} <{T}code> "x9" .\nTC .\n'
    data = {"graph": store.project.names.data.value}
    answers = {
        "update": httpx.post(
            sparql, content=f"INSERT DATA {{ {bad} }}",
            headers={"Content-Type": "application/sparql-update"},
        ),
        "post": httpx.post(gsp, params=data, content=bad, headers=turtle),
        "put": httpx.put(gsp, params=data, content=bad, headers=turtle),
        "patch": httpx.patch(
            gsp, params=data, content=patch, headers={"Content-Type": "application/rdf-patch"}
        ),
    }  # fmt: skip

    for door, answer in answers.items():
        assert answer.status_code == 422, (door, answer.text)
        problem = answer.json()
        assert problem["code"] == "shapes-broken"
        assert [group["component"] for group in problem["groups"]] == ["PatternConstraintComponent"]
    made = store.call("propose_change", update=f"INSERT DATA {{ {bad} }}", reason="Test")
    store.call("approve_proposal", proposal=made["id"])
    with pytest.raises(CallFailed, match="would bring 1 violations"):
        store.call("apply_proposal", proposal=made["id"])
    store.call("create_twin", id="live", title="Live")
    store.call("change_twin", twin="live", update=f"INSERT DATA {{ {bad} }}")
    with pytest.raises(CallFailed, match="would bring 1 violations"):
        store.call("apply_twin", twin="live")
    assert store.project.count(store.project.names.data) == len(_quads(DATA, NamedNode("urn:g")))
    assert store.call("get_gates")["gates"][0]["mode"] == "block"


def test_the_gate_that_warns_records_what_a_commit_brought(store: Store) -> None:
    store.call("set_gate", mode="warn")
    names = store.project.names

    commit = store.project.commit(ChangeSet(added=_quads('t:8 a :Thing ; :code "x" .', names.data)))

    (found,) = store.call("list_commit_violations", commit=str(commit.sequence))["violations"]
    assert (found["focus_node"], found["value"]) == (f"{ROOT}id/Thing/8", "x")
    assert store.call("list_commit_violations", commit="1")["violations"] == []


def test_a_gate_is_only_for_graphs_that_users_write(store: Store) -> None:
    for graph in ("meta", store.project.names.meta.value):
        with pytest.raises(CallFailed):
            store.call("set_gate", mode="block", graph=graph)
    with pytest.raises(CallFailed, match="off, warn, block"):
        store.call("set_gate", mode="maybe")


def test_no_gate_is_set_on_shapes_that_are_malformed(store: Store) -> None:
    names = store.project.names
    store.project.commit(ChangeSet(added=_quads('s:size sh:minCount "x" .', names.shapes)))

    with pytest.raises(CallFailed, match="minCount"):
        store.call("set_gate", mode="block")

    assert store.call("get_gates")["gates"][0]["mode"] == "off"
