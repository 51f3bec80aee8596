"""A triple store in another process: SPARQL 1.1 Protocol and Graph Store Protocol over HTTP.

Fits any store that speaks both, such as Fuseki, `oxigraph serve`, or Mimir's own endpoint.
https://www.w3.org/TR/sparql11-protocol/, https://www.w3.org/TR/sparql11-http-rdf-update/.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import QueryBoolean, QueryResultsFormat, RdfFormat, parse, parse_query_results

from graph.errors import BadInput, BadQuery, MimirError, StoreUnavailable
from graph.membership import present
from graph.oxigraph import update_text
from graph.remote.http import Answer, posted
from graph.remote.http_answers import copy_answer, engine_results, read_whole, valid_triples
from graph.remote.sparql_http_errors import StoreRefused, translated, whole_number
from graph.store import GraphReader, Rows
from graph.syntax.tokens import query_form
from graph.terms import NamedNode, Quad, Triple

_JSON = "application/sparql-results+json"
_TSV = "text/tab-separated-values"
_N_TRIPLES = "application/n-triples"
_N_QUADS = "application/n-quads"
_UPDATE = "application/sparql-update"
# A load is answered when all of it is stored, however long that takes.
_LOAD_SECONDS = 6 * 3600.0
_GRACE_SECONDS = 2.0
_PIECE = 1 << 20
_MOST = 16 << 30
_ANSWERS = (_JSON, "text/csv", _N_TRIPLES, _N_QUADS, "text/turtle", _TSV)
_NO_GRAPH = NamedNode("urn:mimir:no-graph")


class SparqlHttpReader:
    """Reads one dataset of a remote endpoint.

    Args:
        url: query address, http or https.
        default_graphs, named_graphs: the dataset; when both are empty the endpoint decides.
        token: sent as a bearer token.
        authorization: sent as it is, instead of a token.
        timeout: seconds to wait for the endpoint.
        within: seconds after which the endpoint shall end a query, where it can (Fuseki does).
    """

    def __init__(
        self,
        url: str,
        default_graphs: Sequence[NamedNode] = (),
        named_graphs: Sequence[NamedNode] = (),
        *,
        token: str | None = None,
        authorization: str = "",
        timeout: float = 60,
        within: float | None = None,
    ) -> None:
        self._url = _checked(url)
        self._default = tuple(default_graphs)
        self._named = tuple(named_graphs)
        self._authorization = f"Bearer {token}" if token else authorization
        self._timeout = timeout
        self._within = within

    def select(self, query: str) -> Rows:
        """Evaluate a SELECT."""
        result = self._results(query)
        if isinstance(result, QueryBoolean):
            raise BadQuery("A SELECT query was expected.")
        variables = tuple(variable.value for variable in result.variables)
        with translated(self._url):
            return Rows(variables, [tuple(solution) for solution in result])

    def csv(self, query: str) -> bytes:
        """Evaluate a SELECT into SPARQL CSV."""
        # Some stores answer an ASK in CSV too, each in a form of its own.
        if query_form(query) != "SELECT":
            raise BadQuery("A SELECT query was expected.")
        result = self._results(query)
        if isinstance(result, QueryBoolean):
            raise BadQuery("A SELECT query was expected.")
        with translated(self._url):
            return result.serialize(format=QueryResultsFormat.CSV) or b""

    def tsv(self, query: str, path: Path) -> None:
        """Evaluate a SELECT into a file of SPARQL TSV, as the endpoint writes it."""
        with translated(self._url), self._answer(query, _TSV) as answer, path.open("wb") as file:
            copy_answer(answer, file, _MOST)

    def ask(self, query: str) -> bool:
        """Evaluate an ASK."""
        result = self._results(query)
        if not isinstance(result, QueryBoolean):
            raise BadQuery("An ASK query was expected.")
        return bool(result)

    def construct(self, query: str) -> list[Triple]:
        """Evaluate a CONSTRUCT or DESCRIBE."""
        return list(self.triples(query))

    def triples(self, query: str) -> Iterator[Triple]:
        """Iterate over the answer of a CONSTRUCT or DESCRIBE while it arrives."""
        with translated(self._url), self._answer(query, _N_TRIPLES) as answer:
            for quad in parse(valid_triples(answer), RdfFormat.N_TRIPLES):  # type: ignore[arg-type] # only read() is called
                yield quad.triple

    def save(self, query: str, form: str, path: Path, most: int) -> None:
        """Write an answer to a file, in JSON for SELECT and ASK and in N-Triples otherwise.

        Args:
            form: of the query.
            most: bytes of the answer.

        Raises:
            AnswerTooLarge: it has more.
        """
        results = form in ("SELECT", "ASK")
        media, right = (_JSON, engine_results) if results else (_N_TRIPLES, valid_triples)
        with translated(self._url), self._answer(query, media) as answer, path.open("wb") as file:
            copy_answer(right(answer), file, most)

    def _results(self, query: str) -> Any:
        with translated(self._url), self._answer(query, _JSON) as answer:
            return parse_query_results(read_whole(engine_results(answer)), QueryResultsFormat.JSON)

    @contextmanager
    def _answer(self, query: str, media: str) -> Iterator[Answer]:
        fields = [("query", query)]
        fields += [("default-graph-uri", graph.value) for graph in self._default]
        fields += [("named-graph-uri", graph.value) for graph in self._named]
        headers = {
            "Accept": media,
            "Content-Type": "application/x-www-form-urlencoded",
            "Timeout": f"{self._within:.3f}" if self._within else "",
        }
        with posted(
            self._url,
            urlencode(fields).encode(),
            headers,
            authorization=self._authorization,
            timeout=self._timeout,
        ) as answer:
            if answer.media != media:
                raise self._unexpected(answer.media, media)
            yield answer

    def _unexpected(self, given: str, media: str) -> MimirError:
        if given in _ANSWERS or given.endswith(("+xml", "+json")):
            return BadQuery(
                f"The endpoint {self._url} answered {given} where {media} was expected: the query "
                "is of another form."
            )
        return StoreUnavailable(
            f"The endpoint {self._url} answered {given or 'nothing known'} where {media} was "
            "expected: this is no SPARQL endpoint, or something between speaks in its place."
        )


class SparqlHttpStore:
    """A remote store.

    Args:
        query_url, update_url, graph_store_url: addresses of the SPARQL query, update and graph
            store services; without the last two the store can only be read.
        authorization: what proves to the store who is asking, as a header says it.
        timeout: seconds to wait for an answer to a query.
        update_timeout: seconds to wait until an update is made; None: the same.
    """

    def __init__(
        self,
        query_url: str,
        update_url: str | None = None,
        graph_store_url: str | None = None,
        *,
        authorization: str = "",
        timeout: float = 60,
        update_timeout: float | None = None,
    ) -> None:
        self._query_url = _checked(query_url)
        self._update_url = update_url and _checked(update_url)
        self._graph_store_url = graph_store_url and _checked(graph_store_url)
        self._authorization = authorization
        self._timeout = timeout
        self._update_timeout = update_timeout or timeout

    def reader(
        self, default_graphs: Sequence[NamedNode], named_graphs: Sequence[NamedNode] = ()
    ) -> GraphReader:
        """Bind a reader to a dataset of the store; it overrides FROM."""
        return self._reader(default_graphs, named_graphs)

    def reader_within(
        self,
        default_graphs: Sequence[NamedNode],
        named_graphs: Sequence[NamedNode],
        seconds: float,
    ) -> SparqlHttpReader:
        """Bind a reader whose queries end after some seconds, here and, if it can, in the store."""
        return self._reader(default_graphs, named_graphs, seconds)

    def apply(self, added: Iterable[Quad], removed: Iterable[Quad]) -> None:
        """Remove, then add, in one update request, which a store runs as one transaction.

        Raises:
            StoreRefused: the store can only be read, or the token does not suffice.
            StoreUnavailable: no answer came; the change may or may not have been made.
        """
        text = update_text(added, removed)
        if text:
            self.update(text)

    def update(self, text: str) -> None:
        """Run an update request of this program's own as one transaction.

        Raises:
            StoreRefused: the store can only be read, or the token does not suffice.
            StoreUnavailable: no answer came; the change may or may not have been made.
        """
        url = self._writable(self._update_url)
        # As it is, not as a form: forms have a largest size, and escapes make them longer.
        self._send(url, text.encode(), _UPDATE, self._update_timeout)

    def load(self, path: Path) -> None:
        """Send an N-Quads file to the graph store, piece by piece."""
        url = self._writable(self._graph_store_url)
        with path.open("rb") as file:
            pieces = iter(lambda: file.read(_PIECE), b"")
            length = {"Content-Length": str(path.stat().st_size)}
            self._send(url, pieces, _N_QUADS, _LOAD_SECONDS, BadInput, length)

    def quads(self, graph: NamedNode) -> Iterator[Quad]:
        """Iterate over the quads of one graph while they arrive."""
        reader = self._reader([graph])
        for triple in reader.triples("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"):
            yield Quad(triple.subject, triple.predicate, triple.object, graph)

    def contains(self, quad: Quad) -> bool:
        """Tell whether the quad is there.

        Raises:
            BadInput: the quad holds a blank node, which has no name outside the store.
        """
        return bool(self.existing([quad]))

    def existing(self, quads: Iterable[Quad]) -> list[Quad]:
        """List those of the quads that are there, in their order.

        Raises:
            BadInput: a quad holds a blank node, which has no name outside the store.
        """
        try:
            return present(quads, lambda graph: self._reader([graph]))
        except (IndexError, ValueError) as error:
            raise StoreUnavailable(f"{self._query_url} answered another question.") from error

    def count(self, graph: NamedNode) -> int:
        """Count the triples of one graph."""
        rows = self._reader([graph]).select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
        return whole_number(rows.rows[0][0] if rows.rows else None)

    def graphs(self) -> list[NamedNode]:
        """List the named graphs that hold a triple."""
        reader = SparqlHttpReader(
            self._query_url, authorization=self._authorization, timeout=self._timeout
        )
        rows = reader.select("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")
        named = [row[0] for row in rows if isinstance(row[0], NamedNode)]
        return sorted(named, key=lambda graph: graph.value)

    def close(self) -> None:
        """Do nothing: no connection is kept between requests."""

    def _reader(
        self,
        default: Sequence[NamedNode],
        named: Sequence[NamedNode] = (),
        within: float | None = None,
    ) -> SparqlHttpReader:
        # Without any parameter the endpoint would answer from a dataset of its own choice.
        graphs = default if default or named else [_NO_GRAPH]
        timeout = within + _GRACE_SECONDS if within else self._timeout
        return SparqlHttpReader(
            self._query_url,
            graphs,
            named,
            authorization=self._authorization,
            timeout=timeout,
            within=within,
        )

    def _send(
        self,
        url: str,
        content: bytes | Iterable[bytes],
        media: str,
        timeout: float,
        refused: type[MimirError] = BadQuery,
        further: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        with posted(
            url,
            content,
            {"Content-Type": media, **further},
            authorization=self._authorization,
            timeout=timeout,
            refused=refused,
        ) as answer:
            answer.read()

    def _writable(self, url: str | None) -> str:
        if url is None:
            raise StoreRefused(
                f"The store at {self._query_url} can only be read: give it the addresses of its "
                "update and graph store services."
            )
        return url


def _checked(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise BadInput(f"The store address {url!r} must start with http:// or https://.")
    return url
