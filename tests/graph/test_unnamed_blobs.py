"""Stored files: what nothing names goes after a day, and nothing else ever does."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.names import ProjectNames
from graph.terms import Literal, Quad

NAMES = ProjectNames("https://example.org/", "shop")


def stored(dataset: Dataset, text: str) -> str:
    return dataset.blobs.put(io.BytesIO(text.encode()))[0]


def fact(value: str) -> Quad:
    return Quad(NAMES.record("run", "1"), NAMES.term("output"), Literal(value), NAMES.meta)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the dataset is."""
    return tmp_path / "shop"


def test_only_old_files_that_nothing_names_are_removed(folder: Path) -> None:
    dataset = Dataset(folder, NAMES)
    inner = stored(dataset, "a model that a card names")
    card = stored(dataset, json.dumps({"model": {"file": inner}}))
    undone = stored(dataset, f"{fact('landed')} .\n".replace("/meta", "/data"))
    orphan = stored(dataset, "of a step that was killed")
    beside = stored(dataset, json.dumps({"only": "an orphan names", "file": orphan}))
    dataset.commit(ChangeSet((fact(json.dumps({"card": card})),)))
    dataset.commit(ChangeSet(removed=(fact(json.dumps({"card": card})),)))
    dataset.commit(ChangeSet(added_file=undone))
    dataset.close()

    soon = Dataset(folder, NAMES, lambda: datetime.now(UTC) + timedelta(hours=23))
    soon.close()
    assert len(list(soon.blobs.folder.iterdir())) == 5

    later = Dataset(folder, NAMES, lambda: datetime.now(UTC) + timedelta(hours=25))
    later.close()
    left = {path.name for path in later.blobs.folder.iterdir()}
    assert left == {inner, card, undone}
    assert {orphan, beside}.isdisjoint(left)


def test_a_file_that_is_stored_again_is_new(folder: Path) -> None:
    dataset = Dataset(folder, NAMES)
    name = stored(dataset, "the same")
    before = dataset.blobs.path(name).stat().st_mtime_ns

    assert stored(dataset, "the same") == name
    assert dataset.blobs.path(name).stat().st_mtime_ns > before
    dataset.close()
