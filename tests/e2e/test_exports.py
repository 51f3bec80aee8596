"""Exports that other tools take: a ZIP file that replays, validates, and comes back the same."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse

from app.client import CallFailed, Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from graph.schema import Schema
from tests.csvw_validator import complaints, needs_csvw
from tests.e2e.conftest import finished, settings_for
from tests.inference.essence import essence
from tests.morph_kgc import needs_morph_kgc, replay
from tests.owl_api import dl_complaints, needs_owl_api

FILES = {
    "sites.csv": "site_id;name;opened\nS 1;North, upper;03/02/2001\nS 2;South;28/12/1999\n"
    "S 3;West;15/06/2010\n",
    "machines.csv": "machine_id,site_id,serial,power_kw,state\n"
    "M1,S 1,1001,5.50,N/A\nM2,S 1,1002,7.5,ok\nM3,S 2,1003,x,ok\nM4,S 3,1004,9.0,ok\n",
    "notes.csv": "machine_id,text\nM1,same\nM1,same\nM2,other\n",
}


class Plant:
    """A project behind the doors of an owner, and the files of its export."""

    def __init__(self, client: Client, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.upload("plant")
        self.archive = self.export("plant")
        self.unpacked = folder / "export"
        zipfile.ZipFile(io.BytesIO(self.archive)).extractall(self.unpacked)

    def upload(self, project: str) -> None:
        """Upload the files and wait for the run."""
        if project not in {item["name"] for item in self.call("list_projects")["items"]}:
            self.call("create_project", name=project)
        paths = sorted((self.folder / "files").glob("*.csv"))
        run = self.client.upload(project, [(path.name, path) for path in paths])
        view = finished(self.client, project, run["id"])
        assert view["state"] == "succeeded", view

    def call(self, operation: str, **fields: Any) -> Any:
        """Call an operation."""
        return self.client.call(OPERATIONS[operation], fields)

    def export(self, project: str) -> bytes:
        """Export a project."""
        return self.client.request("GET", f"/api/v1/projects/{project}/export.zip").content

    def put(self, project: str, content: bytes, media: str, **query: str) -> dict[str, Any]:
        """Import the bytes of a file."""
        answer = self.client.request(
            "PUT",
            f"/api/v1/projects/{project}/ontology",
            params=query,
            content=content,
            headers={"Content-Type": media},
        )
        found: dict[str, Any] = answer.json()
        return found

    def lines(self, project: str, graph: str) -> set[str]:
        """Give the triples of a graph of the project."""
        place = f"/projects/{project}/graph-store"
        iri = f"http://mimir.local/p/{project}/graph/{graph}"
        answer = self.client.request(
            "GET", place, params={"graph": iri}, headers={"Accept": "application/n-triples"}
        )
        return set(answer.text.splitlines())


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """Three tables with odd cells, described, landed and exported."""
    folder = tmp_path_factory.mktemp("plant")
    (folder / "files").mkdir()
    for name, text in FILES.items():
        (folder / "files" / name).write_text(text, encoding="utf-8")
    owner = Owner(settings_for(folder / "data"), port=0)
    owner.start()
    yield Plant(Client(owner.url), folder)
    owner.stop()


@needs_morph_kgc
def test_the_unpacked_export_is_replayed_to_the_graph_that_landed(plant: Plant) -> None:
    theirs = parse(replay(plant.unpacked).encode(), format=RdfFormat.N_TRIPLES)
    ours = parse("\n".join(plant.lines("plant", "data")).encode(), format=RdfFormat.N_TRIPLES)
    assert {str(quad.triple) for quad in theirs} == {str(quad.triple) for quad in ours}


@needs_owl_api
def test_the_export_opens_without_a_complaint(plant: Plant) -> None:
    paths = [plant.unpacked / name for name in ("ontology.owl", "ontology.ttl")]
    assert dl_complaints(paths) == []


@needs_csvw
def test_the_metadata_are_true_of_the_tables_and_of_the_files_as_given(plant: Plant) -> None:
    assert complaints(plant.unpacked / "csv-metadata.json") == []
    sources = plant.unpacked / "sources"
    for name, text in FILES.items():
        (sources / name).write_text(text, encoding="utf-8")
    assert complaints(sources / "csv-metadata.json") == []


def test_the_metadata_tell_dialect_formats_and_null_words(plant: Plant) -> None:
    found = plant.call("get_csvw", project="plant")["metadata"]
    assert found == json.loads((plant.unpacked / "sources" / "csv-metadata.json").read_text())
    tables = {table["url"]: table for table in found["tables"]}
    columns = {
        url: {column["name"]: column for column in table["tableSchema"]["columns"]}
        for url, table in tables.items()
    }
    assert tables["sites.csv"]["dialect"]["delimiter"] == ";"
    opened = columns["sites.csv"]["opened"]
    assert opened["datatype"] == {"base": "date", "format": "d/M/yyyy"}
    assert tables["machines.csv"]["tableSchema"]["primaryKey"] == ["machine_id"]
    (key,) = tables["machines.csv"]["tableSchema"]["foreignKeys"]
    assert key["reference"] == {"resource": "sites.csv", "columnReference": ["site_id"]}
    assert columns["machines.csv"]["site_id"]["valueUrl"].endswith("/id/Site/{site_id}")
    assert tables["sites.csv"]["tableSchema"]["aboutUrl"].endswith("/id/Site/{site_id}")
    with pytest.raises(CallFailed, match="sources or tables"):
        plant.call("get_csvw", project="plant", files="all")


def test_the_tables_are_there_by_themselves(plant: Plant) -> None:
    answer = plant.client.request("GET", "/api/v1/projects/plant/tables.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert sorted(archive.namelist()) == sorted(FILES)
        sites = archive.read("sites.csv").decode().splitlines()
    assert sites[1] == 'S 1,"North, upper",2001-02-03'


def test_an_export_imported_into_a_new_project_gives_the_same_schema(plant: Plant) -> None:
    plant.call("create_project", name="copy")
    first = plant.put("copy", plant.archive, "application/zip", action="apply")
    again = plant.put("copy", plant.archive, "application/zip", action="dry-run")
    before = plant.call("get_schema", project="plant")
    after = plant.call("get_schema", project="copy")

    assert first["added"] > 100
    assert (again["added"], again["removed"]) == (0, 0)
    assert Schema.from_json(after["schema"]) == essence(Schema.from_json(before["schema"]))
    assert after["model"] == before["model"]


def test_files_that_come_after_an_import_keep_its_names(plant: Plant) -> None:
    plant.call("create_project", name="named")
    folder = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plant.archive)) as old, zipfile.ZipFile(folder, "w") as new:
        for name in ("ontology.ttl", "shapes.ttl", "mapping.rml.ttl"):
            text = old.read(name).decode()
            new.writestr(
                name,
                text.replace("ontology#Machine>", "ontology#Asset>").replace(
                    ":Machine ", ":Asset "
                ),
            )
    plant.put("named", folder.getvalue(), "application/zip", action="apply")
    plant.upload("named")
    model = plant.call("get_schema", project="named")["model"]
    assert {item["name"] for item in model["classes"]} == {"Asset", "Note", "Site"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"PK no", "cannot be read"), (None, "none of")],
)
def test_other_zip_files_are_refused(plant: Plant, content: bytes | None, reason: str) -> None:
    if content is None:
        other = io.BytesIO()
        with zipfile.ZipFile(other, "w") as archive:
            archive.writestr("x.txt", "x")
        content = other.getvalue()
    with pytest.raises(CallFailed, match=reason):
        plant.put("plant", content, "application/zip", action="apply")


def test_owl_xml_comes_in_by_the_door(plant: Plant) -> None:
    text = (
        '<?xml version="1.0"?><Ontology xmlns="http://www.w3.org/2002/07/owl#" '
        'ontologyIRI="urn:o"><Declaration><Class IRI="urn:o#Tool"/></Declaration></Ontology>'
    )
    plan = plant.put(
        "plant", text.encode(), "application/owl+xml", action="dry-run", strategy="merge"
    )
    assert plan["difference"]["classes"]["added"] == ["<urn:o#Tool>"]
    with pytest.raises(CallFailed, match="OWL/XML"):
        plant.put("plant", text.encode(), "application/rdf+xml", action="dry-run")
    with pytest.raises(CallFailed, match="functional"):
        plant.put("plant", b"Ontology(<urn:o>)", "text/turtle", action="dry-run")
