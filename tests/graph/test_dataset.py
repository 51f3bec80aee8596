"""The dataset: commits, what they count, and how a store and its log are brought together."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from graph.changes import ChangeSet, write_patch
from graph.dataset.dataset import Dataset
from graph.dataset.log import read_log
from graph.errors import Conflict, LogDamaged, StoreInUse
from graph.store import GraphReader
from graph.terms import BlankNode, Literal, NamedNode, Quad
from graph.vocab import MIMIR, XSD
from tests.graph.opened_dataset import (
    EVERYTHING,
    NAMES,
    SAYS,
    Opener,
    said,
    stored_file,
    texts,
)


def test_a_commit_is_visible_counted_and_on_record(opened: Opener) -> None:
    dataset = opened()

    first = dataset.commit(ChangeSet((said("a", "one"), said("b", "two")), (), "ann", "Start", 0.9))
    second = dataset.commit(ChangeSet((said("c", "three"),), (said("a", "one"),)))

    assert (first.sequence, first.added, first.removed) == (1, 2, 0)
    assert (second.sequence, second.added, second.removed) == (2, 1, 1)
    assert texts(dataset) == ["three", "two"]
    record = dict(
        dataset.reader([NAMES.meta]).select(f"SELECT ?p ?o WHERE {{ {first.iri} ?p ?o }}").rows
    )
    assert record[MIMIR.author] == Literal("ann")
    assert record[MIMIR.triplesAdded] == Literal(2)
    assert record[NamedNode("http://www.w3.org/ns/prov#endedAtTime")] == Literal(
        "2024-05-17T12:00:00Z", datatype=XSD.dateTime
    )
    patches = [entry.patch() for entry in read_log(dataset.log.path)]
    assert [patch.header["id"] for patch in patches] == [first.iri.value, second.iri.value]
    assert patches[1].header["prev"] == first.iri.value
    assert set(patches[1].removed) == {said("a", "one")}
    assert said("c", "three") in patches[1].added


def test_a_change_that_alters_nothing_adds_nothing(opened: Opener) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))

    again = dataset.commit(ChangeSet((said("a", "one"),), (said("z", "never there"),)))
    kept = dataset.commit(ChangeSet((said("a", "one"),), (said("a", "one"),)))

    assert (again.sequence, again.added, again.removed) == (1, 0, 0)
    assert (kept.sequence, kept.added, kept.removed) == (1, 0, 0)
    assert dataset.log.sequence == 1
    assert texts(dataset) == ["one"]


def test_only_what_changes_is_counted(opened: Opener) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))

    commit = dataset.commit(
        ChangeSet(
            (said("a", "one"), said("b", "two"), said("b", "two")),
            (said("z", "never there"),),
        )
    )

    assert (commit.sequence, commit.added, commit.removed) == (2, 1, 0)


def test_the_number_goes_on_after_opening_again(opened: Opener) -> None:
    opened().commit(ChangeSet((said("a", "one"),)))

    dataset = opened()
    commit = dataset.commit(ChangeSet((said("b", "two"),)))

    assert (commit.sequence, dataset.sequence) == (2, 2)
    assert texts(dataset) == ["one", "two"]


def test_a_lost_store_is_rebuilt_from_the_log(opened: Opener, tmp_path: Path) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"), said("b", 'two "quoted"\n'))))
    added = stored_file(dataset, tmp_path, [said(str(n), f"row {n}") for n in range(50)])
    dataset.commit(ChangeSet((said("x", "inline"),), (said("a", "one"),), added_file=added))
    removed = stored_file(dataset, tmp_path, [said(str(n), f"row {n}") for n in range(40)])
    dataset.commit(ChangeSet(removed_file=removed))
    before = sorted(map(str, dataset._store.engine))
    dataset.close()

    for loss in ("stores", "current"):
        path = tmp_path / "shop" / loss
        if path.is_symlink():
            path.unlink()
        else:
            shutil.rmtree(path)
        dataset = opened()
        assert dataset.sequence == 3
        assert sorted(map(str, dataset._store.engine)) == before


def test_a_store_in_an_older_state_is_caught_up(opened: Opener, tmp_path: Path) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))
    dataset.checkpoint(tmp_path / "older")
    added = stored_file(dataset, tmp_path, [said("f", "filed")])
    dataset.commit(ChangeSet((said("b", "two"),), (said("a", "one"),)))
    dataset.commit(ChangeSet(added_file=added))
    dataset.commit(ChangeSet((said("c", "three"),)))
    dataset.close()
    current = (tmp_path / "shop" / "current").resolve()
    shutil.rmtree(current)
    shutil.copytree(tmp_path / "older", current)

    dataset = opened()

    assert dataset.sequence == 4
    assert texts(dataset) == ["filed", "three", "two"]


def test_a_store_that_failed_after_the_log_was_written_is_opened_again(opened: Opener) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))
    dataset.log.append(write_patch({}, [said("b", "two")], [said("a", "one")]))
    dataset._store.close()

    commit = dataset.commit(ChangeSet((said("c", "three"),)))

    assert commit.sequence == 3
    assert texts(dataset) == ["three", "two"]


def test_a_store_ahead_of_its_log_is_not_served(opened: Opener, tmp_path: Path) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))
    shorter = dataset.log.path.read_bytes()
    dataset.commit(ChangeSet((said("b", "two"),)))
    dataset.close()
    dataset.log.path.write_bytes(shorter)

    with pytest.raises(LogDamaged, match=r"commit 2.*ends at 1"):
        Dataset(tmp_path / "shop", NAMES)
    # The failed attempt holds nothing: the next one fails for the same reason.
    with pytest.raises(LogDamaged):
        Dataset(tmp_path / "shop", NAMES)


def test_a_torn_log_is_cut_and_the_dataset_goes_on(opened: Opener) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))
    dataset.close()
    with dataset.log.path.open("ab") as file:
        file.write(b'H id "urn:x" .\nTX .\nA <urn:s> <ur')

    dataset = opened()

    assert dataset.log.torn_bytes == 33
    assert dataset.commit(ChangeSet((said("b", "two"),))).sequence == 2
    assert texts(opened()) == ["one", "two"]


def test_a_second_owner_is_refused_and_does_no_harm(opened: Opener, tmp_path: Path) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))
    clone = tmp_path / "shop" / "stores" / "99"
    dataset.checkpoint(clone)
    program = (
        "import sys; from pathlib import Path; from graph.dataset.dataset import Dataset; "
        "from graph.names import ProjectNames; from graph.errors import StoreInUse\n"
        "try: Dataset(Path(sys.argv[1]), ProjectNames('https://example.org/', 'shop'))\n"
        "except StoreInUse as error: print('refused', error)"
    )

    answer = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "shop")],
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.startswith("refused")
    assert f"process {os.getpid()}" in answer.stdout
    assert clone.is_dir()
    with pytest.raises(StoreInUse):
        Dataset(tmp_path / "shop", NAMES)
    assert dataset.commit(ChangeSet((said("b", "two"),))).sequence == 2


def test_replacing_makes_a_graph_exactly_what_is_given(opened: Opener) -> None:
    dataset = opened()
    graph = NAMES.ontology
    dataset.commit(
        ChangeSet((said("a", "old", graph), said("b", "same", graph), said("c", "else")))
    )
    change = ChangeSet((said("b", "same", graph), said("d", "new", graph)))

    commit = dataset.commit(change, replacing=(graph,))
    again = dataset.commit(change, replacing=(graph,))

    assert (commit.added, commit.removed) == (1, 1)
    assert texts(dataset, graph) == ["new", "same"]
    assert texts(dataset) == ["else"]
    assert (again.sequence, again.added, again.removed) == (commit.sequence, 0, 0)


@pytest.mark.parametrize(
    "value",
    [
        Literal("05", datatype=XSD.integer),
        Literal("1.50", datatype=XSD.decimal),
        Literal("1", datatype=XSD.boolean),
        Literal("2024-01-01T00:00:00.000000Z", datatype=XSD.dateTime),
        Literal("1e0", datatype=XSD.double),
    ],
    ids=str,
)
def test_a_value_the_engine_writes_otherwise_is_still_the_same_value(
    opened: Opener, value: Literal
) -> None:
    dataset = opened()
    quad = Quad(NAMES.thing("Person", ["a"]), SAYS, value, NAMES.ontology)
    dataset.commit(ChangeSet((quad,)), replacing=(NAMES.ontology,))
    (stored,) = dataset._store.quads(NAMES.ontology)

    again = dataset.commit(ChangeSet((quad,)), replacing=(NAMES.ontology,))
    both = dataset.commit(ChangeSet((quad, stored), (stored,)))

    assert dataset.count(NAMES.ontology) == 1
    assert (again.added, again.removed, both.added, both.removed) == (0, 0, 0, 0)
    removed = dataset.commit(ChangeSet((), (quad, stored)))
    assert (removed.removed, dataset.count(NAMES.ontology)) == (1, 0)


def test_replacing_a_graph_by_nothing_empties_it(opened: Opener) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "old"), said("b", "older"))))

    commit = dataset.commit(ChangeSet(), replacing=(NAMES.data,))

    assert (commit.added, commit.removed) == (0, 2)
    assert NAMES.data not in dataset.graphs()


def test_a_newer_commit_than_expected_is_a_conflict(opened: Opener, tmp_path: Path) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)), expected=0)
    file = stored_file(dataset, tmp_path, [said("f", "filed")])

    for change in (ChangeSet((said("b", "two"),)), ChangeSet(added_file=file)):
        with pytest.raises(Conflict, match="commit 1, not 0"):
            dataset.commit(change, expected=0)

    assert dataset.log.sequence == 1
    assert texts(dataset) == ["one"]
    assert dataset.commit(ChangeSet((said("b", "two"),)), expected=1).sequence == 2


def test_a_guard_that_raises_leaves_nothing(opened: Opener, tmp_path: Path) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))
    file = stored_file(dataset, tmp_path, [said("f", "filed")])

    def refuse(reader: GraphReader) -> None:
        assert reader.ask(f"ASK {{ ?c a {MIMIR.Commit} }}")
        raise Conflict("not now")

    for change in (ChangeSet((said("b", "two"),)), ChangeSet(added_file=file)):
        with pytest.raises(Conflict, match="not now"):
            dataset.commit(change, guard=refuse)

    assert (dataset.sequence, dataset.log.sequence) == (1, 1)
    assert texts(dataset) == ["one"]
    assert len(list((tmp_path / "shop" / "stores").iterdir())) == 1
    assert texts(opened()) == ["one"]


def test_blank_nodes_become_the_same_skolem_iris_each_time(opened: Opener) -> None:
    dataset = opened()
    linked = Quad(BlankNode("x"), SAYS, BlankNode("y"), NAMES.data)

    dataset.commit(ChangeSet((linked,)))
    again = dataset.commit(ChangeSet((linked,)))
    (quad,) = dataset._store.quads(NAMES.data)
    removed = dataset.commit(ChangeSet((), (linked,)))

    assert quad == Quad(
        NamedNode(f"{NAMES.skolem}x"), SAYS, NamedNode(f"{NAMES.skolem}y"), NAMES.data
    )
    assert (again.added, removed.removed) == (0, 1)


def test_graphs_lists_the_projects_graphs_and_not_the_engines_state(opened: Opener) -> None:
    dataset = opened()
    dataset.commit(ChangeSet((said("a", "one"),)))

    assert dataset.graphs() == [NAMES.data, NAMES.meta]
    assert dataset.count(NAMES.data) == 1


def test_the_default_graph_is_data_ontology_and_inferred(opened: Opener) -> None:
    dataset = opened()
    dataset.commit(
        ChangeSet(
            (
                said("a", "data"),
                said("b", "ontology", NAMES.ontology),
                said("c", "inferred", NAMES.inferred),
                said("d", "shapes", NAMES.shapes),
            )
        )
    )

    assert texts(dataset, *NAMES.default_graphs) == ["data", "inferred", "ontology"]
    assert len(dataset.reader().select(EVERYTHING)) == 3
    assert dataset.reader(None, [NAMES.shapes]).ask('ASK { GRAPH ?g { ?s ?p "shapes" } }')
