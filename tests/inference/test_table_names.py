"""Names of tables and columns without what all of them share."""

from pathlib import Path

import pytest

from inference.infer import infer_schema
from inference.structure.table_names import table_nouns
from tests.inference.staging import stage


@pytest.mark.parametrize(
    ("names", "nouns"),
    [
        (["wp_users", "wp_posts", "wp_terms"], ("users", "posts", "terms")),
        (["DimDate", "DimCustomer", "DimProduct", "FactSales"], None),
        (["orders_dataset", "items_dataset", "sellers_dataset"], ("orders", "items", "sellers")),
        (["raw_orders", "raw_payments"], ("raw_orders", "raw_payments")),
        (["order", "order_line", "customer"], ("order", "order_line", "customer")),
    ],
)
def test_drops_the_word_that_most_tables_share(
    names: list[str], nouns: tuple[str, ...] | None
) -> None:
    expected = nouns or ("date", "customer", "product", "FactSales")
    assert table_nouns(names) == expected


def test_a_running_number_of_every_table_points_nowhere(tmp_path: Path) -> None:
    tables = [
        stage(
            tmp_path,
            name,
            ["ROW_ID", "LABEL"],
            [[str(n), f"{name} {n % 7}"] for n in range(1, count)],
        )
        for name, count in (("patients", 90), ("stays", 120), ("notes", 40))
    ]
    schema = infer_schema(tables)
    assert all(not table.references for table in schema.tables)
    keys = [table.primary_key.columns for table in schema.tables if table.primary_key]
    assert keys == [("ROW_ID",)] * 3
