"""Overlay algebra: how a change seen through a twin becomes a change of the twin's two graphs.

A twin shows (base without `removed`) with `added`; the two graphs are disjoint, `added` never
repeats the base and `removed` names only what the base has. Predictions stand in `added` too; they
belong to the models and are no part of what is compared, discarded or applied.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from graph.changes import ChangeSet
from graph.names import ProjectNames
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad, Triple


@dataclass(frozen=True)
class Difference:
    """What a twin adds to the base and hides from it, sorted."""

    added: tuple[Triple, ...]
    removed: tuple[Triple, ...]


@dataclass(frozen=True)
class Sizes:
    """Triples a twin adds and hides, and things that are predicted in it."""

    added: int
    removed: int
    predictions: int


def read_difference(names: ProjectNames, added: GraphReader, removed: GraphReader) -> Difference:
    """Read a twin's overlay from readers of its two graphs."""
    query = bind(load_query("twin", "overlay"), predictions=_predictions(names))
    return Difference(_sorted(added.construct(query)), _sorted(removed.construct(query)))


def read_sizes(names: ProjectNames, added: GraphReader, removed: GraphReader) -> Sizes:
    """Count a twin's overlay from readers of its two graphs."""
    query = bind(load_query("twin", "overlay_size"), predictions=_predictions(names))
    counts = [
        int(str(getattr(term, "value", 0)))
        for reader in (added, removed)
        for term in reader.select(query).rows[0]
    ]
    return Sizes(counts[0], counts[2], counts[1])


def _predictions(names: ProjectNames) -> Literal:
    return Literal(f"{names.root}prediction/")


def overlay_change(
    names: ProjectNames,
    twin: str,
    now: Difference,
    added: Iterable[Quad],
    removed: Iterable[Quad],
    held: Container[Quad],
    reason: str,
) -> ChangeSet:
    """Give the change of the overlay graphs that makes the twin show `added` and not `removed`.

    Args:
        now: the overlay as it is.
        added, removed: effective changes as seen through the twin: nothing it shows already is
            added, nothing it does not show is removed.
        held: those of these quads that the base holds; it may have changed under the overlay.
    """
    plus, minus = names.twin_added(twin), names.twin_removed(twin)
    shown, hidden = set(now.added), set(now.removed)
    new: list[Quad] = []
    gone: list[Quad] = []
    for quad in removed:
        if quad.triple in shown:
            gone.append(_placed(quad.triple, plus))
        if quad in held:
            new.append(_placed(quad.triple, minus))
    for quad in added:
        if quad.triple in hidden:
            gone.append(_placed(quad.triple, minus))
        if quad not in held:
            new.append(_placed(quad.triple, plus))
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


def placed(triples: Iterable[Triple], graph: NamedNode) -> tuple[Quad, ...]:
    """Put triples into a graph."""
    return tuple(_placed(triple, graph) for triple in triples)


def _placed(triple: Triple, graph: NamedNode) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def _sorted(triples: list[Triple]) -> tuple[Triple, ...]:
    return tuple(sorted(triples, key=str))
