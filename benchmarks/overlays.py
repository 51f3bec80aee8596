"""What overlays cost: `python -m benchmarks.overlays [triples] [overlays] [--data FOLDER]`.

Prints, over a large base: the time and disk space of creating a twin and of changing it; the same
queries on the twin's view and on the base after the same changes were made there; and what listing,
reading and keeping open costs when there are many twins. Everything goes through the doors. A base
in a folder that is named is kept, and measured again the next time.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.settings import Settings
from app.wiring import Owner
from graph.changes import ChangeSet
from graph.projects import Project

_TRIPLES = 1_000_000
_OVERLAYS = 100
_SAMPLE = 20
_SETTLED_SECONDS = 10
_REPEATS = 9
_PROPERTIES = 5
_KINDS = 50
_QUERIES = (
    ("one thing", "SELECT ?p ?o { <urn:thing:777> ?p ?o }"),
    ("count by kind", "SELECT ?k (COUNT(?s) AS ?n) { ?s <urn:kind> ?k } GROUP BY ?k ORDER BY ?k"),
    ("join of two", "SELECT (SUM(?v) AS ?sum) { ?s <urn:kind> <urn:kind:7> ; <urn:value> ?v }"),
)
_CHANGE = (
    "DELETE { ?s <urn:value> ?v } INSERT { ?s <urn:value> ?new } WHERE { "
    "?s <urn:kind> <urn:kind:7> ; <urn:value> ?v . FILTER(?v < 20) BIND(?v + 1 AS ?new) }"
)
_NOTE = 'INSERT DATA { <urn:thing:1> <urn:note> "seen" }'
Report = Callable[[str], None]


def main() -> None:
    """Run all measurements and print them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("triples", type=int, nargs="?", default=_TRIPLES)
    parser.add_argument("overlays", type=int, nargs="?", default=_OVERLAYS)
    parser.add_argument("--data", help="data folder; the base in it is used, or made and kept")
    given = parser.parse_args()
    kept = nullcontext(given.data) if given.data else None
    with kept or tempfile.TemporaryDirectory(prefix="mimir-bench-") as name:
        owner = Owner(Settings(data=Path(name) / "data", monitor_seconds=86_400), port=0)
        owner.start()
        try:
            measure(owner, given.triples, given.overlays, lambda line: print(line, flush=True))
        finally:
            owner.stop()


def measure(owner: Owner, triples: int, overlays: int, report: Report) -> None:
    """Run all measurements on a project of an owner; each line goes to `report`."""
    client = Client(owner.url)
    if "base" not in owner.services.projects.names():
        _call(client, "create_project", name="base")
        project = owner.services.projects.get("base")
        took = _timed(lambda: _load(project, triples))
        report(f"a base of {triples:,} triples, loaded in {took:.1f} s")
    project = owner.services.projects.get("base")
    report(f"settled after {_timed(lambda: _settle(project)):.1f} s more")
    # Twins of an earlier measurement of the same base stay.
    run = f"r{project.sequence}"
    for part in (
        creation(client, project, run),
        reading(client, f"{run}-0"),
        many(client, project, run, overlays),
    ):
        for line in part:
            report(line)


def creation(client: Client, project: Project, run: str) -> Iterator[str]:
    """Measure creating twins and changing one."""
    before = _bytes(project)
    times = _each([f"{run}-{number}" for number in range(_SAMPLE)], partial(_create, client))
    middle = statistics.median(times)
    yield f"  create an overlay    {middle * 1000:9.1f} ms     (goal: at most 100)"
    yield f"  its disk space       {(_bytes(project) - before) / len(times):9,.0f} bytes"
    before = _bytes(project)
    twin = f"{run}-0"
    took = _timed(lambda: _call(client, "change_twin", project="base", twin=twin, update=_CHANGE))
    changed = _call(client, "diff_twin", project="base", twin=twin, form="triples")
    number = len(changed["added"]) + len(changed["removed"])
    grown = (_bytes(project) - before) / max(number, 1)
    yield f"  change {number:,} triples of it in {took:.1f} s: {grown:,.0f} bytes for each"


def reading(client: Client, twin: str) -> Iterator[str]:
    """Measure queries on a view, then on the base with the same change applied."""
    place = f"/twins/{twin}"
    first = _timed(lambda: _ask(client, place, _QUERIES[0][1]))
    yield f"  first look at it     {first * 1000:9.1f} ms"
    views = [_fastest(client, place, query) for _, query in _QUERIES]
    answers = [_ask(client, place, query) for _, query in _QUERIES]
    _call(client, "apply_twin", project="base", twin=twin)
    copies = [_fastest(client, "", query) for _, query in _QUERIES]
    if answers != [_ask(client, "", query) for _, query in _QUERIES]:
        raise SystemExit("The view and the copy answer differently.")
    for (name, _), view, copy in zip(_QUERIES, views, copies, strict=True):
        yield (
            f"  {name:20} {view * 1000:9.1f} ms on the view, {copy * 1000:.1f} ms on a "
            f"materialised copy: ratio {view / copy:.2f}   (goal: at most 1.20)"
        )


