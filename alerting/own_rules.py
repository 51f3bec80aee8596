"""Rules of people: made from three fields or from a SELECT of their own, checked before they count.

Derived rules are the business of `alerting.rules`; nothing here asks a store.
"""

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import cast

from alerting.limits import NUMERIC
from alerting.query_text import STATED_COMPARISONS, SeriesTerms, stated_limit_query
from alerting.rules import Rule, Severity, time_attribute
from graph.errors import BadInput
from graph.model import AttributeDef, ClassDef, KnowledgeModel
from graph.names import ProjectNames
from graph.terms import NamedNode

_ID = re.compile(r"[^\W_][\w-]{0,119}")
_GAP = re.compile(r"[\W_]+")
_PREFIX = "own-"
_TIME = re.compile(r"-?\d{4,}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?)?)?)?(Z|[+-]\d\d:\d\d)?")
_NUMBERS = ("value", "limit")


def own_id(title: str) -> str:
    """Make the id of a rule from its title: `Stock is low` gives `own-stock-is-low`."""
    words = _GAP.sub("-", title.casefold()).strip("-")
    if not words:
        raise BadInput(
            f"The title {title!r} has no word in it. Say in words what the rule watches."
        )
    return f"{_PREFIX}{words[:100]}"


def threshold_rule(
    model: KnowledgeModel,
    names: ProjectNames,
    *,
    id: str,
    title: str,
    target_class: str,
    property: str,
    comparison: str,
    bound: float,
    severity: str,
) -> Rule:
    """Make a rule that compares a number of each individual of a class with `bound`.

    Readings of an observation class are judged as series of the thing they are about.

    Args:
        target_class, property: local names or IRIs; the property is one of numbers.
        comparison: <, <=, > or >=.

    Raises:
        BadInput: the model has no such term, or the comparison cannot work; says what there is.
    """
    item = _find_class(model, names, target_class)
    attribute = _find_attribute(item, names, property)
    if comparison not in STATED_COMPARISONS:
        allowed = ", ".join(STATED_COMPARISONS)
        raise BadInput(f"The comparison must be one of {allowed}, not {comparison!r}.")
    type_, watched = names.term(item.name), names.term(attribute.name)
    time = time_attribute(item) if item.kind == "observation" else None
    terms: SeriesTerms | NamedNode = type_
    if time is not None:
        link = names.term(item.links[0].name) if item.links else None
        terms = SeriesTerms(type_, link, names.term(time.name))
    return select_rule(
        id=id,
        title=title,
        query=stated_limit_query(terms, watched, comparison, _finite(bound)),
        severity=severity,
        parameters={"bound": repr(float(bound)), "label": attribute.label, "operator": comparison},
        target_class=type_,
        property=watched,
    )


def select_rule(
    *,
    id: str,
    title: str,
    query: str,
    severity: str,
    comparison: str | None = None,
    bound: float | None = None,
    parameters: Mapping[str, str] | None = None,
    target_class: NamedNode | None = None,
    property: NamedNode | None = None,
) -> Rule:
    """Make a threshold rule from a SELECT; each row, or each whose `?value` compares so, counts.

    Raises:
        BadInput: the id belongs to derived rules, a text is empty, or a word is not known.
    """
    if not _ID.fullmatch(id):
        raise BadInput(f"The rule id {id!r} must consist of at most 120 letters, digits, - and _.")
    if not title.strip() or not query.strip():
        raise BadInput("A rule needs a title and a query; one of them is empty.")
    if (comparison is None) != (bound is None):
        raise BadInput("A comparison and its value go together; give both or neither.")
    facts = dict(parameters or {})
    if comparison is not None and bound is not None:
        facts |= {"bound": repr(_finite(bound)), "comparison": comparison}
    rule = Rule(
        id=id,
        kind="threshold",
        title=title.strip(),
        query=query,
        target_class=target_class,
        property=property,
        parameters=tuple(sorted(facts.items())),
        severity=cast(Severity, severity),
        overridden=True,
    )
    if rule.derived():
        raise BadInput(f"Ids like {id!r} are those of derived rules. Begin yours with {_PREFIX!r}.")
    return rule


def check_answer(rule: Rule, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Refuse a query whose answer cannot be judged.

    Args:
        rule: a threshold rule.
        columns: variables that its query selected.
        rows: some rows of its answer, in SPARQL CSV texts.

    Raises:
        BadInput: a column is missing, or holds something else than it must.
    """
    needed = ("entity",) if rule.comparison() is None else ("entity", "value")
    missing = [f"?{name}" for name in needed if name not in columns]
    if missing:
        found = ", ".join(f"?{name}" for name in columns) or "nothing"
        raise BadInput(f"The query must select {' and '.join(missing)}; it selects {found}.")
    for place, name in enumerate(columns):
        for row in rows:
            _check_cell(name, row[place])


def _check_cell(name: str, text: str) -> None:
    if name == "entity" and not _is_iri(text):
        raise BadInput(f"The column ?entity must hold IRIs of things, not {text!r}.")
    if name in _NUMBERS and text and not _is_number(text):
        raise BadInput(f"The column ?{name} must hold numbers, not {text!r}.")
    if name == "time" and not _TIME.fullmatch(text):
        raise BadInput(f"The column ?time must hold dates or times, not {text!r}.")


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _finite(bound: float) -> float:
    if not isfinite(bound):
        raise BadInput(f"The value must be a number, not {bound}.")
    return float(bound)


def _find_class(model: KnowledgeModel, names: ProjectNames, wanted: str) -> ClassDef:
    for item in model.classes:
        if wanted in (item.name, names.term(item.name).value):
            return item
    known = ", ".join(sorted(item.name for item in model.classes)) or "none"
    raise BadInput(f"There is no class {wanted!r}. The classes are: {known}.")


def _find_attribute(item: ClassDef, names: ProjectNames, wanted: str) -> AttributeDef:
    for attribute in item.attributes:
        if wanted in (attribute.name, names.term(attribute.name).value):
            if attribute.datatype in NUMERIC:
                return attribute
            raise BadInput(
                f"{attribute.name} of {item.name} is {attribute.datatype}, not a number. "
                "Write a query of your own to watch it."
            )
    numbers = sorted(each.name for each in item.attributes if each.datatype in NUMERIC)
    raise BadInput(
        f"{item.name} has no property {wanted!r}. Its numbers are: {', '.join(numbers) or 'none'}."
    )
