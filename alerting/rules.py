"""Monitoring rules: queries over a twin plus how to judge their rows; kept as facts in the graph.

Rules are derived from the structure of the knowledge model, and a person may edit, disable or add
any. A rule's query selects `?entity` and, as its kind needs, `?time`, `?value`, `?limit` or one
column per property. Nothing here evaluates a rule.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import cast, get_args

from alerting.limits import NUMERIC, Limit, find_limits
from alerting.query_text import (
    SeriesTerms,
    entity_limit_query,
    reading_limit_query,
    series_query,
)
from graph.errors import BadInput
from graph.model import AttributeDef, ClassDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import DCTERMS, MIMIR, RDF, XSD

RuleKind = OneOf["threshold", "anomaly", "missing"]
Severity = OneOf["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
COMPARISONS = (">", ">=", "<", "<=", "=", "!=")
_TIMES = ("dateTime", "date")
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TAKEN = frozenset({"entity", "time", "reading", "value", "limit"})


@dataclass(frozen=True)
class Rule:
    """What to watch.

    Attributes:
        id: stable name, made of kind, class and property for derived rules.
        kind: `threshold` (each row is a breach, or each row whose value compares so), `anomaly`
            (rows are time series), `missing` (rows are time series, their gaps count).
        title: words for a person.
        target_class, property: what is watched, where one term says it.
        query: SPARQL SELECT with full IRIs; its text is all that is evaluated.
        parameters: (name, value) pairs. All kinds: `label`. anomaly: `variable`, `minimum_z`,
            `false_alarms` (expected number over one evaluation). missing: `variables` (joined by a
            space), `factor` (times the usual interval), `reference` (`data` or `now`).
            threshold: `comparison` and `bound` where the query itself does not compare, `operator`
            and `bound` to tell people what a query compares with that does.
        severity: of a finding that is just beyond the rule; graver ones are raised.
        enabled: whether it is evaluated.
        overridden: whether a person wrote or changed it; derivation then leaves it alone.
    """

    id: str
    kind: RuleKind
    title: str
    query: str
    target_class: NamedNode | None = None
    property: NamedNode | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    severity: Severity = "medium"
    enabled: bool = True
    overridden: bool = False

    def __post_init__(self) -> None:
        """Refuse a kind, severity or comparison that no evaluation knows."""
        allowed = (
            ("kind", self.kind, get_args(RuleKind)),
            ("severity", self.severity, SEVERITIES),
            ("comparison", self.parameter("comparison", ">"), COMPARISONS),
        )
        for name, value, choices in allowed:
            if value not in choices:
                raise BadInput(
                    f"The {name} of the rule {self.id!r} is {value!r}; "
                    f"it must be one of {', '.join(choices)}."
                )

    def derived(self) -> bool:
        """Tell whether derivation made it: such ids begin with the kind, those of people never."""
        return self.id.startswith(tuple(f"{kind}-" for kind in get_args(RuleKind)))

    def parameter(self, name: str, default: str) -> str:
        """Read one parameter."""
        return dict(self.parameters).get(name, default)

    def comparison(self) -> tuple[str, float] | None:
        """Give operator and number that values are compared with, if the query compares none."""
        operator = dict(self.parameters).get("comparison")
        return None if operator is None else (operator, self.number("bound", 0))

    def number(self, name: str, default: float) -> float:
        """Read one parameter as a number; `BadInput` when it is none."""
        text = self.parameter(name, str(default))
        try:
            return float(text)
        except ValueError as error:
            raise BadInput(
                f"The parameter {name!r} of the rule {self.id!r} must be a number, not {text!r}."
            ) from error


def derive_rules(model: KnowledgeModel, names: ProjectNames) -> tuple[Rule, ...]:
    """Derive every rule that the structure and the words of the model give, sorted by id.

    Observation classes get an anomaly rule per numeric attribute and one missing-data rule, over
    the series of their first link. Attributes that name a limit give threshold rules, within a
    class and, for observation classes, from the linked class to its readings.
    """
    rules: list[Rule] = []
    for item in model.classes:
        time = time_attribute(item)
        if item.kind == "observation" and time is not None:
            rules += _observation_rules(item, time, names)
            rules += _reading_limit_rules(model, item, time, names)
        else:
            rules += _entity_limit_rules(item, names)
    return tuple(sorted(rules, key=lambda rule: rule.id))


def merge_rules(derived: Iterable[Rule], stored: Iterable[Rule]) -> tuple[Rule, ...]:
    """Bring derived rules up to date and keep each that a person wrote or changed."""
    kept = {rule.id: rule for rule in stored if rule.overridden}
    merged = {rule.id: rule for rule in derived} | kept
    return tuple(merged[key] for key in sorted(merged))


def rule_quads(rules: Iterable[Rule], names: ProjectNames) -> list[Quad]:
    """Write rules as facts of the meta graph."""
    return [quad for rule in rules for quad in _quads(rule, names)]


def rule_changes(
    after: Iterable[Rule], before: Iterable[Rule], names: ProjectNames
) -> tuple[list[Quad], list[Quad]]:
    """Give the quads to add and to remove so that `after` stands where `before` stood.

    Rules that are in both are not written: a person may be changing them at the same time.
    """
    new, old = rule_quads(after, names), rule_quads(before, names)
    kept = set(new).intersection(old)
    return [quad for quad in new if quad not in kept], [quad for quad in old if quad not in kept]


def read_rules(reader: GraphReader, names: ProjectNames) -> tuple[Rule, ...]:
    """Read the rules of a project, sorted by id; the reader must name the meta graph."""
    rows = reader.select(bind(load_query("alerting", "rules"), graph=names.meta))
    return tuple(_rule([getattr(term, "value", None) for term in row]) for row in rows)


def time_attribute(item: ClassDef) -> AttributeDef | None:
    """Give the attribute that says when, if the class has one."""
    for datatype in _TIMES:
        for attribute in item.attributes:
            if attribute.datatype == datatype:
                return attribute
    return None


def _observation_rules(item: ClassDef, time: AttributeDef, names: ProjectNames) -> list[Rule]:
    attributes = _numeric(item)
    if not attributes:
        return []
    variables = _variables(attributes)
    terms = _terms(item, time, names)
    columns = [(variables[attribute.name], names.term(attribute.name)) for attribute in attributes]
    query = series_query(terms, columns)
    of_whom = f" of each {item.links[0].label}" if item.links else ""
    rules = [
        Rule(
            id=f"anomaly-{item.name}-{attribute.name}",
            kind="anomaly",
            title=f"Unusual {attribute.label}{of_whom}",
            query=query,
            target_class=terms.type,
            property=names.term(attribute.name),
            parameters=(
                ("false_alarms", "0.01"),
                ("label", attribute.label),
                ("minimum_z", "6"),
                ("variable", variables[attribute.name]),
            ),
        )
        for attribute in attributes
    ]
    missing = Rule(
        id=f"missing-{item.name}",
        kind="missing",
        title=f"Missing {item.label}{of_whom}",
        query=query,
        target_class=terms.type,
        parameters=(
            ("factor", "6"),
            ("label", item.label),
            ("reference", "data"),
            ("variables", " ".join(variables[attribute.name] for attribute in attributes)),
        ),
    )
    return [*rules, missing]


def _reading_limit_rules(
    model: KnowledgeModel, item: ClassDef, time: AttributeDef, names: ProjectNames
) -> list[Rule]:
    terms = _terms(item, time, names)
    values = _numeric(item)
    linked = _linked_class(model, item.links[0]) if item.links else None
    stated = [(limit, False) for limit in find_limits(values, item.attributes)]
    if linked is not None:
        stated += [(limit, True) for limit in find_limits(values, linked.attributes)]
    return [
        _limit_rule(
            item,
            limit,
            names,
            reading_limit_query(
                terms,
                names.term(limit.value.name),
                names.term(limit.bound.name),
                limit.side,
                on_entity=on_entity,
            ),
        )
        for limit, on_entity in stated
    ]


def _entity_limit_rules(item: ClassDef, names: ProjectNames) -> list[Rule]:
    type_ = names.term(item.name)
    return [
        _limit_rule(
            item,
            limit,
            names,
            entity_limit_query(
                type_, names.term(limit.value.name), names.term(limit.bound.name), limit.side
            ),
        )
        for limit in find_limits(_numeric(item), item.attributes)
    ]


def _limit_rule(item: ClassDef, limit: Limit, names: ProjectNames, query: str) -> Rule:
    return Rule(
        id=f"threshold-{item.name}-{limit.value.name}-{limit.bound.name}",
        kind="threshold",
        title=f"{limit.value.label} {limit.side} {limit.bound.label}",
        query=query,
        target_class=names.term(item.name),
        property=names.term(limit.value.name),
        parameters=(
            ("label", limit.value.label),
            ("limit_label", limit.bound.label),
            ("side", limit.side),
        ),
        severity="high" if limit.side == "above" else "medium",
    )


def _terms(item: ClassDef, time: AttributeDef, names: ProjectNames) -> SeriesTerms:
    link = names.term(item.links[0].name) if item.links else None
    return SeriesTerms(names.term(item.name), link, names.term(time.name))


def _linked_class(model: KnowledgeModel, link: LinkDef) -> ClassDef | None:
    return next((item for item in model.classes if item.table == link.target_table), None)


def _numeric(item: ClassDef) -> list[AttributeDef]:
    """Give the measured attributes: numbers that neither name a row nor point to one."""
    pointing = {column for link in item.links for column in link.columns} | set(item.key)
    return [
        attribute
        for attribute in item.attributes
        if attribute.datatype in NUMERIC and attribute.column not in pointing
    ]


def _variables(attributes: Sequence[AttributeDef]) -> dict[str, str]:
    """Give each attribute a SPARQL variable: its own name, where the grammar allows it."""
    return {
        attribute.name: attribute.name
        if _VARIABLE.fullmatch(attribute.name) and attribute.name not in _TAKEN
        else f"value{number}"
        for number, attribute in enumerate(attributes, start=1)
    }


def _quads(rule: Rule, names: ProjectNames) -> list[Quad]:
    subject = names.record("rule", rule.id)
    facts: list[tuple[NamedNode, NamedNode | Literal]] = [
        (RDF.type, MIMIR.Rule),
        (DCTERMS.identifier, Literal(rule.id)),
        (MIMIR.ruleKind, Literal(rule.kind)),
        (DCTERMS.term("title"), Literal(rule.title)),
        (MIMIR.query, Literal(rule.query)),
        (MIMIR.parameters, Literal(json.dumps(dict(rule.parameters), sort_keys=True))),
        (MIMIR.severity, Literal(rule.severity)),
        (MIMIR.enabled, _boolean(rule.enabled)),
        (MIMIR.overridden, _boolean(rule.overridden)),
    ]
    if rule.target_class is not None:
        facts.append((MIMIR.targetClass, rule.target_class))
    if rule.property is not None:
        facts.append((MIMIR.watchedProperty, rule.property))
    return [Quad(subject, predicate, value, names.meta) for predicate, value in facts]


def _boolean(value: bool) -> Literal:
    return Literal("true" if value else "false", datatype=XSD.boolean)


def _rule(row: Sequence[str | None]) -> Rule:
    identifier, kind, title, query, parameters, severity, enabled, overridden, type_, watched = row
    return Rule(
        id=identifier or "",
        kind=cast(RuleKind, kind),
        title=title or "",
        query=query or "",
        target_class=None if type_ is None else NamedNode(type_),
        property=None if watched is None else NamedNode(watched),
        parameters=tuple(sorted(json.loads(parameters or "{}").items())),
        severity=cast(Severity, severity),
        enabled=enabled == "true",
        overridden=overridden == "true",
    )
