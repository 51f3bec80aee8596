"""A dataset over a remote store: the same commits, from a log that stays the truth."""

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from graph.changes import ChangeSet
from graph.dataset.snapshots import Overlay
from graph.errors import BadInput, Conflict, LogDamaged, StoreUnavailable
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.remote.dataset import RemoteDataset
from graph.remote.sparql_http import SparqlHttpStore
from graph.shacl.gate import ShapesBroken, mode_quads
from graph.terms import BlankNode, Literal, NamedNode, Quad
from graph.vocab import MIMIR, RDF, SH

NAMES = ProjectNames("https://example.org/", "shop")
SAYS = NAMES.term("says")
NOON = datetime(2024, 5, 17, 12, tzinfo=UTC)
EVERYTHING = "SELECT ?s ?o WHERE { ?s ?p ?o }"

Opener = Callable[[], RemoteDataset]


@pytest.fixture
def opened(store: SparqlHttpStore, tmp_path: Path) -> Iterator[Opener]:
    """Open the same dataset, again and again; what is open is closed first."""
    datasets: list[RemoteDataset] = []

    def again() -> RemoteDataset:
        while datasets:
            datasets.pop().close()
        datasets.append(RemoteDataset(tmp_path / "shop", NAMES, store, lambda: NOON))
        return datasets[-1]

    yield again
    for dataset in datasets:
        dataset.close()


def said(name: str, text: str, graph: NamedNode = NAMES.data) -> Quad:
    return Quad(NAMES.thing("Person", [name]), SAYS, Literal(text), graph)


def texts(dataset: RemoteDataset, *graphs: NamedNode) -> list[str]:
    rows = dataset.reader(graphs or [NAMES.data]).select(EVERYTHING)
    return sorted(str(getattr(row[1], "value", "")) for row in rows)


def stored_file(dataset: RemoteDataset, folder: Path, quads: Iterable[Quad]) -> str:
    path = folder / "quads.nq"
    path.write_text("".join(f"{quad} .\n" for quad in quads), encoding="utf-8")
    return dataset.blobs.adopt(path)[0]


def test_commits_are_counted_on_record_and_still_there_after_a_restart(opened: Opener) -> None:
    dataset = opened()

    first = dataset.commit(ChangeSet((said("a", "one"), said("b", "two")), (), "ann", "Start"))
    second = dataset.commit(ChangeSet((said("c", "three"), said("b", "two")), (said("a", "one"),)))
    third = dataset.commit(ChangeSet((said("c", "three"),)))

    assert (first.sequence, first.added, first.removed) == (1, 2, 0)
    assert (second.sequence, second.added, second.removed) == (2, 1, 1)
    assert (third.sequence, third.added, third.removed) == (2, 0, 0)
    again = opened()
    assert (again.sequence, texts(again)) == (2, ["three", "two"])
    meta = again.reader([NAMES.meta])
    assert meta.ask(f'ASK {{ {first.iri} {MIMIR.author} "ann" ; {MIMIR.triplesAdded} 2 }}')
    assert again.graphs() == sorted([NAMES.data, NAMES.meta], key=str)


def test_blank_nodes_get_names_that_stay(opened: Opener) -> None:
    dataset = opened()

    dataset.commit(ChangeSet((Quad(BlankNode("x"), SAYS, BlankNode("y"), NAMES.data),)))

    (quad,) = dataset.quads(NAMES.data)
    assert str(quad.subject) == f"<{NAMES.skolem}x>"
    dataset.commit(ChangeSet(removed=(Quad(BlankNode("x"), SAYS, BlankNode("y"), NAMES.data),)))
    assert dataset.count(NAMES.data) == 0


def test_a_store_that_lost_everything_is_rebuilt_from_the_log(
    opened: Opener, store: SparqlHttpStore, tmp_path: Path
) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))
    file = stored_file(dataset, tmp_path, [said("b", "two"), said("c", "three")])
    dataset.commit(ChangeSet(added_file=file))
    dataset.commit(ChangeSet((said("d", "four"),), (said("b", "two"),)))

    store.update("DROP ALL")
    again = opened()

    assert (again.sequence, texts(again)) == (3, ["four", "one", "three"])


def test_a_store_that_is_behind_is_caught_up(
    opened: Opener, store: SparqlHttpStore, tmp_path: Path
) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))
    kept = {graph: list(store.quads(graph)) for graph in store.graphs()}
    dataset.commit(ChangeSet((said("b", "two"),), (said("a", "one"),)))

    store.update("DROP ALL")
    store.apply([quad for quads in kept.values() for quad in quads], ())

    assert texts(opened()) == ["two"]


def test_a_store_with_commits_of_another_log_is_refused(
    opened: Opener, store: SparqlHttpStore, tmp_path: Path
) -> None:
    opened().commit(ChangeSet((said("a", "one"),)))

    with pytest.raises(LogDamaged, match="log"):
        RemoteDataset(tmp_path / "empty", NAMES, store)
    with pytest.raises(Conflict, match="already"):
        RemoteDataset(tmp_path / "other", ProjectNames("https://example.org/", "farm"), store)


