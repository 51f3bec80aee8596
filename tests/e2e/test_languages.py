"""A text in several languages, through the whole chain: one property, a tag on every value."""

import io
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

TERMS = "http://mimir.local/p/books/ontology#"
DATA = "http://mimir.local/p/books/graph/data"
HEADER = "book_id,title_en,title_de,title (fr),remark,pages"


def rows(number: int) -> list[str]:
    """Write the lines of books, some without a French title."""
    french = ["", '"Livre ""bleu"""', "Livre \\ vert"]
    return [
        f"{n},Book {n},Buch {n} für dich,{french[n % 3]},note {n},{100 + n * 7 % 90}"
        for n in range(1, number)
    ]


class Books:
    """A project of books in three languages, behind the doors of an owner."""

    def __init__(self, owner: Owner, folder: Path) -> None:
        self.client = Client(owner.url)
        self.folder = folder
        self.call("create_project", name="books")

    def call(self, operation: str, **fields: Any) -> Any:
        """Call an operation, and wait for the run that it starts."""
        project = {} if "name" in fields else {"project": "books"}
        answer = self.client.call(OPERATIONS[operation], {**project, **fields})
        if isinstance(answer, dict) and answer.get("run"):
            assert finished(self.client, "books", answer["run"])["state"] == "succeeded"
        return answer

    def upload(self, header: str, lines: list[str], project: str = "books") -> None:
        """Upload the books and wait for the run."""
        path = self.folder / "books.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        sent = self.client.upload(project, [(path.name, path)])
        assert finished(self.client, project, sent["id"])["state"] == "succeeded"

    def triples(self, graph: str = DATA) -> set[str]:
        """Give the triples of a graph."""
        answer = self.client.request(
            "GET",
            "/projects/books/graph-store",
            params={"graph": graph},
            headers={"Accept": "application/n-triples"},
        )
        return set(answer.text.splitlines())

    def values(self, name: str) -> set[str]:
        """Give the values of a property as they stand in N-Triples."""
        term = f"<{TERMS}{name}> "
        return {
            line.split(term, 1)[1].removesuffix(" .") for line in self.triples() if term in line
        }

    def unpacked(self) -> Path:
        """Export the project, and unpack it."""
        content = self.client.request("GET", "/api/v1/projects/books/export.zip").content
        target = self.folder / "export"
        zipfile.ZipFile(io.BytesIO(content)).extractall(target)
        return target


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """Upload books."""
    folder = tmp_path_factory.mktemp("books")
    owner = Owner(settings_for(folder / "data"), port=0)
    owner.start()
    found = Books(owner, folder)
    found.upload(HEADER, rows(31))
    yield found
    owner.stop()


def test_the_columns_of_a_text_are_one_property_with_tagged_values(books: Books) -> None:
    titles = books.values("title")
    assert len(titles) == 30 + 30 + 2
    assert {'"Book 7"@en', '"Buch 7 für dich"@de'} <= titles
    assert {'"Livre \\"bleu\\""@fr', '"Livre \\\\ vert"@fr'} <= titles
    assert '"note 7"' in books.values("remark")
    languages = 'SELECT ?b WHERE { ?b ?p ?v FILTER(LANG(?v) = "fr") }'
    answer = books.client.request(
        "POST",
        "/projects/books/sparql",
        content=languages.encode(),
        headers={"Content-Type": "application/sparql-query", "Accept": "text/csv"},
    )
    assert len(answer.text.split()) == 1 + 20


def test_ontology_and_shapes_speak_of_languages_and_the_data_conform(books: Books) -> None:
    ontology = books.triples("http://mimir.local/p/books/graph/ontology")
    range_of_title = f"<{TERMS}title> <http://www.w3.org/2000/01/rdf-schema#range> "
    langstring = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString> ."
    assert range_of_title + langstring in ontology
    shapes = "\n".join(books.triples("http://mimir.local/p/books/graph/shapes"))
    assert "shacl#uniqueLang" in shapes
    assert "shacl#languageIn" in shapes
    assert books.call("list_violations")["items"] == []


@needs_morph_kgc
def test_another_engine_replays_the_same_literals(books: Books) -> None:
    theirs = parse(replay(books.unpacked()).encode(), format=RdfFormat.N_TRIPLES)
    ours = parse("\n".join(books.triples()).encode(), format=RdfFormat.N_TRIPLES)
    assert {str(quad.triple) for quad in theirs} == {str(quad.triple) for quad in ours}


@needs_owl_api
def test_the_export_is_clean_owl_dl(books: Books) -> None:
    unpacked = books.unpacked()
    assert dl_complaints([unpacked / name for name in ("ontology.owl", "ontology.ttl")]) == []


@needs_csvw
def test_the_metadata_of_the_tables_tell_the_language_of_a_column(books: Books) -> None:
    unpacked = books.unpacked()
    assert complaints(unpacked / "csv-metadata.json") == []
    (table,) = books.call("get_csvw")["metadata"]["tables"]
    columns = {column["name"]: column for column in table["tableSchema"]["columns"]}
    assert (columns["title_de"]["lang"], "lang" in columns["remark"]) == ("de", False)
    assert columns["title_de"]["propertyUrl"] == columns["title_en"]["propertyUrl"]


def test_the_schema_comes_back_from_an_import(books: Books) -> None:
    own = books.call("get_schema")
    books.call("create_project", name="copy")
    books.client.request(
        "PUT",
        "/api/v1/projects/copy/ontology",
        params={"action": "apply"},
        content=books.client.request("GET", "/api/v1/projects/books/export.zip").content,
        headers={"Content-Type": "application/zip"},
    )
    found = books.call("get_schema", project="copy")
    assert Schema.from_json(found["schema"]) == essence(Schema.from_json(own["schema"]))
    assert found["model"] == own["model"]


def test_a_person_takes_a_language_away_and_gives_another_column_one(books: Books) -> None:
    known = {"kind": "type", "table": "books", "datatype": "string"}
    plain = books.call("set_schema", **known, columns=["title (fr)"], reason="It is mixed.")
    tagged = books.call("set_schema", **known, columns=["remark"], language="pt-BR")
    assert (tagged["language"], plain["language"]) == ("pt-BR", None)
    assert not any(value.endswith("@fr") for value in books.values("title"))
    assert '"Livre \\\\ vert"' in books.values("titleFr")
    assert '"note 7"@pt-br' in books.values("remark")
    with pytest.raises(CallFailed, match="Only a string has a language"):
        books.call(
            "set_schema", kind="type", table="books", columns=["pages"],
            datatype="integer", language="en",
        )  # fmt: skip
    for item in books.call("list_schema_overrides")["items"]:
        books.call("unset_schema", override=item["id"])
    assert '"Livre \\\\ vert"@fr' in books.values("title")
    assert '"note 7"' in books.values("remark")


def test_an_upload_without_a_sister_leaves_the_others_as_they_were(books: Books) -> None:
    lines = [line.split(",", 2) for line in rows(31)]
    books.upload("book_id,title_en,pages", [f"{one},{two},1" for one, two, _ in lines])
    assert '"Book 7"@en' in books.values("title")
