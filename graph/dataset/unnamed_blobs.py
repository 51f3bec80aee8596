"""Stored files that nothing names: what a step left behind that was killed before its commit.

Every name of a file that counts is in the log, or in a stored file that the log names. The log is
kept for ever, so what a state of the past needs is named there too.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from graph.blobs import BlobStore

_NAME = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
# A worker may be on its way from storing a file to the commit that names it.
_PATIENCE = timedelta(days=1)
# Larger files hold rows.
_LARGEST_WITH_NAMES = 16 << 20


def remove_unnamed(blobs: BlobStore, log: Path, now: datetime) -> list[str]:
    """Remove the stored files that nothing names and that are older than a day; gives their names.

    Args:
        log: of the same dataset, verified.
    """
    oldest = (now - _PATIENCE).timestamp()
    unnamed = {
        path.name
        for path in blobs.folder.iterdir()
        if _NAME.fullmatch(path.name.encode()) and path.stat().st_mtime < oldest
    }
    with log.open("rb") as lines:
        found = _names(lines) if unnamed else set()
    while unnamed and found:
        unnamed -= found
        found = _named_within(blobs.folder, found) & unnamed
    for name in unnamed:
        (blobs.folder / name).unlink(missing_ok=True)
    return sorted(unnamed)


def _named_within(folder: Path, names: Iterable[str]) -> set[str]:
    return {name for path in _small(folder, names) for name in _names([path.read_bytes()])}


def _small(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        path = folder / name
        if path.is_file() and path.stat().st_size <= _LARGEST_WITH_NAMES:
            yield path


def _names(pieces: Iterable[bytes]) -> set[str]:
    return {name.decode() for piece in pieces for name in _NAME.findall(piece)}
