"""A pool of reader processes: untrusted SPARQL runs there, on checkpoints, and can be killed."""

import contextlib
import json
import os
import queue
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.changes import Patch, read_patch
from graph.errors import BadQuery, MimirError, QueryTimeout, ReaderDied, StoreUnavailable
from graph.terms import NamedNode
from graph.update import GraphForbidden, Scope

JSON_RESULTS = "application/sparql-results+json"
TURTLE = "text/turtle"
_START_SECONDS = 20.0


@dataclass(frozen=True)
class Limits:
    """What one query may use: seconds, bytes of memory, bytes of answer."""

    seconds: float = 30.0
    memory: int = 2 << 30
    answer_bytes: int = 1 << 30


@dataclass(frozen=True)
class Query:
    """A SPARQL text and how to answer it.

    Attributes:
        text: SPARQL 1.1 Query.
        default, named: the dataset; FROM may only narrow it.
        results, graph: media types for solutions and for graphs.
        protocol_dataset: the dataset was named by the protocol and overrides FROM.
    """

    text: str
    default: Sequence[NamedNode]
    named: Sequence[NamedNode] = ()
    results: str = JSON_RESULTS
    graph: str = TURTLE
    protocol_dataset: bool = False


@dataclass(frozen=True)
class Answer:
    """A complete answer in a file: its kind (solutions, boolean, graph) and media type."""

    kind: str
    media: str
    path: Path


class _QueryFailed(MimirError):
    code = "query-failed"


_ERRORS: dict[str, type[MimirError]] = {
    kind.code: kind for kind in (BadQuery, GraphForbidden, ReaderDied, StoreUnavailable)
}


class ReaderPool:
    """At most `size` reader processes, started when needed.

    Args:
        spool: folder for answers on their way out.
    """

    def __init__(self, size: int, limits: Limits, spool: Path) -> None:
        self.limits = limits
        self._spool = spool
        spool.mkdir(parents=True, exist_ok=True)
        self._idle: queue.LifoQueue[_Reader | None] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(None)
        self._closed = threading.Event()
        # The kernel ends a reader with the thread that started it, so that thread must stay.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="reader-starter")

    @contextmanager
    def query(self, store: Path, query: Query) -> Iterator[Answer]:
        """Evaluate a query on a checkpoint; the answer's file lives as long as the context.

        Raises:
            BadQuery: the text is not valid.
            GraphForbidden: FROM names a graph outside the dataset.
            QueryTimeout, ReaderDied: a limit was passed; the reader is gone, nothing else is.
        """
        request = {
            "query": query.text,
            "store": str(store),
            "default": [graph.value for graph in query.default],
            "named": [graph.value for graph in query.named],
            "results": query.results,
            "graph": query.graph,
            "protocol_dataset": query.protocol_dataset,
        }
        with self._output() as output:
            answer = self._run({**request, "output": str(output)})
            yield Answer(answer["kind"], answer["media"], output)

    def update(self, store: Path, text: str, scope: Scope) -> Patch:
        """Evaluate an update on a clone that is thrown away; gives what it would change."""
        request = {
            "update": text,
            "store": str(store),
            "default": [graph.value for graph in scope.default],
            "named": [graph.value for graph in scope.named],
            "writable": [graph.value for graph in scope.writable],
        }
        with self._output() as output:
            self._run({**request, "output": str(output)})
            return read_patch(output.read_bytes())

    def close(self) -> None:
        """End all idle readers; busy ones end with their query."""
        self._closed.set()
        with contextlib.suppress(queue.Empty):
            while True:
                reader = self._idle.get_nowait()
                if reader:
                    reader.kill()

    @contextmanager
    def _output(self) -> Iterator[Path]:
        handle, name = tempfile.mkstemp(dir=self._spool)
        os.close(handle)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def _run(self, request: Mapping[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + self.limits.seconds
        if self._closed.is_set():
            raise StoreUnavailable("The readers are closed: the program is ending.")
        try:
            reader = self._idle.get(timeout=self.limits.seconds)
        except queue.Empty:
            raise QueryTimeout(
                f"No reader was free for {self.limits.seconds:g} s. Try again later."
            ) from None
        answer = None
        try:
            if reader is None or not reader.alive:
                reader = self._starter.submit(_Reader, self.limits).result()
            answer = reader.ask(request, deadline)
        finally:
            # A reader whose answer was not read would give it to the next query.
            if answer is None and reader:
                reader.kill()
                reader = None
            self._give_back(reader)
        if "error" in answer:
            raise _ERRORS.get(answer["error"], _QueryFailed)(answer["message"])
        return answer

    def _give_back(self, reader: "_Reader | None") -> None:
        if self._closed.is_set() and reader:
            reader.kill()
            reader = None
        self._idle.put(reader)


class _Reader:
    """One reader process and its pipes."""

    def __init__(self, limits: Limits) -> None:
        options = {"memory": limits.memory, "answer_bytes": limits.answer_bytes}
        self._seconds = limits.seconds
        self._process = subprocess.Popen(
            [sys.executable, "-m", "graph.reader_process", json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._buffer = b""
        try:
            self._receive(time.monotonic() + _START_SECONDS)
        except BaseException:
            self.kill()
            raise

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def ask(self, request: Mapping[str, Any], deadline: float) -> dict[str, Any]:
        """Send a request and wait for its answer until the deadline (monotonic seconds)."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise ReaderDied("The reader process is gone.") from error
        return self._receive(deadline)

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _receive(self, deadline: float) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise QueryTimeout(
                        f"The query took longer than {self._seconds:g} s and was ended. "
                        "Narrow it, or ask for a higher limit."
                    )
                chunk = self._process.stdout.read1(1 << 16)  # type: ignore[attr-defined] # buffered
                if not chunk:
                    raise ReaderDied(
                        "The query ended its reader: it is nested too deeply or needs too much "
                        "memory. Nothing else was touched."
                    )
                self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer
