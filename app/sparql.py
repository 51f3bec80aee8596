"""The SPARQL 1.1 Protocol: endpoints of projects and twins for queries and updates.

The text is handed to a reader process; nothing of it is parsed here. A GET without a query gets
the Service Description. Protocol: https://www.w3.org/TR/sparql11-protocol/.
"""

import re
from contextlib import ExitStack

from flask import Blueprint, Request, Response, request
from werkzeug.wsgi import wrap_file

from app.answers import answered
from app.auth import authorize, is_worker
from app.conditional import conditional_answer, etag, known_representation
from app.errors import BadRequest, NotAcceptable, UnsupportedMediaType
from app.negotiation import preferred
from app.overlays import overlay_of
from app.service_description import describe_service
from app.services import Services
from app.sparql_update import answer_twin_update, answer_update, graph_iri
from app.time_travel import mark_memento, requested_commit
from graph.names import ProjectNames
from graph.projects import Project
from graph.readers.gate import QueryTooLong
from graph.readers.pool import JSON_RESULTS, Answer, Query
from graph.readers.update import GraphForbidden
from graph.readers.user_graphs import INTERNAL, closed_prefixes
from graph.terms import NamedNode

RESULTS = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
    "application/json",
    "application/xml",
    "text/xml",
)
GRAPHS = (
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "application/trig",
    "application/n-quads",
)
_ALIASES = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
}
# What these give may differ at the same commit.
_UNSTABLE = re.compile(r"\b(RAND|NOW|UUID|STRUUID|SERVICE)\b", re.IGNORECASE)
_ENDINGS = {
    "application/sparql-results+json": "srj",
    "application/sparql-results+xml": "srx",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld",
    "application/trig": "trig",
    "application/n-quads": "nq",
}
_FORM = "application/x-www-form-urlencoded"
_QUERY, _UPDATE = "application/sparql-query", "application/sparql-update"
_LARGEST_TEXT = 8 << 20
_CHUNK = 1 << 16


def sparql_blueprint(services: Services) -> Blueprint:
    """Make the query endpoints of projects and of twins."""
    blueprint = Blueprint("sparql", __name__)

    @blueprint.route("/projects/<project>/sparql", methods=["GET", "POST"], strict_slashes=False)
    def project_sparql(project: str) -> Response:
        """Answer a query or an update of a project, or describe the service."""
        kind = _kind(request)
        authorize(services, request, "write" if kind == "update" else "read")
        found = services.projects.get(project)
        if kind == "description":
            return describe_service(request, found)
        text = _text(request, kind)
        if kind == "update":
            return answer_update(services, request, found, text)
        return _answer(services, found, None, text)

    @blueprint.route("/projects/<project>/update", methods=["POST"], strict_slashes=False)
    def project_update(project: str) -> Response:
        """Answer an update of a project."""
        authorize(services, request, "write")
        found = services.projects.get(project)
        return answer_update(services, request, found, _text(request, "update"))

    @blueprint.route("/projects/<project>/twins/<twin>/sparql", methods=["GET", "POST"])
    def twin_sparql(project: str, twin: str) -> Response:
        """Answer a query or an update of a twin, or describe the service."""
        kind = _kind(request)
        authorize(services, request, "write" if kind == "update" else "read")
        found = services.projects.get(project)
        if kind != "query":
            overlay_of(found, twin)
        if kind == "description":
            return describe_service(request, found)
        text = _text(request, kind)
        if kind == "update":
            return answer_twin_update(services, request, found, twin, text)
        return _answer(services, found, twin, text)

    return blueprint


def _answer(services: Services, project: Project, twin: str | None, text: str) -> Response:
    worker = is_worker(services, request)
    # Workers ask again about the nodes they were told of, so they see the IRIs themselves.
    skolem = "" if worker else project.names.skolem
    pool = services.worker_readers if worker else services.user_readers
    at = requested_commit(request, project)
    with ExitStack() as stack:
        shown = project if at is None else stack.enter_context(project.at(at))
        sequence = shown.sequence
        query = _query(request, shown, text, skolem)
        overlay = overlay_of(shown, twin)
        stable = _UNSTABLE.search(text) is None
        tags = [_tag(sequence, media) for media in (query.results, query.graph) if media]
        response = known_representation(request, tags) if stable else None
        if response is None:
            answer = stack.enter_context(answered(pool, shown, query, overlay))
            response = streamed(answer, stack.pop_all(), _tag(sequence, answer.media))
            response = conditional_answer(response, request) if stable else response
    mark_memento(response, request, project, at)
    return response


