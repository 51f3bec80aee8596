"""Rehearsal of a change on a clone: which violations it would bring that were not there before."""

from collections.abc import Sequence
from pathlib import Path

from graph.changes import ChangeSet
from graph.focus_nodes import Nodes, ShapeReadings
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.shacl import not_compiled, validate, validate_nodes
from graph.shacl_fallback import validate_slowly
from graph.shacl_report import ValidationResult, new_results, sort_key
from graph.shacl_shapes import read_shapes
from graph.store import GraphReader
from graph.terms import Quad, Subject


def effective(clone: Path, change: ChangeSet) -> tuple[tuple[Quad, ...], tuple[Quad, ...]]:
    """Give the quads that the change would really add and remove, each once, in its order."""
    store = OxigraphStore(clone, read_only=True)
    try:
        wanted = dict.fromkeys(change.added)
        gone = [quad for quad in dict.fromkeys(change.removed) if quad not in wanted]
        return (
            tuple(quad for quad in wanted if not store.contains(quad)),
            tuple(quad for quad in gone if store.contains(quad)),
        )
    finally:
        store.close()


def new_violations(
    clone: Path, names: ProjectNames, change: ChangeSet
) -> tuple[ValidationResult, ...]:
    """Apply a change to a clone and give the violations that were not there before, sorted.

    Validates the nodes that the change concerns; everything when it touches the shapes.

    Raises:
        BadInput: the change makes a shape malformed.
    """
    added, removed = effective(clone, change)
    store = OxigraphStore(clone)
    try:
        data, shapes = store.reader([names.data]), store.reader([names.shapes])
        if any(quad.graph_name == names.shapes for quad in (*added, *removed)):
            before = validate(data, shapes).results
            store.apply(added, removed)
            return tuple(new_results(validate(data, shapes).results, before))
        checked = _Checked(data, shapes)
        quads = [quad for quad in (*added, *removed) if quad.graph_name == names.data]
        checked.touch(quads)
        store.apply(added, removed)
        checked.touch(quads)
        found = checked.results()
        if not found:
            return ()
        store.apply(removed, added)
        return tuple(new_results(found, checked.results()))
    finally:
        store.close()


class _Checked:
    """The focus nodes that a change concerns, found before it and after it."""

    def __init__(self, data: GraphReader, shapes: GraphReader) -> None:
        self._data = data
        self._graph = read_shapes(shapes)
        self._slow = not_compiled(data, self._graph)
        self._readings = ShapeReadings(self._graph, self._slow)
        self._nodes: dict[Subject, Nodes | None] = {}

    def touch(self, quads: Sequence[Quad]) -> None:
        """Add the nodes that the quads concern in the data as they are."""
        for shape, nodes in self._readings.touched(quads, [self._data]).items():
            known = self._nodes.get(shape, ())
            both = None if nodes is None or known is None else {*known, *nodes}
            self._nodes[shape] = None if both is None else tuple(sorted(both, key=str))

    def results(self) -> list[ValidationResult]:
        """Validate these nodes; by shapes that cannot be compiled, all nodes."""
        found = list(validate_nodes(self._data, self._graph, self._nodes))
        if self._slow:
            found += validate_slowly(self._data, self._graph, self._readings.roots)
        return sorted(found, key=sort_key)
