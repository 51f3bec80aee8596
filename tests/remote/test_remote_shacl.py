"""Validation of data on a remote store: the report is that of the embedded store."""

from collections.abc import Iterator

import pytest
from pyoxigraph import RdfFormat, parse

from graph.dataset.snapshots import Overlay
from graph.oxigraph import OxigraphStore
from graph.remote.sparql_http import SparqlHttpStore
from graph.shacl.validation import ValidationReport, validate
from graph.store import TripleStore
from graph.terms import BlankNode, Literal, NamedNode, Quad
from graph.views.reader import ViewReader
from tests.graph.shacl_cases import HAND_MADE, PEOPLE

EX = "http://example.org/"
DATA, SHAPES, ADDED, REMOVED = (
    NamedNode(f"{EX}graph/{name}") for name in ("data", "shapes", "added", "removed")
)
PREFIXES = f"""@prefix : <{EX}> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""


def quads(turtle: str, graph: NamedNode) -> Iterator[Quad]:
    """Read Turtle as a commit would: with IRIs for blank nodes."""
    for quad in parse(PREFIXES + turtle, RdfFormat.TURTLE):
        ends = [
            NamedNode(f"{EX}genid/{term.value}") if isinstance(term, BlankNode) else term
            for term in (quad.subject, quad.object)
        ]
        yield Quad(ends[0], quad.predicate, ends[1], graph)


def found(report: ValidationReport) -> list[str]:
    """What a report says, without the order of equal results."""
    return sorted(map(str, report.results))


@pytest.mark.parametrize("shapes", HAND_MADE.values(), ids=HAND_MADE.keys())
def test_a_remote_store_is_validated_like_an_embedded_one(
    store: SparqlHttpStore, shapes: str
) -> None:
    embedded = OxigraphStore()
    all_quads = [*quads(PEOPLE, DATA), *quads(shapes, SHAPES)]
    both: tuple[TripleStore, ...] = (embedded, store)
    for one in both:
        one.apply(all_quads, ())

    expected = validate(embedded.reader([DATA]), embedded.reader([SHAPES]))
    report = validate(store.reader([DATA]), store.reader([SHAPES]))

    assert found(report) == found(expected)
    assert report.fallback == expected.fallback


def test_a_view_is_validated_without_a_clone(store: SparqlHttpStore) -> None:
    shapes = ":S sh:targetClass :Person ; sh:property [ sh:path :name ; sh:minCount 1 ] ."
    ann, name = NamedNode(f"{EX}ann"), NamedNode(f"{EX}name")
    store.apply(
        [
            *quads(":ann a :Person ; :name 'Ann' . :bob a :Person .", DATA),
            *quads(shapes, SHAPES),
            Quad(NamedNode(f"{EX}bob"), name, Literal("Bob"), ADDED),
            Quad(ann, name, Literal("Ann"), REMOVED),
        ],
        (),
    )
    view = ViewReader(store, [DATA], [], [Overlay(DATA, ADDED, REMOVED)])

    report = validate(view, store.reader([SHAPES]))

    assert [result.focus_node for result in report.results] == [ann]
