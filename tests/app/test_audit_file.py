"""The end of the audit: a file that was cut short says so, also after the next start."""

from pathlib import Path
from typing import Any

import pytest

from app.audit_file import FILE, AuditFile, read_audit
from graph.errors import LogDamaged


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An audit of four records."""
    audit = AuditFile(tmp_path / FILE)
    for number in range(4):
        audit.append({"number": number})
    return audit.path


def numbers(path: Path) -> list[Any]:
    return [record.get("number") for record in read_audit(path)]


def test_an_audit_cut_at_any_byte_is_found(path: Path) -> None:
    whole = path.read_bytes()

    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(LogDamaged, match=r"but 4 were written: its end was cut off"):
            numbers(path)


def test_records_taken_from_the_start_are_missed(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)

    path.write_bytes(b"".join(lines[1:]))

    with pytest.raises(LogDamaged, match="Record 1 "):
        numbers(path)


def test_an_end_that_cannot_be_read_is_told(path: Path) -> None:
    for content in (b"", b"{}", b"[", b'{"first": 1, "more": 2}'):
        path.with_suffix(".end").write_bytes(content)
        with pytest.raises(LogDamaged, match="cannot be read"):
            numbers(path)


def test_a_crash_between_record_and_end_loses_nothing(path: Path) -> None:
    end = path.with_suffix(".end")
    noted = end.read_bytes()
    AuditFile(path).append({"number": 4})
    end.write_bytes(noted)

    assert numbers(path) == [0, 1, 2, 3, 4]
    again = AuditFile(path)
    again.append({"number": 5})
    assert again.kept is None
    assert numbers(path) == [0, 1, 2, 3, 4, 5]


def test_a_cut_audit_is_kept_aside_and_a_new_one_follows_what_was_promised(path: Path) -> None:
    whole = path.read_bytes()
    last = list(read_audit(path))[-1]["seal"]
    path.write_bytes(whole[: whole.index(b'{"number": 2')])

    audit = AuditFile(path)
    audit.append({"number": "new"})

    assert audit.kept is not None
    assert [record["before"] for record in read_audit(path)] == [last]
    with pytest.raises(LogDamaged, match=r"ends after record 2, but 4 were written"):
        numbers(audit.kept)


def test_an_audit_without_a_noted_end_gets_one(path: Path) -> None:
    path.with_suffix(".end").unlink()

    AuditFile(path).append({"number": 4})

    assert numbers(path) == [0, 1, 2, 3, 4]