def test_two_owners_never_write_after_each_other(
    opened: Opener, store: SparqlHttpStore, tmp_path: Path
) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))
    dataset.close()
    shutil.copytree(tmp_path / "shop", tmp_path / "copy")
    one = opened()
    other = RemoteDataset(tmp_path / "copy", NAMES, store, lambda: NOON)

    other.commit(ChangeSet((said("b", "other"),)))
    with pytest.raises(LogDamaged):
        one.commit(ChangeSet((said("c", "one"),)))

    assert texts(other) == ["one", "other"]
    other.close()


def test_an_update_that_meets_another_state_changes_nothing(
    opened: Opener, store: SparqlHttpStore
) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))
    graphs = dataset.remote
    known = graphs.state

    dataset.commit(ChangeSet((said("b", "two"),)))
    graphs.state = known
    with pytest.raises(LogDamaged, match="owner"):
        graphs.advance(2, "another seal", [said("c", "late")], [said("a", "one")])

    assert texts(dataset) == ["one", "two"]


def test_expected_and_guard_are_heeded(opened: Opener) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))

    with pytest.raises(Conflict):
        dataset.commit(ChangeSet((said("b", "two"),)), expected=0)
    with pytest.raises(BadInput):
        dataset.commit(
            ChangeSet((said("b", "two"),)),
            guard=lambda reader: _refuse(reader.ask("ASK { ?s ?p ?o }")),
        )

    assert texts(dataset) == ["one"]


def _refuse(there: bool) -> None:
    assert there
    raise BadInput("no")


def test_replacing_leaves_exactly_what_the_change_adds(opened: Opener) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"), said("b", "two"))))

    done = dataset.commit(
        ChangeSet((said("b", "two"), said("c", "three"))), replacing=(NAMES.data,)
    )

    assert (done.added, done.removed) == (1, 1)
    assert texts(dataset) == ["three", "two"]


def test_a_file_is_loaded_beside_and_switched_in(
    opened: Opener, store: SparqlHttpStore, tmp_path: Path
) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))
    quads = [said(str(number), f"text {number}") for number in range(3_000)]
    file = stored_file(dataset, tmp_path, [*quads, said("a", "one"), said("q", "x", NAMES.meta)])

    done = dataset.commit(ChangeSet(added_file=file, reason="Import"))
    gone = stored_file(dataset, tmp_path, quads[:1_000])
    undone = dataset.commit(ChangeSet((said("z", "last"),), removed_file=gone))

    assert (done.added, undone.removed) == (3_001, 1_000)
    assert dataset.count(NAMES.data) == 2_002
    assert texts(opened())[:2] == ["last", "one"]
    # One graph each for data and meta, the state, and nothing that was left behind.
    assert len(store.graphs()) == 3


def test_a_file_that_does_not_hold_what_it_must_changes_nothing(
    opened: Opener, store: SparqlHttpStore, tmp_path: Path
) -> None:
    dataset = opened()
    person = NAMES.term("Person")
    quads = [Quad(NAMES.thing("Person", [n]), RDF.type, person, NAMES.data) for n in "ab"]
    file = stored_file(dataset, tmp_path, quads)

    with pytest.raises(BadInput, match="individuals"):
        dataset.commit(ChangeSet(added_file=file, expected=((NAMES.data.value, person.value, 3),)))
    broken = tmp_path / "broken.nq"
    broken.write_text("<no end\n")
    with pytest.raises(BadInput, match="N-Quads"):
        dataset.commit(ChangeSet(added_file=dataset.blobs.adopt(broken)[0]))

    assert (dataset.sequence, store.graphs()) == (0, [])


def test_a_twin_is_seen_through_its_overlay_after_a_bulk_load(
    opened: Opener, tmp_path: Path
) -> None:
    dataset = opened()
    file = stored_file(dataset, tmp_path, [said("a", "one"), said("b", "two")])
    dataset.commit(ChangeSet(added_file=file))
    overlay = Overlay(NAMES.data, NAMES.twin_added("t"), NAMES.twin_removed("t"))
    dataset.commit(ChangeSet((said("c", "new", overlay.added), said("a", "one", overlay.removed))))

    reader = dataset.reader([NAMES.data], [NAMES.data, NAMES.meta], [overlay])

    assert [str(row[0]) for row in reader.select("SELECT ?o WHERE { ?s ?p ?o } ORDER BY ?o")] == [
        '"new"',
        '"two"',
    ]
    rows = reader.select(f"SELECT ?g ?o WHERE {{ GRAPH ?g {{ ?s {SAYS} ?o }} }} ORDER BY ?o")
    assert list(rows) == [(NAMES.data, Literal("new")), (NAMES.data, Literal("two"))]
    assert texts(dataset) == ["one", "two"]


