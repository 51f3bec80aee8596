"""The SPARQL 1.1 Graph Store Protocol: graphs as HTTP resources.

A graph is named by `?graph=<iri>`, by `?default` (the data graph), or by the path below the
endpoint; without any of them the resource is the dataset of all graphs that users may write. What
is sent is read in a reader process and becomes a commit.
https://www.w3.org/TR/sparql11-http-rdf-update/
"""

import secrets
from contextlib import ExitStack
from dataclasses import dataclass, replace
from urllib.parse import quote

from flask import Blueprint, Request, Response, request

from app.auth import authorize
from app.conditional import (
    conditional_answer,
    conditional_project,
    etag,
    known_representation,
    require_resource,
)
from app.errors import BadRequest, UnsupportedMediaType
from app.graph_upload import commit_upload, empty, spooled
from app.negotiation import negotiated
from app.services import Services
from app.sparql import streamed
from app.sparql_update import AUTHOR, commit_update, committed, graph_iri, readers_for
from app.time_travel import mark_memento, requested_commit
from graph.changes import ChangeSet
from graph.errors import NotFound
from graph.projects import Project
from graph.readers.pool import Dump
from graph.readers.rdf_io import DATASETS, GRAPHS, PATCH
from graph.readers.update import GraphForbidden, Scope
from graph.readers.user_graphs import INTERNAL, user_graphs, user_prefix, user_scope
from graph.terms import NamedNode

_METHODS = ["GET", "PUT", "POST", "DELETE", "PATCH"]
_UPDATE = "application/sparql-update"


@dataclass(frozen=True)
class _Target:
    """What a request is about: a graph, or the dataset when `graph` is None."""

    project: Project
    graph: NamedNode | None

    @property
    def exists(self) -> bool:
        """Whether there is anything; the default graph always exists."""
        if self.graph is None:
            return True
        return next(iter(self.project.dataset.quads(self.graph)), None) is not None

    @property
    def base(self) -> str:
        """What relative IRIs in the body are resolved against."""
        names = self.project.names
        return names.root if self.graph in (None, names.data) else str(self.graph.value)

    def scope(self) -> Scope:
        """Give what may be written: the graph alone, or all that is open to users.

        Raises:
            GraphForbidden: the graph is one of the platform's.
        """
        every = user_scope(self.project.dataset)
        if self.graph is None:
            return every
        if self.graph not in every.writable and not every.leaves_open(self.graph.value):
            raise GraphForbidden(f"The graph <{self.graph.value}> is kept by Mimir; only read it.")
        one = (self.graph,)
        return replace(every, default=one, writable=one, closed=(), opened=(), base=self.base)


def graph_store_blueprint(services: Services) -> Blueprint:
    """Make the graph store of each project, and its graphs at their own IRIs."""
    blueprint = Blueprint("graph_store", __name__)

    def serve(target: _Target) -> Response:
        """Answer the request's method on one graph."""
        if request.method in ("GET", "HEAD"):
            return _get(services, request, target)
        require_resource(request, target.exists, target.project.dataset.sequence)
        handler = {"PUT": _put, "POST": _post, "DELETE": _delete, "PATCH": _patch}[request.method]
        response = handler(services, request, target)
        services.board.touch()
        return response

    def opened(project: str) -> Project:
        """Authorize the request and find its project; a write keeps its conditions."""
        reads = request.method in ("GET", "HEAD")
        authorize(services, request, "read" if reads else "write")
        found = services.projects.get(project)
        return found if reads else conditional_project(services, found, request)

    @blueprint.route("/projects/<project>/graph-store", methods=_METHODS, strict_slashes=False)
    def indirect(project: str) -> Response:
        """Serve the graph that the query string names."""
        found = opened(project)
        return serve(_Target(found, _named(request, found)))

    @blueprint.route("/projects/<project>/graph-store/<path:path>", methods=_METHODS)
    def below(project: str, path: str) -> Response:
        """Serve the user's graph at a path below the graph store."""
        found = opened(project)
        return serve(_Target(found, _user_graph(found, path)))

    # The graph's own IRI, where the base IRI leads to this server.
    @blueprint.route("/p/<project>/graph/<path:path>", methods=_METHODS)
    def direct(project: str, path: str) -> Response:
        """Serve a graph at its own address."""
        found = opened(project)
        return serve(_Target(found, found.names.graph(*path.split("/"))))

    return blueprint


