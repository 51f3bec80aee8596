"""A project that reasons after each of many changes holds what reasoning anew would give."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from pyoxigraph import RdfFormat, parse

from graph.changes import ChangeSet
from graph.oxigraph import OxigraphStore
from graph.projects import Project, Projects
from graph.reasoning.fixpoint import materialise
from graph.reasoning.reasoner import asserted_graphs, run_reasoner
from graph.reasoning.saturation import FRESH
from graph.terms import Quad, Triple

NOON = datetime(2024, 5, 17, 12, tzinfo=UTC)
PREFIXES = (
    "@prefix : <https://example.org/p/shop/ontology#> . "
    "@prefix owl: <http://www.w3.org/2002/07/owl#> . "
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
)
AXIOMS = [
    ":A rdfs:subClassOf :B",
    ":B rdfs:subClassOf :C",
    ":C owl:equivalentClass :D",
    ":p rdfs:subPropertyOf :q",
    ":p rdfs:domain :A",
    ":q rdfs:range :C",
    ":p owl:inverseOf :r",
    ":q a owl:TransitiveProperty",
    ":r a owl:SymmetricProperty",
    ":p a owl:FunctionalProperty",
    ":D owl:someValuesFrom :B ; owl:onProperty :q",
]
FACTS = [f":{one} :{name} :{two}" for one in "xyz" for name in "pqr" for two in "xyzw"]
FACTS += [f":{one} a :{name}" for one in "xyzw" for name in "ABCD"]
_STEPS = 6


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Make a project without anything in it."""
    projects = Projects(tmp_path, "https://example.org/", lambda: NOON)
    yield projects.create("shop")
    projects.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_inferred_stays_what_follows(project: Project, seed: int, tmp_path: Path) -> None:
    random = Random(seed)  # noqa: S311 # no secret
    names = project.names
    there: set[Quad] = set()
    incremental = set()
    for step in range(_STEPS):
        gone = random.sample(sorted(there, key=str), min(len(there), random.randrange(4)))
        came = {*_quads(random.sample(FACTS, 3), names.data)}
        if step % 2 == 0:
            came |= {*_quads(random.sample(AXIOMS, 3), names.ontology)}
        there = (there - set(gone)) | came
        project.commit(ChangeSet(tuple(came), tuple(quad for quad in gone if quad not in came)))

        report = run_reasoner(project, lambda: NOON)

        incremental.add(report.incremental)
        found = {quad.triple for quad in project.dataset.quads(names.inferred)}
        assert found == _follows(project, tmp_path)
    assert incremental == {True, False}


def _quads(lines: list[str], graph: object) -> Iterator[Quad]:
    text = PREFIXES + " ".join(f"{line} ." for line in lines)
    for triple in parse(text, RdfFormat.TURTLE):
        yield Quad(triple.subject, triple.predicate, triple.object, graph)  # type: ignore[arg-type] # a graph


def _follows(project: Project, folder: Path) -> set[Triple]:
    store = OxigraphStore()
    graphs = asserted_graphs(project.names)
    for graph in graphs:
        store.engine.extend(project.dataset.quads(graph))
    materialise(store, graphs, folder)
    return {quad.triple for quad in store.quads(FRESH)}
