"""The shapes of the platform's own records."""

import re
from pathlib import Path

from pyoxigraph import RdfFormat

from graph.oxigraph import OxigraphStore
from graph.shacl.shapes import read_shapes
from graph.shacl.validation import ValidationReport, validate
from graph.terms import NamedNode
from graph.vocab import MIMIR
from tests.record_shapes import shaped_kinds, shapes_reader

_META = NamedNode("http://example.org/meta")
_PREFIXES = """@prefix : <http://example.org/> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix mimir: <https://w3id.org/mimir-aip/ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def test_accepts_whole_records() -> None:
    report = _validated("""
        :run a mimir:Run ; mimir:identifier "1" ; mimir:workflow "import" ; mimir:state "done" ;
          mimir:createdAt "2026-01-01T00:00:00Z"^^xsd:dateTime .
        :step a mimir:Step ; mimir:partOf :run ; mimir:stepName "land" ; mimir:state "done" .
        :import a mimir:Import ; mimir:quarantineGraph :quarantine .
        :table a mimir:TableImport ; mimir:partOf :import ; mimir:rowsIn 10 ; mimir:rowsLanded 9 ;
          mimir:rowsQuarantined 1 .
    """)

    assert report == ValidationReport(True, ())


def test_says_what_is_missing_in_a_record() -> None:
    report = _validated("""
        :step a mimir:Step ; mimir:partOf :run ; mimir:stepName "land" .
        :import a mimir:Import ; mimir:quarantineGraph :quarantine .
        :table a mimir:TableImport ; mimir:partOf :import ; mimir:rowsIn 10 ; mimir:rowsLanded 11 ;
          mimir:rowsQuarantined 0 .
    """)

    assert [result.message for result in report.results] == [
        "Link the step to its run.",
        "Give the record one state.",
        "Count the landed rows; they are no more than the rows of the table.",
    ]


def test_every_shape_is_compiled_and_named() -> None:
    graph = read_shapes(shapes_reader(OxigraphStore()))
    roots = [root for root, _ in graph.roots()]

    assert len(roots) > 20
    assert [graph.foreign(root) for root in roots] == [None] * len(roots)
    assert all(
        isinstance(child, NamedNode) for root in roots for child in graph.shape(root).properties
    )


def test_every_kind_of_record_that_is_written_has_a_shape() -> None:
    rooms = ("graph", "app", "workers", "twin", "alerting", "ml", "extraction", "inference")
    root = Path(__file__).parents[2]
    written = {
        str(MIMIR.term(kind))
        for room in rooms
        for path in (root / room).rglob("*.py")
        for kind in re.findall(r"RDF\.type(?::|,)\s*\(?MIMIR\.(\w+)", path.read_text("utf-8"))
    }

    assert len(written) > 20
    assert written - shaped_kinds() == set()


def _validated(text: str) -> ValidationReport:
    store = OxigraphStore()
    shapes = shapes_reader(store)
    store.engine.load((_PREFIXES + text).encode(), format=RdfFormat.TURTLE, to_graph=_META)
    return validate(store.reader([_META]), shapes)
