"""Ontologies of odd schemas are OWL 2 DL for the OWL API, and consistent for HermiT."""

import shutil
import subprocess
from pathlib import Path

import owlready2
import pytest
from hypothesis import HealthCheck, given, settings
from pyoxigraph import RdfFormat, parse, serialize

from app.demo_data import generate
from extraction.tables import stage
from graph.export import write_graph
from graph.names import ProjectNames
from graph.schema import Column, Datatype, Decision, Key, Reference, Schema, StagedTable, Table
from inference.infer import infer_schema
from inference.knowledge.naming import name_schema
from inference.knowledge.owl import ontology_quads
from tests.inference.knowledge import NAMES, shop_schema
from tests.inference.test_naming import schemas
from tests.owl_api import dl_complaints, needs_owl_api
from workers.describing import describe

SURE = Decision(1.0)
TYPES: tuple[Datatype, ...] = (
    "string", "integer", "decimal", "double", "boolean", "date", "dateTime", "time", "gYear",
)  # fmt: skip


def table(name: str, headers: list[str], *references: Reference, rows: int = 9) -> Table:
    """Make a table whose first column is its key and whose types take turns."""
    columns = tuple(
        Column(header, TYPES[place % len(TYPES)], SURE, nullable=bool(place), unique=not place)
        for place, header in enumerate(headers)
    )
    key = Key((headers[0],), SURE) if headers else None
    return Table(name, f"{name}.csv", rows, columns, key, (), references)


ODD: dict[str, Schema] = {
    "shop": shop_schema(),
    "texts in languages": Schema(
        (
            Table(
                "articles",
                "articles.csv",
                9,
                (
                    Column("id", "integer", SURE, nullable=False, unique=True),
                    Column("title_en", "string", SURE, nullable=False, language="en"),
                    Column("Title (DE)", "string", SURE, nullable=False, language="de"),
                    Column("title_pt_BR", "string", SURE, language="pt-br"),
                    Column("titleEN", "string", SURE, unique=True, language="en"),
                    Column("title", "string", SURE),
                    Column("note", "string", SURE, language="fr"),
                ),
                Key(("id",), SURE),
                (Key(("titleEN",), SURE),),
            ),
            table("issues", ["title_en", "title_de"]),
        )
    ),
    "reserved words": Schema(
        (
            table("Thing", ["Class", "type", "label", "comment", "sameAs", "Nothing", "date"]),
            table("Class", ["owl:Thing", "rdf:type", "a", "<b>", "&amp;", 'q"', "x;y", "#"]),
            table("Literal", ["nil", "first", "rest", "Property", "inverseOf"]),
        )
    ),
    "scripts": Schema(
        (
            table("Страны", ["код", "имя", "größe", "ΑΘΗΝΑ", "産品", "اسم", "הערה", "e\u0301"]),
            table("数据", ["編號", "m²", "½", "10 €", "%", "ไทย", "🚀", "_", "-"]),
        )
    ),
    "one name for all": Schema(
        (
            table("person", ["Person", "person", "persons", "PERSON", "person_id"]),
            table("persons", ["id", "Person"], Reference(("Person",), "person", ("Person",), SURE)),
            table("is person of", ["is_person_of", "isPersonOf"]),
        )
    ),
    "digits first": Schema((table("2024", ["1", "2nd", "3 rd", "007", "1e5", "0"]),)),
    "same after cleaning": Schema(
        (
            table("a b", ["x y", "x_y", "x-y", "xY", "X Y", "x  y"]),
            table("a_b", ["x y"]),
            table("a-b", ["x y"]),
        )
    ),
    "empty": Schema((table("nothing", ["a", "b"], rows=0), table("bare", []), table("", [""]))),
    "wide": Schema((table("wide", [f"column {number}" for number in range(300)]),)),
    "no tables": Schema(),
}


