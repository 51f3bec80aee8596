"""The operation that compares two states, and the forms in which a difference is shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.comparing import NOW, compare_states, find_state
from app.operations.registry import described, operation, page
from app.services import Services
from graph.diff import entity_changes, patch, read_wording, table, update, words
from graph.errors import BadInput
from graph.names import ProjectNames
from graph.projects import Project
from graph.terms import NamedNode, Quad

_DATA = "data"
FORMS = ("triples", "words", "table", "patch", "update")


@dataclass(frozen=True)
class CompareStates:
    """Two states to compare."""

    project: str = described("Name of the project.")
    old: str = described("Commit, ISO 8601 time, now, twin:ID or twin:ID@COMMIT.")
    new: str = described("The same.", default=NOW)
    form: str = described("words, table, triples, patch or update.", default="words")
    graph: str | None = described("IRI, or data, ontology, ...; all when absent.", default=None)
    limit: int = described("Entities per page, at most 1000.", default=100)
    cursor: str | None = described("`next` of the page before.", default=None)


@dataclass(frozen=True)
class StateView:
    """A state: its commit, and the twin through which it is seen."""

    commit: int
    twin: str | None


@dataclass(frozen=True)
class ChangedProperty:
    """A property of an entity that differs: the values before and after, in words."""

    entity: str
    property: str
    before: str
    after: str
    graph: str = _DATA


@dataclass(frozen=True)
class ComparisonView:
    """What differs between two states: counts of all, and a page of entities in one form.

    Triples are in N-Quads terms. `text` is RDF Patch or SPARQL Update of the whole difference,
    which makes the new state of the old one.
    """

    old: StateView
    new: StateView
    added_count: int
    removed_count: int
    form: str
    words: tuple[str, ...] = ()
    table: tuple[ChangedProperty, ...] = ()
    added: tuple[tuple[str, ...], ...] = ()
    removed: tuple[tuple[str, ...], ...] = ()
    text: str | None = None
    next: str | None = None


@operation(
    "GET",
    "/projects/<project>/diff",
    "Compare two commits, times or twins: by entity in words, as a table, patch or update.",
    permission="read",
    request=CompareStates,
    response=ComparisonView,
    example={"project": "fleet", "old": "1", "new": "twin:live", "form": "words"},
)
def compare_project_states(services: Services, request: CompareStates) -> ComparisonView:
    """Compare two states of the knowledge; the platform's own records are left out."""
    check_form(request.form)
    project = services.projects.get(request.project)
    graph = None if request.graph is None else _graph(project.names, request.graph)
    old, new = find_state(project, request.old), find_state(project, request.new)
    found = compare_states(project, old, new, graph)
    sides = found.added, found.removed
    view = ComparisonView(
        StateView(old.commit, old.twin),
        StateView(new.commit, new.twin),
        len(found.added),
        len(found.removed),
        request.form,
    )
    if request.form in ("patch", "update"):
        return replace(view, **formed(project, *sides, request.form))
    subjects = sorted({quad.subject for side in sides for quad in side}, key=str)
    chosen, following = page(subjects, request.limit, request.cursor)
    listed = frozenset(chosen)
    added, removed = (tuple(quad for quad in side if quad.subject in listed) for side in sides)
    return replace(view, **formed(project, added, removed, request.form), next=following)


def check_form(form: str) -> None:
    """Refuse a form that is none.

    Raises:
        BadInput: it is not one of `FORMS`.
    """
    if form not in FORMS:
        raise BadInput(f"The form must be one of {', '.join(FORMS)}, not {form!r}.")


def formed(
    project: Project, added: Sequence[Quad], removed: Sequence[Quad], form: str
) -> dict[str, Any]:
    """Give the fields of a view that show a difference in one of `FORMS`."""
    if form == "triples":
        return {"added": _terms(added), "removed": _terms(removed)}
    if form in ("patch", "update"):
        return {"text": patch(added, removed) if form == "patch" else update(added, removed)}
    wording = read_wording(project.names, project.reader(project.names.ontology))
    sentences: list[str] = []
    rows: list[ChangedProperty] = []
    for graph in sorted({quad.graph_name for quad in (*added, *removed)}, key=str):
        name = _graph_name(project.names, graph)
        changes = entity_changes(
            *([q for q in side if q.graph_name == graph] for side in (added, removed))
        )
        start = "" if name == _DATA else f"In {name}: "
        sentences += (start + sentence for sentence in words(changes, wording))
        rows += (ChangedProperty(*row, name) for row in table(changes, wording))
    return {"words": tuple(sentences)} if form == "words" else {"table": tuple(rows)}


def _terms(quads: Iterable[Quad]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (str(quad.subject), str(quad.predicate), str(quad.object), str(quad.graph_name))
        for quad in quads
    )


def _graph_name(names: ProjectNames, graph: object) -> str:
    return str(graph)[1:-1].removeprefix(f"{names.root}graph/")


def _graph(names: ProjectNames, text: str) -> NamedNode:
    """Read the IRI of a graph, or its path below the project's graphs."""
    if ":" not in text:
        return names.graph(*text.split("/"))
    try:
        return NamedNode(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no IRI of a graph: {error}") from error
