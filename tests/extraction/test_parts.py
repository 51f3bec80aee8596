"""Files that are parts of one table."""

from pathlib import Path

import duckdb
import pytest

from extraction.parts import lay_together, parted_tables, stem_of_part
from graph.schema import Part, StagedTable
from tests.inference.staging import stage

COLUMNS = ["id", "name", "city", "amount"]


def rows(*numbers: int, year: str = "") -> list[list[str | None]]:
    return [[str(n), f"name {n}{year}", f"city {n % 3}{year}", f"{n * 7}{year}"] for n in numbers]


def laid(tmp_path: Path, tables: list[StagedTable], key: tuple[str, ...]) -> list[tuple[str, ...]]:
    (parted,) = parted_tables(tables)
    found = lay_together(parted, key, tmp_path / "laid.parquet")
    assert found is not None
    path = str(found[0].path)
    return duckdb.read_parquet(path).order("_row").fetchall()


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("orders_2024", "orders"),
        ("orders-2024-01", "orders"),
        ("orders 2024.01.31", "orders"),
        ("orders_202401", "orders"),
        ("orders_20240131", "orders"),
        ("2024_orders", "orders"),
        ("orders2024", "orders"),
        ("orders_q1_2024", "orders"),
        ("orders_2024Q3", "orders"),
        ("orders_jan", "orders"),
        ("orders_March_2024", "orders"),
        ("orders_2024_jan", "orders"),
        ("orders.part3", "orders"),
        ("orders_chunk_12", "orders"),
        ("orders (2)", "orders"),
        ("orders_2", "orders_2"),
        ("sensor1", "sensor1"),
        ("team_12", "team_12"),
        ("2024", "2024"),
        ("q1_2024", "q1_2024"),
        ("summary", "summary"),
        ("march", "march"),
        ("order_may_be", "order_may_be"),
    ],
)
def test_the_stem_is_the_name_without_period_or_part(name: str, stem: str) -> None:
    assert stem_of_part(name) == stem


def test_tables_of_the_same_columns_and_stem_are_parts_of_one(tmp_path: Path) -> None:
    first = stage(tmp_path, "orders_2024", COLUMNS, rows(1, 2))
    second = stage(tmp_path, "orders_2025", ["Id", "city", "name", "amount"], rows(3))
    other = stage(tmp_path, "orders_2026", ["id", "name"], [["1", "a"]])
    found = parted_tables([first, second])
    assert [(each.name, [p.name for p in each.parts]) for each in found] == [
        ("orders", ["orders_2024", "orders_2025"])
    ]
    found = parted_tables([first, other])
    assert [(each.name, len(each.parts)) for each in found] == [
        ("orders_2024", 1),
        ("orders_2026", 1),
    ]


def test_other_keys_are_appended_and_each_row_knows_its_file(tmp_path: Path) -> None:
    first = stage(tmp_path, "orders_2024", COLUMNS, rows(1, 2))
    second = stage(
        tmp_path, "orders_2025", ["ID", "city", "name", "amount"], [["3", "city 0", "name 3", "21"]]
    )
    (parted,) = parted_tables([first, second])
    found = lay_together(parted, ("ID",), tmp_path / "laid.parquet")
    assert found is not None
    table, superseded = found
    assert (table.name, table.columns, table.rows) == ("orders", second.columns, 3)
    assert table.parts == (
        Part(1, "orders_2024.csv", "0" * 64),
        Part(3, "orders_2025.csv", "0" * 64),
    )
    assert superseded == {}
    cells = duckdb.read_parquet(str(table.path)).order("_row").fetchall()
    assert cells[0] == (1, "1", "city 1", "name 1", "7")
    assert cells[2] == (3, "3", "city 0", "name 3", "21")


def test_of_rows_with_one_key_the_newest_stays(tmp_path: Path) -> None:
    first = stage(tmp_path, "orders_2024", COLUMNS, rows(1, 2, 3))
    newer = rows(2, 3, 4)
    newer[0][3] = "999"
    second = stage(tmp_path, "orders_2025", COLUMNS, newer)
    found = laid(tmp_path, [first, second], ("id",))
    assert [(row[0], row[1], row[4]) for row in found] == [
        (1, "1", "7"),
        (4, "2", "999"),
        (5, "3", "21"),
        (6, "4", "28"),
    ]


def test_rows_of_one_key_that_are_different_things_keep_the_parts_apart(tmp_path: Path) -> None:
    first = stage(tmp_path, "invoices_2024", COLUMNS, rows(1, 2, 3, year="24"))
    second = stage(tmp_path, "invoices_2025", COLUMNS, rows(1, 2, 3, year="25"))
    (parted,) = parted_tables([first, second])
    assert lay_together(parted, ("id",), tmp_path / "laid.parquet") is None


def test_without_a_key_all_rows_stay(tmp_path: Path) -> None:
    first = stage(tmp_path, "log_2024", COLUMNS, rows(1, 1))
    second = stage(tmp_path, "log_2025", COLUMNS, rows(1))
    assert len(laid(tmp_path, [first, second], ())) == 3
