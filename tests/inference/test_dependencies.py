"""Columns that others determine in every row: found, the smallest left sides, and no accidents."""

import random
from pathlib import Path

import pytest

from graph.schema import Dependency
from inference.infer import infer_schema
from tests.inference.staging import stage

COLUMNS = ("order_no", "zip", "city", "state", "product", "price", "qty", "note")


def orders(rows: int, *, broken: bool = False) -> list[list[str | None]]:
    """Make orders whose zip code has one city, and whose city has one state."""
    draw = random.Random(4)  # noqa: S311 - no secret
    zips = {f"{10_000 + 7 * n}": (f"city {n // 2}", f"state {n // 10}") for n in range(60)}
    made: list[list[str | None]] = []
    for number in range(rows):
        code, product = draw.choice(sorted(zips)), draw.randrange(20)
        city, state = zips[code]
        price = f"{product * 3 + 1}.50"
        note = draw.choice(["", "urgent", "gift"]) or None
        made.append(
            [
                f"{number + 1}",
                code,
                city,
                state,
                f"P{product}",
                price,
                f"{draw.randint(1, 9)}",
                note,
            ]
        )
    if broken:
        made[-1][2] = "city elsewhere"
    return made


def found(folder: Path, rows: list[list[str | None]]) -> dict[tuple[str, ...], Dependency]:
    table = infer_schema([stage(folder, "orders", COLUMNS, rows)]).table("orders")
    return {item.columns: item for item in table.dependencies}


def test_the_smallest_left_sides_are_found(tmp_path: Path) -> None:
    sides = {left: item.determined for left, item in found(tmp_path, orders(900)).items()}
    assert sides == {
        ("zip",): ("city", "state"),
        ("city",): ("state",),
        ("product",): ("price",),
    }


def test_one_row_refutes_a_dependency_wherever_it_stands(tmp_path: Path) -> None:
    sides = found(tmp_path, orders(20_000, broken=True))
    assert sides["zip",].determined == ("state",)
    assert ("city",) in sides


def test_two_columns_determine_a_third_together(tmp_path: Path) -> None:
    draw = random.Random(1)  # noqa: S311 - no secret
    price = {(a, b): str(draw.randint(10, 99)) for a in range(12) for b in range(9)}
    rows: list[list[str | None]] = []
    for number in range(1500):
        a, b = draw.randrange(12), draw.randrange(9)
        rows.append([f"{number + 1}", f"plan {a}", f"town {b}", price[a, b]])
    table = stage(tmp_path, "offers", ("offer_no", "plan", "town", "price"), rows)
    (item,) = infer_schema([table]).table("offers").dependencies
    assert (item.columns, item.determined) == (("plan", "town"), ("price",))
    assert item.decision.confidence > 0.9
    assert "1500 rows" in item.decision.evidence[0]


@pytest.mark.parametrize("rows", [0, 1, 8])
def test_a_few_rows_prove_nothing(tmp_path: Path, rows: int) -> None:
    assert found(tmp_path, orders(rows)) == {}


def test_what_is_nearly_constant_is_determined_by_nothing(tmp_path: Path) -> None:
    rows: list[list[str | None]] = [
        [f"{n + 1}", f"group {n % 9}", "yes" if n == 0 else "no"] for n in range(40)
    ]
    rows[9][2] = rows[18][2] = rows[27][2] = rows[36][2] = "yes"
    table = stage(tmp_path, "things", ("thing_no", "group_name", "odd"), rows)
    names = {name for d in infer_schema([table]).table("things").dependencies for name in d.columns}
    assert "thing_no" not in names
