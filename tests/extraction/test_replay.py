"""The exported mapping, replayed by Morph-KGC on the exported tables, gives what landed."""

import csv
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from extraction.landing.mapping import land
from extraction.landing.replay import write_replay
from extraction.tables import stage
from graph.model import KnowledgeModel
from graph.names import ProjectNames
from graph.schema import Schema, StagedTable
from graph.terms import BlankNode
from inference.infer import infer_schema
from inference.knowledge.naming import name_schema
from inference.knowledge.rml import rml_quads
from inference.knowledge.table_facts import table_quads
from tests.morph_kgc import needs_morph_kgc, replay

NAMES = ProjectNames("https://example.org/", "shop")
Rows = Sequence[Sequence[str]]

CITIES: Rows = [
    ["code", "name", "founded", "area"],
    ["O/1 %20", 'Os"lo', "01/02/1048", "1.234,50"],
    ["ü;b", "Zürich\\n", "28/11/0900", "91,9"],
    ["{x}", "two\nlines", "13/12/1291", "7,0"],
    ["日本", "NA", "31/01/1603", "0,25"],
]
PEOPLE: Rows = [
    ["id", "city", "born", "active", "note", "size"],
    ["1", "O/1 %20", "2001-02-03 04:05:06", "Yes", "N/A", "1.0"],
    ["2", "ü;b", "2001-02-03 04:05", "no", "plain", "2.50"],
    ["3", "nowhere", "2001-02-04 00:00:00", "YES", "x\\y", "+3"],
    ["4", "", "2001-02-05 00:00:00", "No", "a,b", ".5"],
    ["5", "日本", "2001-02-06 10:00:00", "no", "'", "1,000.25"],
]
NOTES: Rows = [
    ["person_id", "text"],
    ["1", "same"],
    ["1", "same"],
    ["2", "é"],
    ["9", "orphan"],
    ["", "nobody"],
]


def write(folder: Path, tables: Mapping[str, Rows]) -> None:
    """Write tables as CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)


def prepared(folder: Path) -> tuple[list[StagedTable], Schema, KnowledgeModel]:
    """Stage and infer all CSV files of a folder."""
    tables: list[StagedTable] = []
    staging = folder / "staged"
    staging.mkdir(exist_ok=True)
    for path in sorted(folder.glob("*.csv")):
        tables += stage(path, name=path.name, sha256="0" * 64, folder=staging).tables
    schema = infer_schema(tables)
    return tables, schema, name_schema(schema)


def landed_and_replayed(folder: Path) -> tuple[set[str], set[str]]:
    """Land the CSV files of a folder, and replay their mapping; gives the triples of both."""
    tables, schema, model = prepared(folder)
    land(tables, schema, model, NAMES, "i", folder / "data.nq")
    write_replay(tables, schema, model, NAMES, folder / "tables.zip")
    out = folder / "replay"
    zipfile.ZipFile(folder / "tables.zip").extractall(out)
    lines = [
        f"{quad.subject} {quad.predicate} {quad.object} .\n"
        for quad in (*rml_quads(model, schema, NAMES), *table_quads(model, schema, NAMES))
        if not isinstance(quad.subject, BlankNode) and not isinstance(quad.object, BlankNode)
    ]
    (out / "mapping.rml.ttl").write_text("".join(lines), encoding="utf-8")
    ours = parse(path=str(folder / "data.nq"), format=RdfFormat.N_QUADS)
    theirs = parse(replay(out).encode(), format=RdfFormat.N_TRIPLES)
    return {str(quad.triple) for quad in ours}, {str(quad.triple) for quad in theirs}


@needs_morph_kgc
def test_odd_cells_keys_and_references_are_replayed_to_the_same_triples(tmp_path: Path) -> None:
    write(tmp_path, {"cities": CITIES, "people": PEOPLE, "notes": NOTES})
    ours, theirs = landed_and_replayed(tmp_path)
    assert len(ours) > 40
    assert theirs == ours


@needs_morph_kgc
def test_pairs_and_references_by_another_column_are_replayed(tmp_path: Path) -> None:
    users = [["id", "email", "tier"], *([str(i), f"u{i}@x.org", str(i % 3)] for i in range(1, 40))]
    tags = [["tag_id", "label"], *([f"T-{i:03}", f"tag {i}"] for i in range(30))]
    pairs = [["user_id", "tag_id"], *([str(i), f"T-{i % 30:03}"] for i in range(1, 40))]
    mails = [["no", "email"], *([str(i), f"u{i % 39 + 1}@x.org"] for i in range(100))]
    write(tmp_path, {"users": users, "tags": tags, "user_tags": pairs, "mails": mails})
    _, _, model = prepared(tmp_path)
    ours, theirs = landed_and_replayed(tmp_path)
    assert any(link.target_columns == ("email",) for item in model.classes for link in item.links)
    assert theirs == ours


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=6
).filter(lambda text: text.strip() == text and text.casefold() != "nan")


@needs_morph_kgc
@pytest.mark.slow
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.tuples(TEXTS, TEXTS, st.integers(-(2**50), 2**50)), min_size=3, max_size=12),
    st.data(),
)
def test_random_tables_are_replayed(
    tmp_path_factory: pytest.TempPathFactory,
    parents: list[tuple[str, str, int]],
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("random")
    keys = sorted({key for key, _, _ in parents})
    children = data.draw(st.lists(st.sampled_from(keys), min_size=3, max_size=12))
    rows = [["key", "text", "number"], *([*map(str, row)] for row in parents)]
    pointing = [["n", "key"], *([str(number), key] for number, key in enumerate(children))]
    write(folder, {"parents": rows, "children": pointing})
    ours, theirs = landed_and_replayed(folder)
    assert theirs == ours


def test_the_tables_are_written_the_same_each_time_and_hold_what_landed(tmp_path: Path) -> None:
    write(tmp_path, {"cities": CITIES, "people": PEOPLE, "notes": NOTES})
    tables, schema, model = prepared(tmp_path)
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    write_replay(tables, schema, model, NAMES, first)
    write_replay(tables, schema, model, NAMES, second)
    assert first.read_bytes() == second.read_bytes()
    archive = zipfile.ZipFile(first)
    assert archive.namelist() == ["cities.csv", "notes.csv", "people.csv"]
    people = list(csv.DictReader(archive.read("people.csv").decode().splitlines()))
    assert [row["active"] for row in people[:2]] == ["true", "false"]
    notes = list(csv.DictReader(archive.read("notes.csv").decode().splitlines()))
    assert len({row["row IRI"] for row in notes}) == len(NOTES) - 1
