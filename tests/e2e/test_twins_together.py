"""Many callers at one project's twins: nothing is made twice, and no change is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app.client import CallFailed, Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from tests.e2e.conftest import settings_for

Call = Callable[..., Any]
ONE_MORE = (
    "DELETE { <urn:n> <urn:is> ?old } INSERT { <urn:n> <urn:is> ?new } "
    "WHERE { <urn:n> <urn:is> ?old BIND(?old + 1 AS ?new) }"
)


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Call]:
    """Call operations of an owner with one empty project."""
    owner = Owner(settings_for(tmp_path), port=0)
    owner.start()
    Client(owner.url).call(OPERATIONS["create_project"], {"name": "shop"})
    yield lambda operation, **fields: Client(owner.url).call(
        OPERATIONS[operation], {"project": "shop", **fields}
    )
    owner.stop()


def at_once(count: int, action: Callable[[int], object]) -> list[object]:
    """Give what each of several callers got, or why it was refused."""

    def tried(number: int) -> object:
        try:
            return action(number)
        except CallFailed as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(tried, range(count)))


def test_of_many_who_create_a_twin_at_once_one_does(call: Call) -> None:
    got = at_once(8, lambda number: call("create_twin", id="plan", title=str(number)))

    refused = [item for item in got if isinstance(item, CallFailed)]
    assert len(refused) == 7
    assert {str(item) for item in refused} == {"There is a twin 'plan' already."}
    (twin,) = call("list_project_twins")["items"]
    assert twin["id"] == "plan"


def test_changes_of_a_twin_made_at_once_all_count(call: Call) -> None:
    call("create_twin", id="plan")
    call("change_twin", twin="plan", update="INSERT DATA { <urn:n> <urn:is> 0 }")

    at_once(6, lambda _: call("change_twin", twin="plan", update=ONE_MORE))

    (triple,) = call("diff_twin", twin="plan")["added"]
    assert triple[2].startswith('"6"')


def test_a_page_of_twins_describes_these_alone_and_leads_to_the_next(call: Call) -> None:
    names = [f"t{number}" for number in range(7)]
    for name in names:
        call("create_twin", id=name)
        call("change_twin", twin=name, update=f"INSERT DATA {{ <urn:{name}> <urn:is> 1, 2 }}")
    found, cursor = [], None
    while True:
        page = call("list_project_twins", limit=3, **({"cursor": cursor} if cursor else {}))
        found += [(item["id"], item["added"]) for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert found == [(name, 2) for name in names]


def test_a_summary_shows_the_first_of_many_twins_and_counts_them(call: Call) -> None:
    for number in range(52):
        call("create_twin", id=f"plan-{number:02}", title=str(number))

    summary = call("get_summary")

    shown = [twin["id"] for twin in summary["twins"]]
    assert shown == [f"plan-{number:02}" for number in range(50)]
    assert summary["twin_count"] == 52


def test_a_twin_takes_blank_nodes_and_forgets_what_the_base_shows_by_now(call: Call) -> None:
    call("create_twin", id="plan")
    made = call("change_twin", twin="plan", update="INSERT DATA { [] <urn:is> 1, 2 }")
    assert made["added"] == 2
    call("change_twin", twin="plan", update="DELETE WHERE { ?s <urn:is> 2 }")
    ((subject, _, _),) = call("diff_twin", twin="plan")["added"]
    assert "/.well-known/genid/" in subject

    call("apply_twin", twin="plan")
    one = "<urn:a> <urn:is> 7"
    call("create_twin", id="late")
    for twin in ("plan", "late"):
        call("change_twin", twin=twin, update=f"INSERT DATA {{ {one} }}")
    call("apply_twin", twin="plan")
    call("change_twin", twin="late", update=f"DELETE DATA {{ {one} }}")

    left = call("run_query", twin="late", query=f"ASK {{ {one} }}")
    assert "false" in left["text"]
