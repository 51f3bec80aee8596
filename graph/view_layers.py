"""What a reader sees of a graph through a stack of overlays: layers, each with what hides it.

An overlay removes, then adds, so of a triple that stands in both graphs the added one is seen. Each
triple of the view is in one layer only: a layer leaves out what a higher one adds or removes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.snapshots import Overlay
from graph.terms import NamedNode

DEFAULT = ""
"""Stands for the default graph where the IRI of a graph could stand."""


@dataclass(frozen=True)
class View:
    """A dataset seen through overlays.

    Attributes:
        default, named: the dataset.
        overlays: the lowest first; each changes its target only.
        touched: for each overlay, the predicates in its graphs; None: any.
    """

    default: tuple[NamedNode, ...]
    named: tuple[NamedNode, ...]
    overlays: tuple[Overlay, ...]
    touched: tuple[frozenset[str] | None, ...] = ()

    def graphs(self, active: str) -> tuple[str, ...]:
        """List the graphs that make up the active graph."""
        if active:
            return (active,)
        return tuple(dict.fromkeys(graph.value for graph in self.default))

    def changes(self, active: str, predicates: frozenset[str] | None) -> bool:
        """Tell whether an overlay may change the triples with some predicates (None: any)."""
        return any(self._over(graph, predicates) for graph in self.graphs(active))

    def layers(
        self, active: str, predicates: frozenset[str] | None
    ) -> list[tuple[str, tuple[str, ...]]]:
        """List the graphs that hold the triples of the active graph, each with what hides it."""
        found: list[tuple[str, tuple[str, ...]]] = []
        for graph in self.graphs(active):
            above: tuple[str, ...] = ()
            for overlay in reversed(self._over(graph, predicates)):
                found.append((overlay.added.value, above))
                above = (*above, overlay.added.value, overlay.removed.value)
            found.append((graph, above))
        return found

    def internal(self) -> tuple[NamedNode, ...]:
        """List the graphs that a rewritten query names besides those of `named`."""
        graphs = [graph for overlay in self.overlays for graph in (overlay.added, overlay.removed)]
        return tuple(dict.fromkeys((*self.default, *graphs)))

    def _over(self, graph: str, predicates: frozenset[str] | None) -> Sequence[Overlay]:
        return [
            overlay
            for index, overlay in enumerate(self.overlays)
            if overlay.target.value == graph and _meet(self._touched(index), predicates)
        ]

    def _touched(self, index: int) -> frozenset[str] | None:
        return self.touched[index] if index < len(self.touched) else None


def _meet(touched: frozenset[str] | None, predicates: frozenset[str] | None) -> bool:
    if touched is None:
        return True
    return bool(touched) if predicates is None else bool(touched & predicates)
