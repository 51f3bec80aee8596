"""Versions of the ontology, the export that other tools open, imports and migrations."""

import io
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import owlready2
import pytest
from pyoxigraph import RdfFormat, parse

from graph.changes import ChangeSet
from graph.errors import BadInput, NotFound
from graph.ontology.export import export_zip
from graph.ontology.lint import dl_problems
from graph.ontology.migration import Renamed, plan_migration
from graph.ontology.reading import ImportPlan, check_content, media_type, plan_import
from graph.ontology.versions import (
    compare,
    current_graphs,
    list_versions,
    next_number,
    publish,
    roll_back_change,
)
from graph.projects import Project, Projects
from graph.readers.pool import Limits, ReaderPool
from graph.terms import BlankNode, Literal, NamedNode, Quad
from graph.vocab import OWL, RDF, RDFS

NOON = datetime(2024, 5, 17, 12, tzinfo=UTC)
TURTLE = """
@prefix : <https://example.org/p/shop/ontology#> .
@prefix mimir: <https://w3id.org/mimir-aip/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://example.org/p/shop/ontology> a owl:Ontology ;
  owl:versionIRI <https://example.org/p/shop/graph/ontology/v1> ; owl:versionInfo "1" .
mimir:fromTable a owl:AnnotationProperty .
:Pump a owl:Class ; rdfs:label "pump" ; mimir:fromTable "pumps" .
:Site a owl:Class ; rdfs:label "site" ; mimir:fromTable "sites" .
:site a owl:ObjectProperty ; rdfs:domain :Pump ; rdfs:range :Site ; mimir:fromTable "pumps" .
:name a owl:DatatypeProperty ; rdfs:range xsd:string ;
  rdfs:domain [ a owl:Class ; owl:unionOf ( :Pump :Site ) ] .
[] a owl:AllDisjointClasses ; owl:members ( :Pump :Site ) .
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project with a small ontology and two things."""
    projects = Projects(tmp_path / "data", "https://example.org/", lambda: NOON)
    shop = projects.create("shop")
    names = shop.names
    shop.commit(ChangeSet(added=tuple(ontology(names.ontology))))
    pump, site = names.thing("Pump", ["P 1"]), names.thing("Site", ["S1"])
    shop.commit(
        ChangeSet(
            added=(
                Quad(pump, RDF.type, names.term("Pump"), names.data),
                Quad(pump, names.term("site"), site, names.data),
                Quad(site, RDF.type, names.term("Site"), names.data),
                Quad(site, names.term("name"), Literal("id/Pump/x"), names.data),
            )
        )
    )
    yield shop
    projects.close()


@pytest.fixture
def readers(tmp_path: Path) -> Iterator[ReaderPool]:
    """One reader."""
    pool = ReaderPool(1, Limits(seconds=30, memory=2 << 30), tmp_path / "spool")
    yield pool
    pool.close()


def ontology(graph: NamedNode, text: str = TURTLE) -> list[Quad]:
    return [
        Quad(quad.subject, quad.predicate, quad.object, graph)
        for quad in parse(text.encode(), RdfFormat.TURTLE)
    ]


def label(project: Project, name: str, text: str) -> None:
    names = project.names
    term = names.term(name)
    old = tuple(
        quad
        for quad in project.dataset.quads(names.ontology)
        if quad.subject == term and quad.predicate == RDFS.label
    )
    new = Quad(term, RDFS.label, Literal(text), names.ontology)
    project.commit(ChangeSet(added=(new,), removed=old))


def test_a_published_version_stays_and_the_header_moves_on(project: Project) -> None:
    names = project.names

    version = publish(project, author="ann", note="First", at=NOON)

    assert list_versions(project.reader(names.meta)) == (version,)
    assert (version.number, version.author, version.note) == (1, "ann", "First")
    assert next_number(project.reader(names.meta)) == 2
    copy = names.graph("ontology", "v1")
    iri = names.ontology_iri
    found = {
        quad.object for quad in project.dataset.quads(copy) if quad.predicate == OWL.versionIRI
    }
    assert found == {copy}
    header = Quad(iri, OWL.versionInfo, Literal("2"), names.ontology)
    assert header in list(project.dataset.quads(names.ontology))
    assert compare(project, "1", "now").empty


