"""Saved queries: values, versions, and examples that all run."""

from datetime import UTC, datetime

import pytest

from graph.errors import BadInput, NotFound
from graph.example_queries import generate_examples
from graph.model import AttributeDef, ClassDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.saved_queries import (
    SavedQuery,
    find_query,
    list_queries,
    queries_graph,
    save_change,
    value_term,
)
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import RDF, XSD

NAMES = ProjectNames("https://example.org/", "works")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
MACHINE = ClassDef(
    "machines",
    "Machine",
    "machine",
    ("id",),
    (AttributeDef("power", "ratedPowerKw", "rated power kw", "decimal"),),
    (LinkDef(("hall",), "halls", ("id",), "Hall", "standsIn", "stands in"),),
)
MODEL = KnowledgeModel((MACHINE, ClassDef("größe", "Größe", "größe", (), (), ())))


def store_of(model: KnowledgeModel) -> OxigraphStore:
    store = OxigraphStore()
    m1 = NAMES.thing("Machine", ["M1"])
    facts = (
        Quad(m1, RDF.type, NAMES.term("Machine"), NAMES.data),
        Quad(m1, NAMES.term("ratedPowerKw"), Literal("5.5", datatype=XSD.decimal), NAMES.data),
        Quad(m1, NAMES.term("standsIn"), NAMES.thing("Hall", ["H1"]), NAMES.data),
    )
    store.apply([*facts, *generate_examples(model, NAMES)], ())
    return store


def queries_of(store: OxigraphStore) -> tuple[SavedQuery, ...]:
    return list_queries(store.reader([queries_graph(NAMES)]), store.reader([NAMES.meta]))


@pytest.mark.parametrize("model", [MODEL, KnowledgeModel()], ids=["machines", "empty"])
def test_at_least_ten_examples_are_born_and_every_one_runs(model: KnowledgeModel) -> None:
    store = store_of(model)
    reader = store.reader(NAMES.default_graphs, store.graphs())
    values = {"thing": f"<{NAMES.root}id/Machine/M1>", "class": "<urn:c>", "words": "press"}

    queries = queries_of(store)

    assert len(queries) >= 10
    for query in queries:
        given = {name: values[name] for name in query.parameters}
        assert reader.select(query.bound(given)).variables, query.name
        assert query.title


def test_examples_ask_for_numbers_and_links_of_each_class() -> None:
    store = store_of(MODEL)
    reader = store.reader(NAMES.default_graphs, ())

    power = reader.select(find_query(queries_of(store), "machine-rated-power-kw", None).text)
    halls = reader.select(find_query(queries_of(store), "machine-by-stands-in", None).text)

    assert [str(getattr(term, "value", "")) for term in power.rows[0]] == ["1", "5.5", "5.5", "5.5"]
    assert halls.rows[0][0] == NAMES.thing("Hall", ["H1"])


def test_examples_are_the_same_for_the_same_model() -> None:
    assert generate_examples(MODEL, NAMES) == generate_examples(MODEL, NAMES)


def test_a_new_version_hides_the_old_one_which_stays() -> None:
    store = store_of(MODEL)
    for version, text in ((1, "ASK {}"), (2, "SELECT * {}")):
        query = SavedQuery("mine", version, "Mine", text, "kim", NOW)
        store.apply(save_change(NAMES, query).added, ())

    queries = queries_of(store)

    assert find_query(queries, "mine", None).text == "SELECT * {}"
    assert find_query(queries, "mine", 1).text == "ASK {}"
    with pytest.raises(NotFound):
        find_query(queries, "mine", 3)


def test_parameters_take_terms_and_never_become_syntax() -> None:
    query = SavedQuery("q", 1, "Q", "SELECT * { $thing ?p $text FILTER('$no' != ?p) }")

    bound = query.bound({"thing": "<urn:a>", "text": '" } #'})

    assert query.parameters == ("thing", "text")
    assert bound == 'SELECT * { <urn:a> ?p "\\" } #" FILTER(\'$no\' != ?p) }'
    with pytest.raises(BadInput, match=r"\$text has no value"):
        query.bound({"thing": "<urn:a>"})
    with pytest.raises(BadInput, match="no parameter named more"):
        query.bound({"thing": "<urn:a>", "text": "x", "more": "y"})


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("<urn:a>", NamedNode("urn:a")),
        ("12", Literal("12", datatype=XSD.integer)),
        ("-1.5", Literal("-1.5", datatype=XSD.decimal)),
        ("true", Literal("true", datatype=XSD.boolean)),
        ("M-001", Literal("M-001")),
        ('"5"', Literal("5")),
        (f'"2026-01-01"^^<{XSD}date>', Literal("2026-01-01", datatype=XSD.date)),
        ('"hallo"@de', Literal("hallo", language="de")),
        ("", Literal("")),
    ],
)
def test_values_are_read_as_people_write_them(text: str, term: NamedNode | Literal) -> None:
    assert value_term(text) == term


def test_a_bad_iri_and_a_bad_name_are_refused() -> None:
    with pytest.raises(BadInput, match="IRI"):
        value_term("<no iri>")
    with pytest.raises(BadInput, match="lower-case"):
        save_change(NAMES, SavedQuery("Not/This", 1, "", "ASK {}", "kim", NOW))
