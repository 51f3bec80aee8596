"""Decisions of people about the schema, through the doors and over re-runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.client import CallFailed, Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from tests.e2e.conftest import finished, settings_for

TERMS = "http://mimir.local/p/tools/ontology#"


class Tools:
    """A project of tools and their makers."""

    def __init__(self, owner: Owner, folder: Path) -> None:
        self.client = Client(owner.url)
        self.folder = folder

    def call(self, operation: str, **fields: Any) -> Any:
        """Call an operation on the project, and wait for the run that it starts."""
        answer = self.client.call(OPERATIONS[operation], {"project": "tools", **fields})
        if isinstance(answer, dict) and answer.get("run"):
            view = finished(self.client, "tools", answer["run"])
            assert view["state"] == "succeeded", view
        return answer

    def upload(self, rows: int) -> None:
        """Upload both files, with so many tools."""
        makers = ["maker_id,name", *(f"{n},Maker {n}" for n in range(1, 13))]
        tools = ["tool_id,serial,maker", *(f"{n},{5000 + n},{n % 12 + 1}" for n in range(1, rows))]
        paths = [self.folder / "makers.csv", self.folder / "tools.csv"]
        for path, lines in zip(paths, (makers, tools), strict=True):
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        sent = self.client.upload("tools", [(path.name, path) for path in paths])
        view = finished(self.client, "tools", sent["id"])
        assert view["state"] == "succeeded", view

    def column(self, name: str) -> dict[str, Any]:
        """Give a column of the tools as the schema has it."""
        tables = self.call("get_schema")["schema"]["tables"]
        table = next(item for item in tables if item["name"] == "tools")
        return next(item for item in table["columns"] if item["name"] == name)

    def references(self) -> list[str]:
        """Give the columns of the tools that point to other tables."""
        tables = self.call("get_schema")["schema"]["tables"]
        table = next(item for item in tables if item["name"] == "tools")
        return [item["columns"][0] for item in table["references"]]


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tools]:
    """Upload tools and makers."""
    folder = tmp_path_factory.mktemp("tools")
    owner = Owner(settings_for(folder / "data"), port=0)
    owner.start()
    owner_client = Client(owner.url)
    owner_client.call(OPERATIONS["create_project"], {"name": "tools"})
    found = Tools(owner, folder)
    found.upload(40)
    yield found
    owner.stop()


def test_a_decision_changes_schema_and_data_and_outlives_the_next_upload(tools: Tools) -> None:
    assert tools.column("serial")["datatype"] == "integer"
    assert tools.references() == ["maker"]
    set_type = {"kind": "type", "table": "tools", "columns": ["serial"], "datatype": "string"}
    first = tools.call("set_schema", **set_type, reason="Serials are names.", by="ann")
    tools.call("set_schema", kind="no-reference", table="tools", columns=["maker"])
    tools.upload(50)
    column = tools.column("serial")
    assert column["datatype"] == "string"
    assert column["decision"]["overridden"] is True
    assert column["decision"]["evidence"][0].endswith("Serials are names.")
    assert tools.references() == []
    listed = tools.call("list_schema_overrides")["items"]
    assert {item["kind"] for item in listed} == {"type", "no-reference"}

    for item in listed:
        tools.call("unset_schema", override=item["id"], by="ann")
    assert first["id"] in {item["id"] for item in listed}
    assert tools.column("serial")["datatype"] == "integer"
    assert tools.references() == ["maker"]
    assert tools.call("list_schema_overrides")["items"] == []


def test_a_decision_that_cannot_be_followed_is_refused(tools: Tools) -> None:
    with pytest.raises(CallFailed, match=r"no table 'tool'\. The tables are makers, tools"):
        tools.call("set_schema", kind="key", table="tool", columns=["serial"])
    with pytest.raises(CallFailed, match="no schema override"):
        tools.call("unset_schema", override="0123456789ab")


def test_measures_the_columns_and_how_they_changed_since_the_last_version(tools: Tools) -> None:
    tools.upload(300)
    tools.upload(400)
    found = {(item["table"], item["column"]): item for item in tools.call("list_quality")["items"]}
    serial = found["tools", "serial"]
    assert serial["property"] == f"{TERMS}serial"
    assert (serial["null_share"], serial["null_share_before"]) == (0.0, 0.0)
    assert serial["distance"] == pytest.approx(0.25, abs=0.03)
    assert serial["outside"] == pytest.approx(0.25, abs=0.03)
    assert serial["changed"] is True
    assert found["makers", "name"]["changed"] is False


def test_tells_which_columns_came_went_and_changed_their_names(tools: Tools) -> None:
    assert tools.call("list_schema_changes")["items"] == []
    makers = [f"{n},Maker {n}" for n in range(1, 13)]
    lines = [f"{n},{5000 + n},{n % 12 + 1},{n * 13 % 50}" for n in range(1, 400)]
    texts = {
        "makers.csv": ["maker_id,maker_name", *makers],
        "tools.csv": ["tool_id,serial,maker,weight", *lines],
    }
    for name, rows in texts.items():
        (tools.folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    sent = tools.client.upload("tools", [(name, tools.folder / name) for name in texts])
    assert finished(tools.client, "tools", sent["id"])["state"] == "succeeded"
    found = {item["kind"]: item for item in tools.call("list_schema_changes")["items"]}
    assert found.keys() == {"column-renamed", "column-added"}
    renamed = found["column-renamed"]
    assert (renamed["table"], renamed["was"], renamed["now"]) == ("makers", "name", "maker_name")
    assert (renamed["risk"], found["column-added"]["columns"]) == ("medium", "weight")
    assert "They stand in the same place." in renamed["evidence"]
    renamed = next(
        item for item in tools.call("list_proposals")["items"] if "maker_name" in item["reason"]
    )
    shown = tools.call("get_proposal", proposal=renamed["id"])
    assert "equivalentProperty" in shown["patch"]
    assert renamed["author"] == "inference"


def test_a_type_that_is_set_in_the_ontology_is_a_decision_about_its_columns(tools: Tools) -> None:
    done = tools.call("edit_ontology", kind="retype", target="weight", value="string")
    column = tools.column("weight")
    assert (column["datatype"], column["decision"]["overridden"]) == ("string", True)
    tools.call("undo_ontology_edit", edit=done["id"])
    assert tools.column("weight")["datatype"] == "integer"
