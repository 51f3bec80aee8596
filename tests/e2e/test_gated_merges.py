"""A merge passes the gate with its result, which may break a rule that neither side breaks."""

from collections.abc import Iterator

import pytest
from pyoxigraph import RdfFormat, parse

from app.client import CallFailed
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from graph.changes import ChangeSet
from graph.terms import Quad
from tests.e2e.conftest import settings_for
from tests.e2e.shop import M1, PREFIX, ROOT, TERMS, Shop

DATA = f'@prefix : <{TERMS}> . {M1} a :Machine ; :tag "old" .'
SHAPES = f"""@prefix : <{TERMS}> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix s: <{ROOT}shapes#> .
s:Machine a sh:NodeShape ; sh:targetClass :Machine ; sh:property s:tag .
s:tag sh:path :tag ; sh:maxCount 2 ; sh:message "Two tags are enough." .
"""
TAGS = f"SELECT ?t {{ {M1} :tag ?t }}"


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Make a machine with one tag, to which the base and a twin each add another."""
    owner = Owner(settings_for(tmp_path_factory.mktemp("gated")), port=0)
    owner.start()
    shop = Shop(owner, "shop")
    shop.client.call(OPERATIONS["create_project"], {"name": shop.name})
    names = shop.project.names
    quads = tuple(
        Quad(triple.subject, triple.predicate, triple.object, graph)
        for text, graph in ((DATA, names.data), (SHAPES, names.shapes))
        for triple in parse(text, RdfFormat.TURTLE)
    )
    shop.project.commit(ChangeSet(quads))
    shop.call("create_twin", id="side")
    shop.call("change_twin", twin="side", update=f'{PREFIX} INSERT DATA {{ {M1} :tag "theirs" }}')
    shop.project.commit(ChangeSet(tuple(_tagged(shop, "ours"))))
    yield shop
    shop.client.http.close()
    owner.stop()


def _tagged(shop: Shop, tag: str) -> Iterator[Quad]:
    for triple in parse(f'@prefix : <{TERMS}> . {M1} :tag "{tag}" .', RdfFormat.TURTLE):
        yield Quad(triple.subject, triple.predicate, triple.object, shop.project.names.data)


def test_a_gate_that_blocks_stops_even_a_forced_merge_which_can_then_be_aborted(
    shop: Shop,
) -> None:
    shop.call("set_gate", mode="block")
    merge = shop.call("start_merge", twin="side")
    before = shop.project.dataset.sequence

    with pytest.raises(CallFailed, match="Two tags are enough"):
        shop.call("complete_merge", merge=merge["id"])
    with pytest.raises(CallFailed, match="would bring 1 violations"):
        shop.call("complete_merge", merge=merge["id"], force=True)

    assert shop.project.dataset.sequence == before
    assert shop.values(TAGS) == ["old", "ours"]
    assert shop.call("get_merge", merge=merge["id"])["state"] == "open"
    assert shop.call("abort_merge", merge=merge["id"])["state"] == "aborted"
    assert shop.values(TAGS) == ["old", "ours"]
    assert shop.values(TAGS, "side") == ["old", "ours", "theirs"]


def test_a_merge_that_was_refused_passes_once_the_twin_mends_it(shop: Shop) -> None:
    shop.call("set_gate", mode="block")
    merge = shop.call("start_merge", twin="side")
    with pytest.raises(CallFailed):
        shop.call("complete_merge", merge=merge["id"], force=True)

    update = f'{PREFIX} DELETE DATA {{ {M1} :tag "old" }}'
    shop.call("change_twin", twin="side", update=update)
    done = shop.call("complete_merge", merge=merge["id"])

    assert done["state"] == "completed"
    assert shop.values(TAGS) == ["ours", "theirs"]


def test_a_gate_that_warns_records_what_a_forced_merge_brought(shop: Shop) -> None:
    shop.call("set_gate", mode="warn")
    merge = shop.call("start_merge", twin="side")

    shop.call("complete_merge", merge=merge["id"], force=True)

    brought = shop.call("list_commit_violations", commit=str(shop.project.dataset.sequence))
    assert [item["message"] for item in brought["violations"]] == ["Two tags are enough."]
