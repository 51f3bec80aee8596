"""Validation of a data graph against SHACL shapes, at the speed of the store.

Shapes of SHACL Core are compiled to SPARQL and answered by the engine; only violations leave it.
What cannot be compiled (SHACL-SPARQL, shapes that refer to themselves, patterns that the engine
cannot read) is validated by pySHACL, and the report says so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from graph.shacl.facts import FEW_NODES
from graph.shacl.fallback import validate_slowly
from graph.shacl.report import ValidationReport, ValidationResult, report_quads, sort_key
from graph.shacl.run import Finding, ShapeRun
from graph.shacl.shapes import Constraint, ShapesGraph, Targets, read_shapes
from graph.shacl.syntax import LIST_KINDS
from graph.store import GraphReader
from graph.terms import BlankNode, Literal, NamedNode, Subject, Term

__all__ = [
    "ValidationReport",
    "ValidationResult",
    "not_compiled",
    "report_quads",
    "validate",
    "validate_nodes",
]

Progress = Callable[[int, int], None]

_ADVICE = {
    "minCount": "Give at least {} value(s).",
    "maxCount": "Keep at most {} value(s).",
    "datatype": "Give a valid value of datatype {}.",
    "nodeKind": "Give a node of kind {}.",
    "class": "Give an instance of {}.",
    "in": "Give one of {}.",
    "pattern": "Give a value that matches {}.",
    "minLength": "Give at least {} character(s).",
    "maxLength": "Keep to {} character(s).",
    "minInclusive": "Give a value of at least {}.",
    "minExclusive": "Give a value above {}.",
    "maxInclusive": "Give a value of at most {}.",
    "maxExclusive": "Give a value below {}.",
    "hasValue": "Give the value {}.",
    "uniqueLang": "Keep one value per language.",
    "languageIn": "Give a text in one of the languages {}.",
    "equals": "Make the values equal to those of {}.",
    "disjoint": "Remove the value from this property or from {}.",
    "lessThan": "Give a value below each value of {}.",
    "lessThanOrEquals": "Give a value not above any value of {}.",
    "closed": "Remove the value, or declare its property in the shape.",
    "node": "Make the value conform to the shape {}.",
    "not": "Change the value so that it does not conform to the shape {}.",
    "and": "Make the value conform to all of {}.",
    "or": "Make the value conform to one of {}.",
    "xone": "Make the value conform to exactly one of {}.",
    "qualifiedMinCount": "Give at least {} value(s) of the qualified shape.",
    "qualifiedMaxCount": "Keep at most {} value(s) of the qualified shape.",
}
_SHOWN_MEMBERS = 10


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
            results.extend(_worded(run.findings(root, targets)))
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
            results.extend(_worded(run.findings(root, targets)))
    return tuple(sorted(results, key=sort_key))


def _worded(findings: list[Finding]) -> Iterator[ValidationResult]:
    # What a shape says is the same for all its findings, and there may be a million of them.
    for (shape, constraint), group in groupby(findings, attrgetter("shape", "constraint")):
        path = None if shape.path is None else shape.path.name
        component = constraint.component
        message = shape.message or _advice(constraint)
        for found in group:
            yield ValidationResult(
                found.focus,
                found.path or path,
                found.value,
                component,
                shape.severity,
                shape.node,
                message,
            )


def _advice(constraint: Constraint) -> str:
    terms = constraint.members if constraint.kind in LIST_KINDS else (constraint.value,)
    shown = [_shown(term) for term in terms[:_SHOWN_MEMBERS]]
    if len(terms) > _SHOWN_MEMBERS:
        shown.append("…")
    return _ADVICE[constraint.kind].format(", ".join(shown))


def _shown(term: Term) -> str:
    if isinstance(term, BlankNode):
        return "(inner shape)"
    return term.value if isinstance(term, Literal) else str(term)
