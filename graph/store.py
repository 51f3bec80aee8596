"""The port to a triple store: what every engine must offer, and the values that pass through it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from graph.terms import NamedNode, Quad, Term, Triple


@dataclass(frozen=True)
class Rows:
    """Solutions of a SELECT: variable names, and one tuple of terms (None = unbound) per row."""

    variables: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]

    def __iter__(self) -> Iterator[tuple[Term | None, ...]]:
        """Iterate over the rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)


class GraphReader(Protocol):
    """Reads one RDF dataset by SPARQL 1.1 Query; bound to its default and named graphs."""

    def select(self, query: str) -> Rows:
        """Evaluate a SELECT; raises `BadQuery`."""
        ...

    def csv(self, query: str) -> bytes:
        """Evaluate a SELECT into SPARQL 1.1 CSV, the way to move many rows."""
        ...

    def tsv(self, query: str, path: Path) -> None:
        """Evaluate a SELECT into a file of SPARQL 1.1 TSV, for more than memory holds."""
        ...

    def ask(self, query: str) -> bool:
        """Evaluate an ASK; raises `BadQuery`."""
        ...

    def construct(self, query: str) -> list[Triple]:
        """Evaluate a CONSTRUCT or DESCRIBE; raises `BadQuery`."""
        ...


class TripleStore(Protocol):
    """A quad store: reads by SPARQL, changes in one transaction, bulk loads."""

    def reader(
        self, default_graphs: Sequence[NamedNode], named_graphs: Sequence[NamedNode] = ()
    ) -> GraphReader:
        """Bind a reader to the union of `default_graphs` and to `named_graphs`; both isolate."""
        ...

    def apply(self, added: Iterable[Quad], removed: Iterable[Quad]) -> None:
        """Remove, then add, in one transaction."""
        ...

    def load(self, path: Path) -> None:
        """Load an N-Quads file in bulk."""
        ...

    def quads(self, graph: NamedNode) -> Iterator[Quad]:
        """Iterate over the quads of one graph."""
        ...

    def contains(self, quad: Quad) -> bool:
        """Tell whether the quad is there."""
        ...

    def existing(self, quads: Iterable[Quad]) -> list[Quad]:
        """List those of the quads that are there, in their order; fast for many."""
        ...

    def count(self, graph: NamedNode) -> int:
        """Count the triples of one graph."""
        ...

    def graphs(self) -> list[NamedNode]:
        """List the named graphs that hold a triple, sorted by IRI."""
        ...

    def close(self) -> None:
        """Release the engine; the store cannot be used afterwards."""
        ...
