"""Rehearsal of a change on a clone: which violations it would bring that were not there before."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from graph.changes import ChangeSet
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.shacl import validate
from graph.shacl_report import ValidationResult, sort_key
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import NamedNode, Quad
from graph.vocab import RDF


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

    Validates the nodes that the change touches and, where a type is lost, those that point to
    them; everything when the change touches the shapes.

    Raises:
        BadInput: the change makes a shape malformed.
    """
    store = OxigraphStore(clone)
    try:
        data, shapes = store.reader([names.data]), store.reader([names.shapes])
        whole = any(quad.graph_name == names.shapes for quad in (*change.added, *change.removed))
        nodes = None if whole else touched_nodes(data, names, change)
        before = Counter(_key(item) for item in validate(data, shapes, focus_nodes=nodes).results)
        store.apply(change.added, change.removed)
        found = []
        for result in validate(data, shapes, focus_nodes=nodes).results:
            before[_key(result)] -= 1
            if before[_key(result)] < 0:
                found.append(result)
        return tuple(found)
    finally:
        store.close()


def touched_nodes(
    data: GraphReader, names: ProjectNames, change: ChangeSet
) -> tuple[NamedNode, ...]:
    """List the nodes of the data graph whose validity the change may alter, sorted."""
    quads = [quad for quad in (*change.added, *change.removed) if quad.graph_name == names.data]
    found = {node for quad in quads for node in _ends(quad)}
    untyped = {quad.subject for quad in change.removed if quad.predicate == RDF.type}
    for node in sorted(untyped, key=str):
        if isinstance(node, NamedNode):
            found.update(_pointing_to(data, node))
    return tuple(sorted(found, key=str))


def _ends(quad: Quad) -> Iterable[NamedNode]:
    ends = (quad.subject,) if quad.predicate == RDF.type else (quad.subject, quad.object)
    return (node for node in ends if isinstance(node, NamedNode))


def _pointing_to(data: GraphReader, node: NamedNode) -> Iterable[NamedNode]:
    rows = data.select(bind(load_query("graph", "pointing_to"), node=node))
    return (row[0] for row in rows if isinstance(row[0], NamedNode))


def _key(result: ValidationResult) -> tuple[str, ...]:
    return (*sort_key(result), result.message)
