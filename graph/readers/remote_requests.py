"""What a reader process does for a query that a remote store answers: before it, and after it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

from graph.dataset.snapshots import Overlay
from graph.oxigraph import OxigraphStore
from graph.readers.description import undescribed
from graph.sparql import bind
from graph.syntax.blank_nodes import see_blank_nodes
from graph.syntax.tokens import dataset_clause, query_form
from graph.terms import Literal, NamedNode, Triple
from graph.views.layers import View
from graph.views.patterns import Closure
from graph.views.rewriting import Rewritten, rewrite
from graph.vocab import RDF

_MOST_NODES = 1_000
_LIST = "?begin $rest* ?node FILTER(STRSTARTS(STR(?node), $skolem))"


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
    paths = request["received"]
    if request["form"] in ("SELECT", "ASK"):
        return parse_query_results(path=paths[0], format=QueryResultsFormat.JSON)
    return chain.from_iterable(map(_triples, paths))


def further_description(request: Mapping[str, Any]) -> str:
    """Write the query that describes the blank nodes that a description leads to; empty: none are.

    The engine tells of them too. They are asked for in rounds, with the lists that begin at them.

    Args:
        request: the query with what was received so far.
    """
    skolem = request["skolem"]
    if request["form"] != "DESCRIBE" or not skolem:
        return ""
    left = undescribed(received_result(request), skolem)[:_MOST_NODES]
    if not left:
        return ""
    clause = dataset_clause(request["query"], request.get("base", ""))
    scope = [f"FROM <{graph}>" for graph in clause.default]
    scope += [f"FROM NAMED <{graph}>" for graph in clause.named]
    nodes = ("WHERE { VALUES ?begin {", *map(str, left), "}")
    return " ".join(
        ("DESCRIBE ?node", *scope, *nodes, bind(_LIST, rest=RDF.rest, skolem=Literal(skolem)), "}")
    )


def _triples(path: str) -> Iterator[Triple]:
    return (quad.triple for quad in parse(path=path, format=RdfFormat.N_TRIPLES))


def _names(graphs: Sequence[NamedNode]) -> list[str]:
    return [graph.value for graph in graphs]
