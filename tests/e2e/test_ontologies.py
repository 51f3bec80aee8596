"""Ontologies and reasoning through the doors: edit, export, re-import, publish, explain."""

import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import owlready2
import pytest

from app.client import CallFailed, Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from tests.e2e.conftest import finished, settings_for

SITES = "site_id,name,city\nS1,North,Oslo\nS2,South,Rome\nS3,West,Paris\n"
MACHINES = (
    "machine_id,site_id,serial,power_kw\n"
    "M1,S1,1001,5.5\nM2,S1,1002,7.5\nM3,S2,1003,2.5\nM4,S3,1004,9.0\n"
)
TERMS = "http://mimir.local/p/works/ontology#"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


class Works:
    """A small project behind the doors of an owner."""

    def __init__(self, client: Client, folder: Path) -> None:
        self.client = client
        self._folder = folder
        client.call(OPERATIONS["create_project"], {"name": "works"})

    def call(self, operation: str, **fields: Any) -> Any:
        """Call an operation on the project."""
        return self.client.call(OPERATIONS[operation], {"project": "works", **fields})

    def upload(self) -> dict[str, Any]:
        """Upload the files and wait for the run."""
        paths = sorted(self._folder.glob("*.csv"))
        run = self.client.upload("works", [(path.name, path) for path in paths])
        return self.finished(run["id"])

    def finished(self, run: str) -> dict[str, Any]:
        """Wait for a run."""
        view = finished(self.client, "works", run)
        assert view["state"] == "succeeded", view
        return view

    def counts(self) -> dict[str, int]:
        """Count the individuals by class."""
        return {item["name"]: item["count"] for item in self.call("get_summary")["classes"]}

    def archive(self) -> zipfile.ZipFile:
        """Export the ontology."""
        answer = self.client.request("GET", "/api/v1/projects/works/export.zip")
        assert answer.headers["Content-Type"] == "application/zip"
        return zipfile.ZipFile(io.BytesIO(answer.content))


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    """Two tables, described and landed."""
    folder = tmp_path_factory.mktemp("works")
    (folder / "sites.csv").write_text(SITES, encoding="utf-8")
    (folder / "machines.csv").write_text(MACHINES, encoding="utf-8")
    owner = Owner(settings_for(folder / "data"), port=0)
    owner.start()
    found = Works(Client(owner.url), folder)
    found.upload()
    yield found
    owner.stop()


def test_a_persons_edits_outlive_a_re_run_and_a_rename_reaches_the_data(works: Works) -> None:
    works.call("publish_ontology", note="First")
    works.call("edit_ontology", kind="label", target="Site", value="plant")
    works.call("edit_ontology", kind="subclass", target="Site", value="Place")
    rename = works.call("edit_ontology", kind="rename", target="Machine", value="Asset")
    works.finished(rename["run"])

    again = works.upload()

    assert (again["added"], again["removed"]) == (0, 0)
    assert works.counts() == {"Asset": 4, "Site": 3}
    diff = works.call("diff_ontology", old="1")["difference"]
    renamed = {(item["kind"], item["new"].rpartition("#")[2]) for item in diff["renamed"]}
    assert ("class", "Asset>") in renamed
    assert {kind for kind, _ in renamed} == {"class", "shape"}
    assert ("shape", "Asset-serial>") in renamed
    assert diff["shapes"]["added"] == diff["shapes"]["removed"] == []
    assert diff["classes"]["added"] == [f"<{TERMS}Place>"]
    kinds = [item["kind"] for item in works.call("list_ontology_edits")["items"]]
    assert kinds == ["label", "subclass", "rename"]


def test_the_export_comes_back_without_a_change_and_edited_as_a_proposal(works: Works) -> None:
    archive = works.archive()
    place = "/api/v1/projects/works/ontology"
    unchanged = works.client.request(
        "PUT",
        f"{place}?action=dry-run",
        content=archive.read("ontology.owl"),
        headers={"Content-Type": "application/rdf+xml"},
    ).json()
    edited = archive.read("ontology.ttl").decode().replace('"plant"', '"works"')
    proposed = works.client.request(
        "PUT", place, content=edited.encode(), headers={"Content-Type": "text/turtle"}
    ).json()

    assert (unchanged["added"], unchanged["removed"]) == (0, 0)
    assert (proposed["added"], proposed["removed"]) == (1, 1)
    found = works.call("get_proposal", proposal=proposed["proposal"])
    assert found["proposal"]["state"] == "pending"


@pytest.mark.skipif(shutil.which("java") is None, reason="the reasoner needs Java")
def test_the_export_is_clean_and_consistent(works: Works, tmp_path: Path) -> None:
    archive = works.archive()
    archive.extractall(tmp_path)
    world = owlready2.World()
    loaded = world.get_ontology((tmp_path / "ontology.owl").as_uri()).load()

    with loaded:
        owlready2.sync_reasoner_hermit(world, debug=0)

    assert "Not clean" not in archive.read("README.txt").decode()
    assert list(world.inconsistent_classes()) == []


def test_an_inferred_triple_is_explained_by_rule_commit_and_row(works: Works) -> None:
    done = works.call("run_reasoning")
    site = f"<http://mimir.local/p/works/id/Site/S1> {TYPE}"

    found = works.call("explain_triple", triple=f"{site} <{TERMS}Place>")["explanation"]

    assert done["inferred"] >= 3
    assert (found["kind"], found["rule"]) == ("inferred", "cax-sco")
    rows = [item["row"] for item in found["premises"] if "row" in item]
    assert rows == [{"table": "sites", "key": {"site_id": "S1"}, "file": "sites.csv", "row": 1}]
    assert all(item["commit"] for item in found["premises"])
    absent = works.call("explain_triple", triple=f"{site} <{TERMS}Asset>")["explanation"]
    assert absent["kind"] == "absent"


def test_dangerous_documents_are_refused_at_the_door(works: Works) -> None:
    text = '<!DOCTYPE r [<!ENTITY a "b">]><r/>'

    with pytest.raises(CallFailed, match="DOCTYPE"):
        works.call("import_ontology", text=text, format="rdfxml", action="apply")
    with pytest.raises(CallFailed, match="not valid"):
        works.call("import_ontology", text="<a> <b>", format="turtle", action="apply")


def test_going_back_takes_names_and_data_along(works: Works) -> None:
    back = works.call("roll_back_ontology", version=1)
    works.finished(back["run"])

    assert works.call("diff_ontology", old="1")["empty"]
    assert works.counts() == {"Machine": 4, "Site": 3}
    again = works.upload()
    assert (again["added"], again["removed"]) == (0, 0)
    assert works.call("diff_ontology", old="1")["empty"]
