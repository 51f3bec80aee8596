"""How fast the spine is: `python -m benchmarks.spine [rows]`.

Prints, from one run on this machine: CSV to queryable beside `bulk_load` alone for the same
triples; upload to monitored twin for 1,000 rows; ten such runs at once; the largest memory.
"""

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.settings import Settings
from app.wiring import Owner
from graph.oxigraph import OxigraphStore

_ROWS = 1_000_000


def write_readings(path: Path, rows: int, seed: int = 7) -> None:
    """Write a CSV of nine columns: key, time, codes, numbers, a flag, text."""
    rng = np.random.default_rng(seed)
    machines = rng.integers(1, 500, rows)
    start = np.datetime64("2024-01-01T00:00:00")
    times = start + np.arange(rows).astype("timedelta64[m]")
    values = rng.normal(50, 9, (3, rows)).round(2)
    states = np.array(["idle", "busy", "down"])[rng.integers(0, 3, rows)]
    flags = np.array(["true", "false"])[rng.integers(0, 2, rows)]
    with path.open("w", encoding="utf-8") as file:
        file.write("reading_id,machine,taken_at,temperature,pressure,power,state,valid,note\n")
        for begin in range(0, rows, 50_000):
            part = slice(begin, begin + 50_000)
            numbers = range(begin + 1, begin + 1 + len(machines[part]))
            columns = (machines[part], times[part], *values[:, part], states[part], flags[part])
            lines = (
                f"{n},M{m:04d},{t},{a},{b},{c},{s},{f},note {n % 977}\n"
                for n, m, t, a, b, c, s, f in zip(numbers, *columns, strict=True)
            )
            file.writelines(lines)


def write_orders(path: Path, rows: int, seed: int) -> None:
    """Write a CSV of ten columns with a measure that can be learned."""
    rng = np.random.default_rng(seed)
    size, age = rng.integers(1, 40, rows), rng.uniform(0, 9, rows).round(2)
    kind = np.array(["new", "repair", "check"])[rng.integers(0, 3, rows)]
    cost = (size * 3 + np.where(kind == "repair", age**2, 5) + rng.normal(0, 2, rows)).round(2)
    columns = [np.arange(1, rows + 1), size, age, kind, cost]
    columns += [rng.normal(10, 3, rows).round(1) for _ in range(4)]
    columns.append(
        np.datetime64("2024-01-01") + rng.integers(0, 300, rows).astype("timedelta64[D]")
    )
    header = "order_id,size,age_years,kind,cost,width,height,depth,weight,ordered_on\n"
    lines = (",".join(str(value) for value in row) + "\n" for row in zip(*columns, strict=True))
    path.write_text(header + "".join(lines), encoding="utf-8")


def main() -> None:
    """Run all measurements and print them."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else _ROWS
    with tempfile.TemporaryDirectory(prefix="mimir-bench-") as folder:
        print("\n".join(large(Path(folder), rows)), flush=True)
        print("\n".join(small(Path(folder))), flush=True)


def large(folder: Path, rows: int) -> list[str]:
    """Measure one large file beside the engine's own bulk load of the same triples."""
    path = folder / "readings.csv"
    write_readings(path, rows)
    owner = Owner(Settings(data=folder / "large", monitor_seconds=86_400), port=0)
    owner.start()
    client = Client(owner.url)
    client.call(OPERATIONS["create_project"], {"name": "large"})
    began = time.monotonic()
    run = client.upload("large", [(path.name, path)])
    queryable = _until(client, "large", run["id"], "land") - began
    view = _finished(client, "large", run["id"])
    triples = client.call(OPERATIONS["get_summary"], {"project": "large"})["triples"]
    steps = {step["name"]: _seconds(step) for step in view["steps"] if step["started"]}
    owner.stop()
    alone = _in_child(
        _bulk_load, str(_largest(folder / "large/projects/large/blobs")), str(folder / "alone")
    )
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        f"{rows:,} rows x 9 columns, {triples:,} triples, run {view['state']}",
        f"  CSV to queryable   {queryable:8.1f} s",
        f"  bulk_load alone    {alone:8.1f} s",
        f"  ratio              {queryable / alone:8.2f}   (goal: at most 1.30)",
        f"  largest process    {memory:8.0f} MB  (goal: under 3,000)",
        "  steps              " + ", ".join(f"{name} {took:.1f} s" for name, took in steps.items()),
    ]


def small(folder: Path) -> list[str]:
    """Measure one run of 1,000 rows, then ten at once."""
    owner = Owner(Settings(data=folder / "small", monitor_seconds=86_400), port=0)
    owner.start()
    client = Client(owner.url)
    alone = _timed(lambda: _orders(client, folder, ["one"]))
    names = [f"many-{number}" for number in range(10)]
    began = time.monotonic()
    took = _orders(client, folder, names)
    whole = time.monotonic() - began
    owner.stop()
    share = whole / len(names)
    return [
        f"1,000 rows x 10 columns to monitored twin {alone:6.1f} s   (goal: under 10)",
        f"ten at once: all after {whole:.1f} s, {share:.1f} s each; "
        f"slowest waited {max(took):.1f} s",
    ]


def _orders(client: Client, folder: Path, names: list[str]) -> list[float]:
    begun: dict[str, tuple[str, float]] = {}
    for number, name in enumerate(names):
        path = folder / f"{name}.csv"
        write_orders(path, 1000, number)
        client.call(OPERATIONS["create_project"], {"name": name})
        begun[name] = (client.upload(name, [("orders.csv", path)])["id"], time.monotonic())
    took = []
    for name, (run, began) in begun.items():
        view = _finished(client, name, run)
        if view["state"] != "succeeded":
            raise SystemExit(f"The run of {name} failed: {view['error']}")
        took.append(time.monotonic() - began)
    return took


def _until(client: Client, project: str, run: str, step: str) -> float:
    while True:
        view = client.call(OPERATIONS["get_run"], {"project": project, "run": run})
        states = {item["name"]: item["state"] for item in view["steps"]}
        if states[step] == "done" or view["state"] == "failed":
            return time.monotonic()
        # Asking more often would take the cores from what is measured.
        time.sleep(0.25)


def _finished(client: Client, project: str, run: str) -> dict[str, Any]:
    view: dict[str, Any] = {}
    url = f"/api/v1/projects/{project}/runs/{run}/events"
    with client.http.stream("GET", url, timeout=3600) as response:
        for line in response.iter_lines():
            if line.startswith("data: "):
                view = json.loads(line.removeprefix("data: "))
    return view


def _seconds(step: dict[str, Any]) -> float:
    began, ended = (datetime.fromisoformat(step[name]) for name in ("started", "ended"))
    return (ended - began).total_seconds()


def _largest(folder: Path) -> Path:
    return max(folder.iterdir(), key=lambda path: path.stat().st_size)


def _bulk_load(source: str, target: str) -> float:
    store = OxigraphStore(Path(target))
    return _timed(lambda: store.load(Path(source)))


def _in_child(function: Callable[..., float], *arguments: str) -> float:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def _timed(action: Callable[[], object]) -> float:
    began = time.monotonic()
    action()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
