"""Commits that wait at the same time: one sync, the same outcome as one after the other."""

import resource
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.changes import ChangeSet, Commit
from graph.dataset.dataset import Dataset
from graph.dataset.group_commit import StoreAhead
from graph.dataset.log import read_log
from graph.errors import Conflict, StoreUnavailable
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.store import GraphReader
from graph.terms import Literal, Quad
from graph.vocab import XSD

NAMES = ProjectNames("https://example.org/", "shop")


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    """An empty dataset."""
    dataset = Dataset(tmp_path / "shop", NAMES)
    yield dataset
    dataset.close()


def said(name: str, text: str = "x") -> Quad:
    return Quad(NAMES.thing("Person", [name]), NAMES.term("says"), Literal(text), NAMES.data)


def committed_at_once(dataset: Dataset, changes: list[ChangeSet]) -> list[Commit | Exception]:
    """Commit while the store is held, so that all but the first wait together."""
    outcomes: list[Commit | Exception] = [Conflict("nothing yet")] * len(changes)

    def work(number: int) -> None:
        try:
            outcomes[number] = dataset.commit(changes[number])
        except StoreUnavailable as error:
            outcomes[number] = error

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(changes))]
    pause = threading.Event()
    with dataset._lock:
        for number, thread in enumerate(threads, 1):
            thread.start()
            while len(dataset._queue._waiting) < number:
                pause.wait(0.001)
    for thread in threads:
        thread.join()
    return outcomes


def content(dataset: Dataset) -> list[str]:
    return sorted(map(str, dataset.quads(NAMES.data)))


def test_changes_that_wait_together_meet_each_others_effect(dataset: Dataset) -> None:
    one = said("a")
    changes = [
        ChangeSet((one,)),
        ChangeSet((one, said("b"))),
        ChangeSet((), (one,)),
        ChangeSet((), (one,)),
        ChangeSet((one,)),
    ]

    outcomes = committed_at_once(dataset, changes)

    facts = [(c.sequence, c.added, c.removed) for c in outcomes if isinstance(c, Commit)]
    assert facts == [(1, 1, 0), (2, 1, 0), (3, 0, 1), (3, 0, 0), (4, 1, 0)]
    assert content(dataset) == [str(one), str(said("b"))]
    assert (dataset.sequence, dataset.log.sequence, dataset.knowledge_sequence) == (4, 4, 4)
    assert [record.sequence for record in read_log(dataset.log.path)] == [1, 2, 3, 4]


def test_many_threads_leave_what_their_log_says(dataset: Dataset, tmp_path: Path) -> None:
    def work(thread: int) -> None:
        for number in range(15):
            name = str(number)
            if thread % 3 == 0:
                dataset.commit(ChangeSet((), (said(name),)))
            elif thread % 3 == 1:
                dataset.commit(ChangeSet((said(name),)), guard=lambda _: None)
            else:
                dataset.commit(ChangeSet((said(name), said(f"{thread}-{name}"))))

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    before, sequence = content(dataset), dataset.sequence
    dataset.close()
    shutil.rmtree(tmp_path / "shop" / "stores")
    again = Dataset(tmp_path / "shop", NAMES)
    assert (content(again), again.sequence) == (before, sequence)
    again.close()


def test_a_log_that_cannot_be_written_refuses_all_that_wait(dataset: Dataset) -> None:
    dataset.commit(ChangeSet((said("a"),)))
    kept = dataset.log.path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(kept) + 700, hard))
    try:
        refused = committed_at_once(dataset, [ChangeSet((said(name),)) for name in "bcd"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert [type(outcome) for outcome in refused] == [StoreUnavailable] * 3
    assert (dataset.sequence, dataset.log.path.read_bytes()) == (1, kept)
    assert content(dataset) == [str(said("a"))]
    assert dataset.commit(ChangeSet((said("e"),))).added == 1


def test_a_guard_runs_alone_on_the_thread_that_brought_it(dataset: Dataset) -> None:
    seen: list[int] = []

    def guard(_: GraphReader) -> None:
        seen.append(threading.get_ident())

    dataset.commit(ChangeSet((said("a"),)), guard=guard)

    assert seen == [threading.get_ident()]


def test_the_state_ahead_knows_which_literals_are_one() -> None:
    store = OxigraphStore()
    five, spelled = (
        Quad(NAMES.term("s"), NAMES.term("p"), Literal(text, datatype=XSD.integer), NAMES.data)
        for text in ("5", "05")
    )
    ahead = StoreAhead(store)

    ahead.apply([spelled], [])
    assert ahead.contains(five)
    ahead.apply([], [five])
    assert not ahead.contains(spelled)
    assert not store.contains(five)
