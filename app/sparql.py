"""The SPARQL 1.1 Protocol: query endpoints of projects and twins.

The text is handed to a reader process; nothing of it is parsed here. Protocol:
https://www.w3.org/TR/sparql11-protocol/.
"""

from collections.abc import Iterator
from contextlib import ExitStack

from flask import Blueprint, Request, Response, request

from app.auth import authorize, is_worker
from app.errors import NotAcceptable, UnsupportedMediaType
from app.services import Services
from graph.errors import BadInput
from graph.names import ProjectNames
from graph.projects import Project
from graph.readers import Answer, Query
from graph.snapshots import Overlay
from graph.terms import NamedNode
from graph.update import GraphForbidden
from twin.twins import find_twin

RESULTS = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
    "application/json",
    "application/xml",
)
GRAPHS = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
_ALIASES = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
}
_LARGEST_TEXT = 1 << 20
_CHUNK = 1 << 16


def sparql_blueprint(services: Services) -> Blueprint:
    """Make the query endpoints of projects and of twins."""
    blueprint = Blueprint("sparql", __name__)

    @blueprint.route("/projects/<project>/sparql", methods=["GET", "POST"])
    def project_query(project: str) -> Response:
        authorize(services, request, "read")
        return _answer(services, services.projects.get(project), None)

    @blueprint.route("/projects/<project>/twins/<twin>/sparql", methods=["GET", "POST"])
    def twin_query(project: str, twin: str) -> Response:
        authorize(services, request, "read")
        found = services.projects.get(project)
        find_twin(found.names, found.reader(found.names.meta), twin)
        return _answer(services, found, found.overlay(twin))

    return blueprint


def _answer(services: Services, project: Project, overlay: Overlay | None) -> Response:
    query = _query(request, project)
    pool = services.worker_readers if is_worker(services, request) else services.user_readers
    stack = ExitStack()
    try:
        path = stack.enter_context(project.snapshots.use(overlay))
        answer = stack.enter_context(pool.query(path, query))
    except BaseException:
        stack.close()
        raise
    response = Response(_stream(answer, stack), content_type=answer.media)
    response.headers["ETag"] = f'"{project.dataset.sequence}"'
    response.headers["Vary"] = "Accept"
    response.headers["Content-Length"] = str(answer.path.stat().st_size)
    response.call_on_close(stack.close)
    return response


def _stream(answer: Answer, stack: ExitStack) -> Iterator[bytes]:
    with stack, answer.path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _query(call: Request, project: Project) -> Query:
    default, named = _allowed(project)
    wanted_default = [NamedNode(name) for name in call.values.getlist("default-graph-uri")]
    wanted_named = [NamedNode(name) for name in call.values.getlist("named-graph-uri")]
    protocol_dataset = bool(wanted_default or wanted_named)
    if protocol_dataset:
        for graph in (*wanted_default, *wanted_named):
            if not graph.value.startswith(f"{project.names.root}graph/"):
                raise GraphForbidden(f"The graph <{graph.value}> is not in this dataset.")
        default, named = tuple(wanted_default), tuple(wanted_named)
    return Query(
        text=_text(call),
        default=default,
        named=named,
        results=_negotiated(call, RESULTS),
        graph=_negotiated(call, GRAPHS),
        protocol_dataset=protocol_dataset,
    )


def _allowed(project: Project) -> tuple[tuple[NamedNode, ...], tuple[NamedNode, ...]]:
    names: ProjectNames = project.names
    wellknown = (names.shapes, names.mapping, names.meta, names.validation)
    found = {*project.dataset.graphs(), *names.default_graphs, *wellknown}
    return names.default_graphs, tuple(sorted(found, key=str))


def _text(call: Request) -> str:
    if call.content_length and call.content_length > _LARGEST_TEXT:
        raise BadInput(f"The query is longer than {_LARGEST_TEXT:,} bytes.")
    if call.method == "POST" and call.mimetype == "application/sparql-query":
        try:
            return call.get_data().decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadInput(f"The query is not UTF-8: {error}") from error
    if call.method == "POST" and call.mimetype != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType(
            "Send the query as application/sparql-query or as the form field 'query'."
        )
    texts = call.values.getlist("query")
    if len(texts) != 1:
        raise BadInput("Send exactly one 'query', as a parameter or as the body of a POST.")
    return str(texts[0])


def _negotiated(call: Request, offered: tuple[str, ...]) -> str:
    # The kind of the answer is known only after the query was parsed, so each kind is negotiated
    # for itself; a header that accepts neither kind is refused before the query runs.
    accept = call.accept_mimetypes
    if not accept:
        return offered[0]
    best = accept.best_match(offered)
    if best is None:
        if accept.best_match((*RESULTS, *GRAPHS)) is None:
            raise NotAcceptable(f"Accept one of {', '.join((*RESULTS, *GRAPHS))}.")
        return offered[0]
    return _ALIASES.get(best, best)
