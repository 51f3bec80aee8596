"""How fast OWL 2 RL reasoners are: `python -m benchmarks.reasoning [triples ...]`.

Prints time, memory and number of inferred triples for owlrl, for reasonable (when it is installed)
and for this program's rules, each in a process of its own, on the same made-up company: a hierarchy
of classes and properties, inverses, a transitive and a symmetric property, domains and ranges.
"""

import importlib.util
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
from pyoxigraph import RdfFormat

from graph.oxigraph import OxigraphStore
from graph.reasoning.fixpoint import materialise
from graph.reasoning.saturation import FRESH
from graph.terms import NamedNode
from graph.vocab import OWL, RDF, RDFS

_BASE = "https://example.org/company#"
_DATA = NamedNode("urn:benchmark:data")


def company(triples: int, seed: int = 7) -> Iterator[str]:
    """Write about `triples` N-Triples lines."""
    rng = np.random.default_rng(seed)

    def line(subject: str, predicate: str, value: str) -> str:
        """Write one triple as a line."""
        return f"{subject} {predicate} {value} .\n"

    def term(name: str) -> str:
        """Write a name of the company as an IRI."""
        return f"<{_BASE}{name}>"

    for level in range(8):
        yield line(
            term(f"Kind{level}"),
            str(RDFS.subClassOf),
            term(f"Kind{level // 2 - 1}" if level > 1 else "Asset"),
        )
    yield line(term("feeds"), str(RDFS.subPropertyOf), term("touches"))
    yield line(term("feeds"), str(OWL.inverseOf), term("isFedBy"))
    yield line(term("partOf"), str(RDF.type), str(OWL.TransitiveProperty))
    yield line(term("near"), str(RDF.type), str(OWL.SymmetricProperty))
    yield line(term("touches"), str(RDFS.domain), term("Asset"))
    yield line(term("managedBy"), str(RDFS.range), term("Person"))
    count = triples // 5
    kinds = rng.integers(0, 8, count)
    targets = rng.integers(0, count, (3, count))
    for number in range(count):
        thing = term(f"a{number}")
        yield line(thing, str(RDF.type), term(f"Kind{kinds[number]}"))
        yield line(thing, term("feeds"), term(f"a{targets[0, number]}"))
        yield line(thing, term("near"), term(f"a{targets[1, number]}"))
        yield line(thing, term("managedBy"), term(f"p{targets[2, number] % 1000}"))
        if number % 10:
            yield line(thing, term("partOf"), term(f"a{number - number % 10 + number % 10 // 2}"))


def with_owlrl(path: Path) -> int:
    """Reason with owlrl; gives the number of inferred triples."""
    owlrl, rdflib = import_module("owlrl"), import_module("rdflib")

    graph = rdflib.Graph().parse(path, format="nt")
    before = len(graph)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return len(graph) - before


def with_reasonable(path: Path) -> int:
    """Reason with reasonable; gives the number of inferred triples."""
    reasonable = import_module("reasonable")

    reasoner = reasonable.PyReasoner()
    reasoner.load_file(str(path))
    before = len(reasoner.get_base_triples())
    return len(reasoner.reason()) - before


def with_rules(path: Path) -> int:
    """Reason with this program's rules; gives the number of inferred triples."""
    with tempfile.TemporaryDirectory(prefix="mimir-bench-") as folder:
        store = OxigraphStore(Path(folder) / "store")
        store.engine.bulk_load(path=str(path), format=RdfFormat.N_TRIPLES, to_graph=_DATA)
        materialise(store, [_DATA], Path(folder))
        return store.count(FRESH)


def main() -> None:
    """Run all measurements and print them."""
    sizes = [int(text) for text in sys.argv[1:]] or [10_000, 100_000]
    engines: dict[str, Callable[[Path], int]] = {"rules": with_rules}
    if importlib.util.find_spec("reasonable"):
        engines["reasonable"] = with_reasonable
    engines["owlrl"] = with_owlrl
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="mimir-bench-") as folder:
            path = Path(folder) / "company.ttl"
            path.write_text("".join(company(size)), encoding="utf-8")
            for name, engine in engines.items():
                seconds, inferred, memory = _in_child(engine, path)
                figures = f"{seconds:8.2f} s  {memory:6.0f} MB  {inferred:,} inferred"
                print(f"{size:>9,} triples  {name:<10} {figures}", flush=True)


def _in_child(engine: Callable[[Path], int], path: Path) -> tuple[float, int, float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (engine, path))


def _measured(engine: Callable[[Path], int], path: Path) -> tuple[float, int, float]:
    began = time.monotonic()
    inferred = engine(path)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return time.monotonic() - began, inferred, memory


if __name__ == "__main__":
    main()
