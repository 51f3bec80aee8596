"""The claim of one process on a folder of data."""

import fcntl
import os
from pathlib import Path
from typing import IO

from graph.errors import StoreInUse


class OwnerLock:
    """The claim of one process on a data folder, held until it ends.

    Raises:
        StoreInUse: another process holds it; the message names it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = (folder / "owner.lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read().strip() or "another process"
            self._file.close()
            raise StoreInUse(
                f"The data in {folder} belongs to {holder}. Go through it, or stop it first."
            ) from error
        self._file.truncate(0)
        self._file.write(f"process {os.getpid()}")
        self._file.flush()

    def release(self) -> None:
        """Give the folder up."""
        self._file.close()
