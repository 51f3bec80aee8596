"""The values of a validation: results, the report, and the report as quads.

Source: SHACL section 3.6, validation report. No blank node is written, so a report can be added,
compared and removed like any record.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256

from graph.terms import BlankNode, Literal, NamedNode, Quad, Term
from graph.vocab import MIMIR, RDF, SH, XSD

Extra = Callable[["ValidationResult"], Iterable[tuple[NamedNode, Term]]]


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """One violation.

    Attributes:
        path: the predicate, or a longer path as SPARQL text; None at a node shape.
        value: the value that breaks the rule; None where the rule is about all values.
        message: the shape's `sh:message`, or what to do in general words.
    """

    focus_node: Term
    path: NamedNode | str | None
    value: Term | None
    component: NamedNode
    severity: NamedNode
    shape: NamedNode | BlankNode
    message: str

    def facts(self) -> dict[str, str | None]:
        """Give the result as texts, for JSON."""
        return {
            "focus_node": _plain(self.focus_node),
            "path": None if self.path is None else _plain(self.path),
            "value": None if self.value is None else _plain(self.value),
            "message": self.message,
            "severity": _local(self.severity),
            "component": _local(self.component),
            "shape": _plain(self.shape),
        }


@dataclass(frozen=True)
class ValidationReport:
    """What a validation found; never cut short.

    Attributes:
        fallback: one line per shape that pySHACL had to validate, with the reason.
    """

    conforms: bool
    results: tuple[ValidationResult, ...]
    fallback: tuple[str, ...] = ()


def sort_key(result: ValidationResult) -> tuple[str, ...]:
    """Order results by what a reader sees."""
    return (
        str(result.focus_node),
        str(result.path),
        str(result.component),
        str(result.value),
        str(result.shape),
    )


def new_results(
    now: Iterable[ValidationResult], before: Iterable[ValidationResult]
) -> list[ValidationResult]:
    """List the results of `now` that `before` does not have, or not as often."""
    known = Counter((*sort_key(item), item.message) for item in before)
    found = []
    for item in now:
        key = (*sort_key(item), item.message)
        known[key] -= 1
        if known[key] < 0:
            found.append(item)
    return found


def result_groups(results: Iterable[ValidationResult], shown: int = 5) -> list[dict[str, object]]:
    """Group results by shape and cause, largest group first, as JSON values.

    Args:
        shown: how many results of each group are listed.
    """
    groups: dict[tuple[str, ...], list[ValidationResult]] = {}
    for result in results:
        key = (str(result.shape), str(result.component), str(result.path), result.message)
        groups.setdefault(key, []).append(result)
    found: list[dict[str, object]] = []
    for _, members in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        facts = members[0].facts()
        shared = {name: facts[name] for name in ("shape", "component", "path", "severity")}
        listed = [
            {name: item.facts()[name] for name in ("focus_node", "value")}
            for item in members[:shown]
        ]
        found.append(
            {**shared, "message": facts["message"], "count": len(members), "results": listed}
        )
    return found


def report_quads(
    report: ValidationReport, graph: NamedNode, root: NamedNode, extra: Extra | None = None
) -> list[Quad]:
    """Write a report as quads of one graph, sorted.

    Args:
        graph: the graph that the quads belong to.
        root: IRI of the report; results are named below it by a hash of their content.
        extra: gives further predicates and objects of a result, such as row and column.

    Blank nodes become IRIs below `root`. A path that is not one predicate is written as text
    (`mimir:resultPathText`).
    """
    facts: set[tuple[NamedNode, NamedNode, Term]] = {
        (root, RDF.type, SH.ValidationReport),
        (root, SH.conforms, Literal(str(report.conforms).lower(), datatype=XSD.boolean)),
    }
    seen: Counter[str] = Counter()
    for result in report.results:
        content = "\n".join((*sort_key(result), str(result.severity), result.message))
        seen[content] += 1
        digest = sha256("\n".join((content, str(seen[content]))).encode()).hexdigest()[:32]
        name = NamedNode("/".join((root.value, digest)))
        facts.add((root, SH.result, name))
        pairs = [*_result_facts(result), *(extra(result) if extra else ())]
        facts.update((name, predicate, _named(value, root)) for predicate, value in pairs)
    facts.update((root, MIMIR.validationFallback, Literal(line)) for line in report.fallback)
    quads = [Quad(*fact, graph) for fact in facts]
    return sorted(quads, key=str)


def _result_facts(result: ValidationResult) -> list[tuple[NamedNode, Term]]:
    facts: list[tuple[NamedNode, Term]] = [
        (RDF.type, SH.ValidationResult),
        (SH.focusNode, result.focus_node),
        (SH.resultSeverity, result.severity),
        (SH.sourceConstraintComponent, result.component),
        (SH.sourceShape, result.shape),
        (SH.resultMessage, Literal(result.message)),
    ]
    if isinstance(result.path, NamedNode):
        facts.append((SH.resultPath, result.path))
    elif result.path is not None:
        facts.append((MIMIR.resultPathText, Literal(result.path)))
    if result.value is not None:
        facts.append((SH.value, result.value))
    return facts


def _named(term: Term, root: NamedNode) -> Term:
    if isinstance(term, BlankNode):
        return NamedNode("/".join((root.value, "blank", term.value)))
    return term


def _plain(term: object) -> str:
    return str(getattr(term, "value", term))


def _local(name: NamedNode) -> str:
    return name.value.rpartition("#")[2]
