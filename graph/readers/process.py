"""The process that parses and evaluates untrusted SPARQL: `python -m graph.readers.process`.

Requests and answers are JSON objects, one a line, on standard input and output; result bytes go to
a file that the request names. The process confines itself first, and its parent may kill it.
"""

import errno
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, serialize

from graph.changes import write_patch
from graph.errors import BadQuery, DiskFull, MimirError, StoreUnavailable
from graph.oxigraph import OxigraphStore
from graph.readers.answer_rows import has_more_rows
from graph.readers.description import with_nodes_described
from graph.readers.explain import as_json, explain
from graph.readers.fork_server import serve_forks
from graph.readers.gate import check
from graph.readers.inlining import inlined
from graph.readers.rdf_io import (
    Upload,
    read_uploads,
    read_user_patch,
    with_blank_nodes,
    write_graphs,
)
from graph.readers.remote_requests import (
    further_description,
    received_result,
    rewrite_request,
)
from graph.readers.result_nodes import show_blank_nodes
from graph.readers.update import (
    GraphForbidden,
    Scope,
    evaluate_data,
    evaluate_operations,
    open_graphs,
)
from graph.sandbox import confine, die_with_parent, limit
from graph.sparql import bind
from graph.syntax.blank_nodes import see_blank_nodes
from graph.syntax.tokens import dataset_clause, query_form
from graph.syntax.unknown_functions import UnknownFunctions
from graph.syntax.update_text import READS, at_one_time, read_operations
from graph.syntax.xml_text import make_readable
from graph.terms import NamedNode, Quad, Triple
from graph.vocab import PREFIXES

_OPEN_STORES = 4
_FORBIDDEN = "(os error 1)"  # EPERM, as the engine writes it
_PROBE = "SELECT * WHERE { SERVICE $service { ?s ?p ?o } }"


class _TooManyTriples(Exception):
    """The graph that a query makes has more triples than one answer may have."""


class _Stores:
    """The checkpoints this process has open, newest last."""

    def __init__(self) -> None:
        self._open: dict[str, OxigraphStore] = {}

    def get(self, path: str) -> OxigraphStore:
        """Open a checkpoint, or find it open."""
        store = self._open.pop(path, None) or OxigraphStore(Path(path), read_only=True)
        self._open[path] = store
        while len(self._open) > _OPEN_STORES:
            self._open.pop(next(iter(self._open))).close()
        return store


def main() -> None:
    """Make reader processes until standard input ends."""
    serve_forks(serve)


def serve(options: Mapping[str, Any]) -> None:
    """Confine this process and serve requests until standard input ends."""
    die_with_parent()
    limit(options["memory"], options["answer_bytes"])
    try:
        confine()
        prove_confined(options["probe"])
    except OSError as error:
        print(json.dumps({"refused": str(error)}), flush=True)
        return
    stores = _Stores()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_answer(stores, json.loads(line))), flush=True)


def prove_confined(port: int) -> None:
    """Try to reach a listener on this machine by SERVICE, as an untrusted query would.

    Raises:
        OSError: the kernel did not forbid it, so this process is not confined.
    """
    service = NamedNode("".join(("http://127.0.0.1:", str(port), "/")))
    try:
        list(OxigraphStore().reader((), ()).select(bind(_PROBE, service=service)))
    except StoreUnavailable as error:
        if _FORBIDDEN in str(error):
            return
        raise OSError(f"SERVICE was not forbidden by the kernel: {error}") from error
    raise OSError("SERVICE was not forbidden by the kernel")


