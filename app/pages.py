"""The web page, its files, and the addresses that operators look at."""

from pathlib import Path

from flask import Blueprint, Response, jsonify, send_from_directory

from app.errors import problem
from app.services import Services

STATIC = Path(__file__).parent / "web" / "static"
_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"


def pages_blueprint(services: Services) -> Blueprint:
    """Make the routes of the page and of health."""
    blueprint = Blueprint("pages", __name__)

    @blueprint.get("/")
    def index() -> Response:
        """Send the web page, or say how to build it."""
        if not (STATIC / "index.html").is_file():
            return problem(
                404, "page-not-built", "The web page is not built. Run `make web`, then reload."
            )
        return send_from_directory(STATIC, "index.html")

    @blueprint.get("/static/<path:name>")
    def asset(name: str) -> Response:
        """Send a file of the web page."""
        return send_from_directory(STATIC, name)

    @blueprint.get("/livez")
    def alive() -> Response:
        """Say that the process answers."""
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def ready() -> Response:
        """Say that the projects are open, and how many there are."""
        return jsonify(status="ok", projects=len(services.projects.names()))

    @blueprint.after_app_request
    def harden(response: Response) -> Response:
        """Add the security headers that an answer does not have yet."""
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response

    return blueprint
