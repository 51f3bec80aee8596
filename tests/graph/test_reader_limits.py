"""What ends a query besides its answer: limits of the answer, a cancel, a caller who leaves."""

import http.server
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.dataset.snapshots import Snapshots
from graph.errors import BadQuery, Conflict, MimirError, NotFound, ReaderDied
from graph.names import ProjectNames
from graph.readers.fork_server import ReaderLost
from graph.readers.gate import NetworkRefused, QueryTooComplex, QueryTooLong
from graph.readers.pool import AnswerTooLarge, Limits, Query, ReaderPool
from graph.readers.process import _answer, _Stores, prove_confined
from graph.readers.running import Call, QueryCancelled
from graph.readers.update import Scope
from graph.terms import Literal, Quad
from tests.e2e.served import READER, descendants

NAMES = ProjectNames("https://example.org/", "shop")
RESULTS = ("application/sparql-results+json", "application/sparql-results+xml", "text/csv")
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkpoint with 2,000 triples."""
    dataset = Dataset(tmp_path_factory.mktemp("limits") / "shop", NAMES)
    says, graph = NAMES.term("says"), NAMES.data
    quads = (
        Quad(NAMES.thing("Row", [str(number)]), says, Literal("x"), graph) for number in range(2000)
    )
    dataset.commit(ChangeSet(tuple(quads)))
    with Snapshots(dataset).use() as path:
        yield path
    dataset.close()


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[ReaderPool]:
    """A pool whose answers have at most 100 rows."""
    pool = ReaderPool(1, Limits(seconds=20, memory=1 << 30, rows=100), tmp_path)
    yield pool
    pool.close()


def rows(pool: ReaderPool, store: Path, text: str, results: str = "text/csv") -> int:
    with pool.query(store, Query(text, [NAMES.data], results=results)) as answer:
        return answer.path.stat().st_size


@pytest.mark.parametrize("results", [*RESULTS, "text/tab-separated-values"])
def test_an_answer_with_too_many_rows_is_refused_and_never_cut(
    pool: ReaderPool, store: Path, results: str
) -> None:
    assert rows(pool, store, "SELECT * { ?s ?p ?o } LIMIT 100", results)
    with pytest.raises(AnswerTooLarge, match="rows"):
        rows(pool, store, "SELECT * { ?s ?p ?o } LIMIT 101", results)


def test_an_answer_with_too_many_bytes_is_refused(store: Path, tmp_path: Path) -> None:
    pool = ReaderPool(1, Limits(answer_bytes=1 << 20, memory=1 << 30), tmp_path)
    for text in (
        "SELECT * { ?a ?b ?c . ?d ?e ?f }",
        "CONSTRUCT { ?a ?b ?d } { ?a ?b ?c . ?d ?e ?f }",
    ):
        with pytest.raises(AnswerTooLarge, match="bytes"):
            rows(pool, store, text)
    pool.close()


def test_want_of_memory_ends_the_reader(store: Path, tmp_path: Path) -> None:
    pool = ReaderPool(1, Limits(memory=512 << 20), tmp_path)
    text = "SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i"
    with pytest.raises(ReaderDied, match="memory"):
        rows(pool, store, text)

    assert rows(pool, store, "ASK {}")
    pool.close()


def test_the_gate_stands_before_queries_and_updates(pool: ReaderPool, store: Path) -> None:
    scope = Scope((NAMES.data,), (), (NAMES.data,))
    deep = "{" * 100 + "}" * 100
    with pytest.raises(QueryTooComplex, match="nesting"):
        rows(pool, store, f"SELECT * {deep}")
    with pytest.raises(QueryTooComplex, match="nesting"):
        pool.update(store, f"DELETE {{}} WHERE {deep}", scope)
    with pytest.raises(NetworkRefused):
        rows(pool, store, "SELECT * { SERVICE <http://127.0.0.1/> {} }")
    with pytest.raises(NetworkRefused):
        pool.update(store, "LOAD <http://127.0.0.1/>", scope)
    with pytest.raises(QueryTooLong):
        rows(pool, store, "#" * (1 << 20))


def running(pool: ReaderPool, store: Path, text: str, raised: list[MimirError]) -> threading.Thread:
    """Ask in another thread and return when the query is under way."""

    def ask() -> None:
        try:
            rows(pool, store, text)
        except MimirError as error:
            raised.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    pause = threading.Event()
    while not any(query.state == "running" for query in pool.queries.all()):
        pause.wait(0.005)
    return thread


def test_a_query_is_listed_and_can_be_cancelled(store: Path, tmp_path: Path) -> None:
    pool = ReaderPool(1, Limits(), tmp_path, lambda: Call("one", "me"))
    raised: list[MimirError] = []
    thread = running(pool, store, ENDLESS, raised)

    listed = [(query.id, query.caller, query.text) for query in pool.queries.all()]
    with pytest.raises(Conflict, match="one"):
        rows(pool, store, "ASK {}")
    pool.queries.cancel("one")
    thread.join()

    assert listed == [("one", "me", ENDLESS)]
    assert isinstance(raised[0], QueryCancelled)
    assert pool.queries.all() == []
    with pytest.raises(NotFound):
        pool.queries.cancel("one")
    assert rows(pool, store, "ASK {}")
    pool.close()


def test_a_query_whose_caller_leaves_is_ended(store: Path, tmp_path: Path) -> None:
    left = threading.Event()
    pool = ReaderPool(1, Limits(), tmp_path, lambda: Call(left=left.is_set))
    raised: list[MimirError] = []
    thread = running(pool, store, ENDLESS, raised)

    left.set()
    thread.join()

    assert isinstance(raised[0], QueryCancelled)
    pool.close()


class _Answering(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Answer like an empty SPARQL endpoint."""
        body = b'{"head":{"vars":[]},"results":{"bindings":[]}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def test_a_process_that_is_not_confined_fails_the_proof() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), _Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(OSError, match="not forbidden"):
            prove_confined(server.server_address[1])
        server.shutdown()
    with pytest.raises(OSError, match="not forbidden"):
        prove_confined(server.server_address[1])


