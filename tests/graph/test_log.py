"""The commit log: what a crash or a bad disk may do to it, and what is noticed."""

import resource
from pathlib import Path

import pytest

from graph.changes import write_patch
from graph.dataset.log import CommitLog, LogRecord, read_log
from graph.errors import LogDamaged, StoreUnavailable
from graph.terms import Literal, NamedNode, Quad

# A literal that looks like a seal must not be taken for one.
TEXTS = ["one", "# sha256 " + "0" * 64, "two\n# sha256 " + "f" * 64 + "\nTC .\n", "four — ünï"]


def patch(text: str) -> bytes:
    quad = Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(text), NamedNode("urn:g"))
    return write_patch({"reason": text}, [quad], ())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log of four records."""
    path = tmp_path / "log.rdfp"
    log = CommitLog(path)
    for text in TEXTS:
        log.append(patch(text))
    log.close()
    return path


def last_record(path: Path) -> LogRecord:
    return list(read_log(path))[-1]


def test_every_sealed_record_is_readable(path: Path) -> None:
    records = list(read_log(path))

    assert [record.sequence for record in records] == [1, 2, 3, 4]
    assert [record.text for record in records] == [patch(text) for text in TEXTS]
    assert [record.patch().header["reason"] for record in records] == TEXTS
    content = path.read_bytes()
    for record in records:
        assert content[record.offset :].startswith(record.text)


def test_reading_after_a_number_gives_only_newer_records(path: Path) -> None:
    assert [record.sequence for record in read_log(path, after=2)] == [3, 4]
    assert list(read_log(path, after=4)) == []


def test_an_opened_log_goes_on_where_it_ended(path: Path) -> None:
    log = CommitLog(path)

    assert (log.sequence, log.torn_bytes) == (4, 0)
    assert log.append(patch("five")) == 5
    log.close()
    assert [record.sequence for record in read_log(path)] == [1, 2, 3, 4, 5]


def test_a_tail_torn_at_any_byte_is_cut_and_reported(path: Path) -> None:
    whole = path.read_bytes()
    last = last_record(path)

    for size in range(last.offset, len(whole)):
        path.write_bytes(whole[:size])
        log = CommitLog(path)

        assert (log.sequence, log.torn_bytes) == (3, size - last.offset)
        assert path.stat().st_size == last.offset
        assert log.append(patch("again")) == 4
        log.close()
        assert last_record(path).text == patch("again")


def test_a_flipped_byte_anywhere_is_found_and_named(path: Path) -> None:
    whole = path.read_bytes()
    ends = [record.offset + record.length for record in read_log(path)]

    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 0x01
        path.write_bytes(bytes(changed))
        # The byte that ends a record belongs to the next one when it no longer ends a line.
        number = sum(position >= end for end in ends) + 1

        with pytest.raises(LogDamaged, match=f"Record {number} "):
            CommitLog(path)
        assert path.read_bytes() == bytes(changed)


def test_a_missing_or_reordered_record_is_found(path: Path) -> None:
    whole = path.read_bytes()
    parts = [whole[record.offset : record.offset + record.length] for record in read_log(path)]

    for order in ([0, 2, 3], [1, 0, 2, 3], [1, 2, 3], [0, 0, 1, 2, 3]):
        path.write_bytes(b"".join(parts[index] for index in order))
        with pytest.raises(LogDamaged):
            list(read_log(path))


def test_records_before_a_damaged_one_can_be_read(path: Path) -> None:
    second = list(read_log(path))[1]
    content = bytearray(path.read_bytes())
    content[second.offset + 4] ^= 0xFF
    path.write_bytes(bytes(content))

    records = read_log(path)

    assert next(records).sequence == 1
    with pytest.raises(LogDamaged, match="Record 2"):
        next(records)


@pytest.mark.parametrize("room", [0, 20])
def test_a_record_that_cannot_be_written_leaves_no_part_of_it(path: Path, room: int) -> None:
    log = CommitLog(path)
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + room, hard))
    try:
        with pytest.raises(StoreUnavailable, match="nothing was changed") as caught:
            log.append(patch("too long"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert caught.value.retryable
    assert path.read_bytes() == before
    assert log.append(patch("after")) == 5
    log.close()
    assert last_record(path).text == patch("after")


def test_an_absent_log_is_an_empty_one(tmp_path: Path) -> None:
    log = CommitLog(tmp_path / "log.rdfp")

    assert (log.sequence, log.torn_bytes) == (0, 0)
    log.close()
