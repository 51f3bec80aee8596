"""Queries in shapes: prefixes that are imported are known, and what cannot be used is refused."""

import os
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from graph.errors import BadInput
from graph.oxigraph import OxigraphStore
from graph.shacl.report import ValidationReport
from graph.shacl.shapes import read_shapes
from graph.shacl.validation import validate
from graph.terms import NamedNode
from tests.graph.test_shacl_w3c import _ACTION, _EXPECTED, _is_case, _load, _path

PREFIXES = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <http://x/> . "
SHARED = os.environ.get("MIMIR_SHARED")
SUITE = Path(SHARED) / "data" / "w3c" / "data-shapes" / "sparql" if SHARED else None
CASES = [path for path in sorted(SUITE.rglob("*.ttl")) if _is_case(path)] if SUITE else []
EXCUSED = {"shapesGraph-001.ttl": "$shapesGraph is optional in SHACL and not supported"}
_REFUSED = """
PREFIX mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#>
PREFIX sht: <http://www.w3.org/ns/shacl-test#>
ASK { ?test mf:result sht:Failure }"""


def validated(constraint: str, further: str = "") -> ValidationReport:
    """Validate one node by one constraint of SHACL-SPARQL."""
    store = OxigraphStore()
    data, shapes = NamedNode("urn:data"), NamedNode("urn:shapes")
    shape = f":S a sh:NodeShape ; sh:targetClass :C ; sh:sparql [ {constraint} ] . {further}"
    for graph, text in ((data, ":a a :C ; :p 1 ."), (shapes, shape)):
        content = (PREFIXES + text).encode()
        store.engine.load(input=content, format=RdfFormat.TURTLE, to_graph=graph)
    return validate(store.reader([data]), store.reader([shapes]))


def test_prefixes_come_from_what_is_imported_too() -> None:
    declared = (
        ":One <http://www.w3.org/2002/07/owl#imports> :Two . :Two sh:declare "
        '[ sh:prefix "x" ; sh:namespace "http://x/" ] . '
        ":Two <http://www.w3.org/2002/07/owl#imports> :One ."
    )
    query = 'sh:select "SELECT $this WHERE { $this x:p 1 }" ; sh:prefixes :One'
    assert len(validated(query, declared).results) == 1
    with pytest.raises(BadInput, match="cannot be used"):
        validated(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT $this WHERE { $this ",
        "SELECT $this WHERE { $this foo:bar 1 }",
        "ASK { $this <http://x/p> 1 }",
        "DROP ALL",
        "",
        "SELECT $this WHERE { GRAPH $shapesGraph { $this ?p 1 } }",
        "SELECT $this WHERE { SERVICE <http://127.0.0.1/> { $this ?p 1 } }",
        "SELECT $this FROM <file:///etc/hostname> WHERE { $this ?p ?o }",
        "SELECT $this FROM NAMED <http://127.0.0.1/> WHERE { $this ?p ?o }",
        "SELECT $this WHERE { $this <http://x/p> ?v FILTER(<urn:unknown>(?v)) }",
        "SELECT $this WHERE { $this ?p ?o MINUS { $this <http://x/p> ?o } }",
    ],
)
def test_queries_that_cannot_be_used_are_refused(query: str) -> None:
    with pytest.raises(BadInput, match="cannot"):
        validated(f'sh:select "{query}"')


@pytest.mark.skipif(not CASES, reason="MIMIR_SHARED does not name the data-shapes suite")
@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_agrees_with_the_sparql_suite(case: Path) -> None:
    if case.name in EXCUSED:
        pytest.skip(EXCUSED[case.name])
    store = OxigraphStore()
    graph = store.reader([_load(store, case)])
    if graph.ask(_REFUSED):
        with pytest.raises(BadInput):
            validate(graph, graph)
        return
    parsed = read_shapes(graph)
    conforms = graph.select(_ACTION).rows[0][2]
    report = validate(graph, graph)
    assert report.conforms == (getattr(conforms, "value", "") == "true")
    expected = Counter(
        (str(row[0]), _path(parsed, row[1]), *map(str, row[2:])) for row in graph.select(_EXPECTED)
    )
    assert expected == Counter(
        (
            str(result.focus_node),
            None if result.path is None else str(result.path),
            str(result.value),
            str(result.component),
            str(result.severity),
            str(result.shape),
        )
        for result in report.results
    )
