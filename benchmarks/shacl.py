"""How fast validation is: `python -m benchmarks.shacl [rows] [seconds for pySHACL]`.

Prints, from one run on this machine: from a store to a report with 60 constraints, at a tenth of
the rows beside pySHACL and at all rows alone, each in a process of its own with its memory; and
what a commit costs on a graph whose gate is off, and whose gate blocks.
"""

import multiprocessing
import queue
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import duckdb
import rdflib
from pyoxigraph import RdfFormat
from pyshacl import validate as pyshacl_validate

from benchmarks.spine import write_readings
from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.shacl.gate import mode_quads
from graph.shacl.validation import validate
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import RDF, XSD

DATA = NamedNode("urn:benchmark:data")
SHAPES = NamedNode("urn:benchmark:shapes")
_ROWS = 1_000_000
_LIMIT = 600.0
_COMMITS = 15
_THING = "https://example.org/readings/"
_TERMS = "https://example.org/readings#"
_TYPES = {
    "reading_id": XSD.integer,
    "taken_at": XSD.dateTime,
    "temperature": XSD.decimal,
    "pressure": XSD.decimal,
    "power": XSD.decimal,
    "valid": XSD.boolean,
    "machine": XSD.string,
    "state": XSD.string,
    "note": XSD.string,
}


def make_store(folder: Path, rows: int) -> Path:
    """Write the readings of `benchmarks.spine` as ten triples a row, and the shapes."""
    source, lines = folder / f"{rows}.csv", folder / f"{rows}.nt"
    write_readings(source, rows)
    with duckdb.connect() as connection:
        table = connection.read_csv(str(source), all_varchar=True)
        subject = f"concat('<{_THING}', reading_id, '>"
        parts = [table.project(f"{subject} a <{_TERMS}Reading> .') AS line")]
        for column, datatype in _TYPES.items():
            value = f"\"', {column}, '\"^^{datatype} ."
            parts.append(table.project(f"{subject} <{_TERMS}{column}> {value}') AS line"))
        whole = parts[0]
        for part in parts[1:]:
            whole = whole.union(part)
        whole.write_csv(str(lines), header=False, sep="\t", quotechar="", escapechar="")
    store = OxigraphStore(folder / str(rows))
    store.engine.bulk_load(path=str(lines), format=RdfFormat.TURTLE, to_graph=DATA)
    shapes = Path(__file__).with_name("readings.ttl")
    store.engine.load(path=str(shapes), format=RdfFormat.TURTLE, to_graph=SHAPES)
    store.flush()
    store.close()
    lines.unlink()
    return folder / str(rows)


def compiled(path: Path) -> int:
    """Validate by compiled queries; gives the number of results."""
    data, shapes = _readers(path)
    report = validate(data, shapes)
    if report.fallback:
        raise SystemExit(f"Not compiled: {report.fallback}")
    return len(report.results)


def by_pyshacl(path: Path) -> int:
    """Validate by pySHACL on a copy of the store in memory; gives the number of results."""
    graphs = []
    for reader in _readers(path):
        graph = rdflib.Graph()
        text = "".join(f"{triple} .\n" for triple in reader.construct("CONSTRUCT WHERE {?s ?p ?o}"))
        graphs.append(graph.parse(data=text, format="nt"))
    _, report, _ = pyshacl_validate(graphs[0], shacl_graph=graphs[1], inference="none")
    assert isinstance(report, rdflib.Graph)
    return len(list(report.objects(None, rdflib.SH.result)))


def on_commit(path: Path) -> list[str]:
    """Commit 1,000 triples at a time on a gate that is off and one that blocks; gives figures."""
    lines = []
    names = ProjectNames("https://example.org/", "bench")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="dataset-") as folder:
        store = OxigraphStore(path)
        (Path(folder) / "stores").mkdir()
        store.checkpoint(Path(folder) / "stores" / "1")
        shapes = [Quad(q.subject, q.predicate, q.object, names.shapes) for q in store.quads(SHAPES)]
        store.close()
        dataset = Dataset(Path(folder), names, keep_checkpoints=0)
        dataset.commit(ChangeSet(added=tuple(shapes)))
        for mode in ("off", "block"):
            dataset.commit(ChangeSet(added=tuple(mode_quads(names, DATA, mode))))
            for size in (1000, 10):
                times, busy = [], []
                for turn in range(_COMMITS):
                    change = ChangeSet(added=tuple(_new_readings(mode, turn, size)))
                    began, worked = time.monotonic(), time.thread_time()
                    dataset.commit(change)
                    times.append(1000 * (time.monotonic() - began))
                    busy.append(1000 * (time.thread_time() - worked))
                lines.append(
                    f"gate {mode:<5}  {size:>5,} triples: median {median(times):6.1f} ms, "
                    f"of the processor {median(busy):6.1f} ms; first {times[0]:6.1f} ms"
                )
        dataset.close()
    return lines


def _new_readings(mode: str, turn: int, size: int) -> Iterator[Quad]:
    first = 50_000_000 + 1_000_000 * (mode == "block") + turn * 1000 + 500_000 * (size == 10)
    for number in range(first, first + size // 10):
        row = (number, "2025-01-01T00:00:00", 50.5, 51.25, 49.75, "true", "M0001", "idle", "note 1")
        thing = NamedNode(f"{_THING}{number}")
        yield Quad(thing, RDF.type, NamedNode(f"{_TERMS}Reading"), DATA)
        for (column, datatype), value in zip(_TYPES.items(), row, strict=True):
            literal = Literal(str(value), datatype=datatype)
            yield Quad(thing, NamedNode(_TERMS + column), literal, DATA)


def measured(function: Callable[[Path], int], path: Path, limit: float) -> str:
    """Run a function in its own process; gives times, memory and number of results as text."""
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[tuple[float, float, float, int]] = context.Queue()
    process = context.Process(target=_answer, args=(function, path, answers))
    process.start()
    try:
        seconds, worked, memory, results = answers.get(timeout=limit)
    except queue.Empty:
        return f"more than {limit:,.0f} s"
    finally:
        process.terminate()
        process.join()
    used = f"{seconds:7.1f} s ({worked:.1f} s of the processor)"
    return f"{used}  {memory:6,.0f} MB  {results:,} results"


def main() -> None:
    """Run all measurements and print them."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else _ROWS
    limit = float(sys.argv[2]) if len(sys.argv) > 2 else _LIMIT
    with tempfile.TemporaryDirectory(prefix="mimir-bench-") as folder:
        for size in (rows // 100, rows // 10, rows):
            path = make_store(Path(folder), size)
            print(f"{size * 10:>12,} triples, 60 constraints", flush=True)
            print(f"  compiled  {measured(compiled, path, 3600)}", flush=True)
            if size < rows:
                print(f"  pySHACL   {measured(by_pyshacl, path, limit)}", flush=True)
            else:
                print("\n".join(f"  {line}" for line in on_commit(path)), flush=True)


def _readers(path: Path) -> tuple[GraphReader, GraphReader]:
    store = OxigraphStore(path, read_only=True)
    return store.reader([DATA]), store.reader([SHAPES])


def _answer(
    function: Callable[[Path], int],
    path: Path,
    answers: "multiprocessing.Queue[tuple[float, float, float, int]]",
) -> None:
    began = time.monotonic()
    results = function(path)
    seconds = time.monotonic() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers.put((seconds, time.process_time(), memory, results))


if __name__ == "__main__":
    main()
