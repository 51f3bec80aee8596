"""Who may call: nobody needs a token on loopback unless one is set; elsewhere everybody does."""

import hmac
import ipaddress
from urllib.parse import urlsplit

from flask import Request, g

from app.cors import CORS_DOORS, allows
from app.errors import Forbidden, Unauthorized
from app.operations.registry import Permission
from app.services import Services
from app.settings import Settings
from graph.errors import BadInput

_LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]", "::1"}


def check_settings(settings: Settings) -> None:
    """Refuse to listen beyond loopback without a token.

    Raises:
        BadInput: the host is not loopback and there is no token.
    """
    if not is_loopback(settings.host) and not settings.token:
        raise BadInput(
            f"Listening on {settings.host} lets others in: set MIMIR_TOKEN to a long secret first, "
            "or listen on 127.0.0.1."
        )


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine's own."""
    if host in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def authorize(services: Services, request: Request, permission: Permission) -> None:
    """Let the call through or refuse it.

    Raises:
        Unauthorized: a token is needed and missing or wrong.
        Forbidden: a web page of another site made the call, or only workers may make it.
    """
    # The audit wants to know what was asked for, also when it is refused.
    g.permission = permission
    worker = is_worker(services, request)
    if permission == "worker" and not worker:
        raise Forbidden("Only Mimir's own workers may call this.")
    if worker:
        return
    token = services.settings.token
    if token and not _matches(request, token):
        raise Unauthorized("Send the token of this server as 'Authorization: Bearer <token>'.")
    if not token:
        _refuse_other_sites(services, request)


def is_worker(services: Services, request: Request) -> bool:
    """Tell whether the call carries the workers' token."""
    return _matches(request, services.worker_token)


def _matches(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode())


def _refuse_other_sites(services: Services, request: Request) -> None:
    # Without a token the browser must not become a way in: neither through a name that was
    # rebound to loopback (Host) nor through a form of another site (Origin).
    if not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
        raise Forbidden("This server answers to localhost only.")
    origin = request.headers.get("Origin")
    allowed = request.blueprint in CORS_DOORS and allows(services.settings, origin or "")
    if origin and urlsplit(origin).netloc != request.host and not allowed:
        raise Forbidden("Pages of other sites may not call this server.")
