"""Where a remote store is: the addresses of its services, and how the owner proves who it is."""

from base64 import b64encode
from dataclasses import dataclass, field

from graph.errors import BadInput
from graph.remote.sparql_http import SparqlHttpStore

_QUERY_SECONDS = 300.0
# Copying a graph inside the store takes as long as it takes.
_UPDATE_SECONDS = 3600.0


@dataclass(frozen=True)
class RemoteAddress:
    """A store that speaks SPARQL 1.1 Query, Update and Graph Store Protocol.

    Attributes:
        query, update, graphs: addresses of its services.
        authorization: what proves who is asking, as the header of that name says it; never shown.
    """

    query: str
    update: str
    graphs: str
    authorization: str = field(default="", repr=False)

    def store(self) -> SparqlHttpStore:
        """Bind a store to the address."""
        return SparqlHttpStore(
            self.query,
            self.update,
            self.graphs,
            authorization=self.authorization,
            timeout=_QUERY_SECONDS,
            update_timeout=_UPDATE_SECONDS,
        )


def read_address(text: str, token: str = "", password: str = "") -> RemoteAddress:
    """Read an address: that of a Fuseki dataset, or three for query, update and graph store.

    Args:
        token: sent as a bearer token (RFC 6750).
        password: a user's name and password with a colon between, sent as RFC 7617 says.

    Raises:
        BadInput: it is neither, not http, or holds a password.
    """
    parts = text.split(",")
    if len(parts) == 1:
        base = text.rstrip("/")
        parts = ["/".join((base, service)) for service in ("query", "update", "data")]
    if "@" in text:
        raise BadInput("A store address must not hold a password; use MIMIR_REMOTE_PASSWORDS.")
    if len(parts) != 3 or not all(part.startswith(("http://", "https://")) for part in parts):
        raise BadInput(
            f"The store address {text!r} must be that of a Fuseki dataset, or the addresses of the "
            "query, update and graph store services with commas between them; all http or https."
        )
    return RemoteAddress(parts[0], parts[1], parts[2], _authorization(token, password))


def _authorization(token: str, password: str) -> str:
    if token and password:
        raise BadInput("A store has a token or a password, not both.")
    if token:
        return f"Bearer {token}"
    if not password:
        return ""
    if ":" not in password:
        raise BadInput("A password of a store is written as user:password.")
    return f"Basic {b64encode(password.encode()).decode()}"
