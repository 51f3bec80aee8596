"""What a reader sees of a graph through a stack of overlays: layers, each with what hides it.

An overlay removes, then adds, so of a triple that stands in both graphs the added one is seen. Each
triple of the view is in one layer only: a layer leaves out what a higher one adds or removes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graph.dataset.snapshots import Overlay
from graph.errors import BadQuery
from graph.terms import NamedNode

DEFAULT = ""
"""Stands for the default graph where the IRI of a graph could stand."""


class ViewRefused(BadQuery):
    """A query that cannot be answered exactly through a view of a remote store."""

    code = "view-refused"


@dataclass(frozen=True)
class View:
    """A dataset seen through overlays.

    Attributes:
        default, named: the dataset.
        overlays: the lowest first; each changes its target only.
        touched: for each overlay, the predicates in its graphs; None: any.
        places: the graph of the store that holds a graph, where that is another one.
    """

    default: tuple[NamedNode, ...]
    named: tuple[NamedNode, ...]
    overlays: tuple[Overlay, ...]
    touched: tuple[frozenset[str] | None, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)

    def place(self, graph: str) -> str:
        """Give the graph of the store that holds a graph."""
        return self.places.get(graph, graph)

    def stored(self, graphs: Sequence[NamedNode]) -> tuple[NamedNode, ...]:
        """Give the graphs of the store that hold some graphs, each once."""
        return tuple(dict.fromkeys(NamedNode(self.place(graph.value)) for graph in graphs))

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
                added, removed = (self.place(g.value) for g in (overlay.added, overlay.removed))
                found.append((added, above))
                above = (*above, added, removed)
            found.append((self.place(graph), above))
        return found

    def internal(self) -> tuple[NamedNode, ...]:
        """List the graphs of the store that a rewritten query may name."""
        graphs = [graph for overlay in self.overlays for graph in (overlay.added, overlay.removed)]
        return self.stored((*self.named, *self.default, *graphs))

    def all_touched(self) -> frozenset[str] | None:
        """Collect the predicates of all triples that an overlay may change; None: any."""
        found = [self._touched(index) for index in range(len(self.overlays))]
        return None if None in found else frozenset().union(*(names or () for names in found))

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
