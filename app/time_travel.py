"""States of the past by HTTP: `at=` and Accept-Datetime (RFC 7089, Memento)."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Request, Response, after_this_request
from werkzeug.http import http_date, parse_date

from app.errors import BadRequest
from graph.history import commit_at, commit_time, find_commit
from graph.projects import Project


@contextmanager
def shown(project: Project, call: Request, at: str | None = None) -> Iterator[Project]:
    """Give the project in the state that a call asks for; its answer will say which.

    Args:
        at: what the call's body asks for.

    Raises:
        BadInput, BadRequest, NotFound: see `requested_commit`.
    """
    commit = requested_commit(call, project, at)

    @after_this_request
    def _mark(response: Response) -> Response:
        mark_memento(response, call, project, commit)
        return response

    if commit is None:
        yield project
        return
    with project.at(commit) as past:
        yield past


def requested_commit(call: Request, project: Project, at: str | None = None) -> int | None:
    """Give the number of the commit whose state is asked for; None for the newest.

    Args:
        at: what the call's body asks for; else it may be a parameter or a header.

    Raises:
        BadInput, BadRequest: the parameter or the header cannot be read.
        NotFound: there is no such commit.
    """
    at = at or call.values.get("at")
    if at is not None:
        return find_commit(project, at)
    text = call.headers.get("Accept-Datetime")
    if text is None:
        return None
    time = parse_date(text)
    if time is None:
        raise BadRequest(f"Accept-Datetime must be an HTTP date, not {text!r}.")
    # A time before the first state gets the first (RFC 7089, section 4.5.3).
    return max(commit_at(project, time), min(1, project.dataset.sequence))


def mark_memento(response: Response, call: Request, project: Project, at: int | None) -> None:
    """Say in the answer's headers which state of the past it shows, if it is one of the past."""
    response.headers["Vary"] = "Accept, Accept-Datetime"
    if at is not None:
        response.headers["Memento-Datetime"] = http_date(commit_time(project, at))
        response.headers["Link"] = f'<{call.base_url}>; rel="original timegate"'
