"""Names of classes, attributes and links."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model import KnowledgeModel
from graph.schema import Column, Datatype, Decision, Key, Reference, Schema, Table
from inference.knowledge.naming import name_schema

SURE = Decision(1.0)


def table(
    name: str,
    types: dict[str, Datatype],
    key: Sequence[str] = (),
    references: Sequence[tuple[Sequence[str], str, Sequence[str]]] = (),
) -> Table:
    """Describe a table by the types of its columns, its key and its references."""
    return Table(
        name,
        f"{name}.csv",
        1,
        tuple(Column(column, datatype, SURE) for column, datatype in types.items()),
        Key(tuple(key), SURE) if key else None,
        (),
        tuple(Reference(tuple(own), other, tuple(its), SURE) for own, other, its in references),
    )


def names(model: KnowledgeModel, of: str) -> dict[str, str]:
    """Give the name of every column of a table."""
    item = model.class_of(of)
    links = {" ".join(link.columns): link.name for link in item.links}
    return links | {attribute.column: attribute.name for attribute in item.attributes}


def test_classes_are_singular_and_labels_are_the_words_of_the_header() -> None:
    model = name_schema(Schema((table("order_details", {"UnitPrice": "decimal"}),)))
    (item,) = model.classes
    assert (item.name, item.label) == ("OrderDetail", "order detail")
    assert (item.attributes[0].name, item.attributes[0].label) == ("unitPrice", "unit price")


def test_links_are_named_for_the_role() -> None:
    shippers = table("shippers", {"shipper_id": "integer"}, ["shipper_id"])
    customers = table("customers", {"id": "integer"}, ["id"])
    orders = table(
        "orders",
        {"id": "integer", "customer_id": "integer", "ship_via": "integer", "parent": "integer"},
        ["id"],
        [
            (["customer_id"], "customers", ["id"]),
            (["ship_via"], "shippers", ["shipper_id"]),
            (["parent"], "orders", ["id"]),
        ],
    )
    model = name_schema(Schema((shippers, customers, orders)))
    assert names(model, "orders") == {
        "customer_id": "customer",
        "ship_via": "shipVia",
        "parent": "parent",
        "id": "id",
    }
    assert [link.target for link in model.class_of("orders").links] == [
        "Customer",
        "Shipper",
        "Order",
    ]


def test_joined_key_words_are_cut_only_behind_the_name_of_the_target() -> None:
    users = table("users", {"userid": "integer"}, ["userid"])
    posts = table(
        "posts",
        {"userid": "integer", "paid": "integer"},
        [],
        [(["userid"], "users", ["userid"]), (["paid"], "users", ["userid"])],
    )
    model = name_schema(Schema((users, posts)))
    assert names(model, "posts") == {"userid": "user", "paid": "paid"}


@pytest.mark.parametrize(
    ("plural", "key", "name"),
    [
        ("kunden", "kunde_nr", "Kunde"),
        ("Häuser", "haus_id", "Haus"),
        ("artikel", "artikel_nr", "Artikel"),
        ("clientes", "cliente_id", "Cliente"),
        ("ciudades", "ciudad_id", "Ciudad"),
        ("ordini", "ordine_id", "Ordine"),
        ("страны", "страна_id", "Страна"),
        ("lieferanten", "LIEFERANT_ID", "Lieferant"),
        ("boxes", "box_id", "Box"),
        ("employees", "emp_id", "Employee"),
        ("news", "new_item_id", "News"),
        ("order_lines", "line_no", "OrderLine"),
    ],
)
def test_a_class_is_called_what_its_key_calls_a_row(plural: str, key: str, name: str) -> None:
    (item,) = name_schema(Schema((table(plural, {key: "integer"}, [key]),))).classes
    assert item.name == name


def test_a_class_is_called_what_references_call_a_row() -> None:
    schema = Schema(
        (
            table("autoren", {"id": "integer"}, ["id"]),
            table("bücher", {"autor_id": "integer"}, [], [(["autor_id"], "autoren", ["id"])]),
        )
    )
    model = name_schema(schema)
    assert model.class_of("autoren").name == "Autor"
    assert names(model, "bücher") == {"autor_id": "autor"}


@pytest.mark.parametrize(
    ("column", "link"),
    [
        ("customer_id", "customer"),
        ("CustomerID", "customer"),
        ("ship_to_customer_id", "shipToCustomer"),
        ("ship_to", "shipTo"),
        ("bill_to_id", "billTo"),
        ("fk_customer", "customer"),
        ("customerkey", "customer"),
        ("CUSTOMER_NO", "customer"),
        ("buyer", "buyer"),
        ("id", "customer"),
    ],
)
def test_a_reference_is_named_for_its_role(column: str, link: str) -> None:
    customers = table("customers", {"customer_id": "integer"}, ["customer_id"])
    orders = table("orders", {column: "integer"}, [], [([column], "customers", ["customer_id"])])
    assert names(name_schema(Schema((customers, orders))), "orders") == {column: link}


@pytest.mark.parametrize(
    ("header", "name", "label"),
    [
        ("OrderDate", "orderDate", "order date"),
        ("order-date", "orderDate", "order date"),
        ("URL", "url", "url"),
        ("HTTPStatus", "httpStatus", "HTTP status"),
        ("price/unit", "priceUnit", "price unit"),
        ("a:b#c", "aBNumberC", "a b number c"),
        ("2nd line", "_2ndLine", "2nd line"),
        ("größe", "größe", "größe"),
        ("Имя Клиента", "имяКлиента", "имя клиента"),
        ("顧客名", "顧客名", "顧客名"),
        ("class", "class", "class"),
        ("qty", "qty", "quantity"),
        ("%", "percent", "percent"),
        ("__", "column", "column"),
    ],
)
def test_headers_become_names_and_labels(header: str, name: str, label: str) -> None:
    (item,) = name_schema(Schema((table("t", {header: "string"}),))).classes
    assert (item.attributes[0].name, item.attributes[0].label) == (name, label)


def test_a_later_table_with_a_better_word_does_not_rename_a_class() -> None:
    editors = table("redakteure", {"id": "integer"}, ["id"])
    reference = (["redakteur_id"], "redakteure", ["id"])
    books = table("bücher", {"redakteur_id": "integer"}, [], [reference])
    before = name_schema(Schema((editors,)))
    after = name_schema(Schema((editors, books)), before)
    assert before.class_of("redakteure").name == after.class_of("redakteure").name == "Redakteure"


def test_composite_references_are_named_for_the_target_and_their_columns_stay() -> None:
    teams = table("teams", {"year": "integer", "teamID": "string"}, ["year", "teamID"])
    finals = table(
        "finals",
        {"year": "integer", "teamIDwinner": "string", "teamIDloser": "string"},
        [],
        [
            (["year", "teamIDwinner"], "teams", ["year", "teamID"]),
            (["year", "teamIDloser"], "teams", ["year", "teamID"]),
        ],
    )
    games = table(
        "games",
        {"year": "integer", "teamID": "string"},
        [],
        [(["year", "teamID"], "teams", ["year", "teamID"])],
    )
    model = name_schema(Schema((teams, finals, games)))
    assert names(model, "finals")["year teamIDwinner"] == "winnerTeam"
    assert names(model, "finals")["year teamIDloser"] == "loserTeam"
    assert names(model, "games") == {"year teamID": "team", "year": "year", "teamID": "teamId"}


def test_one_name_is_never_a_link_and_an_attribute() -> None:
    cities = table("cities", {"city_id": "integer", "city": "string"}, ["city_id"])
    people = table("people", {"city_id": "integer"}, [], [(["city_id"], "cities", ["city_id"])])
    model = name_schema(Schema((cities, people)))
    assert names(model, "people") == {"city_id": "city"}
    assert names(model, "cities") == {"city_id": "cityId", "city": "cityName"}


def test_equal_attributes_are_one_property_and_others_are_told_apart() -> None:
    schema = Schema(
        (
            table("orders", {"code": "string", "date": "date"}),
            table("visits", {"code": "integer", "date": "date"}),
            table("parts", {"code": "string"}),
        )
    )
    model = name_schema(schema)
    assert names(model, "orders") == {"code": "code", "date": "date"}
    assert names(model, "visits") == {"code": "visitCode", "date": "date"}
    assert names(model, "parts") == {"code": "code"}


def test_columns_in_another_unit_are_another_property() -> None:
    warm = Column("temp (°C)", "decimal", SURE, unit="°C")
    other = Column("temp", "decimal", SURE, unit="°F")
    one = Table("halls", "halls.csv", 1, (warm,))
    two = Table("ovens", "ovens.csv", 1, (other,))
    model = name_schema(Schema((one, two)))
    assert names(model, "halls") == {"temp (°C)": "temp"}
    assert names(model, "ovens") == {"temp": "ovenTemp"}


def test_tables_and_columns_with_equal_words_get_different_names() -> None:
    schema = Schema(
        (
            table("order", {"unit price": "decimal", "unit_price": "decimal"}),
            table("orders", {"---": "string"}),
        )
    )
    model = name_schema(schema)
    assert [item.name for item in model.classes] == ["Order", "Orders"]
    assert names(model, "order") == {"unit price": "unitPrice", "unit_price": "orderUnitPrice"}
    assert names(model, "orders") == {"---": "column"}


def junction_schema() -> Schema:
    """Make people, areas, and the pairs of both."""
    people = table("people", {"id": "integer"}, ["id"])
    areas = table("areas", {"code": "string"}, ["code"])
    pairs = table(
        "person_areas",
        {"person_id": "integer", "area": "string"},
        ["person_id", "area"],
        [(["person_id"], "people", ["id"]), (["area"], "areas", ["code"])],
    )
    return Schema((people, areas, replace(pairs, kind="junction")))


def test_a_table_of_pairs_is_a_link_between_its_ends() -> None:
    (pair,) = name_schema(junction_schema()).junctions
    assert (pair.name, pair.label) == ("personAreas", "person areas")
    assert (pair.source.target, pair.target.target) == ("Person", "Area")


def test_a_pair_points_from_the_end_whose_columns_come_first() -> None:
    people, areas, pairs = junction_schema().tables
    turned = replace(pairs, references=pairs.references[::-1])
    (pair,) = name_schema(Schema((people, areas, turned))).junctions
    assert (pair.source.target, pair.target.target) == ("Person", "Area")


def test_a_table_of_pairs_that_is_pointed_to_is_a_class() -> None:
    schema = junction_schema()
    notes = table(
        "notes",
        {"person_id": "integer", "area": "string"},
        [],
        [(["person_id", "area"], "person_areas", ["person_id", "area"])],
    )
    model = name_schema(Schema((*schema.tables, notes)))
    assert model.junctions == ()
    assert model.class_of("person_areas").key == ("person_id", "area")


def test_given_names_stay_when_the_schema_grows() -> None:
    orders = table("orders", {"region": "string", "code": "integer"})
    before = name_schema(Schema((orders,)))
    regions = table("regions", {"region": "string", "code": "string"}, ["region"])
    shops = table(
        "shops", {"code": "string", "region": "string"}, [], [(["region"], "regions", ["region"])]
    )
    after = name_schema(Schema((regions, shops, orders)), before)
    assert after.class_of("orders") == before.class_of("orders")
    assert names(after, "shops") == {"region": "shopRegion", "code": "shopCode"}


def test_a_person_may_rename_and_the_name_survives() -> None:
    schema = Schema((table("tbl_ord", {"x": "integer"}),))
    (item,) = name_schema(schema).classes
    renamed = replace(item, name="Order", attributes=(replace(item.attributes[0], name="size"),))
    again = name_schema(schema, KnowledgeModel((renamed,)))
    assert names(again, "tbl_ord") == {"x": "size"}
    assert again.classes[0].name == "Order"


DATATYPES: tuple[Datatype, ...] = ("string", "integer", "date")
HEADERS = st.text("ab_ Aé1", min_size=1, max_size=4)


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    """Draw tables with clashing headers and references among them."""
    found = draw(st.lists(HEADERS, min_size=1, max_size=4, unique=True))
    columns = {
        name: draw(st.dictionaries(HEADERS, st.sampled_from(DATATYPES), min_size=1, max_size=4))
        for name in found
    }
    tables = []
    for name in found:
        references = []
        for own in draw(st.lists(st.sampled_from(sorted(columns[name])), max_size=2)):
            other = draw(st.sampled_from(found))
            references.append(([own], other, [sorted(columns[other])[0]]))
        unique = {(own[0], other): (own, other, its) for own, other, its in references}
        tables.append(table(name, columns[name], [], list(unique.values())))
    return Schema(tuple(tables))


@settings(max_examples=60)
@given(schemas())
def test_names_mean_one_thing_each(schema: Schema) -> None:
    model = name_schema(schema)
    meanings: dict[str, set[str]] = {}
    for item in model.classes:
        own = [attribute.name for attribute in item.attributes]
        own += [link.name for link in item.links]
        assert len(own) == len(set(own))
        meanings.setdefault(item.name, set()).add(f"class {item.table}")
        for attribute in item.attributes:
            meanings.setdefault(attribute.name, set()).add(attribute.datatype)
        for link in item.links:
            meanings.setdefault(link.name, set()).add("link")
    assert all(len(kinds) == 1 for kinds in meanings.values())
    assert name_schema(schema, model) == model
    assert KnowledgeModel.from_json(json.loads(json.dumps(model.to_json()))) == model