def test_nothing_new_is_not_published_twice(project: Project) -> None:
    publish(project, author="ann", note="First", at=NOON)

    with pytest.raises(BadInput, match="Nothing changed"):
        publish(project, author="ann", note="Again", at=NOON)


def test_a_difference_names_what_a_term_says_now(project: Project) -> None:
    publish(project, author="ann", note="", at=NOON)
    label(project, "Site", "plant")

    diff = compare(project, "1", "now")

    (change,) = diff.classes.changed
    assert change.iri == str(project.names.term("Site"))
    assert change.added == (f'{RDFS.label} "plant"',)
    assert change.removed == (f'{RDFS.label} "site"',)


def test_going_back_makes_the_current_graphs_those_of_the_version(project: Project) -> None:
    publish(project, author="ann", note="", at=NOON)
    label(project, "Site", "plant")
    publish(project, author="ann", note="", at=NOON)

    change = roll_back_change(project, 1, author="ann")
    project.commit(change, replacing=current_graphs(project.names))

    assert compare(project, "1", "now").empty
    assert not compare(project, "2", "now").empty
    with pytest.raises(NotFound):
        roll_back_change(project, 7, author="ann")


def test_the_export_is_clean_and_the_same_each_time(project: Project) -> None:
    first = export_zip(project)

    assert first == export_zip(project)
    archive = zipfile.ZipFile(io.BytesIO(first))
    assert archive.namelist() == [
        "README.txt",
        "catalog-v001.xml",
        "mapping.rml.ttl",
        "ontology.owl",
        "ontology.ttl",
        "shapes.ttl",
    ]
    assert "Not clean" not in archive.read("README.txt").decode()
    catalog = archive.read("catalog-v001.xml").decode()
    assert f'name="{project.names.ontology_iri.value}"' in catalog
    assert "genid" not in archive.read("ontology.ttl").decode()


@pytest.mark.skipif(shutil.which("java") is None, reason="the reasoner needs Java")
def test_the_export_is_consistent(project: Project, tmp_path: Path) -> None:
    zipfile.ZipFile(io.BytesIO(export_zip(project))).extractall(tmp_path / "out")
    world = owlready2.World()
    loaded = world.get_ontology((tmp_path / "out" / "ontology.owl").as_uri()).load()

    with loaded:
        owlready2.sync_reasoner_hermit(world, debug=0)

    assert list(world.inconsistent_classes()) == []
    assert {item.name for item in loaded.classes()} == {"Pump", "Site"}


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (":a rdfs:subClassOf :B . :a a owl:Class .", "used as a class"),
        (":Site a owl:ObjectProperty .", "one name is one thing"),
        (":when a owl:DatatypeProperty ; rdfs:range xsd:date .", "no OWL 2 datatype"),
        (':Site rdfs:comment "2024-01-01"^^xsd:date .', "used for a literal"),
        (":Pump :unknown 5 .", "used as a property"),
        ("<https://example.org/p/shop/ontology> owl:imports <urn:x> .", "is imported"),
        (":t a owl:ObjectProperty, owl:TransitiveProperty, owl:FunctionalProperty .", "transitive"),
        (":C a rdfs:Class .", "owl:Class"),
        ("<urn:other> a owl:Ontology .", "2 ontology headers"),
    ],
)
def test_what_is_not_dl_is_named(more: str, problem: str) -> None:
    assert dl_problems(ontology(NamedNode("urn:g"))) == ()

    found = dl_problems(ontology(NamedNode("urn:g"), TURTLE + more))

    assert any(problem in item for item in found), found


def test_an_export_that_comes_back_changes_nothing(project: Project) -> None:
    names = project.names
    text = zipfile.ZipFile(io.BytesIO(export_zip(project))).read("ontology.ttl").decode()

    plan = planned(project, text)

    assert (plan.added, plan.removed) == ((), ())
    assert plan.diff.empty
    assert names.skolem in "".join(map(str, project.dataset.quads(names.ontology)))