def many(client: Client, project: Project, run: str, overlays: int) -> Iterator[str]:
    """Measure a project with many twins that all differ from the base."""
    before, log = _bytes(project), project.dataset.log.path.stat().st_size
    names = [f"{run}-many-{number}" for number in range(overlays)]
    creating = sum(_each(names, partial(_create, client)))
    changing = sum(_each(names, partial(_note, client)))
    logged = project.dataset.log.path.stat().st_size - log
    yield f"{overlays:,} overlays"
    yield f"  create               {creating / overlays * 1000:9.1f} ms each"
    yield f"  change one triple    {changing / overlays * 1000:9.1f} ms each"
    yield f"  disk space           {(_bytes(project) - before) / overlays:9,.0f} bytes each"
    yield f"    of it the log      {logged / overlays:9,.0f} bytes each"
    listing = _timed(lambda: _call(client, "list_project_twins", project="base", limit=100))
    yield f"  list 100 of them     {listing * 1000:9.1f} ms"
    count = "SELECT (COUNT(?s) AS ?n) { ?s <urn:note> ?o }"
    opening = _each(names, lambda name: _ask(client, f"/twins/{name}", count))
    middle, slowest = statistics.median(opening) * 1000, max(opening) * 1000
    yield f"  open and ask each    {middle:9.1f} ms     slowest {slowest:,.1f} ms"
    again = statistics.median(
        _timed(lambda: _ask(client, f"/twins/{names[-1]}", count)) for _ in range(_SAMPLE)
    )
    yield f"  ask an open one      {again * 1000:9.1f} ms"
    clones = sum(path.is_dir() for path in (project.dataset.folder / "snapshots").iterdir())
    descriptors, memory = _resources()
    yield f"  clones kept          {clones:9,}       of {overlays:,}"
    yield f"  descriptors          {descriptors:9,}       of all processes"
    yield f"  memory               {memory / 1024:9,.0f} MB    of all processes"


def _settle(project: Project) -> None:
    """Wait until the engine has sorted what was loaded: that is no cost of an overlay."""
    size, since = _bytes(project), time.monotonic()
    while time.monotonic() - since < _SETTLED_SECONDS:
        time.sleep(0.5)
        if (now := _bytes(project)) != size:
            size, since = now, time.monotonic()


def _load(project: Project, triples: int) -> None:
    path = project.dataset.folder / "things.nq"
    graph = project.names.data
    with path.open("w", encoding="utf-8") as file:
        for number in range(triples // _PROPERTIES):
            thing = f"<urn:thing:{number}>"
            file.write(
                f"{thing} <urn:kind> <urn:kind:{number % _KINDS}> {graph} .\n"
                f"{thing} <urn:value> "
                f'"{number % 1000}"^^<http://www.w3.org/2001/XMLSchema#integer> {graph} .\n'
                f'{thing} <urn:name> "thing {number}" {graph} .\n'
                f"{thing} <urn:next> <urn:thing:{number + 1}> {graph} .\n"
                f'{thing} <urn:remark> "remark {number % 997}" {graph} .\n'
            )
    sha256, _ = project.dataset.blobs.adopt(path)
    project.commit(ChangeSet(author="bench", reason="load", added_file=sha256))


def _create(client: Client, twin: str) -> None:
    _call(client, "create_twin", project="base", id=twin)


def _note(client: Client, twin: str) -> None:
    _call(client, "change_twin", project="base", twin=twin, update=_NOTE)


def _call(client: Client, operation: str, **values: Any) -> dict[str, Any]:
    return client.call(OPERATIONS[operation], values)


def _ask(client: Client, place: str, query: str) -> bytes:
    headers = {"Accept": "text/csv"}
    answer: httpx.Response = client.http.get(
        f"/projects/base{place}/sparql", params={"query": query}, headers=headers, timeout=600
    )
    answer.raise_for_status()
    return answer.content


def _fastest(client: Client, place: str, query: str) -> float:
    return min(_timed(lambda: _ask(client, place, query)) for _ in range(_REPEATS))


def _bytes(project: Project) -> int:
    """Count the bytes of the log, the files and the store; not of clones and old checkpoints."""
    folder = project.dataset.folder
    found = 0
    for path in (folder / "log.rdfp", *folder.glob("blobs/*"), *folder.glob("stores/*/*")):
        with suppress(FileNotFoundError):  # the engine removes files that it merged into others
            found += path.stat().st_size
    return found


def _resources() -> tuple[int, int]:
    """Count descriptors and resident kilobytes of this process and those that it started."""
    descriptors = memory = 0
    for process in _family(str(Path("/proc/self").resolve().name)):
        folder = Path("/proc") / process
        descriptors += sum(1 for _ in (folder / "fd").iterdir())
        status = (folder / "status").read_text(encoding="ascii", errors="replace")
        memory += int(status.partition("VmRSS:")[2].split()[0])
    return descriptors, memory


def _family(process: str) -> Iterator[str]:
    yield process
    for tasks in Path(f"/proc/{process}/task").glob("*/children"):
        for child in tasks.read_text(encoding="ascii").split():
            yield from _family(child)


def _each(names: Iterable[str], action: Callable[[str], object]) -> list[float]:
    return [_timed(partial(action, name)) for name in names]


def _timed(action: Callable[[], object]) -> float:
    began = time.monotonic()
    action()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
