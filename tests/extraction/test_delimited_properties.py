"""Whatever a CSV writer writes is read back, and no line of a broken file is lost."""

import csv
import io
import tempfile
from pathlib import Path

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.tables import Staging, stage

_HEADER = ("alpha", "beta", "gamma")
_CELLS = st.text(alphabet='ab1 ,"\nü\u2028\x85', max_size=6)
_FILLED = st.text(alphabet='ab1 ,"\nü\u2028\x85', min_size=1, max_size=6)
_TABLES = st.lists(st.tuples(_CELLS, _FILLED, _CELLS), min_size=1, max_size=8)
_LINES = st.lists(st.text(alphabet='ab1,,"', max_size=8), max_size=12)


def _stage(content: str, folder: Path) -> tuple[Staging, list[tuple[object, ...]]]:
    path = folder / "hash"
    path.write_text(content, encoding="utf-8", newline="")
    staging = stage(path, name="t.csv", sha256="abc", folder=folder / "staged")
    rows = duckdb.read_parquet(str(staging.tables[0].path)).order("_row").fetchall()
    return staging, rows


@settings(deadline=None, max_examples=60)
@given(table=_TABLES, end=st.sampled_from(["\n", "\r\n"]))
def test_what_a_csv_writer_writes_is_read_back(table: list[tuple[str, ...]], end: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=end)
    writer.writerow(_HEADER)
    writer.writerows(table)
    with tempfile.TemporaryDirectory() as folder:
        staging, rows = _stage(text.getvalue(), Path(folder))
    assert staging.tables[0].columns == _HEADER
    assert staging.rejects == ()
    assert [row[1:] for row in rows] == [
        tuple(cell or None for cell in row) for row in table if any(row)
    ]


@settings(deadline=None, max_examples=60)
@given(lines=_LINES)
def test_every_line_of_a_broken_file_is_a_row_or_a_reject(lines: list[str]) -> None:
    sound = [f"{n},x,{n}" for n in range(20)]
    content = "\n".join([",".join(_HEADER), *sound, *lines, *sound]) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        staging, rows = _stage(content, Path(folder))
    told = "".join(str(cell) for row in rows for cell in row[1:] if cell is not None)
    told += "".join(reject.text for reject in staging.rejects if "mended" not in reject.reason)
    for mark in "ab1":
        assert told.count(mark) == "".join([*sound, *lines, *sound]).count(mark)
    numbers = [row[0] for row in rows] + [r.row for r in staging.rejects if r.row]
    assert len(set(numbers)) == len(numbers)
