"""What a run of compiled shapes found, and how it is put into words."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from graph.shacl.report import ValidationResult
from graph.shacl.shapes import Constraint, Shape
from graph.shacl.syntax import LIST_KINDS
from graph.terms import BlankNode, Literal, NamedNode, Term

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
    "sparql": "Give values that no other node has together, as {} asks.",
}
_SHOWN_MEMBERS = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation, before it is worded: who, what value, by which constraint of which shape."""

    shape: Shape
    constraint: Constraint
    focus: Term
    value: Term | None = None
    path: NamedNode | None = None


def worded(findings: list[Finding]) -> Iterator[ValidationResult]:
    """Put findings into the words of their shapes, or into general ones."""
    # What a shape says is the same for all its findings, and there may be a million of them.
    for (shape, constraint), group in groupby(findings, attrgetter("shape", "constraint")):
        path = None if shape.path is None else shape.path.name
        component = constraint.component
        message = constraint.message or shape.message or _advice(constraint)
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
