"""Operations on twins: create, change, compare, discard, apply."""

from dataclasses import dataclass, replace

from app.operations.differences import ChangedProperty, check_form, formed
from app.operations.knowledge import TwinView, twin_views
from app.operations.registry import Done, PageRequest, described, operation, page
from app.overlays import overlay_of
from app.services import Services
from graph.membership import present
from graph.projects import Project
from graph.readers.update import Scope
from graph.repeating import repeated, unchanged
from graph.store import GraphReader
from graph.terms import Triple
from twin.overlay import (
    Difference,
    apply_change,
    discard_change,
    overlay_change,
    placed,
    read_difference,
)
from twin.twins import (
    Twin,
    check_free,
    create_change,
    delete_change,
    find_twin,
    list_twins,
)


@dataclass(frozen=True)
class TwinRequest:
    """A request about one twin."""

    project: str = described("Name of the project.")
    twin: str = described("Id of the twin.")


@dataclass(frozen=True)
class CreateTwin:
    """A request for a new twin."""

    project: str = described("Name of the project.")
    id: str = described("Lower-case letters, digits and hyphens.")
    title: str = described("Title for people.", default="")


@dataclass(frozen=True)
class WhatIf:
    """A change that only the twin shows."""

    project: str = described("Name of the project.")
    twin: str = described("Id of the twin.")
    update: str = described("SPARQL 1.1 Update; it sees and changes the twin only.")
    reason: str = described("Why, in a sentence.", default="What-if")


@dataclass(frozen=True)
class TwinPage:
    """A page of twins."""

    items: tuple[TwinView, ...]
    next: str | None


@dataclass(frozen=True)
class Changed:
    """How many triples a change added and removed, and the commit it became."""

    commit: int
    added: int
    removed: int


@dataclass(frozen=True)
class DiffTwin:
    """A request for what a twin adds to the base and hides from it."""

    project: str = described("Name of the project.")
    twin: str = described("Id of the twin.")
    form: str = described("triples, words, table, patch or update.", default="triples")


@dataclass(frozen=True)
class DifferenceView:
    """A twin's overlay as triples in N-Triples terms, and in the form that was asked for.

    `text` is RDF Patch or SPARQL Update that does to the base what the twin shows.
    """

    added: tuple[tuple[str, ...], ...]
    removed: tuple[tuple[str, ...], ...]
    form: str = "triples"
    words: tuple[str, ...] = ()
    table: tuple[ChangedProperty, ...] = ()
    text: str | None = None


@operation(
    "GET",
    "/projects/<project>/twins",
    "List the twins of a project with the sizes of their overlays.",
    permission="read",
    request=PageRequest,
    response=TwinPage,
    example={"project": "fleet"},
)
def list_project_twins(services: Services, request: PageRequest) -> TwinPage:
    """List twins."""
    project = services.projects.get(request.project)
    twins = list(list_twins(project.reader(project.names.meta)))
    # Measuring an overlay takes longer than listing all of them.
    chosen, following = page(twins, request.limit, request.cursor)
    return TwinPage(twin_views(project, chosen), following)


@operation(
    "POST",
    "/projects/<project>/twins",
    "Create a twin: an overlay that shows the base until it is changed.",
    permission="write",
    request=CreateTwin,
    response=TwinView,
    example={"project": "fleet", "id": "night-shift", "title": "Night shift"},
    status=201,
)
def create_twin(services: Services, request: CreateTwin) -> TwinView:
    """Create a twin; takes the same time whatever the size of the base."""
    project = services.projects.get(request.project)
    twin = Twin(request.id, request.title or request.id, services.clock())
    names = project.names
    project.commit(
        create_change(names, project.reader(names.meta), twin),
        guard=lambda meta: check_free(names, meta, twin.id),
    )
    return TwinView(twin.id, twin.title, twin.created.isoformat(), 0, 0, 0)


@operation(
    "POST",
    "/projects/<project>/twins/<twin>/what-if",
    "Change a twin by SPARQL Update without touching the base.",
    permission="write",
    request=WhatIf,
    response=Changed,
    example={
        "project": "fleet",
        "twin": "live",
        "update": "DELETE WHERE { ?machine <http://mimir.local/p/fleet/ontology#ratedPowerKw> ?p }",
    },
)
def change_twin(services: Services, request: WhatIf) -> Changed:
    """Evaluate an update on a clone and keep its effect in the overlay."""
    project = services.projects.get(request.project)
    return repeated(project, lambda: _change(services, project, request))


