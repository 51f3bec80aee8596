"""Errors as RFC 9457 problems: one table from error codes to HTTP statuses."""

import errno
from typing import Any

from flask import Flask, Response, json
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from graph.errors import MimirError

STATUS: dict[str, int] = {
    "bad-input": 422,
    "bad-query": 400,
    "bad-rdf": 400,
    "bad-request": 400,
    "graph-forbidden": 403,
    "not-found": 404,
    "conflict": 409,
    "shapes-broken": 422,
    "store-unavailable": 503,
    "store-damaged": 503,
    "store-in-use": 409,
    "query-timeout": 503,
    "query-too-complex": 422,
    "network-refused": 422,
    "service-failed": 502,
    "store-refused": 502,
    "view-refused": 422,
    "answer-too-large": 422,
    "disk-full": 507,
    "out-of-resources": 503,
    "not-confined": 503,
    "too-large": 413,
    "too-many-queries": 429,
    "query-cancelled": 503,
    "query-too-expensive": 503,
    "query-failed": 500,
    "log-damaged": 503,
    "precondition-failed": 412,
    "unauthorized": 401,
    "forbidden": 403,
    "not-acceptable": 406,
    "unsupported-media-type": 415,
}


_FULL = "The disk of this server is full. Nothing was changed; try again when there is room."
_SHORT = "This server is out of files or memory. Nothing was changed; try again in a moment."
_SHORTAGES = {
    errno.ENOSPC: ("disk-full", _FULL),
    errno.EDQUOT: ("disk-full", _FULL),
    errno.EMFILE: ("out-of-resources", _SHORT),
    errno.ENFILE: ("out-of-resources", _SHORT),
    errno.ENOMEM: ("out-of-resources", _SHORT),
    errno.EAGAIN: ("out-of-resources", _SHORT),
}


class Unauthorized(MimirError):
    """The call needs a token, or the token is wrong."""

    code = "unauthorized"


class Forbidden(MimirError):
    """The caller may not do this."""

    code = "forbidden"


class BadRequest(MimirError):
    """The call does not follow the protocol of its door."""

    code = "bad-request"


class NotAcceptable(MimirError):
    """None of the wanted media types can be given."""

    code = "not-acceptable"


class UnsupportedMediaType(MimirError):
    """The body is of a type that this door does not take."""

    code = "unsupported-media-type"


def status_of(error: MimirError) -> int:
    """Give the HTTP status of an error; a kind without one of its own has that of its base."""
    codes = (getattr(kind, "code", "") for kind in type(error).__mro__)
    return next((STATUS[code] for code in codes if code in STATUS), 500)


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """Make a problem response; `code` is the stable name, `detail` says what to do."""
    body = {
        "type": f"https://w3id.org/mimir-aip/problems/{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    response = Response(json.dumps(body), status, content_type="application/problem+json")
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503, 507):
        response.headers["Retry-After"] = "1"
    return response


def install(app: Flask) -> None:
    """Answer every error of the application with a problem."""

    @app.errorhandler(MimirError)
    def _mimir(error: MimirError) -> Response:
        status = status_of(error)
        if status == 500:
            app.logger.error("%s: %s", error.code, _one_line(error))
        return problem(status, error.code, str(error), retryable=error.retryable, **error.details)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        status = error.code or 500
        code = str(error.name).lower().replace(" ", "-")
        messages = getattr(error, "data", {}).get("messages")
        if messages:
            return problem(status, "bad-input", "The request does not fit.", errors=messages)
        response = problem(status, code, error.description or error.name)
        if isinstance(error, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return response

    @app.errorhandler(OSError)
    def _system(error: OSError) -> Response:
        code, detail = _SHORTAGES.get(error.errno or 0, ("", ""))
        if not code:
            return _unexpected(error)
        app.logger.error("%s: %s", code, _one_line(error))
        return problem(STATUS[code], code, detail, retryable=True)

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        app.logger.exception("unexpected error", exc_info=error)
        return problem(
            500, "internal-error", "Something went wrong inside. The log of the server has details."
        )


def _one_line(error: Exception) -> str:
    # What a caller sent stands in messages; it must not write lines of the log.
    return str(error).encode("unicode_escape").decode("ascii")
