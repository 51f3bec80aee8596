"""Archives: what is packed in any of them, in one another too, is read like the files inside."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from extraction import archives
from extraction.tables import Staging, stage
from graph.errors import BadInput

_CSV = b"id,n\n1,a\n2,b\n"
_OTHER = b"sku,label\nA1,pear\n"
_TWO = {"a.csv": _CSV, "deep/b.csv": _OTHER}


def _zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _tar(members: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.type, info.linkname = len(content), kind, "/etc/hostname"
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def _zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


def _stage(tmp_path: Path, content: bytes, name: str) -> Staging:
    path = tmp_path / "content-hash"
    path.write_bytes(content)
    return stage(path, name=name, sha256="abc", folder=tmp_path / "staged")


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("x.tar", lambda tar: tar),
        ("x.tar.gz", gzip.compress),
        ("x.tgz", gzip.compress),
        ("x.tar.bz2", bz2.compress),
        ("x.tar.xz", lzma.compress),
        ("x.tar.zst", _zstd),
        ("x", lambda tar: gzip.compress(gzip.compress(tar))),
    ],
)
def test_a_tar_gives_the_tables_of_all_its_files(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    staging = _stage(tmp_path, pack(_tar(_TWO)), name)
    assert [(t.name, t.rows, t.source) for t in staging.tables] == [
        ("a", 2, f"{name}/a.csv"),
        ("b", 1, f"{name}/deep/b.csv"),
    ]


def test_archives_inside_archives_are_read_and_name_their_tables(tmp_path: Path) -> None:
    inner = _zip({"a.csv": _CSV, "c.csv.gz": gzip.compress(_OTHER)})
    staging = _stage(tmp_path, _zip({"a.csv": _CSV, "in.zip": inner, "t.tar": _tar(_TWO)}), "z.zip")
    assert [(table.name, table.source) for table in staging.tables] == [
        ("a", "z.zip/a.csv"),
        ("in.a", "z.zip/in.zip/a.csv"),
        ("in.c", "z.zip/in.zip/c.csv.gz"),
        ("t.a", "z.zip/t.tar/a.csv"),
        ("t.b", "z.zip/t.tar/deep/b.csv"),
    ]


def test_archives_are_opened_to_a_bounded_depth(tmp_path: Path) -> None:
    packed = _CSV
    for _ in range(archives.DEPTH_LIMIT):
        packed = gzip.compress(packed)
    assert _stage(tmp_path, packed, "a.csv").tables[0].rows == 2
    with pytest.raises(BadInput, match="nests more than"):
        _stage(tmp_path, gzip.compress(packed), "a.csv")
    with pytest.raises(BadInput, match="nests more than"):
        _stage(tmp_path, _zip({"b.csv": _CSV, "a.csv.gz": packed}), "z.zip")


def test_all_that_is_unpacked_of_one_file_shares_an_allowance(tmp_path: Path) -> None:
    packed, allowance = tmp_path / "a.gz", archives.Allowance(left=2 * len(_CSV))
    packed.write_bytes(gzip.compress(_CSV))
    for _ in range(2):
        archives.unpack(packed, "a.gz", "gzip", tmp_path / "plain", allowance)
    with pytest.raises(BadInput, match="expands beyond"):
        archives.unpack(packed, "a.gz", "gzip", tmp_path / "plain", allowance)


@pytest.mark.parametrize(
    ("tar", "said"),
    [
        (_tar({"../up.csv": _CSV}), "leaves the archive"),
        (_tar({"/etc/up.csv": _CSV}), "leaves the archive"),
        (_tar({"a.csv": b""}, tarfile.SYMTYPE), "is a link"),
        (_tar({"a.csv": b""}, tarfile.LNKTYPE), "is a link"),
        (_tar({"a.csv": b""}, tarfile.CHRTYPE), "is a device"),
        (_tar({"a.pdf": b"%PDF-1.7"}), "no data file"),
        (_tar(_TWO)[:700], "damaged tar|no data file|cannot be unpacked"),
    ],
)
def test_dangerous_and_damaged_tars_are_refused(tmp_path: Path, tar: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        _stage(tmp_path, tar, "x.tar")


def test_a_member_that_cannot_be_read_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    members = {"a.csv": _CSV, "empty.csv": b"", "bad.xlsx": b"PK\x03\x04"}
    staging = _stage(tmp_path, _zip(members), "z.zip")
    assert [table.name for table in staging.tables] == ["a"]
    assert {(r.source, r.reason.split(":")[0]) for r in staging.rejects} == {
        ("z.zip/bad.xlsx", "the file was left out"),
        ("z.zip/empty.csv", "the file was left out"),
    }


@pytest.mark.parametrize(
    ("members", "tables"),
    [
        ({"dump.sql": b"INSERT INTO t (a) VALUES (1), (2);"}, ["dump.t"]),
        ({"data.txt": _CSV, "logo.png": b"\x89PNG\r\n\x1a\n\0\0"}, ["data"]),
        ({"a.csv": _CSV, "about.md": b"| a | b |\n|---|---|\n| 1 | 2 |\n"}, ["a"]),
    ],
)
def test_an_archive_without_files_of_data_is_read_by_its_documents(
    tmp_path: Path, members: dict[str, bytes], tables: list[str]
) -> None:
    staging = _stage(tmp_path, _zip(members), "z.zip")
    assert [table.name for table in staging.tables] == tables


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "z.zip",
            _zip({"a.csv": _CSV}).replace(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xbf"),
        ),
        ("z.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x3e" * 4_000),
        ("z.parquet", b"PAR1" + b"\x15\xff" * 40 + b"\x50\0\0\0PAR1"),
    ],
)
def test_containers_that_their_readers_stumble_over_are_told_to_be_damaged(
    tmp_path: Path, name: str, content: bytes
) -> None:
    with pytest.raises(BadInput, match=r"damaged|cannot be (read|unpacked)"):
        _stage(tmp_path, content, name)
