"""Overlay algebra: how a change seen through a twin becomes a change of the twin's two graphs.

A twin shows (base without `removed`) with `added`; the two graphs are disjoint, `added` never
repeats the base and `removed` names only what the base has.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from graph.changes import ChangeSet
from graph.names import ProjectNames
from graph.store import GraphReader
from graph.terms import NamedNode, Quad, Triple

_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


@dataclass(frozen=True)
class Difference:
    """What a twin adds to the base and hides from it, sorted."""

    added: tuple[Triple, ...]
    removed: tuple[Triple, ...]


def read_difference(added: GraphReader, removed: GraphReader) -> Difference:
    """Read a twin's overlay from readers of its two graphs."""
    return Difference(_sorted(added.construct(_ALL)), _sorted(removed.construct(_ALL)))


def overlay_change(
    names: ProjectNames,
    twin: str,
    now: Difference,
    added: Iterable[Quad],
    removed: Iterable[Quad],
    reason: str,
) -> ChangeSet:
    """Give the change of the overlay graphs that makes the twin show `added` and not `removed`.

    Args:
        now: the overlay as it is.
        added, removed: effective changes as seen through the twin: nothing it shows already is
            added, nothing it does not show is removed.
    """
    plus, minus = names.twin_added(twin), names.twin_removed(twin)
    shown, hidden = set(now.added), set(now.removed)
    new: list[Quad] = []
    gone: list[Quad] = []
    for quad in removed:
        in_overlay = quad.triple in shown
        (gone if in_overlay else new).append(_placed(quad.triple, plus if in_overlay else minus))
    for quad in added:
        in_overlay = quad.triple in hidden
        (gone if in_overlay else new).append(_placed(quad.triple, minus if in_overlay else plus))
    return ChangeSet(tuple(new), tuple(gone), author="twin", reason=reason)


def discard_change(names: ProjectNames, twin: str, now: Difference) -> ChangeSet:
    """Give the change that empties a twin's overlay."""
    return ChangeSet(
        removed=(
            *(_placed(triple, names.twin_added(twin)) for triple in now.added),
            *(_placed(triple, names.twin_removed(twin)) for triple in now.removed),
        ),
        author="twin",
        reason=f"Discard the changes of twin {twin}",
    )


def apply_change(names: ProjectNames, twin: str, now: Difference) -> ChangeSet:
    """Give the change that moves a twin's overlay into the base."""
    emptied = discard_change(names, twin, now)
    return ChangeSet(
        added=tuple(_placed(triple, names.data) for triple in now.added),
        removed=(*emptied.removed, *(_placed(triple, names.data) for triple in now.removed)),
        author="twin",
        reason=f"Apply the changes of twin {twin}",
    )


def _placed(triple: Triple, graph: NamedNode) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def _sorted(triples: list[Triple]) -> tuple[Triple, ...]:
    return tuple(sorted(triples, key=str))
