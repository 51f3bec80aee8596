"""The process that parses and evaluates untrusted SPARQL: `python -m graph.reader_process`.

Requests and answers are JSON objects, one a line, on standard input and output; result bytes go to
a file that the request names. The process confines itself first, and its parent may kill it.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, serialize

from graph.changes import write_patch
from graph.errors import BadQuery, MimirError
from graph.oxigraph import OxigraphStore
from graph.sandbox import confine, die_with_parent, limit
from graph.sparql_tokens import dataset_clause
from graph.terms import NamedNode
from graph.update import GraphForbidden, Scope, evaluate_update
from graph.vocab import PREFIXES

_OPEN_STORES = 4


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
    """Serve requests until standard input ends."""
    die_with_parent()
    options = json.loads(sys.argv[1])
    limit(options["memory"], options["answer_bytes"])
    confine()
    stores = _Stores()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_answer(stores, json.loads(line))), flush=True)


def _answer(stores: _Stores, request: Mapping[str, Any]) -> dict[str, Any]:
    try:
        if "update" in request:
            return _update(request)
        return _query(stores.get(request["store"]), request)
    except MimirError as error:
        return {"error": error.code, "message": str(error)}
    except SyntaxError as error:
        return {"error": BadQuery.code, "message": f"The SPARQL text is not valid: {error}"}
    except MemoryError:
        return {"error": "query-too-expensive", "message": "The query needs too much memory."}
    except (OSError, ValueError, RuntimeError) as error:
        return {"error": "query-failed", "message": f"The query failed: {error}"}


def _query(store: OxigraphStore, request: Mapping[str, Any]) -> dict[str, Any]:
    default, named = _dataset(request)
    result = store.engine.query(request["query"], default_graph=default, named_graphs=named)
    output = request["output"]
    if isinstance(result, (QuerySolutions, QueryBoolean)):
        media = request["results"]
        chosen = QueryResultsFormat.from_media_type(media)
        kind = "solutions" if isinstance(result, QuerySolutions) else "boolean"
        if kind == "boolean" and media in ("text/csv", "text/tab-separated-values"):
            Path(output).write_text("true" if result else "false", encoding="utf-8")
        else:
            result.serialize(output, format=chosen)
        return {"kind": kind, "media": media}
    media = request["graph"]
    form = RdfFormat.from_media_type(media)
    prefixes = PREFIXES if form in (RdfFormat.TURTLE, RdfFormat.RDF_XML) else None
    serialize(result, output, form, prefixes=prefixes)
    return {"kind": "graph", "media": media}


def _dataset(request: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    default, named = request["default"], request["named"]
    clause = dataset_clause(request["query"])
    if clause and not request.get("protocol_dataset"):
        # The engine ignores FROM when a dataset is passed to it, so it is applied here.
        allowed = {*default, *named}
        for graph in (*clause.default, *clause.named):
            if graph not in allowed:
                raise GraphForbidden(f"The graph <{graph}> is not in this dataset.")
        default, named = clause.default, clause.named
    return [NamedNode(name) for name in default], [NamedNode(name) for name in named]


def _update(request: Mapping[str, Any]) -> dict[str, Any]:
    scope = Scope(
        *(
            tuple(NamedNode(name) for name in request[part])
            for part in ("default", "named", "writable")
        )
    )
    store = OxigraphStore(Path(request["store"]))
    try:
        added, removed = evaluate_update(store, request["update"], scope)
    finally:
        store.close()
    Path(request["output"]).write_bytes(write_patch({}, added, removed))
    return {"kind": "patch", "media": "application/rdf-patch"}


if __name__ == "__main__":
    main()
