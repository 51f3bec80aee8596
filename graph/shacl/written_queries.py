"""Queries that shapes hold (SHACL-SPARQL), made ready for pySHACL: they come from strangers.

pySHACL takes prefixes from `sh:prefixes` alone, not from what that imports (SHACL 5.2.1), and ends
with whatever error its parser has. So imported prefixes are handed on, and each text is read by the
engine first, on no data at all.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from graph.errors import BadInput, BadQuery
from graph.oxigraph import OxigraphStore
from graph.syntax.tokens import tokens
from graph.terms import Literal, NamedNode, Term, Triple
from graph.vocab import OWL, RDF, RDFS, SH

_TEXTS = {SH.select: "SELECT", SH.ask: "ASK", SH.construct: "CONSTRUCT"}
_ELSEWHERE = frozenset({"SERVICE", "FROM"})
_UNSUPPORTED = re.compile(r"[$?](shapesGraph|currentShape)\b")
_PATH = re.compile(r"[$?]PATH\b")
_USUAL: dict[str, str] = {"rdf": RDF, "rdfs": RDFS, "owl": OWL}


def with_imported_prefixes(triples: Sequence[Triple]) -> list[Triple]:
    """Add the prefixes that what is named by `sh:prefixes` imports."""
    known = set(triples)
    named = {triple.object for triple in triples if triple.predicate == SH.prefixes}
    found = [
        Triple(node, SH.declare, declared)
        for node in sorted(named, key=str)
        if not isinstance(node, Literal)
        for declared in _declared(triples, node)
    ]
    return [*triples, *(triple for triple in found if triple not in known)]


def check_queries(triples: Sequence[Triple]) -> None:
    """Read the queries of shapes as the engine does, with the prefixes that they may use.

    Raises:
        BadInput: one cannot be read, or asks for more than the data graph.
    """
    reader = OxigraphStore().reader([])
    for triple in triples:
        form = _TEXTS.get(triple.predicate)
        if form is None or not isinstance(triple.object, Literal):
            continue
        text = triple.object.value
        try:
            _refuse_more_than_data(text)
            whole = _prologue(triples, triple.subject) + _PATH.sub("<urn:path>", text)
            {"SELECT": reader.select, "ASK": reader.ask}.get(form, reader.construct)(whole)
        except (BadQuery, RuntimeError) as error:  # the latter for a function that it does not know
            where = f"The query of the shape's {form.lower()} at {triple.subject}"
            raise BadInput(f"{where} cannot be used: {error}") from error


def _refuse_more_than_data(text: str) -> None:
    words = {token.keyword for token in tokens(text)} & _ELSEWHERE
    if words:
        raise BadQuery(f"It sees the data graph alone; take {' and '.join(sorted(words))} out.")
    if found := _UNSUPPORTED.search(text):
        raise BadQuery(f"${found[1]} is not supported; name the terms in the query.")


def _prologue(triples: Sequence[Triple], query: object) -> str:
    prefixes = dict(_USUAL)
    for node in _objects(triples, query, SH.prefixes):
        for declared in _declared(triples, node):
            short, long = (
                "".join(getattr(value, "value", "") for value in _objects(triples, declared, kind))
                for kind in (SH.prefix, SH.namespace)
            )
            prefixes[short] = long
    return "".join(
        "".join(("PREFIX ", short, ": <", long, "> ")) for short, long in prefixes.items()
    )


def _declared(triples: Sequence[Triple], node: Term) -> list[Term]:
    """List the prefix declarations of a node and of all that it imports."""
    reached, waiting = [], [node]
    while waiting:
        reached.append(waiting.pop())
        imported = _objects(triples, reached[-1], OWL.imports)
        waiting += [each for each in imported if each not in reached and each not in waiting]
    return [each for item in reached for each in _objects(triples, item, SH.declare)]


def _objects(triples: Iterable[Triple], subject: object, predicate: NamedNode) -> Iterator[Term]:
    return (t.object for t in triples if t.subject == subject and t.predicate == predicate)
