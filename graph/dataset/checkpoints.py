"""Kept checkpoints: what the state at any commit is rebuilt from, together with the log.

A checkpoint is a store in a folder named by its commit. They are made now and then, and around each
bulk load; a policy thins out the older ones. The newest one that is not above the wanted commit is
cloned, and the records up to that commit are replayed onto the clone.
"""

import os
import shutil
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from graph.blobs import BlobStore
from graph.changes import Patch
from graph.dataset.loader import load_files
from graph.dataset.log import LogRecord, read_log
from graph.durable import made_folder
from graph.errors import StoreDamaged, StoreUnavailable
from graph.oxigraph import OxigraphStore
from graph.terms import Literal, NamedNode, Quad

STATE = NamedNode("urn:mimir:state")
KEPT = 20
EVERY = 500
_SEQUENCE = NamedNode("urn:mimir:sequence")
_QUERY_STATE = "SELECT ?n WHERE { <urn:mimir:state> <urn:mimir:sequence> ?n }"


@dataclass(frozen=True)
class CheckpointSize:
    """A kept checkpoint: its commit, and the bytes that only it holds on to."""

    sequence: int
    own_bytes: int


def state_quad(sequence: int) -> Quad:
    """Say which commit a store is at."""
    return Quad(STATE, _SEQUENCE, Literal(sequence), STATE)


def read_sequence(store: OxigraphStore) -> int:
    """Read which commit a store is at; an empty one is at 0."""
    rows = store.reader([STATE]).select(_QUERY_STATE).rows
    return max((int(getattr(row[0], "value", "0")) for row in rows), default=0)


class Checkpoints:
    """The kept checkpoints of one dataset.

    Args:
        folder: one folder per checkpoint below it.
        keep: how many are kept; 0 keeps none, and old states are rebuilt from the log alone.
    """

    def __init__(self, folder: Path, keep: int = KEPT) -> None:
        self.folder = folder
        self._keep = keep
        self._lock = threading.Lock()
        self._building = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        for leftover in folder.glob(".*"):
            shutil.rmtree(leftover, ignore_errors=True)

    def sequences(self) -> list[int]:
        """List the commits of the kept checkpoints, oldest first."""
        return sorted(int(path.name) for path in self.folder.iterdir() if path.name.isdigit())

    def take(self, store: OxigraphStore, sequence: int) -> None:
        """Keep a checkpoint of a store that is at `sequence`."""
        if self._keep == 0 or sequence in self.sequences():
            return
        temporary = self.folder / f".{sequence}"
        try:
            store.checkpoint(temporary)
        except StoreUnavailable:
            # History is then rebuilt from an older checkpoint; the commit itself is safe.
            shutil.rmtree(temporary, ignore_errors=True)
            return
        self.adopt(temporary, sequence)

    def adopt(self, store: Path, sequence: int) -> None:
        """Keep a store that is no longer in use, instead of removing it."""
        with self._lock:
            if self._keep == 0 or sequence in self.sequences():
                shutil.rmtree(store, ignore_errors=True)
                return
            store.rename(self.folder / str(sequence))
            for superfluous in thinned(self.sequences(), self._keep):
                self._remove(superfluous)

    def drop_after(self, sequence: int) -> None:
        """Remove checkpoints of commits that the log does not have."""
        with self._lock:
            for number in self.sequences():
                if number > sequence:
                    self._remove(number)

    def build(self, target: Path, sequence: int, log: Path, blobs: BlobStore) -> None:
        """Build the state at a commit in a new folder.

        Raises:
            LogDamaged: a record does not verify.
            StoreUnavailable: the store cannot be built; nothing is left of it.
        """
        # One at a time: a replayed bulk load takes as long as the first one did.
        with self._building:
            made_folder(target.parent)
            while not self._built(target, sequence, log, blobs):
                continue

    def sizes(self) -> list[CheckpointSize]:
        """Measure the kept checkpoints; files shared by hard links belong to none of them."""
        with self._lock:
            return [
                CheckpointSize(number, _own_bytes(self.folder / str(number)))
                for number in self.sequences()
            ]

    def bytes_beside(self, live: Path) -> int:
        """Count the bytes of all kept checkpoints that the store in `live` does not share."""
        shared = {status.st_ino for status in _statuses(live)}
        with self._lock:
            held = {status.st_ino: status.st_size for status in _statuses(self.folder)}
        return sum(size for node, size in held.items() if node not in shared)

    def _built(self, target: Path, sequence: int, log: Path, blobs: BlobStore) -> bool:
        """Try with the newest checkpoint; one that turns out to be damaged is removed."""
        start = None
        try:
            start = self._start(target, sequence)
            replay(target, sequence, log, blobs)
        except StoreDamaged:
            shutil.rmtree(target, ignore_errors=True)
            if start is None:
                raise
            with self._lock:
                self._remove(start)
            return False
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
        return True

    def _start(self, target: Path, sequence: int) -> int | None:
        """Copy the newest checkpoint that is not above a commit; gives its number."""
        with self._lock:
            for number in reversed([n for n in self.sequences() if n <= sequence]):
                try:
                    store = OxigraphStore(self.folder / str(number), read_only=True)
                    store.checkpoint(target)
                    store.close()
                except (StoreUnavailable, RuntimeError):
                    # A damaged one, after a power cut: an older one and the log serve as well.
                    shutil.rmtree(target, ignore_errors=True)
                    self._remove(number)
                else:
                    return number
        return None

    def _remove(self, sequence: int) -> None:
        grave = self.folder / f".gone-{sequence}"
        (self.folder / str(sequence)).rename(grave)
        shutil.rmtree(grave, ignore_errors=True)


