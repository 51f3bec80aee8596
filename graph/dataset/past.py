"""The state of a project at a commit, read from a checkpoint that nobody writes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from graph.dataset.checkpoints import STATE
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.sparql import load_query
from graph.store import GraphReader
from graph.terms import NamedNode, Quad


@dataclass(frozen=True)
class PastState:
    """What a dataset gives to those who read it, as it was at a commit.

    Attributes:
        store: the checkpoint, opened for reading.
        sequence: number of the commit.
    """

    store: OxigraphStore
    sequence: int
    names: ProjectNames

    def reader(
        self, default_graphs: Iterable[NamedNode], named: Iterable[NamedNode] = ()
    ) -> GraphReader:
        """Bind a reader to graphs of that state."""
        return self.store.reader(tuple(default_graphs), tuple(named))

    def graphs(self) -> list[NamedNode]:
        """List the named graphs of that state."""
        return [graph for graph in self.store.graphs() if graph != STATE]

    def quads(self, graph: NamedNode) -> Iterable[Quad]:
        """Iterate over the quads of a graph."""
        return self.store.quads(graph)

    def count(self, graph: NamedNode) -> int:
        """Count the triples of a graph."""
        return self.store.count(graph)

    @cached_property
    def knowledge_sequence(self) -> int:
        """Number of the newest commit until then that changed more than records."""
        rows = self.reader([self.names.meta]).select(load_query("graph", "newest_knowledge")).rows
        return int(str(getattr(rows[0][0], "value", 0))) if rows else 0
