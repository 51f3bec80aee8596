"""SHACL Core to SPARQL: focus nodes as patterns, value constraints as expressions.

Every expression made here is a boolean and never an error, so a value that cannot be compared is
a violation and never a lost row. Source: SHACL, sections 2.1.3 (targets) and 4.
"""

from collections.abc import Callable
from dataclasses import dataclass

from graph.shacl.fragments import (
    THIS,
    VALUE,
    any_of,
    bind_to,
    block,
    call,
    every,
    exists,
    infix,
    join,
    keep,
    negated,
    parenthesis,
    safe,
    select,
    triple,
    union,
    values,
)
from graph.shacl.paths import PropertyPath
from graph.shacl.shapes import Constraint, Shape
from graph.terms import Literal, NamedNode, Term
from graph.vocab import RDF, SH, XSD

# A chain of sameTerm is faster than a hashed difference up to about this many terms.
INLINE_TERMS = 40

_NODE_KINDS: dict[Term, tuple[str, ...]] = {
    SH.IRI: ("isIRI",),
    SH.BlankNode: ("isBlank",),
    SH.Literal: ("isLiteral",),
    SH.BlankNodeOrIRI: ("isBlank", "isIRI"),
    SH.BlankNodeOrLiteral: ("isBlank", "isLiteral"),
    SH.IRIOrLiteral: ("isIRI", "isLiteral"),
}
_COMPARISONS = {
    "minInclusive": ">=",
    "minExclusive": ">",
    "maxInclusive": "<=",
    "maxExclusive": "<",
    "minLength": ">=",
    "maxLength": "<=",
    "lessThan": "<",
    "lessThanOrEquals": "<=",
}
_LEXICAL = {
    XSD.integer: "^[+-]?[0-9]+$",
    XSD.decimal: "^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)$",
    XSD.double: "^([+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN)$",
    XSD.float: "^([+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN)$",
    XSD.boolean: "^(true|false|0|1)$",
    # The engine reads no --02-29.
    XSD.gMonthDay: "^--((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|[12][0-9]))(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?$",
    XSD.hexBinary: "^([0-9a-fA-F]{2})*$",
    XSD.base64Binary: "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
}
_CASTS = (
    XSD.date,
    XSD.time,
    XSD.dateTime,
    XSD.gYear,
    XSD.gYearMonth,
    XSD.gMonth,
    XSD.gDay,
    XSD.duration,
    XSD.dayTimeDuration,
    XSD.yearMonthDuration,
)
# XML Schema 1.1 part 2, section 3.4: bounds of the types derived from integer.
INTEGER_BOUNDS: dict[NamedNode, tuple[int | None, int | None]] = {
    XSD.byte: (-(2**7), 2**7 - 1),
    XSD.short: (-(2**15), 2**15 - 1),
    XSD.int: (-(2**31), 2**31 - 1),
    XSD.long: (-(2**63), 2**63 - 1),
    XSD.unsignedByte: (0, 2**8 - 1),
    XSD.unsignedShort: (0, 2**16 - 1),
    XSD.unsignedInt: (0, 2**32 - 1),
    XSD.unsignedLong: (0, 2**64 - 1),
    XSD.nonNegativeInteger: (0, None),
    XSD.positiveInteger: (1, None),
    XSD.nonPositiveInteger: (None, 0),
    XSD.negativeInteger: (None, -1),
}


@dataclass(frozen=True)
class Focus:
    """A set of focus nodes, described and not yet read.

    Attributes:
        classes: target classes, each with its subclasses.
        within: when not None, only these nodes count.
        parent, path: instead of targets, the value nodes of a path from another set.
    """

    classes: tuple[tuple[NamedNode, ...], ...] = ()
    nodes: tuple[Term, ...] = ()
    subjects_of: tuple[NamedNode, ...] = ()
    objects_of: tuple[NamedNode, ...] = ()
    within: tuple[Term, ...] | None = None
    parent: "Focus | None" = None
    path: PropertyPath | None = None

    @property
    def depth(self) -> int:
        """Count the paths between the targets and these nodes."""
        return 0 if self.parent is None else self.parent.depth + 1

    def is_among(self, classes: tuple[NamedNode, ...]) -> bool:
        """Tell whether all nodes are instances of some classes, by the targets alone."""
        others = self.nodes or self.subjects_of or self.objects_of or self.parent
        return not others and all(set(names) <= set(classes) for names in self.classes)

    def values(self, path: PropertyPath | None) -> "Focus":
        """Describe the value nodes of a path; without a path, the nodes themselves."""
        return self if path is None else Focus(parent=self, path=path)


