"""Rows in, triples out: what lands, what is quarantined, and that the counts agree."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from extraction.mapping import Landing, land, quarantine_quads
from extraction.quarantine import write_quads
from graph.errors import BadInput
from graph.model import AttributeDef, ClassDef, JunctionDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.schema import Column, Datatype, Decision, Key, Schema, StagedTable, Table
from graph.terms import Literal, Quad, Term, Triple
from graph.vocab import MIMIR, RDF, XSD

NAMES = ProjectNames("https://example.org/", "shop")
SURE = Decision(1.0)
Cells = Sequence[str | None]


def stage(folder: Path, name: str, columns: Sequence[str], rows: Iterable[Cells]) -> StagedTable:
    """Lay rows down as the readers do: row numbers and texts."""
    rows = list(rows)
    arrays = {"_row": pa.array(range(1, len(rows) + 1), pa.int64())}
    for place, column in enumerate(columns):
        arrays[column] = pa.array([row[place] for row in rows], pa.string())
    path = folder / f"{name}.parquet"
    # Several row groups are read by several threads, as in a large file.
    pq.write_table(pa.table(arrays), path, row_group_size=10_000)
    return StagedTable(name, path, tuple(columns), len(rows), f"{name}.csv", "0" * 64)


def table(name: str, types: dict[str, Datatype], key: Sequence[str] = ()) -> Table:
    """Describe a table by the types of its columns and its key."""
    columns = tuple(Column(column, datatype, SURE) for column, datatype in types.items())
    return Table(name, f"{name}.csv", 0, columns, Key(tuple(key), SURE) if key else None)


def described(item: Table, name: str, links: Sequence[LinkDef] = ()) -> ClassDef:
    """Name a table: each column that no single link uses is an attribute of the same name."""
    used = {link.columns[0] for link in links if len(link.columns) == 1}
    attributes = tuple(
        AttributeDef(column.name, column.name, column.name, column.datatype)
        for column in item.columns
        if column.name not in used
    )
    key = item.primary_key.columns if item.primary_key else ()
    return ClassDef(item.name, name, name, key, attributes, tuple(links))


def link(columns: Sequence[str], target: str, parents: Sequence[str], name: str) -> LinkDef:
    """Point to the class `Target` of the table `target`."""
    return LinkDef(tuple(columns), target, tuple(parents), target.capitalize(), name, name)


def value(term: Term) -> str:
    """Give the IRI or the text of a term."""
    assert not isinstance(term, Triple)
    return term.value


def landed(landing: Landing) -> OxigraphStore:
    """Load what was written."""
    store = OxigraphStore()
    store.load(landing.output)
    return store


def edges(landing: Landing, name: str) -> Counter[tuple[str, str]]:
    """Collect the ends of one property, without the prefix of the things."""
    prefix = f"{NAMES.root}id/"
    return Counter(
        (value(quad.subject).removeprefix(prefix), value(quad.object).removeprefix(prefix))
        for quad in landed(landing).quads(NAMES.data)
        if quad.predicate == NAMES.term(name)
    )


def records(landing: Landing) -> dict[str, dict[str, str]]:
    """Give the quarantine records by their IRI, terms by local name."""
    found: dict[str, dict[str, str]] = {}
    for quad in quarantine_quads(landing, NAMES, "i1"):
        record = found.setdefault(value(quad.subject), {})
        record[quad.predicate.value.removeprefix(MIMIR)] = value(quad.object)
    return found


def shop(folder: Path) -> tuple[list[StagedTable], Schema, KnowledgeModel]:
    """Make customers and their orders, with every kind of dirt."""
    customers = table("customer", {"id": "string", "name": "string"}, ["id"])
    orders = table(
        "order",
        {"id": "integer", "customer": "string", "day": "date", "weight": "decimal"},
        ["id"],
    )
    staged = [
        stage(folder, "customer", ["id", "name"], [("ALFKI", "A"), ("BERGS", "B"), ("a/b;c", "ü")]),
        stage(
            folder,
            "order",
            ["id", "customer", "day", "weight"],
            [
                ("1", "ALFKI", "2024-05-01", "1.50"),
                ("2", "a/b;c", "2024-13-01", "72.4 °C"),
                ("3", "ALFKX", "01.02.2024", None),
                ("2", "BERGS", "2024-05-02", "3"),
                (None, "BERGS", "2024-05-02", "3"),
                ("x", "BERGS", "2024-05-02", "3"),
                ("7", None, None, None),
            ],
        ),
    ]
    model = KnowledgeModel(
        (
            described(customers, "Customer"),
            described(orders, "Order", [link(["customer"], "customer", ["id"], "buyer")]),
        )
    )
    return staged, Schema((customers, orders)), model


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


NASTY = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
    | st.sampled_from("\"\\\n\r\t\x01\x7f\u0085\u2028😀é'<>{}|^`;%/"),
    max_size=20,
)


@settings(max_examples=40, deadline=None)
@example(rows=[("a\rb", 'c\r\n"\\"\td')])
@given(rows=st.lists(st.tuples(NASTY, NASTY), min_size=1, max_size=8))
def test_any_text_survives_as_key_and_as_value(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("nasty")
    thing = table("thing", {"id": "string", "text": "string"}, ["id"])
    staged = [stage(folder, "thing", ["id", "text"], rows)]
    model = KnowledgeModel((described(thing, "Thing"),))
    landing = land(staged, Schema((thing,)), model, NAMES, "i1", folder / "data.nq")
    expected: dict[str, str] = {}
    for key, text in rows:
        expected.setdefault(NAMES.thing("Thing", [key]).value, text)
    texts = {
        value(quad.subject): value(quad.object)
        for quad in landed(landing).quads(NAMES.data)
        if quad.predicate == NAMES.term("text")
    }
    assert texts == expected
    written = landing.output.read_bytes()
    assert written.count(b"\n") == landing.tables[0].triples
    assert b"\r" not in written
    assert landing.tables[0].rows_quarantined == len(rows) - len(expected)
