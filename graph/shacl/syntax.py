"""What a well-formed shape is: parameters, how often they may stand, and where.

Every check raises `BadInput` that names the shape. Source: SHACL, appendix A (syntax rules).
"""

from collections.abc import Mapping

from graph.errors import BadInput
from graph.terms import Literal, NamedNode, Term
from graph.vocab import SH

Facts = Mapping[Term, Mapping[NamedNode, list[Term]]]

LITERAL_KINDS = (
    "datatype",
    "nodeKind",
    "class",
    "minExclusive",
    "minInclusive",
    "maxExclusive",
    "maxInclusive",
    "minLength",
    "maxLength",
    "pattern",
    "hasValue",
    "equals",
    "disjoint",
    "lessThan",
    "lessThanOrEquals",
    "minCount",
    "maxCount",
    "node",
    "not",
)
LIST_KINDS = ("in", "languageIn", "and", "or", "xone")
FOREIGN_KINDS = ("sparql", "expression", "target")
_OTHER_KINDS = (
    "path",
    "property",
    "severity",
    "message",
    "deactivated",
    "targetClass",
    "targetNode",
    "targetSubjectsOf",
    "targetObjectsOf",
    "uniqueLang",
    "closed",
    "ignoredProperties",
    "flags",
    "qualifiedValueShape",
    "qualifiedValueShapesDisjoint",
    "qualifiedMinCount",
    "qualifiedMaxCount",
    "name",
    "description",
    "order",
    "group",
    "defaultValue",
    "rule",
)
_SINGLE_KINDS = (
    "datatype",
    "nodeKind",
    "minExclusive",
    "minInclusive",
    "maxExclusive",
    "maxInclusive",
    "minLength",
    "maxLength",
    "pattern",
    "minCount",
    "maxCount",
    "in",
    "languageIn",
    "uniqueLang",
    "closed",
)
_PATH_KINDS = ("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals")
_NODE_KINDS = (
    SH.IRI,
    SH.BlankNode,
    SH.Literal,
    SH.BlankNodeOrIRI,
    SH.BlankNodeOrLiteral,
    SH.IRIOrLiteral,
)
_COUNT_KINDS = ("minCount", "maxCount", "minLength", "maxLength")
_IRI_KINDS = ("datatype", "nodeKind", "class", "equals", "disjoint", "lessThan", "lessThanOrEquals")


def check_usage(node: Term, facts: Facts, *, is_property: bool) -> None:
    """Check how often parameters stand in a shape, and which kind of shape they refer to."""
    own = facts.get(node, {})
    known = {*LITERAL_KINDS, *LIST_KINDS, *FOREIGN_KINDS, *_OTHER_KINDS}
    for predicate in own:
        if predicate.value.startswith(SH) and predicate.value.removeprefix(SH) not in known:
            raise BadInput(f"The shape {node} has {predicate}, which is not supported: remove it.")
    for kind in _SINGLE_KINDS:
        size = len(own.get(SH.term(kind), ()))
        if size > 1:
            raise BadInput(f"The shape {node} has {size} values of sh:{kind}; keep one.")
    for kind in _PATH_KINDS:
        if not is_property and own.get(SH.term(kind)):
            raise BadInput(f"The shape {node} has sh:{kind}, which needs a sh:path.")
    for child in own.get(SH.property, ()):
        if SH.path not in facts.get(child, {}):
            raise BadInput(f"The shape {node} has sh:property {child}, which has no sh:path.")
    for child in own.get(SH.node, ()):
        if SH.path in facts.get(child, {}):
            raise BadInput(f"The shape {node} has sh:node {child}, which is a property shape.")


def check_parameter(node: Term, kind: str, value: Term) -> None:
    """Check the value of a parameter by itself."""
    if kind in _COUNT_KINDS:
        check_count(node, kind, value)
    if kind in _IRI_KINDS and not isinstance(value, NamedNode):
        raise BadInput(f"The shape {node} has sh:{kind} {value}; give an IRI.")
    if kind == "nodeKind" and value not in _NODE_KINDS:
        raise BadInput(f"The shape {node} has sh:nodeKind {value}, which SHACL does not define.")
    if kind == "pattern" and not isinstance(value, Literal):
        raise BadInput(f"The shape {node} has sh:pattern {value}; give a string.")


def check_count(node: Term, kind: str, value: Term) -> None:
    """Check that a parameter is a count."""
    if not isinstance(value, Literal) or not value.value.isdecimal():
        raise BadInput(f"The shape {node} has sh:{kind} {value}; give a whole number from 0.")
