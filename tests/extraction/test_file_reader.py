"""Files are read in processes of their own: what a file does to its process stays there."""

import json
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from extraction.file_reader import FileReader, FileTooExpensive
from extraction.read_limits import ReadLimits
from extraction.staging import Staging
from extraction.tables import stage
from graph.errors import BadInput, ReaderDied
from tests.e2e.served import descendants

GOOD = "id,name\n1,Ann\n2,Bob\n"
RAGGED = "id,name\n1,Ann\n2,Bob,x,y\n3,Cid\n"
PROCESS = "extraction.process"


@pytest.fixture(scope="module")
def reader() -> Iterator[FileReader]:
    """A reader with the limits that hold when nobody sets others."""
    with FileReader(ReadLimits()) as found:
        yield found


class Cancelled(Exception):
    """Somebody does not want the file to be read any more."""


def read(reader: FileReader, folder: Path, content: str | bytes, name: str = "a.csv") -> Staging:
    """Read what is given as a file of this name."""
    path = folder / "content"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return reader.stage(path, name=name, sha256="abc", folder=folder / "staged")


def read_endless(reader: FileReader, folder: Path, watch: Callable[[int], None]) -> None:
    """Read a small file that takes hours: each of its values is computed from 10 MB."""
    path = folder / "endless"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (a)")
        database.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(100_000)])
        # A column that is there before its rows would be computed here too.
        database.execute("ALTER TABLE t ADD b AS (length(hex(zeroblob(10000000 + a)))) VIRTUAL")
        database.commit()
    reader.stage(path, name="a.db", sha256="abc", folder=folder / "staged", watch=watch)


def test_a_file_is_read_as_it_is_without_a_process_of_its_own(
    reader: FileReader, tmp_path: Path
) -> None:
    found = read(reader, tmp_path, RAGGED)

    here = stage(tmp_path / "content", name="a.csv", sha256="abc", folder=tmp_path / "staged")
    assert found == here
    assert found.tables[0].rows == 2
    assert found.rejects[0].line == 3


def test_what_is_wrong_with_a_file_is_told_as_ever(reader: FileReader, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a\.csv is empty"):
        read(reader, tmp_path, "")


def test_a_file_that_needs_too_much_memory_ends_its_process_and_nothing_else(
    tmp_path: Path,
) -> None:
    huge = json.dumps([{"a": "x" * 130_000_000}])

    with FileReader(ReadLimits(memory=700 << 20)) as reader:
        with pytest.raises(FileTooExpensive, match=r"a\.json needs more than 700 MB .* Split it"):
            read(reader, tmp_path, huge, "a.json")
        assert list((tmp_path / "staged").glob(".*")) == []
        assert read(reader, tmp_path, GOOD).tables[0].rows == 2


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with (
        FileReader(ReadLimits(seconds=0.5)) as reader,
        pytest.raises(FileTooExpensive, match=r"a\.db was not read within 0\.5 s"),
    ):
        read_endless(reader, tmp_path, lambda _: None)


def test_who_watches_is_told_of_bytes_and_can_end_the_reading(
    reader: FileReader, tmp_path: Path
) -> None:
    told: list[int] = []

    def cancel(count: int) -> None:
        told.append(count)
        if len(told) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_endless(reader, tmp_path, cancel)

    assert 0 < told[0] <= told[1]
    assert len(descendants(os.getpid(), PROCESS)) == 1
    assert list((tmp_path / "staged").glob(".*")) == []


def test_a_process_that_somebody_kills_is_told_apart_from_a_bad_file(
    reader: FileReader, tmp_path: Path
) -> None:
    def kill(_: int) -> None:
        _, child = descendants(os.getpid(), PROCESS)
        os.kill(child, signal.SIGKILL)

    with pytest.raises(ReaderDied, match=r"read a\.db was ended from outside"):
        read_endless(reader, tmp_path, kill)


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    before = descendants(os.getpid(), PROCESS)
    with FileReader(ReadLimits()) as reader:
        read(reader, tmp_path, GOOD)
        assert len(descendants(os.getpid(), PROCESS)) == len(before) + 1

    assert descendants(os.getpid(), PROCESS) == before
