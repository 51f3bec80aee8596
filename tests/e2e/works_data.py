"""A small factory in four related tables: enough that every step of the chain has work to do."""

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

_START = datetime(2026, 3, 1, tzinfo=UTC)
_READINGS = 1_400
_HOT = ("M007", range(50, 56))
_SILENT = ("M012", range(30, 48))


def write_works(folder: Path, seed: int = 3) -> list[Path]:
    """Write machines, tools, their junction and hourly readings; dirty cells and two faults."""
    rng = random.Random(seed)  # noqa: S311 - test data
    folder.mkdir(parents=True, exist_ok=True)
    machines = [
        (f"M{n:03}", f"Press {n}", rng.choice(["north", "south"]), rng.randint(2, 20) * 5)
        for n in range(1, 21)
    ]
    tools = [(f"T{n:02}", f"Tool {n}", round(rng.uniform(10, 90), 2)) for n in range(1, 16)]
    pairs = sorted(
        {(rng.choice(machines)[0], rng.choice(tools)[0]) for _ in range(80)}, key=lambda pair: pair
    )
    return [
        _write(folder / "machines.csv", ("machine_id", "name", "hall", "load_kn"), machines),
        _write(folder / "tools.csv", ("tool_code", "name", "price_eur"), tools),
        _write(folder / "machine_tools.csv", ("machine_id", "tool_code"), pairs),
        _write(
            folder / "readings.csv",
            ("reading_id", "machine_id", "measured_at", "temperature_c", "vibration_mm_s"),
            _readings(machines, rng),
        ),
    ]


def _readings(
    machines: Sequence[tuple[str, str, str, int]], rng: random.Random
) -> Iterable[tuple[object, ...]]:
    for number in range(_READINGS):
        machine = machines[number % len(machines)]
        hour = number // len(machines)
        if machine[0] == _SILENT[0] and hour in _SILENT[1]:
            continue
        hot = machine[0] == _HOT[0] and hour in _HOT[1]
        temperature: object = round(40 + machine[3] / 5 + rng.gauss(0, 1.5) + 40 * hot, 2)
        vibration = round(1 + machine[3] / 50 + rng.gauss(0, 0.1), 3)
        if number in (211, 817):
            temperature = "n. a. (sensor)"
        place = "M999" if number == 555 else machine[0]
        measured = (_START + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%SZ")
        yield number + 1, place, measured, temperature, vibration


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path
