"""The door of saved queries: each has its own URL, and its parameters are the URL's fields."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from flask import Blueprint, Response, request

from app.answers import answered
from app.auth import authorize
from app.conditional import conditional_answer, etag
from app.negotiation import negotiated
from app.services import Services
from app.sparql import RESULTS, streamed
from app.time_travel import shown
from graph.oxigraph import OxigraphStore
from graph.projects import Project
from graph.readers.pool import JSON_RESULTS, Query
from graph.saved_queries import SavedQuery, find_query, list_queries, queries_graph

_ALIASES = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
}


def saved_queries_blueprint(services: Services) -> Blueprint:
    """Make the URLs of saved queries."""
    blueprint = Blueprint("saved_queries", __name__, url_prefix="/api/v1")

    @blueprint.route("/projects/<project>/queries/<name>", methods=["GET"])
    def answer_saved_query(project: str, name: str) -> Response:
        """Answer a saved query with the parameters of the query string."""
        authorize(services, request, "read")
        found = services.projects.get(project)
        with ExitStack() as stack:
            past = stack.enter_context(shown(found, request))
            query = find_query(saved_queries(past), name, None)
            values = {key: text for key, text in request.args.items() if key != "at"}
            return _answer(services, past, query.bound(values), stack)

    return blueprint


def saved_queries(project: Project) -> tuple[SavedQuery, ...]:
    """List all versions of the saved queries of a project."""
    names = project.names
    return list_queries(project.reader(queries_graph(names)), project.reader(names.meta))


def check_query(services: Services, text: str, base: str = "") -> None:
    """Have a reader parse a query, on an empty store; relative IRIs are resolved by `base`.

    Raises:
        BadQuery: the text is not valid.
    """
    with tempfile.TemporaryDirectory(dir=services.settings.data, prefix=".query-") as folder:
        path = Path(folder) / "empty"
        OxigraphStore(path).close()
        with services.user_readers.query(path, Query(text, (), base=base)):
            return


def _answer(services: Services, project: Project, text: str, stack: ExitStack) -> Response:
    media = negotiated(request, RESULTS, _ALIASES)
    named = tuple(sorted({*project.graphs(), *project.names.default_graphs}, key=str))
    names = project.names
    query = Query(
        text, names.default_graphs, named, results=media, base=names.root, skolem=names.skolem
    )
    sequence = project.sequence
    answer = stack.enter_context(answered(services.user_readers, project, query))
    tag = etag(sequence, "" if answer.media == JSON_RESULTS else answer.media)
    return conditional_answer(streamed(answer, stack.pop_all(), tag), request)
