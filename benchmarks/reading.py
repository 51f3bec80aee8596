"""How fast files are read: `python -m benchmarks.reading [MB]`.

Prints for each kind of file, at a size and at four times that size, MB a second of CPU time and the
largest memory of the process that reads. Where memory stays the same it does not grow with the
file; the figures are those of `extraction.tables.stage`, each in a process of its own.
"""

import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook  # type: ignore[import-untyped]  # carries no types

from extraction.tables import stage

_MEGABYTES = 20
_TIMES = 4
_COLUMNS = ("id", "machine", "taken_at", "temperature", "state", "note")
_BATCH = 50_000

Writer = Callable[[Path, int], None]


def main(megabytes: int) -> None:
    """Measure every kind of file at two sizes."""
    print(f"{'kind':<12}{'MB':>8}{'MB/s CPU':>12}{'peak MB':>10}")
    with tempfile.TemporaryDirectory(prefix="mimir-") as folder:
        for name, write in _WRITERS.items():
            for size in (megabytes, megabytes * _TIMES):
                path = Path(folder) / name
                write(path, size * 1_000_000)
                seconds, peak = _measured(path, Path(folder) / "staged")
                actual = path.stat().st_size / 1e6
                print(f"{name:<12}{actual:>8.1f}{actual / seconds:>12.1f}{peak:>10,}", flush=True)
                path.unlink()


def _measured(path: Path, folder: Path) -> tuple[float, int]:
    """Read a file in a copy of this process; gives its CPU seconds and its largest memory in MB."""
    child = os.fork()
    if child == 0:
        before = resource.getrusage(resource.RUSAGE_SELF)
        stage(path, name=path.name, sha256="0" * 64, folder=folder)
        after = resource.getrusage(resource.RUSAGE_SELF)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        path.with_suffix(".seconds").write_text(str(used), encoding="ascii")
        os._exit(0)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise RuntimeError(f"{path.name} could not be read.")
    seconds = float(path.with_suffix(".seconds").read_text(encoding="ascii"))
    return seconds, usage.ru_maxrss >> 10


def _rows(first: int) -> Iterator[tuple[object, ...]]:
    for number in range(first, first + _BATCH):
        second = number % 60
        taken = f"2024-01-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{second:02}"
        state = ("idle", "busy", "down")[number % 3]
        note = f"reading {number} of the day"
        yield number, f"M-{number % 500:04}", taken, 20 + number % 997 / 10, state, note


def _text(start: str, row: Callable[[tuple[object, ...]], str], end: str) -> Writer:
    def write(path: Path, size: int) -> None:
        """Write rows until the file has this many bytes."""
        with path.open("w", encoding="utf-8") as file:
            file.write(start)
            first = 1
            while file.tell() < size:
                text = "".join(map(row, _rows(first)))
                file.write(text.lstrip(",") if first == 1 else text)
                first += _BATCH
            file.write(end)

    return write


def _xml_row(row: tuple[object, ...]) -> str:
    pairs = zip(_COLUMNS, row, strict=True)
    return f"<reading>{''.join(f'<{name}>{cell}</{name}>' for name, cell in pairs)}</reading>\n"


def _object(row: tuple[object, ...]) -> str:
    return json.dumps(dict(zip(_COLUMNS, row, strict=True)))


def _write_parquet(path: Path, size: int) -> None:
    table = pa.Table.from_pylist([dict(zip(_COLUMNS, row, strict=True)) for row in _rows(1)])
    with pq.ParquetWriter(path, table.schema) as writer:
        while path.stat().st_size < size:
            writer.write_table(table)


def _write_workbook(path: Path, size: int) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("readings")
    sheet.append(_COLUMNS)
    # 45 bytes a row, packed; a sheet has at most 1,048,576 rows.
    for first in range(1, min(size // 45, 1_000_000), _BATCH):
        for row in _rows(first):
            sheet.append(row)
    book.save(path)


_WRITERS: dict[str, Writer] = {
    "a.csv": _text(",".join(_COLUMNS) + "\n", lambda row: ",".join(map(str, row)) + "\n", ""),
    "a.json": _text("[", lambda row: f",{_object(row)}\n", "]"),
    "a.jsonl": _text("", lambda row: _object(row) + "\n", ""),
    "a.xml": _text("<readings>", _xml_row, "</readings>"),
    "a.xlsx": _write_workbook,
    "a.parquet": _write_parquet,
}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else _MEGABYTES)
