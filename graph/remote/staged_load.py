"""N-Quads files loaded into new graphs of a remote store, beside those that are read."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from pyoxigraph import Quad, RdfFormat, serialize

from graph.changes import ExpectedCount
from graph.errors import BadInput, StoreUnavailable
from graph.nquads import batched_quads
from graph.remote.engine_forms import in_engine_form
from graph.remote.graphs import RemoteGraphs
from graph.sparql import bind, load_query
from graph.terms import NamedNode

_BATCH = 20_000


class StagedLoad:
    """The files of one change in graphs that nobody reads yet.

    Args:
        sequence: the commit that they are loaded for.
    """

    def __init__(self, graphs: RemoteGraphs, sequence: int) -> None:
        self._graphs = graphs
        # Of its own: the store may still be at work on a load that was given up.
        self._token = f"{sequence}-{secrets.token_hex(4)}"
        self.places: dict[str, str] = {}
        self.added = 0
        self.removed = 0

    def load(
        self,
        added: Path | None,
        removed: Path | None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Copy the graphs that the files are about, remove, then add.

        Raises:
            BadInput: a file is no N-Quads.
        """
        try:
            if removed:
                for batch in batched_quads(removed, _BATCH):
                    self._remove(batch)
            if added:
                self._add(added)
                if progress:
                    progress(added.stat().st_size)
        except SyntaxError as error:
            raise BadInput(f"The file is no N-Quads: {error}") from error

    def repeat(self, added: tuple[Quad, ...], removed: tuple[Quad, ...]) -> None:
        """Apply what was committed meanwhile to the new graphs."""
        store = self._graphs.store
        store.apply(self._placed(added), self._placed(removed))

    def check(self, expected: tuple[ExpectedCount, ...]) -> None:
        """Refuse graphs that do not hold what they must.

        Raises:
            BadInput: a count is not as expected.
        """
        query = load_query("graph", "count_individuals")
        for graph, class_iri, wanted in expected:
            place = NamedNode(self.places.get(graph, graph))
            rows = self._graphs.store.reader([place]).select(bind(query, type=NamedNode(class_iri)))
            found = int(str(getattr(rows.rows[0][0], "value", 0)))
            if found != wanted:
                raise BadInput(
                    f"The loaded graph holds {found:,} individuals of <{class_iri}>, but "
                    f"{wanted:,} were landed. Nothing was changed."
                )

    def discard(self) -> None:
        """Remove the new graphs; what the store keeps of them is removed at the next start."""
        with suppress(StoreUnavailable):
            self._graphs.drop(self.places.values())

    def _add(self, path: Path) -> None:
        with NamedTemporaryFile(suffix=".nq") as staged:
            for batch in batched_quads(path, _BATCH):
                serialize(self._renamed(batch), staged, RdfFormat.N_QUADS)
            staged.flush()
            before = self._size()
            self._graphs.store.load(Path(staged.name))
            self.added = self._size() - before

    def _remove(self, batch: tuple[Quad, ...]) -> None:
        # Also opens the graphs that the batch is about.
        moved = list(self._renamed(batch))
        before = self._size()
        self._graphs.store.apply((), moved)
        self.removed += before - self._size()

    def _size(self) -> int:
        return sum(self._graphs.store.count(NamedNode(place)) for place in self.places.values())

    def _renamed(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        known: dict[object, NamedNode] = {}
        for quad in in_engine_form(quads):
            graph = known.get(quad.graph_name)
            if graph is None:
                graph = known[quad.graph_name] = self._opened(str(quad.graph_name)[1:-1])
            yield Quad(quad.subject, quad.predicate, quad.object, graph)

    def _opened(self, graph: str) -> NamedNode:
        if graph not in self.places:
            place = self._graphs.free_place(self._token, len(self.places) + 1)
            old = self._graphs.place(NamedNode(graph))
            words = ("INSERT { GRAPH", f"<{place}>", "{ ?s ?p ?o } }")
            self._graphs.store.update(
                " ".join((*words, "WHERE { GRAPH", str(old), "{ ?s ?p ?o } }"))
            )
            self.places[graph] = place
        return NamedNode(self.places[graph])

    def _placed(self, quads: tuple[Quad, ...]) -> list[Quad]:
        places: Mapping[str, str] = self.places
        return [
            Quad(q.subject, q.predicate, q.object, NamedNode(places[str(q.graph_name)[1:-1]]))
            for q in quads
            if str(q.graph_name)[1:-1] in places
        ]
