"""Proposals and merges through their doors, on a small project of two machines."""

from typing import Any

import pytest

from app.client import CallFailed
from graph.terms import NamedNode
from tests.e2e.shop import FASTER, M1, M2, PREFIX, ROOT, TAG, TERMS, Shop


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
