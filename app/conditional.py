"""Conditional requests: the commit as ETag, and what must hold before a change.

If-Match and If-None-Match: RFC 9110, section 13.1. `Mimir-Require-Ask`, or `require_ask` among the
fields of a call, is a SPARQL ASK that must be true of the state that the change is made on.
"""

import json
from collections.abc import Collection
from dataclasses import replace

from flask import Request, Response, after_this_request

from app.services import Services
from graph.dataset.precondition import Condition, Precondition
from graph.dataset.snapshots import Overlay
from graph.errors import BadQuery, PreconditionFailed
from graph.projects import Project
from graph.readers.pool import Query

REQUIRE_ASK = "Mimir-Require-Ask"


def conditional_project(
    services: Services,
    project: Project,
    call: Request,
    if_match: str | None = None,
    require_ask: str | None = None,
) -> Project:
    """Give the project for a change: every answer gets the ETag, the change heeds conditions.

    Args:
        if_match, require_ask: what the body of the call asks for; else it may be a header, or
            for `require_ask` a parameter.

    Raises:
        PreconditionFailed: If-Match does not name the newest commit, or the ASK is false.
        BadQuery: the condition is no ASK.
    """
    text = require_ask or call.values.get("require_ask") or call.headers.get(REQUIRE_ASK)
    condition = None
    if text:
        twin = (call.view_args or {}).get("twin")
        condition = _asking(services, project, text, project.overlay(twin) if twin else None)
    precondition = Precondition(_allowed(call, if_match), condition)
    before = project.dataset.sequence
    precondition.check(project.dataset, project.reader(project.names.meta))
    _tag_later(precondition, before)
    return replace(project, precondition=precondition)


def conditional_services(
    services: Services,
    call: Request,
    project: str,
    if_match: str | None = None,
    require_ask: str | None = None,
) -> Services:
    """Give services whose project of this name heeds conditions; see `conditional_project`."""
    plain = services.projects.get(project)
    found = conditional_project(services, plain, call, if_match, require_ask)
    return replace(services, projects=services.projects.with_project(found))


def is_known(call: Request, sequence: int) -> bool:
    """Tell whether If-None-Match says that the caller has the answer of this commit."""
    return call.method in ("GET", "HEAD") and call.if_none_match.contains_weak(str(sequence))


def known_representation(call: Request, tags: Collection[str]) -> Response | None:
    """Give the answer 304 when the caller has one of the representations that it may get.

    An If-None-Match of `*` is heeded by `conditional_answer`, since it needs an answer first.

    Args:
        tags: entity tags, as `etag` gives them.

    Raises:
        PreconditionFailed: If-Match names another commit.
    """
    if call.method not in ("GET", "HEAD"):
        return None
    commits = {_commit(tag.strip('"')) for tag in tags}
    named = {_commit(tag) for tag in call.if_match.as_set()}
    if call.headers.get("If-Match") and not (call.if_match.star_tag or commits & named):
        raise PreconditionFailed("What If-Match names is not the newest any more. Read it again.")
    # A star would be in every list, so the list itself is asked.
    known = call.if_none_match.as_set(include_weak=True)
    return next((_unmodified(tag) for tag in tags if tag.strip('"') in known), None)


def require_resource(call: Request, exists: bool, sequence: int) -> None:
    """Heed the conditions of a write that are about the resource itself, not about its project.

    Args:
        sequence: number of the newest commit.

    Raises:
        PreconditionFailed: If-Match is `*` and there is nothing; or there is something, and
            If-None-Match is `*` or names the newest commit.
    """
    if call.if_match.star_tag and not exists:
        raise PreconditionFailed("If-Match asks for something that is there; nothing is there.")
    refused = {_commit(tag) for tag in call.if_none_match.as_set(include_weak=True)}
    if exists and (call.if_none_match.star_tag or str(sequence) in refused):
        raise PreconditionFailed("If-None-Match forbids the change: what it names is there.")


def conditional_answer(response: Response, call: Request) -> Response:
    """Turn an answer into 304 when If-None-Match says that the caller has it."""
    tag = response.headers["ETag"]
    known = call.if_none_match.contains_weak(tag.strip('"'))
    if call.method not in ("GET", "HEAD") or not known:
        return response
    response.close()
    unmodified = _unmodified(tag)
    unmodified.headers["Vary"] = response.headers["Vary"]
    return unmodified


def tag_answer(sequence: int) -> None:
    """Give the answer to this request the ETag of a commit, which was read before the graph was."""

    @after_this_request
    def _tag(response: Response) -> Response:
        response.headers.setdefault("ETag", etag(sequence))
        return response


def etag(sequence: int, media: str = "") -> str:
    """Write the entity tag of a commit.

    Args:
        media: of a representation; empty for the one that callers get who ask for none.
    """
    kind = media.rpartition("/")[2]
    return f'"{sequence}-{kind}"' if kind else f'"{sequence}"'


def _allowed(call: Request, if_match: str | None) -> list[int] | None:
    """List the commits that If-Match names; a tag that is no commit's matches nothing."""
    if if_match is not None:
        tags = {tag.strip().strip('"') for tag in if_match.split(",")}
    elif call.headers.get("If-Match"):
        tags = {"*"} if call.if_match.star_tag else call.if_match.as_set()
    else:
        return None
    if "*" in tags:
        return None
    commits = [_commit(tag) for tag in tags]
    return [int(number) for number in commits if number.isascii() and number.isdigit()]


def _asking(services: Services, project: Project, text: str, overlay: Overlay | None) -> Condition:
    """Make a condition that a reader process evaluates, within the limits of every query."""
    names = project.names

    def holds(commit: int) -> bool:
        """Evaluate the ASK on the state at a commit."""
        with project.at(commit) as then, then.checkpoint(overlay) as path:
            graphs = tuple(sorted({*then.graphs(), *names.default_graphs}, key=str))
            query = Query(text, names.default_graphs, graphs, base=names.root)
            with services.user_readers.query(path, query) as answer:
                if answer.kind != "boolean":
                    raise BadQuery("The condition of a change must be an ASK query.")
                return bool(json.loads(answer.path.read_bytes())["boolean"])

    return Condition(text, holds)


def _tag_later(precondition: Precondition, before: int) -> None:
    @after_this_request
    def _tag(response: Response) -> Response:
        # The caller's own commit, not the newest: another may have come right after it.
        own = precondition.committed
        response.headers.setdefault("ETag", etag(before if own is None else own))
        return response


def _commit(tag: str) -> str:
    # A representation's tag names its commit too.
    return tag.partition("-")[0]


def _unmodified(tag: str) -> Response:
    response = Response(status=304)
    response.headers["ETag"] = tag
    return response
