"""How fast commits are, and their history: `python -m benchmarks.commits [triples]`.

Prints commits a second from one and from many threads, the time to see states of the past, and the
time to undo a small commit and a bulk load.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from graph.changes import ChangeSet
from graph.history import revert_to, undo_commit
from graph.projects import Project, Projects
from graph.terms import Literal, NamedNode, Quad

_TRIPLES = 1_000_000
_COMMITS = 2_000


def main() -> None:
    """Run all measurements and print them."""
    triples = int(sys.argv[1]) if len(sys.argv) > 1 else _TRIPLES
    with tempfile.TemporaryDirectory(prefix="mimir-bench-") as folder:
        projects = Projects(Path(folder), "https://example.org/")
        for threads in (1, 8, 32):
            rate = _rate(projects.create(f"many-{threads}"), threads)
            goal = "300" if threads == 1 else "1,000"
            print(
                f"{threads:3} threads  {rate:8,.0f} commits/s  (goal: at least {goal})", flush=True
            )
        _history(projects.create("past"), triples)
        projects.close()


def _rate(project: Project, threads: int) -> float:
    each = _COMMITS // threads

    def work(thread: int) -> None:
        """Commit the share of one thread."""
        for number in range(each):
            project.commit(ChangeSet((_quad(project, f"{thread}-{number}"),), (), "bench", "one"))

    workers = [threading.Thread(target=work, args=(thread,)) for thread in range(threads)]
    took = _timed(lambda: _run(workers))
    return each * threads / took


def _run(workers: list[threading.Thread]) -> None:
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def _history(project: Project, triples: int) -> None:
    for number in range(100):
        project.commit(ChangeSet((_quad(project, f"early-{number}"),), (), "bench", "early"))
    file = _file(project, triples)
    loaded = project.commit(ChangeSet(author="bench", reason="load", added_file=file)).sequence
    for number in range(_COMMITS):
        project.commit(ChangeSet((_quad(project, f"late-{number}"),), (), "bench", "late"))
    head = project.dataset.sequence
    print(f"a store of {triples:,} triples with {head:,} commits")
    for name, at in (("before the load", loaded - 1), ("1,000 after it", loaded + 1_000)):
        print(f"  state {name:17} {_timed(partial(_see, project, at)):8.3f} s", flush=True)
    small = _timed(lambda: undo_commit(project, head, author="bench"))
    print(f"  undo a small commit     {small:8.3f} s", flush=True)
    back = _timed(lambda: revert_to(project, head - 1_000, author="bench"))
    print(f"  back by 1,000 commits   {back:8.3f} s", flush=True)
    bulk = _timed(lambda: undo_commit(project, loaded, author="bench"))
    print(f"  undo the load           {bulk:8.3f} s", flush=True)


def _see(project: Project, at: int) -> None:
    with project.snapshots.use(at=at):
        pass


def _file(project: Project, triples: int) -> str:
    path = project.dataset.folder / "rows.nq"
    graph = project.names.data
    with path.open("w", encoding="utf-8") as file:
        for number in range(triples):
            file.write(f'<urn:row:{number}> <urn:says> "row {number}" {graph} .\n')
    return project.dataset.blobs.adopt(path)[0]


def _quad(project: Project, name: str) -> Quad:
    subject = NamedNode(f"urn:one:{name}")
    return Quad(subject, NamedNode("urn:says"), Literal(name), project.names.data)


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
