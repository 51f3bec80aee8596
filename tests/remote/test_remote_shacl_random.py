"""Random shapes and data: a remote store is validated with the embedded store's report.

Other cases: `DIFFERENTIAL_SEED=7 DIFFERENTIAL_CASES=300 pytest tests/remote`.
"""

import os
from collections import Counter
from collections.abc import Iterable

from hypothesis import HealthCheck, given, seed, settings

from graph.errors import BadInput
from graph.oxigraph import OxigraphStore
from graph.remote.engine_forms import in_engine_form
from graph.remote.sparql_http import SparqlHttpStore
from graph.shacl.report import ValidationResult
from graph.shacl.validation import validate
from graph.store import TripleStore
from graph.terms import Literal, Quad
from tests import random_shapes
from tests.remote.test_remote_shacl import DATA, SHAPES, quads

CASES = int(os.environ.get("DIFFERENTIAL_CASES", "0")) or 15
Facts = Counter[tuple[str, ...]]


@seed(int(os.environ.get("DIFFERENTIAL_SEED", "0")))
@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(lines=random_shapes.data, shapes=random_shapes.shapes)
def test_reports_are_equal(services: list[str], lines: list[str], shapes: str) -> None:
    remote, embedded = SparqlHttpStore(*services), OxigraphStore()
    remote.update("DROP ALL")
    held = [*quads(random_shapes.turtle(lines), DATA), *quads(shapes, SHAPES)]
    both: tuple[TripleStore, ...] = (remote, embedded)
    for store in both:
        store.apply(in_engine_form(held), ())

    assert report(remote) == report(embedded)


def report(store: TripleStore) -> Facts | str:
    """What validation finds, or why the shapes are refused."""
    try:
        return facts(validate(store.reader([DATA]), store.reader([SHAPES])).results)
    except BadInput as error:
        return str(error)


def facts(results: Iterable[ValidationResult]) -> Facts:
    """What results say, with literals as the embedded engine writes them."""
    return Counter(
        tuple(map(written, (r.focus_node, r.path, r.value, r.component, r.severity, r.shape)))
        for r in results
    )


def written(term: object) -> str:
    if not isinstance(term, Literal):
        return str(term)
    return str(in_engine_form([Quad(DATA, DATA, term, DATA)])[0].object)
