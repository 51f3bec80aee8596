"""Rehearsal of a change: which violations it would bring that were not there before."""

import tempfile
from pathlib import Path

from graph.changes import ChangeSet
from graph.durable import made_folder
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.shacl.fallback import validate_slowly
from graph.shacl.focus_nodes import ShapeReadings
from graph.shacl.gate import GatedDataset
from graph.shacl.report import ValidationResult, new_results, sort_key
from graph.shacl.shapes import read_shapes
from graph.shacl.trial import Trials, compile_shapes, of_graph
from graph.shacl.validation import not_compiled, validate, validate_nodes
from graph.terms import Quad


def rehearse(dataset: GatedDataset, change: ChangeSet) -> tuple[ValidationResult, ...]:
    """Give the violations of the data that a change would bring to the newest state, sorted.

    Only what touches shapes, or is read by shapes that cannot be compiled, takes a clone.

    Args:
        change: quads that would really come and go; see `graph.membership`.

    Raises:
        BadInput: the change makes a shape malformed.
    """
    names = dataset.names
    schema = any(quad.graph_name == names.shapes for quad in (*change.added, *change.removed))
    shapes = compile_shapes(dataset.reader([names.shapes]))
    with tempfile.TemporaryDirectory(dir=made_folder(dataset.folder / "snapshots")) as name:
        if schema or not shapes.complete:
            clone = Path(name) / "clone"
            dataset.checkpoint(clone)
            return new_violations(clone, names, change)
        trials = Trials(dataset.reader, dataset.checkpoint, Path(name))
        tried = of_graph(names.data, change.added, change.removed)
        return tuple(sorted(trials.new_results(tried, shapes), key=sort_key))


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
            whole = validate(data, shapes).results
            store.apply(added, removed)
            return tuple(new_results(validate(data, shapes).results, whole))
        graph = read_shapes(shapes)
        slow = not_compiled(data, graph)
        readings = ShapeReadings(graph, slow)
        quads = [quad for quad in (*added, *removed) if quad.graph_name == names.data]
        nodes = readings.touched(quads, data)

        def results() -> list[ValidationResult]:
            """Validate these nodes; by shapes that cannot be compiled, all nodes."""
            found = list(validate_nodes(data, graph, nodes))
            if slow:
                found += validate_slowly(data, graph, readings.roots)
            return sorted(found, key=sort_key)

        before = results()
        store.apply(added, removed)
        return tuple(new_results(results(), before))
    finally:
        store.close()
