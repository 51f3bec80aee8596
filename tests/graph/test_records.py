"""Records: Python values as facts."""

from datetime import UTC, datetime, timedelta, timezone

from graph.records import fact_term, instant, record_quads
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import MIMIR, RDF, RDFS, XSD

GRAPH = NamedNode("https://example.org/graph/meta")
RUN = NamedNode("https://example.org/run/1")


def test_each_value_is_one_quad_and_none_says_nothing() -> None:
    facts = {
        RDF.type: MIMIR.Run,
        RDFS.label: ["one", "two"],
        MIMIR.rows: 3,
        MIMIR.reason: None,
        MIMIR.used: (),
        MIMIR.part: (None, "three"),
    }

    quads = record_quads(RUN, facts, GRAPH)

    assert quads == [
        Quad(RUN, RDF.type, MIMIR.Run, GRAPH),
        Quad(RUN, RDFS.label, Literal("one"), GRAPH),
        Quad(RUN, RDFS.label, Literal("two"), GRAPH),
        Quad(RUN, MIMIR.rows, Literal(3), GRAPH),
        Quad(RUN, MIMIR.part, Literal("three"), GRAPH),
    ]


def test_values_keep_their_type() -> None:
    assert fact_term(True) == Literal("true", datatype=XSD.boolean)
    assert fact_term(5) == Literal("5", datatype=XSD.integer)
    assert fact_term(0.5) == Literal("0.5", datatype=XSD.double)
    assert fact_term("5") == Literal("5")
    assert fact_term(RUN) == RUN
    assert fact_term(Literal("x", language="en")) == Literal("x", language="en")


def test_times_are_written_in_utc_to_the_microsecond() -> None:
    ahead = timezone(timedelta(hours=2))

    assert (
        instant(datetime(2024, 5, 17, 14, 0, 0, 123_999, ahead)).value
        == "2024-05-17T12:00:00.123999Z"
    )
    assert instant(datetime(2024, 5, 17, 12)).value == "2024-05-17T12:00:00.000000Z"
    assert fact_term(datetime(2024, 5, 17, 12, tzinfo=UTC)).datatype == XSD.dateTime
