"""Content-addressed files."""

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.blobs import BlobStore
from graph.errors import BadInput, NotFound


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    """An empty store."""
    return BlobStore(tmp_path / "blobs")


def files(blobs: BlobStore) -> list[str]:
    return sorted(path.name for path in blobs.folder.iterdir())


def test_a_file_is_found_by_the_hash_of_its_content(blobs: BlobStore) -> None:
    name, size = blobs.put(io.BytesIO(b"content"))

    assert (name, size) == (hashlib.sha256(b"content").hexdigest(), 7)
    assert blobs.path(name).read_bytes() == b"content"


def test_the_same_content_is_kept_once(blobs: BlobStore, tmp_path: Path) -> None:
    path = tmp_path / "same"
    path.write_bytes(b"content")

    first = blobs.put(io.BytesIO(b"content"))
    second = blobs.put(io.BytesIO(b"content"))
    third = blobs.adopt(path)

    assert first == second == third
    assert files(blobs) == [first[0]]
    assert not path.exists()


def test_a_stored_file_is_read_only(blobs: BlobStore) -> None:
    name, _ = blobs.put(io.BytesIO(b"content"))

    assert blobs.path(name).stat().st_mode & 0o222 == 0


def test_a_stream_past_the_limit_leaves_nothing(blobs: BlobStore) -> None:
    with pytest.raises(BadInput, match="limit of 5 bytes"):
        blobs.put(io.BytesIO(b"123456"), limit=5)

    assert files(blobs) == []
    assert blobs.put(io.BytesIO(b"12345"), limit=5)[1] == 5


def test_a_stream_that_breaks_off_leaves_nothing(blobs: BlobStore) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(min(size or 3, 3))

    with pytest.raises(ConnectionResetError):
        blobs.put(Broken(b"123456"))

    assert files(blobs) == []


@given(st.one_of(st.text(max_size=70), st.from_regex(r"[0-9a-f]{64}", fullmatch=True)))
def test_an_unknown_hash_is_not_found(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    blobs = BlobStore(tmp_path_factory.getbasetemp() / "unknown")

    with pytest.raises(NotFound):
        blobs.path(name)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "." * 64, "/" * 64, ""])
def test_a_path_is_no_hash(blobs: BlobStore, name: str) -> None:
    (blobs.folder.parent / "secret").write_text("x")

    with pytest.raises(NotFound):
        blobs.path(name)


def test_what_interrupted_writes_left_is_swept(blobs: BlobStore) -> None:
    name, _ = blobs.put(io.BytesIO(b"content"))
    (blobs.folder / ".in-abc").write_bytes(b"half")

    blobs.sweep()

    assert files(blobs) == [name]
