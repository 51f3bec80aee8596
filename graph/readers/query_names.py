"""Predicates and classes of a query that a dataset does not have, and which it has instead."""

import re
from collections.abc import Callable
from typing import Any

from pyoxigraph import NamedNode

from graph.syntax.query_parts import Group, Pattern
from graph.vocab import OWL, RDF, RDFS

_ENDS = re.compile(r"[/#:]")
_READ = "200000"  # triples or instances looked at for names
_TRIED = 5
_PART = 4  # letters of a name that may stand for a longer one
_DECLARED = {
    "predicate": (OWL.DatatypeProperty, OWL.ObjectProperty, RDF.Property),
    "class": (OWL.Class, RDFS.Class),
}


class Names:
    """Finds the names that do not occur where a query looks for them.

    Args:
        rows: evaluates a SELECT on the dataset of the query, with its prefixes.
    """

    def __init__(self, rows: Callable[[str], list[Any]]) -> None:
        self._rows = rows
        self._iris: dict[str, str] = {}
        self._sentences: dict[tuple[str, str, str], str] = {}
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}

    def hints(self, group: Group, graph: str = "") -> tuple[str, ...]:
        """Give a sentence for each name of a group, and of those within, that does not occur."""
        found: dict[str, None] = {}
        for element in group:
            if element.pattern:
                found.update(dict.fromkeys(self.missing(element.pattern, graph)))
            for inner in element.groups:
                found.update(dict.fromkeys(self.hints(inner, element.graph or graph)))
        return tuple(found)

    def missing(self, pattern: Pattern, graph: str) -> tuple[str, ...]:
        """Give a sentence for each name of a pattern that does not occur in a graph.

        Args:
            graph: IRI or variable of GRAPH as written; empty: the default graph.
        """
        wanted = [("predicate", self._iri(name)) for name in pattern.predicates]
        if pattern.named_object and pattern.verb and self._iri(pattern.verb) == RDF.type.value:
            wanted.append(("class", self._iri(pattern.named_object)))
        sentences = (self._sentence(kind, iri, graph) for kind, iri in wanted)
        return tuple(sentence for sentence in sentences if sentence)

    def _iri(self, name: str) -> str:
        # The engine resolves, so this file never disagrees with it about what a name means.
        if name not in self._iris:
            text = ("SELECT (", name, "AS ?mimirIri) WHERE { }")
            self._iris[name] = RDF.type.value if name == "a" else _value(self._rows(" ".join(text)))
        return self._iris[name]

    def _sentence(self, kind: str, iri: str, graph: str) -> str:
        key = (kind, iri, graph)
        if key not in self._sentences:
            self._sentences[key] = "" if self._occurs(*key) else self._found_instead(*key)
        return self._sentences[key]

    def _occurs(self, kind: str, iri: str, graph: str) -> bool:
        text = ("SELECT * WHERE {", _within(graph, _use(kind, iri)), "} LIMIT 1")
        return bool(self._rows(" ".join(text)))

    def _found_instead(self, kind: str, iri: str, graph: str) -> str:
        where = f"in GRAPH {graph}" if graph else "in the default graph"
        said = f"The {kind} <{iri}> does not occur {where}"
        text = ("SELECT ?mimirGraph WHERE {", _within("?mimirGraph", _use(kind, iri)), "} LIMIT 1")
        elsewhere = self._rows(" ".join(text))
        if elsewhere:
            named = _value(elsewhere)
            return f"{said}, but in the named graph <{named}>: write GRAPH <{named}> {{ … }}."
        if graph and self._occurs(kind, iri, ""):
            return f"{said}, but in the default graph: write the pattern outside GRAPH."
        for candidate in self._nearest(kind, iri, graph)[:_TRIED]:
            if self._occurs(kind, candidate, graph):
                return f"{said}. Did you mean <{candidate}>?"
        return f"{said}."

    def _nearest(self, kind: str, iri: str, graph: str) -> list[str]:
        """List known names of which few letters differ, nearest first; then longer ones."""
        local = _local(iri).lower()
        most = max(1, len(local) // 3)
        ranked = sorted(
            (distance, not name.startswith(iri[: len(iri) - len(local)]), name)
            for name in self._names(kind, graph)
            if name != iri
            for other in [_local(name).lower()]
            for distance in [edit_distance(local, other, most)]
            if distance <= most or (len(local) >= _PART and local in other)
        )
        return [name for _, _, name in ranked]

    def _names(self, kind: str, graph: str) -> tuple[str, ...]:
        key = (kind, graph)
        if key not in self._known:
            use = "?s ?name ?o" if kind == "predicate" else "?s a ?name"
            read = ("{ SELECT ?name WHERE {", _within(graph, use), "} LIMIT", _READ, "}")
            declared = ("{ VALUES ?kind {", *map(str, _DECLARED[kind]), "} ?name a ?kind }")
            text = ("SELECT DISTINCT ?name WHERE {", *read, "UNION", *declared, "}")
            terms = [row[0] for row in self._rows(" ".join(text))]
            self._known[key] = tuple(
                sorted(term.value for term in terms if isinstance(term, NamedNode))
            )
        return self._known[key]


def edit_distance(left: str, right: str, most: int) -> int:
    """Count the letters to insert, delete or replace between two words; stops above `most`."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    row = list(range(len(right) + 1))
    for number, letter in enumerate(left, 1):
        before, row = row, [number]
        for at, other in enumerate(right):
            row.append(min(before[at + 1] + 1, row[at] + 1, before[at] + (letter != other)))
        if min(row) > most:
            break
    return row[-1]


def _use(kind: str, iri: str) -> str:
    name = str(NamedNode(iri))
    return " ".join(("?s", name, "?o") if kind == "predicate" else ("?s a", name))


def _within(graph: str, pattern: str) -> str:
    # A variable of the query could have the name of one in the pattern.
    name = "?mimirGraph" if graph[:1] in ("?", "$") else graph
    return " ".join(("GRAPH", name, "{", pattern, "}")) if graph else pattern


def _value(rows: list[Any]) -> str:
    return str(rows[0][0].value)


def _local(iri: str) -> str:
    return _ENDS.split(iri)[-1]
