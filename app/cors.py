"""Calls by web pages of other origins: at the standards' doors, where a setting allows them."""

from flask import Flask, Response, request

from app.settings import Settings

CORS_DOORS = ("sparql", "graph_store", "void")
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_HEADERS = (
    "Accept, Accept-Datetime, Authorization, Content-Type, If-Match, If-None-Match, "
    "Mimir-Query-Id, Mimir-Require-Ask"
)


def install(app: Flask, settings: Settings) -> None:
    """Answer browsers that ask on behalf of a page of an allowed origin."""

    @app.after_request
    def allow(response: Response) -> Response:
        """Add the CORS headers to an answer at one of the doors."""
        if request.blueprint not in CORS_DOORS:
            return response
        response.headers.add("Vary", "Origin")
        origin = request.headers.get("Origin", "")
        if origin and allows(settings, origin):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = "ETag, Location, Memento-Datetime"
            if request.method == "OPTIONS":
                response.headers["Access-Control-Allow-Methods"] = _METHODS
                response.headers["Access-Control-Allow-Headers"] = _HEADERS
                response.headers["Access-Control-Max-Age"] = "600"
        return response


def allows(settings: Settings, origin: str) -> bool:
    """Tell whether pages of an origin may call."""
    return origin in settings.cors_origins.split()
