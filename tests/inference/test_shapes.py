"""The shapes: they are SHACL, they accept what is right, and say what to do about what is not."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from graph.oxigraph import OxigraphStore
from graph.schema import Column, Decision, Key, Schema, SemanticType, Table
from graph.shacl.validation import ValidationReport, validate
from graph.terms import BlankNode, Literal, NamedNode, Quad, Term
from graph.vocab import RDF, SH, XSD
from inference.knowledge.naming import name_schema
from inference.knowledge.shapes import shape_quads
from inference.knowledge.value_bounds import bounds_of, form_of
from tests.inference.knowledge import NAMES, shop_schema

Fact = tuple[NamedNode, NamedNode, Term]

SURE = Decision(1.0)
ORDER = NAMES.thing("Order", ["1"])
CUSTOMER = NAMES.thing("Customer", ["A"])
SITE = NAMES.thing("Site", ["DE", "1"])


def typed(text: str, datatype: str) -> Literal:
    """Write a typed literal."""
    return Literal(text, datatype=XSD.term(datatype))


GOOD: dict[str, Fact] = {
    "order": (ORDER, RDF.type, NAMES.term("Order")),
    "order id": (ORDER, NAMES.term("orderId"), typed("1", "integer")),
    "day": (ORDER, NAMES.term("day"), typed("2024-02-29", "date")),
    "state": (ORDER, NAMES.term("state"), Literal("open")),
    "buyer": (ORDER, NAMES.term("customer"), CUSTOMER),
    "customer": (CUSTOMER, RDF.type, NAMES.term("Customer")),
    "customer id": (CUSTOMER, NAMES.term("id"), Literal("A")),
    "site": (SITE, RDF.type, NAMES.term("Site")),
    "country": (SITE, NAMES.term("country"), Literal("DE")),
    "no": (SITE, NAMES.term("no"), typed("1", "integer")),
    "pair": (ORDER, NAMES.term("orderSites"), SITE),
}


def shop_shapes() -> list[Quad]:
    """Write the shapes of the shop."""
    schema = shop_schema()
    return shape_quads(name_schema(schema), schema, NAMES)


def report(facts: Iterable[Fact]) -> ValidationReport:
    """Validate facts against the shapes of the shop."""
    store = OxigraphStore()
    store.apply([Quad(*fact, NAMES.data) for fact in facts], [])
    store.apply(shop_shapes(), [])
    return validate(store.reader([NAMES.data]), store.reader([NAMES.shapes]))


def test_good_facts_conform() -> None:
    assert report(GOOD.values()).results == ()


@pytest.mark.parametrize(
    ("name", "fact", "shape", "message"),
    [
        ("day", None, "Order-day", "Give each order exactly one 'day' of type date"),
        (
            "day",
            (ORDER, NAMES.term("day"), Literal("soon")),
            "Order-day",
            "Give each order exactly one 'day' of type date (column day of orders.csv).",
        ),
        ("buyer", None, "Order-customer", "exactly one 'customer', an individual of Customer"),
        (
            "state",
            (ORDER, NAMES.term("state"), Literal("lost")),
            "Order-state-values",
            "Use one of the known values of 'state'",
        ),
        (
            "pair",
            (ORDER, NAMES.term("orderSites"), CUSTOMER),
            "Order-orderSites",
            "individuals of Site only",
        ),
    ],
)
def test_a_violation_names_its_shape_and_says_what_to_do(
    name: str, fact: Fact | None, shape: str, message: str
) -> None:
    facts = {key: value for key, value in GOOD.items() if key != name}
    found = report([*facts.values(), *([fact] if fact else [])]).results
    assert {result.shape for result in found} == {NAMES.shape(shape)}
    assert all(message in (result.message or "") for result in found)


def test_a_second_value_is_refused() -> None:
    more = (ORDER, NAMES.term("day"), typed("2024-03-01", "date"))
    assert len(report([*GOOD.values(), more]).results) == 1


def test_two_individuals_with_one_key_are_refused_and_those_of_two_classes_are_not() -> None:
    other = NAMES.thing("Order", ["2"])
    double: dict[str, Fact] = {
        "order": (other, RDF.type, NAMES.term("Order")),
        "order id": (other, NAMES.term("orderId"), typed("1", "integer")),
        "day": (other, NAMES.term("day"), typed("2024-02-29", "date")),
        "buyer": (other, NAMES.term("customer"), CUSTOMER),
    }
    found = report([*GOOD.values(), *double.values()]).results
    assert {result.shape for result in found} == {NAMES.shape("Order-orderId-key")}
    assert {result.focus_node for result in found} == {ORDER, other}
    assert "Give each order its own 'id'" in (found[0].message or "")


def test_things_of_two_classes_may_share_the_text_of_a_key() -> None:
    key = (Column("code", "string", SURE, nullable=False, unique=True),)
    tables = tuple(Table(name, f"{name}.csv", 1, key, Key(("code",), SURE)) for name in ("a", "b"))
    schema = Schema(tables)
    store = OxigraphStore()
    store.apply(shape_quads(name_schema(schema), schema, NAMES), [])
    code = NAMES.term("code")
    things = [NAMES.thing("A", ["x"]), NAMES.thing("B", ["x"]), NAMES.thing("B", ["y"])]
    kinds = [NAMES.term("A"), NAMES.term("B"), NAMES.term("B")]
    for thing, kind in zip(things, kinds, strict=True):
        store.apply([Quad(thing, RDF.type, kind, NAMES.data)], [])
        store.apply([Quad(thing, code, Literal("x"), NAMES.data)], [])
    found = validate(store.reader([NAMES.data]), store.reader([NAMES.shapes])).results
    assert {item.focus_node for item in found} == set(things[1:])
    assert {item.shape for item in found} == {NAMES.shape("B-code-key")}


def test_values_of_attributes_are_literals_and_of_links_are_iris() -> None:
    kinds = {quad.subject: quad.object for quad in shop_shapes() if quad.predicate == SH.nodeKind}
    assert kinds[NAMES.shape("Order-day")] == SH.Literal
    assert kinds[NAMES.shape("Order-customer")] == SH.IRI


def checked(column: Column, values: Iterable[Term]) -> set[str]:
    """Name the shapes that values of a column break, with their severity."""
    table = Table("codes", "codes.csv", 40, (column,))
    schema = Schema((table,))
    store = OxigraphStore()
    store.apply(shape_quads(name_schema(schema), schema, NAMES), [])
    term = NAMES.term(column.name)
    for place, value in enumerate(values):
        thing = NAMES.thing("Code", [str(place)])
        kind = Quad(thing, RDF.type, NAMES.term("Code"), NAMES.data)
        store.apply([kind, Quad(thing, term, value, NAMES.data)], [])
    found = validate(store.reader([NAMES.data]), store.reader([NAMES.shapes])).results
    prefix = NAMES.shape("").value
    return {
        f"{str(item.shape)[1:-1].removeprefix(prefix)} {str(item.severity)[1:-1].split('#')[1]}"
        for item in found
    }


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        (
            Column("size", "integer", SURE, distinct=30, minimum="3", maximum="90"),
            [typed("0", "integer"), typed("1000", "integer")],
            [typed("-1", "integer")],
        ),
        (
            Column("share", "decimal", SURE, distinct=30, minimum="0.5", maximum="99.0", unit="%"),
            [typed("0.0", "decimal"), typed("100.0", "decimal")],
            [typed("100.5", "decimal"), typed("-0.5", "decimal")],
        ),
        (
            Column("lat", "double", SURE, distinct=3, minimum="-3.5", maximum="40.0",
                   semantic=SemanticType("latitude", SURE)),
            [typed("-90.0", "double"), typed("90.0", "double")],
            [typed("91.0", "double")],
        ),
    ],
)  # fmt: skip
def test_a_range_with_a_reason_is_a_warning_and_what_was_seen_is_no_range(
    column: Column, good: list[Term], bad: list[Term]
) -> None:
    assert checked(column, good) == set()
    assert checked(column, bad) == {f"Code-{column.name}-range Warning"}


@pytest.mark.parametrize(
    "column",
    [
        Column("size", "integer", SURE, distinct=30, minimum="-3", maximum="90"),
        Column("size", "integer", SURE, distinct=5, minimum="3", maximum="90"),
        Column("size", "date", SURE, distinct=90, minimum="2020-01-01", maximum="2020-02-01"),
    ],
)
def test_numbers_without_a_reason_have_no_range(column: Column) -> None:
    assert bounds_of(column) == ()


def test_codes_of_one_form_warn_of_another_form() -> None:
    column = Column("code", "string", SURE, distinct=30, max_length=7, pattern="[A-Z]{2}-[0-9]{4}")
    assert checked(column, [Literal("AB-1234")]) == set()
    for text in ("AB-123", "ab-1234", "AB-12345", "xAB-1234"):
        assert checked(column, [Literal(text)]) == {"Code-code-form Warning"}
    assert form_of(replace(column, distinct=5)) is None
    assert form_of(replace(column, datatype="integer")) is None


def test_an_unknown_value_of_a_guessed_set_is_a_warning() -> None:
    severities = {
        quad.subject: quad.object for quad in shop_shapes() if quad.predicate == SH.severity
    }
    assert severities[NAMES.shape("Order-state-values")] == SH.Warning
    assert severities[NAMES.shape("Order-state")] == SH.Violation


def test_every_shape_has_an_iri_and_every_property_shape_a_message() -> None:
    quads = shop_shapes()
    shapes = {quad.object for quad in quads if quad.predicate == SH.property}
    key = NAMES.shape("Site-country-no-key")
    assert shapes | {key} == {quad.subject for quad in quads if quad.predicate == SH.message}
    assert not any(isinstance(shape, BlankNode) for shape in shapes)


def test_same_model_gives_the_same_quads_without_repetition() -> None:
    quads = shop_shapes()
    assert quads == shop_shapes()
    assert len(quads) == len(set(quads))
