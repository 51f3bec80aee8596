"""The door of reading: archives, limits, folders."""

import gzip
import zipfile
from pathlib import Path

import duckdb
import pytest

from extraction import archives
from extraction.tables import Staging, expand, stage
from graph.errors import BadInput


def _zip(tmp_path: Path, members: dict[str, bytes]) -> Path:
    path = tmp_path / "content-hash"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _stage(path: Path, name: str) -> Staging:
    return stage(path, name=name, sha256="abc", folder=path.parent / "staged")


def test_a_zip_gives_the_tables_of_all_its_files(tmp_path: Path) -> None:
    members = {
        "export/b.csv": b"id\n1\n2\n",
        "export/deep/a.json": b'[{"id": 1}]',
        "export/readme.pdf": b"%PDF-1.7",
        "__MACOSX/export/._b.csv": b"\0\0",
        ".hidden/c.csv": b"id\n1\n",
    }
    staging = _stage(_zip(tmp_path, members), "export.zip")
    assert [(t.name, t.rows, t.source) for t in staging.tables] == [
        ("b", 2, "export.zip/export/b.csv"),
        ("a", 1, "export.zip/export/deep/a.json"),
    ]
    assert all(table.path.is_file() for table in staging.tables)
    assert [reject.source for reject in staging.rejects] == ["export.zip/export/readme.pdf"]


def test_equal_stems_in_a_zip_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    staging = _stage(_zip(tmp_path, {"a/x.csv": b"id\n1\n", "b/x.csv": b"id\n2\n"}), "z.zip")
    assert [table.name for table in staging.tables] == ["a.x", "b.x"]
    assert [duckdb.read_parquet(str(t.path)).fetchall() for t in staging.tables] == [
        [(1, "1")],
        [(1, "2")],
    ]


def test_gzip_is_read_like_the_file_inside(tmp_path: Path) -> None:
    path = tmp_path / "hash"
    path.write_bytes(gzip.compress(b"id,n\n1,2\n3\n"))
    staging = _stage(path, "orders.csv.gz")
    (table,) = staging.tables
    assert (table.name, table.rows, table.source) == ("orders", 1, "orders.csv.gz")
    assert [reject.source for reject in staging.rejects] == ["orders.csv.gz"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"../up.csv": b"id\n1\n"}, "leaves the archive"),
        ({"/etc/up.csv": b"id\n1\n"}, "leaves the archive"),
        ({"a.csv": b"id\n" + b"0\n" * 10_000_000}, "expands more than 200 times"),
        ({"inner.zip": b"PK\x05\x06" + b"\0" * 18}, "no data file"),
        ({"readme.md": b"# hello"}, "no data file"),
        ({}, "no data file"),
        ({"c/b.csv": b""}, "z.zip/c/b.csv is empty"),
        ({"x.y.csv": b"a\n1\n", "x.json": b'{"y": [{"a": 1}], "z": [{"a": 1}]}'}, "named x.y"),
    ],
)
def test_dangerous_and_useless_archives_are_refused(
    tmp_path: Path, members: dict[str, bytes], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        _stage(_zip(tmp_path, members), "z.zip")
    assert not (tmp_path.parent / "up.csv").exists()


def test_an_archive_that_expands_beyond_the_limit_is_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "hash"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(11):
            archive.writestr(f"{number}.csv", b"0\n" * 50_000_000, compresslevel=1)
    assert archives.EXPANDED_LIMIT < 11 * 100_000_000
    with pytest.raises(BadInput, match="the limit is"):
        _stage(path, "z.zip")


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hash"
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(BadInput, match="damaged zip"):
        _stage(path, "z.zip")
    path.write_bytes(gzip.compress(b"id\n1\n")[:-6])
    with pytest.raises(BadInput, match="damaged gzip"):
        _stage(path, "z.csv.gz")


def test_table_names_that_are_paths_stay_in_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "hash"
    path.write_text('{"../a/b": [{"id": 1}], "' + "x" * 400 + '": [{"id": 1}]}', encoding="utf-8")
    staging = _stage(path, "s.json")
    assert [table.path.parent for table in staging.tables] == [tmp_path / "staged"] * 2
    assert staging.tables[0].name == "s.../a/b"
    assert all(table.path.is_file() for table in staging.tables)


def test_a_folder_stands_for_its_data_files(tmp_path: Path) -> None:
    for name in ("b.csv", "a.tsv", "deep/c.parquet", ".hidden.csv", "notes.txt", "truth.json",
                 "only/d.json", "only/e.jsonl", "z.csv.gz", "deep/f.jsonl"):  # fmt: skip
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"x")
    names = [file.relative_to(tmp_path).as_posix() for file in expand([tmp_path])]
    assert names == ["a.tsv", "b.csv", "deep/c.parquet", "deep/f.jsonl", "only/d.json",
                     "only/e.jsonl", "z.csv.gz"]  # fmt: skip
    assert expand([tmp_path / "truth.json"]) == [tmp_path / "truth.json"]


def test_paths_without_data_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        expand([tmp_path / "absent"])
    with pytest.raises(BadInput, match="no data file"):
        expand([tmp_path])


@pytest.mark.parametrize(
    ("content", "name", "columns"),
    [
        (b'[{"id": 1, "n": 2}]', "shop.csv", ("id", "n")),
        (b'{"id": 1, "n": 2}\n{"id": 2}\n', "shop", ("id", "n")),
        (b"id\tn\n1\t2\n", "shop.xls", ("id", "n")),
        (b"id;n\n1;2\n", "shop.txt", ("id", "n")),
        (b"sep=;\nid;n\n1;2\n", "shop.csv", ("id", "n")),
    ],
)
def test_the_content_of_a_file_wins_over_its_name(
    tmp_path: Path, content: bytes, name: str, columns: tuple[str, ...]
) -> None:
    path = tmp_path / "hash"
    path.write_bytes(content)
    assert _stage(path, name).tables[0].columns == columns
    assert _stage(path, name).tables[0].name == "shop"