def test_the_list_of_graphs_follows_the_commits(opened: Opener, tmp_path: Path) -> None:
    dataset = opened()
    assert dataset.graphs() == []
    other = NAMES.graph("other")

    dataset.commit(ChangeSet((said("a", "one"), said("b", "two", other))))
    both = dataset.graphs()
    dataset.commit(ChangeSet((), (said("b", "two", other),)))
    one = dataset.graphs()
    file = stored_file(dataset, tmp_path, [said("b", "two", other)])
    dataset.commit(ChangeSet(added_file=file))

    meta = NAMES.meta
    assert both == sorted([NAMES.data, meta, other], key=str)
    assert one == sorted([NAMES.data, meta], key=str)
    assert dataset.graphs() == both == opened().graphs()


def test_a_gate_blocks_changes_and_files_alike(opened: Opener, tmp_path: Path) -> None:
    dataset = opened()
    shape, person = NAMES.shape("Person"), NAMES.term("Person")
    rule = NAMES.shape("Person-says")
    shapes = [
        (shape, RDF.type, SH.NodeShape),
        (shape, SH.targetClass, person),
        (shape, SH.property, rule),
        (rule, SH.path, SAYS),
        (rule, SH.minCount, Literal(1)),
    ]
    dataset.commit(ChangeSet(tuple(Quad(*fact, NAMES.shapes) for fact in shapes)))
    dataset.commit(ChangeSet(tuple(mode_quads(NAMES, NAMES.data, "block"))))
    mute = Quad(NAMES.thing("Person", ["m"]), RDF.type, person, NAMES.data)

    with pytest.raises(ShapesBroken):
        dataset.commit(ChangeSet((mute,)))
    with pytest.raises(ShapesBroken):
        dataset.commit(ChangeSet(added_file=stored_file(dataset, tmp_path, [mute])))
    dataset.commit(ChangeSet((mute, said("m", "something"))))

    assert texts(dataset, NAMES.data)[-1] == "something"
    assert dataset.count(NAMES.data) == 2


def test_states_of_the_past_are_built_from_the_log(opened: Opener, tmp_path: Path) -> None:
    dataset = opened()
    for number in range(25):
        dataset.commit(ChangeSet((said(str(number), f"text {number:02}"),)))

    dataset.checkpoint_at(tmp_path / "past", 10)
    dataset.checkpoint(tmp_path / "now")

    for place, held in (("past", 10), ("now", 25)):
        store = OxigraphStore(tmp_path / place, read_only=True)
        assert store.count(NAMES.data) == held
        store.close()


class _Relay:
    """Passes updates on to a store, and loses some of the answers."""

    def __init__(self, target: str) -> None:
        self.lose = False
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {"Content-Type": self.headers["Content-Type"]}
                httpx.post(target, content=body, headers=headers).raise_for_status()
                if not relay.lose:
                    self.send_response(204)
                    self.end_headers()
                relay.lose = False

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


def test_a_commit_whose_answer_is_lost_is_made_once(oxigraph_server: str, tmp_path: Path) -> None:
    relay = _Relay(f"{oxigraph_server}/update")
    thread = threading.Thread(target=relay.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        store = SparqlHttpStore(f"{oxigraph_server}/query", relay.url, f"{oxigraph_server}/store")
        store.update("DROP ALL")
        dataset = RemoteDataset(tmp_path / "shop", NAMES, store, lambda: NOON)
        relay.lose = True
        commit = dataset.commit(ChangeSet((said("a", "one"),)))
        assert (commit.sequence, dataset.sequence, texts(dataset)) == (1, 1, ["one"])
        dataset.close()
    finally:
        relay.server.shutdown()
        relay.server.server_close()
        thread.join()


def test_a_store_that_is_gone_refuses_commits_before_anything_is_logged(
    oxigraph_server: str, tmp_path: Path
) -> None:
    places = [f"{oxigraph_server}/{name}" for name in ("query", "update", "store")]
    SparqlHttpStore(*places).update("DROP ALL")
    dataset = RemoteDataset(tmp_path / "shop", NAMES, SparqlHttpStore(*places))
    dataset.remote.store = SparqlHttpStore(*["http://127.0.0.1:9/"] * 3)

    with pytest.raises(StoreUnavailable):
        dataset.commit(ChangeSet((said("a", "one"),)))

    assert dataset.log.sequence == 0
    dataset.close()


def test_a_dataset_opens_while_its_store_is_down_and_goes_on_when_it_is_back(
    opened: Opener, store: SparqlHttpStore, tmp_path: Path
) -> None:
    opened().commit(ChangeSet((said("a", "one"),)))
    opened().close()
    away = SparqlHttpStore(*["http://127.0.0.1:9/"] * 3)

    dataset = RemoteDataset(tmp_path / "shop", NAMES, away, lambda: NOON)
    assert dataset.sequence == 1
    with pytest.raises(StoreUnavailable):
        dataset.reader().ask("ASK { ?s ?p ?o }")
    dataset.remote.store = store

    assert texts(dataset) == ["one"]
    dataset.commit(ChangeSet((said("b", "two"),)))
    assert texts(dataset) == ["one", "two"]
    dataset.close()
