"""Who asks: the identity under which a request's queries run, are counted and can be cancelled."""

import hashlib
import re
import secrets

from flask import Response, after_this_request, g, has_request_context, request

from app.errors import BadRequest
from graph.readers.running import Call

QUERY_ID = "Mimir-Query-Id"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def current_call() -> Call:
    """Give the call of the request that is served now; its answer will name the id.

    Raises:
        BadRequest: the caller chose an id that is none.
    """
    if not has_request_context():
        return Call()
    if "call" not in g:
        environment = request.environ
        g.call = Call(
            _identifier(),
            caller_name(),
            # Waitress tells this when it is made with a lookahead of one request.
            environment.get("waitress.client_disconnected", Call().left),
        )
        after_this_request(_name_query)
    call: Call = g.call
    return call


def _identifier() -> str:
    chosen = request.headers.get(QUERY_ID)
    if chosen is None:
        return secrets.token_hex(8)
    if not _ID.fullmatch(chosen):
        raise BadRequest(f"{QUERY_ID} takes up to 64 letters, digits, dots, hyphens and _.")
    return chosen


def caller_name() -> str:
    """Name who makes the request that is served now: address, and a digest of what authorizes."""
    address = request.remote_addr or "unknown"
    given = request.headers.get("Authorization")
    return f"{address} {hashlib.sha256(given.encode()).hexdigest()[:8]}" if given else address


def _name_query(response: Response) -> Response:
    response.headers[QUERY_ID] = g.call.id
    return response
