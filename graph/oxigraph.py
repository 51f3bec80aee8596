"""The embedded engine: Oxigraph in this process, on disk or in memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
)

from graph.errors import BadQuery, StoreDamaged, StoreInUse, StoreUnavailable
from graph.store import GraphReader, Rows
from graph.terms import BlankNode, DefaultGraph, NamedNode, Quad, Triple

_NOTE = "DAMAGED"


class OxigraphReader:
    """Reads a fixed dataset of an embedded store.

    Args:
        engine: gives the engine at each query, so a reader outlives a switch to another store.
        default, named: the dataset.
        on_damage: called when the engine finds its files damaged.
    """

    def __init__(
        self,
        engine: Callable[[], Store],
        default: Sequence[NamedNode],
        named: Sequence[NamedNode],
        on_damage: Callable[[], None] | None = None,
    ) -> None:
        self._engine = engine
        self._on_damage = on_damage
        self._default: list[NamedNode | BlankNode | DefaultGraph] = list(default)
        self._named: list[NamedNode | BlankNode] = list(named)

    def select(self, query: str) -> Rows:
        """Evaluate a SELECT."""
        with _translated(self._on_damage):
            solutions = self._solutions(query)
            variables = tuple(variable.value for variable in solutions.variables)
            return Rows(variables, [tuple(solution) for solution in solutions])

    def csv(self, query: str) -> bytes:
        """Evaluate a SELECT into SPARQL CSV."""
        with _translated(self._on_damage):
            text = self._solutions(query).serialize(format=QueryResultsFormat.CSV)
            return text or b""

    def tsv(self, query: str, path: Path) -> None:
        """Evaluate a SELECT into a file of SPARQL TSV."""
        with _translated(self._on_damage):
            self._solutions(query).serialize(str(path), QueryResultsFormat.TSV)

    def ask(self, query: str) -> bool:
        """Evaluate an ASK."""
        with _translated(self._on_damage):
            result = self._run(query)
            if not isinstance(result, QueryBoolean):
                raise BadQuery("An ASK query was expected.")
            return bool(result)

    def construct(self, query: str) -> list[Triple]:
        """Evaluate a CONSTRUCT or DESCRIBE."""
        with _translated(self._on_damage):
            result = self._run(query)
            if not isinstance(result, QueryTriples):
                raise BadQuery("A CONSTRUCT or DESCRIBE query was expected.")
            return list(result)

    def _solutions(self, query: str) -> QuerySolutions:
        result = self._run(query)
        if not isinstance(result, QuerySolutions):
            raise BadQuery("A SELECT query was expected.")
        return result

    def _run(self, query: str) -> QuerySolutions | QueryBoolean | QueryTriples:
        # Both arguments are always given: with one alone the engine lets FROM reach other graphs.
        return self._engine().query(query, default_graph=self._default, named_graphs=self._named)


class OxigraphStore:
    """An embedded store; one process may hold it open for writing.

    Args:
        path: directory of the store; None keeps it in memory.
        read_only: open a checkpoint that nobody writes to.
    """

    def __init__(self, path: Path | None = None, *, read_only: bool = False) -> None:
        self._engine: Store | None
        self._path = None if read_only else path
        with _translated(None):
            if path is None:
                self._engine = Store()
            else:
                self._engine = Store.read_only(str(path)) if read_only else Store(str(path))

    @property
    def engine(self) -> Store:
        """The engine itself, for the other files of this package."""
        if self._engine is None:
            raise StoreUnavailable("The store is closed.")
        return self._engine

    def reader(
        self, default_graphs: Sequence[NamedNode], named_graphs: Sequence[NamedNode] = ()
    ) -> GraphReader:
        """Bind a reader to a dataset of this store."""
        return OxigraphReader(lambda: self.engine, default_graphs, named_graphs, self.note_damage)

    def apply(self, added: Iterable[Quad], removed: Iterable[Quad]) -> None:
        """Remove, then add, in one transaction."""
        text = update_text(added, removed)
        if text:
            self.update(text)

    def update(self, text: str) -> None:
        """Run a SPARQL Update request of this program's own; one request is one transaction."""
        with _translated(self.note_damage):
            self.engine.update(text)

    def load(self, path: Path) -> None:
        """Load an N-Quads file in bulk; the load is atomic."""
        with _translated(self.note_damage):
            self.engine.bulk_load(path=str(path), format=RdfFormat.N_QUADS, lenient=True)

    def quads(self, graph: NamedNode) -> Iterator[Quad]:
        """Iterate over the quads of one graph."""
        with _translated(self.note_damage):
            yield from self.engine.quads_for_pattern(None, None, None, graph)

    def contains(self, quad: Quad) -> bool:
        """Tell whether the quad is there."""
        with _translated(self.note_damage):
            return quad in self.engine

    def existing(self, quads: Iterable[Quad]) -> list[Quad]:
        """List those of the quads that are there, in their order."""
        engine = self.engine
        return [quad for quad in quads if quad in engine]

    def count(self, graph: NamedNode) -> int:
        """Count the triples of one graph."""
        rows = self.reader([graph]).select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
        value = rows.rows[0][0]
        return int(getattr(value, "value", "0"))

    def graphs(self) -> list[NamedNode]:
        """List the named graphs that hold a triple."""
        named = [graph for graph in self.engine.named_graphs() if isinstance(graph, NamedNode)]
        filled = (
            graph
            for graph in named
            if next(self.engine.quads_for_pattern(None, None, None, graph), None) is not None
        )
        return sorted(filled, key=lambda graph: graph.value)

    def checkpoint(self, path: Path) -> None:
        """Write a hard-linked copy of the store to `path`, which must not exist."""
        engine = self.engine
        path.parent.mkdir(parents=True, exist_ok=True)
        with _translated(self.note_damage):
            engine.backup(str(path))

    def note_damage(self) -> None:
        """Leave a note beside the files of a store that is written to: they are damaged."""
        if self._path:
            with suppress(OSError):
                (self._path / _NOTE).touch()

    def flush(self) -> None:
        """Write what is in memory to disk."""
        with _translated(self.note_damage):
            self.engine.flush()

    def close(self) -> None:
        """Release the engine and its lock."""
        self._engine = None


