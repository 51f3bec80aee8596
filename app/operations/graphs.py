"""Operations on the graph as a whole: query it, export parts of it, verify its log."""

from dataclasses import dataclass

from app.answers import answered
from app.operations.registry import ProjectRequest, described, operation
from app.overlays import overlay_of
from app.services import Services
from graph.dataset.log import read_log
from graph.errors import BadInput
from graph.export import FORMATS, export_graph
from graph.readers.pool import Query

_LARGEST_ANSWER = 200_000


@dataclass(frozen=True)
class RunQuery:
    """A SPARQL query."""

    project: str = described("Name of the project.")
    query: str = described("SPARQL 1.1 SELECT, ASK, CONSTRUCT or DESCRIBE.")
    twin: str | None = described("Id of a twin to ask instead of the base.", default=None)
    format: str = described(
        "Media type of solutions: text/csv or application/sparql-results+json.",
        default="text/csv",
    )


@dataclass(frozen=True)
class QueryAnswer:
    """An answer as text, with the commit whose state it shows.

    `truncated` says that it was cut at 200,000 characters.
    """

    media_type: str
    text: str
    truncated: bool
    commit: int


@dataclass(frozen=True)
class ExportGraph:
    """A request for one graph in one format."""

    project: str = described("Name of the project.")
    graph: str = described("ontology, shapes, mapping or validation.")
    format: str = described("turtle, ntriples or rdfxml.", default="turtle")


@dataclass(frozen=True)
class Exported:
    """A graph as text."""

    media_type: str
    text: str


@dataclass(frozen=True)
class LogReport:
    """The commit log after every record was verified."""

    records: int
    bytes: int
    digest: str


@operation(
    "POST",
    "/projects/<project>/query",
    "Run a SPARQL query on a project or on one of its twins.",
    permission="read",
    request=RunQuery,
    response=QueryAnswer,
    example={"project": "fleet", "query": "SELECT * WHERE { ?s a ?class } LIMIT 5"},
    idempotent=True,
)
def run_query(services: Services, request: RunQuery) -> QueryAnswer:
    """Evaluate a query in a reader process."""
    project = services.projects.get(request.project)
    names = project.names
    commit = project.sequence
    overlay = overlay_of(project, request.twin)
    query = Query(
        request.query,
        names.default_graphs,
        tuple(project.graphs()),
        results=request.format,
        base=names.root,
        skolem=names.skolem,
    )
    with (
        answered(services.user_readers, project, query, overlay) as answer,
        answer.path.open(encoding="utf-8", newline="") as file,
    ):
        text = file.read(_LARGEST_ANSWER + 1)
    cut = len(text) > _LARGEST_ANSWER
    return QueryAnswer(answer.media, text[:_LARGEST_ANSWER], cut, commit)


@operation(
    "GET",
    "/projects/<project>/export",
    "Export one graph: the ontology opens in Protégé.",
    permission="read",
    request=ExportGraph,
    response=Exported,
    example={"project": "fleet", "graph": "ontology", "format": "turtle"},
)
def export_project_graph(services: Services, request: ExportGraph) -> Exported:
    """Export a graph with blank nodes put back where the standard wants them."""
    project = services.projects.get(request.project)
    graphs = {
        name: project.names.graph(name) for name in ("ontology", "shapes", "mapping", "validation")
    }
    if request.graph not in graphs:
        raise BadInput(f"The graph must be one of {', '.join(graphs)}, not {request.graph!r}.")
    if request.format not in FORMATS:
        raise BadInput(f"The format must be one of {', '.join(FORMATS)}, not {request.format!r}.")
    graph = graphs[request.graph]
    return Exported(FORMATS[request.format], export_graph(project, graph, request.format))


@operation(
    "GET",
    "/projects/<project>/log/verify",
    "Verify every record of the project's commit log.",
    permission="read",
    request=ProjectRequest,
    response=LogReport,
    example={"project": "fleet"},
    live="the files of the log as they lie on disk",
)
def verify_log(services: Services, request: ProjectRequest) -> LogReport:
    """Read the whole log and check its chain of hashes."""
    path = services.projects.get(request.project).dataset.log.path
    records, size, digest = 0, 0, ""
    for record in read_log(path):
        records, size, digest = record.sequence, record.offset + record.length, record.digest
    return LogReport(records, size, digest)
