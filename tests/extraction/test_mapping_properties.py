"""Properties of mapping: any text survives, and counts agree with a plain reading of the rows."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from extraction.landing.mapping import land
from graph.model import JunctionDef, KnowledgeModel
from graph.schema import Schema
from tests.extraction.mapping_cases import (
    NAMES,
    described,
    edges,
    landed,
    link,
    records,
    stage,
    table,
    value,
)

NASTY = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
    | st.sampled_from("\"\\\n\r\t\x01\x7f\u0085\u2028😀é'<>{}|^`;%/"),
    max_size=20,
)


@settings(max_examples=40, deadline=None)
@example(rows=[("a\rb", 'c\r\n"\\"\td')])
@given(rows=st.lists(st.tuples(NASTY, NASTY), min_size=1, max_size=8))
def test_any_text_survives_as_key_and_as_value(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("nasty")
    thing = table("thing", {"id": "string", "text": "string"}, ["id"])
    staged = [stage(folder, "thing", ["id", "text"], rows)]
    model = KnowledgeModel((described(thing, "Thing"),))
    landing = land(staged, Schema((thing,)), model, NAMES, "i1", folder / "data.nq")
    expected: dict[str, str] = {}
    for key, text in rows:
        expected.setdefault(NAMES.thing("Thing", [key]).value, text)
    texts = {
        value(quad.subject): value(quad.object)
        for quad in landed(landing).quads(NAMES.data)
        if quad.predicate == NAMES.term("text")
    }
    assert texts == expected
    written = landing.output.read_bytes()
    assert written.count(b"\n") == landing.tables[0].triples
    assert b"\r" not in written
    assert landing.tables[0].rows_quarantined == len(rows) - len(expected)


KEYS = st.none() | st.sampled_from(["1", "2", "3", "x", "02"])


def valid(cell: str | None) -> bool:
    """Tell whether a cell is an integer, as the columns of the next test are."""
    return cell in ("1", "2", "3")


@settings(max_examples=40)
@given(
    parents=st.lists(KEYS, max_size=6),
    children=st.lists(st.tuples(KEYS, KEYS), max_size=6),
    pairs=st.lists(st.tuples(KEYS, KEYS), max_size=6),
)
def test_individuals_edges_and_quarantine_are_those_of_a_plain_reading(
    tmp_path_factory: pytest.TempPathFactory,
    parents: list[str | None],
    children: list[tuple[str | None, str | None]],
    pairs: list[tuple[str | None, str | None]],
) -> None:
    folder = tmp_path_factory.mktemp("plain")
    parent = table("parent", {"id": "integer"}, ["id"])
    child = table("child", {"id": "integer", "of": "integer"}, ["id"])
    pair = table("pair", {"one": "integer", "two": "integer"}, ["one", "two"])
    staged = [
        stage(folder, "parent", ["id"], [(key,) for key in parents]),
        stage(folder, "child", ["id", "of"], children),
        stage(folder, "pair", ["one", "two"], pairs),
    ]
    of = link(["of"], "parent", ["id"], "of")
    one, two = link(["one"], "parent", ["id"], "one"), link(["two"], "child", ["id"], "two")
    model = KnowledgeModel(
        (described(parent, "Parent"), described(child, "Child", [of])),
        (JunctionDef("pair", "pairOf", "pair of", one, two),),
    )
    schema = Schema((parent, child, pair))
    landing = land(staged, schema, model, NAMES, "i1", folder / "data.nq")

    known = {key for key in parents if valid(key)}
    first: dict[str | None, str | None] = {}
    for key, target in children:
        if valid(key):
            first.setdefault(key, target)
    orphans = sum(target is not None and target not in known for target in first.values())
    assert edges(landing, "of") == {
        (f"Child/{key}", f"Parent/{target}"): 1 for key, target in first.items() if target in known
    }
    good = {pair for pair in pairs if pair[0] in known and pair[1] in first}
    assert edges(landing, "pairOf") == {(f"Parent/{a}", f"Child/{b}"): 1 for a, b in good}
    counts = [(item.rows_landed, item.rows_quarantined) for item in landing.tables]
    assert counts == [
        (len(known), len(parents) - len(known)),
        (len(first), len(children) - len(first)),
        (len(good), len(pairs) - len(good)),
    ]
    assert len(records(landing)) == orphans + sum(quarantined for _, quarantined in counts)
