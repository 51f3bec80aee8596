"""The W3C data-shapes suite, core part; the folder comes from MIMIR_SHARED."""

import os
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from graph.oxigraph import OxigraphStore
from graph.shacl.shapes import ShapesGraph, read_shapes
from graph.shacl.validation import validate
from graph.terms import Literal, NamedNode, Term

_SHARED = os.environ.get("MIMIR_SHARED")
_CORE = Path(_SHARED) / "data" / "w3c" / "data-shapes" / "core" if _SHARED else None
_CASES = sorted(_CORE.rglob("*.ttl")) if _CORE else []

# The engine does not keep these apart when it loads data, so no query can tell them.
EXCUSED = {
    "property/datatype-ill-formed.ttl": "the engine stores xsd:byte as xsd:integer",
    "property/uniqueLang-002.ttl": 'the engine stores "1"^^xsd:boolean as true',
}
_ACTION = """
PREFIX mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#>
PREFIX sht: <http://www.w3.org/ns/shacl-test#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?data ?shapes ?conforms WHERE {
  ?test mf:action [ sht:dataGraph ?data ; sht:shapesGraph ?shapes ] .
  ?test mf:result [ sh:conforms ?conforms ]
}"""
_EXPECTED = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?focus ?path ?value ?component ?severity ?shape WHERE {
  ?report sh:result ?r .
  ?r sh:focusNode ?focus ; sh:sourceConstraintComponent ?component ; sh:resultSeverity ?severity .
  OPTIONAL { ?r sh:resultPath ?path }
  OPTIONAL { ?r sh:value ?value }
  OPTIONAL { ?r sh:sourceShape ?shape }
}"""


def _is_case(path: Path) -> bool:
    return b"sht:Validate" in path.read_bytes()


def _load(store: OxigraphStore, path: Path) -> NamedNode:
    name = NamedNode(path.as_uri())
    if name not in store.graphs():
        store.engine.load(
            path=str(path), format=RdfFormat.TURTLE, base_iri=name.value, to_graph=name
        )
    return name


def _path(shapes: ShapesGraph, term: Term | None) -> str | None:
    return None if term is None else str(shapes.path(term).name)


@pytest.mark.skipif(not _CASES, reason="MIMIR_SHARED does not name the data-shapes suite")
@pytest.mark.parametrize("few_nodes", [0, 10_000], ids=["scan-first", "focus-first"])
@pytest.mark.parametrize(
    "case",
    [path for path in _CASES if _is_case(path)],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_agrees_with_the_core_suite(case: Path, few_nodes: int) -> None:
    name = f"{case.parent.name}/{case.name}"
    if name in EXCUSED:
        pytest.skip(EXCUSED[name])
    store = OxigraphStore()
    manifest = store.reader([_load(store, case)])
    data, shapes, conforms = manifest.select(_ACTION).rows[0]
    readers = [
        store.reader([_load(store, Path(term.value.removeprefix("file://")))])
        for term in (data, shapes)
        if isinstance(term, NamedNode)
    ]

    report = validate(readers[0], readers[1], few_nodes=few_nodes)

    assert isinstance(conforms, Literal)
    assert report.conforms == (conforms.value == "true")
    assert report.fallback == ()
    parsed = read_shapes(manifest)
    expected = Counter(
        (str(row[0]), _path(parsed, row[1]), str(row[2]), *map(str, row[3:]))
        for row in manifest.select(_EXPECTED)
    )
    found = Counter(
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
    assert found == expected
