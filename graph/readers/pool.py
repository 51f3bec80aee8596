"""A pool of reader processes: untrusted SPARQL runs there, on checkpoints, and can be killed."""

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.changes import Patch, read_patch
from graph.errors import (
    MimirError,
    StoreUnavailable,
    errors_by_code,
)
from graph.readers.admission import Admission
from graph.readers.federation import fetched, may_fetch
from graph.readers.fork_server import KeptForkServer, ReaderLost, lost
from graph.readers.gate import LONGEST_QUERY, LONGEST_UPDATE, check, require_length
from graph.readers.rdf_io import Upload, Uploaded
from graph.readers.reader import Reader
from graph.readers.request import described, scope_fields
from graph.readers.running import Call, Place, RunningQueries
from graph.readers.update import Scope
from graph.terms import NamedNode

JSON_RESULTS = "application/sparql-results+json"
TURTLE = "text/turtle"
_STARTS = 3
_ATTEMPTS = 3
_READER = "graph.readers.process"


@dataclass(frozen=True)
class Limits:
    """What queries may use.

    Attributes:
        seconds: of one query, waiting included.
        memory: bytes of address space of a reader process.
        answer_bytes: bytes of one answer.
        rows: solutions of one answer; None: no limit but the bytes.
        parallel: queries of one caller at a time.
        text_bytes: bytes of one query text.
        services: hosts that SERVICE and LOAD may name, as `host` or `host:port`.
        long: queries at a time that take longer than a second, besides the short ones; 0: all
            share the same slots.
    """

    seconds: float = 30.0
    memory: int = 2 << 30
    answer_bytes: int = 1 << 30
    rows: int | None = None
    parallel: int = 5
    text_bytes: int = LONGEST_QUERY
    services: tuple[str, ...] = ()
    long: int = 0


@dataclass(frozen=True)
class Query:
    """A SPARQL text and how to answer it.

    Attributes:
        text: SPARQL 1.1 Query.
        default, named: the dataset; FROM may only narrow it.
        results, graph: media types for solutions and for graphs; empty: such an answer is refused.
        protocol_dataset: the dataset was named by the protocol and overrides FROM.
        base: what relative IRIs are resolved against.
        skolem: prefix of IRIs that the answer shows as blank nodes; empty: none are.
        closed: prefixes of graph IRIs. Where there are any, FROM may name every graph that starts
            with none of them, be it empty; otherwise graphs of the dataset only.
    """

    text: str
    default: Sequence[NamedNode]
    named: Sequence[NamedNode] = ()
    results: str = JSON_RESULTS
    graph: str = TURTLE
    protocol_dataset: bool = False
    base: str = ""
    skolem: str = ""
    closed: Sequence[str] = ()


@dataclass(frozen=True)
class Answer:
    """A complete answer in a file: its kind (solutions, boolean, graph) and media type."""

    kind: str
    media: str
    path: Path


@dataclass(frozen=True)
class Dump:
    """Graphs to write out; the answer's kind is `empty` when they hold nothing.

    Attributes:
        dataset: as quads; otherwise as the triples of all graphs.
        home: the graph that stands in the dataset's default graph; there is one in datasets only.
        open_to: a scope, all of whose open graphs are written too.
        skolem: prefix of the IRIs that are shown as blank nodes; empty: none are.
    """

    graphs: Sequence[NamedNode]
    media: str
    dataset: bool = False
    home: NamedNode | None = None
    open_to: Scope | None = None
    skolem: str = ""


class NothingAcceptable(MimirError):
    """The answer is of a kind for which the caller accepts no media type."""

    code = "not-acceptable"


class AnswerTooLarge(MimirError):
    """The answer has more rows or bytes than one answer may have; nothing of it was sent."""

    code = "answer-too-large"


class _QueryFailed(MimirError):
    code = "query-failed"


