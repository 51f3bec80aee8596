"""How fast a schema is inferred: `python -m benchmarks.inference [--cells] [folder ...]`.

Prints, on this machine: a table of 1 M rows x 9 columns from the CSV to ontology, shapes and
mapping; 100 tables with 1,000 columns in all; the same million rows beside a second table that
holds all their values (the inclusion test must not grow with the square of the rows). With
`--cells` also 10 M rows x 10 columns and the largest memory; with folders, each folder of CSV files
as one project. `--rows N` measures nothing but a table of N rows x 8 columns, two of them without a
repeated value: CPU seconds, largest memory, and the disk that it took beside the staged file.
"""

import argparse
import multiprocessing
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import numpy as np

from benchmarks.spine import write_readings
from extraction.tables import stage
from graph.lexical import quote_text
from graph.names import ProjectNames
from graph.schema import Schema, StagedTable
from inference.infer import infer_schema
from inference.knowledge.naming import name_schema
from inference.knowledge.owl import ontology_quads
from inference.knowledge.rml import rml_quads
from inference.knowledge.shapes import shape_quads

_ROWS = 1_000_000
_BLANK_HASH = "0" * 64


def main() -> None:
    """Run the measurements and print them, each in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inference")
    parser.add_argument("--cells", action="store_true")
    parser.add_argument("--rows", type=int)
    parser.add_argument("folders", nargs="*", type=Path)
    asked = parser.parse_args()
    if asked.rows:
        print(_in_child(distinct_rows, asked.rows), flush=True)
        return
    print(_in_child(long_table), flush=True)
    print(_in_child(many_tables), flush=True)
    print(_in_child(overlapping), flush=True)
    if asked.cells:
        print(_in_child(many_cells), flush=True)
    for folder in asked.folders:
        print(_in_child(csv_folder, str(folder)), flush=True)


def long_table() -> str:
    """Measure one large CSV from its bytes to ontology, shapes and mapping."""
    with tempfile.TemporaryDirectory(prefix="mimir-bench-") as folder:
        path = Path(folder) / "readings.csv"
        write_readings(path, _ROWS)
        began = time.monotonic()
        tables = stage(path, name=path.name, sha256=_BLANK_HASH, folder=Path(folder)).tables
        read = time.monotonic()
        schema = infer_schema(tables)
        inferred = time.monotonic()
        quads = _describe(schema)
        ended = time.monotonic()
    return (
        f"{_ROWS:,} rows x 9 columns {ended - began:6.1f} s (goal: 10): read {read - began:.1f}, "
        f"infer {inferred - read:.1f}, {quads} statements written {ended - inferred:.1f}"
    )


def many_tables(tables: int = 100, columns: int = 10, rows: int = 1_000) -> str:
    """Measure many small tables, each of which points to two others."""
    with tempfile.TemporaryDirectory(prefix="mimir-bench-") as folder:
        staged = [_small_table(Path(folder), n, columns, rows) for n in range(tables)]
        began = time.monotonic()
        schema = infer_schema(staged)
        _describe(schema)
        took = time.monotonic() - began
    found = sum(len(table.references) for table in schema.tables)
    return (
        f"{tables} tables, {tables * columns:,} columns {took:6.1f} s (goal: 60); "
        f"{found} of {2 * tables - 3} references"
    )


def overlapping() -> str:
    """Measure how the inclusion test grows: two tables of whole numbers that share all values."""
    took = [_overlap(rows) for rows in (_ROWS // 4, _ROWS)]
    return (
        f"two tables that share all values: {_ROWS // 4:,} rows {took[0]:.1f} s, "
        f"{_ROWS:,} rows {took[1]:.1f} s (4 times the rows; 16 times if quadratic)"
    )


def many_cells(rows: int = 10_000_000) -> str:
    """Measure 100 M cells: ten columns of ten million rows, and the largest memory."""
    with tempfile.TemporaryDirectory(prefix="mimir-bench-") as folder:
        fields = ["(i * 7919) % 1000003", "i % 977", "(i % 100000) / 100", "'x' || i % 5000"]
        selected = ["i AS id", *(f"{fields[n % 4]} AS c{n}" for n in range(9))]
        table = _generated(Path(folder), "cells", selected, rows)
        began = time.monotonic()
        infer_schema([table])
        took = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{rows:,} rows x 10 columns {took:6.1f} s, largest memory {peak:,.0f} MB"


def distinct_rows(rows: int) -> str:
    """Measure a table of any length, in which an id and a time differ in every row."""
    selected = [
        "i AS id",
        "'S' || (i % 977) AS station",
        "TIMESTAMP '2020-01-01' + to_seconds(i) AS taken_at",
        "((i * 7919) % 1000003) / 100.0 AS value",
        "(i * 31) % 5000 AS sensor_id",
        "'note number ' || (hash(i) % 1000000) AS note",
        "(i % 100000) / 100.0 AS temperature",
        "(CASE WHEN i % 7 = 0 THEN 'yes' ELSE 'no' END) AS ok",
    ]
    with tempfile.TemporaryDirectory(prefix="mimir-bench-") as folder:
        table = _generated(Path(folder), "rows", selected, rows)
        staged = table.path.stat().st_size
        tempfile.tempdir = folder  # this process ends with the measurement
        before = time.process_time()
        with _largest_size(Path(folder)) as size:
            infer_schema([table])
        took = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{rows:,} rows x 8 columns {took:6.1f} s of CPU, largest memory {peak:,.0f} MB, "
        f"largest files {(size[0] - staged) / 1e6:,.0f} MB beside {staged / 1e6:,.0f} MB staged"
    )


def csv_folder(folder: str) -> str:
    """Measure the CSV files of a folder as one project."""
    began = time.monotonic()
    tables: list[StagedTable] = []
    with tempfile.TemporaryDirectory(prefix="mimir-bench-") as scratch:
        for number, path in enumerate(sorted(Path(folder).glob("*.csv"))):
            place = Path(scratch) / str(number)
            tables += stage(path, name=path.name, sha256=_BLANK_HASH, folder=place).tables
        schema = infer_schema(tables)
    took = time.monotonic() - began
    found = sum(len(table.references) for table in schema.tables)
    return f"{Path(folder).name}: {len(tables)} tables {took:6.1f} s, {found} references"


def _describe(schema: Schema) -> int:
    names = ProjectNames("https://example.org/", "bench")
    model = name_schema(schema)
    ontology = ontology_quads(model, schema, names, version=1)
    written = [*ontology, *shape_quads(model, schema, names), *rml_quads(model, schema, names)]
    return len([str(quad) for quad in written])


def _small_table(folder: Path, number: int, columns: int, rows: int) -> StagedTable:
    """Write a table whose id starts at its own thousand, with references to two earlier ones."""
    first = (number + 1) * 10_000
    selected = [f"{first} + i AS thing{number}_id"]
    selected += [
        f"{(other + 1) * 10_000} + (i * {7 + other}) % {rows} + 1 AS thing{other}_id"
        for other in {number // 2, number // 3} - {number}
    ]
    rng = np.random.default_rng(number)
    shapes = ("'note ' || hash(i) % {0}", "(hash(i * {0}) % 10000) / 100", "hash(i + {0}) % 50")
    for place in range(columns - len(selected)):
        sql = shapes[place % 3].format(int(rng.integers(50, 500)))
        selected.append(f"{sql} AS value_{place}")
    return _generated(folder, f"thing{number}", selected, rows)


def _overlap(rows: int) -> float:
    with tempfile.TemporaryDirectory(prefix="mimir-bench-") as folder:
        columns = [f"i + {n} AS n{n}" for n in range(3)]
        tables = [_generated(Path(folder), name, columns, rows) for name in ("one", "other")]
        began = time.monotonic()
        infer_schema(tables)
        return time.monotonic() - began


def _generated(folder: Path, name: str, selected: Sequence[str], rows: int) -> StagedTable:
    """Stage a table from SQL expressions over the row number `i`."""
    path = folder / f"{name}.parquet"
    texts = ", ".join(
        f"CAST({sql} AS VARCHAR) AS {alias}"
        for sql, alias in (item.rsplit(" AS ", 1) for item in selected)
    )
    duckdb.execute("SET enable_progress_bar = false")
    duckdb.execute(
        f"COPY (SELECT i AS _row, {texts} FROM range(1, {rows + 1}) AS r(i)) "
        f"TO {quote_text(str(path))} (FORMAT parquet)"
    )
    columns = tuple(item.rsplit(" AS ", 1)[1] for item in selected)
    return StagedTable(name, path, columns, rows, f"{name}.csv", _BLANK_HASH)


@contextmanager
def _largest_size(folder: Path) -> Iterator[list[int]]:
    """Look once a second how many bytes the files of a folder take; the largest sum is yielded."""
    largest, ended = [0], threading.Event()

    def look() -> None:
        """Look until the measurement ends."""
        while not ended.wait(1):
            largest[0] = max(largest[0], _size(folder))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield largest
    finally:
        ended.set()
        watcher.join()


def _size(folder: Path) -> int:
    size = 0
    with suppress(FileNotFoundError):  # what is removed meanwhile takes no place
        for path in folder.rglob("*"):
            size += path.stat().st_size
    return size


def _in_child(function: Callable[..., str], *arguments: str | int) -> str:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


if __name__ == "__main__":
    main()