@dataclass(frozen=True)
class Dialect:
    """What the compiler must ask before it writes.

    Attributes:
        classes: gives a class with its subclasses in the data.
        shape: gives a parsed shape.
        merges_integers: whether the engine stores types derived from integer as integer.
        looks_up: whether a test may read the graph for each value (few values).
    """

    classes: Callable[[NamedNode], tuple[NamedNode, ...]]
    shape: Callable[[Term], Shape]
    merges_integers: bool
    looks_up: bool


def focus_pattern(focus: Focus, variable: str = THIS, *, once: bool = True) -> str:
    """Write the pattern that binds `variable` to each focus node.

    Args:
        once: whether a node should not come once per target where that is dear to tell apart.
    """
    if focus.parent is not None and focus.path is not None:
        outer = "".join(("?node", str(focus.parent.depth)))
        inner = path_pattern(focus_pattern(focus.parent, outer), focus.path, outer, variable)
        return block(select([variable], inner, distinct=once))
    if focus.within is not None:
        return _targets_among(focus, focus.within, variable)
    branches = [class_table(names, variable) for names in focus.classes]
    if focus.nodes:
        branches.append(values(variable, focus.nodes))
    branches += [triple(variable, str(name), "?object") for name in focus.subjects_of]
    branches += [triple("?subject", str(name), variable) for name in focus.objects_of]
    binds_more = focus.subjects_of or focus.objects_of or any(len(c) > 1 for c in focus.classes)
    is_plain = len(branches) == 1 and not binds_more
    return branches[0] if is_plain else block(select([variable], union(branches), distinct=once))


def _targets_among(focus: Focus, within: tuple[Term, ...], variable: str) -> str:
    # A test for each node: a join with a table of a thousand nodes takes a hundred times as long.
    named = set(focus.nodes)
    tests = [exists(class_table(names, variable)) for names in focus.classes]
    tests += [exists(triple(variable, str(name), "?object")) for name in focus.subjects_of]
    tests += [exists(triple("?subject", str(name), variable)) for name in focus.objects_of]
    rest = values(variable, (node for node in within if node not in named))
    branches = [values(variable, (node for node in within if node in named))]
    return block(union([*branches, join(rest, keep(any_of(tests)))]))


def path_pattern(focus: str, path: PropertyPath, subject: str = THIS, value: str = VALUE) -> str:
    """Write the pattern of pairs of a focus node and a value node.

    A node that stands in no triple still reaches itself by a nullable path (SPARQL 1.1, 18.4);
    the engine enumerates the nodes of the graph only, so that pair is written out.
    """
    step = join(focus, triple(subject, path.text, value))
    if not path.nullable:
        return step
    return union([step, join(focus, bind_to(value, subject))])


def class_table(names: tuple[NamedNode, ...], variable: str) -> str:
    """Write the pattern of the instances of any of the classes."""
    if len(names) == 1:
        return triple(variable, str(RDF.type), str(names[0]))
    return join(values("?class", names), triple(variable, str(RDF.type), "?class"))


def shape_test(shape: Shape, variable: str, dialect: Dialect) -> str | None:
    """Write the expression that a node conforms to a shape; None when it takes more than one."""
    if shape.deactivated:
        return "true"
    if shape.path is not None or shape.properties:
        return None
    tests = [
        call("sameTerm", variable, str(constraint.value))
        if constraint.kind == "hasValue"
        else value_test(constraint, variable, dialect)
        for constraint in shape.constraints
    ]
    found = [test for test in tests if test is not None]
    return every(found) if len(found) == len(tests) else None


def value_test(constraint: Constraint, variable: str, dialect: Dialect) -> str | None:
    """Write the expression that a value node satisfies a constraint; None when there is none."""
    kind, value = constraint.kind, constraint.value
    if kind == "nodeKind" and value in _NODE_KINDS:
        return any_of(call(name, variable) for name in _NODE_KINDS[value])
    if kind == "datatype" and isinstance(value, NamedNode):
        return _datatype_test(value, variable, merges=dialect.merges_integers)
    if kind == "in":
        return _in_test(constraint.members, variable)
    if kind in ("minLength", "maxLength"):
        length = call("STRLEN", call("STR", variable))
        return _text_test(variable, infix(length, _COMPARISONS[kind], str(constraint.number)))
    if kind == "pattern" and isinstance(value, Literal):
        flags = (str(Literal(constraint.flags)),) if constraint.flags else ()
        text = call("STR", variable)
        pattern = str(Literal(value.value))
        return _text_test(variable, call("REGEX", text, pattern, *flags))
    if kind in _COMPARISONS and isinstance(value, Literal):
        return _range_test(variable, _COMPARISONS[kind], value)
    if kind == "languageIn":
        ranges = [str(member) for member in constraint.members]
        language = call("LANG", variable)
        matches = any_of(call("LANGMATCHES", language, item) for item in ranges)
        return safe(every([infix(language, "!=", '""'), matches]))
    if kind == "class" and dialect.looks_up and isinstance(value, NamedNode):
        return exists(class_table(dialect.classes(value), variable))
    return _logical_test(constraint, variable, dialect)


