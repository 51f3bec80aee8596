"""The SELECT texts of rules and findings, joined from bound fragments.

Every text is complete and free of prefixes, so a person can paste it into any SPARQL page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.sparql import bind
from graph.terms import Literal, NamedNode
from graph.vocab import RDF, XSD

_READING = "?reading $type $class ."
_LINKED = "?reading $link ?entity ."
_UNLINKED = "BIND($class AS ?entity)"
_SELF = "?entity $type $class ."
_TIME = "?reading $time ?time ."
_VALUE = "?reading $property ?value ."
_ENTITY_VALUE = "?entity $property ?value ."
_LIMIT = "?entity $bound ?limit ."
_READING_LIMIT = "?reading $bound ?limit ."
_ABOVE = "FILTER(?value > ?limit)"
_BELOW = "FILTER(?value < ?limit)"
_STATED = "BIND($bound AS ?limit)"
_COMPARED = {
    "<": "FILTER(?value < ?limit)",
    "<=": "FILTER(?value <= ?limit)",
    ">": "FILTER(?value > ?limit)",
    ">=": "FILTER(?value >= ?limit)",
}
STATED_COMPARISONS = tuple(_COMPARED)
_ONE_ENTITY = "FILTER(?entity = $entity)"
_FROM = "FILTER(?time >= $start)"
_UNTIL = "FILTER(?time <= $end)"


@dataclass(frozen=True)
class SeriesTerms:
    """Where the readings of a class are: its class, the link to the observed thing, the time."""

    type: NamedNode
    link: NamedNode | None
    time: NamedNode


def series_query(terms: SeriesTerms, values: Sequence[tuple[str, NamedNode]]) -> str:
    """Select entity, time and one column per (variable, property), a reading a row."""
    optional = [
        " ".join(("  OPTIONAL { ?reading", str(value), "?" + name, "}")) for name, value in values
    ]
    head = " ".join(["SELECT ?entity ?time", *("?" + name for name, _ in values), "WHERE {"])
    return "\n".join([head, *_indented(_readings(terms)), *optional, "}"])


def reading_limit_query(
    terms: SeriesTerms, value: NamedNode, bound: NamedNode, side: str, *, on_entity: bool
) -> str:
    """Select the readings beyond a limit that their entity, or the reading itself, states."""
    limit = bind(_LIMIT if on_entity else _READING_LIMIT, bound=bound)
    body = [*_readings(terms), bind(_VALUE, property=value), limit, _beyond(side)]
    return "\n".join(["SELECT ?entity ?time ?value ?limit WHERE {", *_indented(body), "}"])


def entity_limit_query(type_: NamedNode, value: NamedNode, bound: NamedNode, side: str) -> str:
    """Select the individuals of a class whose value is beyond their own limit."""
    body = [
        bind(_SELF, type=RDF.type, **{"class": type_}),
        bind(_ENTITY_VALUE, property=value),
        bind(_LIMIT, bound=bound),
        _beyond(side),
    ]
    return "\n".join(["SELECT ?entity ?value ?limit WHERE {", *_indented(body), "}"])


def stated_limit_query(
    terms: SeriesTerms | NamedNode, value: NamedNode, comparison: str, bound: float
) -> str:
    """Select what compares so with a number: readings of a series, or individuals of a class.

    Args:
        terms: where the readings are, or the class of the individuals.
        value: the property that is compared.
        comparison: one of `STATED_COMPARISONS`.
        bound: the number; it is the column `?limit`.
    """
    limit = [bind(_STATED, bound=Literal(bound)), _COMPARED[comparison]]
    if isinstance(terms, SeriesTerms):
        head = "SELECT ?entity ?time ?value ?limit WHERE {"
        body = [*_readings(terms), bind(_VALUE, property=value), *limit]
    else:
        head = "SELECT ?entity ?value ?limit WHERE {"
        of_class = bind(_SELF, type=RDF.type, **{"class": terms})
        body = [of_class, bind(_ENTITY_VALUE, property=value), *limit]
    return "\n".join([head, *_indented(body), "}"])


def evidence_query(
    query: str,
    variables: Sequence[str],
    entity: NamedNode,
    *,
    start: str | None = None,
    end: str | None = None,
    bound: str | None = None,
    comparison: tuple[str, float] | None = None,
) -> str:
    """Narrow a rule's query to one entity and period; what it returns is a finding's evidence.

    Args:
        query: the rule's SELECT.
        variables: columns to keep.
        entity: the thing the finding is about.
        start, end: inclusive bounds, as the data writes them.
        bound: variable that must have a value.
        comparison: operator and number that `?value` must satisfy.
    """
    if not query.lstrip().upper().startswith("SELECT"):
        # A prologue cannot stand in a subquery; the whole rule query still shows the evidence.
        return query
    conditions = [bind(_ONE_ENTITY, entity=entity)]
    if start is not None:
        conditions.append(bind(_FROM, start=time_literal(start)))
    if end is not None:
        conditions.append(bind(_UNTIL, end=time_literal(end)))
    if bound is not None:
        conditions.append("".join(("FILTER(BOUND(?", bound, "))")))
    if comparison is not None:
        operator, limit = comparison
        conditions.append(" ".join(("FILTER(?value", operator, f"{limit!r})")))
    head = " ".join(["SELECT", *("?" + name for name in variables), "WHERE {"])
    order = ["ORDER BY ?time"] if "time" in variables else []
    return "\n".join([head, "{", query.strip(), "}", *conditions, "}", *order])


def time_literal(text: str) -> Literal:
    """Give a time its datatype back, by its shape in SPARQL CSV."""
    if "T" in text:
        return Literal(text, datatype=XSD.dateTime)
    return Literal(text, datatype=XSD.date if len(text) >= len("2026-01-01") else XSD.gYear)


def _readings(terms: SeriesTerms) -> list[str]:
    about = (
        bind(_UNLINKED, **{"class": terms.type})
        if terms.link is None
        else bind(_LINKED, link=terms.link)
    )
    of_class = bind(_READING, type=RDF.type, **{"class": terms.type})
    return [of_class, about, bind(_TIME, time=terms.time)]


def _beyond(side: str) -> str:
    return _ABOVE if side == "above" else _BELOW


def _indented(lines: Sequence[str]) -> list[str]:
    return ["  " + line for line in lines]
