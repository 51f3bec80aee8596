"""Conditional requests: the commit as ETag, and If-Match before a change (RFC 9110, 13.1.1)."""

from dataclasses import replace

from flask import Request, Response, after_this_request

from app.services import Services
from graph.precondition import Precondition
from graph.projects import Project


def read_precondition(call: Request) -> Precondition:
    """Read If-Match; a tag that is no commit's matches nothing."""
    if not call.headers.get("If-Match") or call.if_match.star_tag:
        return Precondition()
    tags = call.if_match.as_set()
    return Precondition(int(tag) for tag in tags if tag.isascii() and tag.isdigit())


def conditional_project(project: Project, call: Request) -> Project:
    """Give the project for a change: every answer gets the ETag, the change heeds If-Match.

    Raises:
        PreconditionFailed: If-Match does not name the newest commit.
    """
    precondition = read_precondition(call)
    precondition.check(project.dataset, project.reader(project.names.meta))
    _tag_later(precondition, project.dataset.sequence)
    return replace(project, precondition=precondition)


def conditional_services(services: Services, call: Request, project: str) -> Services:
    """Give services whose project of this name heeds If-Match; see `conditional_project`."""
    found = conditional_project(services.projects.get(project), call)
    return replace(services, projects=services.projects.with_project(found))


def tag_answer(sequence: int) -> None:
    """Give the answer to this request the ETag of a commit, which was read before the graph was."""

    @after_this_request
    def _tag(response: Response) -> Response:
        response.headers.setdefault("ETag", etag(sequence))
        return response


def etag(sequence: int) -> str:
    """Write the entity tag of a commit."""
    return f'"{sequence}"'


def _tag_later(precondition: Precondition, before: int) -> None:
    @after_this_request
    def _tag(response: Response) -> Response:
        # The caller's own commit, not the newest: another may have come right after it.
        own = precondition.committed
        response.headers.setdefault("ETag", etag(before if own is None else own))
        return response
