"""Commits of whole files: what they count, replace and leave when they are broken off."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.errors import BadInput, NotFound
from graph.terms import Quad
from tests.graph.opened_dataset import EVERYTHING, NAMES, Opener, said, stored_file, texts

ROWS = 60_000


def test_an_unknown_file_is_an_error_and_changes_nothing(opened: Opener, tmp_path: Path) -> None:
    dataset = opened()

    with pytest.raises(NotFound):
        dataset.commit(ChangeSet(added_file="0" * 64))

    assert dataset.log.sequence == 0
    assert len(list((tmp_path / "shop" / "stores").iterdir())) == 1


def test_a_bulk_commit_counts_what_it_really_changed(opened: Opener, tmp_path: Path) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"), said("b", "two"), said("c", "three"))))
    rows = [said("a", "one"), said("d", "four"), said("e", "five"), said("e", "five")]
    added = stored_file(dataset, tmp_path, rows)
    gone = [said("b", "two"), said("b", "two"), said("z", "never there"), said("a", "one")]
    removed = stored_file(dataset, tmp_path, gone)

    commit = dataset.commit(
        ChangeSet(
            (said("f", "six"),), (said("c", "three"),), added_file=added, removed_file=removed
        )
    )

    # "one" is removed by one file and added by the other.
    assert texts(dataset) == ["five", "four", "one", "six"]
    assert (commit.sequence, commit.added, commit.removed) == (2, 4, 3)
    dataset.close()
    shutil.rmtree(tmp_path / "shop" / "stores")
    assert texts(opened()) == ["five", "four", "one", "six"]


def test_the_inverse_of_a_bulk_commit_takes_its_file_out_again(
    opened: Opener, tmp_path: Path
) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))
    rows = [said(str(number), f"row {number}") for number in range(25_000)]
    change = ChangeSet(added_file=stored_file(dataset, tmp_path, rows))
    assert dataset.commit(change).added == 25_000

    undone = dataset.commit(change.inverse())

    assert (undone.added, undone.removed) == (0, 25_000)
    assert texts(dataset) == ["one"]


def test_a_file_that_is_no_n_quads_is_named_and_leaves_nothing(
    opened: Opener, tmp_path: Path
) -> None:
    dataset = opened()
    path = tmp_path / "broken.nq"
    path.write_text(f"{said('a', 'one')} .\nthis is no quad\n")
    file, _ = dataset.blobs.adopt(path)

    for change in (ChangeSet(added_file=file), ChangeSet(removed_file=file)):
        with pytest.raises(BadInput, match="line 2"):
            dataset.commit(change)

    assert dataset.log.sequence == 0
    assert texts(dataset) == []
    assert len(list((tmp_path / "shop" / "stores").iterdir())) == 1


def test_a_bulk_commit_may_replace_another_graph(opened: Opener, tmp_path: Path) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "old", NAMES.mapping), said("b", "same", NAMES.mapping))))
    file = stored_file(dataset, tmp_path, [said("f", "filed")])
    mapping = (said("b", "same", NAMES.mapping), said("c", "new", NAMES.mapping))

    commit = dataset.commit(ChangeSet(mapping, added_file=file), replacing=(NAMES.mapping,))

    assert (commit.added, commit.removed) == (2, 1)
    for _ in range(2):
        assert texts(dataset) == ["filed"]
        assert texts(dataset, NAMES.mapping) == ["new", "same"]
        dataset.close()
        shutil.rmtree(tmp_path / "shop" / "stores")
        dataset = opened()


def test_a_bulk_load_that_its_caller_breaks_off_leaves_nothing(
    opened: Opener, tmp_path: Path
) -> None:
    dataset = opened()
    file = stored_file(dataset, tmp_path, many_rows())

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dataset.commit(ChangeSet(added_file=file), progress=stop)

    assert dataset.log.sequence == 0
    assert len(list((tmp_path / "shop" / "stores").iterdir())) == 1


def many_rows() -> Iterator[Quad]:
    """Rows enough for a load of some seconds."""
    return (
        said(str(number), f"a row of some length with number {number}") for number in range(ROWS)
    )


def test_commits_made_during_a_bulk_load_survive_it_and_win(opened: Opener, tmp_path: Path) -> None:
    dataset = opened()
    dataset.commit(
        ChangeSet((said("0", "there before"), said("1", "a row of some length with number 1")))
    )
    added = stored_file(dataset, tmp_path, many_rows())
    gone = [said("0", "there before"), said("w", "wanted meanwhile")]
    removed = stored_file(dataset, tmp_path, gone)
    meanwhile: list[int] = []

    def write(_: int) -> None:
        if not meanwhile:
            meanwhile.append(
                dataset.commit(
                    ChangeSet(
                        (said("w", "wanted meanwhile"), said("m", "made meanwhile")),
                        (said("1", "a row of some length with number 1"),),
                    )
                ).sequence
            )
            # Readers see it at once, and nothing of the load.
            assert texts(dataset) == ["made meanwhile", "there before", "wanted meanwhile"]

    def from_another_thread(done: int) -> None:
        thread = threading.Thread(target=write, args=(done,))
        thread.start()
        thread.join()

    commit = dataset.commit(
        ChangeSet(added_file=added, removed_file=removed), progress=from_another_thread
    )

    assert meanwhile == [2]
    assert (commit.sequence, commit.added, commit.removed) == (3, ROWS - 1, 1)

    def check(dataset: Dataset) -> None:
        reader = dataset.reader([NAMES.data])
        assert reader.ask('ASK { ?s ?p "made meanwhile" }')
        assert reader.ask('ASK { ?s ?p "wanted meanwhile" }')
        assert not reader.ask('ASK { ?s ?p "there before" }')
        assert not reader.ask('ASK { ?s ?p "a row of some length with number 1" }')
        assert dataset.count(NAMES.data) == ROWS + 1
        assert dataset.sequence == 3

    check(dataset)
    dataset = opened()
    check(dataset)
    # What the log says is what the store said.
    dataset.close()
    shutil.rmtree(tmp_path / "shop" / "stores")
    check(opened())


def test_a_reader_made_before_a_bulk_commit_sees_what_came_with_it(
    opened: Opener, tmp_path: Path
) -> None:
    dataset = opened()
    reader = dataset.reader([NAMES.data])
    file = stored_file(dataset, tmp_path, [said("f", "filed")])

    dataset.commit(ChangeSet(added_file=file))
    dataset.commit(ChangeSet((said("a", "one"),)))

    assert len(reader.select(EVERYTHING)) == 2
