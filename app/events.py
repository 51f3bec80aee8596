"""Server-sent events: a run as it goes on. https://html.spec.whatwg.org/#server-sent-events."""

from collections.abc import Iterator
from dataclasses import asdict

from flask import Blueprint, Response, json, request

from app.auth import authorize
from app.operations.runs import run_view
from app.services import Services
from workers.runs import FINISHED

_KEEP_ALIVE_SECONDS = 2.0
_LONGEST_SECONDS = 3600


def events_blueprint(services: Services) -> Blueprint:
    """Make the route `/api/v1/projects/<project>/runs/<run>/events`."""
    blueprint = Blueprint("events", __name__)

    @blueprint.get("/api/v1/projects/<project>/runs/<run>/events")
    def events(project: str, run: str) -> Response:
        """Send the events of a run as a stream."""
        authorize(services, request, "read")
        run_view(services, services.projects.get(project), run)
        stream = _stream(services, project, run)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Response(stream, content_type="text/event-stream", headers=headers)

    return blueprint


def _stream(services: Services, project: str, run: str) -> Iterator[str]:
    version, sent = -1, ""
    started = services.board.clock()
    while services.board.clock() - started < _LONGEST_SECONDS:
        view = run_view(services, services.projects.get(project), run)
        data = json.dumps(asdict(view))
        if data != sent:
            yield f"event: run\ndata: {data}\n\n"
            sent = data
        else:
            yield ": still here\n\n"
        if view.state in FINISHED:
            return
        version = services.board.wait(version, _KEEP_ALIVE_SECONDS)
