"""N-Quads files loaded into new graphs of a remote store, beside those that are read."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from pyoxigraph import Quad, RdfFormat, serialize

from graph.changes import ExpectedCount
from graph.dataset.snapshots import Overlay
from graph.errors import BadInput, StoreUnavailable
from graph.nquads import batched_quads
from graph.remote.engine_forms import in_engine_form
from graph.remote.graphs import RemoteGraphs
from graph.remote.sparql_http_errors import whole_number
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import NamedNode
from graph.views.reader import ViewReader

_BATCH = 20_000
_PIECE = 1 << 20
_NOTHING = NamedNode("urn:mimir:no-graph")
_COPY = "INSERT { GRAPH $new { ?s ?p ?o } } WHERE { GRAPH $old { ?s ?p ?o } }"
_NEW = (
    "SELECT (COUNT(*) AS ?n) WHERE { GRAPH $staged { ?s ?p ?o } "
    "FILTER NOT EXISTS { GRAPH $old { ?s ?p ?o } } }"
)


class StagedLoad:
    """The files of one change in graphs that nobody reads yet.

    Each takes the place of a graph, or is merged into it where that is the larger one: copying it
    inside the store would take longer than all the rest.

    Args:
        sequence: the commit that they are loaded for.

    Attributes:
        places: the new graphs that take the place of others, by the names of those.
        merged: the new graphs that are to be added to others, by the names of those.
        added, removed: how many triples come and go.
    """

    def __init__(self, graphs: RemoteGraphs, sequence: int) -> None:
        self._graphs = graphs
        # Of its own: the store may still be at work on a load that was given up.
        self._token = f"{sequence}-{secrets.token_hex(4)}"
        self.places: dict[str, str] = {}
        self.merged: dict[str, str] = {}
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
        store.apply(_placed(added, self.places), _placed(removed, {**self.places, **self.merged}))

    def check(self, expected: tuple[ExpectedCount, ...]) -> None:
        """Refuse graphs that do not hold what they must.

        Raises:
            BadInput: a count is not as expected.
        """
        query = load_query("graph", "count_individuals")
        for graph, class_iri, wanted in expected:
            rows = self._reader(graph).select(bind(query, type=NamedNode(class_iri)))
            found = whole_number(rows.rows[0][0])
            if found != wanted:
                raise BadInput(
                    f"The loaded graph holds {found:,} individuals of <{class_iri}>, but "
                    f"{wanted:,} were landed. Nothing was changed."
                )

    def discard(self) -> None:
        """Remove the new graphs; what the store keeps of them is removed at the next start."""
        with suppress(StoreUnavailable):
            self._graphs.drop((*self.places.values(), *self.merged.values()))

    def left(self) -> list[str]:
        """List the graphs of the store that nobody reads once the change is made."""
        old = [self._graphs.place(NamedNode(graph)).value for graph in self.places]
        return [*old, *self.merged.values()]

    def _reader(self, graph: str) -> GraphReader:
        """Read a graph as it will be."""
        place = NamedNode(self.places.get(graph) or self._graphs.place(NamedNode(graph)).value)
        merged = self.merged.get(graph)
        overlays = [Overlay(place, NamedNode(merged), _NOTHING)] if merged else []
        return ViewReader(self._graphs.store, [place], [], overlays)

    def _add(self, path: Path) -> None:
        coming = _count_lines(path)
        with NamedTemporaryFile(suffix=".nq") as staged:
            for batch in batched_quads(path, _BATCH):
                serialize(self._renamed(batch, coming), staged, RdfFormat.N_QUADS)
            staged.flush()
            before = self._size()
            self._graphs.store.load(Path(staged.name))
            self.added = self._size() - before + self._new()

    def _remove(self, batch: tuple[Quad, ...]) -> None:
        # Also opens the graphs that the batch is about.
        moved = list(self._renamed(batch))
        before = self._size()
        self._graphs.store.apply((), moved)
        self.removed += before - self._size()

    def _size(self) -> int:
        return sum(self._graphs.store.count(NamedNode(place)) for place in self.places.values())

    def _new(self) -> int:
        """Count the triples to be merged that are not there already."""
        found = 0
        for graph, place in self.merged.items():
            old = self._graphs.place(NamedNode(graph))
            query = bind(_NEW, staged=NamedNode(place), old=old)
            rows = self._graphs.store.reader([], [NamedNode(place), old]).select(query)
            found += whole_number(rows.rows[0][0])
        return found

    def _holds_more(self, graph: NamedNode, most: int) -> bool:
        # Without a look at all of it: it may be a very large one.
        some = ("SELECT ?s WHERE { GRAPH", str(graph), "{ ?s ?p ?o } } LIMIT", str(most + 1))
        asked = " ".join(("SELECT (COUNT(*) AS ?n) WHERE { {", *some, "} }"))
        rows = self._graphs.store.reader([], [graph]).select(asked)
        return whole_number(rows.rows[0][0]) > most

    def _renamed(self, quads: Iterable[Quad], coming: int = 0) -> Iterator[Quad]:
        known: dict[object, NamedNode] = {}
        for quad in in_engine_form(quads):
            graph = known.get(quad.graph_name)
            if graph is None:
                name = str(quad.graph_name)[1:-1]
                graph = known[quad.graph_name] = self._opened(name, coming)
            yield Quad(quad.subject, quad.predicate, quad.object, graph)

    def _opened(self, graph: str, coming: int) -> NamedNode:
        opened = {**self.places, **self.merged}
        if graph in opened:
            return NamedNode(opened[graph])
        place = NamedNode(self._graphs.free_place(self._token, len(opened) + 1))
        old, store = self._graphs.place(NamedNode(graph)), self._graphs.store
        if coming and self._holds_more(old, coming):
            self.merged[graph] = place.value
        else:
            store.update(bind(_COPY, old=old, new=place))
            self.places[graph] = place.value
        return place


def _placed(quads: tuple[Quad, ...], places: Mapping[str, str]) -> list[Quad]:
    return [
        Quad(q.subject, q.predicate, q.object, NamedNode(places[str(q.graph_name)[1:-1]]))
        for q in quads
        if str(q.graph_name)[1:-1] in places
    ]


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(_PIECE), b""))
