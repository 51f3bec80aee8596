"""Rows in, triples out: what lands, what is quarantined, and that the counts agree."""

from pathlib import Path

import pytest

from extraction.landing.mapping import land, quarantine_quads
from extraction.landing.quarantine import write_quads
from graph.errors import BadInput
from graph.model import JunctionDef, KnowledgeModel
from graph.oxigraph import OxigraphStore
from graph.schema import Column, Datatype, Schema, Table
from graph.terms import Literal, Quad
from graph.vocab import MIMIR, RDF, XSD
from tests.extraction.mapping_cases import (
    NAMES,
    SURE,
    described,
    edges,
    landed,
    link,
    records,
    shop,
    stage,
    table,
    value,
)


def test_every_row_lands_or_is_quarantined(tmp_path: Path) -> None:
    staged, schema, model = shop(tmp_path)
    landing = land(staged, schema, model, NAMES, "i1", tmp_path / "data.nq")
    counts = {item.table: item for item in landing.tables}
    assert (counts["order"].rows_in, counts["order"].rows_landed) == (7, 4)
    assert counts["order"].rows_quarantined == 3
    assert counts["customer"].rows_landed == 3
    assert landed(landing).count(NAMES.data) == sum(item.triples for item in landing.tables)


def test_edges_are_the_joining_rows(tmp_path: Path) -> None:
    staged, schema, model = shop(tmp_path)
    landing = land(staged, schema, model, NAMES, "i1", tmp_path / "data.nq")
    assert edges(landing, "buyer") == {
        ("Order/1", "Customer/ALFKI"): 1,
        ("Order/2", "Customer/a%2Fb%3Bc"): 1,
    }


def test_individuals_have_the_names_that_the_names_module_mints(tmp_path: Path) -> None:
    staged, schema, model = shop(tmp_path)
    store = landed(land(staged, schema, model, NAMES, "i1", tmp_path / "data.nq"))
    customer = NAMES.thing("Customer", ["a/b;c"])
    assert store.contains(Quad(customer, RDF.type, NAMES.term("Customer"), NAMES.data))
    day = Literal("2024-05-01", datatype=XSD.date)
    assert store.contains(Quad(NAMES.thing("Order", ["1"]), NAMES.term("day"), day, NAMES.data))


def test_bad_cells_are_recorded_with_reason_and_repair(tmp_path: Path) -> None:
    staged, schema, model = shop(tmp_path)
    landing = land(staged, schema, model, NAMES, "i1", tmp_path / "data.nq")
    found = records(landing)
    base = NAMES.record("quarantine", "i1", "order").value
    assert sorted(found) == sorted(
        f"{base}/{part}"
        for part in ("2/day", "2/weight", "3/customer/buyer", "3/day", "4/id", "5/id", "6/id")
    )
    assert found[f"{base}/2/weight"] == {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": MIMIR.QuarantinedCell.value,
        "sourceFile": "order.csv",
        "sourceTable": "order",
        "sourceRow": "2",
        "sourceColumn": "weight",
        "value": "72.4 °C",
        "reason": "This is not a valid decimal.",
        "proposedRepair": "72.4",
        "focusNode": NAMES.thing("Order", ["2"]).value,
        "path": NAMES.term("weight").value,
    }
    assert found[f"{base}/3/customer/buyer"]["proposedRepair"] == "ALFKI"
    assert found[f"{base}/3/day"]["value"] == "01.02.2024"
    assert found[f"{base}/4/id"]["reason"] == "The key is the same as in row 2."
    assert found[f"{base}/5/id"]["reason"] == "The key has no valid value."
    assert "proposedRepair" not in found[f"{base}/2/day"]


def test_bulk_quarantine_file_says_the_same_as_the_quads(tmp_path: Path) -> None:
    staged, schema, model = shop(tmp_path)
    landing = land(staged, schema, model, NAMES, "i1", tmp_path / "data.nq")
    graph = NAMES.quarantine("i1")
    write_quads(landing.cells, graph, tmp_path / "quarantine.nq")
    store = OxigraphStore()
    store.load(tmp_path / "quarantine.nq")
    assert set(store.quads(graph)) == set(quarantine_quads(landing, NAMES, "i1"))


def test_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    staged, schema, model = shop(tmp_path)
    first = land(staged, schema, model, NAMES, "i1", tmp_path / "first.nq")
    second = land(staged, schema, model, NAMES, "i1", tmp_path / "second.nq")
    assert first.output.read_bytes() == second.output.read_bytes()
    assert first.cells.read_bytes() == second.cells.read_bytes()


