"""The difference between any two states: in words, as a table, and as text that repeats it."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.client import CallFailed, Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from graph.changes import ChangeSet, read_patch
from graph.oxigraph import OxigraphStore
from graph.projects import Project
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import RDF, RDFS
from tests.e2e.conftest import settings_for

ROOT = "http://mimir.local/p/shop/"


class Shop:
    """A project of three commits: two machines, one of them faster, the other one gone."""

    def __init__(self, owner: Owner) -> None:
        self.client = Client(owner.url)
        self.client.call(OPERATIONS["create_project"], {"name": "shop"})
        self.project: Project = owner.services.projects.get("shop")
        names = self.project.names
        self.label = Quad(names.term("powerKw"), RDFS.label, Literal("power"), names.ontology)
        self.project.commit(ChangeSet((*self.machine("M1", 5), *self.machine("M2", 7), self.label)))
        old, new = self.machine("M1", 5)[1], self.machine("M1", 9)[1]
        self.project.commit(ChangeSet((new,), (old,)))
        self.project.commit(ChangeSet((), self.machine("M2", 7)))

    def machine(self, key: str, power: int) -> tuple[Quad, ...]:
        names = self.project.names
        thing = names.thing("Machine", [key])
        return (
            Quad(thing, RDF.type, names.term("Machine"), names.data),
            Quad(thing, names.term("powerKw"), Literal(power), names.data),
        )

    def call(self, operation: str, **fields: Any) -> Any:
        return self.client.call(OPERATIONS[operation], {"project": "shop", **fields})

    def diff(self, old: str, new: str = "now", form: str = "words", **fields: Any) -> Any:
        return self.call("compare_project_states", old=old, new=new, form=form, **fields)

    def insert(self, twin: str, text: str) -> None:
        update = f"PREFIX : <{ROOT}ontology#> " + text
        self.call("change_twin", twin=twin, update=update)


M1, M2 = f"<{ROOT}id/Machine/M1>", f"<{ROOT}id/Machine/M2>"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A project of three commits, and two twins."""
    owner = Owner(settings_for(tmp_path_factory.mktemp("shop")), port=0)
    owner.start()
    shop = Shop(owner)
    for twin in ("day", "night"):
        shop.call("create_twin", id=twin)
    shop.insert("day", f"INSERT DATA {{ {M1} :note 'sunny' }}")
    shop.insert("night", f"DELETE WHERE {{ {M1} :powerKw ?p }} ; INSERT DATA {{ {M1} :powerKw 2 }}")
    yield shop
    owner.stop()


def test_commits_are_compared_in_words_and_in_a_table(shop: Shop) -> None:
    assert shop.diff("1", "2")["words"] == ["Machine M1: power changed from 5 to 9"]
    assert shop.diff("2", "1")["words"] == ["Machine M1: power changed from 9 to 5"]
    assert shop.diff("1", "3")["words"] == [
        "Machine M1: power changed from 5 to 9",
        "Machine M2: power 7 removed; type Machine removed",
    ]
    found = shop.diff("1", "3", "table", limit=1)
    assert found["table"] == [
        {
            "entity": "Machine M1",
            "property": "power",
            "before": "5",
            "after": "9",
            "graph": "data",
        }
    ]
    assert (found["added_count"], found["removed_count"]) == (1, 3)
    following = shop.diff("1", "3", "table", limit=1, cursor=found["next"])
    assert [row["entity"] for row in following["table"]] == ["Machine M2"] * 2
    assert following["next"] is None


def test_a_graph_beside_the_data_is_named(shop: Shop) -> None:
    assert "In ontology: power: rdfs:label 'power' added" in shop.diff("0", "1")["words"]
    alone = shop.diff("0", "1", "triples", graph="ontology")
    assert alone["added"] == [
        [str(part) for part in (*shop.label.triple, shop.label.graph_name)],
    ]
    assert shop.diff("0", "1", graph=shop.label.graph_name.value)["words"] == [
        "In ontology: power: rdfs:label 'power' added"
    ]


def test_twins_are_compared_with_the_base_with_each_other_and_with_themselves(shop: Shop) -> None:
    then = shop.project.sequence
    assert shop.diff("now", "twin:day")["words"] == ["Machine M1: note 'sunny' added"]
    assert shop.diff("twin:day", "twin:night")["words"] == [
        "Machine M1: note 'sunny' removed; power changed from 9 to 2"
    ]
    assert shop.diff("twin:day", "twin:day")["words"] == []
    shop.insert("day", f"INSERT DATA {{ {M1} :note 'hot' }}")
    changed = shop.diff(f"twin:day@{then}", "twin:day", graph="data")
    assert changed["words"] == ["Machine M1: note 'hot' added"]
    assert changed["old"] == {"commit": then, "twin": "day"}
    # The twin of now, over the base of then: the difference is all that one sees.
    assert shop.diff("1", "twin:night", graph="data")["words"] == [
        "Machine M1: power changed from 5 to 2",
        "Machine M2: power 7 removed; type Machine removed",
    ]


@pytest.mark.parametrize("form", ["patch", "update"])
@pytest.mark.parametrize(
    ("old", "new"), [("0", "3"), ("3", "0"), ("1", "twin:night"), ("twin:night", "twin:day")]
)
def test_the_text_makes_the_new_state_of_the_old_one(
    shop: Shop, form: str, old: str, new: str
) -> None:
    text = shop.diff(old, new, form)["text"]
    sides = shop.diff(old, new, "triples")
    store = OxigraphStore()
    before, after = (_quads(sides[side]) for side in ("removed", "added"))
    store.apply(before, ())

    if form == "update":
        store.update(text)
    else:
        patch = read_patch(text.encode())
        store.apply(patch.added, patch.removed)

    assert set(store.engine) == after
    assert after | before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"old": "99"}, "no commit 99"),
        ({"old": "soon"}, "neither the number"),
        ({"old": "twin:nobody"}, "no twin 'nobody'"),
        ({"old": "twin:day@1"}, "no twin 'day'"),
        ({"old": "1", "form": "poem"}, "form must be one of"),
        ({"old": "1", "graph": "no iri:"}, "no IRI"),
    ],
)
def test_what_cannot_be_compared_is_said(shop: Shop, fields: dict[str, str], words: str) -> None:
    with pytest.raises(CallFailed, match=words):
        shop.diff(**fields)


def test_a_time_names_a_state_too(shop: Shop) -> None:
    time = shop.call("get_project_commit", commit="2")["commit"]["time"]

    assert shop.diff("1", time) == shop.diff("1", "2")


def test_merges_are_listed_newest_first_with_their_conflicts(shop: Shop) -> None:
    assert shop.call("list_merges")["items"] == []
    first = shop.call("start_merge", twin="day")
    second = shop.call("start_merge", twin="night")
    shop.call("abort_merge", merge=first["id"])

    assert [item["id"] for item in shop.call("list_merges")["items"]] == [second["id"], first["id"]]
    assert [item["id"] for item in shop.call("list_merges", state="aborted")["items"]] == [
        first["id"]
    ]
    only = shop.call("list_merges", state="open", limit=1)["items"]
    assert only == [shop.call("get_merge", merge=second["id"])]
    with pytest.raises(CallFailed, match="state must be one of"):
        shop.call("list_merges", state="lost")


def _quads(rows: list[list[str]]) -> set[Quad]:
    text = "".join(f"A {' '.join(row)} .\n" for row in rows)
    found = set(read_patch(text.encode()).added)
    assert all(isinstance(quad.graph_name, NamedNode) for quad in found)
    return found
