"""Validation of a data graph against SHACL shapes, at the speed of the store.

Shapes of SHACL Core are compiled to SPARQL and answered by the engine; only violations leave it.
What cannot be compiled (SHACL-SPARQL, shapes that refer to themselves, patterns that the engine
cannot read) is validated by pySHACL, and the report says so.
"""

from collections.abc import Callable, Mapping, Sequence

from graph.shacl.facts import FEW_NODES
from graph.shacl.fallback import validate_slowly
from graph.shacl.findings import worded
from graph.shacl.report import ValidationReport, ValidationResult, report_quads, sort_key
from graph.shacl.run import ShapeRun
from graph.shacl.shapes import ShapesGraph, Targets, read_shapes
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Subject, Term

__all__ = [
    "ValidationReport",
    "ValidationResult",
    "not_compiled",
    "report_quads",
    "validate",
    "validate_nodes",
]

Progress = Callable[[int, int], None]


def validate(
    data: GraphReader,
    shapes: GraphReader,
    *,
    progress: Progress | None = None,
    focus_nodes: Sequence[NamedNode] | None = None,
    few_nodes: int = FEW_NODES,
) -> ValidationReport:
    """Validate the data's default graph against the shapes' default graph.

    Args:
        progress: called with (shapes done, shapes in all) after each shape that has a target.
        focus_nodes: validate only these nodes, such as the ones a change touched.
        few_nodes: number of focus nodes up to which queries start from them, not from an index
            scan; changes the speed only.

    Raises:
        BadInput: a shape is malformed; the message names it.
    """
    graph = read_shapes(shapes)
    within = None if focus_nodes is None else tuple(sorted(set(focus_nodes), key=str))
    run = ShapeRun(data, graph, within=within, few=few_nodes)
    roots = graph.roots()
    results: list[ValidationResult] = []
    slow = not_compiled(data, graph)
    for done, (root, targets) in enumerate(roots, start=1):
        if root not in slow:
            results.extend(worded(run.findings(root, targets)))
        if progress is not None:
            progress(done, len(roots))
    if slow:
        fast = [root for root, _ in roots if root not in slow]
        results.extend(validate_slowly(data, graph, fast, within))
    results.sort(key=sort_key)
    fallback = tuple(" ".join((str(root), "(pySHACL):", slow[root])) for root in slow)
    return ValidationReport(not results, tuple(results), fallback)


def not_compiled(data: GraphReader, graph: ShapesGraph) -> dict[Subject, str]:
    """Give the shapes with a target that cannot be compiled, each with the reason.

    Raises:
        BadInput: a shape is malformed; the message names it.
    """
    run = ShapeRun(data, graph)
    reasons = {root: _reason(graph, run, root, targets) for root, targets in graph.roots()}
    return {root: reason for root, reason in reasons.items() if reason is not None}


def _reason(graph: ShapesGraph, run: ShapeRun, root: Term, targets: Targets) -> str | None:
    if not all(isinstance(node, NamedNode | Literal) for node in targets.nodes):
        return "a blank node as a target"
    reason = graph.foreign(root)
    if reason is None and run.refuses_pattern(root):
        return "a pattern that the engine cannot read"
    return reason


def validate_nodes(
    data: GraphReader, graph: ShapesGraph, nodes: Mapping[Subject, tuple[Term, ...] | None]
) -> tuple[ValidationResult, ...]:
    """Validate some focus nodes of some shapes; None stands for all of them, sorted results.

    Args:
        nodes: shapes that can be compiled, each with its focus nodes.
    """
    results: list[ValidationResult] = []
    for root, targets in graph.roots():
        if root in nodes:
            run = ShapeRun(data, graph, within=nodes[root])
            results.extend(worded(run.findings(root, targets)))
    return tuple(sorted(results, key=sort_key))