def test_many_rows_keep_their_order(tmp_path: Path) -> None:
    parents = table("parent", {"id": "integer", "code": "string"}, ["id"])
    children = table("child", {"id": "integer", "by_id": "integer", "by_code": "string"}, ["id"])
    number = 150_000
    staged = [
        stage(tmp_path, "parent", ["id", "code"], [(str(n), f"c{n}") for n in range(1000)]),
        stage(
            tmp_path,
            "child",
            ["id", "by_id", "by_code"],
            [(str(n), str(n % 1100), f"c{n % 1100}") for n in range(number)],
        ),
    ]
    links = [
        link(["by_id"], "parent", ["id"], "byId"),
        link(["by_code"], "parent", ["code"], "byCode"),
    ]
    for used in (links, links[:1]):
        model = KnowledgeModel((described(parents, "Parent"), described(children, "Child", used)))
        output = tmp_path / "data.nq"
        land(staged, Schema((parents, children)), model, NAMES, "i1", output)
        kind = f" {RDF.type} {NAMES.term('Child')} "
        with output.open(encoding="utf-8") as lines:
            subjects = [line.split()[0] for line in lines if kind in line]
        assert subjects == [str(NAMES.thing("Child", [str(n)])) for n in range(number)]


def test_composite_keys_and_references_join_on_all_columns(tmp_path: Path) -> None:
    team = table("team", {"year": "integer", "code": "string"}, ["year", "code"])
    game = table("game", {"no": "integer", "team": "string", "season": "integer"}, ["no"])
    staged = [
        stage(tmp_path, "team", ["year", "code"], [("1999", "A"), ("1999", "B"), ("2000", "A")]),
        stage(
            tmp_path,
            "game",
            ["no", "team", "season"],
            [("1", "A", "2000"), ("2", "B", "2000"), ("3", "B", "1999"), ("4", None, "1999")],
        ),
    ]
    played = link(["team", "season"], "team", ["code", "year"], "team_of")
    model = KnowledgeModel((described(team, "Team"), described(game, "Game", [played])))
    landing = land(staged, Schema((team, game)), model, NAMES, "i1", tmp_path / "data.nq")
    assert edges(landing, "team_of") == {
        ("Game/1", "Team/2000;A"): 1,
        ("Game/3", "Team/1999;B"): 1,
    }
    assert [record["value"] for record in records(landing).values()] == ["B; 2000"]


def test_a_table_can_point_to_itself(tmp_path: Path) -> None:
    person = table("person", {"id": "integer", "boss": "integer"}, ["id"])
    staged = [stage(tmp_path, "person", ["id", "boss"], [("1", None), ("2", "1"), ("3", "3")])]
    boss = link(["boss"], "person", ["id"], "boss")
    model = KnowledgeModel((described(person, "Person", [boss]),))
    landing = land(staged, Schema((person,)), model, NAMES, "i1", tmp_path / "data.nq")
    assert edges(landing, "boss") == {("Person/2", "Person/1"): 1, ("Person/3", "Person/3"): 1}


@pytest.mark.parametrize(
    ("parent_type", "child_type", "text"),
    [("integer", "string", "1"), ("decimal", "integer", "1.0")],
)
def test_columns_of_different_types_join_as_the_parent_reads_them(
    tmp_path: Path, parent_type: Datatype, child_type: Datatype, text: str
) -> None:
    parent = table("parent", {"id": parent_type}, ["id"])
    child = table("child", {"ref": child_type})
    staged = [
        stage(tmp_path, "parent", ["id"], [(text,)]),
        stage(tmp_path, "child", ["ref"], [("1",)]),
    ]
    model = KnowledgeModel(
        (
            described(parent, "Parent"),
            described(child, "Child", [link(["ref"], "parent", ["id"], "ref")]),
        )
    )
    landing = land(staged, Schema((parent, child)), model, NAMES, "i1", tmp_path / "data.nq")
    assert [target for _, target in edges(landing, "ref")] == [f"Parent/{text}"]


def test_equal_rows_without_a_key_are_numbered(tmp_path: Path) -> None:
    note = table("note", {"a": "string", "b": "string"})
    rows = [("ab", "c"), ("a", "bc"), ("ab", "c"), ("", None), (None, ""), ("ab", "c")]
    staged = [stage(tmp_path, "note", ["a", "b"], rows)]
    model = KnowledgeModel((described(note, "Note"),))
    landing = land(staged, Schema((note,)), model, NAMES, "i1", tmp_path / "data.nq")
    kinds = [quad for quad in landed(landing).quads(NAMES.data) if quad.predicate == RDF.type]
    assert len(kinds) == len(rows)
    endings = sorted(value(quad.subject).rpartition("/")[2][32:] for quad in kinds)
    assert endings == ["", "", "", "", "-2", "-3"]


