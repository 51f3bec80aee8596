"""References of several columns: with orphans, one to one, and between tables of one grain."""

import random
from pathlib import Path

from tests.inference.test_unnamed_references import Tables, links, schema_of

LINE = ("order_no", "line_no")
TO_LINES = ("order_line_returns", LINE, "order_lines", LINE)


def lines() -> list[tuple[int, int, int]]:
    draw = random.Random(9)  # noqa: S311 - no secret
    return [(1000 + 7 * o, n, draw.randint(1, 90)) for o in range(200) for n in range(1, 4)]


def orders(returned: list[tuple[int, int, int]], name: str) -> Tables:
    header = "order_no line_no"
    return {
        "order_lines": (f"{header} quantity", lines()),
        name: (f"{header} refund", returned),
    }


def test_what_may_happen_once_to_a_row_points_to_it_by_its_whole_key(tmp_path: Path) -> None:
    found = links(schema_of(tmp_path, orders(lines()[::2], "order_line_returns")))
    assert TO_LINES in found


def test_tables_of_one_grain_have_one_key_and_no_reference(tmp_path: Path) -> None:
    found = links(schema_of(tmp_path, orders(lines()[::2], "weights")))
    assert found == set()


def test_few_orphans_are_reported_and_many_speak_against_a_reference(tmp_path: Path) -> None:
    few = [(o + (1 if n % 25 == 0 else 0), line, n) for n, (o, line, _) in enumerate(lines())]
    repeated = [*few, *few[::2]]
    folder = tmp_path / "few"
    folder.mkdir()
    schema = schema_of(folder, orders(repeated, "order_line_returns"))
    (found,) = (item for item in schema.table("order_line_returns").references)
    assert found.columns == LINE
    assert found.orphans > 0
    many = [(o + (1 if n % 11 == 0 else 0), line, n) for n, (o, line, _) in enumerate(lines())]
    folder = tmp_path / "many"
    folder.mkdir()
    again = schema_of(folder, orders([*many, *many[::2]], "order_line_returns"))
    assert again.table("order_line_returns").references == ()
