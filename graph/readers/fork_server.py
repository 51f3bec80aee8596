"""A process that has everything imported and copies itself: readers start in milliseconds.

It is the parent of the reader processes, so it tells how they ended, and they end with it. It is
started from a thread that stays, for the kernel ends it with that thread.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from graph.errors import StoreUnavailable
from graph.sandbox import die_with_parent

_REPLY_SECONDS = 20.0
_POLL = 0.1
_LONGEST_MESSAGE = 4096
STOPPED = frozenset("Tt")
"""States of a process that somebody stopped."""


class ReaderLost(StoreUnavailable):
    """Somebody else killed or stopped the reader process, so its query may be asked again."""


def lost() -> ReaderLost:
    """Make the error of a process that was ended from outside."""
    return ReaderLost("The reader process was ended from outside. Try again.")


def state_of(process: int) -> str:
    """Give the state of a process in the letter of /proc: R, S, D, T, Z; empty: it is gone."""
    with contextlib.suppress(OSError, IndexError):
        text = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
        return text.rpartition(")")[2].split()[0]
    return ""


@dataclass(frozen=True)
class Forked:
    """A copy of the fork server: its process and the pipes to and from it."""

    process: int
    into: BinaryIO
    out: BinaryIO


class ForkServer:
    """The fork server, seen from the serving process.

    Args:
        module: what it imports and runs; its `main` calls `serve_forks`.
    """

    def __init__(self, module: str) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module], stdin=theirs.fileno(), stderr=subprocess.DEVNULL
            )
        self._socket.settimeout(_POLL)
        self._lock = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def fork(self, options: Mapping[str, Any]) -> Forked:
        """Make a process that runs with these options.

        Raises:
            ReaderLost: the fork server is gone.
        """
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        try:
            answer = self._ask({"fork": options}, [theirs_in, theirs_out])
        except BaseException:
            os.close(ours_in)
            os.close(ours_out)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        return Forked(answer["process"], os.fdopen(ours_in, "wb"), os.fdopen(ours_out, "rb"))

    def end(self, forked: Forked) -> int:
        """Kill a process if it runs, and give its exit code; that of a signal is negative."""
        try:
            # Until it is waited for its number belongs to nobody else.
            if self._process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(forked.process, signal.SIGKILL)
            return int(self._ask({"wait": forked.process})["code"])
        except ReaderLost:
            return -signal.SIGKILL

    def close(self) -> None:
        """End the server, and with it all its copies."""
        self._process.kill()
        self._process.wait()
        self._socket.close()

    def _ask(self, request: Mapping[str, Any], files: list[int] | None = None) -> dict[str, Any]:
        with self._lock:
            try:
                socket.send_fds(self._socket, [json.dumps(request).encode()], files or [])
                answer = self._receive()
            except OSError:
                answer = b""
            if not answer:
                # An answer that came late would answer the next question.
                self._process.kill()
                self._process.wait()
                raise lost()
        found: dict[str, Any] = json.loads(answer)
        return found

    def _receive(self) -> bytes:
        deadline = time.monotonic() + _REPLY_SECONDS
        while time.monotonic() < deadline and state_of(self._process.pid) not in STOPPED:
            with contextlib.suppress(TimeoutError):
                return self._socket.recv(_LONGEST_MESSAGE)
        return b""


class KeptForkServer:
    """A fork server that is started when it is needed, and again when it is gone.

    Args:
        module: as for `ForkServer`.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = threading.Lock()
        self._server: ForkServer | None = None
        # The kernel ends the server with the thread that started it, so that thread must stay.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="fork-server")

    def get(self) -> ForkServer:
        """Give the server."""
        with self._lock:
            if self._server is None or not self._server.alive:
                self._server = self._starter.submit(ForkServer, self._module).result()
            return self._server

    def close(self) -> None:
        """End the server, and with it all its copies."""
        with self._lock:
            if self._server:
                self._server.close()
            self._starter.shutdown()


def serve_forks(run: Callable[[Mapping[str, Any]], None]) -> None:
    """Fork for each request on standard input; each copy calls `run` and ends.

    Args:
        run: gets the options; its standard input and output are pipes.
    """
    die_with_parent()
    with socket.socket(fileno=os.dup(0)) as server:
        while True:
            text, files, _, _ = socket.recv_fds(server, _LONGEST_MESSAGE, 2)
            if not text:
                return
            request = json.loads(text)
            if "wait" in request:
                _, status = os.waitpid(request["wait"], 0)
                answer = {"code": os.waitstatus_to_exitcode(status)}
            else:
                process = os.fork()
                if process == 0:
                    server.close()
                    os.dup2(files[0], 0)
                    os.dup2(files[1], 1)
                    run(request["fork"])
                    os._exit(0)
                answer = {"process": process}
            for file in files:
                os.close(file)
            server.send(json.dumps(answer).encode())