def test_pairs_become_edges_and_bad_pairs_are_quarantined(tmp_path: Path) -> None:
    person = table("person", {"id": "integer"}, ["id"])
    area = table("area", {"code": "string"}, ["code"])
    pairs = table("person_area", {"person": "integer", "area": "string"}, ["person", "area"])
    staged = [
        stage(tmp_path, "person", ["id"], [("1",), ("2",)]),
        stage(tmp_path, "area", ["code"], [("01",), ("02",)]),
        stage(
            tmp_path,
            "person_area",
            ["person", "area"],
            [("1", "01"), ("2", "01"), ("1", "01"), ("9", "02"), ("2", None)],
        ),
    ]
    model = KnowledgeModel(
        (described(person, "Person"), described(area, "Area")),
        (
            JunctionDef(
                "person_area",
                "personArea",
                "person area",
                link(["person"], "person", ["id"], "person"),
                link(["area"], "area", ["code"], "area"),
            ),
        ),
    )
    schema = Schema((person, area, pairs))
    landing = land(staged, schema, model, NAMES, "i1", tmp_path / "data.nq")
    assert edges(landing, "personArea") == {
        ("Person/1", "Area/01"): 1,
        ("Person/2", "Area/01"): 1,
    }
    count = landing.tables[2]
    assert (count.rows_in, count.rows_landed, count.rows_quarantined) == (5, 2, 3)
    assert sorted(record["reason"] for record in records(landing).values()) == [
        "The pair is the same as in row 1.",
        "There is no Area with this value of area.",
        "There is no Person with this value of person.",
    ]


def test_keys_that_differ_only_in_unicode_form_are_one_individual(tmp_path: Path) -> None:
    place = table("place", {"name": "string"}, ["name"])
    staged = [stage(tmp_path, "place", ["name"], [("caf\u00e9",), ("cafe\u0301",)])]
    model = KnowledgeModel((described(place, "Place"),))
    landing = land(staged, Schema((place,)), model, NAMES, "i1", tmp_path / "data.nq")
    assert (landing.tables[0].rows_landed, landing.tables[0].rows_quarantined) == (1, 1)


def test_null_words_make_no_triple_and_no_record(tmp_path: Path) -> None:
    column = Column("n", "integer", SURE, null_words=("N/A",))
    reading = Table("reading", "reading.csv", 2, (column,))
    staged = [stage(tmp_path, "reading", ["n"], [("N/A",), ("4",)])]
    model = KnowledgeModel((described(reading, "Reading"),))
    landing = land(staged, Schema((reading,)), model, NAMES, "i1", tmp_path / "data.nq")
    assert landing.tables[0].triples == 3
    assert records(landing) == {}


def test_refuses_a_schema_whose_table_was_not_staged(tmp_path: Path) -> None:
    staged, schema, model = shop(tmp_path)
    with pytest.raises(BadInput, match="'order' that was not staged"):
        land(staged[:1], schema, model, NAMES, "i1", tmp_path / "data.nq")


def test_refuses_a_staged_table_that_would_be_dropped(tmp_path: Path) -> None:
    staged, schema, model = shop(tmp_path)
    more = [*staged, stage(tmp_path, "extra", ["a"], [("1",)])]
    with pytest.raises(BadInput, match="lacks the staged table 'extra'"):
        land(more, schema, model, NAMES, "i1", tmp_path / "data.nq")
    smaller = KnowledgeModel(model.classes[:1])
    with pytest.raises(BadInput, match="differ in the table 'order'"):
        land(staged, schema, smaller, NAMES, "i1", tmp_path / "data.nq")


def test_reports_progress_by_table(tmp_path: Path) -> None:
    staged, schema, model = shop(tmp_path)
    seen: list[tuple[str, int]] = []

    def note(name: str, rows: int) -> None:
        seen.append((name, rows))

    land(staged, schema, model, NAMES, "i1", tmp_path / "data.nq", progress=note)
    assert sorted(seen) == [("customer", 3), ("order", 4)]


@pytest.mark.parametrize("rows", [100, 25_000], ids=["small", "in two halves"])
def test_the_file_stays_the_same_one_so_that_it_can_be_read_while_it_grows(
    tmp_path: Path, rows: int
) -> None:
    item = table("thing", {"id": "integer"}, ["id"])
    staged = [stage(tmp_path, "thing", ["id"], [(str(n),) for n in range(rows)])]
    model = KnowledgeModel((described(item, "Thing"),), ())
    output = tmp_path / "data.nq"
    output.touch()

    with output.open("rb") as early:
        land(staged, Schema((item,)), model, NAMES, "i1", output)

        assert early.read() == output.read_bytes() != b""
