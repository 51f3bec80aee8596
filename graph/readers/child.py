"""A copy of a fork server that answers requests, one JSON object a line, and may be killed."""

import contextlib
import json
import selectors
import time
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from graph.readers.fork_server import STOPPED, ForkServer, lost, state_of

POLL = 0.1
_NOT_RUNNING = STOPPED | {"X", "Z", ""}
_BLOCK = 1 << 16


class ChildLate(Exception):
    """The deadline passed; the process still works."""


class ChildEnded(Exception):
    """The process ended instead of answering; its exit code, that of a signal negative."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ended with code {code}")
        self.code = code


class Child:
    """One process and its pipes.

    Args:
        forks: makes the process.
        options: what its `run` gets; at most 4 KB as JSON.

    Raises:
        ReaderLost: the fork server is gone.
    """

    def __init__(self, forks: ForkServer, options: Mapping[str, Any]) -> None:
        self._buffer = b""
        self._forks = forks
        self._code: int | None = None
        self._forked = forks.fork(options)

    @property
    def process(self) -> int:
        """The number of the process."""
        return self._forked.process

    @property
    def alive(self) -> bool:
        """Whether the process still runs; one that was stopped does not."""
        return state_of(self.process) not in _NOT_RUNNING

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped the process."""
        return state_of(self.process) in STOPPED

    @property
    def out(self) -> BinaryIO:
        """What it writes."""
        return self._forked.out

    def ask(
        self, request: Mapping[str, Any], deadline: float, check: Callable[[], None]
    ) -> dict[str, Any]:
        """Send a request and wait for its answer until the deadline (monotonic seconds).

        Args:
            check: called while waiting, ten times a second; what it raises ends the wait.

        Raises:
            ReaderLost: somebody else killed or stopped the process.
            ChildLate, ChildEnded: there is no answer.
        """
        try:
            self._forked.into.write(json.dumps(request).encode() + b"\n")
            self._forked.into.flush()
        except OSError as error:
            raise lost() from error
        return self.receive(deadline, check)

    def receive(self, deadline: float, check: Callable[[], None]) -> dict[str, Any]:
        """Wait for what the process says; the arguments and errors are those of `ask`."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._forked.out, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                now = time.monotonic()
                if not selector.select(min(POLL, max(0.0, deadline - now))):
                    check()
                    if self.stopped:
                        raise lost()
                    if now >= deadline:
                        raise ChildLate
                    continue
                chunk = self._forked.out.read1(_BLOCK)  # type: ignore[attr-defined] # buffered
                if not chunk:
                    raise ChildEnded(self.kill())
                self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def kill(self) -> int:
        """End the process at once; gives its exit code."""
        if self._code is None:
            self._code = self._forks.end(self._forked)
            for pipe in (self._forked.into, self._forked.out):
                with contextlib.suppress(OSError):
                    pipe.close()
        return self._code
