"""A small schema with every kind of table, for the tests of the emitters."""

from graph.names import ProjectNames
from graph.schema import Column, Decision, Key, Reference, Schema, Table

NAMES = ProjectNames("https://example.org/", "shop")
SURE = Decision(1.0)

_CUSTOMERS = Table(
    "customers",
    "customers.csv",
    2,
    (
        Column("id", "string", SURE, nullable=False, unique=True),
        Column("name", "string", SURE),
        Column("since", "gYear", SURE),
    ),
    Key(("id",), SURE),
)
_SITES = Table(
    "sites",
    "plant.xlsx",
    2,
    (
        Column("country", "string", SURE, nullable=False),
        Column("no", "integer", SURE, nullable=False),
        Column("name", "string", SURE),
        Column("temp", "decimal", SURE, unit="°C"),
    ),
    Key(("country", "no"), SURE),
)
_ORDERS = Table(
    "orders",
    "orders.csv",
    3,
    (
        Column("id", "integer", SURE, nullable=False, unique=True),
        Column("customer_id", "string", SURE, nullable=False),
        Column("day", "date", SURE, nullable=False),
        Column("state", "string", SURE, enumeration=("open", "sent")),
        Column("paid", "boolean", SURE, true_words=("true",), false_words=("false",)),
        Column("parent", "integer", SURE),
    ),
    Key(("id",), SURE),
    (),
    (
        Reference(("customer_id",), "customers", ("id",), SURE),
        Reference(("parent",), "orders", ("id",), SURE),
    ),
)
_NOTES = Table(
    "notes",
    "notes.csv",
    3,
    (
        Column("site_country", "string", SURE),
        Column("site_no", "integer", SURE),
        Column("customer_id", "string", SURE),
        Column("text", "string", SURE),
    ),
    None,
    (),
    (
        Reference(("site_country", "site_no"), "sites", ("country", "no"), SURE),
        Reference(("customer_id",), "customers", ("id",), SURE),
    ),
)
_PAIRS = Table(
    "order_sites",
    "order_sites.csv",
    2,
    (
        Column("order_id", "integer", SURE, nullable=False),
        Column("country", "string", SURE, nullable=False),
        Column("no", "integer", SURE, nullable=False),
    ),
    Key(("order_id", "country", "no"), SURE),
    (),
    (
        Reference(("order_id",), "orders", ("id",), SURE),
        Reference(("country", "no"), "sites", ("country", "no"), SURE),
    ),
    "junction",
)


def shop_schema() -> Schema:
    """Make customers, sites, orders, order notes without a key, and pairs of order and site."""
    return Schema((_CUSTOMERS, _SITES, _ORDERS, _NOTES, _PAIRS))