def _answer(stores: _Stores, request: Mapping[str, Any]) -> dict[str, Any]:
    try:
        request = _inlined(_passed(request))
        if "update" in request:
            return _update(request)
        if "uploads" in request:
            return _uploads(request)
        if "patch" in request:
            return _patch(request)
        if "graphs" in request:
            return _graphs(stores.get(request["store"]), request)
        if "view" in request:
            return rewrite_request(request, *_dataset(request))
        if "described" in request:
            return {"further": further_description({**request, "received": request["described"]})}
        if "received" in request:
            return _written(received_result(request), request, request["skolem"])
        if request.get("explain"):
            return _explain(stores.get(request["store"]), request)
        return _query(stores.get(request["store"]), request)
    except MimirError as error:
        return {"error": error.code, "message": str(error)}
    except SyntaxError as error:
        return {"error": BadQuery.code, "message": f"The SPARQL text is not valid: {error}"}
    except _TooManyTriples:
        return _too_large("triples")
    except MemoryError:
        return {"error": "query-too-expensive", "message": "The query needs too much memory."}
    except (OSError, ValueError, RuntimeError) as error:
        if "custom function" in str(error):
            return {"error": BadQuery.code, "message": f"{error}."}
        if _is_system_error(error, errno.EFBIG):  # the cap on file sizes
            return _too_large("bytes")
        if _is_system_error(error, errno.ENOSPC):
            return {"error": DiskFull.code, "message": "There is no room for the answer on disk."}
        return {"error": "query-failed", "message": f"The query failed: {error}"}


def _is_system_error(error: Exception, number: int) -> bool:
    # The engine gives the number in words only.
    return f"(os error {number})" in str(error) or getattr(error, "errno", 0) == number


