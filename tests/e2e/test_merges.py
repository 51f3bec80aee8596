"""Merges of twins into the base: conflicts, choices, forced and undone, through the doors."""

from typing import Any

import pytest

from app.client import CallFailed
from graph.history import undo_commit
from tests.e2e.shop import FASTER, M1, PREFIX, TAG, TERMS, Shop


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
