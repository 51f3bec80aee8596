"""What a validation asks of the data to choose its queries; each thing once."""

from graph.shacl import queries
from graph.shacl.compile import Focus
from graph.shacl.fingerprints import Fingerprints, Prints
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Term

# Below this many focus nodes following their paths costs less than one scan of a large index.
FEW_NODES = 10_000


class DataFacts:
    """Facts of one reader, kept as long as the validation lasts.

    Args:
        few: number of focus nodes up to which a set of them is small.
    """

    def __init__(self, data: GraphReader, few: int) -> None:
        self._data = data
        self._few = few
        self.prints = Fingerprints(data)
        self._classes: dict[NamedNode, tuple[NamedNode, ...]] = {}
        self._sizes: dict[Focus, bool] = {}
        self._nodes: dict[Focus, Prints] = {}
        self._predicates: frozenset[Term] | None = None
        self.merges_integers = data.ask(queries.integers_are_merged())

    def is_small(self, focus: Focus) -> bool:
        """Tell whether there are few focus nodes."""
        if focus not in self._sizes:
            rows = self._data.select(queries.size_up_to(focus, self._few)).rows
            self._sizes[focus] = whole(rows[0][0]) < self._few
        return self._sizes[focus]

    def nodes(self, focus: Focus) -> Prints:
        """Give the numbers that stand for the focus nodes, sorted, each once."""
        if focus not in self._nodes:
            self._nodes[focus] = self.prints.nodes(queries.scan_nodes(focus))
        return self._nodes[focus]

    def predicates(self) -> frozenset[Term]:
        """List all predicates."""
        if self._predicates is None:
            rows = self._data.select(queries.predicates())
            self._predicates = frozenset(name for (name,) in rows if name is not None)
        return self._predicates

    def subclasses(self, name: NamedNode) -> tuple[NamedNode, ...]:
        """List a class and those below it, sorted."""
        if name not in self._classes:
            rows = self._data.select(queries.subclasses(name))
            below = {term for (term,) in rows if isinstance(term, NamedNode)} - {name}
            self._classes[name] = (name, *sorted(below, key=str))
        return self._classes[name]


def whole(term: Term | None) -> int:
    """Give the number that a literal holds; 0 for what is none."""
    return int(term.value) if isinstance(term, Literal) else 0


def is_true(term: Term | None) -> bool:
    """Tell whether a term is the literal `true`."""
    return isinstance(term, Literal) and term.value == "true"
