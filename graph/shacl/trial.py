"""A change tried: which results validation would have after it that it does not have before.

Only the focus nodes that the change concerns are validated, before and after, each time on a copy
in memory of what their shapes read. Where that is too much, or all nodes are concerned, the queries
run on the graph itself and on a changed clone.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from graph.oxigraph import OxigraphStore
from graph.shacl import queries
from graph.shacl.excerpt import MOST, Excerpt, ExcerptTooLargeError
from graph.shacl.focus_nodes import Nodes, Reading, ShapeReadings
from graph.shacl.report import ValidationResult, new_results
from graph.shacl.shapes import ShapesGraph, read_shapes
from graph.shacl.validation import not_compiled, validate_nodes
from graph.store import GraphReader
from graph.terms import NamedNode, Quad, Subject
from graph.vocab import RDFS

Results = tuple[ValidationResult, ...]


@dataclass(frozen=True)
class CompiledShapes:
    """Shapes that can be compiled, and what they read.

    Attributes:
        hierarchies: for each graph the triples that tell the classes below those of the shapes,
            as far as they were asked for.
    """

    graph: ShapesGraph
    readings: ShapeReadings
    hierarchies: dict[NamedNode, list[Quad]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether all shapes that have a target can be compiled."""
        return {root for root, _ in self.graph.roots()} == set(self.readings.roots)

    def hierarchy(self, graph: NamedNode, data: GraphReader) -> list[Quad]:
        """Read the classes of a graph below those that the shapes name."""
        if graph not in self.hierarchies:
            rows = data.select(queries.hierarchy(self.readings.classes))
            self.hierarchies[graph] = [
                Quad(below, RDFS.subClassOf, above, graph)  # type: ignore[arg-type] # a triple
                for below, above in rows
            ]
        return self.hierarchies[graph]


@dataclass(frozen=True)
class GraphChange:
    """What a change does to one graph."""

    graph: NamedNode
    added: tuple[Quad, ...] = ()
    removed: tuple[Quad, ...] = ()

    @property
    def quads(self) -> tuple[Quad, ...]:
        """Give what comes and what goes."""
        return (*self.added, *self.removed)


class Trials:
    """Changes tried on one store.

    Args:
        reader: binds a reader to graphs of the store.
        checkpoint: writes a copy of the store.
        folder: where a clone may be made.
        most: the number of triples from which on a clone is made; changes the speed only.
    """

    def __init__(
        self,
        reader: Callable[[Sequence[NamedNode]], GraphReader],
        checkpoint: Callable[[Path], int],
        folder: Path,
        most: int = MOST,
    ) -> None:
        self._reader = reader
        self._checkpoint = checkpoint
        self._folder = folder
        self._most = most

    def new_results(self, change: GraphChange, shapes: CompiledShapes) -> list[ValidationResult]:
        """List the results that the change would bring."""
        if not change.quads:
            return []
        before = self._reader([change.graph])
        nodes = shapes.readings.touched(change.quads, before)
        if not nodes:
            return []
        try:
            found = self._copied(change, shapes, nodes)
            known = self._copied(GraphChange(change.graph), shapes, nodes) if found else ()
        except ExcerptTooLargeError:
            with self._changed(change) as clone:
                found = validate_nodes(clone.reader([change.graph]), shapes.graph, nodes)
            known = validate_nodes(before, shapes.graph, nodes) if found else ()
        return new_results(found, known)

    def _copied(
        self, change: GraphChange, shapes: CompiledShapes, nodes: Mapping[Subject, Nodes | None]
    ) -> Results:
        data = self._reader([change.graph])
        known = shapes.hierarchy(change.graph, data)
        excerpt = Excerpt(data, change.graph, change.added, change.removed, known, self._most)
        readings: dict[Nodes, set[Reading]] = {}
        for root, concerned in nodes.items():
            if concerned is None:
                raise ExcerptTooLargeError
            readings.setdefault(concerned, set()).update(shapes.readings.of(root))
        excerpt.cover(readings)
        return validate_nodes(excerpt.reader, shapes.graph, nodes)

    @contextmanager
    def _changed(self, change: GraphChange) -> Iterator[OxigraphStore]:
        path = self._folder / "trial"
        shutil.rmtree(path, ignore_errors=True)
        self._checkpoint(path)
        store = OxigraphStore(path)
        try:
            store.apply(change.added, change.removed)
            yield store
        finally:
            store.close()
            shutil.rmtree(path, ignore_errors=True)


def compile_shapes(reader: GraphReader) -> CompiledShapes:
    """Read the shapes of a graph and what they read of the data.

    Raises:
        BadInput: a shape is malformed; the message names it.
    """
    graph = read_shapes(reader)
    return CompiledShapes(graph, ShapeReadings(graph, not_compiled(reader, graph)))


def of_graph(graph: NamedNode, added: Sequence[Quad], removed: Sequence[Quad]) -> GraphChange:
    """Give what a change does to a graph."""
    here, gone = (
        tuple(quad for quad in quads if quad.graph_name == graph) for quads in (added, removed)
    )
    return GraphChange(graph, here, gone)
