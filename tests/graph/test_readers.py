"""The reader pool: untrusted texts are confined to one process and to their dataset."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.dataset.snapshots import Snapshots
from graph.errors import BadQuery, MimirError, QueryTimeout, ReaderDied, StoreUnavailable
from graph.names import ProjectNames
from graph.readers.pool import TURTLE, Limits, Query, ReaderPool
from graph.readers.update import GraphForbidden, Scope
from graph.terms import Literal, NamedNode, Quad

NAMES = ProjectNames("https://example.org/", "shop")
SAYS = NAMES.term("says")
SECRET = NAMES.graph("secret")
ESCAPED = SECRET.value.replace("s", "\\u0073")
EVERYTHING = "SELECT ?o WHERE { ?s ?p ?o } ORDER BY ?o"
CSV = "text/csv"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkpoint with one triple in each of four graphs."""
    dataset = Dataset(tmp_path_factory.mktemp("readers") / "shop", NAMES)
    graphs = {"data": NAMES.data, "ontology": NAMES.ontology, "named": NAMES.shapes}
    graphs["secret"] = SECRET
    dataset.commit(ChangeSet(tuple(said(name, text=name, graph=g) for name, g in graphs.items())))
    rows = [said(str(number), "row", NAMES.mapping) for number in range(3_000)]
    dataset.commit(ChangeSet(tuple(rows)))
    with Snapshots(dataset).use() as path:
        yield path
    dataset.close()


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReaderPool]:
    """A pool of one reader, so each test meets what the one before it left."""
    limits = Limits(seconds=20, memory=1 << 30, answer_bytes=1 << 20)
    pool = ReaderPool(1, limits, tmp_path_factory.mktemp("spool"))
    yield pool
    pool.close()


def said(name: str, text: str, graph: NamedNode = NAMES.data) -> Quad:
    return Quad(NAMES.thing("Person", [name]), SAYS, Literal(text), graph)


def on_dataset(text: str, results: str = CSV) -> Query:
    return Query(text, [NAMES.data, NAMES.ontology], [NAMES.shapes], results)


def answer(pool: ReaderPool, store: Path, query: Query) -> str:
    with pool.query(store, query) as result:
        return result.path.read_bytes().decode()


def values(pool: ReaderPool, store: Path, text: str) -> list[str]:
    return answer(pool, store, on_dataset(text)).split("\r\n")[1:-1]


def test_a_query_sees_its_dataset_and_nothing_else(pool: ReaderPool, store: Path) -> None:
    assert values(pool, store, EVERYTHING) == ["data", "ontology"]
    assert values(pool, store, "SELECT ?o WHERE { GRAPH ?g { ?s ?p ?o } }") == ["named"]


def test_answers_come_in_the_form_asked_for(pool: ReaderPool, store: Path) -> None:
    with pool.query(store, on_dataset("ASK { ?s ?p 'data' }")) as result:
        assert (result.kind, result.path.read_text()) == ("boolean", "true")
    with pool.query(store, Query("ASK { ?s ?p 'none' }", [NAMES.data])) as result:
        assert json.loads(result.path.read_text())["boolean"] is False
    with pool.query(store, Query(EVERYTHING, [NAMES.data])) as result:
        assert result.kind == "solutions"
        rows = json.loads(result.path.read_text())["results"]["bindings"]
        assert [row["o"]["value"] for row in rows] == ["data"]
    with pool.query(store, on_dataset("CONSTRUCT WHERE { ?s ?p ?o }")) as result:
        assert (result.kind, result.media) == ("graph", TURTLE)
        assert '"data"' in result.path.read_text()


def test_the_answers_file_lives_as_long_as_the_context(pool: ReaderPool, store: Path) -> None:
    with pool.query(store, on_dataset(EVERYTHING)) as result:
        assert result.path.exists()

    assert not result.path.exists()


def test_a_text_that_is_no_sparql_is_a_bad_query(pool: ReaderPool, store: Path) -> None:
    for text in ("SELEKT ?s", "", "SELECT ?s WHERE { ?s ?p", "INSERT DATA { <urn:a> <urn:b> 1 }"):
        with pytest.raises(BadQuery):
            answer(pool, store, on_dataset(text))

    assert values(pool, store, EVERYTHING) == ["data", "ontology"]