@operation(
    "GET",
    "/projects/<project>/twins/<twin>/diff",
    "Show what a twin adds to the base and hides from it, in words too.",
    permission="read",
    request=DiffTwin,
    response=DifferenceView,
    example={"project": "fleet", "twin": "live", "form": "words"},
)
def diff_twin(services: Services, request: DiffTwin) -> DifferenceView:
    """Show a twin's overlay in one of several forms."""
    check_form(request.form)
    project, found = _opened(services, request)
    view = DifferenceView(
        tuple(_triple(triple) for triple in found.added),
        tuple(_triple(triple) for triple in found.removed),
        request.form,
    )
    if request.form == "triples":
        return view
    data = project.names.data
    sides = placed(found.added, data), placed(found.removed, data)
    return replace(view, **formed(project, *sides, request.form))


@operation(
    "POST",
    "/projects/<project>/twins/<twin>/discard",
    "Throw away all changes of a twin; it shows the base again.",
    permission="write",
    request=TwinRequest,
    response=Changed,
    example={"project": "fleet", "twin": "live"},
    destructive=True,
    idempotent=True,
)
def discard_twin(services: Services, request: TwinRequest) -> Changed:
    """Empty a twin's overlay."""
    project, found = _opened(services, request)
    commit = project.commit(discard_change(project.names, request.twin, found))
    return Changed(commit.sequence, len(found.removed), len(found.added))


@operation(
    "POST",
    "/projects/<project>/twins/<twin>/apply",
    "Make the changes of a twin real: they move into the base, the twin becomes empty.",
    permission="write",
    request=TwinRequest,
    response=Changed,
    example={"project": "fleet", "twin": "live"},
    destructive=True,
    idempotent=True,
)
def apply_twin(services: Services, request: TwinRequest) -> Changed:
    """Move a twin's overlay into the base in one commit."""
    project, found = _opened(services, request)
    commit = project.commit(apply_change(project.names, request.twin, found))
    return Changed(commit.sequence, len(found.added), len(found.removed))


@operation(
    "DELETE",
    "/projects/<project>/twins/<twin>",
    "Delete a twin with its overlay.",
    permission="write",
    request=TwinRequest,
    response=Done,
    example={"project": "fleet", "twin": "night-shift"},
    destructive=True,
    idempotent=True,
)
def delete_twin(services: Services, request: TwinRequest) -> Done:
    """Delete a twin."""
    project, found = _opened(services, request)
    names = project.names
    emptied = discard_change(names, request.twin, found)
    change = delete_change(names, request.twin, emptied, project.reader(names.meta))
    return Done(project.commit(change).sequence)


def _change(services: Services, project: Project, request: WhatIf) -> Changed:
    names, twin = project.names, request.twin
    seen = project.dataset.knowledge_sequence
    scope = Scope(names.default_graphs, (), (names.data,), skolem=names.skolem)
    with project.snapshots.scratch(overlay_of(project, twin)) as clone:
        effect = services.user_readers.update(clone, request.update, scope)
    now = _difference(project, twin)
    held = frozenset(present((*effect.added, *effect.removed), project.reader))
    change = overlay_change(names, twin, now, effect.added, effect.removed, held, request.reason)

    def guard(meta: GraphReader) -> None:
        """Refuse the commit if the twin was deleted meanwhile."""
        find_twin(names, meta, twin)

    commit = project.commit(change, guard=unchanged(project, seen, guard))
    return Changed(commit.sequence, len(effect.added), len(effect.removed))


def _opened(services: Services, request: TwinRequest | DiffTwin) -> tuple[Project, Difference]:
    """Give the project and what its twin adds and hides."""
    project = services.projects.get(request.project)
    find_twin(project.names, project.reader(project.names.meta), request.twin)
    return project, _difference(project, request.twin)


def _difference(project: Project, twin: str) -> Difference:
    names = project.names
    return read_difference(
        names, project.reader(names.twin_added(twin)), project.reader(names.twin_removed(twin))
    )


def _triple(triple: Triple) -> tuple[str, ...]:
    return str(triple.subject), str(triple.predicate), str(triple.object)