def save(schema: Schema, path: Path, names: ProjectNames = NAMES) -> Path:
    """Write the ontology of a schema, with all that is said of it, as RDF/XML."""
    found = describe(schema, name_schema(schema), (), names, version=1).quads
    quads = [quad for quad in found if quad.graph_name == names.ontology]
    path.write_text(write_graph(names, quads, "rdfxml"), encoding="utf-8")
    return path


def unsatisfiable(path: Path) -> list[str]:
    """Ask HermiT for classes that cannot have members; it fails on an inconsistent ontology.

    Not by owlready2, which lets it classify all pairs of properties too: minutes where this is one.
    """
    folder = Path(owlready2.__file__).parent / "hermit"
    command = ["java", "-cp", f"{folder}:{folder / 'HermiT.jar'}"]
    command += ["org.semanticweb.HermiT.cli.CommandLine", "-U", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    header, *classes = (line.strip() for line in done.stdout.splitlines())
    assert header == "Classes equivalent to 'owl:Nothing':", done.stdout
    return [name for name in classes if name and name != "owl:Nothing"]


@needs_owl_api
def test_odd_schemas_give_clean_owl_dl(tmp_path: Path) -> None:
    paths = [save(schema, tmp_path / f"{name}.owl") for name, schema in ODD.items()]
    turtle = tmp_path / "scripts.ttl"
    quads = ontology_quads(name_schema(ODD["scripts"]), ODD["scripts"], NAMES, version=1)
    turtle.write_text(write_graph(NAMES, quads, "turtle"), encoding="utf-8")
    assert dl_complaints([*paths, turtle]) == []


@needs_owl_api
@pytest.mark.slow
@pytest.mark.parametrize("name", ["shop", "scripts", "one name for all", "same after cleaning"])
def test_odd_schemas_are_consistent(name: str, tmp_path: Path) -> None:
    assert unsatisfiable(save(ODD[name], tmp_path / "odd.owl")) == []


@needs_owl_api
@pytest.mark.slow
def test_random_schemas_give_clean_owl_dl(tmp_path: Path) -> None:
    paths: list[Path] = []

    @settings(
        max_examples=40, derandomize=True, deadline=None, suppress_health_check=[*HealthCheck]
    )
    @given(schemas())
    def collect(schema: Schema) -> None:
        paths.append(save(schema, tmp_path / f"{len(paths)}.owl"))

    collect()
    assert dl_complaints(paths) == []


def inferred(folder: Path, scratch: Path) -> Schema:
    """Stage and infer the CSV files of a folder."""
    tables: list[StagedTable] = []
    for path in sorted(folder.glob("*.csv")):
        tables += stage(path, name=path.name, sha256="0" * 64, folder=scratch).tables
    return infer_schema(tables)


@needs_owl_api
@pytest.mark.slow
def test_the_ontology_of_the_demo_is_clean_and_consistent(tmp_path: Path) -> None:
    generate(tmp_path / "demo")
    path = save(inferred(tmp_path / "demo", tmp_path), tmp_path / "demo.owl")
    assert dl_complaints([path]) == []
    assert unsatisfiable(path) == []


@pytest.mark.skipif(shutil.which("java") is None, reason="needs Java")
def test_a_class_without_possible_members_and_a_contradiction_are_noticed(tmp_path: Path) -> None:
    prefixes = "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix : <urn:o#> .\n"
    prefixes += "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    classes = ":A a owl:Class . :B a owl:Class ; rdfs:subClassOf :A ; owl:disjointWith :A ."
    path = tmp_path / "odd.owl"
    for text in (classes, f"{classes} :x a owl:NamedIndividual, :B ."):
        quads = parse(f"{prefixes}<urn:o> a owl:Ontology . {text}".encode(), RdfFormat.TURTLE)
        path.write_bytes(serialize((quad.triple for quad in quads), format=RdfFormat.RDF_XML))
        if text == classes:
            assert unsatisfiable(path) == [":B"]
    with pytest.raises(AssertionError, match="Inconsistent"):
        unsatisfiable(path)