def test_from_narrows_the_dataset(pool: ReaderPool, store: Path) -> None:
    narrow = f"SELECT ?o FROM {NAMES.ontology} WHERE {{ ?s ?p ?o }}"
    moved = f"SELECT ?o FROM {NAMES.shapes} WHERE {{ ?s ?p ?o }}"
    named = f"SELECT ?o FROM NAMED {NAMES.data} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    prefixed = f"PREFIX g: <{NAMES.root}graph/> SELECT ?o FROM g:ontology WHERE {{ ?s ?p ?o }}"

    assert values(pool, store, narrow) == ["ontology"]
    assert values(pool, store, moved) == ["named"]
    assert values(pool, store, named) == ["data"]
    assert values(pool, store, prefixed) == ["ontology"]


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT ?o FROM {SECRET} WHERE {{ ?s ?p ?o }}",
        f"SELECT ?o FROM NAMED {SECRET} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        f"BASE <{NAMES.root}> SELECT ?o FROM <graph/secret> WHERE {{ ?s ?p ?o }}",
        f"PREFIX g: <{NAMES.root}graph/> SELECT ?o FROM g:secret WHERE {{ ?s ?p ?o }}",
        f"SELECT ?o FROM {NAMES.data} FROM {SECRET} WHERE {{ ?s ?p ?o }}",
        f"DESCRIBE ?s FROM {SECRET} WHERE {{ ?s ?p ?o }}",
        f"ASK FROM {SECRET} {{ ?s ?p ?o }}",
    ],
)
def test_from_outside_the_dataset_is_forbidden(pool: ReaderPool, store: Path, text: str) -> None:
    with pytest.raises(GraphForbidden, match="secret"):
        answer(pool, store, on_dataset(text))


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT ?o WHERE {{ GRAPH {SECRET} {{ ?s ?p ?o }} }}",
        f"SELECT ?o WHERE {{ BIND({SECRET} AS ?g) GRAPH ?g {{ ?s ?p ?o }} }}",
        f"SELECT ?o FROM <{ESCAPED}> WHERE {{ ?s ?p ?o }}",
        f"SELECT ?o # FROM {NAMES.data}\nWHERE {{ GRAPH {SECRET} {{ ?s ?p ?o }} }}",
    ],
)
def test_no_spelling_reaches_a_graph_outside_the_dataset(
    pool: ReaderPool, store: Path, text: str
) -> None:
    try:
        found = values(pool, store, text)
    except BadQuery:
        found = []

    assert "secret" not in found


def test_a_dataset_of_the_protocol_overrides_from(pool: ReaderPool, store: Path) -> None:
    text = f"SELECT ?o FROM {SECRET} WHERE {{ ?s ?p ?o }}"
    query = Query(text, [NAMES.data], [], CSV, protocol_dataset=True)

    assert answer(pool, store, query) == "o\r\ndata\r\n"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (" + "(" * 60_000 + "1" + ")" * 60_000 + " AS ?o) WHERE { }",
        "SELECT ?o WHERE " + "{" * 5_000 + " ?s ?p ?o " + "}" * 5_000,
        "SELECT ?o WHERE { ?s " + "(" * 60_000 + "<urn:p>" + ")" * 60_000 + " ?o }",
        "SELECT ?o WHERE { FILTER(" + "!" * 20_000 + "true) }",
    ],
    ids=["parentheses", "groups", "paths", "negations"],
)
def test_deep_nesting_ends_its_reader_and_nothing_else(
    pool: ReaderPool, store: Path, text: str
) -> None:
    with pytest.raises(MimirError) as caught:
        answer(pool, store, on_dataset(text))

    assert isinstance(caught.value, ReaderDied | BadQuery)
    assert not caught.value.retryable
    assert values(pool, store, EVERYTHING) == ["data", "ontology"]


def test_six_kilobytes_of_parentheses_are_answered_or_refused(
    pool: ReaderPool, store: Path
) -> None:
    text = "SELECT (" + "(" * 3_000 + "1" + ")" * 3_000 + " AS ?o) WHERE { }"

    try:
        assert values(pool, store, text) == ["1"]
    except MimirError as error:
        assert isinstance(error, ReaderDied | BadQuery)  # noqa: PT017 - both ends are allowed

    assert values(pool, store, EVERYTHING) == ["data", "ontology"]


def test_a_query_past_its_time_is_ended_and_the_pool_answers_the_next(
    store: Path, tmp_path: Path
) -> None:
    pool = ReaderPool(1, Limits(seconds=1), tmp_path)
    text = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with pool.query(store, Query("ASK {}", [NAMES.mapping])):
        pass

    with pytest.raises(QueryTimeout, match="1 s"), pool.query(store, Query(text, [NAMES.mapping])):
        pass

    pool.limits = Limits(seconds=20)
    assert values(pool, store, EVERYTHING) == ["data", "ontology"]
    pool.close()


