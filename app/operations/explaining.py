"""The operation that explains a query: its dataset, what to mind, and why it has no answer."""

from dataclasses import dataclass

from app.operations.registry import described, operation
from app.overlays import overlay_of
from app.services import Services
from graph.readers.pool import Query
from graph.readers.user_graphs import closed_prefixes


@dataclass(frozen=True)
class ExplainQuery:
    """A SPARQL query to explain."""

    project: str = described("Name of the project.")
    query: str = described("SPARQL 1.1 SELECT, ASK, CONSTRUCT or DESCRIBE.")
    twin: str | None = described("Id of a twin to ask instead of the base.", default=None)


@dataclass(frozen=True)
class QueryStep:
    """An element of the WHERE group, and the solutions left after it, counted up to 10,000."""

    kind: str
    text: str
    solutions: int
    within: str


@dataclass(frozen=True)
class FirstNothing:
    """The first element after which nothing is left, why, and what to try."""

    kind: str
    text: str
    reason: str


@dataclass(frozen=True)
class QueryExplanation:
    """What is to say about a query: graphs in effect, commit, hints, and why it is empty."""

    kind: str
    commit: int
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    empty: bool
    hints: tuple[str, ...]
    steps: tuple[QueryStep, ...]
    first_nothing: FirstNothing | None


@operation(
    "POST",
    "/projects/<project>/query/explain",
    "Explain a query: graphs in effect, hints, and what leaves an empty answer empty.",
    permission="read",
    request=ExplainQuery,
    response=QueryExplanation,
    example={"project": "fleet", "query": "SELECT * WHERE { ?s a ?class } LIMIT 5"},
    idempotent=True,
)
def explain_query(services: Services, request: ExplainQuery) -> QueryExplanation:
    """Explain a query in a reader process, within the limits of every query."""
    project = services.projects.get(request.project)
    names = project.names
    commit = project.sequence
    with project.checkpoint(overlay_of(project, request.twin)) as path:
        query = Query(
            request.query,
            names.default_graphs,
            tuple(project.graphs()),
            base=names.root,
            skolem=names.skolem,
            closed=(*closed_prefixes(names), "file:"),
        )
        found = services.user_readers.explain(path, query)
    blame = found["blame"]
    return QueryExplanation(
        kind=found["form"],
        commit=commit,
        default_graphs=tuple(found["default"]),
        named_graphs=tuple(found["named"]),
        empty=found["empty"],
        hints=tuple(found["hints"]),
        steps=tuple(QueryStep(**step) for step in found["steps"]),
        first_nothing=FirstNothing(**blame) if blame else None,
    )
