"""Compressed files and archives: what is packed inside, unpacked under limits no bomb passes."""

import bz2
import errno
import gzip
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Literal, Protocol, cast

import pyarrow as pa

from graph.errors import BadInput

Archive = Literal["zip", "tar"]
Packed = Literal["gzip", "zstd", "bzip2", "xz"]

EXPANDED_LIMIT = 1 << 30
"""Bytes that all members of an archive may have together, those of archives inside included."""

DEPTH_LIMIT = 5
"""Archives and compressions inside one another; `.tar.gz` counts as two."""

RATIO_LIMIT = 200
"""Expanded to packed size of a member, where it expands to more than `RATIO_FROM` bytes."""

RATIO_FROM = 10_000_000

_BLOCK = 1 << 20
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error,
           EOFError, NotImplementedError, ValueError, pa.ArrowException)  # fmt: skip
_LEFTOVERS = ("__MACOSX", ".", "Thumbs.db", "desktop.ini")


class ArchiveRefused(BadInput):
    """An archive goes beyond the limits or reaches outside; nothing of it is read."""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes:
        """Give at most `size` bytes; none at the end."""


@dataclass
class Allowance:
    """The bytes that may still be unpacked of one file; archives inside it share it."""

    left: int = EXPANDED_LIMIT

    def spend(self, size: int, name: str) -> None:
        """Take bytes off.

        Raises:
            ArchiveRefused: fewer are left.
        """
        self.left -= size
        if self.left < 0:
            raise ArchiveRefused(f"{name} expands beyond the limit of {EXPANDED_LIMIT:,} bytes.")


@dataclass(frozen=True)
class Member:
    """A file inside an archive: its name there and where it was unpacked to."""

    name: str
    path: Path


@dataclass(frozen=True)
class _Entry:
    """What an archive says of a member; `packed` is 0 where it does not say it."""

    name: str
    size: int
    packed: int
    link: bool
    special: bool
    locked: bool = False


@contextmanager
def damage_told(name: str, kind: str = "zip") -> Iterator[None]:
    """Turn what readers of archives raise over damaged ones into the error of this program.

    Raises:
        BadInput: the archive is damaged.
    """
    try:
        yield
    except (*_DAMAGE, OSError) as error:
        full = isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)
        if full or isinstance(error, MemoryError):
            raise
        raise BadInput(f"{name} is a damaged {kind} file ({error}). Pack it again.") from error


def guard_zip(path: Path, name: str) -> None:
    """Refuse a zip container that says it expands beyond the limits.

    Raises:
        ArchiveRefused: too large, too dense, locked, or a path that leaves the archive.
        BadInput: it is damaged.
    """
    with _opened(path, name) as archive:
        _guard([_zip_entry(info) for info in archive.infolist()], name)


def names_of(path: Path, name: str, kind: Archive) -> list[str]:
    """List the members that `unpack_members` gives.

    Raises:
        ArchiveRefused: see `guard_zip`; or it holds what is no file.
        BadInput: it is damaged.
    """
    if kind == "zip":
        guard_zip(path, name)
        with _opened(path, name) as archive:
            return sorted(map(_zip_name, _zip_files(archive)))
    with _opened_tar(path, name) as archive:
        _guard([_tar_entry(info, path.stat().st_size) for info in archive], name)
        return sorted(info.name for info in _tar_files(archive))


def unpack_members(
    path: Path, name: str, kind: Archive, folder: Path, allowance: Allowance
) -> Iterator[Member]:
    """Unpack the members of an archive one by one, in the order of their names.

    Folders, hidden files and the leftovers of desktops are passed over.

    Raises:
        ArchiveRefused: they expand beyond the limits.
        BadInput: the archive is damaged.
    """
    members = _zip_members(path, name) if kind == "zip" else _tar_members(path, name)
    with damage_told(name, kind):
        for position, (member, packed) in enumerate(members):
            target = folder / str(position)
            _copy(packed, target, f"{name}/{member}", allowance)
            yield Member(member, target)
            target.unlink()


