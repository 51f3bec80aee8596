"""A reader of a view: rewrites each query, and fills the graphs that recursive paths need."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

from graph.dataset.snapshots import Overlay
from graph.errors import StoreUnavailable
from graph.store import GraphReader, Rows
from graph.terms import NamedNode, Triple
from graph.views.layers import View, ViewRefused
from graph.views.patterns import Closure
from graph.views.rewriting import Rewritten, rewrite

SCRATCH = "urn:mimir:path:"
MOST_CLOSED = 200_000
_ATTEMPTS = 5
_TOUCHED = "SELECT DISTINCT ?p WHERE { ?s ?p ?o }"

Answer = TypeVar("Answer")


class ViewStore(Protocol):
    """What a store must offer for views: readers, and updates of this program's own."""

    def reader(
        self, default_graphs: Sequence[NamedNode], named_graphs: Sequence[NamedNode] = ()
    ) -> GraphReader:
        """Bind a reader to a dataset."""
        ...

    def update(self, text: str) -> None:
        """Run an update request as one transaction."""
        ...


def touched(store: ViewStore, view: View) -> tuple[frozenset[str], ...]:
    """List the predicates in the graphs of each overlay of a view, in angle brackets."""
    readers = [
        store.reader(view.stored((overlay.added, overlay.removed))) for overlay in view.overlays
    ]
    return tuple(frozenset(str(row[0]) for row in reader.select(_TOUCHED)) for reader in readers)


class ViewReader:
    """Reads a dataset of a store as a stack of overlays shows it.

    Args:
        store: holds the dataset's graphs and those of the overlays.
        default, named: the dataset.
        overlays: the lowest first.
        current: gives the view as it is now, at each query; the places of its graphs and the
            predicates of its overlays. Without it the graphs stand where they are named.
    """

    def __init__(
        self,
        store: ViewStore,
        default: Sequence[NamedNode],
        named: Sequence[NamedNode],
        overlays: Sequence[Overlay] = (),
        current: Callable[[View], View] | None = None,
    ) -> None:
        self._store = store
        self._view = View(tuple(default), tuple(named), tuple(overlays))
        self._current = current or self._seen

    def select(self, query: str) -> Rows:
        """Evaluate a SELECT."""
        return self._ask(query, lambda reader, text: reader.select(text))

    def csv(self, query: str) -> bytes:
        """Evaluate a SELECT into SPARQL CSV."""
        return self._ask(query, lambda reader, text: reader.csv(text))

    def tsv(self, query: str, path: Path) -> None:
        """Evaluate a SELECT into a file of SPARQL TSV."""
        self._ask(query, lambda reader, text: reader.tsv(text, path))

    def ask(self, query: str) -> bool:
        """Evaluate an ASK."""
        return self._ask(query, lambda reader, text: reader.ask(text))

    def construct(self, query: str) -> list[Triple]:
        """Evaluate a CONSTRUCT or DESCRIBE."""
        return self._ask(query, lambda reader, text: reader.construct(text))

    def _ask(self, query: str, answer: Callable[[GraphReader, str], Answer]) -> Answer:
        return asked_of(
            self._store,
            lambda: self._current(self._view),
            lambda view, scratch: rewrite(query, view, scratch),
            lambda asked: answer(self._store.reader(asked.default, asked.named), asked.text),
        )

    def _seen(self, view: View) -> View:
        return replace(view, touched=touched(self._store, view))


def asked_of(
    store: ViewStore,
    view: Callable[[], View],
    rewriting: Callable[[View, str], Rewritten],
    answer: Callable[[Rewritten], Answer],
) -> Answer:
    """Ask a query of a view that stays as it is while the query is rewritten and answered.

    Raises:
        StoreUnavailable: the overlays or the places of graphs changed each time.
    """
    now = view()
    for _ in range(_ATTEMPTS):
        asked = rewriting(now, f"{SCRATCH}{secrets.token_hex(8)}/")
        with filled(store, asked.closures):
            found = answer(asked)
        before, now = now, view()
        if now == before:
            return found
    raise StoreUnavailable("The graphs change all the time. Try again.")


@contextmanager
def filled(store: ViewStore, closures: Sequence[Closure]) -> Iterator[None]:
    """Keep the graphs of recursive paths filled while the context lasts.

    Raises:
        ViewRefused: one of them would hold more than 200,000 triples.
    """
    try:
        for closure in closures:
            _check_size(store, closure)
            words = ("INSERT { GRAPH", str(closure.graph), "{ ?s ?p ?o } } WHERE {")
            store.update(" ".join((*words, closure.pattern, "}")))
        yield
    finally:
        for closure in closures:
            store.update(" ".join(("DROP SILENT GRAPH", str(closure.graph))))


def _check_size(store: ViewStore, closure: Closure) -> None:
    some = ("SELECT ?s WHERE {", closure.pattern, "} LIMIT", str(MOST_CLOSED + 1))
    asked = ("SELECT (COUNT(*) AS ?n) WHERE { {", *some, "} }")
    found = store.reader([], closure.sources).select(" ".join(asked)).rows[0][0]
    if int(str(getattr(found, "value", 0))) > MOST_CLOSED:
        raise ViewRefused(
            "The recursive path goes along more than 200,000 triples that an overlay may change. "
            "Ask the base graph instead, or name the predicates of the path."
        )
