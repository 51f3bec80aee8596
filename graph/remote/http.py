"""Requests to a remote store over HTTP.

No redirect is followed: it would make a GET of an update, and show the credentials to another host.
Each request has a connection of its own, so none meets one that the store is just closing.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import httpx

from graph.errors import BadQuery, MimirError
from graph.remote.sparql_http_errors import failure, translated

_CONNECT_SECONDS = 10.0
_PIECE = 1 << 16


class Answer:
    """The body of an answer while it arrives, and what it is said to be."""

    def __init__(self, response: httpx.Response) -> None:
        self.media = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        self._pieces = response.iter_bytes(_PIECE)
        self._rest = b""

    def read(self, size: int = -1, /) -> bytes:
        """Read at most `size` bytes; nothing at the end.

        Raises:
            httpx.TransportError: the answer was cut.
        """
        if size < 0:
            whole, self._rest = b"".join((self._rest, *self._pieces)), b""
            return whole
        if not self._rest:
            self._rest = next(self._pieces, b"")
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


@contextmanager
def posted(
    url: str,
    content: bytes | Iterable[bytes],
    headers: Mapping[str, str],
    *,
    authorization: str = "",
    timeout: float,
    refused: type[MimirError] = BadQuery,
) -> Iterator[Answer]:
    """Send a request, and give the answer as long as the context lasts.

    Args:
        authorization: what the header of that name says; never part of an error.
        timeout: seconds without a byte after which the store is given up.
        refused: what a request that the store does not understand becomes.

    Raises:
        AnswerLost: the request was sent, but no whole answer came.
        StoreUnavailable: the store cannot be reached, or failed.
        StoreRefused: the store does not allow it, or sends the caller elsewhere.
    """
    own = {"Accept-Encoding": "identity", "Authorization": authorization}
    sent = {name: value for name, value in {**own, **headers}.items() if value}
    limits = httpx.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS))
    with (
        translated(url),
        _client().stream("POST", url, content=content, headers=sent, timeout=limits) as response,
    ):
        if not response.is_success:
            raise failure(url, response, authorization, refused)
        yield Answer(response)


@cache
def _client() -> httpx.Client:
    # Made once: reading the trusted certificates takes longer than a request.
    return httpx.Client(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
