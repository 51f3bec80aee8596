"""What a reader process does for a query that a remote store answers: before it, and after it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

from graph.dataset.snapshots import Overlay
from graph.oxigraph import OxigraphStore
from graph.syntax.blank_nodes import see_blank_nodes
from graph.syntax.tokens import query_form
from graph.terms import NamedNode
from graph.views.layers import View
from graph.views.patterns import Closure
from graph.views.rewriting import Rewritten, rewrite


def view_fields(view: View, scratch: str) -> dict[str, Any]:
    """Put a view into JSON values; the dataset itself travels with the query."""
    return {
        "overlays": [
            [overlay.target.value, overlay.added.value, overlay.removed.value]
            for overlay in view.overlays
        ],
        "touched": [None if names is None else sorted(names) for names in view.touched],
        "places": dict(view.places),
        "scratch": scratch,
    }


def rewrite_request(
    request: Mapping[str, Any], default: Sequence[NamedNode], named: Sequence[NamedNode]
) -> dict[str, Any]:
    """Let the engine judge a query, and rewrite it; gives a `Rewritten` as JSON values.

    Raises:
        SyntaxError: the engine refuses the text.
        ViewRefused: it cannot be rewritten.
    """
    fields, base = request["view"], request.get("base", "")
    text = see_blank_nodes(request["query"], request.get("skolem", ""))
    OxigraphStore().engine.query(text, base_iri=base or None)
    view = View(
        default=tuple(default),
        named=tuple(named),
        overlays=tuple(Overlay(*map(NamedNode, names)) for names in fields["overlays"]),
        touched=tuple(None if names is None else frozenset(names) for names in fields["touched"]),
        places=fields["places"],
    )
    found = rewrite(text, view, fields["scratch"], base)
    return {
        "form": query_form(text),
        "text": found.text,
        "default": _names(found.default),
        "named": _names(found.named),
        "closures": [
            [closure.graph.value, closure.pattern, _names(closure.sources)]
            for closure in found.closures
        ],
    }


def rewritten(answer: Mapping[str, Any]) -> Rewritten:
    """Read what `rewrite_request` gave."""
    closures = tuple(
        Closure(NamedNode(graph), pattern, tuple(map(NamedNode, sources)))
        for graph, pattern, sources in answer["closures"]
    )
    default, named = (tuple(map(NamedNode, answer[part])) for part in ("default", "named"))
    return Rewritten(answer["text"], default, named, closures)


def received_result(request: Mapping[str, Any]) -> Any:
    """Read the answer of a store: JSON results, or N-Triples for graphs.

    Raises:
        SyntaxError: it is cut or damaged.
    """
    path = Path(request["received"])
    if request["form"] in ("SELECT", "ASK"):
        return parse_query_results(path=str(path), format=QueryResultsFormat.JSON)
    return (quad.triple for quad in parse(path=str(path), format=RdfFormat.N_TRIPLES))


def _names(graphs: Sequence[NamedNode]) -> list[str]:
    return [graph.value for graph in graphs]
