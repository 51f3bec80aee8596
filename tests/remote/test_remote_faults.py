"""A store that fails while a project works on it: clear errors, nothing half done, no repair."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.errors import BadInput, BadQuery, LogDamaged, MimirError, StoreUnavailable
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.remote.dataset import RemoteDataset
from graph.remote.sparql_http import SparqlHttpStore
from graph.remote.sparql_http_errors import StoreRefused
from graph.terms import Literal, NamedNode, Quad
from tests.remote.faulty_proxy import Fault, FaultyProxy, faulty_proxy

NAMES = ProjectNames("https://example.org/", "shop")
SAYS = NAMES.term("says")
FULL = "507"
COMMIT = b"urn:mimir:sequence"
Change = Callable[[RemoteDataset, str], object]


@pytest.fixture
def proxy(oxigraph_server: str) -> Iterator[FaultyProxy]:
    """A proxy in front of an empty store."""
    with faulty_proxy(oxigraph_server) as made:
        SparqlHttpStore(*made.services()).update("DROP ALL")
        yield made


@pytest.fixture
def dataset(proxy: FaultyProxy, tmp_path: Path) -> Iterator[RemoteDataset]:
    """A dataset behind the proxy, after its first commit."""
    with closing(opened(proxy, tmp_path)) as made:
        made.commit(ChangeSet((said("a"),)))
        yield made


def opened(proxy: FaultyProxy, folder: Path) -> RemoteDataset:
    """Open the dataset behind a proxy."""
    store = SparqlHttpStore(*proxy.services(), timeout=5, update_timeout=1)
    return RemoteDataset(folder / "shop", NAMES, store)


def said(text: str, graph: NamedNode = NAMES.data) -> Quad:
    return Quad(NAMES.thing("Person", [text]), SAYS, Literal(text), graph)


def texts(dataset: RemoteDataset) -> list[str]:
    rows = dataset.reader([NAMES.data]).select("SELECT ?o WHERE { ?s ?p ?o }")
    return sorted(str(getattr(row[0], "value", "")) for row in rows)


def add(dataset: RemoteDataset, text: str) -> object:
    """Commit a quad."""
    return dataset.commit(ChangeSet((said(text),)))


def land(dataset: RemoteDataset, text: str) -> object:
    """Commit a file with a quad."""
    path = dataset.folder / "quads.nq"
    path.write_text(f"{said(text)} .\n", encoding="utf-8")
    return dataset.commit(ChangeSet(added_file=dataset.blobs.adopt(path)[0]))


def check_sound(dataset: RemoteDataset, folder: Path) -> None:
    """Compare the store with what the log says."""
    assert dataset.remote.stored_state().sequence == dataset.log.sequence == dataset.sequence
    dataset.checkpoint(folder / "rebuilt")
    rebuilt = OxigraphStore(folder / "rebuilt", read_only=True)
    for graph in dataset.graphs():
        held = sorted(str(quad) for quad in dataset.quads(graph))
        assert held == sorted(str(quad) for quad in rebuilt.quads(graph)), graph
    rebuilt.close()


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        *((kind, add) for kind in ("lose", "drop", "cut", "slow", "502", "504", "page")),
        *((kind, land) for kind in ("lose", "drop", "502")),
    ],
)
def test_a_commit_whose_update_got_no_answer_is_made_once(
    proxy: FaultyProxy, dataset: RemoteDataset, tmp_path: Path, kind: str, change: Change
) -> None:
    proxy.faults.append(Fault("update", kind, having=COMMIT))

    change(dataset, "b")

    assert texts(dataset) == ["a", "b"]
    check_sound(dataset, tmp_path)


@pytest.mark.parametrize(
    ("kind", "error", "change"),
    [
        ("400", BadQuery, add),
        ("401", StoreRefused, add),
        ("403", StoreRefused, land),
        ("413", BadInput, add),
        ("302", StoreRefused, add),
        ("500", StoreUnavailable, land),
        ("503", StoreUnavailable, add),
        (FULL, StoreUnavailable, add),
    ],
)
def test_a_change_that_the_store_refuses_leaves_no_trace(
    proxy: FaultyProxy,
    dataset: RemoteDataset,
    tmp_path: Path,
    kind: str,
    error: type[MimirError],
    change: Change,
) -> None:
    log = dataset.log.path.read_bytes()
    proxy.faults.append(Fault("update", kind, 10))

    with pytest.raises(error) as caught:
        change(dataset, "b")

    assert "html" not in str(caught.value)
    assert dataset.log.path.read_bytes() == log
    assert texts(dataset) == ["a"]
    proxy.heal()
    change(dataset, "b")
    assert texts(dataset) == ["a", "b"]
    check_sound(dataset, tmp_path)


@pytest.mark.parametrize("kind", ["drop", "403", "500", "302", "lie"])
@pytest.mark.parametrize(
    # A commit reads the state before and behind its update, and then which graphs are empty.
    ("having", "after"),
    [(b"urn%3Amimir%3Astate", 1), (b"query=ASK", 0)],
)
def test_a_commit_that_was_made_stays_whatever_fails_behind_it(
    proxy: FaultyProxy, dataset: RemoteDataset, tmp_path: Path, kind: str, having: bytes, after: int
) -> None:
    add(dataset, "b")
    assert dataset.graphs()
    proxy.faults.append(Fault("query", kind, having=having, after=after))

    done = dataset.commit(ChangeSet((said("c"),), (said("b"),)))

    assert not proxy.faults[0].times
    assert (done.sequence, texts(dataset)) == (3, ["a", "c"])
    check_sound(dataset, tmp_path)


@pytest.mark.parametrize("kind", ["lose", "drop", "500", FULL, "302", "413"])
def test_a_load_that_fails_changes_nothing_and_can_be_repeated(
    proxy: FaultyProxy, dataset: RemoteDataset, tmp_path: Path, kind: str
) -> None:
    proxy.faults.append(Fault("store", kind))

    with pytest.raises(MimirError):
        land(dataset, "b")

    assert (texts(dataset), dataset.log.sequence) == (["a"], 1)
    land(dataset, "b")
    assert texts(dataset) == ["a", "b"]
    check_sound(dataset, tmp_path)


@pytest.mark.parametrize("kind", ["drop", "500", "page", "lie", "302", "cut"])
def test_a_query_that_gets_no_sound_answer_is_an_error(
    proxy: FaultyProxy, dataset: RemoteDataset, kind: str
) -> None:
    proxy.faults.append(Fault("query", kind, 10))

    with pytest.raises((StoreUnavailable, StoreRefused)):
        texts(dataset)
    with pytest.raises((StoreUnavailable, StoreRefused)):
        add(dataset, "b")

    proxy.heal()
    assert (texts(dataset), dataset.log.sequence) == (["a"], 1)


@pytest.mark.parametrize("change", [add, land])
def test_what_is_on_record_takes_effect_when_the_store_is_back(
    proxy: FaultyProxy, dataset: RemoteDataset, tmp_path: Path, change: Change
) -> None:
    proxy.faults.append(Fault("update", "down", having=COMMIT))
    with pytest.raises(StoreUnavailable, match="on record as commit 2"):
        change(dataset, "b")
    with pytest.raises(StoreUnavailable):
        texts(dataset)

    proxy.heal()

    assert texts(dataset) == ["a", "b"]
    check_sound(dataset, tmp_path)
    change(dataset, "c")
    check_sound(dataset, tmp_path / "again")


def test_a_store_restored_from_an_older_backup_is_caught_up_while_it_is_in_use(
    proxy: FaultyProxy, dataset: RemoteDataset, tmp_path: Path
) -> None:
    store = SparqlHttpStore(*proxy.services())
    backup = [quad for graph in store.graphs() for quad in store.quads(graph)]
    land(dataset, "b")
    add(dataset, "c")

    store.update("DROP ALL")
    store.apply(backup, ())

    assert texts(dataset) == ["a", "b", "c"]
    check_sound(dataset, tmp_path)


def test_a_store_restored_from_a_newer_log_is_refused_by_name(
    proxy: FaultyProxy, dataset: RemoteDataset, tmp_path: Path
) -> None:
    log = dataset.log.path.read_bytes()
    add(dataset, "b")
    dataset.close()
    dataset.log.path.write_bytes(log)

    with pytest.raises(LogDamaged, match="holds commit 2, but the log"):
        opened(proxy, tmp_path)


def test_what_a_broken_off_load_left_is_removed_at_the_next_start(
    proxy: FaultyProxy, dataset: RemoteDataset, tmp_path: Path
) -> None:
    proxy.faults += [Fault("store", "lose"), Fault("update", "drop", having=b"DROP SILENT")]
    with pytest.raises(StoreUnavailable):
        land(dataset, "b")
    store = SparqlHttpStore(*proxy.services())
    assert len(store.graphs()) == 4
    dataset.close()

    with closing(opened(proxy, tmp_path)) as again:
        assert len(store.graphs()) == 3
        assert texts(again) == ["a"]
