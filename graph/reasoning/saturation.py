"""What follows from triples, round by round: each round asks only what the newest triples make.

Chains of rules of one premise (`graph.reasoning.rule_chains`) are asked once of what is given and
then of what the other rules made; the other rules are asked of all that is new. A transitive
property is closed by a path, not by joins. Triples go through files in the engine's own format,
never one by one.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pyoxigraph import RdfFormat

from graph.oxigraph import OxigraphStore
from graph.reasoning.owl_rules import Atom
from graph.reasoning.rule_chains import may_match, split_chains
from graph.reasoning.rules import RuleInstance, atom_text, closure_text, construct_text
from graph.terms import BlankNode, NamedNode, Variable
from graph.vocab import OWL, RDF

FRESH = NamedNode("urn:mimir:reasoning:fresh")
_ROUND = "urn:mimir:reasoning:round:"
_SMALL_FILE = 1 << 18
Terms = tuple[set[object], set[object]]
_PREDICATES = "SELECT DISTINCT ?p WHERE { ?s ?p ?o }"
_CLASSES = "SELECT DISTINCT ?c WHERE { ?s a ?c }"
_CLOSED = "closed"
_TRANSITIVE = "prp-trp"
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
        return self._rounds([None])

    def from_new(self, *graphs: NamedNode) -> int:
        """Ask what the triples of `graphs`, which are known too, make new; gives the rounds."""
        return self._rounds(graphs)

    def _is_useful(self, item: RuleInstance, instances: Sequence[RuleInstance]) -> bool:
        """Whether a rule can make anything: those of `owl:sameAs` wait for one to be there."""
        if item.head is None or item.name not in _OF_SAME:
            return item.head is not None
        made = any(
            other.head is not None and other.head[1] == OWL.sameAs and other.name not in _OF_SAME
            for other in instances
        )
        return made or self._store.reader(self._graphs).ask(_SAME)

    def _rounds(self, newest: Sequence[NamedNode | None]) -> int:
        """Follow the newest triples by chains, then join all that is new, until nothing comes."""
        rounds = 0
        while newest:
            rounds += 1
            newest = self._join([*newest, *self._follow(newest, rounds)], rounds)
        return rounds

    def _follow(self, newest: Sequence[NamedNode | None], number: int) -> list[NamedNode]:
        last, on_the_way = (self._folder / f"{name}.nt" for name in ("last", "on_the_way"))
        with last.open("wb") as ends, on_the_way.open("wb") as followed:
            for graph in newest:
                new = self._terms(graph)
                for chain in self._chains:
                    if may_be_new(chain.body, new):
                        text = construct_text(
                            (chain.body,), chain.head, None, new_in=graph, things=chain.things,
                            unheard=self._is_unheard(chain.head, graph),
                        )  # fmt: skip
                        file = followed if chain in self._followed else ends
                        file.write(self._derived(text, graph))
        load(self._store, last, FRESH)
        found = self._kept(on_the_way, number)
        # Who is asked of all that is known is asked of this too.
        return [] if None in newest else found

    def _join(self, newest: Sequence[NamedNode | None], number: int) -> list[NamedNode]:
        closed, joined = (self._folder / f"{name}.nt" for name in (_CLOSED, "joined"))
        with closed.open("wb") as closures, joined.open("wb") as file:
            for graph in newest:
                new = self._terms(graph)
                for item in self._others:
                    if item.head and item.name == _TRANSITIVE and graph is None:
                        closures.write(self._derived(closure_text(item.head), None))
                    elif not (item.name == _TRANSITIVE and _is_closed(graph)):
                        file.writelines(self._joins(item, graph, new))
        return [*self._kept(closed, number), *self._kept(joined, number)]

    def _joins(
        self, item: RuleInstance, graph: NamedNode | None, new: Terms | None
    ) -> Iterator[bytes]:
        unheard = self._is_unheard(item.head, graph)
        for at in range(len(item.body)) if graph else range(1):
            if graph is None or may_be_new(item.body[at], new):
                text = construct_text(
                    item.body, item.head, item.apart,
                    new_in=graph, at=at, half=item.half, unheard=unheard,
                )  # fmt: skip
                yield self._derived(text, graph)

    def _kept(self, path: Path, number: int) -> list[NamedNode]:
        """Load a file of new triples; gives the graph that has them alone, if there are any."""
        if not path.stat().st_size:
            return []
        load(self._store, path, FRESH)
        # A graph of its own for each round: clearing one takes longer than filling one.
        graph = NamedNode(f"{_ROUND}{path.stem}:{number}")
        load(self._store, path, graph)
        return [graph]

    def _is_unheard(self, head: Atom | None, graph: NamedNode | None) -> bool:
        """Tell whether nothing of a head's form is known; worth asking before much is made."""
        text = " ".join(("ASK {", atom_text(head), "}"))
        return graph is None and not self._store.reader(self._graphs).ask(text)

    def _terms(self, graph: NamedNode | None) -> Terms | None:
        return None if graph is None else terms_of(self._store, graph)

    def _derived(self, text: str, newest: NamedNode | None) -> bytes:
        named: list[NamedNode | BlankNode] = [newest] if newest else []
        triples = self._store.engine.query(text, default_graph=[*self._graphs], named_graphs=named)
        return triples.serialize(format=RdfFormat.N_TRIPLES) or b""  # type: ignore[arg-type] # a CONSTRUCT


def _is_closed(graph: NamedNode | None) -> bool:
    """Tell whether a graph holds whole closures, of which a transitive property makes nothing."""
    return graph is not None and graph.value.startswith(f"{_ROUND}{_CLOSED}:")


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
