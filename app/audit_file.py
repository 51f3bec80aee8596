"""The file of the audit: one JSON object a line, each sealed by the hash of all before it.

A chain of hashes does not show that its end was cut off. So another file keeps, after each record,
how many there are, what the first one follows, and the seal of the last.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from graph.errors import LogDamaged

FILE = "audit.jsonl"
_LARGEST_FILE = 64 << 20
_START = "0" * 64


@dataclass(frozen=True)
class AuditEnd:
    """How far a file goes: the seal that its first record follows, their number, the last seal."""

    first: str
    records: int
    seal: str

    def after(self, seal: str) -> "AuditEnd":
        """Give the end once a record with this seal was added."""
        return replace(self, records=self.records + 1, seal=seal)


class AuditFile:
    """Appends sealed records to a file; a full one is kept beside it under its last hash.

    Attributes:
        kept: where the file of before was put, when its end had been cut off; else None.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept: Path | None = None
        self._lock = threading.Lock()
        path.touch()
        noted = _noted_end(path)
        before, found = self._found_ends(noted.first if noted else _START)
        self._end = noted or found
        # A record is written before the end is: one more is what a crash leaves.
        if self._end in (found, before):
            self._end = found
            _note_end(path, found)
        else:
            self.kept = self._begin_another()

    def append(self, record: dict[str, Any]) -> None:
        """Write a record."""
        with self._lock:
            if self.path.stat().st_size > _LARGEST_FILE:
                self._begin_another()
            seal = _sealed(self._end.seal, record)
            line = json.dumps({**record, "before": self._end.seal, "seal": seal})
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
            self._end = self._end.after(seal)
            _note_end(self.path, self._end)

    def _begin_another(self) -> Path:
        """Put the file aside with its end; gives where. What comes follows the last seal."""
        seal = self._end.seal
        aside = self.path.with_name(f"audit-{seal[:16]}.jsonl")
        _end_of(self.path).replace(_end_of(aside))
        self.path.rename(aside)
        self.path.touch()
        self._end = AuditEnd(seal, 0, seal)
        _note_end(self.path, self._end)
        return aside

    def _found_ends(self, first: str) -> tuple[AuditEnd, AuditEnd]:
        """Cut off a line that was being written; give the end before the last record, and the end.

        `read_audit` verifies the records; here they are only counted.

        Args:
            first: the seal that the first record follows, where there is none.
        """
        size, count, start, last = 0, 0, b"", b""
        with self.path.open("r+b") as file:
            for line in file:
                if line.endswith(b"\n"):
                    size, count, start, last = size + len(line), count + 1, start or line, line
            file.truncate(size)
        begun = str(_parsed(start).get("before", first))
        ending = _parsed(last)
        return (
            AuditEnd(begun, count - 1, str(ending.get("before", first))),
            AuditEnd(begun, count, str(ending.get("seal", first))),
        )


def read_audit(path: Path) -> Iterator[dict[str, Any]]:
    """Read and verify the records of a file, oldest first; a last line that was cut is left out.

    Raises:
        LogDamaged: a record does not fit its seal, one is missing, or the file ends too early.
    """
    noted = _noted_end(path)
    if noted is None:
        raise LogDamaged(f"{_end_of(path)}, which says where the audit ends, cannot be read.")
    end = AuditEnd(noted.first, 0, noted.first)
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith("\n"):
                break
            record = _parsed(line)
            rest = {key: value for key, value in record.items() if key not in ("before", "seal")}
            before, end = end.seal, end.after(_sealed(end.seal, rest))
            fits = (record.get("before"), record.get("seal")) == (before, end.seal)
            if not fits or (number == noted.records and end != noted):
                raise LogDamaged(f"Record {number} of {path} does not fit its seal.")
            yield record
    # There may be more than was noted: they are written first, and others write meanwhile.
    if end.records < noted.records:
        raise LogDamaged(
            f"{path} ends after record {end.records}, but {noted.records} were written: its end "
            "was cut off, by hand or when the power failed."
        )


def _noted_end(path: Path) -> AuditEnd | None:
    try:
        return AuditEnd(**_parsed(_end_of(path).read_bytes()))
    except (FileNotFoundError, TypeError):
        return None


def _note_end(path: Path, end: AuditEnd) -> None:
    temporary = path.with_suffix(".end.new")
    temporary.write_text(json.dumps(asdict(end)), encoding="utf-8")
    temporary.replace(_end_of(path))


def _end_of(path: Path) -> Path:
    return path.with_suffix(".end")


def _sealed(before: str, record: dict[str, Any]) -> str:
    text = before + json.dumps(record, sort_keys=True)
    return sha256(text.encode()).hexdigest()


def _parsed(line: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