def replay(path: Path, sequence: int, log: Path, blobs: BlobStore) -> None:
    """Bring the store in a folder up to a commit by the records of a log."""
    store = OxigraphStore(path)
    try:
        at = read_sequence(store)
        for record in read_log(log, after=at):
            if record.sequence > sequence:
                break
            patch = record.patch()
            if record_files(patch) != (None, None):
                store.flush()
                store.close()
                load_record(path, record, patch, log, blobs)
                store = OxigraphStore(path)
            added = [*patch.added, state_quad(record.sequence)]
            store.apply(added, [*patch.removed, state_quad(at)])
            at = record.sequence
        store.flush()
    finally:
        store.close()


def record_files(patch: Patch) -> tuple[str | None, str | None]:
    """Give the names of the files of a record: added, removed."""
    header = patch.header
    return header.get("added-file"), header.get("removed-file")


def record_base(record: LogRecord, patch: Patch) -> int:
    """Give the commit that the files of a record were loaded onto; later ones won over them."""
    return int(patch.header.get("base", record.sequence - 1))


def between(log: Path, after: int, last: int) -> Iterable[LogRecord]:
    """Read the records above `after`, up to and with `last`."""
    for record in read_log(log, after=after):
        if record.sequence > last:
            return
        yield record


def repeat_records(clone: Path, log: Path, base: int, last: int) -> None:
    """Apply the records after `base` up to `last` to a clone that files were loaded into.

    Commits made while the files were loaded stand before that record, but won over it.
    """
    store = OxigraphStore(clone)
    try:
        for record in between(log, base, last):
            patch = record.patch()
            store.apply(patch.added, patch.removed)
        store.flush()
    finally:
        store.close()


def thinned(sequences: list[int], keep: int) -> list[int]:
    """Choose what to remove so that `keep` stay: the newest always, the older the sparser."""
    kept, gone = list(sequences), []
    while len(kept) > max(keep, 1):
        newest = kept[-1]
        ends = zip([0, *kept[:-2]], kept[1:], strict=True)
        gaps = [(after - before) / (newest - before) for before, after in ends]
        gone.append(kept.pop(gaps.index(min(gaps))))
    return gone


def load_record(path: Path, record: LogRecord, patch: Patch, log: Path, blobs: BlobStore) -> None:
    """Load the files of a record into a store that no process has open.

    Raises:
        LogDamaged: a file is not the one that the record names.
        StoreUnavailable: the loader failed; the store must be thrown away.
    """
    added, removed = (blobs.sound(name) if name else None for name in record_files(patch))
    load_files(path, added, removed)
    repeat_records(path, log, record_base(record, patch), record.sequence - 1)


def _own_bytes(folder: Path) -> int:
    return sum(status.st_size for status in _statuses(folder) if status.st_nlink == 1)


def _statuses(folder: Path) -> list[os.stat_result]:
    return [path.stat() for path in folder.rglob("*") if path.is_file()]
