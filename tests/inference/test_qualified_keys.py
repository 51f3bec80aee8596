"""Keys that every table qualifies alike, and what points to them: a tenant and a number."""

import random
from pathlib import Path

from tests.inference.test_unnamed_references import Tables, links, schema_of

TENANTS = range(1, 5)


def shop(*, shared: bool = True) -> Tables:
    """Make a shop whose tenants each number from 1; not `shared`: the numbers never repeat."""
    draw = random.Random(5)  # noqa: S311 - no secret
    numbers = {
        tenant: range(1 + (0 if shared else 100 * tenant), 40 + (0 if shared else 100 * tenant))
        for tenant in TENANTS
    }
    customers = [(t, n, f"name {draw.randint(1, 60)}") for t in TENANTS for n in numbers[t]]
    orders = [(t, n, draw.choice(numbers[t]), "open") for t in TENANTS for n in numbers[t]]
    places = [(t, 10 * t + n, f"shelf {draw.randint(1, 9)}") for t in TENANTS for n in range(4)]
    stock = [(*draw.choice(places)[:2], draw.randint(1, 90), n) for n in range(200)]
    return {
        "customers": ("tenant_id id name", customers),
        "orders": ("tenant_id id customer_id state", orders),
        "places": ("tenant_id id label", places),
        "stock": ("tenant_id place_id quantity stock_no", stock),
    }


def keys(folder: Path, tables: Tables) -> dict[str, tuple[str, ...]]:
    found = {table.name: table.primary_key for table in schema_of(folder, tables).tables}
    return {name: key.columns for name, key in found.items() if key is not None}


def test_a_table_has_the_qualified_key_of_the_others_though_its_numbers_do_not_repeat(
    tmp_path: Path,
) -> None:
    found = keys(tmp_path, shop())
    assert found["places"] == ("tenant_id", "id")
    assert found["customers"] == found["orders"] == ("tenant_id", "id")
    assert found["stock"] == ("stock_no",)


def test_a_column_that_every_table_begins_with_qualifies_nothing_where_no_number_repeats(
    tmp_path: Path,
) -> None:
    found = keys(tmp_path, shop(shared=False))
    assert found["places"] == found["customers"] == found["orders"] == ("id",)


def test_references_to_a_qualified_key_have_both_columns_and_no_part_alone(tmp_path: Path) -> None:
    found = links(schema_of(tmp_path, shop()))
    assert {
        ("orders", ("tenant_id", "customer_id"), "customers", ("tenant_id", "id")),
        ("stock", ("tenant_id", "place_id"), "places", ("tenant_id", "id")),
    } <= found
    assert ("stock", ("place_id",), "places", ("id",)) not in found
    assert not any(child == parent for child, _, parent, _ in found)
