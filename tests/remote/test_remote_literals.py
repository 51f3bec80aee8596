"""Literals on a remote store: kept in the form in which the embedded copies hold them."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.remote.dataset import RemoteDataset
from graph.remote.engine_forms import in_engine_form
from graph.remote.sparql_http import SparqlHttpStore
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import XSD

NAMES = ProjectNames("https://example.org/", "shop")
FORMS = [
    Literal("005", datatype=XSD.int),
    Literal("7", datatype=XSD.nonNegativeInteger),
    Literal("1.50", datatype=XSD.decimal),
    Literal("1e3", datatype=XSD.double),
    Literal("2024-01-02T03:04:05+00:00", datatype=XSD.dateTime),
    Literal("PT36H", datatype=XSD.dayTimeDuration),
    Literal("1", datatype=XSD.boolean),
    Literal("x", language="en-GB"),
    Literal("x", datatype=NamedNode("urn:unit")),
]


def quads() -> list[Quad]:
    says = NAMES.term("says")
    return [Quad(NamedNode(f"urn:s{n}"), says, one, NAMES.data) for n, one in enumerate(FORMS)]


@pytest.mark.parametrize("bulk", [False, True])
def test_what_the_embedded_copy_holds_is_found_and_removed_on_the_store(
    store: SparqlHttpStore, tmp_path: Path, bulk: bool
) -> None:
    with closing(RemoteDataset(tmp_path / "shop", NAMES, store)) as dataset:
        if bulk:
            path = tmp_path / "quads.nq"
            path.write_text("".join(f"{quad} .\n" for quad in quads()))
            dataset.commit(ChangeSet(added_file=dataset.blobs.adopt(path)[0]))
        else:
            dataset.commit(ChangeSet(tuple(quads())))
        dataset.checkpoint(tmp_path / "copy")
        copy = OxigraphStore(tmp_path / "copy", read_only=True)
        held = tuple(copy.quads(NAMES.data))
        copy.close()

        again = dataset.commit(ChangeSet(tuple(quads())))
        gone = dataset.commit(ChangeSet(removed=held))

        assert (again.added, gone.removed, dataset.count(NAMES.data)) == (0, len(FORMS), 0)


def test_the_records_of_a_commit_are_the_same_on_the_store_and_in_the_copy(
    store: SparqlHttpStore, tmp_path: Path
) -> None:
    # A time whose fraction ends in a zero.
    noon = datetime(2024, 1, 2, 12, microsecond=561860, tzinfo=UTC)
    with closing(RemoteDataset(tmp_path / "shop", NAMES, store, lambda: noon)) as dataset:
        dataset.commit(ChangeSet(tuple(quads())))
        dataset.checkpoint(tmp_path / "copy")
        copy = OxigraphStore(tmp_path / "copy", read_only=True)
        records = tuple(copy.quads(NAMES.meta))
        copy.close()

        assert len(store.existing(records)) == len(records) > 0


def test_the_form_is_that_of_the_engine_and_the_order_stays() -> None:
    kept = OxigraphStore()
    kept.apply(quads(), ())

    changed = in_engine_form(quads())

    assert sorted(map(str, changed)) == sorted(str(quad) for quad in kept.quads(NAMES.data))
    assert [quad.subject for quad in changed] == [quad.subject for quad in quads()]
