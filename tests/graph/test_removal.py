"""Removing a file of quads from a store: few are taken out, of many the rest is kept."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from graph.dataset.removal import remove_file
from graph.oxigraph import OxigraphStore
from graph.terms import BlankNode, DefaultGraph, Literal, NamedNode, Quad
from graph.vocab import XSD

RED, BLUE = NamedNode("urn:red"), NamedNode("urn:blue")
SAYS = NamedNode("urn:says")


def said(number: int, graph: NamedNode = RED) -> Quad:
    return Quad(NamedNode(f"urn:thing:{number}"), SAYS, Literal(f"text {number}"), graph)


def filled(folder: Path, quads: Iterable[Quad]) -> Path:
    path = folder / "7"
    store = OxigraphStore(path)
    store.engine.bulk_extend(quads)
    store.close()
    return path


def written(folder: Path, quads: Iterable[Quad]) -> Path:
    path = folder / "gone.nq"
    path.write_text("".join(f"{quad} .\n" for quad in quads), encoding="utf-8")
    return path


def content(path: Path) -> set[Quad]:
    store = OxigraphStore(path, read_only=True)
    found = set(store.engine)
    store.close()
    return found


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 1.0], ids="{:.0%}".format)
def test_exactly_the_quads_of_the_file_are_gone(tmp_path: Path, share: float) -> None:
    quads = [said(number) for number in range(2_000)]
    other = [said(number, BLUE) for number in range(100)]
    default = Quad(NamedNode("urn:thing:1"), SAYS, Literal("here"), DefaultGraph())
    store = filled(tmp_path, [*quads, *other, default])
    gone = quads[: int(len(quads) * share)]
    twice = [*gone, *gone[:10], said(5_000)]

    assert remove_file(store, written(tmp_path, twice)) == len(gone)
    assert content(store) == {*quads[len(gone) :], *other, default}
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["7"]


def test_quads_of_several_graphs_keep_apart(tmp_path: Path) -> None:
    both = [said(number, graph) for number in range(500) for graph in (RED, BLUE)]
    store = filled(tmp_path, both)
    gone = [quad for quad in both if quad.graph_name == RED or quad == said(3, BLUE)]

    assert remove_file(store, written(tmp_path, gone)) == len(gone)
    assert content(store) == set(both) - set(gone)


@pytest.mark.parametrize("others", [0, 1_000], ids=["most of the store", "a little of it"])
def test_a_value_that_the_engine_writes_otherwise_goes_too(tmp_path: Path, others: int) -> None:
    padded = Quad(NamedNode("urn:thing:1"), SAYS, Literal("05", datatype=XSD.integer), RED)
    kept = [said(number) for number in range(others)]
    store = filled(tmp_path, [padded, *kept])

    assert remove_file(store, written(tmp_path, [padded])) == 1
    assert content(store) == set(kept)


def test_a_file_of_what_is_not_there_removes_nothing(tmp_path: Path) -> None:
    quads = [said(number) for number in range(10)]
    store = filled(tmp_path, quads)

    assert remove_file(store, written(tmp_path, [said(n) for n in range(100, 900)])) == 0
    assert content(store) == set(quads)


def test_blank_nodes_are_kept_as_they_are(tmp_path: Path) -> None:
    node = Quad(BlankNode("b"), SAYS, Literal("kept"), BLUE)
    quads = [said(number) for number in range(300)]
    store = filled(tmp_path, [*quads, node])

    remove_file(store, written(tmp_path, quads))

    assert content(store) == {node}


def test_a_file_that_is_no_n_quads_is_an_error(tmp_path: Path) -> None:
    store = filled(tmp_path, [said(1)])
    file = tmp_path / "gone.nq"
    file.write_text("no quad\n" * 50, encoding="utf-8")

    with pytest.raises(SyntaxError):
        remove_file(store, file)
