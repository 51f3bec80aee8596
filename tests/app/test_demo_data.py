"""The demo fleet: what is planted is there, and nothing else is."""

import csv
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from app.demo_data import DemoTruth, generate
from app.demo_fleet import WORK_ORDERS

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoTruth]:
    folder = tmp_path_factory.mktemp("demo") / "fleet"
    return folder, generate(folder)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoTruth]:
    folder = tmp_path_factory.mktemp("demo") / "quiet"
    return folder, generate(folder, seed=11, faults=False)


def _rows(folder: Path, table: str) -> Rows:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_equal_seeds_give_equal_bytes(tmp_path: Path) -> None:
    generate(tmp_path / "a", seed=3)
    generate(tmp_path / "b", seed=3)
    generate(tmp_path / "c", seed=4)
    first = {file.name: file.read_bytes() for file in (tmp_path / "a").iterdir()}
    assert first == {file.name: file.read_bytes() for file in (tmp_path / "b").iterdir()}
    assert first != {file.name: file.read_bytes() for file in (tmp_path / "c").iterdir()}


def test_the_folder_holds_data_only_and_the_truth_lies_beside_it(
    fleet: tuple[Path, DemoTruth],
) -> None:
    folder, truth = fleet
    assert sorted(file.name for file in folder.iterdir()) == sorted(t.file for t in truth.tables)
    written = json.loads((folder.parent / "fleet-truth.json").read_text(encoding="utf-8"))
    assert written["seed"] == truth.seed
    assert len(written["dirty"]) == len(truth.dirty)
    assert {table["name"]: table["rows"] for table in written["tables"]} == {
        table.name: len(_rows(folder, table.name)) for table in truth.tables
    }


def test_keys_are_unique_but_for_the_planted_duplicate(fleet: tuple[Path, DemoTruth]) -> None:
    folder, truth = fleet
    twice = {
        table.name: [
            key for key, count in _keys(folder, table.name, table.key).items() if count > 1
        ]
        for table in truth.tables
    }
    planted = [(cell.value,) for cell in truth.dirty if cell.kind == "duplicate-key"]
    assert twice.pop("work_orders") == planted
    assert not any(twice.values())


def test_references_hold_but_for_the_planted_orphans(fleet: tuple[Path, DemoTruth]) -> None:
    folder, truth = fleet
    orphans = {
        (table.file, number, reference.columns[0])
        for table in truth.tables
        for reference in table.references
        for number in _orphans(folder, table.name, reference.columns, reference.ref_table)
    }
    assert orphans == {(c.file, c.row, c.column) for c in truth.dirty if c.kind == "orphan"}
    assert len(orphans) == 2


def test_dirty_cells_stand_where_the_truth_says(
    fleet: tuple[Path, DemoTruth], quiet: tuple[Path, DemoTruth]
) -> None:
    for folder, truth in (fleet, quiet):
        for cell in truth.dirty:
            rows = _rows(folder, cell.file.removesuffix(".csv"))
            assert rows[cell.row - 1][cell.column] == cell.value
        kinds = Counter(cell.kind for cell in truth.dirty)
        assert kinds == {"bad-date": 3, "unit-in-number": 2, "duplicate-key": 1, "orphan": 2}


def test_overheating_is_above_the_limit_late_in_the_period_and_nothing_else_is(
    fleet: tuple[Path, DemoTruth],
) -> None:
    folder, truth = fleet
    (fault,) = (f for f in truth.faults if f.kind == "overheating")
    above = [(row["machine_id"], row["recorded_at"]) for row in _above_limit(folder)]
    assert len(above) >= 6
    assert {machine for machine, _ in above} == {fault.machine}
    assert all(fault.start <= hour <= fault.end for _, hour in above)
    assert datetime.fromisoformat(fault.start) >= datetime(2025, 3, 21)


def test_an_outage_leaves_no_reading_of_one_machine(fleet: tuple[Path, DemoTruth]) -> None:
    folder, truth = fleet
    (fault,) = (f for f in truth.faults if f.kind == "outage")
    readings = Counter(row["machine_id"] for row in _rows(folder, "sensor_readings"))
    assert readings.pop(fault.machine) == 720 - 18
    assert set(readings.values()) == {720}
    assert not any(
        row["machine_id"] == fault.machine and fault.start <= row["recorded_at"] <= fault.end
        for row in _rows(folder, "sensor_readings")
    )


def test_a_quiet_fleet_has_no_fault(quiet: tuple[Path, DemoTruth]) -> None:
    folder, truth = quiet
    assert truth.faults == ()
    assert _above_limit(folder) == []
    readings = Counter(row["machine_id"] for row in _rows(folder, "sensor_readings"))
    assert set(readings.values()) == {720}


def test_stock_never_lies_below_the_reorder_level(
    fleet: tuple[Path, DemoTruth], quiet: tuple[Path, DemoTruth]
) -> None:
    for folder, _ in (fleet, quiet):
        assert all(int(p["stock"]) >= int(p["reorder_level"]) for p in _rows(folder, "parts"))


def test_codes_have_leading_zeros(fleet: tuple[Path, DemoTruth]) -> None:
    folder, _ = fleet
    assert any(row["serial"].startswith("0") for row in _rows(folder, "machines"))
    assert any(row["part_code"].startswith("0") for row in _rows(folder, "parts"))
    assert len(_rows(folder, "work_orders")) == WORK_ORDERS + 1


def _keys(folder: Path, table: str, columns: tuple[str, ...]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(row[column] for column in columns) for row in _rows(folder, table))


def _orphans(folder: Path, table: str, columns: tuple[str, ...], parent: str) -> list[int]:
    known = _keys(folder, parent, columns)
    return [
        number
        for number, row in enumerate(_rows(folder, table), 1)
        if tuple(row[column] for column in columns) not in known
    ]


def _above_limit(folder: Path) -> Rows:
    limits = {
        row["machine_id"]: float(row["max_temperature_c"]) for row in _rows(folder, "machines")
    }
    return [
        row
        for row in _rows(folder, "sensor_readings")
        if float(row["temperature_c"].removesuffix(" °C")) > limits[row["machine_id"]]
    ]
