"""Folders of what can be made again."""

import shutil
from collections.abc import Set
from pathlib import Path


def keep_folders(place: Path, names: Set[str]) -> None:
    """Remove all folders in a place but those with the given names."""
    for path in place.glob("*"):
        if path.name not in names:
            shutil.rmtree(path, ignore_errors=True)
