"""What a new generation of ontology, shapes and mapping changes, and what people did that it keeps.

Only what was generated before is taken away, so what people added stays and what they took away
does not come back. What was generated before a person renamed its terms is found by their new
names, its blank nodes by what they say.
"""

from collections.abc import Iterable, Mapping

from graph.names import ProjectNames
from graph.ontology.alignment import align
from graph.ontology.edits import OntologyEdit
from graph.terms import NamedNode, Quad, Subject, Term

Change = tuple[tuple[Quad, ...], tuple[Quad, ...]]


def regenerate(
    before: Iterable[Quad],
    now: Iterable[Quad],
    generated: Iterable[Quad],
    renames: Iterable[OntologyEdit],
    names: ProjectNames,
) -> Change:
    """Give the quads that come and those that go.

    Args:
        before: what was generated the last time.
        now: what is in the graphs.
        renames: what people renamed in the graphs since.
    """
    old = list(before)
    terms: dict[Subject | Term, NamedNode] = {
        names.term(edit.target): names.term(edit.value) for edit in renames
    }
    if terms:
        old = _as_they_are(old, list(now), terms, names.skolem)
    wanted = tuple(generated)
    kept, known = frozenset(wanted), frozenset(old)
    return (
        tuple(quad for quad in wanted if quad not in known),
        tuple(quad for quad in old if quad not in kept),
    )


def _as_they_are(
    old: list[Quad], now: list[Quad], terms: Mapping[Subject | Term, NamedNode], skolem: str
) -> list[Quad]:
    """Write what was generated with the names that its terms and blank nodes have now."""
    there = frozenset(now)
    same = [quad for quad in old if quad in there]
    renamed = [
        Quad(
            terms.get(quad.subject, quad.subject),
            terms.get(quad.predicate, quad.predicate),
            terms.get(quad.object, quad.object),
            quad.graph_name,
        )
        for quad in old
        if quad not in there
    ]
    return [*same, *align(renamed, now, skolem)]
