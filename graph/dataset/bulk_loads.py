"""Files loaded into clones of a dataset's store, so that nobody waits for a bulk commit."""

import shutil
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from graph.blobs import BlobStore, not_sound
from graph.changes import ChangeSet
from graph.dataset.loader import Loaded, load_files
from graph.dataset.preload import Preload
from graph.errors import BadInput, StoreUnavailable


@dataclass(frozen=True)
class LoadedClone:
    """A clone with the files of a change in it.

    Attributes:
        path: its folder; whoever has no use for it removes it.
        base: the commit that it was taken at.
        counts: how many triples the files really added and removed.
    """

    path: Path
    base: int
    counts: tuple[int, int]


class BulkLoads:
    """The bulk loads of one dataset, one at a time.

    Args:
        blobs: where the files of changes are.
        clone: takes a clone; gives its folder and commit.

    Attributes:
        turn: held by whoever makes a bulk commit, from the load to the switch.
    """

    def __init__(self, blobs: BlobStore, clone: Callable[[], tuple[Path, int]]) -> None:
        self.turn = threading.Lock()
        self._blobs = blobs
        self._clone = clone
        self._preload: Preload | None = None

    def begin(self, file: Path) -> None:
        """Begin to load a file that is still being written; nothing while it is another's turn."""
        if not self.turn.acquire(blocking=False):
            return
        try:
            self.drop()
            self._preload = Preload(*self._clone(), file)
        finally:
            self.turn.release()

    def load(self, change: ChangeSet, progress: Callable[[int], None] | None) -> LoadedClone:
        """Give a clone with the files of a change; what was begun early is used or thrown away.

        Raises:
            NotFound: a file is not there.
            LogDamaged: a file was changed since it was stored.
            BadInput: a file is no N-Quads, or a count is not as expected.
            StoreUnavailable: the loader failed.
        """
        added = self._blobs.path(change.added_file) if change.added_file else None
        removed = self._blobs.sound(change.removed_file) if change.removed_file else None
        preload, self._preload = self._preload, None
        if preload:
            found = _finished(preload, change, progress)
            if found:
                return LoadedClone(preload.clone, preload.base, (found.added, found.removed))
        with ExitStack() as failed:
            clone, base = self._clone()
            failed.callback(shutil.rmtree, clone, ignore_errors=True)
            found = load_files(clone, added, removed, progress, change.expected)
            if added and found.sha256 != change.added_file:
                raise not_sound(added)
            failed.pop_all()
        return LoadedClone(clone, base, (found.added, found.removed))

    def drop(self) -> None:
        """Throw away what was begun early."""
        preload, self._preload = self._preload, None
        if preload:
            preload.discard()


def _finished(
    preload: Preload, change: ChangeSet, progress: Callable[[int], None] | None
) -> Loaded | None:
    with ExitStack() as useless:
        useless.callback(preload.discard)
        if change.added_file is None or change.removed_file is not None:
            return None
        try:
            found = preload.finish(change.expected, progress)
        except StoreUnavailable:
            return None
        except BadInput as error:
            if error.details["read"] == change.added_file:
                raise
            # What was read early was another file, so it says nothing about this one.
            return None
        if found.sha256 != change.added_file:
            return None
        useless.pop_all()
        return found
