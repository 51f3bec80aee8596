"""Operations on queries under way: see them, end them."""

import time
from dataclasses import dataclass

from app.operations.registry import described, operation, page
from app.services import Services
from graph.errors import NotFound


@dataclass(frozen=True)
class QueriesRequest:
    """A request for a page of the queries under way."""

    limit: int = described("Items per page, at most 1000.", default=100)
    cursor: str | None = described("`next` of the page before.", default=None)


@dataclass(frozen=True)
class QueryView:
    """A query under way: who asked what, for how many seconds, and whether it runs or waits."""

    id: str
    caller: str
    state: str
    seconds: float
    text: str


@dataclass(frozen=True)
class QueryPage:
    """A page of queries."""

    items: tuple[QueryView, ...]
    next: str | None


@dataclass(frozen=True)
class QueryRequest:
    """A request about one query under way."""

    id: str = described("Id of the query: the header Mimir-Query-Id, or of list_queries.")


@dataclass(frozen=True)
class Cancelled:
    """The query that was ended."""

    id: str


@operation(
    "GET",
    "/queries",
    "List the queries that run or wait now, oldest first.",
    permission="read",
    request=QueriesRequest,
    response=QueryPage,
    example={"limit": 10},
)
def list_queries(services: Services, request: QueriesRequest) -> QueryPage:
    """List queries under way."""
    now = time.monotonic()
    views = [
        QueryView(query.id, query.caller, query.state, round(now - query.since, 3), query.text)
        for pool in (services.user_readers, services.worker_readers)
        for query in pool.queries.all()
    ]
    return QueryPage(*page(views, request.limit, request.cursor))


@operation(
    "DELETE",
    "/queries/<id>",
    "End a query under way; who asked it gets an error.",
    permission="write",
    request=QueryRequest,
    response=Cancelled,
    example={"id": "5c1d7a90b2e34f68"},
    destructive=True,
)
def cancel_query(services: Services, request: QueryRequest) -> Cancelled:
    """Cancel a query; its reader process is killed within a moment."""
    pools = (services.user_readers, services.worker_readers)
    for pool in pools:
        if any(query.id == request.id for query in pool.queries.all()):
            pool.queries.cancel(request.id)
            return Cancelled(request.id)
    raise NotFound(f"No query with the id {request.id!r} is under way.")
