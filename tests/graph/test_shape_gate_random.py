"""A change that is tried brings what two full validations differ by, on random shapes and data."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from graph.oxigraph import OxigraphStore
from graph.shacl.excerpt import MOST
from graph.shacl.report import ValidationResult
from graph.shacl.trial import Trials, compile_shapes, of_graph
from graph.shacl.validation import validate
from graph.terms import NamedNode, Quad
from tests import random_shapes

_DATA, _SHAPES = NamedNode("http://x/data"), NamedNode("http://x/shapes")
_PREFIXES = """@prefix : <http://x/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


@pytest.mark.parametrize("most", [0, MOST], ids=["on a clone", "on a copy of what is read"])
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lines=random_shapes.data,
    added=st.lists(random_shapes.triples.filter(bool).map(lambda some: some[0]), max_size=4),
    removed=st.lists(st.integers(0, 15), max_size=4),
    classes=random_shapes.hierarchies.map(lambda lines: lines[:1]),
    shapes=random_shapes.shapes,
)
def test_brings_what_two_full_validations_differ_by(
    most: int,
    lines: list[str],
    added: list[str],
    removed: list[int],
    classes: list[str],
    shapes: str,
) -> None:
    gone = [lines[place] for place in removed if place < len(lines)]
    store = OxigraphStore()
    store.apply([*_quads(_turtle(lines), _DATA), *_quads(shapes, _SHAPES)], [])
    new = set(_quads(_turtle([*added, *classes]), _DATA))
    change = of_graph(
        _DATA,
        [quad for quad in new if not store.contains(quad)],
        [q for q in set(_quads(_turtle(gone), _DATA)) if q not in new and store.contains(q)],
    )
    before = _validated(store)

    def checkpoint(path: Path) -> int:
        """Copy the data, for a trial on a clone."""
        path.parent.mkdir(exist_ok=True)
        clone = OxigraphStore(path)
        clone.apply(store.quads(_DATA), [])
        clone.close()
        return 0

    with TemporaryDirectory() as folder:
        trials = Trials(store.reader, checkpoint, Path(folder) / "trials", most)
        found = trials.new_results(change, compile_shapes(store.reader([_SHAPES])))

    store.apply(change.added, change.removed)
    assert _facts(found) == _validated(store) - before


def _validated(store: OxigraphStore) -> Counter[tuple[object, ...]]:
    return _facts(validate(store.reader([_DATA]), store.reader([_SHAPES])).results)


def _facts(results: Iterable[ValidationResult]) -> Counter[tuple[object, ...]]:
    return Counter(
        (r.focus_node, r.path, r.value, r.component, r.severity, r.shape) for r in results
    )


def _turtle(lines: list[str]) -> str:
    # Blank nodes are IRIs once they are stored; else a change could not name one.
    return random_shapes.turtle([line.replace("_:b", ":b") for line in lines])


def _quads(text: str, graph: NamedNode) -> list[Quad]:
    triples = parse((_PREFIXES + text).encode(), RdfFormat.TURTLE, lenient=True)
    return [Quad(t.subject, t.predicate, t.object, graph) for t in triples]
