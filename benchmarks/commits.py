"""How fast commits are, and their history: `python -m benchmarks.commits [triples]`.

Prints how often the disk syncs a second, commits a second from one and from many threads, of them
through the doors too, the time to see states of the past, and the time to undo a small commit and a
bulk load.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.settings import Settings
from app.wiring import Owner
from graph.changes import ChangeSet, write_patch
from graph.history import revert_to, undo_commit
from graph.projects import Project, Projects
from graph.terms import Literal, NamedNode, Quad

_TRIPLES = 1_000_000
_COMMITS = 2_000
_SYNCS = 500
_UPDATES = 200
_SAYS = NamedNode("urn:says")
_REPLACE = (
    "DELETE {{ <urn:all> <urn:says> ?old }} INSERT {{ <urn:all> <urn:says> {0} }} "
    "WHERE {{ OPTIONAL {{ <urn:all> <urn:says> ?old }} }}"
)


def main() -> None:
    """Run all measurements and print them."""
    triples = int(sys.argv[1]) if len(sys.argv) > 1 else _TRIPLES
    with tempfile.TemporaryDirectory(prefix="mimir-bench-") as folder:
        print(f"the disk: {_syncs(Path(folder)):,.0f} synced appends/s", flush=True)
        projects = Projects(Path(folder), "https://example.org/")
        for threads in (1, 8, 32):
            rate = _rate(projects.create(f"many-{threads}"), threads)
            goal = "300" if threads == 1 else "1,000"
            print(
                f"{threads:3} threads  {rate:8,.0f} commits/s  (goal: at least {goal})", flush=True
            )
        _history(projects.create("past"), triples)
        projects.close()
        _doors(Path(folder) / "served")


def _syncs(folder: Path) -> float:
    """Measure how many appends of the size of a commit are synced in a second."""
    with (folder / "synced").open("wb", buffering=0) as file:

        def append() -> None:
            """Append and sync."""
            for _ in range(_SYNCS):
                file.write(b"x" * 1_500)
                os.fdatasync(file.fileno())

        return _SYNCS / _timed(append)


def _doors(folder: Path) -> None:
    owner = Owner(Settings(data=folder, monitor_seconds=86_400), port=0)
    owner.start()
    try:
        client = Client(owner.url)
        client.call(OPERATIONS["create_project"], {"name": "doors"})
        names = owner.services.projects.get("doors").names
        for title, update in (
            ("INSERT DATA", "INSERT DATA {{ <urn:one:{0}> <urn:says> {0} }}"),
            ("DELETE, INSERT, WHERE", _REPLACE),
        ):
            took = _timed(partial(_update_often, client, update))
            print(f"  SPARQL Update, {title:22} {_UPDATES / took:8,.0f} /s", flush=True)
        headers = {
            "Content-Type": "application/rdf-patch",
            "Authorization": f"Bearer {owner.worker_token}",
        }

        def post() -> None:
            """Post commits as workers do."""
            for number in range(_UPDATES):
                quad = Quad(NamedNode(f"urn:row:{number}"), _SAYS, Literal(number), names.data)
                body = write_patch({"author": "bench", "reason": "one"}, (quad,), ())
                path = "/api/v1/projects/doors/commits"
                client.http.post(path, content=body, headers=headers).raise_for_status()

        print(f"  POST of a worker's commit              {_UPDATES / _timed(post):8,.0f} /s")
    finally:
        owner.stop()


def _update_often(client: Client, update: str) -> None:
    for number in range(_UPDATES):
        client.http.post(
            "/projects/doors/sparql",
            content=update.format(number),
            headers={"Content-Type": "application/sparql-update"},
        ).raise_for_status()


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
    return Quad(subject, _SAYS, Literal(name), project.names.data)


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
