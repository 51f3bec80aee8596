"""One reader process, seen from the serving process: start it, ask it, kill it."""

import contextlib
import json
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from graph.errors import QueryTimeout, ReaderDied, StoreUnavailable
from graph.readers.fork_server import STOPPED, ForkServer, lost, state_of
from graph.readers.gate import QueryTooComplex

_START_SECONDS = 20.0
_POLL = 0.1
_HEAVY_SECONDS = 1.0
_NICENESS = 10
_NOT_RUNNING = STOPPED | {"X", "Z", ""}


class Reader:
    """One reader process and its pipes.

    Args:
        forks: makes the process.
        seconds: its time limit, for messages.
        memory, answer_bytes: caps that the process puts on itself once and for all.

    Raises:
        StoreUnavailable: the process cannot confine itself, so it must not see untrusted texts.
    """

    def __init__(self, forks: ForkServer, seconds: float, memory: int, answer_bytes: int) -> None:
        self._seconds = seconds
        self._buffer = b""
        self._forks = forks
        self._code: int | None = None
        self.niced = False
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            options = {
                "memory": memory,
                "answer_bytes": answer_bytes,
                "probe": listener.getsockname()[1],
            }
            self._forked = forks.fork(options)
            try:
                self._await_proof(listener)
            except BaseException:
                self.kill()
                raise

    @property
    def process(self) -> int:
        """The number of the process."""
        return self._forked.process

    @property
    def alive(self) -> bool:
        """Whether the process still runs; one that was stopped does not."""
        return state_of(self.process) not in _NOT_RUNNING

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
        try:
            self._forked.into.write(json.dumps(request).encode() + b"\n")
            self._forked.into.flush()
        except OSError as error:
            raise lost() from error
        return self._receive(deadline, check)

    def kill(self) -> int:
        """End the process at once; gives its exit code."""
        if self._code is None:
            self._code = self._forks.end(self._forked)
            for pipe in (self._forked.into, self._forked.out):
                with contextlib.suppress(OSError):
                    pipe.close()
        return self._code

    def _await_proof(self, listener: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            selector.register(self._forked.out, selectors.EVENT_READ)
            ready: set[Any] = set()
            deadline = time.monotonic() + _START_SECONDS
            while not ready and time.monotonic() < deadline and not self._stopped():
                ready = {key.fileobj for key, _ in selector.select(_POLL)}
        if listener in ready:
            raise _unsafe("a query could open a connection")
        if not ready and self._stopped():
            raise lost()
        if not ready:
            raise _unsafe(f"the reader process was not ready within {_START_SECONDS:g} s")
        try:
            answer = self._receive(time.monotonic() + _START_SECONDS, lambda: None)
        except ReaderDied as error:
            raise _unsafe("the reader process ended") from error
        if "refused" in answer:
            raise _unsafe(answer["refused"])

    def _receive(self, deadline: float, check: Callable[[], None]) -> dict[str, Any]:
        heavy = time.monotonic() + _HEAVY_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self._forked.out, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                now = time.monotonic()
                if not selector.select(min(_POLL, max(0.0, deadline - now))):
                    check()
                    if self._stopped():
                        raise lost()
                    if now >= heavy and not self.niced:
                        self._give_way()
                    if now >= deadline:
                        raise QueryTimeout(
                            f"The query took longer than {self._seconds:g} s and was ended. "
                            "Narrow it, or ask for a higher limit."
                        )
                    continue
                chunk = self._forked.out.read1(1 << 16)  # type: ignore[attr-defined] # buffered
                if not chunk:
                    raise self._death()
                self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _stopped(self) -> bool:
        return state_of(self.process) in STOPPED

    def _give_way(self) -> None:
        # Short queries of others go first; the process cannot take this back and is not used again.
        self.niced = True
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._forked.process, _NICENESS)

    def _death(self) -> Exception:
        code = self.kill()
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