class ReaderPool:
    """At most `size` reader processes and one kept for callers who have none; started when needed.

    Args:
        spool: folder for answers on their way out.
        whose: tells who asks; called in the caller's thread.
    """

    def __init__(
        self, size: int, limits: Limits, spool: Path, whose: Callable[[], Call] = Call
    ) -> None:
        self.limits = limits
        self.queries = RunningQueries()
        self._spool = spool
        spool.mkdir(parents=True, exist_ok=True)
        self._whose = whose
        self._admission = Admission(size, limits.parallel, limits.long)
        self._lock = threading.Lock()
        self._idle: list[Reader] = []
        self._forks = KeptForkServer(_READER)
        self._closed = False

    @contextmanager
    def query(self, store: Path, query: Query) -> Iterator[Answer]:
        """Evaluate a query on a checkpoint; the answer's file lives as long as the context.

        Raises:
            BadQuery: the text is not valid.
            GraphForbidden: FROM names a graph outside the dataset.
            QueryTooComplex, NetworkRefused: the gate refuses the text.
            AnswerTooLarge: the answer has too many rows or bytes.
            TooManyQueries: the caller's share of the readers is used up.
            QueryCancelled: somebody ended it, or the caller left.
            QueryTimeout, ReaderDied: a limit was passed; the reader is gone, nothing else is.
        """
        request = {**asked(store, query), "rows": self.limits.rows}
        with self.output() as output:
            answer = self._run({**request, "output": str(output)})
            yield Answer(answer["kind"], answer["media"], output)

    def explain(self, store: Path, query: Query) -> dict[str, Any]:
        """Explain a query on a checkpoint: a `graph.readers.explain.Explanation` as JSON values.

        Raises:
            MimirError: as `query`.
        """
        return self._run({**asked(store, query), "explain": True})

    def update(self, store: Path | None, text: str, scope: Scope) -> Patch:
        """Evaluate an update on a clone that is thrown away; gives what it would change.

        The patch's header `READS` says whether that depends on what the store holds. Without a
        store the patch of such a text is empty.
        """
        request = {"update": text, "store": str(store or ""), **scope_fields(scope)}
        return self._patch(request)

    @contextmanager
    def parse(
        self, uploads: Sequence[Upload], graph: NamedNode | None, skolem: str, scope: Scope
    ) -> Iterator[tuple[Path, Uploaded]]:
        """Read RDF files into one N-Quads file, which lives as long as the context.

        Args:
            graph: where all triples go; None reads datasets.
            skolem: prefix of the IRIs that take the place of blank nodes.

        Raises:
            BadRdf: a file is not valid.
            GraphForbidden: it writes to a graph that `scope` does not allow.
        """
        request = {
            "uploads": [(str(upload.path), upload.media, upload.base) for upload in uploads],
            "graph": graph.value if graph else None,
            "skolem": skolem,
            **scope_fields(scope),
        }
        with self.output() as output:
            answer = self._run({**request, "output": str(output)})
            yield output, Uploaded(answer["count"], tuple(answer["graphs"]))

    def parse_patch(self, path: Path, graph: NamedNode | None, skolem: str, scope: Scope) -> Patch:
        """Read an RDF Patch that a user wrote; the arguments are those of `parse`.

        Raises:
            BadInput: a row is not understood.
            GraphForbidden: a row is about a graph that `graph` or `scope` does not allow.
        """
        about = {"graph": graph.value if graph else None, "skolem": skolem}
        return self._patch({"patch": str(path), **about, **scope_fields(scope)})

    @contextmanager
    def dump(self, store: Path, dump: Dump) -> Iterator[Answer]:
        """Write graphs of a checkpoint to a file, which lives as long as the context."""
        request = {
            "store": str(store),
            "graphs": [graph.value for graph in dump.graphs],
            "media": dump.media,
            "dataset": dump.dataset or dump.home is not None,
            "open_to": scope_fields(dump.open_to) if dump.open_to else None,
            "home": dump.home.value if dump.home else None,
            "skolem": dump.skolem,
        }
        with self.output() as output:
            answer = self._run({**request, "output": str(output)})
            yield Answer(answer["kind"], answer["media"], output)

    def close(self) -> None:
        """End all readers, busy ones with their query."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.kill()
        self._forks.close()

    def _patch(self, request: Mapping[str, Any]) -> Patch:
        with self.output() as output:
            self._run({**request, "output": str(output)})
            return read_patch(output.read_bytes())

    @contextmanager
    def output(self) -> Iterator[Path]:
        """Give an empty file for an answer on its way out."""
        handle, name = tempfile.mkstemp(dir=self._spool)
        os.close(handle)
        try:
            yield Path(name)
        finally:
            # A reader that was killed leaves what it wrote beside its output.
            for path in self._spool.glob(f"{Path(name).name}*"):
                path.unlink(missing_ok=True)

    def _run(self, request: Mapping[str, Any]) -> dict[str, Any]:
        with self.place(request) as place, self.fetched(request, place) as whole:
            return self.ask(whole, place)

    @contextmanager
    def fetched(self, request: Mapping[str, Any], place: Place) -> Iterator[dict[str, Any]]:
        """Give a request with what its SERVICE and LOAD fetch, as long as the context lasts.

        Raises:
            MimirError: as `graph.readers.federation.fetched`.
        """
        text, hosts = self._outgoing(request), self.limits.services
        with fetched(text, hosts, self._spool, place.deadline, place.proceed) as found:
            yield {**request, "fetched": found}

    @contextmanager
    def place(self, request: Mapping[str, Any]) -> Iterator[Place]:
        """Hold a place among the queries while the context lasts.

        Raises:
            TooManyQueries: the caller's share of the readers is used up.
            QueryTimeout: none became free in time.
        """
        deadline = time.monotonic() + self.limits.seconds
        call = self._whose()
        with (
            self.queries.entered(call, described(request)) as (entry, stop),
            # Who gives no name competes with nobody but itself.
            self._admission.slot(call.caller or entry.id, deadline, stop) as keeps,
        ):
            entry.state = "running"

            def proceed() -> None:
                """Stop the query that was cancelled, or whose slot another caller got."""
                stop()
                keeps()

            yield Place(deadline, proceed)

    def ask(self, request: Mapping[str, Any], place: Place) -> dict[str, Any]:
        """Have a reader process answer a request.

        The gate stands there too: a text of 8 MiB would hold up this process for seconds.

        Raises:
            MimirError: what the process says went wrong; a limit that was passed.
        """
        require_length(_text(request), self._longest(request))
        gate = {"longest": self._longest(request), "services": self.limits.services}
        answer = self._answered({**request, "gate": gate}, place)
        if "error" in answer:
            raise errors_by_code().get(answer["error"], _QueryFailed)(answer["message"])
        return answer

    def _answered(self, request: Mapping[str, Any], place: Place) -> dict[str, Any]:
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._ask_once(request, place)
            except ReaderLost:
                if "update" in request:  # it may have changed its clone already
                    raise
        return self._ask_once(request, place)

    def _longest(self, request: Mapping[str, Any]) -> int:
        return LONGEST_UPDATE if "update" in request else self.limits.text_bytes

    def _outgoing(self, request: Mapping[str, Any]) -> str:
        """Give a text that may ask other servers, once the gate let it pass; else nothing."""
        text, hosts = _text(request), self.limits.services
        if not hosts or not may_fetch(text):
            return ""
        longest = self._longest(request)
        check(text, update="update" in request, longest=longest, allow_services=hosts)
        return text

    def _ask_once(self, request: Mapping[str, Any], place: Place) -> dict[str, Any]:
        reader = self._take()
        answer = None
        try:
            answer = reader.ask(request, place.deadline, place.proceed)
        finally:
            # A reader whose answer was not read would give it to the next query.
            if answer is None or reader.niced or not self._keep(reader):
                reader.kill()
        return answer

    def _keep(self, reader: Reader) -> bool:
        with self._lock:
            if not self._closed:
                self._idle.append(reader)
            return not self._closed

    def _take(self) -> Reader:
        trouble: MimirError = lost()
        for _ in range(_STARTS):
            while reader := self._idle_reader():
                if reader.alive:
                    return reader
                reader.kill()
            try:
                limits = self.limits
                forks = self._forks.get()
                return Reader(forks, limits.seconds, limits.memory, limits.answer_bytes)
            except ReaderLost as error:
                trouble = error
        raise trouble

    def _idle_reader(self) -> Reader | None:
        with self._lock:
            if self._closed:
                raise StoreUnavailable("The readers are closed: the program is ending.")
            return self._idle.pop() if self._idle else None


def _text(request: Mapping[str, Any]) -> str:
    return str(request.get("query", request.get("update", "")))


def asked(store: Path, query: Query) -> dict[str, Any]:
    """Put a query of a store into JSON values."""
    plain = ("results", "graph", "protocol_dataset", "base", "skolem", "closed")
    return {
        "query": query.text,
        "store": str(store),
        "default": [graph.value for graph in query.default],
        "named": [graph.value for graph in query.named],
        **{name: getattr(query, name) for name in plain},
    }
