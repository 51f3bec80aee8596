"""The file of the audit: one JSON object a line, each sealed by the hash of all before it."""

import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graph.errors import LogDamaged

FILE = "audit.jsonl"
_LARGEST_FILE = 64 << 20
_START = "0" * 64


class AuditFile:
    """Appends sealed records to a file; a full one is kept beside it under its first hash."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        path.touch()
        self._seal = self._last_seal()

    def append(self, record: dict[str, Any]) -> None:
        """Write a record."""
        with self._lock:
            if self.path.stat().st_size > _LARGEST_FILE:
                self.path.rename(self.path.with_name(f"audit-{self._seal[:16]}.jsonl"))
            seal = _sealed(self._seal, record)
            line = json.dumps({**record, "before": self._seal, "seal": seal})
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
            self._seal = seal

    def _last_seal(self) -> str:
        """Cut off a line that was being written at the end, and give the seal before it."""
        end, last = 0, b"{}"
        with self.path.open("r+b") as file:
            for line in file:
                if line.endswith(b"\n"):
                    end, last = end + len(line), line
            file.truncate(end)
        return str(_parsed(last.decode("utf-8", "replace")).get("seal", _START))


def read_audit(path: Path) -> Iterator[dict[str, Any]]:
    """Read and verify the records of a file, oldest first; a last line that was cut is left out.

    Raises:
        LogDamaged: a record does not fit its seal, or one is missing.
    """
    before = None
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith("\n"):
                return
            record = _parsed(line)
            rest = {key: value for key, value in record.items() if key not in ("before", "seal")}
            follows = before is None or record.get("before") == before
            if not follows or record.get("seal") != _sealed(str(record.get("before")), rest):
                raise LogDamaged(f"Record {number} of {path} does not fit its seal.")
            before = record["seal"]
            yield record


def _sealed(before: str, record: dict[str, Any]) -> str:
    text = before + json.dumps(record, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _parsed(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
