"""Twins through their doors: what-if changes stay in the overlay until they are applied."""

from typing import Any

import pytest

from app.client import CallFailed
from tests.e2e.conftest import Fleet

PREFIX = "PREFIX : <http://mimir.local/p/fleet/ontology#> "
POWER = PREFIX + "SELECT (SUM(?p) AS ?sum) WHERE { ?m a :Machine ; :ratedPowerKw ?p }"
DOUBLE = PREFIX + (
    "DELETE { ?m :ratedPowerKw ?p } INSERT { ?m :ratedPowerKw ?more } "
    "WHERE { ?m a :Machine ; :ratedPowerKw ?p BIND(?p * 2 AS ?more) }"
)


def power(fleet: Fleet, twin: str | None = None) -> float:
    return float(fleet.select(POWER, twin)[0]["sum"])


def is_empty(difference: dict[str, Any]) -> bool:
    return difference["added"] == difference["removed"] == []


def test_what_if_changes_only_the_twin_and_discard_takes_it_back(fleet: Fleet) -> None:
    base = power(fleet)
    fleet.call("create_twin", id="double")

    changed = fleet.call("change_twin", twin="double", update=DOUBLE)

    assert changed["added"] == changed["removed"] == 40
    assert power(fleet, "double") == pytest.approx(2 * base)
    assert power(fleet) == base
    difference = fleet.call("diff_twin", twin="double")
    assert (len(difference["added"]), len(difference["removed"])) == (40, 40)

    fleet.call("discard_twin", twin="double")

    assert power(fleet, "double") == base
    assert is_empty(fleet.call("diff_twin", twin="double"))
    fleet.call("delete_twin", twin="double")


def test_apply_moves_the_overlay_into_the_base(fleet: Fleet) -> None:
    fleet.call("create_twin", id="real")
    one = "<http://mimir.local/p/fleet/id/Machine/M-001>"
    fleet.call("change_twin", twin="real", update=PREFIX + f'INSERT DATA {{ {one} :note "new" }}')

    applied = fleet.call("apply_twin", twin="real")

    assert (applied["added"], applied["removed"]) == (1, 0)
    found = PREFIX + f"SELECT ?n WHERE {{ {one} :note ?n }}"
    assert fleet.select(found) == [{"n": "new"}]
    assert is_empty(fleet.call("diff_twin", twin="real"))

    fleet.call("change_twin", twin="real", update=PREFIX + f"DELETE WHERE {{ {one} :note ?n }}")
    fleet.call("apply_twin", twin="real")
    assert fleet.select(found) == []
    fleet.call("delete_twin", twin="real")


def test_an_update_cannot_reach_the_platforms_own_records(fleet: Fleet) -> None:
    fleet.call("create_twin", id="sly")
    update = "DELETE WHERE { GRAPH <http://mimir.local/p/fleet/graph/meta> { ?s ?p ?o } }"

    with pytest.raises(CallFailed, match="cannot be written"):
        fleet.call("change_twin", twin="sly", update=update)

    fleet.call("delete_twin", twin="sly")


def test_a_deleted_twin_is_gone(fleet: Fleet) -> None:
    fleet.call("create_twin", id="brief")
    fleet.call("delete_twin", twin="brief")

    with pytest.raises(CallFailed, match="no twin"):
        fleet.call("diff_twin", twin="brief")


def test_two_twins_with_one_id_are_refused(fleet: Fleet) -> None:
    with pytest.raises(CallFailed, match="already"):
        fleet.call("create_twin", id="live")
