"""A head start: a file is loaded into a clone while it is still being written.

Nothing depends on it. The commit that names the file finds the work done, if what was read has the
file's hash; otherwise the clone is thrown away and the file is loaded as any other.
"""

import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue

from graph.changes import ExpectedCount
from graph.dataset.loader import GrowingFile, Loaded, load_files


class Preload:
    """A loader at work on a clone that no process has open.

    Args:
        clone: the store; it is removed when the load is broken off.
        base: the commit that the clone was taken at.
        file: N-Quads to which lines are appended until `finish` is called.
    """

    def __init__(self, clone: Path, base: int, file: Path) -> None:
        self.clone = clone
        self.base = base
        self._file = file.open("rb")
        self._ending: SimpleQueue[Sequence[ExpectedCount] | None] = SimpleQueue()
        self._progress: Callable[[int], None] = _silent
        self._loaded: Future[Loaded] = Future()
        # The kernel ends the loader with the thread that started it.
        self._thread = threading.Thread(target=self._load, name="preload", daemon=True)
        self._thread.start()

    def finish(
        self, expected: Sequence[ExpectedCount], progress: Callable[[int], None] | None
    ) -> Loaded:
        """Wait for the load of the file, which is complete; see `load_files`."""
        self._progress = progress or _silent
        self._ending.put(expected)
        return self._loaded.result()

    def discard(self) -> None:
        """Break off and remove the clone."""
        self._ending.put(None)
        self._thread.join()
        shutil.rmtree(self.clone, ignore_errors=True)

    def _load(self) -> None:
        try:
            with self._file as file:
                growing = GrowingFile(file.fileno(), self._ending.get)
                found = load_files(self.clone, growing, None, self._report)
            self._loaded.set_result(found)
        except BaseException as error:  # noqa: BLE001 - raised where the result is waited for
            self._loaded.set_exception(error)

    def _report(self, done: int) -> None:
        self._progress(done)


def _silent(_: int) -> None:
    """Report nothing."""
