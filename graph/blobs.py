"""Content-addressed files: stored bytes are named by their SHA-256 and synced before use."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO

from graph.durable import sync_folder
from graph.errors import BadInput, LogDamaged, NotFound

_CHUNK = 1 << 20


class BlobStore:
    """A folder of immutable files named by content hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, stream: IO[bytes], *, limit: int | None = None) -> tuple[str, int]:
        """Store a stream; gives (SHA-256, bytes). The same content is kept once.

        Raises:
            BadInput: the stream is longer than `limit` bytes; nothing is kept.
        """
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".in-")
        digest, size = hashlib.sha256(), 0
        try:
            with os.fdopen(handle, "wb") as file:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if limit is not None and size > limit:
                        raise BadInput(f"The file is larger than the limit of {limit:,} bytes.")
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            self._keep(Path(name), digest.hexdigest())
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return digest.hexdigest(), size

    def adopt(self, path: Path) -> tuple[str, int]:
        """Move a finished file into the store; gives (SHA-256, bytes)."""
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = os.fstat(file.fileno()).st_size
            os.fsync(file.fileno())
        self._keep(path, sha256)
        return sha256, size

    def path(self, sha256: str) -> Path:
        """Find the file with this hash.

        Raises:
            NotFound: there is none.
        """
        path = self.folder / sha256
        if len(sha256) != 64 or not sha256.isalnum() or not path.is_file():
            raise NotFound(f"There is no stored file with the hash {sha256!r}.")
        return path

    def sound(self, sha256: str) -> Path:
        """Find the file with this hash, and check that it still has it.

        Raises:
            LogDamaged: it is absent or was changed, so the commits that name it cannot be repeated.
        """
        path = self.folder / sha256
        if not is_sound(path, sha256):
            raise not_sound(path)
        return path

    def read(self, sha256: str) -> bytes:
        """Read a whole small file, checked against its hash.

        Raises:
            NotFound: there is none.
            LogDamaged: it was changed.
        """
        content = self.path(sha256).read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise LogDamaged(f"The stored file {sha256} was changed. Restore it from a copy.")
        return content

    def sweep(self) -> None:
        """Remove what interrupted writes left behind."""
        for path in self.folder.glob(".in-*"):
            path.unlink(missing_ok=True)

    def _keep(self, path: Path, sha256: str) -> None:
        # What is stored again is as young as what is new; see `graph.dataset.unnamed_blobs`.
        os.utime(path)
        path.chmod(0o444)
        path.replace(self.folder / sha256)
        sync_folder(self.folder)


def not_sound(path: Path) -> LogDamaged:
    """Say that a stored file is not what its name says."""
    return LogDamaged(
        f"The stored file {path}, which a commit names, is absent or was changed. "
        "Restore it from a copy."
    )


def is_sound(path: Path, sha256: str) -> bool:
    """Tell whether a file is there and has this hash."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