def unpack(path: Path, name: str, kind: Packed, target: Path, allowance: Allowance) -> None:
    """Unpack a file that was compressed by itself.

    Raises:
        ArchiveRefused: too large or too dense.
        BadInput: it is damaged.
    """
    with damage_told(name, kind), _decompressed(path, kind) as packed:
        _copy(packed, target, name, allowance)
    _guard_ratio(name, name, target.stat().st_size, path.stat().st_size)


def _decompressed(path: Path, kind: Packed) -> AbstractContextManager[_Readable]:
    match kind:
        case "gzip":
            return gzip.open(path)
        case "bzip2":
            return bz2.open(path)
        case "xz":
            return lzma.open(path)
        case "zstd":
            return cast(
                AbstractContextManager[_Readable], pa.input_stream(path, compression="zstd")
            )


def _opened(path: Path, name: str) -> zipfile.ZipFile:
    with damage_told(name):
        return zipfile.ZipFile(path)


@contextmanager
def _opened_tar(path: Path, name: str) -> Iterator[tarfile.TarFile]:
    with damage_told(name, "tar"), tarfile.open(path, "r:") as archive:
        yield archive


def _zip_members(path: Path, name: str) -> Iterator[tuple[str, IO[bytes]]]:
    with _opened(path, name) as archive:
        for info in sorted(_zip_files(archive), key=_zip_name):
            with archive.open(info) as packed:
                yield _zip_name(info), packed


def _tar_members(path: Path, name: str) -> Iterator[tuple[str, IO[bytes]]]:
    with _opened_tar(path, name) as archive:
        for info in sorted(_tar_files(archive), key=lambda info: info.name):
            if packed := archive.extractfile(info):
                yield info.name, packed


def _zip_files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """List the files without what no person packed on purpose."""
    return [i for i in archive.infolist() if not i.is_dir() and not _is_leftover(_zip_name(i))]


def _tar_files(archive: tarfile.TarFile) -> list[tarfile.TarInfo]:
    return [info for info in archive if info.isreg() and not _is_leftover(info.name)]


def _zip_name(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/")


def _zip_entry(info: zipfile.ZipInfo) -> _Entry:
    link = stat.S_ISLNK(info.external_attr >> 16)
    locked = bool(info.flag_bits & 1)
    return _Entry(_zip_name(info), info.file_size, info.compress_size, link, False, locked)


def _tar_entry(info: tarfile.TarInfo, packed: int) -> _Entry:
    """Describe a member; a sparse one may say that it is larger than the whole archive."""
    link = info.issym() or info.islnk()
    return _Entry(info.name, info.size, packed, link, not (link or info.isfile() or info.isdir()))


def _guard(entries: list[_Entry], name: str) -> None:
    total = sum(entry.size for entry in entries)
    if total > EXPANDED_LIMIT:
        raise ArchiveRefused(f"{name} expands to {total:,} bytes; the limit is {EXPANDED_LIMIT:,}.")
    for entry in entries:
        parts = PurePosixPath(entry.name).parts
        if ".." in parts or (parts and parts[0].startswith("/")) or ":" in entry.name[:2]:
            raise ArchiveRefused(f"{name} holds the path {entry.name!r}, which leaves the archive.")
        if entry.locked:
            raise ArchiveRefused(f"{name} is locked by a password. Pack it again without one.")
        if entry.link or entry.special:
            what = "is a link" if entry.link else "is a device"
            raise ArchiveRefused(f"{name}: {entry.name} {what}. Pack the file itself.")
        _guard_ratio(name, entry.name, entry.size, entry.packed)


def _is_leftover(member: str) -> bool:
    """Tell whether a part of the path is hidden or of a desktop; `./` is neither."""
    return any(part.startswith(_LEFTOVERS) for part in PurePosixPath(member).parts)


def _guard_ratio(name: str, member: str, expanded: int, packed: int) -> None:
    if expanded > RATIO_FROM and expanded > RATIO_LIMIT * max(packed, 1):
        raise ArchiveRefused(
            f"{name}: {member} expands more than {RATIO_LIMIT} times, which looks like an attack. "
            "Send it unpacked."
        )


def _copy(packed: _Readable, target: Path, name: str, allowance: Allowance) -> None:
    """Copy a stream; what it really holds counts, not what its header says."""
    with target.open("wb") as file:
        while block := packed.read(_BLOCK):
            allowance.spend(len(block), name)
            file.write(block)
