"""A clone of a dataset's store on which changes are tried before they are committed.

It follows the dataset commit by commit. What does not concern its graphs is not even copied, and
what does is applied when the clone is next needed. Whatever it misses (a bulk import, a store that
was opened again, a change that was tried and not committed) makes it start anew from a checkpoint:
hard links, so that costs milliseconds.
"""

import shutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from graph.oxigraph import OxigraphStore
from graph.terms import NamedNode, Quad

# A clone that was written to for long shares little with the store; then a new one is cheaper.
_MOST_WAITING = 200_000
_MOST_APPLIED = 2_000_000

Checkpoint = Callable[[Path], int]


@dataclass
class _Clone:
    path: Path
    store: OxigraphStore
    sequence: int
    applied: int = 0
    tried: int | None = None
    waiting: list[tuple[list[Quad], list[Quad]]] = field(default_factory=list)


class ShadowStore:
    """The clone; every method is called under the dataset's write lock.

    Args:
        folder: where the clone is made.
        checkpoint: writes a checkpoint of the dataset and gives its sequence number.
    """

    def __init__(self, folder: Path, checkpoint: Checkpoint) -> None:
        self._folder = folder
        self._checkpoint = checkpoint
        self._clone: _Clone | None = None
        self._made = 0

    def follow(
        self,
        number: int,
        added: Iterable[Quad],
        removed: Iterable[Quad],
        graphs: Collection[NamedNode],
    ) -> None:
        """Note that a commit was applied to the dataset's store."""
        clone = self._clone
        if clone is None:
            return
        if number != clone.sequence + 1:
            self.drop()
            return
        clone.sequence = number
        if clone.tried == number:
            clone.tried = None
            return
        here, gone = _within(added, graphs), _within(removed, graphs)
        if here or gone:
            clone.waiting.append((here, gone))
            clone.applied += len(here) + len(gone)
        waiting = sum(len(here) + len(gone) for here, gone in clone.waiting)
        if waiting > _MOST_WAITING or clone.applied > _MOST_APPLIED:
            self.drop()

    def at(self, sequence: int) -> OxigraphStore:
        """Give the clone in the dataset's state, which is at `sequence`."""
        clone = self._clone
        if clone is None or clone.sequence != sequence or clone.tried is not None:
            self.drop()
            clone = self._clone = self._made_anew()
        for added, removed in clone.waiting:
            clone.store.apply(added, removed)
        clone.waiting.clear()
        return clone.store

    def tried(self, number: int, size: int) -> None:
        """Note that the clone holds a change of so many quads that is to become commit `number`."""
        if self._clone:
            self._clone.tried = number
            self._clone.applied += size

    def drop(self) -> None:
        """Remove the clone."""
        if self._clone:
            self._clone.store.close()
            shutil.rmtree(self._clone.path, ignore_errors=True)
            self._clone = None

    def _made_anew(self) -> _Clone:
        self._made += 1
        path = self._folder / f"shadow-{self._made}"
        sequence = self._checkpoint(path)
        return _Clone(path, OxigraphStore(path), sequence)


def _within(quads: Iterable[Quad], graphs: Collection[NamedNode]) -> list[Quad]:
    return [quad for quad in quads if quad.graph_name in graphs]
