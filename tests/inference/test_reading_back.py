"""The schema comes back from ontology, shapes and mapping, through the files of an export."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from graph.errors import NotFound
from graph.export import FORMATS, write_graph
from graph.names import ProjectNames
from graph.schema import Column, Datatype, Decision, Key, Reference, Schema, Table
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import SH, XSD
from inference.infer import infer_schema
from inference.knowledge.naming import name_schema
from inference.knowledge.reading_back import read_schema
from tests.inference.essence import essence
from tests.inference.knowledge import NAMES, shop_schema
from tests.inference.staging import stage
from tests.inference.test_owl_api import ODD
from workers.describing import describe

OTHER = ProjectNames("https://other.net/", "copy")
SURE = Decision(1.0)


def exported(schema: Schema, form: str = "turtle") -> list[Quad]:
    """Describe a schema, write its graphs as an export does, and read them for another project."""
    quads = describe(schema, name_schema(schema), (), NAMES, version=1).quads
    found = []
    for graph in (NAMES.ontology, NAMES.shapes, NAMES.mapping):
        text = write_graph(NAMES, (quad for quad in quads if quad.graph_name == graph), form)
        engine_format = RdfFormat.from_media_type(FORMATS[form])
        found += [
            Quad(quad.subject, quad.predicate, quad.object, OTHER.graph(graph.value[-8:]))
            for quad in parse(io.BytesIO(text.encode()), engine_format, rename_blank_nodes=True)
        ]
    return found


@pytest.mark.parametrize("name", sorted(ODD))
def test_odd_schemas_and_their_names_come_back(name: str) -> None:
    schema, model = read_schema(exported(ODD[name])) if ODD[name].tables else (Schema(), None)
    assert schema == essence(ODD[name])
    assert model is None or model == name_schema(ODD[name])


def test_an_inferred_schema_comes_back_with_the_forms_of_its_cells(tmp_path: Path) -> None:
    days = [(f"{place % 28 + 1:02}/{place % 12 + 1:02}/2020") for place in range(60)]
    rows = [
        [str(place), days[place], ("yes", "no")[place % 2], ("N/A", "1,5", "2,25")[place % 3],
         ("red", "blue")[place % 2]]
        for place in range(60)
    ]  # fmt: skip
    tables = [
        stage(tmp_path, "items", ("id", "day", "open", "weight (kg)", "colour"), rows),
        stage(tmp_path, "sales", ("no", "item_id"), [[str(i), str(i % 60)] for i in range(90)]),
    ]
    schema = infer_schema(tables)
    items, sales = schema.tables
    assert items.column("day").format
    assert items.column("weight (kg)").decimal_comma
    assert items.column("colour").enumeration
    assert sales.references
    again, model = read_schema(exported(schema))
    assert again == essence(schema)
    assert model == name_schema(schema)


def test_names_that_a_person_gave_come_back() -> None:
    schema = shop_schema()
    base = name_schema(schema)
    quads = describe(schema, base, (), NAMES, version=1).quads
    old, new = NAMES.term("Order"), NAMES.term("Purchase")

    def swap(term: object) -> object:
        """Rename a class everywhere."""
        return new if term == old else term

    renamed = [
        Quad(swap(q.subject), q.predicate, swap(q.object), q.graph_name)  # type: ignore[arg-type]
        for q in quads
    ]
    _, model = read_schema(renamed)
    assert model.class_of("orders").name == "Purchase"


def test_what_a_shape_says_of_a_column_wins() -> None:
    quads = exported(shop_schema())
    shape = NAMES.shape("Order-day")
    edited = [quad for quad in quads if (quad.subject, quad.predicate) != (shape, SH.datatype)]
    edited = [q for q in edited if (q.subject, q.predicate) != (shape, SH.minCount)]
    edited.append(Quad(shape, SH.datatype, XSD.string, NamedNode("urn:g")))
    schema, _ = read_schema(edited)
    day = schema.table("orders").column("day")
    assert (day.datatype, day.nullable) == ("string", True)
    assert schema.table("orders").column("state").enumeration == ("open", "sent")


def test_graphs_without_tables_are_refused() -> None:
    with pytest.raises(NotFound, match="mapping"):
        read_schema([Quad(NAMES.term("A"), SH.name, Literal("a"), NAMES.ontology)])


HEADERS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=5
)
TYPES: list[Datatype] = ["string", "integer", "decimal", "boolean", "date", "dateTime", "gYear"]


@st.composite
def random_schemas(draw: st.DrawFn) -> Schema:
    """Draw tables with odd headers, keys of up to two columns, and references to keys."""
    names = draw(st.lists(HEADERS, min_size=1, max_size=4, unique_by=str.casefold))
    columns = {
        name: tuple(
            Column(
                header,
                draw(st.sampled_from(TYPES)),
                SURE,
                nullable=draw(st.booleans()),
                unique=draw(st.booleans()),
                null_words=tuple(draw(st.lists(HEADERS, max_size=2, unique=True))),
                unit=draw(st.sampled_from([None, "kg", "°C"])),
            )
            for header in draw(st.lists(HEADERS, min_size=1, max_size=5, unique_by=str.casefold))
        )
        for name in names
    }
    keys = {
        name: tuple(
            c.name for c in columns[name][: draw(st.integers(1, min(2, len(columns[name]))))]
        )
        for name in names
    }
    tables = []
    for name in names:
        target = draw(st.sampled_from(names))
        own = tuple(column.name for column in columns[name][: len(keys[target])])
        reference = Reference(own, target, keys[target], SURE, one_to_one=draw(st.booleans()))
        wanted = draw(st.booleans()) and len(own) == len(keys[target])
        tables.append(
            Table(
                name,
                f"{name}.csv",
                1,
                columns[name],
                Key(keys[name], SURE) if draw(st.booleans()) else None,
                (Key(own, SURE),) if draw(st.booleans()) else (),
                (reference,) if wanted else (),
            )
        )
    return Schema(tuple(tables))


@settings(max_examples=60, deadline=None, suppress_health_check=[*HealthCheck])
@given(random_schemas())
def test_random_schemas_come_back(schema: Schema) -> None:
    again, model = read_schema(exported(schema))
    assert again == essence(schema)
    assert model == name_schema(schema)
