"""Removal of many quads from a store that nobody else has open.

The engine removes about 60,000 quads a second and loads in bulk four times as many. Where little
would be left, the rest is therefore loaded into a new store, which takes the place of the old one.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from pyoxigraph import QuerySolutions

from graph.nquads import batched_quads
from graph.oxigraph import OxigraphStore
from graph.terms import BlankNode, DefaultGraph, NamedNode, Quad

_BATCH = 20_000
_CHUNK = 1 << 20
_GONE = "urn:mimir:gone:"
_LEFT = "SELECT ?s ?p ?o { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?gone { ?s ?p ?o } } }"
_Graph = NamedNode | BlankNode | DefaultGraph


def remove_file(folder: Path, file: Path) -> int:
    """Remove the quads of an N-Quads file from the store in a folder; gives how many were there.

    Raises:
        SyntaxError: the file is no N-Quads; the store must be thrown away.
    """
    store = OxigraphStore(folder)
    before, named = len(store.engine), _lines(file)
    if 2 * (before - named) >= named:
        removed = _remove_each(store, file)
        store.flush()
        store.close()
        return removed
    rest = folder.with_name(f"{folder.name}.rest")
    kept = _copy_rest(store, file, rest)
    store.close()
    shutil.rmtree(folder)
    rest.rename(folder)
    return before - kept


def _remove_each(store: OxigraphStore, file: Path) -> int:
    removed = 0
    for batch in batched_quads(file, _BATCH):
        there = store.existing(dict.fromkeys(batch))
        store.apply((), there)
        removed += len(there)
    return removed


def _copy_rest(store: OxigraphStore, file: Path, target: Path) -> int:
    """Load what the file does not name into a new store; gives how many quads that are."""
    marks: dict[_Graph, NamedNode] = {}
    store.engine.bulk_extend(_marked(file, marks))
    copy = OxigraphStore(target)
    copy.engine.bulk_extend(_rest(store, marks))
    copy.flush()
    kept = len(copy.engine)
    copy.close()
    return kept


def _marked(file: Path, marks: dict[_Graph, NamedNode]) -> Iterator[Quad]:
    """Give the quads of the file, each graph under another name, which is noted in `marks`."""
    for batch in batched_quads(file, _BATCH):
        for quad in batch:
            mark = marks.setdefault(quad.graph_name, NamedNode(f"{_GONE}{len(marks)}"))
            yield Quad(quad.subject, quad.predicate, quad.object, mark)


def _rest(store: OxigraphStore, marks: dict[_Graph, NamedNode]) -> Iterator[Quad]:
    gone = set(marks.values())
    for graph in (DefaultGraph(), *store.engine.named_graphs()):
        if graph in gone:
            continue
        if graph not in marks:
            yield from store.engine.quads_for_pattern(None, None, None, graph)
            continue
        left = store.engine.query(_LEFT, default_graph=[graph], named_graphs=[marks[graph]])
        # Not through a reader, which would hold all solutions in memory.
        for subject, predicate, value in cast(QuerySolutions, left):
            yield Quad(subject, predicate, value, graph)


def _lines(file: Path) -> int:
    with file.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(_CHUNK), b""))
