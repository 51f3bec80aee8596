"""The shapes: they are SHACL, they accept what is right, and say what to do about what is not."""

from collections.abc import Iterable

import pytest

from graph.oxigraph import OxigraphStore
from graph.shacl import ValidationReport, validate
from graph.terms import BlankNode, Literal, NamedNode, Quad, Term
from graph.vocab import RDF, SH, XSD
from inference.naming import name_schema
from inference.shapes import shape_quads
from tests.inference.knowledge import NAMES, shop_schema

Fact = tuple[NamedNode, NamedNode, Term]

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


def test_an_unknown_value_of_a_guessed_set_is_a_warning() -> None:
    severities = {
        quad.subject: quad.object for quad in shop_shapes() if quad.predicate == SH.severity
    }
    assert severities[NAMES.shape("Order-state-values")] == SH.Warning
    assert severities[NAMES.shape("Order-state")] == SH.Violation


def test_every_shape_has_an_iri_and_every_property_shape_a_message() -> None:
    quads = shop_shapes()
    shapes = {quad.object for quad in quads if quad.predicate == SH.property}
    assert shapes == {quad.subject for quad in quads if quad.predicate == SH.message}
    assert not any(isinstance(shape, BlankNode) for shape in shapes)


def test_same_model_gives_the_same_quads_without_repetition() -> None:
    quads = shop_shapes()
    assert quads == shop_shapes()
    assert len(quads) == len(set(quads))
