"""Operations on runs of workflows."""

from dataclasses import dataclass

from app.operations.registry import PageRequest, ProjectRequest, described, operation, page
from app.services import Services
from graph.errors import BadInput
from graph.projects import Project
from graph.store import GraphReader
from workers.progress import StepProgress
from workers.runs import Run, list_runs, read_run
from workers.sources import ingest_inputs
from workers.workflows.catalog import find_workflow


@dataclass(frozen=True)
class RunRequest:
    """A request about one run."""

    project: str = described("Name of the project.")
    run: str = described("Number of the run.")


@dataclass(frozen=True)
class StepView:
    """A step as people watch it: times are ISO 8601, `fraction` is 0 to 1 or unknown."""

    name: str
    label: str
    state: str
    message: str = ""
    started: str | None = None
    ended: str | None = None
    fraction: float | None = None
    eta_seconds: float | None = None
    error: str | None = None


@dataclass(frozen=True)
class RunView:
    """A run with its steps; `added` and `removed` count triples of the knowledge graphs."""

    id: str
    project: str
    workflow: str
    state: str
    created: str
    started: str | None
    ended: str | None
    error: str | None
    added: int
    removed: int
    steps: tuple[StepView, ...]


@dataclass(frozen=True)
class RunPage:
    """A page of runs."""

    items: tuple[RunView, ...]
    next: str | None


@operation(
    "GET",
    "/projects/<project>/runs",
    "List the runs of a project, newest first.",
    permission="read",
    request=PageRequest,
    response=RunPage,
    example={"project": "fleet", "limit": 10},
    live="what runs do now",
)
def list_project_runs(services: Services, request: PageRequest) -> RunPage:
    """List runs."""
    project = services.projects.get(request.project)
    runs, following = page(list(list_runs(_meta(project))), request.limit, request.cursor)
    return RunPage(tuple(run_view(services, project, run.id) for run in runs), following)


@operation(
    "GET",
    "/projects/<project>/runs/<run>",
    "Show a run with its steps and how far it is.",
    permission="read",
    request=RunRequest,
    response=RunView,
    example={"project": "fleet", "run": "1"},
    live="what runs do now",
)
def get_run(services: Services, request: RunRequest) -> RunView:
    """Show a run."""
    return run_view(services, services.projects.get(request.project), request.run)


@operation(
    "POST",
    "/projects/<project>/runs",
    "Run the whole workflow again on the project's files.",
    permission="write",
    request=ProjectRequest,
    response=RunView,
    example={"project": "fleet"},
    status=202,
)
def start_run(services: Services, request: ProjectRequest) -> RunView:
    """Start an ingest of the newest version of each file."""
    project = services.projects.get(request.project)
    inputs = ingest_inputs(_meta(project))
    if not inputs["sources"]:
        raise BadInput(f"Project {request.project!r} has no files yet. Upload some first.")
    run = services.dispatcher.submit(project, "ingest", inputs)
    return run_view(services, project, run.id)


@operation(
    "POST",
    "/projects/<project>/watch",
    "Monitor the project's twin now instead of waiting for the schedule.",
    permission="write",
    request=ProjectRequest,
    response=RunView,
    example={"project": "fleet"},
    status=202,
)
def start_watch(services: Services, request: ProjectRequest) -> RunView:
    """Start a round of monitoring."""
    project = services.projects.get(request.project)
    run = services.dispatcher.submit(project, "watch", {"requested": services.clock().isoformat()})
    return run_view(services, project, run.id)


def run_view(services: Services, project: Project, run_id: str) -> RunView:
    """Show a run: its durable record and what its worker last said."""
    run = read_run(_meta(project), project.names, run_id)
    live = services.board.get(project.names.project, run_id) if run.state == "running" else None
    return RunView(
        id=run.id,
        project=project.names.project,
        workflow=run.workflow,
        state=run.state,
        created=run.created.isoformat(),
        started=run.started.isoformat() if run.started else None,
        ended=run.ended.isoformat() if run.ended else None,
        error=run.error,
        added=run.added,
        removed=run.removed,
        steps=_steps(services, run, live),
    )


def _steps(services: Services, run: Run, live: StepProgress | None) -> tuple[StepView, ...]:
    views = []
    for step in find_workflow(run.workflow).steps:
        record = run.step(step.name)
        if record:
            view = StepView(
                name=step.name,
                label=step.label,
                state=record.state,
                message=record.message,
                started=record.started.isoformat(),
                ended=record.ended.isoformat(),
                fraction=1.0 if record.state == "done" else None,
                error=record.error,
            )
        elif live and live.step == step.name:
            eta = live.eta(services.board.clock())
            view = StepView(
                step.name,
                step.label,
                "running",
                live.message,
                fraction=live.fraction,
                eta_seconds=eta,
            )
        else:
            view = StepView(step.name, step.label, "waiting")
        views.append(view)
    return tuple(views)


def _meta(project: Project) -> GraphReader:
    return project.reader(project.names.meta)
