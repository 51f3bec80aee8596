"""The queries of a validation, one function each: who breaks a constraint.

Each query gives only violations. `focus` is a description of focus nodes (`Focus`); queries named
`scan` start from the index of one path and meet the focus nodes last.
"""

from collections.abc import Iterable

from graph.shacl.compile import Focus, class_table, compared, focus_pattern, path_pattern
from graph.shacl.fragments import (
    THIS,
    VALUE,
    any_of,
    ask,
    block,
    bound_to,
    call,
    count,
    every,
    exists,
    infix,
    join,
    keep,
    limited,
    minus,
    negated,
    optional,
    safe,
    select,
    triple,
    values,
)
from graph.shacl.keys import OTHER, CompositeKey
from graph.shacl.paths import PropertyPath
from graph.shacl.shapes import Constraint
from graph.terms import Literal, NamedNode, Term
from graph.vocab import RDFS, XSD

_OTHER = "?other"
_OWNER = "?owner"
_PREDICATE = "?predicate"
_PAIR = (THIS, VALUE)


def breaks_any(tests: list[str]) -> str:
    """Write the filter that a value breaks at least one of the tests."""
    return keep(negated(every(tests)))


def verdicts(tests: list[str]) -> list[str]:
    """Write one column per test, so that a row tells which of them it breaks."""
    return [bound_to("".join(("?ok", str(place))), test) for place, test in enumerate(tests)]


def scan_exists(path: PropertyPath, condition: str) -> str:
    """Ask whether any pair of the path, of whatever node, meets the condition."""
    return ask(triple(THIS, path.text, VALUE), condition)


def scan_found(
    path: PropertyPath, condition: str, columns: tuple[str, ...] | list[str], limit: int
) -> str:
    """Select up to `limit` pairs of the path, of whatever node, that meet the condition."""
    step = triple(THIS, path.text, VALUE)
    return limited(select([*_PAIR, *columns], step, condition), limit)


def nodes_among(focus: Focus, wanted: list[Term]) -> str:
    """Select those of some nodes that are focus nodes."""
    return select([THIS], values(THIS, wanted), focus_pattern(focus))


def scan_pairs(
    focus: Focus, path: PropertyPath, condition: str, columns: tuple[str, ...] | list[str] = ()
) -> str:
    """Select the pairs of the path that meet the condition and belong to a focus node."""
    found = select(_PAIR, triple(THIS, path.text, VALUE), condition, distinct=False)
    return select([*_PAIR, *columns], block(found), focus_pattern(focus))


def pairs(
    focus: Focus,
    path: PropertyPath | None,
    condition: str = "",
    columns: tuple[str, ...] | list[str] = (),
) -> str:
    """Select the pairs of focus node and value node that meet the condition."""
    return select([*_PAIR, *columns], pairs_pattern(focus, path), condition)


def pairs_pattern(focus: Focus, path: PropertyPath | None) -> str:
    """Write the pattern of focus node and value node; without a path a node is its own value."""
    if path is None:
        return block(select([THIS, bound_to(VALUE, THIS)], focus_pattern(focus)))
    return block(path_pattern(focus_pattern(focus), path))


def pairs_among(focus: Focus, path: PropertyPath, wanted: list[Term]) -> str:
    """Select the pairs whose value node is one of `wanted`."""
    return select(_PAIR, values(VALUE, wanted), pairs_pattern(focus, path))


def nodes(focus: Focus, condition: str = "", columns: tuple[str, ...] | list[str] = ()) -> str:
    """Select the focus nodes that meet the condition."""
    return select([THIS, *columns], focus_pattern(focus), condition)


def scan_all(path: str, condition: str = "") -> str:
    """Select the pairs of a path or predicate that meet the condition, some more than once."""
    return select(_PAIR, triple(THIS, path, VALUE), condition, distinct=False)


def scan_owners(path: PropertyPath, condition: str = "") -> str:
    """Select, for each pair of the path that meets the condition, the node that has it."""
    return select([THIS], triple(THIS, path.text, VALUE), condition, distinct=False)


def scan_values(path: PropertyPath) -> str:
    """Select the values of the path, some more than once."""
    return select([VALUE], triple(THIS, path.text, VALUE), distinct=False)


def scan_nodes(focus: Focus) -> str:
    """Select the focus nodes, some of them more than once."""
    return select([THIS], focus_pattern(focus, once=False), distinct=False)


def wrong_counts(
    focus: Focus, path: PropertyPath, counts: list[Constraint], condition: str = ""
) -> str:
    """Select the focus nodes whose number of values breaks a count, with that number.

    Args:
        condition: a filter; only the values that meet it count. Not for a nullable path.
    """
    found = focus_pattern(focus)
    step = optional(triple(THIS, path.text, VALUE), condition)
    number = count(VALUE)
    broken = any_of(
        infix(number, "<" if item.is_minimum else ">", str(item.number)) for item in counts
    )
    return select(
        [THIS, bound_to("?number", number)],
        path_pattern(found, path) if path.nullable else join(found, step),
        distinct=False,
        group=THIS,
        having=broken,
    )


