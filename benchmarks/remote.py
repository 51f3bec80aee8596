"""What a project on a remote store costs: `python -m benchmarks.remote [triples] --store URL`.

Prints, from one run: landing a file; commits; the same queries by the store alone, as a project,
and through a view; SHACL; and what the embedded copy costs that updates and rehearsals run on. URL
is written as in MIMIR_REMOTE_STORES; **what the store holds is thrown away**. Such a store is
started by `deploy/start-fuseki.sh FOLDER PORT`.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from graph.changes import ChangeSet
from graph.dataset.snapshots import Overlay
from graph.names import ProjectNames
from graph.remote.address import read_address
from graph.remote.dataset import RemoteDataset
from graph.shacl.validation import validate
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad, Term
from graph.vocab import RDF, SH, XSD

NAMES = ProjectNames("https://example.org/", "bench")
_TRIPLES = 1_000_000
_PROPERTIES = 5
_COMMITS = 30
_COMMIT_TRIPLES = 10
_CHANGED = 1_000
_REPEATS = 5
_KIND, _VALUE, _NEXT, _NAME = (NAMES.term(name) for name in ("kind", "value", "next", "name"))
_PREFIX = f"PREFIX : <{NAMES.terms}> PREFIX id: <urn:thing:> "
_QUERIES = (
    ("one thing", "SELECT ?p ?o { id:777 ?p ?o }"),
    ("count all", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
    ("count by kind", "SELECT ?k (COUNT(?s) AS ?n) { ?s :kind ?k } GROUP BY ?k ORDER BY ?k"),
    ("join of two", "SELECT (SUM(?v) AS ?sum) { ?s :kind <urn:kind:7> ; :value ?v }"),
    ("optional", "SELECT (COUNT(?n) AS ?m) { ?s :kind <urn:kind:7> OPTIONAL { ?s :name ?n } }"),
    ("path, fixed", "SELECT (COUNT(*) AS ?n) { ?s :kind <urn:kind:7> ; :next/:next/:value ?v }"),
    ("path, one end", "SELECT (COUNT(*) AS ?n) { id:900 ^:next+ ?s }"),
)
Report = Callable[[str], None]


def main() -> None:
    """Run all measurements and print them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("triples", type=int, nargs="?", default=_TRIPLES)
    parser.add_argument("--store", help="address of a store whose content may be thrown away")
    given = parser.parse_args()
    if not given.store:
        raise SystemExit("Not measured: name a store, as in --store http://127.0.0.1:3030/mimir")
    store = read_address(given.store).store()
    store.update("DROP ALL")
    with (
        tempfile.TemporaryDirectory(prefix="mimir-bench-") as folder,
        closing(RemoteDataset(Path(folder), NAMES, store)) as dataset,
    ):
        measure(dataset, given.triples, lambda line: print(line, flush=True))


def measure(dataset: RemoteDataset, triples: int, report: Report) -> None:
    """Run all measurements on an empty dataset; each line goes to `report`."""
    for part in (landing(dataset, triples), commits(dataset), views(dataset), copies(dataset)):
        for line in part:
            report(line)


def landing(dataset: RemoteDataset, triples: int) -> Iterator[str]:
    """Measure a file of many triples, and the validation of what it holds."""
    file = _file(dataset, triples)
    took = _timed(lambda: dataset.commit(ChangeSet(added_file=file)))
    yield f"landing {triples:,} triples: {took:.1f} s, {triples / took:,.0f} triples a second"
    shape, rule = NAMES.shape("Thing"), NAMES.shape("Thing-value")
    facts: tuple[tuple[NamedNode, NamedNode, Term], ...] = (
        (shape, RDF.type, SH.NodeShape),
        (shape, SH.targetSubjectsOf, _KIND),
        (shape, SH.property, rule),
        (rule, SH.path, _VALUE),
        (rule, SH.minCount, Literal(1)),
        (rule, SH.maxCount, Literal(1)),
        (rule, SH.datatype, XSD.integer),
    )
    dataset.commit(ChangeSet(tuple(Quad(*fact, NAMES.shapes) for fact in facts)))
    data, shapes = dataset.reader([NAMES.data]), dataset.reader([NAMES.shapes])
    yield f"  validation           {_timed(lambda: validate(data, shapes)):9.1f} s"


def commits(dataset: RemoteDataset) -> Iterator[str]:
    """Measure commits of a few triples."""
    times = [
        _timed(lambda number=number: dataset.commit(ChangeSet(_new(number))))  # type: ignore[misc] # bound now
        for number in range(_COMMITS)
    ]
    middle, slowest = statistics.median(times) * 1000, max(times) * 1000
    yield f"  commit of {_COMMIT_TRIPLES}         {middle:9.1f} ms     slowest {slowest:,.0f} ms"


