"""Which focus nodes a change may make valid or invalid, shape by shape.

A shape follows predicates, each after some path from its focus node. A triple that came or went
concerns those focus nodes that this path joins to its subject (or, where the predicate is followed
backwards, its object). The first changed triple on the way from a node is reached by triples that
did not change, so it is enough to look in one state: after the change, or before it.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph.shacl.fragments import THIS, join, select, triple, values
from graph.shacl.keys import CompositeKey
from graph.shacl.paths import after, joined
from graph.shacl.shapes import Shape, ShapesGraph, Targets, children
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad, Subject, Term
from graph.vocab import RDF, RDFS

Nodes = tuple[Term, ...]
_COMPARED = ("equals", "disjoint", "lessThan", "lessThanOrEquals")
_NODE = "?node"


@dataclass(frozen=True)
class Reading:
    """A place where a shape reads the data.

    Attributes:
        before: path from the focus node to where the predicate is followed; empty at the node.
        predicate: None stands for all predicates.
        inverse: whether it is followed from object to subject.
        some: whether one triple tells as much as all of them.
    """

    before: str
    predicate: NamedNode | None
    inverse: bool = False
    some: bool = False


class ShapeReadings:
    """What each shape with a target reads; made once for a shapes graph.

    Args:
        skipped: shapes that are not of SHACL Core, so nothing is known of what they read.
    """

    def __init__(self, graph: ShapesGraph, skipped: Container[Subject] = ()) -> None:
        self._roots = {
            root: frozenset((*_target_readings(targets), *_readings(graph, root, "")))
            for root, targets in graph.roots()
            if root not in skipped
        }
        self.classes = frozenset(
            name for root, targets in graph.roots() for name in _classes(graph, root, targets)
        )

    @property
    def roots(self) -> tuple[Subject, ...]:
        """List the shapes that are known."""
        return tuple(self._roots)

    def of(self, root: Subject) -> frozenset[Reading]:
        """Give what a shape, and those it refers to, read."""
        return self._roots[root]

    def touched(self, quads: Sequence[Quad], data: GraphReader) -> dict[Subject, Nodes | None]:
        """List the focus nodes that the quads concern, for each shape that they concern.

        None stands for all focus nodes: the hierarchy of classes was changed.
        """
        if any(quad.predicate == RDFS.subClassOf for quad in quads):
            return dict.fromkeys(self._roots)
        found: dict[Subject, Nodes | None] = {}
        known: dict[tuple[str, Nodes], set[Term]] = {}
        for root, readings in self._roots.items():
            nodes: set[Term] = set()
            for before, ends in _ends(readings, quads).items():
                key = (before, tuple(sorted(ends, key=str)))
                if key not in known:
                    known[key] = _led_from(before, key[1], data)
                nodes |= known[key]
            if nodes:
                found[root] = tuple(sorted(nodes, key=str))
        return found


def _target_readings(targets: Targets) -> Iterator[Reading]:
    yield from (Reading("", RDF.type) for _ in targets.classes[:1])
    yield from (Reading("", name, some=True) for name in targets.subjects_of)
    yield from (Reading("", name, inverse=True, some=True) for name in targets.objects_of)


def _readings(graph: ShapesGraph, node: Term, before: str) -> Iterator[Reading]:
    shape = graph.shape(node)
    if shape.deactivated:
        return
    to_values = before
    if shape.path is not None:
        to_values = joined(before, shape.path.text)
        for step in after(before, shape.path.steps):
            yield Reading(step.before, step.predicate, step.inverse)
    yield from _own_readings(shape, before, to_values)
    for child in children(shape):
        yield from _readings(graph, child, to_values)


def _own_readings(shape: Shape, before: str, to_values: str) -> Iterator[Reading]:
    for constraint in shape.constraints:
        if constraint.kind == "class":
            yield Reading(to_values, RDF.type)
        elif constraint.kind == "closed":
            yield Reading(to_values, None)
        elif constraint.kind in _COMPARED and isinstance(constraint.value, NamedNode):
            yield Reading(before, constraint.value)
        elif constraint.key is not None:
            yield from _key_readings(constraint.key, before)


def _key_readings(key: CompositeKey, before: str) -> Iterator[Reading]:
    """Give what a key reads of a node, and of those that share its first value."""
    first, *rest = key.properties
    there = joined(before, str(first))
    others = joined(there, "".join(("^", str(first))))
    yield Reading(before, first)
    yield Reading(there, first, inverse=True)
    yield from (Reading(path, name) for name in rest for path in (before, others))
    yield Reading(others, RDF.type)


def _classes(graph: ShapesGraph, root: Term, targets: Targets) -> Iterator[NamedNode]:
    yield from targets.classes
    shape = graph.shape(root)
    for constraint in shape.constraints:
        if constraint.kind == "class" and isinstance(constraint.value, NamedNode):
            yield constraint.value
        if constraint.key is not None:
            yield constraint.key.kind
    for child in children(shape):
        yield from _classes(graph, child, Targets())


def _ends(readings: Iterable[Reading], quads: Sequence[Quad]) -> Mapping[str, set[Term]]:
    """Collect the nodes where a reading meets a quad, by the path that leads there."""
    by_predicate: dict[NamedNode, list[Quad]] = {}
    for quad in quads:
        by_predicate.setdefault(quad.predicate, []).append(quad)
    found: dict[str, set[Term]] = {}
    for reading in readings:
        met = quads if reading.predicate is None else by_predicate.get(reading.predicate, ())
        ends = {quad.object if reading.inverse else quad.subject for quad in met}
        if ends:
            found.setdefault(reading.before, set()).update(ends)
    return found


def _led_from(before: str, ends: Nodes, data: GraphReader) -> set[Term]:
    """Find the nodes that a path joins to `ends`; without a path, or by none of it, themselves."""
    known = tuple(node for node in ends if isinstance(node, NamedNode | Literal))
    found: set[Term] = set(known)
    if before:
        text = select([THIS], join(values(_NODE, known), triple(THIS, before, _NODE)))
        found.update(node for (node,) in data.select(text) if node is not None)
    return found
