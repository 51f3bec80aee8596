"""Compressed files: what is packed inside, unpacked under limits that no bomb passes."""

import bz2
import gzip
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

import pyarrow as pa

from graph.errors import BadInput

EXPANDED_LIMIT = 1 << 30
"""Bytes that all members of an archive may have together."""

RATIO_LIMIT = 200
"""Expanded to packed size of a member, where it expands to more than `RATIO_FROM` bytes."""

RATIO_FROM = 10_000_000

_BLOCK = 1 << 20
_LEFTOVERS = ("__MACOSX", ".", "Thumbs.db", "desktop.ini")


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes:
        """Give at most `size` bytes; none at the end."""


@dataclass(frozen=True)
class Member:
    """A file inside an archive: its name there and where it was unpacked to."""

    name: str
    path: Path


def guard_zip(path: Path, name: str) -> None:
    """Refuse a zip container that says it expands beyond the limits.

    Raises:
        BadInput: too large, too dense, locked, or a path that leaves the archive.
    """
    with _opened(path, name) as archive:
        members = archive.infolist()
    total = sum(member.file_size for member in members)
    if total > EXPANDED_LIMIT:
        raise BadInput(f"{name} expands to {total:,} bytes; the limit is {EXPANDED_LIMIT:,}.")
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        if ".." in parts or (parts and parts[0].startswith("/")) or ":" in member.filename[:2]:
            raise BadInput(f"{name} holds the path {member.filename!r}, which leaves the archive.")
        if member.flag_bits & 1:
            raise BadInput(f"{name} is locked by a password. Pack it again without one.")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise BadInput(f"{name}: {member.filename} is a link. Pack the file itself.")
        _guard_ratio(name, member.filename, member.file_size, member.compress_size)


def names_of(path: Path, name: str) -> list[str]:
    """List the members of a zip file that `unpack_zip` gives."""
    with _opened(path, name) as archive:
        return [_member_name(info) for info in _files(archive)]


def unpack_zip(path: Path, name: str, folder: Path) -> Iterator[Member]:
    """Unpack the members of a zip file one by one, in the order of their names.

    Folders, hidden files and the leftovers of desktops are passed over.

    Raises:
        BadInput: see `guard_zip`; or the archive is damaged.
    """
    guard_zip(path, name)
    with _opened(path, name) as archive:
        for position, info in enumerate(_files(archive)):
            member = _member_name(info)
            target = folder / str(position)
            try:
                with archive.open(info) as packed:
                    _copy(packed, target, f"{name}/{member}", info.file_size)
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
                raise BadInput(f"{name}/{member} cannot be unpacked ({error}).") from error
            yield Member(member, target)
            target.unlink()


def unpack_gzip(path: Path, name: str, target: Path) -> None:
    """Unpack a gzip file.

    Raises:
        BadInput: too large, too dense, or damaged.
    """
    try:
        with gzip.open(path) as packed:
            _copy(packed, target, name, EXPANDED_LIMIT)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise BadInput(f"{name} is a damaged gzip file ({error}). Pack it again.") from error
    _guard_ratio(name, name, target.stat().st_size, path.stat().st_size)


def unpack_other(path: Path, name: str, target: Path) -> None:
    """Unpack a bzip2 or an xz file.

    Raises:
        BadInput: too large, too dense, or damaged.
    """
    with path.open("rb") as file:
        is_bzip2 = file.read(3) == b"BZh"
    try:
        with bz2.open(path) if is_bzip2 else lzma.open(path) as packed:
            _copy(packed, target, name, EXPANDED_LIMIT)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise BadInput(f"{name} is a damaged archive ({error}). Pack it again.") from error
    _guard_ratio(name, name, target.stat().st_size, path.stat().st_size)


def unpack_zstd(path: Path, name: str, target: Path) -> None:
    """Unpack a Zstandard file.

    Raises:
        BadInput: too large, too dense, or damaged.
    """
    try:
        with pa.input_stream(path, compression="zstd") as packed:
            _copy(packed, target, name, EXPANDED_LIMIT)
    except (OSError, pa.ArrowException) as error:
        raise BadInput(f"{name} is a damaged zst file ({error}). Pack it again.") from error
    _guard_ratio(name, name, target.stat().st_size, path.stat().st_size)


def _opened(path: Path, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise BadInput(f"{name} is a damaged zip file ({error}). Pack it again.") from error


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """List the files, in the order of their names, without what no person packed on purpose."""
    infos = sorted(archive.infolist(), key=lambda info: info.filename)
    return [info for info in infos if not info.is_dir() and not _is_leftover(_member_name(info))]


def _member_name(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/")


def _is_leftover(member: str) -> bool:
    return any(part.startswith(_LEFTOVERS) for part in PurePosixPath(member).parts)


def _guard_ratio(name: str, member: str, expanded: int, packed: int) -> None:
    if expanded > RATIO_FROM and expanded > RATIO_LIMIT * max(packed, 1):
        raise BadInput(
            f"{name}: {member} expands more than {RATIO_LIMIT} times, which looks like an attack. "
            "Send it unpacked."
        )


def _copy(packed: _Readable, target: Path, name: str, limit: int) -> None:
    """Copy a stream; what it really holds counts, not what its header says."""
    size = 0
    with target.open("wb") as file:
        while block := packed.read(_BLOCK):
            size += len(block)
            if size > limit:
                raise BadInput(f"{name} expands to more than the {limit:,} bytes allowed.")
            file.write(block)