def compared(kind: str, left: str, right: str) -> str:
    """Write the comparison of `lessThan` or `lessThanOrEquals`."""
    return safe(infix(left, _COMPARISONS[kind], right))


def _logical_test(constraint: Constraint, variable: str, dialect: Dialect) -> str | None:
    kind = constraint.kind
    if kind not in ("node", "not", "and", "or", "xone"):
        return None
    named = constraint.members if kind in ("and", "or", "xone") else (constraint.value,)
    tests = [shape_test(dialect.shape(name), variable, dialect) for name in named]
    found = [test for test in tests if test is not None]
    if len(found) < len(tests):
        return None
    if kind == "or":
        return any_of(found)
    if kind == "xone":
        ones = " + ".join(call("IF", test, "1", "0") for test in found) or "0"
        return infix(parenthesis(ones), "=", "1")
    return negated(every(found)) if kind == "not" else every(found)


def _text_test(variable: str, expression: str) -> str:
    return every([negated(call("isBlank", variable)), expression])


def _in_test(members: tuple[Term, ...], variable: str) -> str | None:
    if len(members) > INLINE_TERMS:
        return None
    return any_of(call("sameTerm", variable, str(member)) for member in members)


def _range_test(variable: str, operator: str, limit: Literal) -> str:
    plain = infix(variable, operator, str(limit))
    if limit.datatype not in (XSD.integer, XSD.decimal, XSD.double, XSD.float):
        return safe(plain)
    # A number past the engine's range is no number to it; only then are both read as doubles.
    text = call("STR", variable)
    numbers = [
        every([infix(call("datatype", variable), "=", str(kind)), _matches(text, kind)])
        for kind in (XSD.integer, XSD.decimal, XSD.double, XSD.float)
    ]
    wide = infix(call(str(XSD.double), text), operator, _as_double(limit))
    return call("COALESCE", plain, every([any_of(numbers), wide]), "false")


def _datatype_test(datatype: NamedNode, variable: str, *, merges: bool) -> str:
    has_type = infix(call("datatype", variable), "=", str(datatype))
    literal = call("isLiteral", variable)
    text = call("STR", variable)
    if datatype in INTEGER_BOUNDS:
        if merges:
            has_type = any_of([has_type, infix(call("datatype", variable), "=", str(XSD.integer))])
        return every([literal, has_type, _bounds_test(datatype, variable)])
    if datatype == XSD.dateTimeStamp:
        zone = call("REGEX", text, '"(Z|[+-][0-9]{2}:[0-9]{2})$"')
        cast = call("isLiteral", call(str(XSD.dateTime), text))
        return every([literal, has_type, zone, safe(cast)])
    if datatype in _CASTS:
        return every([literal, has_type, safe(call("isLiteral", call(str(datatype), text)))])
    if datatype in _LEXICAL:
        # isNumeric is far cheaper than a pattern, and false for numbers past the engine's range.
        well_formed = any_of([call("isNumeric", variable), _matches(text, datatype)])
        return every([literal, has_type, well_formed])
    if datatype == RDF.langString:
        return every([literal, has_type, infix(call("LANG", variable), "!=", '""')])
    return every([literal, has_type])


def _bounds_test(datatype: NamedNode, variable: str) -> str:
    low, high = INTEGER_BOUNDS[datatype]
    tests = [_matches(call("STR", variable), XSD.integer)]
    for operator, bound in ((">=", low), ("<=", high)):
        if bound is not None:
            limit = Literal("".join((str(bound), ".0")), datatype=XSD.decimal)
            tests.append(_range_test(variable, operator, limit))
    return every(tests)


def _matches(text: str, datatype: NamedNode) -> str:
    return call("REGEX", text, str(Literal(_LEXICAL[datatype])))


def _as_double(number: Literal) -> str:
    return call(str(XSD.double), str(Literal(number.value)))