def damage_noted(path: Path) -> bool:
    """Tell whether the store in a folder was found damaged while it was in use."""
    return (path / _NOTE).exists()


def update_text(added: Iterable[Quad], removed: Iterable[Quad]) -> str:
    """Write one SPARQL Update request that removes, then adds; empty when there is nothing."""
    parts = []
    gone = _data_block(removed)
    if gone:
        parts.append("DELETE DATA {\n" + gone + "}")
    new = _data_block(added)
    if new:
        parts.append("INSERT DATA {\n" + new + "}")
    return " ;\n".join(parts)


def _data_block(quads: Iterable[Quad]) -> str:
    lines = (
        f"GRAPH {quad.graph_name} {{ {quad.subject} {quad.predicate} {quad.object} . }}\n"
        for quad in quads
    )
    return "".join(lines)


@contextmanager
def _translated(on_damage: Callable[[], None] | None) -> Iterator[None]:
    try:
        yield
    except SyntaxError as error:
        raise BadQuery(f"The SPARQL text is not valid: {error}") from error
    except (OSError, RuntimeError) as error:
        # RocksDB checks each block that it reads, and says so in words only.
        if "Corruption" in str(error):
            if on_damage:
                on_damage()
            raise StoreDamaged(
                f"The files of the store are damaged ({error}). Nothing is lost: start the server "
                "anew, and it builds the store from its log; or run `mimir log rebuild`."
            ) from error
        if isinstance(error, RuntimeError):
            raise
        if "lock" in str(error).lower():
            raise StoreInUse(
                "Another process has this store open for writing. Stop it, or go through it."
            ) from error
        raise StoreUnavailable(f"The store failed: {error}") from error
