"""A head start: a file is loaded while it is written; the commit that names it finds it done."""

import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.dataset.log import read_log
from graph.errors import BadInput, Conflict
from graph.names import ProjectNames
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import RDF

NAMES = ProjectNames("https://example.org/", "shop")
SAYS = NAMES.term("says")


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    """An empty dataset."""
    made = Dataset(tmp_path / "shop", NAMES)
    yield made
    made.close()


@pytest.fixture
def growing(tmp_path: Path) -> Path:
    """A file that a worker has just begun."""
    path = tmp_path / "growing.nq"
    path.touch()
    return path


def said(name: str, text: str, graph: NamedNode = NAMES.data) -> Quad:
    return Quad(NAMES.thing("Person", [name]), SAYS, Literal(text), graph)


def append(path: Path, quads: Iterable[Quad]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{quad} .\n" for quad in quads)


def people(first: int, last: int) -> list[Quad]:
    return [said(str(number), f"text {number}") for number in range(first, last)]


def texts(dataset: Dataset) -> set[str]:
    rows = dataset.reader([NAMES.data]).select("SELECT ?o WHERE { ?s ?p ?o }")
    return {str(getattr(row[0], "value", "")) for row in rows}


def base_of_newest(dataset: Dataset) -> str:
    """Commit at which the clone was made that the newest commit's file was loaded into."""
    *_, newest = read_log(dataset.log.path)
    return newest.patch().header["base"]


def stores(dataset: Dataset) -> list[str]:
    return sorted(path.name for path in (dataset.folder / "stores").iterdir())


def loaders() -> list[int]:
    """Loader processes that this one has started."""
    me = f"{os.getpid()}"
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = status.read_text().rpartition(")")[2].split()[1]
            command = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == me and b"graph.dataset.loader" in command:
            found.append(int(status.parent.name))
    return found


def test_a_growing_file_is_loaded_ahead_and_commits_made_meanwhile_stay(
    dataset: Dataset, growing: Path
) -> None:
    dataset.commit(ChangeSet((said("0", "text 0"), said("old", "old"))))
    dataset.preload(growing)
    append(growing, people(0, 3_000))
    dataset.commit(ChangeSet((said("late", "late"),), (said("old", "old"),)))
    append(growing, people(3_000, 5_000))
    sha256, _ = dataset.blobs.adopt(growing)

    commit = dataset.commit(ChangeSet(added_file=sha256))

    assert commit.added == 4_999
    assert texts(dataset) == {f"text {number}" for number in range(5_000)} | {"late"}
    assert base_of_newest(dataset) == "1"
    assert loaders() == []


def test_what_was_loaded_ahead_is_there_after_a_start_from_the_log_alone(
    dataset: Dataset, growing: Path, tmp_path: Path
) -> None:
    dataset.preload(growing)
    dataset.commit(ChangeSet((said("late", "late"),)))
    append(growing, people(0, 100))
    dataset.commit(ChangeSet(added_file=dataset.blobs.adopt(growing)[0]))
    dataset.close()
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("log.rdfp", "blobs"):
        (dataset.folder / name).rename(copy / name)

    again = Dataset(copy, NAMES)

    assert texts(again) == {f"text {number}" for number in range(100)} | {"late"}
    again.close()


def test_another_file_than_the_one_loaded_ahead_is_loaded_as_ever(
    dataset: Dataset, growing: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.nq"
    append(other, people(7, 8))
    dataset.preload(growing)
    append(growing, people(0, 5))
    dataset.commit(ChangeSet((said("late", "late"),)))

    dataset.commit(ChangeSet(added_file=dataset.blobs.adopt(other)[0]))

    assert texts(dataset) == {"text 7", "late"}
    assert base_of_newest(dataset) == "1"
    assert len(stores(dataset)) == 1
    assert loaders() == []


def test_a_loader_that_was_killed_is_missed_by_nobody(dataset: Dataset, growing: Path) -> None:
    dataset.preload(growing)
    append(growing, people(0, 50))
    while not loaders():
        pass
    os.kill(loaders()[0], signal.SIGKILL)

    commit = dataset.commit(ChangeSet(added_file=dataset.blobs.adopt(growing)[0]))

    assert commit.added == 50
    assert len(texts(dataset)) == 50


def test_a_second_head_start_takes_the_place_of_the_first(
    dataset: Dataset, growing: Path, tmp_path: Path
) -> None:
    second = tmp_path / "second.nq"
    second.touch()
    dataset.preload(growing)
    append(growing, people(0, 5))

    dataset.preload(second)
    append(second, people(5, 9))
    dataset.commit(ChangeSet(added_file=dataset.blobs.adopt(second)[0]))

    assert texts(dataset) == {f"text {number}" for number in range(5, 9)}
    assert len(stores(dataset)) == 1


def test_text_that_is_no_n_quads_is_refused_and_leaves_nothing(
    dataset: Dataset, growing: Path
) -> None:
    dataset.preload(growing)
    growing.write_text("no quads\n", encoding="utf-8")

    with pytest.raises(BadInput, match="no N-Quads"):
        dataset.commit(ChangeSet(added_file=dataset.blobs.adopt(growing)[0]))

    assert dataset.sequence == 0
    assert len(stores(dataset)) == 1


def test_counts_that_are_not_as_expected_are_refused(dataset: Dataset, growing: Path) -> None:
    dataset.preload(growing)
    append(growing, people(0, 5))
    expected = ((NAMES.data.value, NAMES.term("Person").value, 5),)

    with pytest.raises(BadInput, match="holds 0 individuals"):
        dataset.commit(ChangeSet(added_file=dataset.blobs.adopt(growing)[0], expected=expected))

    assert dataset.sequence == 0


def test_a_guard_that_refuses_leaves_the_old_state(dataset: Dataset, growing: Path) -> None:
    def refuse(_: GraphReader) -> None:
        raise Conflict("no")

    dataset.preload(growing)
    append(growing, people(0, 5))
    sha256, _ = dataset.blobs.adopt(growing)
    with pytest.raises(Conflict):
        dataset.commit(ChangeSet(added_file=sha256), guard=refuse)
    commit = dataset.commit(ChangeSet(added_file=sha256))

    assert commit.added == 5


def test_closing_ends_a_loader_that_still_waits(tmp_path: Path, growing: Path) -> None:
    made = Dataset(tmp_path / "shop", NAMES)
    made.preload(growing)

    made.close()

    assert loaders() == []


def test_counts_are_not_asked_of_another_file_that_was_loaded_ahead(
    dataset: Dataset, growing: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.nq"
    person = NAMES.term("Person")
    append(other, [Quad(NAMES.thing("Person", ["7"]), RDF.type, person, NAMES.data)])
    dataset.preload(growing)
    expected = ((NAMES.data.value, person.value, 1),)

    dataset.commit(ChangeSet(added_file=dataset.blobs.adopt(other)[0], expected=expected))

    assert len(texts(dataset)) == 1
    assert len(stores(dataset)) == 1
