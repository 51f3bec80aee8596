"""What is left after the owner of a dataset is killed at any moment: all it ever acknowledged."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.dataset import Dataset
from graph.names import ProjectNames
from graph.terms import Literal, Quad

NAMES = ProjectNames("https://example.org/", "shop")
SAYS = NAMES.term("says")
ROWS = 5_000

Moment = Callable[["subprocess.Popen[str]", Path], None]

START = """
import sys
from pathlib import Path
from graph.changes import ChangeSet
from graph.dataset import Dataset
from graph.names import ProjectNames
from graph.terms import Literal, Quad
names = ProjectNames("https://example.org/", "shop")
dataset = Dataset(Path(sys.argv[1]), names)
"""

COMMITS = (
    START
    + """
while True:
    number = dataset.sequence + 1
    thing = names.thing("Person", [str(number % 7)])
    added = Quad(thing, names.term("says"), Literal(str(number)), names.data)
    removed = Quad(thing, names.term("says"), Literal(str(number - 7)), names.data)
    print(dataset.commit(ChangeSet((added,), (removed,))).sequence, flush=True)
"""
)

BULK = (
    START
    + """
dataset.commit(
    ChangeSet(added_file=sys.argv[2], removed_file=sys.argv[3]),
    progress=lambda done: print("progress", flush=True),
)
print("done", flush=True)
"""
)


def started(program: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True
    )


def test_no_acknowledged_commit_is_lost_to_a_kill(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - no secret
    folder = tmp_path / "shop"
    before = 0

    for _ in range(6):
        with started(COMMITS, str(folder)) as owner:
            assert owner.stdout is not None
            for _ in range(chance.randint(1, 120)):
                owner.stdout.readline()
            owner.kill()
            acknowledged = [line for line in owner.stdout if line.endswith("\n")]
        dataset = Dataset(folder, NAMES)
        last = dataset.sequence
        rows = dataset.reader([NAMES.data]).select("SELECT ?o WHERE { ?s ?p ?o }")
        dataset.close()

        assert last > before
        assert all(int(line) <= last for line in acknowledged)
        # Of every thing, exactly its newest value stands: no commit is missing, none is half there.
        values = sorted(int(str(getattr(row[0], "value", ""))) for row in rows)
        assert values == list(range(max(1, last - 6), last + 1))
        before = last


def stored_rows(dataset: Dataset, folder: Path, numbers: range) -> str:
    path = folder / "rows.nq"
    with path.open("w") as file:
        for number in numbers:
            thing = NAMES.thing("Row", [str(number)])
            file.write(f"{Quad(thing, SAYS, Literal(number), NAMES.data)} .\n")
    return dataset.blobs.adopt(path)[0]


def first_progress(owner: "subprocess.Popen[str]", folder: Path) -> None:
    assert owner.stdout is not None
    assert owner.stdout.readline() == "progress\n"


def log_growth(owner: "subprocess.Popen[str]", folder: Path) -> None:
    first_progress(owner, folder)
    size = (folder / "log.rdfp").stat().st_size
    while (folder / "log.rdfp").stat().st_size == size:
        assert owner.poll() is None


def switching(owner: "subprocess.Popen[str]", folder: Path) -> None:
    first_progress(owner, folder)
    target = os.readlink(folder / "current")
    while os.readlink(folder / "current") == target:
        assert owner.poll() is None


@pytest.mark.parametrize(
    ("moment", "finished"), [(first_progress, False), (log_growth, True), (switching, True)]
)
def test_a_kill_during_a_bulk_commit_leaves_the_old_state_or_the_new_one(
    tmp_path: Path, moment: Moment, *, finished: bool
) -> None:
    folder = tmp_path / "shop"
    dataset = Dataset(folder, NAMES)
    old = stored_rows(dataset, tmp_path, range(100))
    new = stored_rows(dataset, tmp_path, range(100, 100 + ROWS))
    dataset.commit(ChangeSet(added_file=old))
    dataset.close()
    with started(BULK, str(folder), new, old) as owner:
        moment(owner, folder)
        owner.kill()

    dataset = Dataset(folder, NAMES)

    assert dataset.sequence == (2 if finished else 1)
    assert dataset.count(NAMES.data) == (ROWS if finished else 100)
    assert len(list((folder / "stores").iterdir())) == 1
    dataset.commit(ChangeSet(added_file=new, removed_file=old))
    assert dataset.count(NAMES.data) == ROWS
    dataset.close()