def test_an_edited_export_is_a_small_difference_with_renames_by_evidence(project: Project) -> None:
    text = zipfile.ZipFile(io.BytesIO(export_zip(project))).read("ontology.ttl").decode()

    plan = planned(project, text.replace('"site"', '"plant"').replace(":Pump", ":Machine"))

    (rename,) = plan.diff.renamed
    assert (rename.kind, rename.evidence) == ("class", "Both are filled from pumps.")
    assert rename.new == str(project.names.term("Machine"))
    assert [change.iri for change in plan.diff.classes.changed] == [str(project.names.term("Site"))]
    assert plan.diff.properties.changed == ()
    assert plan.diff.axioms.added == ()


def test_a_merge_takes_nothing_away_and_leaves_a_foreign_header_out(project: Project) -> None:
    text = (
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . <urn:o> a owl:Ontology ; "
        "owl:imports <urn:far> . <urn:o#Tool> a owl:Class ."
    )

    plan = planned(project, text, "merge")

    assert [str(quad.subject) for quad in plan.added] == ["<urn:o#Tool>"]
    assert plan.removed == ()
    assert len(plan.notes) == 2


@pytest.mark.parametrize(
    ("content", "form", "reason"),
    [
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', "rdfxml", "DOCTYPE"),
        (b"\xff\xfe<\x00", "rdfxml", "UTF-8"),
        (b'<Ontology xmlns="http://www.w3.org/2002/07/owl#"/>', "rdfxml", "OWL/XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><Ontology/>', "owlxml", "DOCTYPE"),
        (b"# by a tool\nPrefix(:=<urn:x#>)\nOntology(<urn:x>)", "turtle", "functional syntax"),
    ],
)
def test_dangerous_and_unreadable_files_are_refused(content: bytes, form: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        check_content(content, media_type(form))


def test_unknown_formats_are_refused() -> None:
    with pytest.raises(BadInput, match="functional and Manchester syntax are not read"):
        media_type("text/owl-functional")
    with pytest.raises(BadInput, match="must be one of"):
        media_type("docx")


def test_data_follows_renamed_terms_with_its_iris_and_literals_stay(
    project: Project, readers: ReaderPool, tmp_path: Path
) -> None:
    names = project.names
    renames = [
        Renamed("class", names.term("Pump"), names.term("Machine")),
        Renamed("property", names.term("site"), names.term("place")),
    ]
    (tmp_path / "work").mkdir()
    before = project.dataset.sequence

    plan = plan_migration(project, readers, renames, tmp_path / "work", author="ann")

    assert (plan.added, plan.removed, len(plan.sample)) == (2, 2, 2)
    assert project.dataset.sequence == before
    project.commit(plan.change)
    machine, site = names.thing("Machine", ["P 1"]), names.thing("Site", ["S1"])
    assert {quad.triple for quad in project.dataset.quads(names.data)} == {
        Quad(machine, RDF.type, names.term("Machine"), names.data).triple,
        Quad(machine, names.term("place"), site, names.data).triple,
        Quad(site, RDF.type, names.term("Site"), names.data).triple,
        Quad(site, names.term("name"), Literal("id/Pump/x"), names.data).triple,
    }


def test_a_change_of_properties_alone_reads_only_those(
    project: Project, readers: ReaderPool, tmp_path: Path
) -> None:
    names = project.names
    renames = [Renamed("property", names.term("name"), names.term("title"))]
    (tmp_path / "work").mkdir()

    plan = plan_migration(project, readers, renames, tmp_path / "work", author="ann")

    assert (plan.added, plan.removed) == (1, 1)
    with pytest.raises(BadInput):
        plan_migration(project, readers, [], tmp_path / "work", author="ann")


def planned(project: Project, text: str, strategy: str = "replace") -> ImportPlan:
    names = project.names
    imported = [
        Quad(renamed(quad.subject), quad.predicate, renamed(quad.object), names.ontology)
        for quad in parse(text.encode(), RdfFormat.TURTLE)
    ]
    current = sorted(project.dataset.quads(names.ontology), key=str)
    return plan_import(imported, current, names, strategy=strategy)


def renamed(term: object) -> object:
    skolem = "https://example.org/p/shop/.well-known/genid/"
    return NamedNode(f"{skolem}new-{term.value}") if isinstance(term, BlankNode) else term
