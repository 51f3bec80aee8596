"""What a change really does to the state that it meets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from graph.changes import ChangeSet
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.terms import BlankNode, NamedNode, Quad, Subject, Term


class State(Protocol):
    """What a change meets."""

    def contains(self, quad: Quad) -> bool:
        """Tell whether the quad is there."""
        ...


@dataclass(frozen=True)
class Effect:
    """Quads that come and go, and how many triples of knowledge that is, with those of files.

    What goes to or from the meta graph, the platform's own records, is not counted.
    """

    added: tuple[Quad, ...]
    removed: tuple[Quad, ...]
    added_count: int
    removed_count: int


def find_effect(
    change: ChangeSet,
    replaced: Iterable[Quad],
    names: ProjectNames,
    state: State,
    loaded: tuple[int, int] = (0, 0),
) -> Effect:
    """Tell what of a change is not so already.

    Args:
        change: its blank nodes get the project's skolem IRIs.
        replaced: quads that are removed unless the change adds them.
        state: what the change meets.
        loaded: how many triples its files added and removed.
    """
    # The engine keeps "05"^^xsd:integer as "5", so only an engine tells which quads are one.
    wanted, gone = OxigraphStore(), OxigraphStore()
    added = _first(wanted, (_skolemised(quad, names) for quad in change.added))
    removed = _first(gone, (_skolemised(quad, names) for quad in change.removed))
    removed += _first(gone, _no_longer_inferred(added, names))
    removed += _first(gone, replaced)
    new = tuple(quad for quad in added if not state.contains(quad))
    old = tuple(quad for quad in removed if not wanted.contains(quad) and state.contains(quad))
    return Effect(new, old, loaded[0] + _knowledge(new, names), loaded[1] + _knowledge(old, names))


def _no_longer_inferred(added: Iterable[Quad], names: ProjectNames) -> Iterator[Quad]:
    """Give what is asserted now as it stands among the inferred: the graphs stay disjoint."""
    asserted = (names.data, names.ontology)
    for quad in added:
        if quad.graph_name in asserted:
            yield Quad(quad.subject, quad.predicate, quad.object, names.inferred)


def _knowledge(quads: Iterable[Quad], names: ProjectNames) -> int:
    meta = names.meta
    return sum(quad.graph_name != meta for quad in quads)


def _skolemised(quad: Quad, names: ProjectNames) -> Quad:
    subject, value = _skolem(quad.subject, names), _skolem(quad.object, names)
    return Quad(subject, quad.predicate, value, quad.graph_name)  # type: ignore[arg-type] # a subject stays one


def _skolem(term: Subject | Term, names: ProjectNames) -> Subject | Term:
    if isinstance(term, BlankNode):
        return NamedNode(f"{names.skolem}{term.value}")
    return term


def _first(seen: OxigraphStore, quads: Iterable[Quad]) -> list[Quad]:
    """Give the quads that `seen` lacks, each once, and put them there."""
    fresh = []
    engine = seen.engine
    for quad in quads:
        if quad not in engine:
            engine.add(quad)
            fresh.append(quad)
    return fresh
