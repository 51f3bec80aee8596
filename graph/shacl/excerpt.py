"""What shapes read around some focus nodes, copied to memory as it will be after a change.

A commit concerns few nodes of a large graph. Their surroundings are read from the store once and in
bulk; the change is made to the copy, and the compiled queries run there. Measured on 10 million
triples, a commit of 1,000: a tenth of the time that the same queries take on a changed clone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from graph.oxigraph import OxigraphStore
from graph.shacl.focus_nodes import Nodes, Reading
from graph.shacl.fragments import THIS, block, join, limited, select, triple, union, values
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad, Subject, Term
from graph.vocab import MIMIR

# Beyond this many triples a changed clone costs less than a copy.
MOST = 200_000
# From this many predicates on, all triples of a node are read at once.
_MANY_PREDICATES = 4
_MOST_OF_A_NODE = 50
_FOCUS = MIMIR.focusNode
_NODE, _PREDICATE, _OBJECT = "?node", "?predicate", "?object"

_Asked = tuple[NamedNode | None, bool]


class TooLarge(Exception):  # noqa: N818 # the reader of a large hub, not an error of anybody
    """The shapes read more than `MOST` triples."""


class Excerpt:
    """A copy in memory of what some shapes read of one graph.

    Args:
        data: the graph before the change.
        graph: its name.
        added, removed: the change; quads of this graph alone.
        known: further quads of the graph that are copied as they are.

    Raises:
        TooLarge: by `cover`.
    """

    def __init__(
        self,
        data: GraphReader,
        graph: NamedNode,
        added: Iterable[Quad] = (),
        removed: Iterable[Quad] = (),
        known: Iterable[Quad] = (),
    ) -> None:
        self._data = data
        self._graph = graph
        self._removed = list(removed)
        self._gone = Counter(quad.predicate for quad in self._removed)
        self._store = OxigraphStore()
        self._read: dict[_Asked, set[Term]] = {}
        self._size = 0
        self._keep([*known, *added])

    @property
    def reader(self) -> GraphReader:
        """Read the copy."""
        return self._store.reader([self._graph])

    def cover(self, readings: Iterable[Reading], nodes: Nodes) -> None:
        """Copy what the readings meet from the nodes on, until nothing is missing.

        Paths are followed in the copy, so they lead where they lead after the change.
        """
        starts = NamedNode("".join((self._graph.value, "#starts")))
        # A path may lead from a node to itself, though the node stands in no triple.
        self._store.engine.extend(Quad(starts, _FOCUS, node, starts) for node in nodes)
        walked = self._store.reader([self._graph, starts])
        groups: dict[str, list[Reading]] = {}
        for reading in readings:
            groups.setdefault(reading.before, []).append(reading)
        missing = True
        while missing:
            missing = False
            for before, group in sorted(groups.items()):
                ends = _led_to(walked, nodes, before)
                missing = self._meet(group, ends) or missing

    def _meet(self, readings: Iterable[Reading], ends: set[Term]) -> bool:
        """Copy what the readings meet at the ends; tells whether anything was asked for."""
        wanted: dict[tuple[bool, frozenset[Term]], set[NamedNode | None]] = {}
        for reading in readings:
            asked = (reading.predicate, reading.inverse)
            lacking = ends - self._read.get(asked, set()) - self._read.get((None, False), set())
            if reading.inverse:
                lacking = ends - self._read.get(asked, set())
            if not lacking:
                continue
            if reading.some:
                self._copy_some(asked, lacking)
            else:
                key = (reading.inverse, frozenset(lacking))
                wanted.setdefault(key, set()).add(reading.predicate)
        return bool(wanted)
