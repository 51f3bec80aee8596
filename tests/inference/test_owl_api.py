"""Ontologies of odd schemas are OWL 2 DL for the OWL API, and consistent for HermiT."""

import os
from pathlib import Path

import owlready2
import pytest
from hypothesis import HealthCheck, given, settings

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
SHARED = os.environ.get("MIMIR_SHARED", "")


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


def unsatisfiable(path: Path) -> list[object]:
    """Ask HermiT for classes that cannot have members; it fails on an inconsistent ontology."""
    world = owlready2.World()
    ontology = world.get_ontology(path.as_uri()).load()
    with ontology:
        owlready2.sync_reasoner_hermit(world, debug=0)
    return list(world.inconsistent_classes())


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


def known_sets() -> list[Path]:
    """List the folders of known data, when there are some."""
    root = Path(SHARED) / "data" / "schema"
    return sorted({path.parent for path in root.rglob("truth.json")}) if SHARED else []


@needs_owl_api
@pytest.mark.slow
@pytest.mark.skipif(not SHARED, reason="MIMIR_SHARED names no folder of known data")
def test_known_sets_give_clean_and_consistent_owl_dl(tmp_path: Path) -> None:
    paths = []
    for folder in known_sets():
        schema = inferred(folder, tmp_path)
        paths.append(save(schema, tmp_path / f"{len(paths)} {folder.name}.owl"))
    assert dl_complaints(paths) == []
    assert [unsatisfiable(path) for path in paths] == [[] for _ in paths]
