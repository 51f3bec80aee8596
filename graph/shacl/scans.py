"""Constraints on very many focus nodes: each predicate is read once, nodes are kept as numbers."""

from collections.abc import Iterator

import numpy as np

from graph.shacl import queries
from graph.shacl.compile import Focus
from graph.shacl.facts import DataFacts
from graph.shacl.findings import Finding
from graph.shacl.fingerprints import is_among, occurrences
from graph.shacl.paths import PropertyPath
from graph.shacl.shapes import Constraint, Shape
from graph.terms import NamedNode


def wrongly_counted(
    facts: DataFacts,
    shape: Shape,
    focus: Focus,
    path: PropertyPath,
    counts: list[Constraint],
    condition: str = "",
) -> Iterator[Finding]:
    """Find the focus nodes with too few or too many values on a plain path.

    Args:
        condition: a filter; only the values that meet it count.
    """
    prints, nodes = facts.prints, facts.nodes(focus)
    sizes = occurrences(nodes, prints.owners(queries.scan_owners(path, condition)))
    # A value that stands in several graphs came several times; often that makes no difference.
    most = max(sizes, default=0)
    if any(item.number > 1 if item.is_minimum else most > item.number for item in counts):
        pairs = queries.scan_all(path.text, condition)
        sizes = occurrences(nodes, prints.owners(pairs, distinct=True))
    for item in counts:
        wrong = sizes < item.number if item.is_minimum else sizes > item.number
        if wrong.any():
            for (node,) in prints.chosen(queries.scan_nodes(focus), nodes[wrong]):
                yield Finding(shape, item, node)


def wrongly_shared(
    facts: DataFacts, shape: Shape, focus: Focus, path: PropertyPath, constraint: Constraint
) -> Iterator[Finding]:
    """Find the pairs that break `disjoint` or `equals`, of a plain path and a predicate."""
    asked = [queries.scan_all(text) for text in (path.text, str(constraint.value))]
    one, other = (facts.prints.rows(query) for query in asked)
    if constraint.kind == "disjoint":
        wrong, asked = np.intersect1d(one, other, assume_unique=True), asked[:1]
    else:
        wrong = np.setxor1d(one, other, assume_unique=True)
    if len(wrong):
        for query in asked:
            for node, value in facts.prints.chosen(query, facts.nodes(focus), wrong):
                yield Finding(shape, constraint, node, value)


def all_instances(
    facts: DataFacts, focus: Focus, path: PropertyPath | None, classes: tuple[NamedNode, ...]
) -> bool:
    """Tell whether all values of a plain path, or all focus nodes, are instances of a class."""
    values = facts.nodes(focus) if path is None else facts.prints.nodes(queries.scan_values(path))
    return bool(is_among(values, facts.nodes(Focus(classes=(classes,)))).all())
