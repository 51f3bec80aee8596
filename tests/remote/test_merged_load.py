"""A file that is smaller than the graph it goes to is merged into it; the graph is not copied."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.errors import BadInput, StoreUnavailable
from graph.remote.dataset import RemoteDataset
from graph.remote.sparql_http import SparqlHttpStore
from graph.terms import NamedNode, Quad
from graph.vocab import RDF
from tests.remote.faulty_proxy import Fault, FaultyProxy
from tests.remote.test_remote_faults import (
    COMMIT,
    NAMES,
    check_sound,
    opened,
    proxy,
    said,
    texts,
)

__all__ = ["proxy"]

OLD = [f"old{number}" for number in range(9)]
PERSON = NAMES.term("Person")


def load(dataset: RemoteDataset, quads: Iterable[Quad], **more: object) -> ChangeSet:
    """A change with a file of quads."""
    path = dataset.folder / "quads.nq"
    path.write_text("".join(f"{quad} .\n" for quad in quads), encoding="utf-8")
    return ChangeSet(added_file=dataset.blobs.adopt(path)[0], **more)  # type: ignore[arg-type] # fields of it


@pytest.fixture
def dataset(store: SparqlHttpStore, tmp_path: Path) -> Iterator[RemoteDataset]:
    """A dataset on each kind of store, with a graph of some triples."""
    with closing(RemoteDataset(tmp_path / "shop", NAMES, store)) as made:
        made.commit(load(made, map(said, OLD)))
        yield made


def test_what_is_new_is_added_and_counted_and_nothing_is_left(
    dataset: RemoteDataset, store: SparqlHttpStore, tmp_path: Path
) -> None:
    place = dataset.remote.place(NAMES.data)

    done = dataset.commit(load(dataset, map(said, ("a", "old3", "b"))))

    assert (done.added, done.removed) == (2, 0)
    assert texts(dataset) == sorted((*OLD, "a", "b"))
    assert dataset.remote.place(NAMES.data) == place
    assert not dataset.remote.leftovers()
    check_sound(dataset, tmp_path)


def test_a_file_may_go_to_graphs_that_are_there_and_to_new_ones(
    dataset: RemoteDataset, tmp_path: Path
) -> None:
    other = NamedNode("https://example.org/other")

    done = dataset.commit(load(dataset, (said("a"), said("x", other), said("y", other))))

    assert (done.added, dataset.count(other), dataset.count(NAMES.data)) == (3, 2, 10)
    check_sound(dataset, tmp_path)


def test_commits_while_the_file_is_loaded_win_over_it(
    dataset: RemoteDataset, tmp_path: Path
) -> None:
    def meanwhile(_: int) -> None:
        dataset.commit(ChangeSet((said("came"),), (said("old1"), said("old2"))))

    dataset.commit(load(dataset, map(said, ("a", "old1"))), progress=meanwhile)

    assert texts(dataset) == sorted(({*OLD, "a", "came"}) - {"old1", "old2"})
    check_sound(dataset, tmp_path)


def test_what_the_graph_must_hold_is_that_of_both(dataset: RemoteDataset, tmp_path: Path) -> None:
    def persons(*names: str) -> list[Quad]:
        return [Quad(NAMES.thing("Person", [n]), RDF.type, PERSON, NAMES.data) for n in names]

    def expecting(count: int) -> dict[str, object]:
        return {"expected": ((NAMES.data.value, PERSON.value, count),)}

    dataset.commit(load(dataset, persons("a", "b"), **expecting(2)))

    with pytest.raises(BadInput, match="3 individuals"):
        dataset.commit(load(dataset, persons("b", "c"), **expecting(4)))
    assert (dataset.count(NAMES.data), dataset.remote.leftovers()) == (len(OLD) + 2, [])
    dataset.commit(load(dataset, persons("b", "c"), **expecting(3)))
    check_sound(dataset, tmp_path)


@pytest.mark.parametrize("kind", ["lose", "drop", "cut", "502", "down"])
def test_a_merge_whose_update_got_no_answer_is_made_once(
    proxy: FaultyProxy, tmp_path: Path, kind: str
) -> None:
    with closing(opened(proxy, tmp_path)) as dataset:
        dataset.commit(load(dataset, map(said, OLD)))
        proxy.faults.append(Fault("update", kind, having=COMMIT))
        change = load(dataset, map(said, ("a", "old3")))

        if kind == "down":
            with pytest.raises(StoreUnavailable, match="on record"):
                dataset.commit(change)
            proxy.heal()
        else:
            dataset.commit(change)

        assert texts(dataset) == sorted((*OLD, "a"))
        check_sound(dataset, tmp_path)


def test_a_merge_that_the_store_refuses_leaves_no_trace(proxy: FaultyProxy, tmp_path: Path) -> None:
    with closing(opened(proxy, tmp_path)) as dataset:
        dataset.commit(load(dataset, map(said, OLD)))
        log = dataset.log.path.read_bytes()
        change = load(dataset, map(said, ("a",)))
        proxy.faults.append(Fault("update", "507", having=COMMIT))

        with pytest.raises(StoreUnavailable):
            dataset.commit(change)

        assert (dataset.log.path.read_bytes(), texts(dataset)) == (log, sorted(OLD))
        assert not dataset.remote.leftovers()
        dataset.commit(change)
        check_sound(dataset, tmp_path)