def _passed(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a request whose text, if it has one, the gate let pass."""
    gate = request.get("gate", {"longest": None, "services": ()})
    for kind in ("query", "update"):
        if kind in request:
            update, hosts = kind == "update", gate["services"]
            check(request[kind], update=update, longest=gate["longest"], allow_services=hosts)
    return request


def _inlined(request: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = "query" if "query" in request else "update"
    if not request.get("fetched"):
        return request
    text = inlined(request[kind], request["fetched"], request.get("skolem", ""))
    return {**request, kind: text}


def _query(store: OxigraphStore, request: Mapping[str, Any]) -> dict[str, Any]:
    default, named = _dataset(request)
    base, skolem = request.get("base") or None, request.get("skolem", "")
    functions = UnknownFunctions()
    try:
        result = functions.evaluate(
            partial(
                store.engine.query,
                see_blank_nodes(request["query"], skolem),
                base_iri=base,
                default_graph=default,
                named_graphs=named,
            )
        )
    except SyntaxError:
        # The places in its message are those of the author's own text.
        OxigraphStore().engine.query(request["query"], base_iri=base)
        raise
    if skolem and query_form(request["query"]) == "DESCRIBE":
        result = with_nodes_described(result, store.engine, default, skolem)
    answer = _written(result, request, skolem)
    functions.require_uncalled()
    return answer


def _written(result: Any, request: Mapping[str, Any], skolem: str) -> dict[str, Any]:
    output = request["output"]
    if isinstance(result, (QuerySolutions, QueryBoolean)):
        media = request["results"]
        chosen = QueryResultsFormat.from_media_type(media)
        kind = "solutions" if isinstance(result, QuerySolutions) else "boolean"
        if not media:
            return _not_acceptable("solutions or a boolean")
        if kind == "boolean" and media in ("text/csv", "text/tab-separated-values"):
            Path(output).write_text("true" if result else "false", encoding="utf-8")
        else:
            result.serialize(output, format=chosen)
            rows = request.get("rows")
            if kind == "solutions" and rows and has_more_rows(Path(output), media, rows):
                return _too_large("rows")
            if skolem and kind == "solutions":
                show_blank_nodes(Path(output), media, skolem)
            if media.endswith("xml"):
                make_readable(Path(output))
        return {"kind": kind, "media": media}
    media = request["graph"]
    if not media:
        return _not_acceptable("a graph")
    form = RdfFormat.from_media_type(media)
    prefixes = PREFIXES if form in (RdfFormat.TURTLE, RdfFormat.RDF_XML) else None
    triples = with_blank_nodes(result, skolem) if skolem else result
    serialize(_counted(triples, request.get("rows")), output, form, prefixes=prefixes)
    if form == RdfFormat.RDF_XML:
        make_readable(Path(output))
    return {"kind": "graph", "media": media}


def _explain(store: OxigraphStore, request: Mapping[str, Any]) -> dict[str, Any]:
    default, named = _dataset(request)
    text, base = request["query"], request.get("base", "")
    skolem = request.get("skolem", "")
    found = explain(store.engine, text, base=base, default=default, named=named, skolem=skolem)
    return as_json(found)


def _dataset(request: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    default, named = request["default"], request["named"]
    clause = dataset_clause(request["query"], request.get("base", ""))
    if clause and not request.get("protocol_dataset"):
        # The engine ignores FROM when a dataset is passed to it, so it is applied here.
        allowed, closed = {*default, *named}, tuple(request.get("closed", ()))
        for graph in (*clause.default, *clause.named):
            if graph not in allowed and (not closed or graph.startswith(closed)):
                raise GraphForbidden(f"The graph <{graph}> is not in this dataset.")
        default, named = clause.default, clause.named
    return [NamedNode(name) for name in default], [NamedNode(name) for name in named]


def _counted(triples: Iterable[Triple], most: int | None) -> Iterator[Triple]:
    for number, triple in enumerate(triples, 1):
        if most is not None and number > most:
            raise _TooManyTriples
        yield triple


def _too_large(what: str) -> dict[str, Any]:
    message = f"The answer has more {what} than one answer may have. Narrow it or use LIMIT."
    return {"error": "answer-too-large", "message": message}


def _not_acceptable(kind: str) -> dict[str, Any]:
    message = f"The answer is {kind}, and Accept names no media type for that."
    return {"error": "not-acceptable", "message": message}


def _scope(request: Mapping[str, Any]) -> Scope:
    def graphs(part: str) -> tuple[NamedNode, ...]:
        """Read the graphs of one part of the request."""
        return tuple(NamedNode(name) for name in request[part])

    return Scope(
        default=graphs("default"),
        named=graphs("named"),
        writable=graphs("writable"),
        readable=graphs("readable"),
        closed=tuple(request["closed"]),
        opened=tuple(request["opened"]),
        using=tuple(request["using"]),
        using_named=tuple(request["using_named"]),
        base=request["base"],
        skolem=request["skolem"],
    )


def _update(request: Mapping[str, Any]) -> dict[str, Any]:
    text = at_one_time(request["update"], datetime.now(UTC))
    operations = list(read_operations(text, request["base"]))
    reads = any(operation.reads for operation in operations)
    added: list[Quad] = []
    removed: list[Quad] = []
    if request["store"]:
        # Opening a store to write to it takes three times as long.
        store = OxigraphStore(Path(request["store"]), read_only=len(operations) == 1)
        try:
            added, removed = evaluate_operations(store, operations, _scope(request))
        finally:
            store.close()
    elif not reads:
        added, removed = evaluate_data(operations, _scope(request))
    header = {READS: "yes" if reads else "no"}
    Path(request["output"]).write_bytes(write_patch(header, added, removed))
    return {"kind": "patch", "media": "application/rdf-patch"}


def _uploads(request: Mapping[str, Any]) -> dict[str, Any]:
    uploads = [Upload(Path(path), media, base) for path, media, base in request["uploads"]]
    output, scope = Path(request["output"]), _scope(request)
    found = read_uploads(uploads, output, request["graph"], request["skolem"], scope)
    return {"count": found.count, "graphs": found.graphs}


def _patch(request: Mapping[str, Any]) -> dict[str, Any]:
    path, scope = Path(request["patch"]), _scope(request)
    patch = read_user_patch(path, request["graph"], request["skolem"], scope)
    Path(request["output"]).write_bytes(write_patch({}, patch.added, patch.removed))
    return {"kind": "patch", "media": "application/rdf-patch"}


def _graphs(store: OxigraphStore, request: Mapping[str, Any]) -> dict[str, Any]:
    graphs = [NamedNode(name) for name in request["graphs"]]
    if request["open_to"]:
        graphs += open_graphs(store, _scope(request["open_to"]))
    filled = any(next(store.quads(graph), None) for graph in graphs)
    write_graphs(
        store,
        graphs,
        Path(request["output"]),
        request["media"],
        dataset=request["dataset"],
        home=NamedNode(request["home"]) if request["home"] else None,
        skolem=request["skolem"],
    )
    if request["media"].endswith("xml"):
        make_readable(Path(request["output"]))
    return {"kind": "graph" if filled else "empty", "media": request["media"]}


if __name__ == "__main__":
    main()
