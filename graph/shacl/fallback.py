"""Validation by pySHACL, for the shapes that cannot be compiled.

The whole data graph is copied to memory, so this is for small graphs and rare shapes. pySHACL
refuses SERVICE in constraints; imports and scripts are off, so nothing reaches the network.
"""

import re
import warnings
from collections.abc import Iterable

import rdflib
from pyshacl import validate as pyshacl_validate
from pyshacl.errors import (
    ConstraintLoadError,
    ReportableRuntimeError,
    RuleLoadError,
    ShapeLoadError,
    ShapeRecursionWarning,
    ValidationFailure,
)

from graph.errors import BadInput
from graph.shacl.fragments import construct_all
from graph.shacl.report import ValidationResult
from graph.shacl.shapes import ShapesGraph
from graph.shacl.written_queries import check_queries, with_imported_prefixes
from graph.store import GraphReader
from graph.terms import BlankNode, Literal, NamedNode, Term, Triple, is_anonymous
from graph.vocab import SH, XSD

_STORED = "genid"
_REFUSALS = (
    ConstraintLoadError,
    ReportableRuntimeError,
    RuleLoadError,
    ShapeLoadError,
    ShapeRecursionWarning,
    ValidationFailure,
    re.error,
    TypeError,  # it compares an ill-typed literal
    ArithmeticError,  # it compares a number with NaN
)


def validate_slowly(
    data: GraphReader,
    shapes: ShapesGraph,
    done: Iterable[Term],
    within: tuple[NamedNode, ...] | None = None,
) -> list[ValidationResult]:
    """Validate all shapes with a target but those already `done`.

    Raises:
        BadInput: pySHACL cannot use a shape.
    """
    triples = with_imported_prefixes(shapes.triples_without_targets(done))
    check_queries(triples)
    focus: list[str | rdflib.URIRef] | None = None
    if within is not None:
        focus = [rdflib.URIRef(node.value) for node in within]
    try:
        with warnings.catch_warnings():
            # On a cycle pySHACL only warns and leaves results out: that is no answer.
            warnings.simplefilter("error", ShapeRecursionWarning)
            _, report, text = pyshacl_validate(
                _rdflib_graph(data.construct(construct_all())),
                shacl_graph=_rdflib_graph(_with_blank_nodes(triples)),
                inference="none",
                do_owl_imports=False,
                js=False,
                advanced=any(triple.predicate in (SH.target, SH.expression) for triple in triples),
                focus_nodes=focus,
            )
    except _REFUSALS as error:
        raise BadInput(f"pySHACL cannot validate with these shapes: {error}") from error
    if not isinstance(report, rdflib.Graph):
        raise BadInput(f"pySHACL cannot validate with these shapes: {text}")
    return _results(report)


def _results(report: rdflib.Graph) -> list[ValidationResult]:
    paths = ShapesGraph(
        Triple(subject, predicate, _term(value))
        for s, p, value in report
        if isinstance(subject := _term(s), NamedNode | BlankNode)
        and isinstance(predicate := _term(p), NamedNode)
    )
    found = []
    for node in report.objects(None, _node(SH.result)):
        facts = {p: _term(o) for p, o in sorted(report.predicate_objects(node), reverse=True)}
        path = facts.get(_node(SH.resultPath))
        parsed = paths.path(path) if path is not None else None
        message = facts.get(_node(SH.resultMessage))
        found.append(
            ValidationResult(
                facts[_node(SH.focusNode)],
                None if parsed is None else parsed.name,
                facts.get(_node(SH.value)),
                _iri(facts[_node(SH.sourceConstraintComponent)]),
                _iri(facts[_node(SH.resultSeverity)]),
                _stored(_subject(facts[_node(SH.sourceShape)])),
                message.value if isinstance(message, Literal) else "",
            )
        )
    return found


def _with_blank_nodes(triples: Iterable[Triple]) -> Iterable[Triple]:
    """Give shapes that were stored their blank nodes back: pySHACL takes an IRI for a predicate."""
    for triple in triples:
        subject, value = _blank(triple.subject), _blank(triple.object)
        yield Triple(subject, triple.predicate, value)  # type: ignore[arg-type] # a subject stays one


def _blank(term: Term) -> Term:
    named = isinstance(term, NamedNode) and is_anonymous(term)
    return BlankNode(_STORED + term.value.encode().hex()) if named else term  # type: ignore[union-attr] # an IRI


def _stored(term: NamedNode | BlankNode) -> NamedNode | BlankNode:
    """Give the IRI that `_blank` put a blank node for."""
    if isinstance(term, BlankNode) and term.value.startswith(_STORED):
        return NamedNode(bytes.fromhex(term.value.removeprefix(_STORED)).decode())
    return term


def _rdflib_graph(triples: Iterable[Triple]) -> rdflib.Graph:
    graph = rdflib.Graph()
    for triple in triples:
        graph.add((_node(triple.subject), _node(triple.predicate), _node(triple.object)))
    return graph


def _node(term: Term) -> rdflib.term.Node:
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, Literal):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        plain = term.datatype == XSD.string
        datatype = None if plain else rdflib.URIRef(term.datatype.value)
        # A report must name the very term of the data, so its text is not made canonical.
        return rdflib.Literal(term.value, datatype=datatype, normalize=False)
    raise BadInput(f"pySHACL cannot validate the quoted triple {term}.")


def _term(node: object) -> Term:
    if isinstance(node, rdflib.BNode):
        return BlankNode(str(node))
    if isinstance(node, rdflib.URIRef):
        return NamedNode(str(node))
    if isinstance(node, rdflib.Literal):
        if node.language:
            return Literal(str(node), language=node.language)
        datatype = XSD.string if node.datatype is None else NamedNode(str(node.datatype))
        return Literal(str(node), datatype=datatype)
    raise BadInput(f"pySHACL reported a node that is no RDF term: {node}.")


def _iri(term: Term) -> NamedNode:
    if not isinstance(term, NamedNode):
        raise BadInput(f"pySHACL reported {term} where an IRI belongs.")
    return term


def _subject(term: Term) -> NamedNode | BlankNode:
    if not isinstance(term, NamedNode | BlankNode):
        raise BadInput(f"pySHACL reported {term} as a shape.")
    return term
