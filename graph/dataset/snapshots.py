"""Checkpoints for readers: the newest state or one of the past, with a twin's overlay applied."""

import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from graph.dataset.port import ProjectDataset
from graph.errors import StoreDamaged, StoreUnavailable
from graph.oxigraph import OxigraphStore
from graph.sparql import bind, load_query
from graph.terms import NamedNode

_KEPT = 8


@dataclass(frozen=True)
class Overlay:
    """Two graphs that change what a reader sees of `target`: triples added, triples hidden."""

    target: NamedNode
    added: NamedNode
    removed: NamedNode


# The overlay, and the commit when it is one of the past.
_Key = tuple[Overlay | None, int | None]


@dataclass
class _Entry:
    path: Path
    sequence: int
    users: int = 0
    failed: bool = False
    ready: threading.Event = field(default_factory=threading.Event)


class Snapshots:
    """Read-only checkpoints of a dataset, never older than its newest commit when asked for.

    A view (base commit + overlay) is a checkpoint to which the overlay was applied, so all of
    SPARQL works on it at the speed of the engine. Unused ones are removed, oldest first.
    """

    def __init__(self, dataset: ProjectDataset) -> None:
        self._dataset = dataset
        self._folder = dataset.folder / "snapshots"
        # Readers keep checkpoints open by their path, so a path never names another state later,
        # not even when a project is deleted and made again.
        self._prefix = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._entries: dict[_Key, _Entry] = {}
        self._retired: list[_Entry] = []
        self._number = 0

    @contextmanager
    def use(self, overlay: Overlay | None = None, at: int | None = None) -> Iterator[Path]:
        """Give the folder of a checkpoint of the newest commit, kept while the context lasts.

        Args:
            overlay: the twin whose view is wanted.
            at: number of the commit whose state is wanted instead of the newest.

        Raises:
            NotFound: there is no such commit.
        """
        entry = self._enter((overlay, at))
        try:
            entry.ready.wait()
            if entry.failed:
                raise StoreUnavailable("The checkpoint could not be made. Try again.")
            yield entry.path
        except StoreDamaged:
            # Its files are the store's own, by hard links.
            self._dataset.note_damage()
            raise
        finally:
            with self._lock:
                entry.users -= 1
                self._sweep()

    @contextmanager
    def scratch(self, overlay: Overlay | None = None) -> Iterator[Path]:
        """Give the folder of a clone that may be written to; it is removed afterwards."""
        with self._lock:
            path = self._next()
        try:
            self._build(path, (overlay, None))
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def _enter(self, key: _Key) -> _Entry:
        with self._lock:
            entry = self._entries.pop(key, None)
            if entry and (key[1] is not None or entry.sequence == self._dataset.sequence):
                self._entries[key] = entry
                entry.users += 1
                return entry
            if entry:
                self._retired.append(entry)
            entry = _Entry(self._next(), self._dataset.sequence, users=1)
            self._entries[key] = entry
            self._sweep()
        try:
            self._build(entry.path, key)
        except BaseException:
            entry.failed = True
            with self._lock:
                if self._entries.get(key) is entry:
                    del self._entries[key]
            raise
        finally:
            entry.ready.set()
        return entry

    def _build(self, path: Path, key: _Key) -> None:
        overlay, at = key
        if at is None:
            self._dataset.checkpoint(path)
        else:
            self._dataset.checkpoint_at(path, at)
        if overlay:
            store = OxigraphStore(path)
            terms = {"target": overlay.target, "added": overlay.added, "removed": overlay.removed}
            store.update(bind(load_query("graph", "apply_overlay"), **terms))
            store.flush()
            store.close()

    def _next(self) -> Path:
        self._number += 1
        return self._folder / f"{self._prefix}-{self._number}"

    def _sweep(self) -> None:
        while len(self._entries) > _KEPT:
            self._retired.append(self._entries.pop(next(iter(self._entries))))
        for entry in [entry for entry in self._retired if entry.users == 0]:
            self._retired.remove(entry)
            shutil.rmtree(entry.path, ignore_errors=True)
