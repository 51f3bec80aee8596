"""One bit of any file of a dataset turned: the truth is shown, or an error, and nothing else."""

import io
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.dataset.recovery import rebuild_store, verify_log
from graph.errors import LogDamaged, MimirError
from graph.projects import Projects
from tests.graph.test_damage import NAMES, PAST, everything, master, replaced, said, seen_at

Master = tuple[Path, frozenset[str], frozenset[str]]
WITHOUT_DATA = {"project.json", "owner.lock", "LOCK", "LOG", "IDENTITY"}
__all__ = ["master"]


def files(folder: Path) -> list[Path]:
    """List the files of log, blobs, store and checkpoints that hold data."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sorted(path for path in found if path.stat().st_size and path.name not in WITHOUT_DATA)


def turn_one_bit(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    position, bit = divmod(place % (8 * len(content)), 8)
    content[position] ^= 1 << bit
    replaced(path, bytes(content))


@given(which=st.integers(0, 10**6), place=st.integers(0, 10**9))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_bit_turned_anywhere_never_shows_another_truth(
    master: Master, which: int, place: int
) -> None:
    source, now, past = master
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        shutil.copytree(source.parents[1], data, symlinks=True)
        folder = data / "projects" / "shop"
        victims = files(folder)
        turn_one_bit(victims[which % len(victims)], place)

        for _ in range(2):
            projects = Projects(data, NAMES.base)
            try:
                project = projects.get("shop")
                assert everything(project.dataset) == now  # type: ignore[arg-type] # an embedded one
                assert seen_at(project, PAST) == past
            except MimirError:
                # What is found while it is in use is repaired at the next start, or refused again.
                continue
            finally:
                projects.close()


@given(place=st.integers(0, 10**9))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_bit_turned_in_the_log_is_found_by_every_command(master: Master, place: int) -> None:
    source = master[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "shop"
        folder.mkdir()
        for part in ("log.rdfp", "blobs"):
            copied = shutil.copytree if part == "blobs" else shutil.copy
            copied(source / part, folder / part)
        turn_one_bit(folder / "log.rdfp", place)

        for command in (verify_log, rebuild_store):
            with pytest.raises(LogDamaged, match="does not match its seal"):
                command(folder)


@pytest.mark.parametrize("side", ["added_file", "removed_file"])
def test_a_stored_file_that_changed_before_its_commit_is_not_loaded(
    tmp_path: Path, side: str
) -> None:
    dataset = Dataset(tmp_path / "shop", NAMES)
    dataset.commit(ChangeSet((said(1), said(2))))
    name, _ = dataset.blobs.put(io.BytesIO(f"{said(1)} .\n".encode()))
    stored = dataset.blobs.path(name)
    replaced(stored, stored.read_bytes().replace(b"value 1", b"value 7"))
    before = everything(dataset)

    with pytest.raises(LogDamaged, match="absent or was changed"):
        dataset.commit(ChangeSet(**{side: name}))  # type: ignore[arg-type] # one of two names

    assert everything(dataset) == before
    assert dataset.sequence == 1
    dataset.close()
