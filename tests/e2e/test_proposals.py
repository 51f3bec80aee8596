"""Proposals and merges through their doors, on a small project of two machines."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse

from app.client import CallFailed, Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from graph.changes import ChangeSet
from graph.history import undo_commit
from graph.projects import Project
from graph.terms import NamedNode, Quad
from tests.e2e.conftest import settings_for

ROOT = "http://mimir.local/p/shop/"
TERMS = f"{ROOT}ontology#"
M1, M2 = f"<{ROOT}id/Machine/M-001>", f"<{ROOT}id/Machine/M-002>"
PREFIX = f"PREFIX : <{TERMS}> "
DATA = f"""@prefix : <{TERMS}> .
{M1} a :Machine ; :powerKw 12.5 ; :name "Press" ; :tag "old" .
{M2} a :Machine ; :powerKw 7.5 ; :name "Saw" .
"""
ONTOLOGY = f"""@prefix : <{TERMS}> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Machine a owl:Class ; rdfs:label "Machine" .
:powerKw a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:label "rated power kw" .
:name a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:label "name" .
:tag a owl:DatatypeProperty ; rdfs:label "tag" .
"""
SHAPES = f"""@prefix : <{TERMS}> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix s: <{ROOT}shapes#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
s:Machine a sh:NodeShape ; sh:targetClass :Machine ; sh:property s:power, s:name .
s:power sh:path :powerKw ; sh:maxCount 1 ; sh:datatype xsd:decimal ; sh:message "One power." .
s:name sh:path :name ; sh:minCount 1 ; sh:message "Give each machine a name." .
"""


class Shop:
    """A small project of its own, which the tests all speak of as `shop`."""

    def __init__(self, owner: Owner, name: str) -> None:
        self.owner = owner
        self.name = name
        self.client = Client(owner.url)

    @property
    def project(self) -> Project:
        """The project itself, to change it from beside the doors."""
        return self.owner.services.projects.get(self.name)

    def call(self, operation: str, **fields: Any) -> Any:
        """Call an operation on the project."""
        text = json.dumps(fields).replace("/p/shop/", f"/p/{self.name}/")
        found = self.client.call(OPERATIONS[operation], {"project": self.name, **json.loads(text)})
        return json.loads(json.dumps(found).replace(f"/p/{self.name}/", "/p/shop/"))

    def propose(self, update: str, **fields: Any) -> Any:
        """Propose a SPARQL Update."""
        return self.call("propose_change", update=PREFIX + update, reason="Test", **fields)

    def values(self, query: str, twin: str | None = None) -> list[str]:
        """Run a SELECT of one variable; sorted texts."""
        fields = {"twin": twin} if twin else {}
        answer = self.call("run_query", query=PREFIX + query, **fields)
        return sorted(answer["text"].splitlines()[1:])

    def power(self, twin: str | None = None) -> list[str]:
        """The power of the first machine."""
        return self.values(f"SELECT ?p {{ {M1} :powerKw ?p }}", twin)


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    """Start an owner for all tests of this file."""
    owner = Owner(settings_for(tmp_path_factory.mktemp("shop")), port=0)
    owner.start()
    yield owner
    owner.stop()


@pytest.fixture
def shop(owner: Owner) -> Iterator[Shop]:
    """Make a small project."""
    shop = Shop(owner, f"shop-{len(owner.services.projects.names())}")
    shop.client.call(OPERATIONS["create_project"], {"name": shop.name})
    names = shop.project.names
    graphs = ((DATA, names.data), (ONTOLOGY, names.ontology), (SHAPES, names.shapes))
    quads = tuple(
        Quad(triple.subject, triple.predicate, triple.object, graph)
        for text, graph in graphs
        for triple in parse(text.replace("/p/shop/", f"/p/{shop.name}/"), RdfFormat.TURTLE)
    )
    shop.project.commit(ChangeSet(quads))
    yield shop
    shop.client.http.close()


FASTER = (
    f"DELETE {{ {M1} :powerKw ?p }} INSERT {{ {M1} :powerKw 24.5 }} WHERE {{ {M1} :powerKw ?p }}"
)
TAG = f'INSERT DATA {{ {M1} :tag "new" }}'


def test_a_proposal_waits_is_approved_applied_and_undone(shop: Shop) -> None:
    made = shop.propose(FASTER, confidence=0.99, evidence=["The plate says so."])

    assert (made["state"], made["risk"], made["evidence"]) == (
        "pending",
        "medium",
        ["The plate says so."],
    )
    assert shop.power() == ["12.5"]
    shown = shop.call("get_proposal", proposal=made["id"])
    assert shown["words"] == ["Machine M-001: rated power kw changed from 12.5 to 24.5"]
    assert "\nD <" in shown["patch"]
    assert "\nA <" in shown["patch"]

    with pytest.raises(CallFailed, match="is pending; only approved"):
        shop.call("apply_proposal", proposal=made["id"])
    shop.call("approve_proposal", proposal=made["id"], by="kim")
    applied = shop.call("apply_proposal", proposal=made["id"], by="kim")

    assert (applied["state"], applied["automatic"]) == ("applied", False)
    assert shop.power() == ["24.5"]

    undone = shop.call("undo_proposal", proposal=made["id"], by="kim", reason="Wrong plate")

    assert (undone["state"], len(undone["commits"])) == ("undone", 2)
    assert shop.power() == ["12.5"]


def test_a_sure_addition_without_violations_is_applied_at_once_and_marked(shop: Shop) -> None:
    made = shop.propose(TAG, confidence=0.95)

    assert (made["state"], made["automatic"], made["decided_by"]) == ("applied", True, "policy")
    assert (made["risk"], made["new_violations"]) == ("low", 0)
    assert shop.values(f"SELECT ?t {{ {M1} :tag ?t }}") == ["new", "old"]


@pytest.mark.parametrize(
    ("update", "confidence"),
    [
        (TAG, 0.90),
        (f'DELETE DATA {{ {M1} :tag "old" }}', 1.0),
        (f"INSERT DATA {{ {M1} :powerKw 99.5 }}", 1.0),
        (
            f"INSERT DATA {{ GRAPH <{ROOT}graph/ontology> "
            "{ :tag <http://www.w3.org/2002/07/owl#deprecated> true } }",
            1.0,
        ),
    ],
)
def test_doubt_removals_violations_and_deprecations_wait(
    shop: Shop, update: str, confidence: float
) -> None:
    assert shop.propose(update, confidence=confidence)["state"] == "pending"


def test_the_policy_is_data(shop: Shop) -> None:
    assert shop.call("get_policy")["threshold"] == 0.9
    shop.call("set_policy", threshold=0.5)

    assert shop.call("get_policy") == {
        "threshold": 0.5,
        "no_new_violations": True,
        "additive_only": True,
    }
    assert shop.propose(TAG, confidence=0.6)["state"] == "applied"
    with pytest.raises(CallFailed, match="between 0 and 1"):
        shop.call("set_policy", threshold=1.5)


def test_a_proposal_says_which_violations_it_would_bring(shop: Shop) -> None:
    made = shop.propose(f'DELETE DATA {{ {M1} :name "Press" }}')

    (violation,) = shop.call("get_proposal", proposal=made["id"])["violations"]
    assert made["new_violations"] == 1
    assert violation["message"] == "Give each machine a name."
    assert violation["focus_node"] == M1[1:-1]


def test_a_proposal_says_what_it_touches(shop: Shop) -> None:
    shop.call("create_twin", id="night")
    shop.call("change_twin", twin="night", update=PREFIX + TAG)
    shop.call("create_twin", id="other")

    impact = shop.propose(FASTER)["impact"]

    assert impact["shapes"] == [f"{ROOT}shapes#power"]
    assert impact["twins"] == [f"{ROOT}twin/night"]
    assert impact["models"] == []


@pytest.mark.parametrize(
    ("graph", "risk"), [("ontology", "high"), ("shapes", "high"), ("data", "medium")]
)
def test_what_is_lost_decides_the_risk(shop: Shop, graph: str, risk: str) -> None:
    wide = f"DELETE {{ GRAPH <{ROOT}graph/{graph}> {{ ?s ?p ?o }} }}"
    made = shop.propose(f"{wide} WHERE {{ GRAPH <{ROOT}graph/{graph}> {{ ?s ?p ?o }} }}")

    assert made["risk"] == risk


def test_rejection_needs_a_reason_and_is_final(shop: Shop) -> None:
    made = shop.propose(TAG)

    with pytest.raises(CallFailed, match="why"):
        shop.call("reject_proposal", proposal=made["id"], reason=" ")
    rejected = shop.call("reject_proposal", proposal=made["id"], reason="Not ours", by="kim")

    assert (rejected["state"], rejected["decision"]) == ("rejected", "Not ours")
    with pytest.raises(CallFailed, match="rejected; it cannot become approved"):
        shop.call("approve_proposal", proposal=made["id"])


def test_many_are_approved_at_once_and_one_bad_id_stops_none(shop: Shop) -> None:
    first, second = shop.propose(TAG)["id"], shop.propose(FASTER)["id"]

    answer = shop.call("approve_proposals", ids=[first, "nobody", second])

    assert answer["approved"] == [first, second]
    assert [item["id"] for item in answer["refused"]] == ["nobody"]
    approved = shop.call("list_proposals", state="approved")["items"]
    assert {item["id"] for item in approved} == {first, second}


def test_a_proposal_that_no_longer_fits_is_superseded(shop: Shop) -> None:
    first, second = shop.propose(FASTER), shop.propose(FASTER.replace("24.5", "30.5"))
    for made in (first, second):
        shop.call("approve_proposal", proposal=made["id"])
    shop.call("apply_proposal", proposal=first["id"])

    with pytest.raises(CallFailed, match="no longer fits"):
        shop.call("apply_proposal", proposal=second["id"])

    assert shop.power() == ["24.5"]
    (left,) = shop.call("list_proposals", state="superseded")["items"]
    assert left["id"] == second["id"]


def test_violations_that_nobody_has_seen_send_a_proposal_back(shop: Shop) -> None:
    made = shop.propose(f"INSERT DATA {{ <{ROOT}id/Machine/M-003> :powerKw 5.5 }}")
    shop.call("approve_proposal", proposal=made["id"])
    names = shop.project.names
    typed = shop.propose(
        f'INSERT DATA {{ <{ROOT}id/Machine/M-003> a :Machine ; :name "X" ; :powerKw 6.5 }}',
        confidence=1.0,
    )
    assert typed["state"] == "applied"

    with pytest.raises(CallFailed, match="nobody has seen"):
        shop.call("apply_proposal", proposal=made["id"])

    again = shop.call("get_proposal", proposal=made["id"])
    assert (again["proposal"]["state"], again["proposal"]["new_violations"]) == ("pending", 1)
    shop.call("approve_proposal", proposal=made["id"])
    assert shop.call("apply_proposal", proposal=made["id"])["state"] == "applied"
    assert shop.project.dataset.count(names.data) == 11


def test_undo_never_overwrites_a_later_change(shop: Shop) -> None:
    made = shop.propose(FASTER)
    shop.call("approve_proposal", proposal=made["id"])
    shop.call("apply_proposal", proposal=made["id"])
    later = shop.propose(
        f"DELETE DATA {{ {M1} :powerKw 24.5 }} ; INSERT DATA {{ {M1} :powerKw 30.5 }}"
    )
    shop.call("approve_proposal", proposal=later["id"])
    shop.call("apply_proposal", proposal=later["id"])

    with pytest.raises(CallFailed, match="changed again"):
        shop.call("undo_proposal", proposal=made["id"])

    assert shop.power() == ["30.5"]
    shop.call("undo_proposal", proposal=later["id"])
    shop.call("undo_proposal", proposal=made["id"])
    assert shop.power() == ["12.5"]


def test_an_undone_proposal_is_done_again_by_undoing_the_undoing(shop: Shop) -> None:
    made = shop.propose(FASTER)
    shop.call("approve_proposal", proposal=made["id"])
    first = shop.call("apply_proposal", proposal=made["id"])["commits"][0]

    def undo(commit: int) -> tuple[str, list[str]]:
        shop.call("undo_project_commit", commit=str(commit), by="kim")
        return shop.call("get_proposal", proposal=made["id"])["proposal"]["state"], shop.power()

    assert undo(first) == ("undone", ["12.5"])
    assert undo(first + 1) == ("applied", ["24.5"])
    assert undo(first + 2) == ("undone", ["12.5"])
    assert undo(first + 3) == ("applied", ["24.5"])
    shop.call("undo_proposal", proposal=made["id"])
    assert shop.power() == ["12.5"]
    commits = shop.call("get_proposal", proposal=made["id"])["proposal"]["commits"]
    assert commits == [first + number for number in (5, 4, 3, 2, 1, 0)]
    shown = shop.call("get_project_commit", commit=str(first + 5))["commit"]
    assert shown["undoes"].endswith(f"/commit/{first + 4}")


def test_a_patch_is_taken_and_its_blank_nodes_get_names(shop: Shop) -> None:
    patch = f'TX .\nA _:x <{TERMS}tag> "y" .\nA {M2} <{TERMS}tag> "z" .\nTC .\n'

    made = shop.call("propose_change", patch=patch, reason="Test", confidence=1.0)

    assert (made["state"], made["added"]) == ("applied", 2)
    names = shop.project.names
    skolem = NamedNode(f"{names.skolem}x")
    assert skolem in {quad.subject for quad in shop.project.dataset.quads(names.data)}


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({}, "either"),
        ({"patch": f"A {M1} <urn:p> <urn:o> <{ROOT}graph/meta> .\n"}, "cannot be changed"),
        ({"patch": "X what\n"}, "starts with 'X'"),
        ({"patch": f'A {M1} <{TERMS}tag> "old" .\n'}, "alters nothing"),
        ({"patch": "A <urn:a> <urn:b> " + "<<( <urn:a> <urn:b> " * 60_000 + "\n"}, "too deeply"),
        ({"update": f"DELETE WHERE {{ GRAPH <{ROOT}graph/meta> {{ ?s ?p ?o }} }}"}, "written"),
        ({"update": "DELETE everything"}, "not valid|expected"),
        ({"update": PREFIX + TAG, "confidence": 7}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_proposed_is_refused(shop: Shop, fields: dict[str, Any], match: str) -> None:
    with pytest.raises(CallFailed, match=match):
        shop.call("propose_change", reason="Test", **fields)


def test_a_twin_differs_in_words_in_a_table_and_as_text_that_repeats_it(shop: Shop) -> None:
    shop.call("create_twin", id="fast")
    shop.call("change_twin", twin="fast", update=PREFIX + FASTER)

    def shown(form: str) -> Any:
        return shop.call("diff_twin", twin="fast", form=form)

    assert shown("words")["words"] == ["Machine M-001: rated power kw changed from 12.5 to 24.5"]
    assert shown("table")["table"] == [
        {
            "entity": "Machine M-001",
            "property": "rated power kw",
            "before": "12.5",
            "after": "24.5",
            "graph": "data",
        }
    ]
    assert len(shown("triples")["added"]) == len(shown("triples")["removed"]) == 1
    with pytest.raises(CallFailed, match="form must be one of"):
        shown("poem")
    for form, field in (("patch", "patch"), ("update", "update")):
        text = shown(form)["text"]
        made = shop.call("propose_change", reason="As the twin", **{field: text})
        assert (made["added"], made["removed"]) == (1, 1)


def faster(value: str) -> str:
    return PREFIX + FASTER.replace("24.5", value)


def twin(shop: Shop, name: str, *updates: str) -> None:
    shop.call("create_twin", id=name)
    for update in updates:
        shop.call("change_twin", twin=name, update=PREFIX + update)


def test_a_twin_is_merged_into_the_base_and_becomes_empty(shop: Shop) -> None:
    twin(shop, "b", FASTER, TAG)

    merge = shop.call("start_merge", twin="b")
    assert (merge["state"], merge["conflicts"]) == ("open", [])
    assert shop.power() == ["12.5"]
    done = shop.call("complete_merge", merge=merge["id"], by="kim")

    assert (done["state"], len(done["commits"])) == ("completed", 1)
    assert shop.power() == ["24.5"]
    difference = shop.call("diff_twin", twin="b")
    assert difference["added"] == difference["removed"] == []
    with pytest.raises(CallFailed, match="is completed"):
        shop.call("abort_merge", merge=merge["id"])


def test_two_twins_that_changed_one_power_are_in_conflict_until_somebody_chooses(
    shop: Shop,
) -> None:
    twin(shop, "a", FASTER.replace("24.5", "20.5"), f'INSERT DATA {{ {M1} :tag "a" }}')
    twin(shop, "b", FASTER, f'INSERT DATA {{ {M1} :tag "b" }}')

    merge = shop.call("start_merge", twin="b", into="a")
    (conflict,) = merge["conflicts"]
    assert (conflict["entity"], conflict["property"]) == ("Machine M-001", "rated power kw")
    sides = [conflict[side][0].split('"')[1] for side in ("base", "ours", "theirs")]
    assert sides == ["12.5", "20.5", "24.5"]
    with pytest.raises(CallFailed, match="1 conflicts to resolve"):
        shop.call("complete_merge", merge=merge["id"])
    shop.call("resolve_conflict", merge=merge["id"], conflict=conflict["id"], choice="theirs")
    chosen = shop.call(
        "resolve_conflict",
        merge=merge["id"],
        conflict=conflict["id"],
        choice="custom",
        values=["22.5"],
    )
    assert (chosen["unresolved"], len(chosen["conflicts"])) == (0, 1)
    shop.call("complete_merge", merge=merge["id"])

    assert shop.power("a") == ["22.5"]
    assert shop.power("b") == ["24.5"]
    assert shop.power() == ["12.5"]
    assert shop.values(f"SELECT ?t {{ {M1} :tag ?t }}", "a") == ["a", "b", "old"]


@pytest.mark.parametrize(
    ("choice", "power"), [("ours", "13.5"), ("theirs", "24.5"), ("base", "12.5")]
)
def test_a_base_that_moved_under_the_twin_is_a_conflict(
    shop: Shop, choice: str, power: str
) -> None:
    twin(shop, "b", FASTER)
    made = shop.propose(FASTER.replace("24.5", "13.5"))
    shop.call("approve_proposal", proposal=made["id"])
    shop.call("apply_proposal", proposal=made["id"])

    merge = shop.call("start_merge", twin="b")
    (conflict,) = merge["conflicts"]
    shop.call("resolve_conflict", merge=merge["id"], conflict=conflict["id"], choice=choice)
    shop.call("complete_merge", merge=merge["id"])

    assert shop.power() == [power]


def test_a_choice_falls_when_its_conflict_changes(shop: Shop) -> None:
    twin(shop, "a", FASTER.replace("24.5", "20.5"))
    twin(shop, "b", FASTER)
    merge = shop.call("start_merge", twin="b", into="a")
    (conflict,) = merge["conflicts"]
    shop.call("resolve_conflict", merge=merge["id"], conflict=conflict["id"], choice="theirs")
    shop.call("change_twin", twin="b", update=faster("31.5"))

    with pytest.raises(CallFailed, match="1 conflicts to resolve"):
        shop.call("complete_merge", merge=merge["id"])

    (again,) = shop.call("get_merge", merge=merge["id"])["conflicts"]
    assert again["choice"] is None
    assert again["theirs"][0].startswith('"31.5"')


def test_a_merge_that_would_break_a_rule_is_stopped_unless_forced(shop: Shop) -> None:
    twin(shop, "b", f'DELETE DATA {{ {M1} :name "Press" }}')
    merge = shop.call("start_merge", twin="b")

    with pytest.raises(CallFailed, match="Give each machine a name"):
        shop.call("complete_merge", merge=merge["id"])
    assert shop.values(f"SELECT ?n {{ {M1} :name ?n }}") == ["Press"]
    shop.call("complete_merge", merge=merge["id"], force=True)

    assert shop.values(f"SELECT ?n {{ {M1} :name ?n }}") == []


def test_abort_works_even_when_the_twin_is_gone_and_a_second_time(shop: Shop) -> None:
    twin(shop, "b", FASTER)
    merge = shop.call("start_merge", twin="b")
    shop.call("delete_twin", twin="b")

    with pytest.raises(CallFailed, match="no twin"):
        shop.call("complete_merge", merge=merge["id"])
    assert shop.call("abort_merge", merge=merge["id"])["state"] == "aborted"
    assert shop.call("abort_merge", merge=merge["id"])["state"] == "aborted"
    with pytest.raises(CallFailed, match="is aborted"):
        shop.call("complete_merge", merge=merge["id"])
    assert shop.power() == ["12.5"]


def test_a_counter_adds_up_and_a_set_policy_is_obeyed(shop: Shop) -> None:
    twin(shop, "a", FASTER.replace("24.5", "13.5"))
    twin(shop, "b", FASTER.replace("24.5", "10.5"))
    policies = {f"{TERMS}powerKw": "counter"}

    merge = shop.call("start_merge", twin="b", into="a", policies=policies)
    shop.call("complete_merge", merge=merge["id"])

    assert merge["conflicts"] == []
    assert shop.power("a") == ["11.5"]
    with pytest.raises(CallFailed, match="must be one of set, functional, counter"):
        shop.call("start_merge", twin="b", policies={f"{TERMS}powerKw": "sum"})


def test_the_undoing_of_a_merge_restores_base_and_twin(shop: Shop) -> None:
    twin(shop, "b", FASTER, TAG)
    merge = shop.call("start_merge", twin="b")
    done = shop.call("complete_merge", merge=merge["id"])

    undo_commit(shop.project, done["commits"][0], author="kim")

    assert shop.power() == ["12.5"]
    assert shop.power("b") == ["24.5"]
    assert len(shop.call("diff_twin", twin="b")["added"]) == 2


def test_a_saved_query_has_versions_parameters_and_its_own_address(shop: Shop) -> None:
    text = PREFIX + "SELECT ?p { $machine :powerKw ?p }"
    first = shop.call("save_query", name="power", query=text, title="Power of a machine")
    second = shop.call("save_query", name="power", query=text + " LIMIT 1", by="kim")

    assert (first["version"], second["version"], second["parameters"]) == (1, 2, ["machine"])
    machine = M1.replace("/shop/", f"/{shop.name}/")
    headers = {"Accept": "text/csv"}
    answer = shop.client.http.get(second["url"], params={"machine": machine}, headers=headers)
    assert answer.text.splitlines() == ["p", "12.5"]
    run = shop.call("run_saved_query", name="power", parameters={"machine": M1}, version=1)
    assert run["text"].splitlines() == ["p", "12.5"]
    listed = {item["name"]: item for item in shop.call("list_saved_queries")["items"]}
    assert listed["power"]["version"] == 2

    assert shop.client.http.get(second["url"]).status_code == 422
    assert shop.client.http.get(second["url"] + "x").status_code == 404
    with pytest.raises(CallFailed, match="not valid"):
        shop.call("save_query", name="bad", query="SELECT {")
    assert shop.propose(FASTER)["impact"]["queries"] == ["power"]
