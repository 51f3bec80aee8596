"""What was fetched for SERVICE and LOAD (`graph.readers.federation`), put into the text.

Runs in reader processes, for the files come from other servers. A SERVICE becomes a VALUES block of
its solutions, a LOAD becomes INSERT DATA of its triples, and a silent one that failed becomes a
block that changes nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pyoxigraph import (
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
    serialize,
)

from graph.errors import BadInput
from graph.terms import BlankNode, Term

_MOST_ROWS = 100_000


def inlined(text: str, fetched: Sequence[Mapping[str, Any]], skolem: str) -> str:
    """Give the text without SERVICE and LOAD.

    Args:
        fetched: as `graph.readers.federation.fetched` gives them.
        skolem: prefix of the IRIs that stand for blank nodes of services; empty: `urn:blank:`.

    Raises:
        BadInput: an answer cannot be read, or has too many solutions.
    """
    parts, end = [], 0
    for number, item in enumerate(fetched):
        instead = _values if item["query"] else _data
        parts += [text[end : item["start"]], instead(item, f"{skolem or 'urn:blank:'}s{number}-")]
        end = item["end"]
    return "".join((*parts, text[end:]))


def _values(item: Mapping[str, Any], label: str) -> str:
    if not item["path"]:
        return "{ }"
    form = QueryResultsFormat.from_media_type(item["media"]) or QueryResultsFormat.JSON
    try:
        found = parse_query_results(path=item["path"], format=form)
        if not isinstance(found, QuerySolutions):
            raise BadInput(f"{item['url']} answered without solutions.")
        names = [v.value for v in found.variables if v.value in item["variables"]]
        rows: list[str] = []
        for solution in found:
            if len(rows) == _MOST_ROWS:
                raise BadInput(f"{item['url']} gave more than {_MOST_ROWS:,} solutions.")
            rows.append(" ".join(("(", *(_term(solution[name], label) for name in names), ")")))
    except (SyntaxError, OSError, ValueError) as error:
        raise BadInput(f"What {item['url']} answered cannot be read: {error}") from error
    head = " ".join(("VALUES (", *("?" + name for name in names), ") {"))
    return "\n".join((head, *rows, "}"))


def _term(term: Term | None, label: str) -> str:
    if term is None:
        return "UNDEF"
    return f"<{label}{term.value}>" if isinstance(term, BlankNode) else str(term)


def _data(item: Mapping[str, Any], _: str) -> str:
    if not item["path"]:
        return "INSERT DATA { }"
    form = RdfFormat.from_media_type(item["media"]) or RdfFormat.TURTLE
    try:
        quads = parse(
            path=item["path"],
            format=form,
            base_iri=item["url"],
            without_named_graphs=True,
            rename_blank_nodes=True,
        )
        triples = serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES)
    except (SyntaxError, OSError, ValueError) as error:
        raise BadInput(f"What {item['url']} gave cannot be read: {error}") from error
    text = (triples or b"").decode()
    if item["graph"]:
        return "\n".join(("INSERT DATA {", item["graph"], "{", text, "} }"))
    return "\n".join(("INSERT DATA {", text, "}"))
