"""How cells are read that can be read in two ways: asked, answered, kept by every later run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.client import CallFailed, Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from tests.e2e.conftest import finished, settings_for

TERMS = "http://mimir.local/p/visits/ontology#"
ASKED = "%d/%m/%Y"
RIVAL = "%m/%d/%Y"
PROJECT = {"project": "visits"}


def lines(number: int) -> str:
    """Write visits: a day that may begin with its month, a count of seconds, a missing mark."""
    rows = [
        f"{n},{n % 12 + 1:02}/{n % 11 + 1:02}/2024,{1_700_000_000 + 86_400 * n},"
        f"{-999 if n % 15 == 7 else 40 + n % 30}"
        for n in range(1, number)
    ]
    return "\n".join(["visit_id,day,created_at,pulse", *rows]) + "\n"


class Visits:
    """A project of visits behind the doors of an owner."""

    def __init__(self, owner: Owner, folder: Path) -> None:
        self.client = Client(owner.url)
        self.folder = folder
        self.client.call(OPERATIONS["create_project"], {"name": "visits"})

    def call(self, operation: str, **fields: Any) -> Any:
        """Call an operation, and wait for the newest run."""
        answer = self.client.call(OPERATIONS[operation], {**PROJECT, **fields})
        for run in self.client.call(OPERATIONS["list_project_runs"], PROJECT)["items"][:1]:
            assert finished(self.client, "visits", run["id"])["state"] == "succeeded"
        return answer

    def upload(self, number: int) -> None:
        """Upload so many visits and wait for the run."""
        path = self.folder / "visits.csv"
        path.write_text(lines(number), encoding="utf-8")
        sent = self.client.upload("visits", [(path.name, path)])
        assert finished(self.client, "visits", sent["id"])["state"] == "succeeded"

    def column(self, name: str) -> dict[str, Any]:
        """Give a column as the schema has it."""
        (table,) = self.call("get_schema")["schema"]["tables"]
        return next(item for item in table["columns"] if item["name"] == name)

    def value(self, name: str, visit: int = 2) -> str | None:
        """Give the value of a property of one visit as it stands in N-Triples."""
        answer = self.client.request(
            "GET",
            "/projects/visits/graph-store",
            params={"graph": "http://mimir.local/p/visits/graph/data"},
            headers={"Accept": "application/n-triples"},
        )
        start = f"<http://mimir.local/p/visits/id/Visit/{visit}> <{TERMS}{name}> "
        found = [line for line in answer.text.splitlines() if line.startswith(start)]
        return found[0].removeprefix(start).split("^^")[0] if found else None

    def question(self, words: str) -> dict[str, Any]:
        """Give the open proposal whose reason has some words."""
        (found,) = [
            item for item in self.call("list_proposals")["items"] if words in item["reason"]
        ]
        assert isinstance(found, dict)
        return found

    def answer(self, proposal: str) -> None:
        """Approve and apply a proposal."""
        self.call("approve_proposal", proposal=proposal, by="ann")
        self.call("apply_proposal", proposal=proposal, by="ann")


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visits]:
    """Upload visits."""
    folder = tmp_path_factory.mktemp("visits")
    owner = Owner(settings_for(folder / "data"), port=0)
    owner.start()
    found = Visits(owner, folder)
    found.upload(60)
    yield found
    owner.stop()


def test_an_ambiguous_date_is_asked_and_the_answer_outlives_the_next_upload(
    visits: Visits,
) -> None:
    column = visits.column("day")
    assert (column["format"], column["rival"]) == (ASKED, RIVAL)
    assert column["decision"]["confidence"] < 0.8
    assert visits.value("day", visit=12) == '"2024-02-01"'
    asked = visits.question("can be read as")
    assert (asked["state"], asked["risk"]) == ("pending", "high")
    visits.answer(asked["id"])
    column = visits.column("day")
    assert (column["format"], column["rival"]) == (RIVAL, None)
    assert column["decision"]["overridden"] is True
    assert visits.value("day", visit=12) == '"2024-01-02"'
    visits.upload(70)
    assert visits.column("day")["format"] == RIVAL
    assert visits.value("day", visit=12) == '"2024-01-02"'


def test_a_date_is_read_as_a_person_sets_it_too(visits: Visits) -> None:
    set_day = {"kind": "type", "table": "visits", "columns": ["day"], "datatype": "date"}
    visits.call("set_schema", **set_day, format=ASKED)
    assert visits.value("day", visit=12) == '"2024-02-01"'
    assert visits.column("day")["format"] == ASKED
    with pytest.raises(CallFailed, match="is no strptime pattern"):
        visits.call("set_schema", **set_day, format="%k day")


def test_seconds_from_1970_stay_numbers_until_somebody_wants_moments(visits: Visits) -> None:
    column = visits.column("created_at")
    assert (column["datatype"], column["semantic"]["type"]) == ("integer", "epoch-seconds")
    assert visits.value("createdAt") == '"1700172800"'
    visits.answer(visits.question("counts seconds from 1970")["id"])
    assert visits.column("created_at")["format"] == "%s"
    assert visits.value("createdAt") == '"2023-11-16T22:13:20Z"'


def test_a_mark_for_no_value_is_suspected_and_a_person_says_so(visits: Visits) -> None:
    (said,) = [e for e in visits.column("pulse")["decision"]["evidence"] if "no value" in e]
    assert "'-999' stands in" in said
    assert "--null-words -999" in said
    assert visits.value("pulse", visit=7) == '"-999"'
    visits.call(
        "set_schema", kind="type", table="visits", columns=["pulse"],
        datatype="integer", null_words=["-999"],
    )  # fmt: skip
    assert visits.value("pulse", visit=7) is None
    assert visits.column("pulse")["nulls"] > 0
