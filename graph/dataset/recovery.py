"""What can be done with the files of a dataset alone: verify, export, rebuild.

Verifying and exporting only read. Rebuilding needs a dataset that no process has open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graph.blobs import BlobStore, is_sound
from graph.changes import write_patch
from graph.dataset.checkpoints import between, record_base, record_files, replay
from graph.dataset.log import LogRecord, read_log
from graph.dataset.owner import OwnerLock
from graph.dataset.store_folders import StoreFolders
from graph.errors import NotFound

_LOG, _BLOBS = "log.rdfp", "blobs"


@dataclass(frozen=True)
class LogReport:
    """A log after all its records were verified.

    Attributes:
        records, bytes: of whole records.
        torn_bytes: of a last record that was being written when the process ended.
        digest: the newest seal, which stands for the whole log.
        missing_files: SHA-256 of files that commits name and that are absent or changed.
    """

    records: int
    bytes: int
    torn_bytes: int
    digest: str
    missing_files: tuple[str, ...]


def verify_log(folder: Path) -> LogReport:
    """Verify the log of a dataset and the files that its commits name.

    Raises:
        NotFound: there is no log.
        LogDamaged: a record does not fit its seal.
    """
    records, size, digest = 0, 0, ""
    files: dict[str, None] = {}
    for record in read_log(_log(folder)):
        records, size, digest = record.sequence, record.offset + record.length, record.digest
        files |= dict.fromkeys(name for name in record_files(record.patch()) if name)
    missing = tuple(sorted(name for name in files if not is_sound(folder / _BLOBS / name, name)))
    return LogReport(records, size, _log(folder).stat().st_size - size, digest, missing)


def export_log(folder: Path, first: int = 1, last: int | None = None) -> Iterator[bytes]:
    """Write commits as RDF Patch that stands for itself: rows of files are written out.

    Args:
        first, last: numbers of commits; without `last` up to the newest.

    Raises:
        NotFound: there is no log.
        LogDamaged: a record does not fit its seal, or a file that a commit names its hash.
    """
    for record in read_log(_log(folder), after=first - 1):
        if last is not None and record.sequence > last:
            return
        if record_files(record.patch()) == (None, None):
            yield record.text
        else:
            yield from _written_out(folder, record)


def rebuild_store(folder: Path) -> int:
    """Build the store of a dataset anew from its log, and switch it in; gives its commit.

    Raises:
        StoreInUse: a process has the dataset open.
        NotFound: there is no log.
        LogDamaged: a record does not fit its seal, or a file that a commit names its hash.
    """
    log = _log(folder)
    lock = OwnerLock(folder)
    try:
        stores = StoreFolders(folder)
        fresh = stores.free()
        last = max((record.sequence for record in read_log(log)), default=0)
        replay(fresh, last, log, BlobStore(folder / _BLOBS))
        stores.switch_to(fresh)
        stores.remove_others()
    finally:
        lock.release()
    return last


def _written_out(folder: Path, record: LogRecord) -> Iterator[bytes]:
    patch = record.patch()
    added, removed = record_files(patch)
    header = {
        name: value
        for name, value in patch.header.items()
        if name not in ("added-file", "removed-file", "base")
    }
    head, _, _ = write_patch(header, (), ()).partition(b"TC .\n")
    yield head
    blobs = BlobStore(folder / _BLOBS)
    for sign, name in ((b"D ", removed), (b"A ", added)):
        if name:
            with blobs.sound(name).open("rb") as file:
                yield from (sign + line.strip() + b"\n" for line in file if line.strip())
    # Commits made while the files were loaded stand before this one but won over the files.
    for earlier in between(_log(folder), record_base(record, patch), record.sequence - 1):
        yield _rows(earlier)
    yield _rows(record)
    yield b"TC .\n"


def _rows(record: LogRecord) -> bytes:
    patch = record.patch()
    text = write_patch({}, patch.added, patch.removed)
    return text.removeprefix(b"TX .\n").removesuffix(b"TC .\n")


def _log(folder: Path) -> Path:
    if not (folder / _LOG).is_file():
        raise NotFound(f"There is no commit log in {folder}.")
    return folder / _LOG
