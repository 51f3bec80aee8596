"""Arrow, Feather and ORC to staged tables, as Parquet is read."""

import struct
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from pyarrow import feather, orc

from extraction.tables import Staging, stage
from graph.errors import BadInput

_ROWS = pa.table(
    {
        "id": [1, 2, 3],
        "name": ["a", None, "c"],
        "day": pa.array([0, 1, None], pa.date32()),
        "price": pa.array([None, Decimal("1.50"), Decimal("2.00")], pa.decimal128(5, 2)),
    }
)
_TEXTS = [
    (1, "1", "a", "1970-01-01", None),
    (2, "2", None, "1970-01-02", "1.50"),
    (3, "3", "c", None, "2.00"),
]


def _stage(tmp_path: Path, name: str) -> Staging:
    return stage(tmp_path / "hash", name=name, sha256="abc", folder=tmp_path / "staged")


def _arrow(rows: pa.Table, path: Path) -> None:
    with pa.ipc.new_file(path, rows.schema) as writer:
        writer.write_table(rows, max_chunksize=2)


def _stream(rows: pa.Table, path: Path) -> None:
    with pa.ipc.new_stream(path, rows.schema) as writer:
        writer.write_table(rows, max_chunksize=2)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("r.arrow", _arrow),
        ("r.arrows", _stream),
        ("r", _arrow),
        ("r.feather", lambda rows, path: feather.write_feather(rows, path, "zstd")),
        ("r.orc", orc.write_table),
    ],
)
def test_batches_are_read_as_parquet_is(
    tmp_path: Path, name: str, write: Callable[[pa.Table, Path], None]
) -> None:
    write(_ROWS, tmp_path / "hash")
    (table,) = _stage(tmp_path, name).tables
    assert (table.name, table.columns) == ("r", ("id", "name", "day", "price"))
    assert duckdb.read_parquet(str(table.path)).order("_row").fetchall() == _TEXTS


def test_lists_of_arrow_become_child_tables_and_equal_names_are_told_apart(tmp_path: Path) -> None:
    rows = pa.table([[1, 2], [["a", "b"], None], pa.array(["x", "y"]).dictionary_encode()],
                    names=["id", "tags", "ID"])  # fmt: skip
    _arrow(rows, tmp_path / "hash")
    tables = _stage(tmp_path, "r.arrow").tables
    assert [(t.name, t.rows, t.columns) for t in tables] == [
        ("r", 2, ("id", "ID_2")),
        ("r.tags", 2, ("r_id", "value")),
    ]


@pytest.mark.parametrize("name", ["r.arrow", "r.orc"])
def test_damaged_batches_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "hash"
    _arrow(_ROWS, path)
    path.write_bytes(path.read_bytes()[:-300] if name == "r.arrow" else b"ORC\0\1 and no more")
    with pytest.raises(BadInput, match="damaged"):
        _stage(tmp_path, name)


def test_offsets_that_point_outside_their_batch_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "hash"
    _arrow(pa.table({"a": ["x" * 0x1234, "y"]}), path)
    right, wild = (struct.pack("<3i", 0, middle, 0x1235) for middle in (0x1234, 1 << 30))
    assert right in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(right, wild))
    with pytest.raises(BadInput, match="damaged arrow"):
        _stage(tmp_path, "r.arrow")


@pytest.mark.parametrize("word", ["ORC", "PAR1", "ARROW1", "FEA1"])
def test_a_text_that_starts_like_a_columnar_file_is_text(tmp_path: Path, word: str) -> None:
    (tmp_path / "hash").write_text(f"{word},n\n1,2\n2,3\n", encoding="utf-8")
    assert _stage(tmp_path, "r.csv").tables[0].columns == (word, "n")