def test_a_query_that_needs_too_much_memory_is_ended(pool: ReaderPool, store: Path) -> None:
    text = "SELECT DISTINCT ?a ?c ?d ?f WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?f"

    with (
        pytest.raises(MimirError) as caught,
        pool.query(store, Query(text, [NAMES.mapping])),
    ):
        pass

    assert caught.value.code in ("query-too-expensive", "query-timeout")
    assert values(pool, store, EVERYTHING) == ["data", "ontology"]


def test_an_answer_past_its_size_is_an_error_and_not_a_short_answer(
    pool: ReaderPool, store: Path
) -> None:
    text = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }"

    with pytest.raises(MimirError), pool.query(store, Query(text, [NAMES.mapping])):
        pass

    assert values(pool, store, EVERYTHING) == ["data", "ontology"]


def test_service_opens_no_connection(pool: ReaderPool, store: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        port = listener.getsockname()[1]
        for silent in ("", "SILENT "):
            text = (
                f"SELECT ?o WHERE {{ SERVICE {silent}<http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
            )
            try:
                assert values(pool, store, text) in ([], [""])
            except MimirError as error:
                assert not isinstance(error, ReaderDied)  # noqa: PT017 - both ends are allowed

        with pytest.raises(BlockingIOError):
            listener.accept()


def test_load_opens_no_connection(pool: ReaderPool, store: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        scope = Scope((NAMES.data,), (), (NAMES.data,))
        text = f"LOAD <http://127.0.0.1:{listener.getsockname()[1]}/data.ttl>"

        with pytest.raises(BadQuery, match="LOAD"):
            pool.update(store, text, scope)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_query_after_a_commit_sees_it(pool: ReaderPool, tmp_path: Path) -> None:
    dataset = Dataset(tmp_path / "shop", NAMES)
    snapshots = Snapshots(dataset)

    for number in range(1, 8):
        dataset.commit(ChangeSet((said(str(number), str(number)),)))
        with snapshots.use() as path:
            assert len(values(pool, path, EVERYTHING)) == number

    dataset.close()


def test_an_update_gives_what_it_would_change_and_changes_nothing(
    pool: ReaderPool, tmp_path: Path
) -> None:
    dataset = Dataset(tmp_path / "shop", NAMES)
    dataset.commit(ChangeSet((said("a", "one"),)))
    scope = Scope(NAMES.default_graphs, (), (NAMES.data,))
    text = "DELETE { ?s ?p ?o } INSERT { ?s ?p 'two' } WHERE { ?s ?p ?o }"

    with Snapshots(dataset).scratch() as clone:
        patch = pool.update(clone, text, scope)

    assert not clone.exists()
    assert (patch.removed, patch.added) == ((said("a", "one"),), (said("a", "two"),))
    assert dataset.sequence == 1
    dataset.commit(ChangeSet(patch.added, patch.removed))
    assert dataset.reader().ask("ASK { ?s ?p 'two' }")
    dataset.close()


def test_a_checkpoint_that_is_gone_is_an_error(pool: ReaderPool, tmp_path: Path) -> None:
    with pytest.raises(MimirError):
        answer(pool, tmp_path / "gone", on_dataset(EVERYTHING))


def test_when_no_reader_is_free_in_time_the_caller_is_told(store: Path, tmp_path: Path) -> None:
    pool = ReaderPool(0, Limits(seconds=0.05), tmp_path)

    with pytest.raises(QueryTimeout, match="free"):
        answer(pool, store, on_dataset(EVERYTHING))
    pool.close()


def test_a_reader_outlives_the_thread_that_first_needed_it(store: Path, tmp_path: Path) -> None:
    pool = ReaderPool(1, Limits(), tmp_path)
    text = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f }"
    thread = threading.Thread(target=answer, args=(pool, store, on_dataset("ASK {}")))
    thread.start()
    thread.join()

    with pool.query(store, Query(text, [NAMES.mapping], results=CSV)) as result:
        assert result.path.read_bytes() == b"n\r\n9000000\r\n"
    pool.close()


def test_a_closed_pool_answers_no_more(store: Path, tmp_path: Path) -> None:
    pool = ReaderPool(1, Limits(), tmp_path)
    pool.close()

    with pytest.raises(StoreUnavailable, match="closed"):
        answer(pool, store, on_dataset(EVERYTHING))
