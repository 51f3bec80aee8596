"""The commit log: an append-only file of RDF Patch records, each sealed by a hash.

A record is RDF Patch text followed by `# sha256 <hex>`, the digest of the previous digest and the
record's bytes, so a changed, missing or reordered record breaks the chain.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from graph.changes import Patch, read_patch
from graph.durable import sync_folder
from graph.errors import LogDamaged, NotFound, StoreUnavailable

_SEAL = b"# sha256 "
_START = "0" * 64
_LAST_ROW = re.compile(rb"^TC \.\n", re.MULTILINE)
_WHOLE_SEAL = re.compile(rb"# sha256 [0-9a-f]{64}\n?\Z")


@dataclass(frozen=True)
class LogRecord:
    """One record: its number, where it starts, its length in bytes, and its text."""

    sequence: int
    offset: int
    length: int
    digest: str
    text: bytes

    def patch(self) -> Patch:
        """Read the record's quads and header."""
        return read_patch(self.text)

    def header(self) -> Mapping[str, str]:
        """Read the record's header alone."""
        return read_patch(self.text.partition(b"TX .\n")[0]).header


class CommitLog:
    """The log of one dataset, open for appending.

    Opening verifies every record. A last record that ends before its seal does was never
    acknowledged: it is cut off, and `torn_bytes` says how much.

    Raises:
        LogDamaged: a record does not verify.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sequence = 0
        self.torn_bytes = 0
        self._digest = _START
        path.touch()
        end = 0
        for record in read_log(path):
            self.sequence, self._digest = record.sequence, record.digest
            end = record.offset + record.length
        self._before = (end, self._digest, self.sequence)
        # No buffer: one would try again later to write what a failed append left in it.
        self._file = path.open("r+b", buffering=0)
        self.torn_bytes = path.stat().st_size - end
        if self.torn_bytes:
            self._file.truncate(end)
            os.fsync(self._file.fileno())
        self._file.seek(end)
        self._end = end
        sync_folder(path.parent)

    @property
    def digest(self) -> str:
        """The newest seal, which stands for the whole log."""
        return self._digest

    def append(self, *texts: bytes) -> int:
        """Append records and sync them at once; gives the number of the last.

        Raises:
            StoreUnavailable: the write failed; no part of any record is left.
        """
        digest, pieces = self._digest, []
        for text in texts:
            digest = _seal(digest, text)
            pieces += [text, _SEAL, digest.encode(), b"\n"]
        rest = memoryview(b"".join(pieces))
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fdatasync(self._file.fileno())
        except OSError as error:
            self._file.truncate(self._end)
            self._file.seek(self._end)
            raise StoreUnavailable(
                f"The commit log {self.path} cannot be written ({error}); nothing was changed."
            ) from error
        self._before = (self._end, self._digest, self.sequence)
        self._end = self._file.tell()
        self._digest = digest
        self.sequence += len(texts)
        return self.sequence

    def withdraw(self) -> None:
        """Take back what was appended last, as long as nobody was told of it.

        Raises:
            StoreUnavailable: the file cannot be cut; the records stay.
        """
        end, digest, sequence = self._before
        try:
            os.ftruncate(self._file.fileno(), end)
            self._file.seek(end)
            os.fdatasync(self._file.fileno())
        except OSError as error:
            raise StoreUnavailable(f"The log {self.path} cannot be cut ({error}).") from error
        self._end, self._digest, self.sequence = end, digest, sequence

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_log(path: Path, after: int = 0) -> Iterator[LogRecord]:
    """Read and verify all records; yield those numbered above `after`.

    Stops silently at a last record that ends before its seal does.

    Raises:
        NotFound: there is no log.
        LogDamaged: a record does not fit its seal, with number and byte offset.
    """
    digest, number, offset = _START, 0, 0
    lines: list[bytes] = []
    with _opened(path) as file:
        for line in file:
            if not (line.startswith(_SEAL) and line.endswith(b"\n")):
                lines.append(line)
                continue
            text = b"".join(lines)
            number += 1
            digest = _seal(digest, text)
            if line != _SEAL + digest.encode() + b"\n":
                raise _damaged(path, number, offset)
            length = len(text) + len(line)
            if number > after:
                yield LogRecord(number, offset, length, digest, text)
            offset += length
            lines.clear()
    if not _torn(b"".join(lines), digest):
        raise _damaged(path, number + 1, offset)


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise NotFound(f"There is no commit log {path}.") from error


def _torn(tail: bytes, digest: str) -> bool:
    """Tell a write that stopped early from a finished record whose seal was damaged."""
    last = _LAST_ROW.search(tail)
    if last:
        seal = _SEAL + _seal(digest, tail[: last.end()]).encode()
        return seal.startswith(tail[last.end() :])
    return not _WHOLE_SEAL.search(tail)


def _damaged(path: Path, number: int, offset: int) -> LogDamaged:
    return LogDamaged(
        f"Record {number} of {path} (byte {offset}) does not match its seal. "
        "Restore the file from a copy; nothing after this record can be trusted."
    )


def _seal(previous: str, text: bytes) -> str:
    return hashlib.sha256(previous.encode() + text).hexdigest()
