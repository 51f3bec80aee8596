"""A made-up fleet of machines as CSV files, with known dirt and known faults.

It is the first thing a person can try, and the ground truth of the acceptance test: what was
planted is returned and written beside the folder, never into it.
"""

import csv
import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.random import Generator

from app import demo_fleet
from app.demo_fleet import MACHINES, PARTS, TECHNICIANS, WORK_ORDERS, Columns
from app.demo_truth import DemoReference, DemoTable, DemoTruth, DirtKind, DirtyCell

__all__ = ["DemoTruth", "generate"]

_SITE = DemoReference(("site_id",), "sites", ("site_id",))
_MACHINE = DemoReference(("machine_id",), "machines", ("machine_id",))
_TECHNICIAN = DemoReference(("technician_id",), "technicians", ("technician_id",))
_ORDER = DemoReference(("work_order_id",), "work_orders", ("work_order_id",))
_PART = DemoReference(("part_code",), "parts", ("part_code",))


def generate(folder: Path, *, seed: int = 7, faults: bool = True) -> DemoTruth:
    """Write the files of a fleet, and `<folder>-truth.json` beside the folder.

    Args:
        folder: receives seven CSV files; made when absent.
        seed: equal seeds give equal bytes.
        faults: whether one machine overheats and the sensors of another fall silent.
    """
    rng = np.random.default_rng(seed)
    sites = demo_fleet.sites(rng)
    machines = demo_fleet.machines(rng, sites["site_id"])
    technicians = demo_fleet.technicians(rng, sites["site_id"])
    parts = demo_fleet.parts(rng)
    orders, usage = demo_fleet.work(rng, machines, technicians, parts)
    readings, planted = demo_fleet.readings(rng, machines, faults=faults)
    files = {
        "sites": sites,
        "machines": machines.columns,
        "technicians": technicians.columns,
        "parts": parts,
        "work_orders": orders,
        "part_usage": usage,
        "sensor_readings": readings,
    }
    dirty = _soil(rng, files, {fault.machine for fault in planted})
    truth = DemoTruth(seed, _tables(files), dirty, planted)
    _write(folder, files, truth)
    return truth


def _soil(rng: Generator, files: Mapping[str, Columns], faulty: set[str]) -> tuple[DirtyCell, ...]:
    """Replace a few cells by what people and exports really write there."""
    orders, readings = files["work_orders"], files["sensor_readings"]
    bad, wrong, lost, left, *twins = (int(row) for row in rng.choice(WORK_ORDERS, 6, replace=False))
    sound = [row for row, name in enumerate(readings["machine_id"]) if name not in faulty]
    reading = sound[int(rng.integers(0, len(sound)))]
    degrees = readings["temperature_c"][reading]
    twin = _add_twin(orders, *twins)
    cells: tuple[tuple[str, int, str, str, DirtKind], ...] = (
        ("machines", int(rng.integers(MACHINES)), "installed_on", "2025-02-31", "bad-date"),
        ("work_orders", bad, "opened_at", "soon", "bad-date"),
        ("work_orders", wrong, "opened_at", "2024-13-07T08:30:00", "bad-date"),
        ("sensor_readings", reading, "temperature_c", f"{degrees} °C", "unit-in-number"),
        ("parts", int(rng.integers(PARTS)), "weight_kg", "12 kg", "unit-in-number"),
        ("work_orders", twin, "work_order_id", orders["work_order_id"][twin], "duplicate-key"),
        ("work_orders", lost, "machine_id", f"M-{MACHINES + 59:03}", "orphan"),
        ("work_orders", left, "technician_id", f"T-{TECHNICIANS + 52:03}", "orphan"),
    )
    for table, row, column, value, _ in cells:
        files[table][column][row] = value
    return tuple(DirtyCell(f"{t}.csv", r + 1, c, value, kind) for t, r, c, value, kind in cells)


def _add_twin(orders: Columns, like: int, other: int) -> int:
    """Add a row with the key of one order and the values of another, and give its index.

    A row is added, not changed, so that the parts used by every order keep their order.
    """
    for name, values in orders.items():
        values.append(values[like] if name == "work_order_id" else values[other])
    return len(orders["work_order_id"]) - 1


def _tables(files: Mapping[str, Columns]) -> tuple[DemoTable, ...]:
    """Describe the files: name, key, references, codes."""
    described: tuple[tuple[str, tuple[str, ...], tuple[DemoReference, ...], tuple[str, ...]], ...]
    described = (
        ("sites", ("site_id",), (), ()),
        ("machines", ("machine_id",), (_SITE,), ("serial",)),
        ("technicians", ("technician_id",), (_SITE,), ()),
        ("parts", ("part_code",), (), ("part_code",)),
        ("work_orders", ("work_order_id",), (_MACHINE, _TECHNICIAN), ()),
        ("part_usage", ("work_order_id", "part_code"), (_ORDER, _PART), ("part_code",)),
        ("sensor_readings", ("machine_id", "recorded_at"), (_MACHINE,), ()),
    )
    return tuple(
        DemoTable(name, f"{name}.csv", len(next(iter(files[name].values()))), key, links, codes)
        for name, key, links, codes in described
    )


def _write(folder: Path, files: Mapping[str, Columns], truth: DemoTruth) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in files.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
    text = json.dumps(dataclasses.asdict(truth), indent=2, ensure_ascii=False)
    folder.with_name(f"{folder.name}-truth.json").write_text(text + "\n", encoding="utf-8")
