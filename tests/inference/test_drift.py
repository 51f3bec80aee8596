"""Sketches of columns, and what they tell of a later version."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from inference.columns.drift import ColumnDrift, measure_drift
from inference.columns.sketches import STEPS, ColumnSketch, sketches_from_json
from inference.infer import infer_with_sketches
from tests.inference.staging import stage

ROWS = 2_000


def sketches(folder: Path, name: str, rows: list[list[str | None]]) -> tuple[ColumnSketch, ...]:
    folder.joinpath(name).mkdir()
    columns = ["id", "weight", "colour", "made_on", "note"]
    return infer_with_sketches([stage(folder / name, "part", columns, rows)])[1]


def rows(
    seed: int,
    *,
    mean: float = 50.0,
    blue: float = 0.3,
    empty: float = 0.1,
    year: int = 2023,
    colour: str = "red",
) -> list[list[str | None]]:
    random = np.random.default_rng(seed)
    weights = random.normal(mean, 10, ROWS)
    blues = random.random(ROWS) < blue
    empties = random.random(ROWS) < empty
    return [
        [
            str(number),
            f"{weights[number]:.2f}",
            "blue" if blues[number] else colour,
            f"{year}-{number % 12 + 1:02}-{number % 28 + 1:02}",
            None if empties[number] else f"note {seed} {number}",
        ]
        for number in range(ROWS)
    ]


def drift(folder: Path, **changed: float | str) -> dict[str, ColumnDrift]:
    before = sketches(folder, "before", rows(1))
    now = sketches(folder, "now", rows(2, **changed))  # type: ignore[arg-type]
    return {item.column: item for item in measure_drift(before, now)}


def test_sees_no_change_in_another_sample_of_the_same_thing(tmp_path: Path) -> None:
    found = drift(tmp_path)
    assert [item.column for item in found.values() if item.changed] == []
    assert found["weight"].distance is not None
    assert found["weight"].distance < 0.05
    assert found["note"].distance is None


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"mean": 53.0}, "weight"),
        ({"blue": 0.45}, "colour"),
        ({"colour": "green"}, "colour"),
        ({"empty": 0.2}, "note"),
        ({"year": 2024}, "made_on"),
    ],
)
def test_sees_which_column_changed(
    tmp_path: Path, change: dict[str, float | str], column: str
) -> None:
    found = drift(tmp_path, **change)
    assert [item.column for item in found.values() if item.changed] == [column]


def test_measures_by_how_much_a_column_changed(tmp_path: Path) -> None:
    found = drift(tmp_path, mean=60.0, colour="green", empty=0.3, year=2024)
    # two normal distributions one deviation apart are 0.383 apart at most
    assert found["weight"].distance == pytest.approx(0.383 - 1 / STEPS, abs=0.04)
    assert found["colour"].distance == pytest.approx(0.7, abs=0.03)
    assert found["colour"].outside == pytest.approx(0.7, abs=0.03)
    assert found["made_on"].outside == 1.0
    assert found["note"].null_share == pytest.approx(0.3, abs=0.03)
    assert found["note"].null_share_before == pytest.approx(0.1, abs=0.03)


def test_quantiles_and_categories_count_all_rows(tmp_path: Path) -> None:
    listed = [[str(n), str(n % 4), "a" if n % 5 else "b", "2024-01-01", None] for n in range(100)]
    found = {item.column: item for item in sketches(tmp_path, "now", listed)}
    assert found["weight"].quantiles[0] == 0.0
    assert found["weight"].quantiles.count(3.0) == STEPS // 4
    assert len(found["weight"].quantiles) == STEPS + 1
    assert found["colour"].categories == (("a", 80), ("b", 20))
    assert found["colour"].rest == 0
    assert (found["note"].rows, found["note"].nulls, found["note"].counted) == (100, 100, 0)


def test_values_beyond_the_listed_ones_do_not_look_new(tmp_path: Path) -> None:
    def codes(seed: int) -> list[list[str | None]]:
        random = np.random.default_rng(seed)
        return [
            [str(n), "1.5", f"code {random.integers(120)}", "2024-01-01", None] for n in range(ROWS)
        ]

    before, now = sketches(tmp_path, "a", codes(1)), sketches(tmp_path, "b", codes(2))
    colour = {item.column: item for item in measure_drift(before, now)}["colour"]
    assert before[2].rest > 0
    assert colour.outside is None
    assert not colour.changed


def test_many_columns_without_change_raise_no_alarm() -> None:
    random = np.random.default_rng(5)

    def version() -> list[ColumnSketch]:
        counts = random.multinomial(400, [0.5, 0.3, 0.2], size=500)
        return [
            ColumnSketch(
                "t", f"c{i}", 400, 0, 400, (), (("a", int(a)), ("b", int(b)), ("c", int(c)))
            )
            for i, (a, b, c) in enumerate(counts)
        ]

    found = measure_drift(version(), version())
    assert sum((item.p_values or 0) < 0.01 for item in found) == 0


def test_survives_a_json_round_trip_and_leaves_other_columns_alone(tmp_path: Path) -> None:
    found = sketches(tmp_path, "now", rows(1)[:30])
    text = json.dumps([asdict(item) for item in found])
    assert sketches_from_json(json.loads(text)) == found
    assert measure_drift((), found) == ()
