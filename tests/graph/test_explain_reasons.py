"""Why an answer is empty, for the mistakes that people make: the reason names what to change."""

import pytest

from graph.oxigraph import OxigraphStore
from graph.readers.explain import explain
from graph.terms import NamedNode

BASE = "https://example.org/"
DATA = NamedNode(BASE + "data")
PREFIX = "PREFIX : <https://example.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
TRIPLES = """INSERT DATA { GRAPH :data {
  :m1 a :Machine ; :name "Press" ; :site :s1 ; :maxTemperatureC 80.5 .
  :m1 :installed "2020-03-01"^^xsd:date .
  :m2 a :Machine ; :name "Lathe" ; :site :s2 ; :maxTemperatureC 60 .
  :m2 :installed "2021-06-01"^^xsd:date .
  :s1 a :Site ; :name "Leeds"@en . :s2 a :Site ; :name "Köln"@de .
  :w1 a :Order ; :machine :m1 ; :hours 3 ; :closedAt "2024-01-02"^^xsd:date .
} }"""


@pytest.fixture(scope="module")
def store() -> OxigraphStore:
    """Two machines at two sites, and an order."""
    store = OxigraphStore()
    store.update(PREFIX + TRIPLES)
    return store


@pytest.mark.parametrize(
    ("pattern", "kind", "said"),
    [
        (
            "?m :temperature ?t",
            "triple pattern",
            "Did you mean <https://example.org/maxTemperatureC>",
        ),
        ("?m a :machine", "triple pattern", "Did you mean <https://example.org/Machine>"),
        ("?m :site/:nam ?n", "triple pattern", "Did you mean <https://example.org/name>"),
        ("?m :name 'Leeds'", "triple pattern", "another type, language or case"),
        ("?m :maxTemperatureC '60'", "triple pattern", "another type, language or case"),
        ("?m :site ?s . ?s a :Machine", "triple pattern", "none of them agrees"),
        ("VALUES ?m { :m8 :m9 } ?m a :Machine", "triple pattern", "agrees with the 2 solutions"),
        ("?m a :Machine . BIND(:m9 AS ?n) ?n :name ?o", "triple pattern", "on ?n"),
        ("?m :maxTemperatureC ?t FILTER(?t > 100)", "FILTER", "For instance, ?t is"),
        ("?m :name ?n FILTER REGEX(?n, '^pr')", "FILTER", 'For instance, ?n is "'),
        ("?m :installed ?d FILTER(?d > '2020')", "FILTER", "of different types"),
        ("?m :maxTemperatureC ?t FILTER(?t > ?limit)", "FILTER", "binds ?limit. For instance"),
        (
            "?m a :Machine OPTIONAL { ?m :serial ?n } FILTER(BOUND(?n))",
            "FILTER",
            "since 'OPTIONAL { ?m :serial ?n }' never matches. The predicate <https://example.org/serial>",
        ),
        (
            "?m a :Machine FILTER EXISTS { ?w :machine ?m ; :closed ?c }",
            "FILTER",
            "Did you mean <https://example.org/closedAt>",
        ),
        (
            "?m a :Machine FILTER NOT EXISTS { ?w :machine ?m } FILTER(?m = :m1)",
            "FILTER",
            "the only solution. For instance, ?m is <https://example.org/m2>",
        ),
        (
            "?m a :Machine { ?m :name 'Mill' } UNION { ?m :name 'Saw' }",
            "UNION",
            "The object 'Mill' does not fit",
        ),
        ("{ ?m a :Sensor } UNION { ?m a :Gauge }", "UNION", "example.org/Gauge> does not occur"),
        ("?m a :Machine { SELECT ?m { ?m :name 'Mill' } }", "sub-select", "'Mill' does not fit"),
        ("?m a :Machine { SELECT ?m { ?m :name ?n } LIMIT 0 }", "sub-select", "stands behind it"),
        ("?m a :Machine { ?x :hours ?h FILTER(?m = ?x) }", "FILTER", "in its group binds ?m"),
    ],
)
def test_the_reason_names_the_mistake(
    store: OxigraphStore, pattern: str, kind: str, said: str
) -> None:
    text = PREFIX + " ".join(("SELECT * {", pattern, "}"))

    found = explain(store.engine, text, base=BASE, default=[DATA], named=[DATA])

    assert found.blame is not None
    assert found.blame.kind == kind
    assert said in found.blame.reason
    assert ("different types" in said) is ("different types" in found.blame.reason)
