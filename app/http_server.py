"""The HTTP server: waitress, with an end for connections whose other side makes no progress.

Waitress lets a caller who stops reading, or who sends a request byte by byte, keep a thread or a
connection for as long as it likes. Here a transfer that is under way must move a little all the
time, and one address leaves room for others. A request that is refused before all of it came is
answered at once; what still comes is thrown away for a moment, so that the caller can read why.
"""

import contextlib
import resource
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

from app.http_request import IncomingRequest, RefusedRequest

PATIENCE = 30.0
"""Seconds in which a transfer must move `LEAST_BYTES`."""
LEAST_BYTES = 64 << 10
_IDLE = 75.0
_LINGER = 2.0
_CLEANUP = 5
CONNECTIONS = 1_000
_FILES = 65_536
_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
# Closing sends a reset at once, so that an answer cut short never looks complete.
_RESET = struct.pack("ii", 1, 0)


class _Channel(HTTPChannel):  # type: ignore[misc] # waitress has no types
    """A connection that knows how much it moved lately."""

    parser_class = IncomingRequest
    error_task_class = RefusedRequest

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._lingers = False
        self._lingering_since: float | None = None
        self._moved = self._mark = 0
        self._since = time.monotonic()
        super().__init__(*arguments, **options)

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send what the socket takes; gives the number of bytes."""
        sent: int = super().send(data, do_close=do_close)
        self._moved += sent
        return sent

    def received(self, data: bytes) -> bool:
        """Take bytes of a request."""
        if self._lingering_since is not None:
            return True
        self._moved += len(data)
        taken: bool = super().received(data)
        return taken

    def readable(self) -> bool:
        """Tell whether more may come."""
        return self._lingering_since is not None or bool(super().readable())

    def linger(self) -> None:
        """Have the connection take for a moment what comes after the answer under way."""
        self._lingers = True

    def handle_close(self) -> None:
        """Close the connection, or this side of it first (RFC 9112, section 9.6)."""
        if self._lingers and self.connected:
            self._lingers = False
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
                self.will_close = self.close_when_flushed = False
                self._lingering_since = time.monotonic()
                return
        super().handle_close()

    def end_if_stalled(self, now: float, patience: float) -> None:
        """Cut the connection if what is under way does not move.

        Args:
            now: monotonic seconds.
            patience: seconds in which a transfer must move `LEAST_BYTES`.
        """
        if self._lingering_since is not None:
            if now - self._lingering_since >= _LINGER:
                self.handle_close()
            return
        sending = bool(self.total_outbufs_len)
        # What follows a request that is being answered is not read yet.
        receiving = self.request is not None and not self.requests
        if not (sending or receiving) or self._moved - self._mark >= LEAST_BYTES:
            self._mark, self._since = self._moved, now
        elif now - self._since >= patience:
            self._cut(late=receiving and not sending)

    def _cut(self, *, late: bool) -> None:
        with contextlib.suppress(OSError):
            if late:
                self.socket.send(_LATE)
            else:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            # The server's loop sees the end of the connection and closes it.
            self.socket.shutdown(socket.SHUT_RDWR)
        self.will_close = True


class HttpServer(TcpWSGIServer):  # type: ignore[misc] # waitress has no types
    """Serves a WSGI application until `close`.

    Args:
        patience: seconds in which a transfer must move `LEAST_BYTES`.
        connections: at a time; one address has half of them at most.
    """

    channel_class = _Channel

    def __init__(
        self,
        application: Callable[..., Any],
        *,
        patience: float = PATIENCE,
        connections: int = CONNECTIONS,
        **options: Any,
    ) -> None:
        self._patience = patience
        self._share = connections // 2
        super().__init__(
            application,
            connection_limit=connections,
            channel_timeout=_IDLE,
            cleanup_interval=min(_CLEANUP, patience / 2),
            # select() ends the server at descriptor 1024, and thirty open projects have more.
            asyncore_use_poll=True,
            channel_request_lookahead=1,
            ident="mimir",
            **options,
        )

    def maintenance(self, now: float) -> None:
        """Close connections that are idle, and those that stall."""
        super().maintenance(now)
        monotonic = time.monotonic()
        for channel in list(self.active_channels.values()):
            channel.end_if_stalled(monotonic, self._patience)

    def handle_accept(self) -> None:
        """Take a connection; an address that has half of all places gets no more."""
        super().handle_accept()
        channels = list(self.active_channels.values())
        if len(channels) > self._share:
            addresses = Counter(channel.addr[0] for channel in channels)
            newest = channels[-1]
            if addresses[newest.addr[0]] > self._share:
                newest.handle_close()


def allow_many_files() -> None:
    """Raise this process's limit of open files as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, _FILES) if hard != resource.RLIM_INFINITY else _FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
