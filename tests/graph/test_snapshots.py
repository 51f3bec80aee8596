"""Checkpoints for readers: newest when asked for, kept while used, a twin's overlay applied."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.dataset.snapshots import Overlay, Snapshots
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.terms import Literal, NamedNode, Quad

NAMES = ProjectNames("https://example.org/", "shop")
SAYS = NAMES.term("says")
OVERLAY = Overlay(NAMES.data, NAMES.twin_added("t"), NAMES.twin_removed("t"))


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    """An empty dataset."""
    dataset = Dataset(tmp_path / "shop", NAMES)
    yield dataset
    dataset.close()


def said(text: str, graph: NamedNode = NAMES.data) -> Quad:
    return Quad(NAMES.thing("Person", ["a"]), SAYS, Literal(text), graph)


def texts(path: Path) -> list[str]:
    store = OxigraphStore(path, read_only=True)
    rows = store.reader([NAMES.data]).select("SELECT ?o WHERE { ?s ?p ?o } ORDER BY ?o")
    store.close()
    return [str(getattr(row[0], "value", "")) for row in rows]


def checkpoints(dataset: Dataset) -> int:
    return len(list((dataset.folder / "snapshots").iterdir()))


def test_a_checkpoint_is_shared_until_the_next_commit(dataset: Dataset) -> None:
    snapshots = Snapshots(dataset)
    dataset.commit(ChangeSet((said("one"),)))

    with snapshots.use() as first, snapshots.use() as same:
        assert first == same
        dataset.commit(ChangeSet((said("two"),)))
        with snapshots.use() as newer:
            assert texts(newer) == ["one", "two"]
            assert texts(first) == ["one"]
        assert checkpoints(dataset) == 2

    # The old one went with its last user; the newest stays for the next.
    assert checkpoints(dataset) == 1
    with snapshots.use() as path:
        assert path == newer


def test_a_view_applies_the_overlay_and_leaves_the_base_alone(dataset: Dataset) -> None:
    snapshots = Snapshots(dataset)
    dataset.commit(
        ChangeSet(
            (
                said("kept"),
                said("hidden"),
                said("hidden", OVERLAY.removed),
                said("in both", OVERLAY.removed),
                said("in both", OVERLAY.added),
                said("new", OVERLAY.added),
            )
        )
    )

    with snapshots.use(OVERLAY) as view, snapshots.use() as base:
        assert texts(view) == ["in both", "kept", "new"]
        assert texts(base) == ["hidden", "kept"]

    assert dataset.count(NAMES.data) == 2


def test_a_view_follows_base_and_overlay(dataset: Dataset) -> None:
    snapshots = Snapshots(dataset)
    dataset.commit(ChangeSet((said("one"),)))
    with snapshots.use(OVERLAY) as view:
        assert texts(view) == ["one"]

    dataset.commit(ChangeSet((said("two"), said("one", OVERLAY.removed))))

    with snapshots.use(OVERLAY) as view:
        assert texts(view) == ["two"]


def test_unused_views_are_removed_and_used_ones_kept(dataset: Dataset) -> None:
    snapshots = Snapshots(dataset)
    dataset.commit(ChangeSet((said("one"),)))
    overlays = [
        Overlay(NAMES.data, NAMES.twin_added(str(n)), NAMES.twin_removed(str(n))) for n in range(12)
    ]

    with snapshots.use(overlays[0]) as used:
        for overlay in overlays[1:]:
            with snapshots.use(overlay):
                pass
        assert texts(used) == ["one"]

    with snapshots.use():
        assert checkpoints(dataset) == 8
    assert not used.exists()


def test_a_scratch_clone_can_be_written_to_and_is_gone_afterwards(dataset: Dataset) -> None:
    snapshots = Snapshots(dataset)
    dataset.commit(ChangeSet((said("one"), said("hidden"), said("hidden", OVERLAY.removed))))

    with snapshots.scratch(OVERLAY) as clone:
        store = OxigraphStore(clone)
        store.apply([said("rehearsed")], [said("one")])
        store.close()
        assert texts(clone) == ["rehearsed"]

    assert not clone.exists()
    with snapshots.use() as path:
        assert texts(path) == ["hidden", "one"]


def test_readers_in_many_threads_see_every_commit_made_before_they_asked(dataset: Dataset) -> None:
    snapshots = Snapshots(dataset)
    dataset.commit(ChangeSet((said("0"),)))
    problems: list[str] = []

    def read() -> None:
        for _ in range(12):
            known = dataset.sequence
            with snapshots.use() as path:
                seen = len(texts(path))
            if seen < known:
                problems.append(f"{seen} of {known}")

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1, 20):
        dataset.commit(ChangeSet((said(str(number)),)))
    for thread in threads:
        thread.join()

    assert problems == []
    with snapshots.use() as path:
        assert len(texts(path)) == 20
    assert checkpoints(dataset) == 1


def test_opening_a_dataset_removes_the_checkpoints_of_its_last_owner(tmp_path: Path) -> None:
    dataset = Dataset(tmp_path / "other", NAMES)
    with Snapshots(dataset).use() as path:
        dataset.close()
        again = Dataset(tmp_path / "other", NAMES)

        assert not path.exists()
    again.close()
