"""Operations that show what a project knows: summary and models."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from alerting.alerts import STATES, read_alerts
from app.models import ModelView, read_models
from app.operations.registry import PageRequest, ProjectRequest, operation, page
from app.services import Services
from graph.projects import Project
from graph.sparql import load_query
from graph.store import GraphReader, Rows
from twin.overlay import read_sizes
from twin.twins import Twin, list_twins

_TWINS_SHOWN = 50


@dataclass(frozen=True)
class ClassCount:
    """A class and how many individuals it has."""

    iri: str
    name: str
    label: str
    count: int


@dataclass(frozen=True)
class TwinView:
    """A twin: triples it adds and hides, and things that are predicted in it."""

    id: str
    title: str
    created: str
    added: int
    removed: int
    predictions: int


@dataclass(frozen=True)
class Summary:
    """What came out of a project's files; `alerts` counts them by state.

    Of very many twins the first stand here; `list-project-twins` lists all.
    """

    project: str
    commit: int
    triples: int
    classes: tuple[ClassCount, ...]
    shapes: int
    violations: int
    models: tuple[ModelView, ...]
    twins: tuple[TwinView, ...]
    twin_count: int
    alerts: dict[str, int]


@dataclass(frozen=True)
class _Counts:
    """What takes long to count; it changes only when knowledge does."""

    triples: int
    classes: tuple[ClassCount, ...]
    shapes: int
    violations: int


@dataclass(frozen=True)
class ModelPage:
    """A page of trainings."""

    items: tuple[ModelView, ...]
    next: str | None


@operation(
    "GET",
    "/projects/<project>/summary",
    "Show what came out: classes, shapes, violations, models, twins, alerts.",
    permission="read",
    request=ProjectRequest,
    response=Summary,
    example={"project": "fleet"},
)
def get_summary(services: Services, request: ProjectRequest) -> Summary:
    """Summarise a project."""
    project = services.projects.get(request.project)
    names = project.names
    meta = project.reader(names.meta)
    alerts = read_alerts(meta, names)
    twins = list_twins(meta)
    counts = _known_counts(project, project.knowledge_sequence)
    return Summary(
        project=names.project,
        commit=project.sequence,
        triples=counts.triples,
        classes=counts.classes,
        shapes=counts.shapes,
        violations=counts.violations,
        models=read_models(meta),
        twins=twin_views(project, twins[:_TWINS_SHOWN]),
        twin_count=len(twins),
        alerts={state: sum(alert.state == state for alert in alerts) for state in STATES},
    )


@operation(
    "GET",
    "/projects/<project>/models",
    "List the trained models with scores against their baselines.",
    permission="read",
    request=PageRequest,
    response=ModelPage,
    example={"project": "fleet"},
)
def list_models(services: Services, request: PageRequest) -> ModelPage:
    """List models."""
    project = services.projects.get(request.project)
    models = read_models(project.reader(project.names.meta))
    items, following = page(list(models), request.limit, request.cursor)
    return ModelPage(tuple(items), following)


def twin_views(project: Project, twins: Iterable[Twin]) -> tuple[TwinView, ...]:
    """Describe twins with the sizes of their overlays."""
    names = project.names
    views = []
    for twin in twins:
        sizes = read_sizes(
            names,
            project.reader(names.twin_added(twin.id)),
            project.reader(names.twin_removed(twin.id)),
        )
        counts = (sizes.added, sizes.removed, sizes.predictions)
        views.append(TwinView(twin.id, twin.title, twin.created.isoformat(), *counts))
    return tuple(views)


def _known_counts(project: Project, knowledge_sequence: int) -> _Counts:
    # A project of the past is closed when its answer is given, so nothing may keep it.
    return _counts(project) if project.past else _newest_counts(project, knowledge_sequence)


@lru_cache(maxsize=64)
def _newest_counts(project: Project, knowledge_sequence: int) -> _Counts:  # noqa: ARG001 - the key
    return _counts(project)


def _counts(project: Project) -> _Counts:
    names = project.names
    return _Counts(
        triples=sum(project.count(graph) for graph in names.default_graphs),
        classes=_classes(project),
        shapes=_number(project.reader(names.shapes), "shape_count"),
        violations=_number(project.reader(names.validation), "violation_count"),
    )


def _classes(project: Project) -> tuple[ClassCount, ...]:
    names = project.names
    labelled = project.reader(names.ontology).select(load_query("app", "class_labels"))
    labels = {text(iri): text(label) for iri, label in labelled}
    counts = project.reader(names.data).select(load_query("app", "class_counts"))
    return tuple(
        ClassCount(
            text(iri), text(iri).rpartition("#")[2], labels.get(text(iri), ""), number(count)
        )
        for iri, count in counts
    )


def _number(reader: GraphReader, query: str) -> int:
    rows: Rows = reader.select(load_query("app", query))
    return number(rows.rows[0][0])


def text(term: object) -> str:
    """Give the text of a term: the IRI, or the lexical form."""
    return str(getattr(term, "value", term))


def number(term: object) -> int:
    """Give the integer that a literal holds."""
    return int(text(term))
