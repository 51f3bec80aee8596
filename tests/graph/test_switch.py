"""The switch to another store: those who read meanwhile notice nothing."""

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.names import ProjectNames

NAMES = ProjectNames("https://example.org/", "shop")
READS: dict[str, Callable[[Dataset], object]] = {
    "ask": lambda dataset: dataset.reader([NAMES.data]).ask("ASK { <urn:x> ?p ?o }"),
    "count": lambda dataset: dataset.count(NAMES.data),
    "graphs": lambda dataset: dataset.graphs(),
    "quads": lambda dataset: sum(1 for _ in dataset.quads(NAMES.data)),
}


@pytest.fixture
def eager() -> Iterator[None]:
    """Let threads take turns as often as can be."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager")
def test_reads_go_on_while_stores_are_switched(tmp_path: Path) -> None:
    dataset = Dataset(tmp_path / "shop", NAMES)
    troubles: list[BaseException] = []
    done = threading.Event()

    def read(action: Callable[[Dataset], object]) -> None:
        while not done.is_set():
            try:
                action(dataset)
            except BaseException as error:  # noqa: BLE001 - shown by the test
                troubles.append(error)
                return

    readers = [threading.Thread(target=read, args=(action,)) for action in READS.values()]
    for reader in readers:
        reader.start()
    for number in range(4):
        file = dataset.folder / "rows.nq"
        file.write_text(f"<urn:row:{number}> <urn:p> <urn:o> {NAMES.data} .\n")
        dataset.commit(ChangeSet(added_file=dataset.blobs.adopt(file)[0]))
    done.set()
    for reader in readers:
        reader.join()

    assert troubles == []
    assert dataset.count(NAMES.data) == 4
    dataset.close()
