"""The contract of a triple store, run on every engine."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from graph.errors import BadInput, BadQuery
from graph.oxigraph import OxigraphStore
from graph.remote.sparql_http import SparqlHttpStore
from graph.store import TripleStore
from graph.terms import DefaultGraph, Literal, NamedNode, Quad
from graph.vocab import XSD

RED, BLUE, GREEN = (NamedNode(f"https://example.org/graph/{name}") for name in ("r", "b", "g"))
SAYS = NamedNode("https://example.org/says")

ODD_LITERALS = [
    Literal(""),
    Literal('she said "yes"'),
    Literal("back\\slash and 'quote'"),
    Literal("two\nlines\r\nand\ta tab"),
    Literal("naïve — 日本語 🙂"),
    Literal("} ; # $name ?name <iri>"),
    Literal("\u0001 control \u007f \u2028 separator"),
    Literal("bonjour", language="fr"),
    Literal("grüezi", language="de-ch"),
    Literal("123456789012345678901234567890", datatype=XSD.integer),
    Literal("-9007199254740993", datatype=XSD.integer),
    Literal("0.000000000000000001", datatype=XSD.decimal),
    Literal("2020-02-30", datatype=XSD.date),
    Literal("2024-02-29T23:59:59.123+05:30", datatype=XSD.dateTime),
    Literal("not a number", datatype=XSD.integer),
    Literal("x", datatype=NamedNode("https://example.org/own-type")),
]


FUSEKI = pytest.param("fuseki", marks=pytest.mark.fuseki)


@pytest.fixture(params=["memory", "disk", "http", FUSEKI])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TripleStore]:
    """An empty store of each kind."""
    if request.param == "memory":
        yield OxigraphStore()
    elif request.param == "disk":
        made = OxigraphStore(tmp_path / "store")
        yield made
        made.close()
    else:
        kind = "oxigraph" if request.param == "http" else "fuseki"
        server = request.getfixturevalue(f"{kind}_server")
        headers = {"Content-Type": "application/sparql-update"}
        httpx.post(f"{server}/update", content="DROP ALL", headers=headers).raise_for_status()
        graphs = "store" if kind == "oxigraph" else "data"
        yield SparqlHttpStore(f"{server}/query", f"{server}/update", f"{server}/{graphs}")


def thing(name: str) -> NamedNode:
    return NamedNode(f"https://example.org/id/{name}")


def said(name: str, text: str, graph: NamedNode = RED) -> Quad:
    return Quad(thing(name), SAYS, Literal(text), graph)


def test_select_gives_variables_and_rows_with_none_for_unbound(store: TripleStore) -> None:
    store.apply([said("a", "one"), said("b", "two")], ())

    rows = store.reader([RED]).select(
        "SELECT ?s ?text ?none WHERE { ?s <https://example.org/says> ?text } ORDER BY ?text"
    )

    assert rows.variables == ("s", "text", "none")
    assert list(rows) == [(thing("a"), Literal("one"), None), (thing("b"), Literal("two"), None)]
    assert len(rows) == 2


def test_ask_tells_whether_a_pattern_matches(store: TripleStore) -> None:
    store.apply([said("a", "one")], ())
    reader = store.reader([RED])

    assert reader.ask('ASK { ?s ?p "one" }') is True
    assert reader.ask('ASK { ?s ?p "two" }') is False


def test_construct_gives_triples(store: TripleStore) -> None:
    store.apply([said("a", "one"), said("b", "two")], ())

    triples = store.reader([RED]).construct(
        "CONSTRUCT { ?text <https://example.org/of> ?s . ?s a <https://example.org/C> } "
        "WHERE { ?s <https://example.org/says> ?text }"
    )

    # A literal cannot be a subject: that half of the template says nothing.
    assert sorted(str(triple.subject) for triple in triples) == [
        "<https://example.org/id/a>",
        "<https://example.org/id/b>",
    ]


def test_csv_follows_the_recommendation(store: TripleStore) -> None:
    store.apply([said("a", 'x,"y"\nz')], ())

    text = store.reader([RED]).csv("SELECT ?s ?text ?none WHERE { ?s ?p ?text }")

    assert text == b's,text,none\r\nhttps://example.org/id/a,"x,""y""\nz",\r\n'


def test_an_empty_answer_keeps_its_header(store: TripleStore) -> None:
    query = "SELECT ?s ?o WHERE { ?s ?p ?o }"

    assert store.reader([RED]).csv(query) == b"s,o\r\n"
    assert store.reader([RED]).select(query).variables == ("s", "o")
    assert store.reader([RED]).construct("CONSTRUCT WHERE { ?s ?p ?o }") == []


def test_a_reader_sees_its_default_graphs_as_one_and_no_other(store: TripleStore) -> None:
    store.apply([said("a", "one"), said("b", "two", BLUE), said("c", "three", GREEN)], ())
    query = "SELECT ?text WHERE { ?s ?p ?text } ORDER BY ?text"

    assert list(store.reader([RED]).select(query)) == [(Literal("one"),)]
    assert list(store.reader([RED, BLUE]).select(query)) == [(Literal("one"),), (Literal("two"),)]
    assert list(store.reader([]).select(query)) == []


def test_a_reader_sees_only_its_named_graphs_by_name(store: TripleStore) -> None:
    store.apply([said("a", "one"), said("b", "two", BLUE), said("c", "three", GREEN)], ())
    query = "SELECT ?g ?text WHERE { GRAPH ?g { ?s ?p ?text } } ORDER BY ?g"

    assert list(store.reader([RED], [BLUE]).select(query)) == [(BLUE, Literal("two"))]
    assert list(store.reader([], [BLUE, GREEN]).select(query)) == [
        (BLUE, Literal("two")),
        (GREEN, Literal("three")),
    ]
    assert list(store.reader([RED]).select(query)) == []
    assert not store.reader([], [BLUE]).ask("ASK { ?s ?p ?o }")
    assert not store.reader([RED], [BLUE]).ask(
        "ASK { GRAPH <https://example.org/graph/g> { ?s ?p ?o } }"
    )


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_from_cannot_reach_a_graph_outside_the_dataset(store: TripleStore, clause: str) -> None:
    store.apply([said("a", "one"), said("b", "secret", BLUE)], ())
    query = f"SELECT ?text {clause} <{BLUE.value}> WHERE {{ {{ ?s ?p ?text }} UNION "
    query += "{ GRAPH ?g { ?s ?p ?text } } }"

    for reader in (store.reader([RED]), store.reader([]), store.reader([], [RED])):
        assert (Literal("secret"),) not in list(reader.select(query))


def test_apply_removes_before_it_adds(store: TripleStore) -> None:
    store.apply([said("a", "one"), said("b", "two")], ())

    store.apply([said("a", "one"), said("c", "three")], [said("a", "one"), said("b", "two")])

    assert sorted(map(str, store.quads(RED))) == sorted(
        map(str, [said("a", "one"), said("c", "three")])
    )


def test_apply_changes_nothing_when_a_part_of_it_is_refused(store: TripleStore) -> None:
    store.apply([said("a", "one")], ())
    broken = Quad(thing("b"), SAYS, Literal("two"), DefaultGraph())

    with pytest.raises(BadQuery):
        store.apply([said("c", "three"), broken], [said("a", "one")])

    assert list(store.quads(RED)) == [said("a", "one")]


def test_apply_of_nothing_is_no_error(store: TripleStore) -> None:
    store.apply((), ())

    assert store.graphs() == []


def test_removing_what_is_absent_is_no_error(store: TripleStore) -> None:
    store.apply((), [said("a", "one")])

    assert store.count(RED) == 0


@pytest.mark.parametrize("literal", ODD_LITERALS, ids=ascii)
def test_an_odd_literal_comes_back_as_it_went_in(store: TripleStore, literal: Literal) -> None:
    quad = Quad(thing("a"), SAYS, literal, RED)

    store.apply([quad], ())

    assert store.contains(quad)
    assert list(store.quads(RED)) == [quad]
    assert list(store.reader([RED]).select("SELECT ?o WHERE { ?s ?p ?o }")) == [(literal,)]
    assert [t.object for t in store.reader([RED]).construct("CONSTRUCT WHERE { ?s ?p ?o }")] == [
        literal
    ]
    store.apply((), [quad])
    assert not store.contains(quad)


def test_load_reads_n_quads_and_keeps_what_was_there(store: TripleStore, tmp_path: Path) -> None:
    store.apply([said("a", "one")], ())
    file = tmp_path / "more.nq"
    quads = [said("b", 'two "quoted"\n', BLUE), said("c", "日本語", RED), said("a", "one")]
    file.write_text("".join(f"{quad} .\n" for quad in quads), encoding="utf-8")

    store.load(file)

    assert (store.count(RED), store.count(BLUE)) == (2, 1)
    assert all(store.contains(quad) for quad in quads)


def test_load_of_broken_n_quads_is_an_error_and_keeps_nothing(
    store: TripleStore, tmp_path: Path
) -> None:
    file = tmp_path / "broken.nq"
    file.write_text(f"{said('a', 'one')} .\n<no end\n", encoding="utf-8")

    with pytest.raises(BadInput):
        store.load(file)

    assert store.count(RED) == 0


def test_contains_counts_and_lists_graphs(store: TripleStore) -> None:
    store.apply([said("a", "one", GREEN), said("b", "two", BLUE), said("c", "three", BLUE)], ())

    assert store.contains(said("b", "two", BLUE))
    assert not store.contains(said("b", "two", GREEN))
    assert (store.count(BLUE), store.count(GREEN), store.count(RED)) == (2, 1, 0)
    assert store.graphs() == [BLUE, GREEN]


def test_of_many_quads_those_that_are_there_are_listed_in_their_order(store: TripleStore) -> None:
    store.apply([said(str(number), f"text {number}") for number in range(0, 12_000, 2)], ())
    asked = [said(str(number), f"text {number}") for number in range(12_000)]
    asked.insert(7, said("0", "text 0", BLUE))

    assert store.existing(iter(asked)) == asked[0:7:2] + asked[9::2]
    assert store.existing([]) == []


@pytest.mark.parametrize("literal", ODD_LITERALS, ids=ascii)
def test_an_odd_literal_is_found_among_many(store: TripleStore, literal: Literal) -> None:
    quads = [Quad(thing(name), SAYS, literal, RED) for name in "ab"]
    store.apply(quads[:1], ())

    assert store.existing(quads) == quads[:1]


def test_a_number_written_otherwise_is_the_same_for_the_engine(store: TripleStore) -> None:
    padded = Quad(thing("a"), SAYS, Literal("05", datatype=XSD.integer), RED)
    store.apply([padded], ())

    assert store.existing([padded]) == [padded]


def test_a_graph_without_triples_is_not_listed(store: TripleStore) -> None:
    store.apply([said("a", "one")], ())

    store.apply((), [said("a", "one")])

    assert store.graphs() == []


def test_quads_carry_the_graph_they_stand_in(store: TripleStore) -> None:
    store.apply([said("a", "one", BLUE), said("a", "one", RED)], ())

    assert list(store.quads(BLUE)) == [said("a", "one", BLUE)]


def test_a_text_that_is_no_sparql_is_a_bad_query(store: TripleStore) -> None:
    reader = store.reader([RED])

    for ask in (reader.select, reader.csv, reader.ask, reader.construct):
        with pytest.raises(BadQuery, match=r"\w"):
            ask("SELEKT ?s WHERE { ?s ?p ?o }")


def test_a_query_of_another_form_is_a_bad_query(store: TripleStore) -> None:
    reader = store.reader([RED])

    for ask in (reader.select, reader.csv, reader.construct):
        with pytest.raises(BadQuery):
            ask("ASK { ?s ?p ?o }")
    for ask in (reader.ask, reader.construct):
        with pytest.raises(BadQuery):
            ask("SELECT ?s WHERE { ?s ?p ?o }")
    for ask in (reader.select, reader.csv, reader.ask):
        with pytest.raises(BadQuery):
            ask("CONSTRUCT WHERE { ?s ?p ?o }")


def test_an_update_text_is_refused_by_a_reader(store: TripleStore) -> None:
    store.apply([said("a", "one")], ())

    with pytest.raises(BadQuery):
        store.reader([RED]).select("DELETE WHERE { ?s ?p ?o }")

    assert store.count(RED) == 1


def test_a_prefix_named_like_an_update_keyword_is_still_a_query(store: TripleStore) -> None:
    store.apply([said("a", "one")], ())

    rows = store.reader([RED]).select(
        "prefix insert: <https://example.org/> SELECT ?o WHERE { ?s insert:says ?o }"
    )

    assert list(rows) == [(Literal("one"),)]


def test_a_batch_of_five_thousand_quads_is_one_change(store: TripleStore) -> None:
    first = [said(str(number), f"text {number}") for number in range(5_000)]
    second = [said(str(number), f"changed {number}") for number in range(5_000)]

    store.apply(first, ())
    store.apply(second, first)

    assert store.count(RED) == 5_000
    assert store.contains(second[4_999])
    assert not store.contains(first[0])
