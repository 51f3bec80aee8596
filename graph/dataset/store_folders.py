"""Where a dataset keeps its store: numbered folders, and the link to the one in use."""

import os
import secrets
import shutil
from pathlib import Path

from graph.durable import sync_folder

_MOST_FIRST = 10**12


class StoreFolders:
    """The folders below `stores/` of a dataset; the symbolic link `current` leads to one of them.

    Args:
        folder: of the dataset.
    """

    def __init__(self, folder: Path) -> None:
        self._pointer = folder / "current"
        self._stores = folder / "stores"
        self._stores.mkdir(parents=True, exist_ok=True)

    def current(self) -> Path:
        """Give the folder in use; the first one is made."""
        if not self._pointer.is_symlink():
            # Any number: the engine keeps a path locked for as long as somebody still reads the
            # store that was there, and a project may be deleted and made again meanwhile.
            first = self._stores / str(secrets.randbelow(_MOST_FIRST) + 1)
            first.mkdir(exist_ok=True)
            self.switch_to(first)
        return self._stores / os.readlink(self._pointer).rsplit("/", 1)[-1]

    def free(self) -> Path:
        """Name a folder that is not there yet."""
        numbers = [int(path.name) for path in self._stores.iterdir() if path.name.isdigit()]
        return self._stores / str(max(numbers, default=0) + 1)

    def switch_to(self, store: Path) -> None:
        """Make a folder the one in use, atomically and durably."""
        temporary = self._pointer.with_name(".current")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(store.relative_to(self._pointer.parent))
        temporary.replace(self._pointer)
        for folder in (self._pointer.parent, store):
            sync_folder(folder)

    def remove_others(self) -> None:
        """Remove all folders but the one in use."""
        current = self.current()
        for path in self._stores.iterdir():
            if path != current:
                shutil.rmtree(path, ignore_errors=True)