def test_where_readers_cannot_be_confined_sparql_is_not_served(tmp_path: Path) -> None:
    # Under the personality of a 32-bit machine the sandbox does not know its system calls.
    program = """
        import ctypes, sys
        from pathlib import Path
        from graph.errors import StoreUnavailable
        from graph.readers.pool import Limits, Query, ReaderPool
        ctypes.CDLL(None).personality(0x0008)
        pool = ReaderPool(1, Limits(), Path(sys.argv[1]))
        for _ in range(2):
            try:
                with pool.query(Path("none"), Query("ASK {}", [])):
                    pass
            except StoreUnavailable as error:
                print(error)
        pool.close()
    """

    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.stdout.count("SPARQL is not served") == 2, ran.stderr
    assert "No sandbox is known" in ran.stdout


def test_a_text_that_passes_the_gate_is_still_judged_by_the_engine(
    pool: ReaderPool, store: Path
) -> None:
    with pytest.raises(BadQuery):
        rows(pool, store, "SELECT * { ?s ?p }")


@pytest.mark.parametrize("head", ["CONSTRUCT WHERE", "DESCRIBE ?s WHERE"])
@pytest.mark.parametrize("media", ["text/turtle", "application/n-triples", "application/ld+json"])
def test_a_graph_with_too_many_triples_is_refused_and_never_cut(
    pool: ReaderPool, store: Path, head: str, media: str
) -> None:
    query = Query(" ".join((head, "{ ?s ?p ?o }")), [NAMES.data], graph=media)

    with pytest.raises(AnswerTooLarge, match="triples"), pool.query(store, query):
        pass
    few = Query(" ".join((head, "{ ?s ?p ?o } LIMIT 50")), [NAMES.data], graph=media)
    with pool.query(store, few) as answer:
        assert answer.kind == "graph"


def test_a_function_that_nobody_defined_is_no_error_until_it_is_called(
    pool: ReaderPool, store: Path
) -> None:
    uncalled = "SELECT ?s { ?s <urn:absent> ?o FILTER (<urn:f>(?o) && <urn:g>(?o, 1)) }"
    called = "SELECT ?s { ?s ?p ?o FILTER (<urn:f>(?o)) }"

    assert rows(pool, store, uncalled) == len("s\r\n")
    with pytest.raises(BadQuery, match="Nobody defined the function <urn:f>"):
        rows(pool, store, called)


def test_a_reader_that_was_stopped_is_replaced(pool: ReaderPool, store: Path) -> None:
    rows(pool, store, "ASK {}")
    (idle,) = pool._idle
    os.kill(idle.process, signal.SIGSTOP)
    while idle.alive:
        assert Path(f"/proc/{idle.process}").exists()

    assert rows(pool, store, "ASK {}")
    assert pool._idle != [idle]
    assert not Path(f"/proc/{idle.process}").exists()


def asking_while(
    pool: ReaderPool, store: Path, text: str, sign: int, *, times: int
) -> list[int | type[MimirError]]:
    """Ask in a thread while reader processes get a signal; gives what came of it."""
    result: list[int | type[MimirError]] = []

    def ask() -> None:
        try:
            result.append(rows(pool, store, text))
        except MimirError as error:
            result.append(type(error))

    asking = threading.Thread(target=ask)
    asking.start()
    hit: set[int] = set()
    while asking.is_alive() and len(hit) < times:
        if any(entry.state == "running" for entry in pool.queries.all()):
            for process in set(descendants(os.getpid(), READER)) - hit:
                hit.add(process)
                os.kill(process, sign)
    asking.join(60)
    return result


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGSTOP])
def test_a_query_whose_reader_is_lost_is_asked_again(
    store: Path, tmp_path: Path, sign: int
) -> None:
    pool = ReaderPool(1, Limits(seconds=60, memory=1 << 30), tmp_path)
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }"
    rows(pool, store, "ASK {}")

    assert asking_while(pool, store, text, sign, times=1) == [len("n\r\n4000000\r\n")]
    pool.close()


def test_a_query_whose_readers_are_all_lost_ends_at_once(store: Path, tmp_path: Path) -> None:
    pool = ReaderPool(1, Limits(seconds=600, memory=1 << 30), tmp_path)
    rows(pool, store, "ASK {}")

    assert asking_while(pool, store, ENDLESS, signal.SIGSTOP, times=99) == [ReaderLost]
    assert rows(pool, store, "ASK {}")
    pool.close()


@pytest.mark.parametrize("results", RESULTS)
def test_a_full_disk_is_told_apart_from_other_failures(store: Path, results: str) -> None:
    request = {
        "query": "SELECT * { ?s ?p ?o }",
        "store": str(store),
        "default": [NAMES.data.value],
        "named": [],
        "results": results,
        "graph": "",
        "output": "/dev/full",
    }

    assert _answer(_Stores(), request)["error"] == "disk-full"
