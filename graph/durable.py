"""What the file system must be told so that a change of names outlives a power cut."""

import os
from pathlib import Path

from graph.errors import NotFound


def made_folder(folder: Path) -> Path:
    """Make a folder where it is not there yet; the one above it must be there.

    Raises:
        NotFound: it is not. A project that was deleted must not come back in parts.
    """
    try:
        folder.mkdir(exist_ok=True)
    except FileNotFoundError as error:
        raise NotFound(f"{folder.parent} is not there any more; it was deleted.") from error
    return folder


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
