"""A small shop in a real store: nonlinear costs, leaks, noise, and lines that sum up to totals."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from graph.model import AttributeDef, ClassDef, JunctionDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.schema import Column, Datatype, Decision, Key, Schema, Table
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import RDF, XSD
from ml.automl import TrainingResult, train
from ml.features import FeatureTable, pull
from ml.tasks import task_of

ORDERS, CUSTOMERS = 700, 60
SEED = 11
SURE = Decision(1.0)
NUMBERS = ("weight", "distance", "cost", "costCents", "total", "noise")


@dataclass(frozen=True)
class Shop:
    """The world of a test: what is stored, what it means, and how to read it."""

    quads: tuple[Quad, ...]
    store: OxigraphStore
    reader: GraphReader
    names: ProjectNames
    model: KnowledgeModel
    schema: Schema


@pytest.fixture(scope="session")
def shop() -> Shop:
    names = ProjectNames("http://example.org/", "shop")
    quads = tuple(_quads(names))
    store = OxigraphStore()
    store.apply(quads, [])
    return Shop(quads, store, store.reader([names.data]), names, _model(), _schema())


@pytest.fixture(scope="session")
def trained(shop: Shop) -> Callable[[str], tuple[FeatureTable, TrainingResult]]:
    """Train on an attribute of the orders, once a session."""

    @functools.cache
    def train_on(target: str) -> tuple[FeatureTable, TrainingResult]:
        task = task_of(shop.model, shop.schema, "Order", target)
        table = pull(shop.reader, task, shop.model, shop.names)
        return table, train(table, task, seed=SEED)

    return train_on


def _quads(names: ProjectNames) -> list[Quad]:
    rng = np.random.default_rng(7)
    quads: list[Quad] = []

    def thing(name: str, number: int) -> NamedNode:
        node = names.thing(name, [str(number)])
        quads.append(Quad(node, RDF.type, names.term(name), names.data))
        return node

    def put(node: NamedNode, name: str, value: NamedNode | Literal) -> None:
        quads.append(Quad(node, names.term(name), value, names.data))

    customers = [thing("Customer", number) for number in range(CUSTOMERS)]
    for number, node in enumerate(customers):
        put(node, "region", Literal("NSEW"[number % 4]))
        put(node, "age", Literal(20 + number))
    tags = [thing("Tag", number) for number in range(3)]
    for number in range(ORDERS):
        node, buyer = thing("Order", number), int(rng.integers(CUSTOMERS))
        weight, distance, noise = rng.normal(size=3)
        cost = 3 * weight * distance + 2 * (buyer % 4) + 0.5 * rng.normal()
        put(node, "orderNumber", Literal(100_000 + number))
        put(node, "customer", customers[buyer])
        put(node, "weight", Literal(float(weight)))
        put(node, "distance", Literal(float(distance)))
        put(node, "noise", Literal(float(noise)))
        put(node, "placedOn", Literal(f"2024-{1 + number % 12:02d}-03", datatype=XSD.date))
        put(
            node, "status", Literal("late" if abs(cost - 3) + 0.3 * rng.normal() > 3 else "on time")
        )
        if number % 10:
            put(node, "cost", Literal(float(cost)))
            put(node, "costCents", Literal(float(100 * cost)))
        if number % 3 == 0:
            put(node, "tagged", tags[number % 2])
        amounts = rng.integers(1, 50, size=1 + number % 3)
        put(node, "total", Literal(float(amounts.sum())))
        for place, amount in enumerate(amounts):
            line = thing("OrderLine", 10 * number + place)
            put(line, "order", node)
            put(line, "amount", Literal(int(amount)))
            put(line, "fragile", Literal(bool(place % 2)))
    return quads


def _attribute(name: str, datatype: str = "double") -> AttributeDef:
    return AttributeDef(name, name, name, datatype)


def _link(name: str, table: str, target: str) -> LinkDef:
    return LinkDef((name,), table, ("id",), target, name, name)


def _model() -> KnowledgeModel:
    order = ClassDef(
        "orders",
        "Order",
        "order",
        ("id",),
        (
            _attribute("orderNumber", "integer"),
            *(_attribute(name) for name in NUMBERS),
            _attribute("status", "string"),
            _attribute("placedOn", "date"),
        ),
        (_link("customer", "customers", "Customer"),),
    )
    customer = ClassDef(
        "customers",
        "Customer",
        "customer",
        ("id",),
        (_attribute("region", "string"), _attribute("age", "integer")),
        (),
    )
    line = ClassDef(
        "lines",
        "OrderLine",
        "order line",
        ("id",),
        (_attribute("amount", "integer"), _attribute("fragile", "boolean")),
        (_link("order", "orders", "Order"),),
    )
    tag = ClassDef("tags", "Tag", "tag", ("id",), (), ())
    tagged = JunctionDef(
        "order_tags",
        "tagged",
        "tagged",
        _link("order", "orders", "Order"),
        _link("tag", "tags", "Tag"),
    )
    return KnowledgeModel((order, customer, line, tag), (tagged,))


def _column(name: str, datatype: Datatype, distinct: int, nulls: int = 0) -> Column:
    return Column(name, datatype, SURE, nulls=nulls, distinct=distinct, max_length=8)


def _schema() -> Schema:
    rows, tenth = ORDERS, ORDERS // 10
    key = Key(("id",), SURE)
    orders = (
        Column("id", "integer", SURE, unique=True, distinct=rows),
        _column("orderNumber", "integer", rows),
        *(_column(name, "double", 600, tenth if "cost" in name else 0) for name in NUMBERS),
        _column("status", "string", 2),
        _column("placedOn", "date", 12),
        _column("customer", "integer", CUSTOMERS),
    )
    customers = (
        Column("id", "integer", SURE, unique=True, distinct=CUSTOMERS),
        _column("region", "string", 4),
        _column("age", "integer", CUSTOMERS),
    )
    lines = (
        Column("id", "integer", SURE, unique=True, distinct=2 * rows),
        _column("amount", "integer", 49),
        _column("fragile", "boolean", 2),
        _column("order", "integer", rows),
    )
    tags = (Column("id", "integer", SURE, unique=True, distinct=3),)
    return Schema(
        (
            Table("orders", "orders.csv", rows, orders, key),
            Table("customers", "customers.csv", CUSTOMERS, customers, key),
            Table("lines", "lines.csv", 2 * rows, lines, key),
            Table("tags", "tags.csv", 3, tags, key),
        )
    )