def views(dataset: RemoteDataset) -> Iterator[str]:
    """Measure queries on the graph, on a view of it, and on the graph with the view's changes."""
    overlay = Overlay(NAMES.data, NAMES.twin_added("t"), NAMES.twin_removed("t"))
    came = _values(_CHANGED, lambda number: number % 1000 + 1)
    went = _values(_CHANGED, lambda number: number % 1000)
    moved = [Quad(*triple, overlay.added) for triple in came]
    moved += [Quad(*triple, overlay.removed) for triple in went]
    dataset.commit(ChangeSet(tuple(moved)))
    scope = (NAMES.data,)
    plain = dataset.remote.store.reader([dataset.remote.place(NAMES.data)])
    base = dataset.reader(scope)
    view = dataset.reader(scope, (), [overlay])
    times = [[_fastest(reader, text) for reader in (plain, base, view)] for _, text in _QUERIES]
    answers = [_answer(view, text) for _, text in _QUERIES]
    added = tuple(Quad(*triple, NAMES.data) for triple in came)
    dataset.commit(ChangeSet(added, tuple(Quad(*triple, NAMES.data) for triple in went)))
    if answers != [_answer(base, text) for _, text in _QUERIES]:
        raise SystemExit("The view and the changed graph answer differently.")
    for (name, _), (bare, through, seen) in zip(_QUERIES, times, strict=True):
        yield (
            f"  {name:20} {bare * 1000:9.1f} ms by the store alone, {through * 1000:.1f} ms as a "
            f"project, {seen * 1000:.1f} ms through a view of {len(moved):,} changes: "
            f"ratio {seen / bare:.2f}"
        )


def copies(dataset: RemoteDataset) -> Iterator[str]:
    """Measure the embedded copies that updates, what-ifs and past states need."""
    folder = dataset.folder / "snapshots"
    first = _timed(lambda: dataset.checkpoint(folder / "first"))
    again = _timed(lambda: dataset.checkpoint(folder / "again"))
    yield f"  first embedded copy  {first:9.1f} s      the next {again * 1000:,.0f} ms"
    dataset.commit(ChangeSet(_new(_COMMITS)))
    after = _timed(lambda: dataset.checkpoint(folder / "after"))
    yield f"  copy after a commit  {after * 1000:9.0f} ms"
    held = sum(path.stat().st_size for path in (folder / "first").iterdir())
    yield f"  its disk space       {held / 1e6:9,.0f} MB, shared by all copies"


def _file(dataset: RemoteDataset, triples: int) -> str:
    path = dataset.folder / "things.nq"
    with path.open("w", encoding="utf-8") as file:
        for number in range(triples // _PROPERTIES):
            thing, next_one = f"<urn:thing:{number}>", f"<urn:thing:{number + 1}>"
            if number % 1000 == 999:
                # Chains of a thousand.
                next_one = thing
            file.write(
                f"{thing} {_KIND} <urn:kind:{number % 50}> {NAMES.data} .\n"
                f"{thing} {_VALUE} {Literal(number % 1000)} {NAMES.data} .\n"
                f'{thing} {_NAME} "thing {number}" {NAMES.data} .\n'
                f"{thing} {_NEXT} {next_one} {NAMES.data} .\n"
                f'{thing} {NAMES.term("remark")} "remark {number % 997}" {NAMES.data} .\n'
            )
    return dataset.blobs.adopt(path)[0]


def _new(number: int) -> tuple[Quad, ...]:
    things = (NamedNode(f"urn:new:{number}/{index}") for index in range(_COMMIT_TRIPLES))
    return tuple(Quad(thing, _NAME, Literal("new"), NAMES.data) for thing in things)


def _values(count: int, value: Callable[[int], int]) -> list[tuple[NamedNode, NamedNode, Literal]]:
    things = range(0, count * 7, 7)
    return [(NamedNode(f"urn:thing:{n}"), _VALUE, Literal(value(n))) for n in things]


def _answer(reader: GraphReader, text: str) -> list[str]:
    return sorted(map(str, reader.select(_PREFIX + text).rows))


def _fastest(reader: GraphReader, text: str) -> float:
    return min(_timed(lambda: _answer(reader, text)) for _ in range(_REPEATS))


def _timed(action: Callable[[], object]) -> float:
    began = time.monotonic()
    action()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
