"""SPARQL 1.1 Update by HTTP: a text becomes a change of the data graph or of users' own graphs.

The text is evaluated in a reader process on a clone; what it would change is committed when the
graph is still what the text saw, and evaluated again when it is not.
"""

import re

from flask import Request, Response

from app.auth import is_worker
from app.conditional import conditional_project, conditional_services
from app.errors import BadRequest
from app.operations.twins import WhatIf, change_twin
from app.services import Services
from graph.changes import ChangeSet, Commit
from graph.projects import Project
from graph.readers.pool import ReaderPool
from graph.readers.update import Scope
from graph.readers.user_graphs import user_scope
from graph.repeating import repeated, unchanged
from graph.syntax.update_text import READS
from graph.terms import NamedNode

AUTHOR = "user"
# A text without these words is tried without a clone, which costs more than all the rest. They
# may also be escaped, or mean nothing: the reader knows.
_READING = re.compile("where|clear|drop|create|add|copy|move", re.IGNORECASE)


def answer_update(services: Services, call: Request, project: Project, text: str) -> Response:
    """Evaluate and commit an update of a project; 204 with the commit as ETag.

    Raises:
        BadQuery: the text is not valid.
        GraphForbidden: it writes to a graph of the platform.
        Conflict: the graph changed each time while the text was evaluated.
        PreconditionFailed: If-Match names another commit.
        BadRequest: a state of the past is named.
    """
    if "at" in call.values:
        raise BadRequest("The past cannot be changed: leave 'at' out, or revert to that commit.")
    using = tuple(call.values.getlist("using-graph-uri"))
    using_named = tuple(call.values.getlist("using-named-graph-uri"))
    for name in (*using, *using_named):
        graph_iri(name)
    scope = user_scope(project.dataset, using, using_named)
    project = conditional_project(services, project, call)
    commit = commit_update(readers_for(services, call), project, text, scope)
    services.board.touch()
    return committed(204, commit)


def answer_twin_update(
    services: Services, call: Request, project: Project, twin: str, text: str
) -> Response:
    """Evaluate an update on a twin, which alone shows it; 204 with the commit as ETag."""
    if call.values.getlist("using-graph-uri") or call.values.getlist("using-named-graph-uri"):
        raise BadRequest("A twin takes no using-graph-uri; write USING in the text.")
    name = project.names.project
    conditional = conditional_services(services, call, name)
    changed = change_twin(conditional, WhatIf(name, twin, text, "SPARQL Update on the twin"))
    return _empty(204, changed.commit)


def commit_update(pool: ReaderPool, project: Project, text: str, scope: Scope) -> Commit:
    """Evaluate an update on a clone and commit what it changes.

    Raises:
        Conflict: other data came between, each time.
    """
    return repeated(project, lambda: _commit_once(pool, project, text, scope))


def committed(status: int, commit: Commit) -> Response:
    """Make an empty answer that carries a commit."""
    return _empty(status, commit.sequence)


def readers_for(services: Services, call: Request) -> ReaderPool:
    """Give the readers whose limits fit the caller."""
    return services.worker_readers if is_worker(services, call) else services.user_readers


def graph_iri(text: str) -> NamedNode:
    """Read a graph IRI from a request.

    Raises:
        BadRequest: it is not an absolute IRI.
    """
    try:
        return NamedNode(text)
    except ValueError as error:
        raise BadRequest(f"{text!r} is not an absolute IRI: {error}") from error


def _commit_once(pool: ReaderPool, project: Project, text: str, scope: Scope) -> Commit:
    seen = project.dataset.knowledge_sequence
    patch = None if _READING.search(text) else pool.update(None, text, scope)
    if patch is None or patch.header[READS] == "yes":
        with project.snapshots.scratch() as clone:
            patch = pool.update(clone, text, scope)
    change = ChangeSet(patch.added, patch.removed, AUTHOR, "SPARQL Update")
    blind = patch.header[READS] == "no"
    return project.commit(change, guard=None if blind else unchanged(project, seen))


def _empty(status: int, sequence: int) -> Response:
    response = Response(status=status)
    del response.headers["Content-Type"]
    response.headers["ETag"] = f'"{sequence}"'
    return response
