"""VoID: what each project holds, in counts that are made once per state of its data."""

import threading

from flask import Blueprint, Request, Response, request

from app.auth import authorize
from app.conditional import conditional_answer, etag
from app.negotiation import negotiated
from app.services import Services
from app.time_travel import shown
from graph.projects import Project
from graph.readers.result_rows import ask_reader
from graph.service_description import GRAPH_MEDIA, write_triples
from graph.terms import Triple
from graph.void import DatasetFacts, void_description, void_listing


class _Descriptions:
    """The newest description of each project, and the commit and address it was made for."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._known: dict[str, tuple[int, str, list[Triple]]] = {}

    def get(self, project: Project, root: str) -> list[Triple]:
        """Give a description that is as new as the data."""
        name, commit = project.names.project, project.knowledge_sequence
        if project.past:
            return self._made(project, root, commit)
        # One at a time: counting reads everything, and the next caller mostly wants the same.
        with self._lock:
            known = self._known.get(name)
            if known and known[:2] == (commit, root):
                return known[2]
            triples = self._made(project, root, commit)
            self._known[name] = commit, root, triples
            return triples

    def _made(self, project: Project, root: str, commit: int) -> list[Triple]:
        names, pool = project.names, self._services.worker_readers
        address = f"{root}projects/{names.project}/"
        facts = DatasetFacts(
            iri=f"{address}void#dataset",
            title=names.project,
            endpoint=f"{address}sparql",
            dump=f"{address}graph-store",
            uri_space=names.root,
            vocabulary=names.ontology_iri,
            graphs=project.graphs(),
            commit=commit,
        )
        with project.checkpoint() as store:
            return void_description(
                facts, lambda text: ask_reader(pool, store, text, names.default_graphs)
            )


def void_blueprint(services: Services) -> Blueprint:
    """Make the descriptions of projects and their list at the well-known address."""
    blueprint = Blueprint("void", __name__)
    descriptions = _Descriptions(services)

    @blueprint.get("/projects/<project>/void")
    def describe(project: str) -> Response:
        """Send the description of a project."""
        authorize(services, request, "read")
        with shown(services.projects.get(project), request) as found:
            answer = _written(request, descriptions.get(found, request.root_url))
            media = "" if answer.mimetype == GRAPH_MEDIA[0] else str(answer.mimetype)
            answer.headers["ETag"] = etag(found.knowledge_sequence, media)
            return conditional_answer(answer, request)

    @blueprint.get("/.well-known/void")
    def listing() -> Response:
        """List the descriptions of all projects."""
        authorize(services, request, "read")
        pages = [f"{request.root_url}projects/{name}/void" for name in services.projects.names()]
        return _written(
            request, void_listing(request.base_url, [(f"{page}#dataset", page) for page in pages])
        )

    return blueprint


def _written(call: Request, triples: list[Triple]) -> Response:
    media = negotiated(call, GRAPH_MEDIA)
    response = Response(write_triples(triples, media), content_type=media)
    response.headers["Vary"] = "Accept"
    return response
