"""The graphs of one project on a remote store: where they stand, their state, and transactions.

A record in a graph of its own says which commit the graphs are at, the seal of that commit in the
log, and which graph of the store holds a graph that was loaded in bulk. Every change is one update
request that takes effect only where that record is still what the owner knows: the store itself
keeps two owners from writing one after the other unseen. Sequence numbers and places change with
the data, in one transaction.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby, islice

from graph.errors import Conflict, LogDamaged, MimirError
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.remote.engine_forms import in_engine_form
from graph.remote.sparql_http import SparqlHttpStore
from graph.remote.sparql_http_errors import AnswerLost, whole_number
from graph.terms import Literal, NamedNode, Quad, Term
from graph.views.reader import SCRATCH

STORED = "urn:mimir:store:"
_STATE, _SEQUENCE, _SEAL, _PLACE = (
    NamedNode(f"urn:mimir:{name}") for name in ("state", "sequence", "seal", "place")
)
_BATCH = 2_000
_READ_STATE = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"


@dataclass(frozen=True)
class RemoteState:
    """Which commit the graphs are at, its seal, and the graphs that stand in another place."""

    sequence: int = 0
    seal: str = ""
    places: Mapping[str, str] = field(default_factory=dict)


class RemoteGraphs:
    """The graphs of one project on a remote store.

    Args:
        store: the project has it for itself, for a query may name every graph of a store.
        names: of the project.
    """

    def __init__(self, store: SparqlHttpStore, names: ProjectNames) -> None:
        self.store = store
        self._about = NamedNode(names.root)
        self.state = RemoteState()
        self._filled: set[str] | None = None

    def read_state(self) -> RemoteState:
        """Read the state from the store, and go on from there; see `stored_state`."""
        found = self.stored_state()
        if found != self.state:
            self.state, self._filled = found, None
        return found

    def stored_state(self) -> RemoteState:
        """Give the state that the store is in now; an empty one is at 0.

        Raises:
            Conflict: the store holds another project.
        """
        rows = self.store.reader([_STATE]).select(_READ_STATE).rows
        facts = {(row[0], row[1]): row[2] for row in rows}
        others = [s for s, p in facts if p == _SEQUENCE and s != self._about]
        if others:
            raise Conflict(
                f"The store holds the project {others[0]} already. Give each project a store of "
                "its own, such as a dataset of the same Fuseki."
            )
        places = {str(s)[1:-1]: _value(o) for (s, p), o in facts.items() if p == _PLACE}
        sequence = facts.get((self._about, _SEQUENCE), Literal(0))
        return RemoteState(whole_number(sequence), _value(facts.get((self._about, _SEAL))), places)

    def is_at(self, sequence: int, seal: str) -> bool:
        """Tell whether the store says that it is at a commit."""
        with suppress(MimirError):
            state = self.read_state()
            return (state.sequence, state.seal) == (sequence, seal)
        return False

    def place(self, graph: NamedNode) -> NamedNode:
        """Give the graph of the store that holds a graph."""
        return NamedNode(self.state.places.get(graph.value, graph.value))

    def quads(self, graph: NamedNode) -> Iterator[Quad]:
        """Iterate over the quads of one graph."""
        for quad in self.store.quads(self.place(graph)):
            yield Quad(quad.subject, quad.predicate, quad.object, graph)

    def graphs(self) -> list[NamedNode]:
        """List the graphs that hold a triple, by the names of the project."""
        if self._filled is None:
            # A store reads all its triples for this, so it is asked once and then kept up to date.
            held = {place: graph for graph, place in self.state.places.items()}
            names = [graph.value for graph in self.store.graphs()]
            own = (_STATE.value, STORED, SCRATCH)
            found = {held.get(name, name) for name in names}
            self._filled = {name for name in found if not name.startswith(own)}
        return [NamedNode(name) for name in sorted(self._filled)]

    def present(self, quads: Iterable[Quad]) -> OxigraphStore:
        """Give those of some quads that the store holds."""
        found = OxigraphStore()
        rest = iter(quads)
        while batch := list(islice(rest, _BATCH)):
            graphs = {self.place(NamedNode(_graph(quad))) for quad in batch}
            rows = self.store.reader([], sorted(graphs, key=str)).select(self._asked(batch))
            for index in rows:
                found.engine.add(batch[whole_number(index[0])])
        return found

    def advance(
        self,
        sequence: int,
        seal: str,
        added: Iterable[Quad],
        removed: Iterable[Quad],
        moved: Mapping[str, str] | None = None,
        merged: Mapping[str, str] | None = None,
    ) -> None:
        """Go on to a commit: remove and add quads, in one transaction with the state.

        Args:
            moved: graphs that stand in another place from now on.
            merged: graphs of the store whose triples are added to others, by the names of those.

        Raises:
            AnswerLost: no answer came; read the state to learn whether it was changed.
            LogDamaged: the store is no longer at the state that is known; nothing was changed.
            MimirError: the store did not make the change, and will not.
        """
        # The records of the commit come here as they were written: a time may end in a zero.
        old, came, went = self.state, in_engine_form(added), in_engine_form(removed)
        new = RemoteState(sequence, seal, {**old.places, **(moved or {})})
        words = [self._merge(graph, place, old) for graph, place in (merged or {}).items()]
        words += ["DELETE {", *self._facts(old), *self._lines(went, new), "}"]
        words += ["INSERT {", *self._facts(new), *self._lines(came, new), "}"]
        filled, self._filled = self._filled, None
        self.store.update(" ".join([*words, "WHERE {", self._condition(old), "}"]))
        try:
            state = self.read_state()
        except MimirError as error:
            raise AnswerLost(str(error)) from error
        if state == old:
            raise AnswerLost("The store says it is done, but its state is still the old one.")
        if state != new:
            raise LogDamaged(
                f"The store is at commit {self.state.sequence} of another owner: commit "
                f"{sequence} was not applied. Only one owner may write to a project."
            )
        if filled is not None:
            perhaps_empty = {_graph(quad) for quad in went} | set(moved or {})
            filled |= {_graph(quad) for quad in came} | perhaps_empty
            # The change is made; what fails from here on only costs another look at all graphs.
            with suppress(MimirError):
                self._filled = filled - {name for name in perhaps_empty if self._is_empty(name)}

    def drop(self, graphs: Iterable[str]) -> None:
        """Remove graphs of the store that nothing points to any more."""
        for graph in graphs:
            self.store.update(f"DROP SILENT GRAPH <{graph}>")

    def erase(self) -> None:
        """Remove the project from the store: all its graphs, and those that others made there."""
        self.drop(graph.value for graph in self.store.graphs())

    def leftovers(self) -> list[str]:
        """List the graphs that broken-off loads and queries left in the store."""
        kept = set(self.state.places.values())
        names = [graph.value for graph in self.store.graphs()]
        return [name for name in names if name.startswith((STORED, SCRATCH)) and name not in kept]

    def free_place(self, token: str, number: int) -> str:
        """Name a graph of the store for something new; no two loads may have a token in common."""
        return f"{STORED}{token}/{number}"

    def _is_empty(self, graph: str) -> bool:
        return not self.store.reader([self.place(NamedNode(graph))]).ask("ASK { ?s ?p ?o }")

    def _asked(self, batch: Sequence[Quad]) -> str:
        rows = [
            " ".join(("(", str(number), *self._terms(quad, self.state), ")"))
            for number, quad in enumerate(batch)
        ]
        values = ("VALUES (?n ?s ?p ?o ?g) {", *rows, "}")
        exists = "FILTER EXISTS { GRAPH ?g { ?s ?p ?o } }"
        return " ".join(("SELECT ?n WHERE {", *values, exists, "}"))

    def _merge(self, graph: str, place: str, state: RemoteState) -> str:
        """Write the operation that adds what a graph of the store holds to another."""
        target = self.place(NamedNode(graph))
        found = (self._condition(state), f"GRAPH <{place}>", "{ ?s ?p ?o }")
        words = ("INSERT { GRAPH", str(target), "{ ?s ?p ?o } } WHERE {", *found, "} ;")
        return " ".join(words)

    def _terms(self, quad: Quad, state: RemoteState) -> tuple[str, str, str, str]:
        graph = _graph(quad)
        place = state.places.get(graph, graph)
        return str(quad.subject), str(quad.predicate), str(quad.object), f"<{place}>"

    def _lines(self, quads: Iterable[Quad], state: RemoteState) -> Iterator[str]:
        terms = (self._terms(quad, state) for quad in quads)
        for graph, found in groupby(terms, key=lambda four: four[3]):
            yield " ".join(("GRAPH", graph, "{", *(" ".join((*q[:3], ".")) for q in found), "}"))

    def _facts(self, state: RemoteState) -> list[str]:
        facts: list[tuple[str, NamedNode, str]] = [
            (f"<{graph}>", _PLACE, f"<{place}>") for graph, place in sorted(state.places.items())
        ]
        about = str(self._about)
        facts.append((about, _SEQUENCE, str(Literal(state.sequence))))
        facts.append((about, _SEAL, str(Literal(state.seal))))
        lines = [" ".join((s, str(p), o, ".")) for s, p, o in facts]
        return ["GRAPH", str(_STATE), "{", *lines, "}"]

    def _condition(self, state: RemoteState) -> str:
        known = " ".join(self._facts(state))
        if state.sequence or state.seal:
            return known
        anything = " ".join(("GRAPH", str(_STATE), "{ ?s ?p ?o }"))
        return " ".join(("FILTER NOT EXISTS {", anything, "}"))


def _graph(quad: Quad) -> str:
    return str(quad.graph_name)[1:-1]


def _value(term: Term | None) -> str:
    return str(getattr(term, "value", ""))
