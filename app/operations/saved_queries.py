"""Operations on saved queries: list them, save a version, run one with parameters."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.operations.graphs import QueryAnswer, RunQuery, run_query
from app.operations.registry import PageRequest, described, operation, page
from app.saved_queries import check_query, saved_queries
from app.services import Services
from graph.projects import Project
from graph.saved_queries import SavedQuery, find_query, save_change


@dataclass(frozen=True)
class SaveQuery:
    """A new version of a saved query."""

    project: str = described("Name of the project.")
    name: str = described("Lower-case letters, digits, hyphens.")
    query: str = described("SPARQL 1.1 Query; $name is a parameter, ?name a variable.")
    title: str = described("For people.", default="")
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class RunSavedQuery:
    """A wish for the answer of a saved query."""

    project: str = described("Name of the project.")
    name: str = described("Name of the query.")
    parameters: Mapping[str, str] | None = described("Values: <iri>, 1.5, text, ...", default=None)
    version: int | None = described("Newest when absent.", default=None)
    twin: str | None = described("Twin to ask.", default=None)


@dataclass(frozen=True)
class SavedQueryView:
    """A saved query; `url` answers it with its parameters as fields."""

    name: str
    version: int
    title: str
    query: str
    parameters: tuple[str, ...]
    author: str | None
    created: str | None
    url: str


@dataclass(frozen=True)
class SavedQueryPage:
    """A page of saved queries."""

    items: tuple[SavedQueryView, ...]
    next: str | None


@operation(
    "GET",
    "/projects/<project>/queries",
    "List saved queries: examples and what people saved.",
    permission="read",
    request=PageRequest,
    response=SavedQueryPage,
    example={"project": "fleet"},
)
def list_saved_queries(services: Services, request: PageRequest) -> SavedQueryPage:
    """List the newest version of each saved query."""
    project = services.projects.get(request.project)
    newest = {query.name: query for query in reversed(saved_queries(project))}
    found = [newest[name] for name in sorted(newest)]
    items, following = page(found, request.limit, request.cursor)
    return SavedQueryPage(tuple(_view(project, item) for item in items), following)


@operation(
    "POST",
    "/projects/<project>/queries",
    "Save a query; the same name makes a new version.",
    permission="write",
    request=SaveQuery,
    response=SavedQueryView,
    example={
        "project": "fleet",
        "name": "first-things",
        "query": "SELECT ?thing WHERE { ?thing a $class } LIMIT 10",
    },
    status=201,
)
def save_query(services: Services, request: SaveQuery) -> SavedQueryView:
    """Check and save a query."""
    project = services.projects.get(request.project)
    check_query(services, request.query)
    versions = [item.version for item in saved_queries(project) if item.name == request.name]
    version = max(versions, default=0) + 1
    title = request.title or request.name
    query = SavedQuery(request.name, version, title, request.query, request.by, services.clock())
    project.commit(save_change(project.names, query))
    return _view(project, query)


@operation(
    "POST",
    "/projects/<project>/queries/<name>",
    "Run a saved query with parameters.",
    permission="read",
    request=RunSavedQuery,
    response=QueryAnswer,
    example={"project": "fleet", "name": "search", "parameters": {"words": "press"}},
    idempotent=True,
)
def run_saved_query(services: Services, request: RunSavedQuery) -> QueryAnswer:
    """Evaluate a saved query in a reader process."""
    project = services.projects.get(request.project)
    query = find_query(saved_queries(project), request.name, request.version)
    text = query.bound(request.parameters or {})
    return run_query(services, RunQuery(request.project, text, request.twin))  # type: ignore[no-any-return] # registered functions lose their type


def _view(project: Project, query: SavedQuery) -> SavedQueryView:
    return SavedQueryView(
        name=query.name,
        version=query.version,
        title=query.title,
        query=query.text,
        parameters=query.parameters,
        author=query.author,
        created=query.created.isoformat() if query.created else None,
        url=f"/api/v1/projects/{project.names.project}/queries/{query.name}",
    )