def _tag(sequence: int, media: str) -> str:
    return etag(sequence, "" if media == JSON_RESULTS else media)


def streamed(answer: Answer, stack: ExitStack, tag: str) -> Response:
    """Answer with a file; what the stack keeps is given back at once, the file when it has left.

    Args:
        tag: the entity tag, as `app.conditional.etag` gives it.
    """
    with stack:
        size = answer.path.stat().st_size
        # An open file outlives its name, so a slow caller holds neither a thread nor a snapshot.
        file = wrap_file(request.environ, answer.path.open("rb"), _CHUNK)
    response = Response(file, content_type=answer.media, direct_passthrough=True)
    place = request.view_args or {}
    name = f"{place.get('name') or place.get('project')}.{_ENDINGS.get(answer.media, 'txt')}"
    response.headers.set("Content-Disposition", "inline", filename=name)
    response.headers["ETag"] = tag
    response.headers["Vary"] = "Accept"
    response.headers["Content-Length"] = str(size)
    return response


def _query(call: Request, project: Project, text: str, skolem: str) -> Query:
    default, named = _allowed(project)
    closed = (*closed_prefixes(project.names), "file:")
    wanted_default = [graph_iri(name) for name in call.values.getlist("default-graph-uri")]
    wanted_named = [graph_iri(name) for name in call.values.getlist("named-graph-uri")]
    protocol_dataset = bool(wanted_default or wanted_named)
    if protocol_dataset:
        for graph in (*wanted_default, *wanted_named):
            # A graph that nobody filled is an empty one: the store is this project's alone.
            if graph.value.startswith((INTERNAL, "file:")):
                raise GraphForbidden(f"The graph <{graph.value}> is not in this dataset.")
        default, named = tuple(wanted_default), tuple(wanted_named)
    results, graph_media = _media(call)
    return Query(
        text=text,
        default=default,
        named=named,
        results=results,
        graph=graph_media,
        protocol_dataset=protocol_dataset,
        base=project.names.root,
        skolem=skolem,
        closed=closed,
    )


def _allowed(project: Project) -> tuple[tuple[NamedNode, ...], tuple[NamedNode, ...]]:
    names: ProjectNames = project.names
    wellknown = (names.shapes, names.mapping, names.meta, names.validation)
    # Of a state of the past, graphs that came later may be named as well: they were empty then.
    found = {*project.graphs(), *project.dataset.graphs(), *names.default_graphs, *wellknown}
    return names.default_graphs, tuple(sorted(found, key=str))


def _kind(call: Request) -> str:
    """Tell what is asked for: a query, an update, or the description of the service."""
    if call.method == "POST":
        return "update" if call.mimetype == _UPDATE or "update" in call.form else "query"
    if "update" in call.args:
        raise BadRequest("An update must be sent by POST.")
    return "query" if call.args else "description"


def _text(call: Request, kind: str) -> str:
    if call.content_length and call.content_length > _LARGEST_TEXT:
        raise QueryTooLong(f"The {kind} is longer than {_LARGEST_TEXT:,} bytes.")
    if call.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("Send the text without Content-Encoding.")
    if call.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("Send the text in UTF-8.")
    direct = _UPDATE if kind == "update" else _QUERY
    if call.method == "POST" and call.mimetype == direct:
        try:
            texts = [call.get_data().decode("utf-8"), *call.args.getlist(kind)]
        except UnicodeDecodeError as error:
            raise BadRequest(f"The {kind} is not UTF-8: {error}") from error
    elif call.method == "POST" and call.mimetype != _FORM:
        raise UnsupportedMediaType(f"Send the {kind} as {direct} or as the form field '{kind}'.")
    else:
        fields = call.form if call.method == "POST" else call.args
        texts = [text for name in ("query", "update") for text in fields.getlist(name)]
        if texts and not fields.getlist(kind):
            texts = []
    if len(texts) != 1:
        raise BadRequest(f"Send exactly one '{kind}', as a parameter or as the body of a POST.")
    return str(texts[0])


def _media(call: Request) -> tuple[str, str]:
    # The kind of the answer is known only after the query was parsed, so each kind is negotiated
    # for itself; a header that accepts neither kind is refused before the query runs.
    results, graph = preferred(call, RESULTS), preferred(call, GRAPHS)
    if results is None and graph is None:
        raise NotAcceptable(f"Accept one of {', '.join((*RESULTS, *GRAPHS))}.")
    return _ALIASES.get(results or "", results or ""), graph or ""