def _named(call: Request, project: Project) -> NamedNode | None:
    names = call.args.getlist("graph")
    default = "default" in call.args
    if len(names) + default > 1:
        raise BadRequest("Name one graph: either by 'graph' or by 'default'.")
    if default:
        return project.names.data
    if not names:
        return None
    place = f"{call.base_url.rstrip('/')}/"
    if names[0].startswith(place):
        return _user_graph(project, names[0].removeprefix(place))
    return graph_iri(names[0])


def _user_graph(project: Project, path: str) -> NamedNode:
    return NamedNode(user_prefix(project.names) + quote(path, safe="/-_.~%"))


def _get(services: Services, call: Request, target: _Target) -> Response:
    project, graph = target.project, target.graph
    names = project.names
    offered = DATASETS if graph is None else GRAPHS
    media = negotiated(call, offered)
    at = requested_commit(call, project)
    sequence = project.dataset.sequence if at is None else at
    tag = etag(sequence, "" if media == offered[0] else media)
    known = known_representation(call, [tag]) if at is None and target.exists else None
    if known:
        mark_memento(known, call, project, at)
        return known
    if graph is None:
        every = user_scope(project.dataset)
        dump = Dump([names.data], media, home=names.data, open_to=every, skolem=names.skolem)
    else:
        dump = Dump([graph], media, skolem=names.skolem)
    with ExitStack() as stack:
        store = stack.enter_context(project.snapshots.use(at=at))
        pool = readers_for(services, call)
        answer = stack.enter_context(pool.dump(store, dump))
        hidden = graph is not None and graph.value.startswith(INTERNAL)
        if hidden or (answer.kind == "empty" and graph not in (None, names.data)):
            raise NotFound(f"There is no graph <{target.base}>.")
        response = conditional_answer(streamed(answer, stack.pop_all(), tag), call)
    mark_memento(response, call, project, at)
    return response


def _put(services: Services, call: Request, target: _Target) -> Response:
    scope, existed = target.scope(), target.exists
    if target.graph is None and call.mimetype not in DATASETS:
        raise BadRequest("Name the graph by 'graph' or 'default', or send TriG or N-Quads.")
    graphs = [target.graph] if target.graph else []
    replacing = graphs or [target.project.names.data, *user_graphs(target.project.dataset)]
    with spooled(services, call, target.base) as uploads:
        commit = commit_upload(
            services, call, target.project, uploads, target.graph, scope, replacing
        )
    return committed(204 if existed else 201, commit)


def _post(services: Services, call: Request, target: _Target) -> Response:
    place = None
    if target.graph is None and call.mimetype not in DATASETS:
        name = secrets.token_hex(8)
        target = _Target(target.project, _user_graph(target.project, name))
        place = f"{call.base_url.rstrip('/')}/{name}"
    scope, existed = target.scope(), target.exists
    with spooled(services, call, target.base) as uploads:
        commit = commit_upload(services, call, target.project, uploads, target.graph, scope, [])
    response = committed(204 if existed else 201, commit)
    if place:
        response.headers["Location"] = place
    return response


def _delete(services: Services, _: Request, target: _Target) -> Response:
    if target.graph is None:
        raise BadRequest("Name the graph to delete by 'graph' or 'default'.")
    target.scope()
    if target.graph != target.project.names.data and not target.exists:
        raise NotFound(f"There is no graph <{target.base}>.")
    return committed(204, empty(services, target.project, target.graph))


def _patch(services: Services, call: Request, target: _Target) -> Response:
    project, scope = target.project, target.scope()
    pool = readers_for(services, call)
    if call.mimetype == _UPDATE:
        try:
            text = call.get_data().decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadRequest(f"The update is not UTF-8: {error}") from error
        return committed(204, commit_update(pool, project, text, scope))
    if call.mimetype != PATCH:
        raise UnsupportedMediaType(f"Send a patch as {PATCH} or {_UPDATE}.")
    with spooled(services, call, target.base, one=PATCH) as uploads:
        skolem = project.names.skolem
        patch = pool.parse_patch(uploads[0].path, target.graph, skolem, scope)
    change = ChangeSet(patch.added, patch.removed, AUTHOR, "RDF Patch")
    return committed(204, project.commit(change))
