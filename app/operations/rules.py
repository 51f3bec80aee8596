"""Operations on the rules of alerts: list, save, switch on and off, delete."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import cast

from alerting.own_rules import check_answer, own_id, select_rule, threshold_rule
from alerting.query_text import evidence_query
from alerting.rules import Rule, Severity, read_rules, rule_changes
from app.operations.registry import Done, PageRequest, described, operation, page
from app.saved_queries import check_query
from app.services import Services
from graph.changes import ChangeSet
from graph.errors import BadInput, BadQuery, Conflict, NotFound
from graph.model import KnowledgeModel
from graph.projects import Project
from graph.readers.pool import Query
from twin.twins import list_twins
from workers.runs import last_output
from workers.steps.twin import TWIN
from workers.stored import read_stored_json

_CHECKED_ROWS = 1000


@dataclass(frozen=True)
class SaveRule:
    """A rule of a person: three fields and a value, or a query of its own."""

    project: str = described("Name of the project.")
    title: str = described("What the alert says.")
    target_class: str | None = described("Class, as in get_schema.", default=None)
    property: str | None = described("Its property of numbers.", default=None)
    comparison: str | None = described("<, <=, > or >=.", default=None)
    value: float | None = described("What is compared with.", default=None)
    query: str | None = described(
        "Instead of class and property: a SELECT of ?entity and, if you like, ?time ?value ?limit; "
        "each row counts, or with comparison and value each whose ?value compares so.",
        default=None,
    )
    severity: str = described("low, medium, high or critical; far off is one more.", default="high")
    rule: str | None = described("Id of the rule to replace; else one of the title.", default=None)
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class SetRule:
    """A wish to switch a rule, or to weigh it otherwise; what is absent stays."""

    project: str = described("Name of the project.")
    rule: str = described("Id of the rule.")
    enabled: bool | None = described("Whether it is evaluated.", default=None)
    severity: str | None = described("low, medium, high or critical.", default=None)
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class DeleteRule:
    """A wish to remove a rule of a person."""

    project: str = described("Name of the project.")
    rule: str = described("Id of the rule.")
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class RuleView:
    """A rule as callers see it.

    `derived` rules come from the schema; `overridden` ones a person wrote or changed.
    """

    id: str
    kind: str
    title: str
    severity: str
    enabled: bool
    derived: bool
    overridden: bool
    target_class: str | None
    property: str | None
    parameters: dict[str, str]
    query: str


@dataclass(frozen=True)
class RulePage:
    """A page of rules."""

    items: tuple[RuleView, ...]
    next: str | None


@operation(
    "GET",
    "/projects/<project>/rules",
    "List the rules that open alerts: derived ones and those of people.",
    permission="read",
    request=PageRequest,
    response=RulePage,
    example={"project": "fleet"},
)
def list_rules(services: Services, request: PageRequest) -> RulePage:
    """List rules by id."""
    rules = list(_rules(services.projects.get(request.project)))
    items, following = page(rules, request.limit, request.cursor)
    return RulePage(tuple(_view(item) for item in items), following)


@operation(
    "POST",
    "/projects/<project>/rules",
    "Save a rule of your own; the next round of monitoring uses it.",
    permission="write",
    request=SaveRule,
    response=RuleView,
    example={
        "project": "fleet",
        "title": "Motor is too hot",
        "target_class": "Reading",
        "property": "temperatureC",
        "comparison": ">=",
        "value": 90.0,
    },
    status=201,
)
def save_rule(services: Services, request: SaveRule) -> RuleView:
    """Make a rule, run its query once, and keep it; the same rule again changes nothing."""
    project = services.projects.get(request.project)
    rule = _made(project, request)
    before = next((item for item in _rules(project) if item.id == rule.id), None)
    if before is not None:
        rule = replace(rule, enabled=before.enabled)
        if request.rule is None and rule != before:
            raise Conflict(
                f"There is another rule {rule.id!r}, {before.title!r}. Give its id as `rule` to "
                "replace it, or another title."
            )
    _try(services, project, rule)
    _put(project, before, rule, request.by, f"Rule {rule.id} saved by {request.by}")
    return _view(rule)


@operation(
    "PUT",
    "/projects/<project>/rules/<rule>",
    "Switch a rule on or off, or change its severity; derivation then leaves it alone.",
    permission="write",
    request=SetRule,
    response=RuleView,
    example={"project": "fleet", "rule": "missing-Reading", "enabled": False},
    idempotent=True,
)
def set_rule(services: Services, request: SetRule) -> RuleView:
    """Change what a person may change of any rule."""
    project = services.projects.get(request.project)
    before = _find(project, request.rule)
    if request.enabled is None and request.severity is None:
        raise BadInput("Give enabled, severity, or both: there is nothing to change.")
    after = replace(
        before,
        enabled=before.enabled if request.enabled is None else request.enabled,
        severity=cast(Severity, request.severity or before.severity),
        overridden=True,
    )
    state = "on" if after.enabled else "off"
    reason = f"Rule {after.id} is {state}, {after.severity}, set by {request.by}"
    _put(project, before, after, request.by, reason)
    return _view(after)


@operation(
    "DELETE",
    "/projects/<project>/rules/<rule>",
    "Delete a rule of a person; derived ones can be switched off with set_rule.",
    permission="write",
    request=DeleteRule,
    response=Done,
    example={"project": "fleet", "rule": "own-motor-is-too-hot"},
    destructive=True,
)
def delete_rule(services: Services, request: DeleteRule) -> Done:
    """Remove a rule; its alerts resolve at the next round of monitoring."""
    project = services.projects.get(request.project)
    rule = _find(project, request.rule)
    if rule.derived():
        raise Conflict(
            f"The rule {rule.id!r} comes from the schema and would come back. "
            "Switch it off: set_rule with enabled = false."
        )
    reason = f"Rule {rule.id} deleted by {request.by}"
    return Done(_put(project, rule, None, request.by, reason))


def _made(project: Project, request: SaveRule) -> Rule:
    fields = (request.target_class, request.property)
    identifier = request.rule or own_id(request.title)
    if request.query is not None:
        if fields != (None, None):
            raise BadInput("Give either a query or a class and a property; the query says both.")
        return select_rule(
            id=identifier,
            title=request.title,
            query=request.query,
            severity=request.severity,
            comparison=request.comparison,
            bound=request.value,
        )
    if None in (*fields, request.comparison, request.value):
        raise BadInput("Give target_class, property, comparison and value, or a query.")
    return threshold_rule(
        _model(project),
        project.names,
        id=identifier,
        title=request.title,
        target_class=request.target_class or "",
        property=request.property or "",
        comparison=request.comparison or "",
        bound=request.value or 0.0,
        severity=request.severity,
    )


def _model(project: Project) -> KnowledgeModel:
    output = last_output(project.reader(project.names.meta), "describe")
    if output is None:
        raise NotFound(f"Project {project.names.project!r} has no schema yet. Upload files first.")
    return KnowledgeModel.from_json(read_stored_json(project, output["file"]))


def _try(services: Services, project: Project, rule: Rule) -> None:
    """Run the query of a rule as the monitor will; refuse what it could not judge."""
    names = project.names
    twins = list_twins(project.reader(names.meta))
    overlay = project.overlay(TWIN) if any(twin.id == TWIN for twin in twins) else None
    graphs = tuple(sorted({*project.dataset.graphs(), *names.default_graphs}, key=str))
    query = Query(
        rule.query, names.default_graphs, graphs, results="text/csv", base=names.root, skolem=""
    )
    with (
        project.snapshots.use(overlay) as path,
        services.user_readers.query(path, query) as answer,
        answer.path.open(encoding="utf-8", newline="") as file,
    ):
        if answer.kind != "solutions":
            raise BadInput("The query of a rule must be a SELECT.")
        rows = csv.reader(file)
        columns = next(rows, [])
        check_answer(rule, columns, [row for row in islice(rows, _CHECKED_ROWS) if row])
    _try_evidence(services, project, rule, columns)


def _try_evidence(services: Services, project: Project, rule: Rule, columns: Sequence[str]) -> None:
    """Refuse a query that is no longer one when an alert narrows it to its entity."""
    anything = project.names.thing("Thing", ["1"])
    try:
        check_query(services, evidence_query(rule.query, columns, anything), project.names.root)
    except BadQuery as error:
        raise BadInput(
            "An alert shows its evidence by the rule's query within another one. Leave out FROM: "
            f"{error}"
        ) from error


def _put(project: Project, before: Rule | None, after: Rule | None, by: str, reason: str) -> int:
    names = project.names
    identifiers = {rule.id for rule in (before, after) if rule is not None}

    def guard(_: object) -> None:
        """Refuse the commit if the rule is no longer the one that was read."""
        found = [rule for rule in _rules(project) if rule.id in identifiers]
        if found != ([] if before is None else [before]):
            raise Conflict("Somebody else changed the rule just now. Look at it and repeat.")

    added, removed = rule_changes(
        [] if after is None else [after], [] if before is None else [before], names
    )
    change = ChangeSet(tuple(added), tuple(removed), author=by, reason=reason)
    return project.commit(change, guard=guard).sequence


def _rules(project: Project) -> tuple[Rule, ...]:
    return read_rules(project.reader(project.names.meta), project.names)


def _find(project: Project, identifier: str) -> Rule:
    for rule in _rules(project):
        if rule.id == identifier:
            return rule
    raise NotFound(f"Project {project.names.project!r} has no rule {identifier!r}.")


def _view(rule: Rule) -> RuleView:
    return RuleView(
        id=rule.id,
        kind=rule.kind,
        title=rule.title,
        severity=rule.severity,
        enabled=rule.enabled,
        derived=rule.derived(),
        overridden=rule.overridden,
        target_class=rule.target_class.value if rule.target_class else None,
        property=rule.property.value if rule.property else None,
        parameters=dict(rule.parameters),
        query=rule.query,
    )
