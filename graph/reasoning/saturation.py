"""What follows from triples, round by round: each round asks only what the newest triples make.

Chains of rules of one premise (`graph.reasoning.rule_chains`) are asked once of what is given and
then of what the other rules made; the other rules are asked of all that is new. Triples go through
files in the engine's own format, never one by one.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pyoxigraph import RdfFormat

from graph.oxigraph import OxigraphStore
from graph.reasoning.owl_rules import Atom
from graph.reasoning.rule_chains import may_match, split_chains
from graph.reasoning.rules import RuleInstance, construct_text
from graph.terms import BlankNode, NamedNode, Variable
from graph.vocab import OWL, RDF

FRESH = NamedNode("urn:mimir:reasoning:fresh")
_ROUND = "urn:mimir:reasoning:round:"
_SMALL_FILE = 1 << 18
Terms = tuple[set[object], set[object]]
_PREDICATES = "SELECT DISTINCT ?p WHERE { ?s ?p ?o }"
_CLASSES = "SELECT DISTINCT ?c WHERE { ?s a ?c }"
_SAME = "ASK { ?s <http://www.w3.org/2002/07/owl#sameAs> ?o }"


class Saturation:
    """Writes to `FRESH` what follows.

    Args:
        store: a clone that may be written to.
        graphs: what is known; `FRESH` belongs to it too.
        instances: the rules.
        folder: for files on their way between queries.
    """

    def __init__(
        self,
        store: OxigraphStore,
        graphs: Sequence[NamedNode],
        instances: Sequence[RuleInstance],
        folder: Path,
    ) -> None:
        self._store = store
        self._graphs = [*graphs, FRESH]
        self._folder = folder
        useful = [item for item in instances if self._is_useful(item, instances)]
        self._chains, self._others = split_chains(useful)
        bodies = [atom for item in self._others for atom in item.body]
        self._followed = {
            chain for chain in self._chains if any(may_match(atom, chain.head) for atom in bodies)
        }

    def from_all(self) -> int:
        """Ask all rules of all that is known; gives the number of rounds."""
        return self._rounds([None], [None])

    def from_new(self, *graphs: NamedNode) -> int:
        """Ask what the triples of `graphs`, which are known too, make new; gives the rounds."""
        return self._rounds(graphs, graphs)

    def _is_useful(self, item: RuleInstance, instances: Sequence[RuleInstance]) -> bool:
        """Whether a rule can make anything: those of `owl:sameAs` wait for one to be there."""
        if item.head is None or item.name not in _OF_SAME:
            return item.head is not None
        made = any(
            other.head is not None and other.head[1] == OWL.sameAs and other.name not in _OF_SAME
            for other in instances
        )
        return made or self._store.reader(self._graphs).ask(_SAME)

    def _rounds(
        self, for_chains: Sequence[NamedNode | None], for_others: Sequence[NamedNode | None]
    ) -> int:
        rounds = 0
        while True:
            rounds += 1
            names = [NamedNode(f"{_ROUND}{kind}:{rounds}") for kind in ("chains", "others")]
            files = [self._folder / f"{kind}.nt" for kind in ("once", "chains", "others")]
            self._ask_chains(for_chains, files[0], files[1])
            self._ask_others(for_others, files[2])
            if not any(path.stat().st_size for path in files):
                return rounds
            for path in files:
                load(self._store, path, FRESH)
            # A graph of its own for each round: clearing one takes longer than filling one.
            for path, name in zip(files[1:], names, strict=True):
                load(self._store, path, name)
            for_chains, for_others = names[1:], names

    def _ask_chains(self, newest: Sequence[NamedNode | None], once: Path, followed: Path) -> None:
        with once.open("wb") as last, followed.open("wb") as on_the_way:
            for graph in newest:
                new = self._terms(graph)
                for chain in self._chains:
                    if may_be_new(chain.body, new):
                        text = construct_text(
                            (chain.body,), chain.head, None, new_in=graph, things=chain.things
                        )
                        file = on_the_way if chain in self._followed else last
                        file.write(self._derived(text, graph))

    def _ask_others(self, newest: Sequence[NamedNode | None], output: Path) -> None:
        with output.open("wb") as file:
            for graph in newest:
                new = self._terms(graph)
                for item in self._others:
                    places = range(len(item.body)) if graph else range(1)
                    for at in places:
                        if graph is None or may_be_new(item.body[at], new):
                            text = construct_text(
                                item.body, item.head, item.apart,
                                new_in=graph, at=at, half=item.half,
                            )  # fmt: skip
                            file.write(self._derived(text, graph))

    def _terms(self, graph: NamedNode | None) -> Terms | None:
        return None if graph is None else terms_of(self._store, graph)

    def _derived(self, text: str, newest: NamedNode | None) -> bytes:
        named: list[NamedNode | BlankNode] = [newest] if newest else []
        triples = self._store.engine.query(text, default_graph=[*self._graphs], named_graphs=named)
        return triples.serialize(format=RdfFormat.N_TRIPLES) or b""  # type: ignore[arg-type] # a CONSTRUCT


_OF_SAME = ("eq-sym", "eq-trans", "eq-rep-s", "eq-rep-p", "eq-rep-o")


def terms_of(store: OxigraphStore, graph: NamedNode) -> Terms:
    """Give the predicates and the classes that the triples of a graph name."""
    reader = store.reader([graph])
    return {row[0] for row in reader.select(_PREDICATES)}, {
        row[0] for row in reader.select(_CLASSES)
    }


def load(store: OxigraphStore, path: Path, graph: NamedNode) -> None:
    """Load N-Triples into a graph."""
    size = path.stat().st_size
    if size:
        put = store.engine.load if size < _SMALL_FILE else store.engine.bulk_load
        put(path=str(path), format=RdfFormat.N_TRIPLES, to_graph=graph)


def touched(instances: Iterable[RuleInstance], new: Terms) -> list[tuple[RuleInstance, int]]:
    """List the instances with the place of each premise that one of the new triples may match."""
    return [
        (item, at)
        for item in instances
        if item.head is not None
        for at, atom in enumerate(item.body)
        if may_be_new(atom, new)
    ]


def may_be_new(atom: Atom, new: Terms | None) -> bool:
    """Tell whether a triple whose predicates and classes are `new` may match; None: any."""
    if new is None:
        return True
    predicates, classes = new
    if isinstance(atom[1], Variable):
        return bool(predicates)
    if atom[1] == RDF.type and not isinstance(atom[2], Variable):
        return atom[2] in classes
    return atom[1] in predicates