def without_value(focus: Focus, path: PropertyPath | None, wanted: Term, *, scans: bool) -> str:
    """Select the focus nodes that do not have the value."""
    differs = keep(negated(call("sameTerm", THIS, str(wanted))))
    if path is None:
        return nodes(focus, differs)
    step = triple(THIS, path.text, str(wanted))
    missing = minus(step) if scans else keep(negated(exists(step)))
    return nodes(focus, join(missing, differs if path.nullable else ""))


def shared(predicate: Term) -> str:
    """Write the condition that a value is one of the predicate too."""
    return triple(THIS, str(predicate), VALUE)


def unshared_values(focus: Focus, path: PropertyPath | None, predicate: Term) -> list[str]:
    """Select the values of the path that the predicate lacks, and the other way round."""
    step = triple(THIS, str(predicate), VALUE)
    missing = select(_PAIR, focus_pattern(focus), step, minus(pairs_pattern(focus, path)))
    return [pairs(focus, path, minus(step)), missing]


def unordered_values(focus: Focus, path: PropertyPath | None, constraint: Constraint) -> str:
    """Select the values that are not below a value of the constraint's predicate."""
    fails = keep(negated(compared(constraint.kind, VALUE, _OTHER)))
    step = triple(THIS, str(constraint.value), _OTHER)
    return select([*_PAIR, _OTHER], pairs_pattern(focus, path), step, fails)


def sharing(focus: Focus, key: CompositeKey, classes: tuple[NamedNode, ...], *, scans: bool) -> str:
    """Select the focus nodes that share a key with another of the classes, as their own values."""
    by_grouping = scans and focus.is_among(classes)
    write = key.shared_among if by_grouping else key.shared_from
    return write(focus_pattern(focus), class_table(classes, OTHER))


def scan_languages(path: PropertyPath) -> str:
    """Ask whether any value of the path has a language."""
    return scan_exists(path, keep(infix(call("LANG", VALUE), "!=", '""')))


def repeated_languages(focus: Focus, path: PropertyPath | None) -> str:
    """Select focus node and language for each language with more than one value."""
    language = call("LANG", VALUE)
    return select(
        [THIS, "?language"],
        pairs_pattern(focus, path),
        keep(infix(language, "!=", '""')),
        distinct=False,
        group=join(THIS, bound_to("?language", call("LCASE", language))),
        having=infix(count(VALUE), ">", "1"),
    )


def undeclared_values(focus: Focus, path: PropertyPath | None, allowed: tuple[Term, ...]) -> str:
    """Select focus node, value and predicate for the predicates that are not allowed."""
    others = keep(every(negated(call("sameTerm", _PREDICATE, str(term))) for term in allowed))
    columns = [THIS, VALUE, _PREDICATE]
    if path is None:
        step = triple(THIS, _PREDICATE, VALUE)
        return select(columns, focus_pattern(focus), step, others)
    owners = block(path_pattern(focus_pattern(focus), path, THIS, _OWNER))
    return select(columns, owners, triple(_OWNER, _PREDICATE, VALUE), others)


def predicates() -> str:
    """Select all predicates of the data."""
    return select([_PREDICATE], triple(THIS, _PREDICATE, VALUE))


def size_up_to(focus: Focus, limit: int) -> str:
    """Count the focus nodes, stopping at the limit."""
    some = limited(select([THIS], focus_pattern(focus), distinct=False), limit)
    return select([bound_to("?number", "COUNT(*)")], block(some), distinct=False)


def subclasses(name: NamedNode) -> str:
    """Select the classes below a class."""
    return select([THIS], triple(THIS, "".join((str(RDFS.subClassOf), "+")), str(name)))


def hierarchy(names: Iterable[NamedNode]) -> str:
    """Select the pairs of a class and one above it, of all classes below the named ones."""
    below = triple("?above", "".join((str(RDFS.subClassOf), "*")), "?top")
    named = values("?top", sorted(names, key=str))
    return select(
        ["?below", "?above"], named, below, triple("?below", str(RDFS.subClassOf), "?above")
    )


def pattern_is_readable(pattern: Constraint) -> str:
    """Ask whether the engine can evaluate a regular expression."""
    flags = [str(Literal(pattern.flags))] if pattern.flags else []
    text = str(Literal(getattr(pattern.value, "value", "")))
    return ask(keep(safe(call("isLiteral", call("STR", call("REGEX", '""', text, *flags))))))


def integers_are_merged() -> str:
    """Ask whether the engine stores types derived from integer as integer."""
    stored = call("datatype", str(Literal("1", datatype=XSD.byte)))
    return ask(keep(infix(stored, "=", str(XSD.integer))))
