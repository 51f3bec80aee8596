"""SERVICE and LOAD of hosts that a setting names: fetched outside, evaluated in the sandbox."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pyoxigraph import QueryResultsFormat

from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.dataset.snapshots import Snapshots
from graph.errors import BadInput, BadQuery, QueryTimeout
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.readers.federation import ServiceFailed, find_fetches
from graph.readers.gate import NetworkRefused
from graph.readers.pool import Limits, Query, ReaderPool
from graph.readers.update import Scope
from graph.terms import Literal, NamedNode, Quad

NAMES = ProjectNames("https://example.org/", "shop")
SAYS = NAMES.term("says")
SCOPE = Scope((NAMES.data,), (), (NAMES.data,), closed=("urn:closed:",), skolem=NAMES.skolem)
FOREIGN = """
<urn:a> <urn:name> "Ann" . <urn:b> <urn:name> "Bea"@en .
<urn:c> <urn:name> _:x . _:x <urn:q> 1 .
"""


class _Endpoint(BaseHTTPRequestHandler):
    """Another server: a SPARQL endpoint, files, and what goes wrong with them."""

    stopped = threading.Event()

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        store = OxigraphStore()
        store.update("INSERT DATA { " + FOREIGN + " }")
        result = store.engine.query(form["query"][0])
        self._give(
            result.serialize(format=QueryResultsFormat.JSON) or b"",
            "application/sparql-results+json",
        )

    def do_GET(self) -> None:
        if self.path == "/data.nt":
            self._give(FOREIGN.encode(), "text/turtle")
        elif self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/data.nt")
            self.end_headers()
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            self.stopped.wait(20)
        else:
            self._give(b"<no turtle", "text/turtle")

    def _give(self, body: bytes, media: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """Host and port of the other server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        _Endpoint.stopped.set()
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkpoint in which two things are said about foreign ones."""
    dataset = Dataset(tmp_path_factory.mktemp("federated") / "shop", NAMES)
    quads = [Quad(NamedNode(f"urn:{name}"), SAYS, Literal(name), NAMES.data) for name in ("a", "b")]
    dataset.commit(ChangeSet(tuple(quads)))
    with Snapshots(dataset).use() as path:
        yield path
    dataset.close()


@pytest.fixture
def pool(tmp_path: Path, host: str) -> Iterator[ReaderPool]:
    """A pool whose queries may reach the other server."""
    limits = Limits(seconds=20, memory=1 << 30, services=(host,))
    pool = ReaderPool(1, limits, tmp_path)
    yield pool
    assert list(tmp_path.iterdir()) == []
    pool.close()


def asked(pool: ReaderPool, store: Path, text: str) -> list[str]:
    query = Query(text, [NAMES.data], results="text/csv", skolem=NAMES.skolem)
    with pool.query(store, query) as answer:
        return sorted(answer.path.read_bytes().decode().split("\r\n")[1:-1])


@pytest.mark.parametrize(
    ("pattern", "rows"),
    [
        ("?s ?p ?o . SERVICE $x { ?s <urn:name> ?n }", ["a,Ann", "b,Bea"]),
        ("SERVICE silent $x { ?s <urn:name> ?n } ?s ?p ?o", ["a,Ann", "b,Bea"]),
        ("?s ?p ?o OPTIONAL { SERVICE $x { ?s <urn:name> ?n FILTER (?n = 'Ann') } }",
         ["a,Ann", "b,"]),
        ("?s ?p ?o FILTER NOT EXISTS { SERVICE $x { ?s <urn:name> 'Ann' } }", ["b,"]),
        ("{ SELECT ?o ?n { ?s ?p ?o . SERVICE $x { ?s x:name ?n } } }", ["a,Ann", "b,Bea"]),
        ("?s ?p ?o . SERVICE $x { <urn:a> <urn:name> 'Ann' }", ["a,", "b,"]),
        ("?s ?p ?o . SERVICE $x { <urn:a> <urn:name> 'Zoe' }", []),
        ("?s ?p ?o . SERVICE $x { ?s <urn:name> ?n } SERVICE $x { ?t <urn:q> ?q }",
         ["a,Ann", "b,Bea"]),
        ("?s ?p ?o . SERVICE SILENT <http://$h/> { ?s <urn:name> ?n", None),
    ],
)  # fmt: skip
def test_a_service_joins_what_it_gives(
    pool: ReaderPool, store: Path, host: str, pattern: str, rows: list[str] | None
) -> None:
    inside = pattern.replace("$x", f"<http://{host}/sparql>").replace("$h", host)
    text = " ".join(
        ("PREFIX x: <urn:> SELECT ?o ?n WHERE {", inside, "}" if rows is not None else "")
    )
    if rows is None:
        with pytest.raises((BadQuery, ServiceFailed)):
            asked(pool, store, text)
    else:
        assert asked(pool, store, text) == rows


def test_a_blank_node_of_a_service_stays_one_node(pool: ReaderPool, store: Path, host: str) -> None:
    service = f"SERVICE <http://{host}/> {{ ?s <urn:name> ?x . ?x <urn:q> ?n }}"
    text = " ".join(("SELECT ?x (isBlank(?x) AS ?b) {", service, "}"))

    (row,) = asked(pool, store, text)

    assert row.startswith("_:s0-")
    assert row.endswith(",true")


@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:9/", "http://u@$h/", "file:///etc/passwd", "//$h/", "ftp://$h/",
              "http://$h.example/", "http://example.org/"]
)  # fmt: skip
@pytest.mark.parametrize("silent", ["", "SILENT"])
def test_other_hosts_stay_refused(
    pool: ReaderPool, store: Path, host: str, place: str, silent: str
) -> None:
    url = place.replace("$h", host)
    with pytest.raises(NetworkRefused):
        asked(pool, store, f"SELECT * {{ SERVICE {silent} <{url}> {{ ?s ?p ?o }} }}")
    with pytest.raises(NetworkRefused):
        pool.update(store, f"LOAD {silent} <{url}>", SCOPE)


@pytest.mark.parametrize("path", ["moved", "broken", "absent"])
def test_what_a_server_does_wrong_is_an_error_or_silent(
    pool: ReaderPool, store: Path, host: str, path: str
) -> None:
    url = f"http://{host}/{path}"
    with pytest.raises((ServiceFailed, BadInput)):
        pool.update(store, f"LOAD <{url}>", SCOPE)
    if path == "moved":
        assert pool.update(store, f"LOAD SILENT <{url}>", SCOPE).added == ()


def test_a_server_that_does_not_answer_meets_the_time_limit(
    store: Path, host: str, tmp_path: Path
) -> None:
    hasty = ReaderPool(1, Limits(seconds=1, memory=1 << 30, services=(host,)), tmp_path)
    with pytest.raises((QueryTimeout, ServiceFailed)):
        hasty.update(store, f"LOAD <http://{host}/endless>", SCOPE)
    hasty.close()


@pytest.mark.parametrize("into", ["", " INTO GRAPH <urn:more>"])
def test_a_load_adds_triples(
    pool: ReaderPool, store: Path, host: str, into: str, tmp_path: Path
) -> None:
    clone = tmp_path.parent / f"clone{len(into)}"
    OxigraphStore(store, read_only=True).checkpoint(clone)
    text = f"LOAD <http://{host}/data.nt>{into} ; INSERT DATA {{ <urn:z> <urn:name> 'Zoe' }}"

    patch = pool.update(clone, text, SCOPE)

    loaded = NamedNode("urn:more") if into else NAMES.data
    assert len(patch.added) == 5
    assert sum(quad.graph_name == loaded for quad in patch.added) == (4 if into else 5)
    nodes = {q.object for q in patch.added if q.subject.value == "urn:c"}  # type: ignore[union-attr]
    assert nodes == {q.subject for q in patch.added if q.predicate.value == "urn:q"}


def test_a_silent_load_from_where_nothing_can_be_fetched_changes_nothing(
    pool: ReaderPool, store: Path
) -> None:
    for text in ("LOAD SILENT <some:where>", "LOAD SILENT <some:where> INTO GRAPH <urn:g>"):
        patch = pool.update(store, text, SCOPE)
        assert (patch.added, patch.removed) == ((), ())
    with pytest.raises(NetworkRefused):
        pool.update(store, "LOAD <some:where>", SCOPE)


def test_keywords_in_names_and_texts_are_nothing_to_fetch() -> None:
    text = "PREFIX load: <urn:> SELECT ?service { load:service 'SERVICE <x>' ?load } # LOAD <x>"

    assert find_fetches(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <urn:a> <urn:b> SERVICE <http://$x/> { ?s ?p ?o } }",
        "INSERT DATA { LOAD <http://$x/> }",
        "INSERT { SERVICE <http://$x/> { ?s ?p ?o } } WHERE { }",
        "DELETE WHERE { GRAPH <urn:g> { SERVICE <http://$x/> { ?s ?p ?o } } }",
    ],
)
def test_a_block_that_the_gate_does_not_read_reaches_no_other_host(
    store: Path, host: str, tmp_path: Path, text: str
) -> None:
    pool = ReaderPool(1, Limits(seconds=20, memory=1 << 30, services=("other.example",)), tmp_path)
    with pytest.raises(NetworkRefused):
        pool.update(store, text.replace("$x", host), SCOPE)
    with pytest.raises(BadQuery):
        asked(pool, store, f"CONSTRUCT {{ SERVICE <http://{host}/> {{ ?s ?p ?o }} }} WHERE {{ }}")
    pool.close()
