"""One process for untrusted SPARQL, seen from the serving process: start it, ask it, kill it."""

import contextlib
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from graph.errors import QueryTimeout, ReaderDied, StoreUnavailable
from graph.readers.child import POLL, Child, ChildEnded, ChildLate
from graph.readers.fork_server import ForkServer, lost
from graph.readers.gate import QueryTooComplex

_START_SECONDS = 20.0
_HEAVY_SECONDS = 1.0
_NICENESS = 10


class Reader:
    """One reader process.

    Args:
        forks: makes the process.
        seconds: its time limit, for messages.
        memory, answer_bytes: caps that the process puts on itself once and for all.

    Raises:
        StoreUnavailable: the process cannot confine itself, so it must not see untrusted texts.
    """

    def __init__(self, forks: ForkServer, seconds: float, memory: int, answer_bytes: int) -> None:
        self._seconds = seconds
        self.niced = False
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            options = {
                "memory": memory,
                "answer_bytes": answer_bytes,
                "probe": listener.getsockname()[1],
            }
            self._child = Child(forks, options)
            try:
                self._await_proof(listener)
            except BaseException:
                self.kill()
                raise

    @property
    def process(self) -> int:
        """The number of the process."""
        return self._child.process

    @property
    def alive(self) -> bool:
        """Whether the process still runs; one that was stopped does not."""
        return self._child.alive

    def ask(
        self, request: Mapping[str, Any], deadline: float, check: Callable[[], None]
    ) -> dict[str, Any]:
        """Send a request and wait for its answer until the deadline (monotonic seconds).

        Args:
            check: called while waiting; what it raises ends the wait.

        Raises:
            QueryTimeout: the deadline passed.
            QueryTooComplex: the parser's stack overflowed.
            ReaderLost: somebody else killed or stopped the process.
            ReaderDied: the process ended for another reason, mostly want of memory.
        """
        heavy = time.monotonic() + _HEAVY_SECONDS

        def watch() -> None:
            """Check, and let short queries of others go before a long one."""
            check()
            if time.monotonic() >= heavy and not self.niced:
                self._give_way()

        try:
            return self._child.ask(request, deadline, watch)
        except ChildLate as error:
            raise QueryTimeout(
                f"The query took longer than {self._seconds:g} s and was ended. "
                "Narrow it, or ask for a higher limit."
            ) from error
        except ChildEnded as ended:
            raise _death(ended.code) from ended

    def kill(self) -> int:
        """End the process at once; gives its exit code."""
        return self._child.kill()

    def _await_proof(self, listener: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            selector.register(self._child.out, selectors.EVENT_READ)
            ready: set[Any] = set()
            deadline = time.monotonic() + _START_SECONDS
            while not ready and time.monotonic() < deadline and not self._child.stopped:
                ready = {key.fileobj for key, _ in selector.select(POLL)}
        if listener in ready:
            raise _unsafe("a query could open a connection")
        if not ready and self._child.stopped:
            raise lost()
        if not ready:
            raise _unsafe(f"the reader process was not ready within {_START_SECONDS:g} s")
        try:
            answer = self._child.receive(time.monotonic() + _START_SECONDS, lambda: None)
        except (ChildEnded, ChildLate) as error:
            if isinstance(error, ChildEnded) and error.code == -signal.SIGKILL:
                raise lost() from error
            raise _unsafe("the reader process ended") from error
        if "refused" in answer:
            raise _unsafe(answer["refused"])

    def _give_way(self) -> None:
        # The process cannot take this back and is not used again.
        self.niced = True
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._child.process, _NICENESS)


def _death(code: int) -> Exception:
    if code == -signal.SIGKILL:
        return lost()
    if code == -signal.SIGSEGV:
        return QueryTooComplex("The text is nested too deeply for its parser. Simplify it.")
    return ReaderDied(
        "The query ended its reader: it needs too much memory. Nothing else was touched. "
        "Narrow it, or ask for less at a time."
    )


def _unsafe(reason: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"SPARQL is not served, because readers cannot be confined here: {reason}. "
        "Mimir needs Linux on x86-64 or arm64 with seccomp filters."
    )
