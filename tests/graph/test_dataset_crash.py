"""What is left after the owner of a dataset is killed at any moment: all it ever acknowledged."""

import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.names import ProjectNames
from graph.terms import Literal, Quad

NAMES = ProjectNames("https://example.org/", "shop")
SAYS = NAMES.term("says")
ROWS = 5_000

START = """
import sys
from pathlib import Path
from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
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
"""
)

# Kills itself at one of the moments before and after each call that makes something durable.
ONE_COMMIT = (
    START
    + """
import os
moment = int(sys.argv[2])
seen = 0

def watch(frame, event, call):
    global seen
    if event in ("c_call", "c_return") and call.__name__ in CALLS:
        if call.__name__ == "replace" and call.__module__ != "posix":
            return
        if seen == moment:
            os.kill(os.getpid(), 9)
        seen += 1

CALLS = {"write", "fdatasync", "update", "symlink", "replace"}
rows = {}
for name, text in (("new", "new"), ("old", "old")):
    thing = names.thing("Person", [name])
    rows[name] = Quad(thing, names.term("says"), Literal(text), names.data)
change = ChangeSet((rows["new"],), (rows["old"],))
if len(sys.argv) > 3:
    change = ChangeSet(added_file=sys.argv[3], removed_file=sys.argv[4])
sys.setprofile(watch)
dataset.commit(change)
sys.setprofile(None)
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


def row(name: str) -> Quad:
    return Quad(NAMES.thing("Person", [name]), SAYS, Literal(name), NAMES.data)


def stored_rows(dataset: Dataset, folder: Path, rows: Iterable[Quad]) -> str:
    path = folder / "rows.nq"
    path.write_text("".join(f"{quad} .\n" for quad in rows))
    return dataset.blobs.adopt(path)[0]


def rows_of(dataset: Dataset) -> list[str]:
    rows = dataset.reader([NAMES.data]).select("SELECT ?o WHERE { ?s ?p ?o }")
    return sorted(str(getattr(row[0], "value", "")) for row in rows)


@pytest.mark.parametrize("bulk", [False, True], ids=["commit", "bulk commit"])
def test_a_kill_around_any_durable_call_leaves_the_old_state_or_the_new_one(
    tmp_path: Path, *, bulk: bool
) -> None:
    folder = tmp_path / "shop"
    dataset = Dataset(folder, NAMES)
    files = [stored_rows(dataset, tmp_path, [row(name)]) for name in ("new", "old")] if bulk else []
    states = set()

    for moment in range(1_000):
        dataset.commit(ChangeSet((row("old"),)), replacing=(NAMES.data,))
        before = dataset.sequence
        dataset.close()
        with started(ONE_COMMIT, str(folder), str(moment), *files) as owner:
            pass
        dataset = Dataset(folder, NAMES)
        state = dataset.sequence - before, rows_of(dataset)
        assert state in ((0, ["old"]), (1, ["new"]))
        assert len(list((folder / "stores").iterdir())) == 1
        if owner.returncode == 0:
            break
        states.add(state[0])

    assert states == {0, 1}
    dataset.close()


def test_a_kill_while_files_are_loaded_leaves_the_old_state(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    dataset = Dataset(folder, NAMES)
    old = stored_rows(dataset, tmp_path, [row("old")])
    new = stored_rows(dataset, tmp_path, (row(str(number)) for number in range(ROWS)))
    dataset.commit(ChangeSet(added_file=old))
    dataset.close()
    with started(BULK, str(folder), new, old) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "progress\n"
        owner.kill()

    dataset = Dataset(folder, NAMES)

    assert (dataset.sequence, rows_of(dataset)) == (1, ["old"])
    assert len(list((folder / "stores").iterdir())) == 1
    dataset.commit(ChangeSet(added_file=new, removed_file=old))
    assert dataset.count(NAMES.data) == ROWS
    dataset.close()
