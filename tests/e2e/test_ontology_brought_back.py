"""An ontology edited in another tool and brought back: proposal, data, re-run, and back again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph, URIRef
from rdflib.compare import to_isomorphic

from app.client import CallFailed, Client
from app.wiring import Owner
from graph.vocab import OWL, RDFS, XSD
from tests.e2e.conftest import settings_for
from tests.e2e.test_ontologies import MACHINES, SITES, TERMS, Works
from tests.owl_api import needs_owl_api, owl_api

_PREFIXES = f"PREFIX : <{TERMS}> PREFIX rdfs: <{RDFS}> PREFIX xsd: <{XSD}> PREFIX owl: <{OWL}> "
_RENAME = """
DELETE {{ ?s ?p :{old} }} INSERT {{ ?s ?p :{new} }} WHERE {{ ?s ?p :{old} }} ;
DELETE {{ :{old} ?p ?o }} INSERT {{ :{new} ?p ?o }} WHERE {{ :{old} ?p ?o }} ;
"""
_RDF_XML = "application/rdf+xml"


class Edited(Works):
    """A project whose ontology is edited elsewhere."""

    def put(self, content: bytes, media: str = _RDF_XML, **query: str) -> dict[str, Any]:
        """Import a document."""
        place = "/api/v1/projects/works/ontology"
        headers = {"Content-Type": media}
        answer = self.client.request("PUT", place, params=query, content=content, headers=headers)
        found: dict[str, Any] = answer.json()
        return found

    def edited(self, update: str) -> bytes:
        """Edit the exported ontology with rdflib."""
        graph = Graph().parse(data=self.archive().read("ontology.owl"), format="xml")
        graph.update(_PREFIXES + update)
        return graph.serialize(format="xml").encode()

    def accept(self, proposal: str) -> None:
        """Approve and apply a proposal, and wait for the runs that follow."""
        self.call("approve_proposal", proposal=proposal, by="somebody")
        self.call("apply_proposal", proposal=proposal, by="somebody")
        for run in self.call("list_project_runs")["items"]:
            self.finished(run["id"])

    def types(self) -> list[tuple[str, str]]:
        """List the types that people gave."""
        edits = self.call("list_ontology_edits")["items"]
        return [(edit["target"], edit["value"]) for edit in edits if edit["kind"] == "retype"]

    def graph(self, name: str) -> Graph:
        """Read a graph of the project, without the numbers of versions."""
        iri = f"http://mimir.local/p/works/graph/{name}"
        answer = self.client.request(
            "GET",
            "/projects/works/graph-store",
            params={"graph": iri},
            headers={"Accept": "application/n-triples"},
        )
        lines = (line for line in answer.text.splitlines() if "#version" not in line)
        return Graph().parse(data="\n".join(lines), format="nt")

    def state(self) -> list[Any]:
        """Give data, ontology, shapes and mapping; blank nodes count by what they say."""
        names = ("data", "ontology", "shapes", "mapping")
        return [to_isomorphic(self.graph(name)) for name in names]


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edited]:
    """Two tables, described, landed and published; each test leaves the data as they were."""
    folder = tmp_path_factory.mktemp("works")
    (folder / "sites.csv").write_text(SITES, encoding="utf-8")
    (folder / "machines.csv").write_text(MACHINES, encoding="utf-8")
    owner = Owner(settings_for(folder / "data"), port=0)
    owner.start()
    found = Edited(Client(owner.url), folder)
    found.upload()
    found.call("publish_ontology", note="First")
    yield found
    owner.stop()


def test_renames_of_another_tool_reach_the_data_stay_and_can_be_taken_back(works: Edited) -> None:
    before = works.state()
    update = _RENAME.format(old="Machine", new="Asset") + _RENAME.format(old="serial", new="number")
    plan = works.put(works.edited(f"{update} INSERT DATA {{ :Asset rdfs:comment 'mine'@en }}"))
    renamed = {(item["old"], item["new"]) for item in plan["difference"]["renamed"]}
    assert renamed == {
        (f"<{TERMS}Machine>", f"<{TERMS}Asset>"),
        (f"<{TERMS}serial>", f"<{TERMS}number>"),
    }

    works.accept(plan["proposal"])
    assert works.counts() == {"Asset": 4, "Site": 3}
    for name in ("data", "ontology", "shapes", "mapping"):
        assert "#Machine>" not in works.graph(name).serialize(format="nt"), name
    axioms = works.call("diff_ontology", old="1")["difference"]["axioms"]
    assert axioms == {"added": [], "removed": [], "changed": []}
    kept = works.state()
    again = works.upload()
    assert (again["added"], again["removed"]) == (0, 0)
    assert works.state() == kept

    works.finished(works.call("roll_back_ontology", version=1)["run"])
    assert works.state() == before
    again = works.upload()
    assert (again["added"], again["removed"]) == (0, 0)


def test_a_range_of_another_tool_types_the_data_until_it_is_taken_back(works: Edited) -> None:
    before = works.graph("data")
    plan = works.put(
        works.edited(
            "DELETE { :serial rdfs:range ?r } INSERT { :serial rdfs:range xsd:string } "
            "WHERE { :serial rdfs:range ?r }"
        )
    )
    assert (plan["added"], plan["removed"]) == (1, 1)
    works.accept(plan["proposal"])
    texts = [value.n3() for value in works.graph("data").objects(None, URIRef(f"{TERMS}serial"))]
    assert sorted(texts) == ['"1001"', '"1002"', '"1003"', '"1004"']
    assert works.types() == [("serial", "string")]
    works.upload()
    assert len(works.graph("data")) == len(before)

    works.finished(works.call("roll_back_ontology", version=1)["run"])
    assert to_isomorphic(works.graph("data")) == to_isomorphic(before)
    assert works.types() == []


@needs_owl_api
def test_what_the_owl_api_wrote_again_is_no_change_at_the_door(
    works: Edited, tmp_path: Path
) -> None:
    works.call("edit_ontology", kind="merge", target="Site", value="Machine")
    path = tmp_path / "ontology.owl"
    path.write_bytes(works.archive().read("ontology.owl"))
    media = {
        "rdfxml": _RDF_XML,
        "turtle": "text/turtle",
        "owlxml": "application/owl+xml",
    }
    owl_api(*(f"save|{path}|{tmp_path / form}|{form}" for form in media))
    for form, kind in media.items():
        plan = works.put((tmp_path / form).read_bytes(), kind, action="dry-run")
        assert (plan["added"], plan["removed"]) == (0, 0), form


def test_documents_that_are_broken_are_refused_with_the_reason(works: Edited) -> None:
    whole = works.archive().read("ontology.owl")
    other = b'<Ontology xmlns="http://www.w3.org/2002/07/owl#"><Teleport/></Ontology>'
    for content, media, reason in (
        (whole[: len(whole) // 2], _RDF_XML, "not well-formed"),
        (b"", _RDF_XML, "not well-formed"),
        (b"# nothing", "text/turtle", "says nothing"),
        (other, "application/owl+xml", "Teleport"),
    ):
        with pytest.raises(CallFailed, match=reason):
            works.put(content, media, action="dry-run")
    turtle = b"\xef\xbb\xbf" + works.archive().read("ontology.ttl")
    plan = works.put(turtle, "text/turtle", action="dry-run")
    assert (plan["added"], plan["removed"]) == (0, 0)
