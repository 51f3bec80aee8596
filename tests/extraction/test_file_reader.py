"""Files are read in processes of their own: what a file does to its process stays there."""

import hashlib
import json
import os
import signal
from collections.abc import Callable, Iterator
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
LONG = "<r>" + "<x><a>1</a><b>2</b></x>" * 1_500_000 + "</r>"
"""Takes longer to read than the two seconds between two looks."""

PROCESS = "extraction.process"
_MEMORY = 700 << 20


@pytest.fixture(scope="module")
def reader() -> Iterator[FileReader]:
    """A reader with little memory."""
    with FileReader(ReadLimits(memory=_MEMORY)) as found:
        yield found


def read(
    reader: FileReader,
    folder: Path,
    content: str,
    name: str = "a.csv",
    watch: Callable[[int], None] = lambda _: None,
) -> Staging:
    """Read a text as a file of this name."""
    path = folder / "content"
    path.write_text(content, encoding="utf-8")
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return reader.stage(path, name=name, sha256=sha256, folder=folder / "staged", watch=watch)


def test_a_file_is_read_as_it_is_without_a_process_of_its_own(
    reader: FileReader, tmp_path: Path
) -> None:
    found = read(reader, tmp_path, RAGGED)

    path = tmp_path / "content"
    sha256 = hashlib.sha256(RAGGED.encode()).hexdigest()
    here = stage(path, name="a.csv", sha256=sha256, folder=tmp_path / "staged")
    assert found == here
    assert found.tables[0].rows == 2
    assert found.rejects[0].line == 3


def test_what_is_wrong_with_a_file_is_told_as_ever(reader: FileReader, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a\.csv is empty"):
        read(reader, tmp_path, "")


def test_a_file_that_needs_too_much_memory_ends_its_process_and_nothing_else(
    reader: FileReader, tmp_path: Path
) -> None:
    huge = json.dumps([{"a": "x" * 130_000_000}])

    with pytest.raises(FileTooExpensive, match=r"a\.json needs more than 700 MB .* Split it"):
        read(reader, tmp_path, huge, "a.json")

    assert read(reader, tmp_path, GOOD).tables[0].rows == 2
    assert list((tmp_path / "staged").glob(".*")) == []


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with (
        FileReader(ReadLimits(seconds=0.0)) as reader,
        pytest.raises(FileTooExpensive, match="not read within 0 s"),
    ):
        read(reader, tmp_path, GOOD)


def test_who_watches_can_end_the_reading(reader: FileReader, tmp_path: Path) -> None:
    class Cancelled(Exception):
        pass

    def cancel(_: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read(reader, tmp_path, LONG, "a.xml", cancel)

    (server,) = descendants(os.getpid(), PROCESS)
    assert server
    assert list((tmp_path / "staged").glob(".*")) == []


def test_a_process_that_somebody_kills_is_told_apart_from_a_bad_file(
    reader: FileReader, tmp_path: Path
) -> None:
    def kill(_: int) -> None:
        _, child = descendants(os.getpid(), PROCESS)
        os.kill(child, signal.SIGKILL)

    with pytest.raises(ReaderDied, match=r"read a\.xml was ended from outside"):
        read(reader, tmp_path, LONG, "a.xml", kill)


def test_bytes_that_were_read_are_told(reader: FileReader, tmp_path: Path) -> None:
    told: list[int] = []
    read(reader, tmp_path, LONG, "a.xml", told.append)

    assert told
    assert 1_000_000 < told[0] <= told[-1]


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    before = descendants(os.getpid(), PROCESS)
    with FileReader(ReadLimits()) as reader:
        read(reader, tmp_path, GOOD)
        assert len(descendants(os.getpid(), PROCESS)) == len(before) + 1

    assert descendants(os.getpid(), PROCESS) == before
