"""What shapes read around some focus nodes, copied to memory as it will be after a change.

A commit concerns few nodes of a large graph. Their surroundings are read from the store in bulk,
the change is made to the copy, and the compiled queries run there.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from graph.oxigraph import OxigraphStore
from graph.shacl.focus_nodes import Nodes, Reading
from graph.shacl.fragments import THIS, block, bound_to, limited, select, triple, union, values
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad, Term
from graph.vocab import MIMIR

# Beyond this many triples a changed clone of the store costs less than a copy.
MOST = 200_000
# From this many predicates on, all triples of a node are read, unless it has far more than these.
_MANY_PREDICATES = 4
_TRIPLES_OF_A_NODE = 50
_SUBJECT, _PREDICATE, _OBJECT = _ROW = ("?subject", "?predicate", "?object")
# Measured: the engine takes 80 ms to plan a union of 100, and 20 ms for ten of 10.
_AT_A_TIME = 10
_WHOLE = Reading("", None)
_BY_PATH = attrgetter("before")

Lacking = dict[Reading, set[Term]]


class ExcerptTooLargeError(Exception):
    """The shapes read too much around the nodes for a copy."""


class Excerpt:
    """A copy in memory of what shapes read of one graph.

    Args:
        data: the graph before the change.
        graph: its name.
        added, removed: the change; quads of this graph alone.
        known: further quads of the graph, copied as they are.
        most: the number of triples from which on a copy is too large.
    """

    def __init__(
        self,
        data: GraphReader,
        graph: NamedNode,
        added: Iterable[Quad] = (),
        removed: Iterable[Quad] = (),
        known: Iterable[Quad] = (),
        most: int = MOST,
    ) -> None:
        self._data = data
        self._graph = graph
        self._starts = NamedNode("".join((graph.value, "#starts")))
        self._removed = tuple(removed)
        self._read: dict[Reading, set[Term]] = {}
        self._size = 0
        self._most = most
        self._store = OxigraphStore()
        self._add((*known, *added))
        self._remove()

    @property
    def reader(self) -> GraphReader:
        """Read the copy."""
        return self._store.reader([self._graph])

    def cover(self, readings: Mapping[Nodes, Iterable[Reading]]) -> None:
        """Copy what the readings meet from their nodes on, until nothing is lacking.

        Paths are followed in the copy, so they lead where they lead after the change.

        Raises:
            ExcerptTooLargeError: that is too much for a copy.
        """
        # A path may lead from a node to itself, though the node stands in no triple.
        self._store.engine.extend(
            Quad(self._starts, MIMIR.focusNode, node, self._starts)
            for nodes in readings
            for node in nodes
        )
        by_path = [
            (nodes, path, [replace(reading, before="") for reading in group])
            for nodes, own in readings.items()
            for path, group in groupby(sorted(own, key=_BY_PATH), _BY_PATH)
        ]
        while lacking := self._lacking(by_path):
            self._copy(lacking)
            self._remove()

    def _lacking(self, by_path: Iterable[tuple[Nodes, str, list[Reading]]]) -> Lacking:
        found: Lacking = {}
        for nodes, path, readings in by_path:
            ends = self._ends(path, nodes)
            for reading in readings:
                missing = ends - self._known(reading)
                if missing:
                    found.setdefault(reading, set()).update(missing)
        # Reading all may tell what reading some would.
        whole = {reading: nodes for reading, nodes in found.items() if not reading.some}
        return whole or found

    def _ends(self, path: str, nodes: Nodes) -> set[Term]:
        if not path:
            return set(nodes)
        walked = self._store.reader([self._graph, self._starts])
        rows = walked.select(select([_OBJECT], values(THIS, nodes), triple(THIS, path, _OBJECT)))
        return {node for (node,) in rows if node is not None}

    def _known(self, reading: Reading) -> set[Term]:
        """List the nodes where the reading, or one that reads more, was copied."""
        wider = [reading, replace(reading, some=False)]
        if not reading.inverse:
            wider.append(_WHOLE)
        return set().union(*(self._read.get(item, set()) for item in wider))

    def _copy(self, lacking: Lacking) -> None:
        forward: dict[Term, set[Reading]] = {}
        for reading, nodes in lacking.items():
            self._read.setdefault(reading, set()).update(nodes)
            if reading.some:
                self._copy_some(reading, sorted(nodes, key=str))
            elif reading.inverse:
                self._keep(self._quads(limited(_triples(nodes, reading), self._most)))
            else:
                for node in nodes:
                    forward.setdefault(node, set()).add(reading)
        together: dict[frozenset[Reading], set[Term]] = {}
        for node, readings in forward.items():
            if not isinstance(node, Literal):
                together.setdefault(frozenset(readings), set()).add(node)
        for group, nodes in together.items():
            self._copy_forward(group, nodes)

    def _copy_forward(self, readings: frozenset[Reading], nodes: set[Term]) -> None:
        if _WHOLE not in readings and len(readings) >= _MANY_PREDICATES:
            most = _TRIPLES_OF_A_NODE * len(nodes)
            quads = self._quads(limited(_triples(nodes, _WHOLE), most))
            if len(quads) < most:
                self._read.setdefault(_WHOLE, set()).update(nodes)
                self._keep(quads)
                return
        for reading in {_WHOLE} if _WHOLE in readings else readings:
            self._keep(self._quads(limited(_triples(nodes, reading), self._most)))

    def _copy_some(self, reading: Reading, nodes: list[Term]) -> None:
        # There may be a million of them, and one that stays tells as much.
        enough = 1 + sum(quad.predicate == reading.predicate for quad in self._removed)
        for start in range(0, len(nodes), _AT_A_TIME):
            tables = [
                block(limited(_triples([node], reading), enough))
                for node in nodes[start : start + _AT_A_TIME]
            ]
            self._keep(self._quads(select(_ROW, union(tables), distinct=False)))

    def _quads(self, query: str) -> list[Quad]:
        rows = self._data.select(query)
        return [Quad(s, p, o, self._graph) for s, p, o in rows]  # type: ignore[arg-type] # a triple

    def _keep(self, quads: Collection[Quad]) -> None:
        if self._size + len(quads) >= self._most:
            raise ExcerptTooLargeError
        self._add(quads)

    def _add(self, quads: Collection[Quad]) -> None:
        self._size += len(quads)
        self._store.engine.extend(quads)

    def _remove(self) -> None:
        for quad in self._removed:
            self._store.engine.remove(quad)


def _triples(nodes: Iterable[Term], reading: Reading) -> str:
    # A variable predicate that is bound elsewhere would make the engine scan all triples.
    name = reading.predicate
    return select(
        _ROW if name is None else (_SUBJECT, bound_to(_PREDICATE, str(name)), _OBJECT),
        values(_OBJECT if reading.inverse else _SUBJECT, sorted(nodes, key=str)),
        triple(_SUBJECT, _PREDICATE if name is None else str(name), _OBJECT),
        distinct=False,
    )
