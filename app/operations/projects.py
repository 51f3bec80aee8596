"""Operations on projects."""

from dataclasses import dataclass

from app.operations.registry import Done, ProjectRequest, described, operation, page
from app.services import Services
from graph.projects import Project


@dataclass(frozen=True)
class ListProjects:
    """A request for projects."""

    limit: int = described("Items per page, at most 1000.", default=100)
    cursor: str | None = described("`next` of the page before.", default=None)


@dataclass(frozen=True)
class CreateProject:
    """A request for a new project."""

    name: str = described("Lower-case letters, digits and hyphens; part of every IRI.")
    store: str = described(
        "Name of the remote store that holds its graphs, from the owner's settings; "
        "empty: an embedded one.",
        default="",
    )


@dataclass(frozen=True)
class ProjectView:
    """A project as callers see it; `commit` is the number of its newest commit."""

    name: str
    base: str
    created: str
    commit: int


@dataclass(frozen=True)
class ProjectPage:
    """A page of projects."""

    items: tuple[ProjectView, ...]
    next: str | None


@operation(
    "GET",
    "/projects",
    "List the projects.",
    permission="read",
    request=ListProjects,
    response=ProjectPage,
    example={},
)
def list_projects(services: Services, request: ListProjects) -> ProjectPage:
    """List the projects by name."""
    names, following = page(services.projects.names(), request.limit, request.cursor)
    return ProjectPage(tuple(_view(services.projects.get(name)) for name in names), following)


@operation(
    "POST",
    "/projects",
    "Create an empty project.",
    permission="write",
    request=CreateProject,
    response=ProjectView,
    example={"name": "fleet"},
    status=201,
)
def create_project(services: Services, request: CreateProject) -> ProjectView:
    """Create a project."""
    return _view(services.projects.create(request.name, request.store))


@operation(
    "GET",
    "/projects/<project>",
    "Show one project.",
    permission="read",
    request=ProjectRequest,
    response=ProjectView,
    example={"project": "fleet"},
    live="which commit is the newest",
)
def get_project(services: Services, request: ProjectRequest) -> ProjectView:
    """Show a project."""
    return _view(services.projects.get(request.project))


@operation(
    "DELETE",
    "/projects/<project>",
    "Delete a project with all its data. This cannot be undone.",
    permission="admin",
    request=ProjectRequest,
    response=Done,
    example={"project": "fleet"},
    destructive=True,
    idempotent=True,
)
def delete_project(services: Services, request: ProjectRequest) -> Done:
    """Delete a project."""
    sequence = services.projects.get(request.project).dataset.sequence
    services.projects.delete(request.project)
    return Done(sequence)


def _view(project: Project) -> ProjectView:
    names = project.names
    return ProjectView(names.project, names.base, project.created, project.dataset.sequence)
