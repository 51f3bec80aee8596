"""Saved queries: SPARQL texts with a name, versions and `$name` parameters.

Examples stand in the graph of queries, as `sh:SPARQLExecutable`, and are written anew with the
ontology. What people save are records in the meta graph; a new version hides those before it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from graph.changes import ChangeSet
from graph.dataset.port import ProjectDataset
from graph.errors import BadInput, NotFound
from graph.names import ProjectNames
from graph.records import Facts, record_quads
from graph.sparql import bind, load_query, parameters
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import MIMIR, RDF, RDFS, SH, XSD

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_TYPED = re.compile(r'"(?P<text>(?:[^"\\])*)"(?:\^\^<(?P<type>[^<>\s]+)>|@(?P<lang>[A-Za-z-]+))?')


@dataclass(frozen=True)
class SavedQuery:
    """One version of a saved query; examples have version 1 and no author."""

    name: str
    version: int
    title: str
    text: str
    author: str | None = None
    created: datetime | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the `$name` parameters, in the order of their first use."""
        return parameters(self.text)

    def bound(self, values: Mapping[str, str]) -> str:
        """Put values in the place of the parameters.

        Raises:
            BadInput: a parameter has no value, or a value has no parameter.
        """
        return bind(self.text, **{name: value_term(text) for name, text in values.items()})


def value_term(text: str) -> NamedNode | Literal:
    """Read a parameter's value: `<iri>`, `"text"^^<type>`, a number, true or false, or a text.

    Raises:
        BadInput: the IRI is not absolute.
    """
    if text.startswith("<") and text.endswith(">"):
        try:
            return NamedNode(text[1:-1])
        except ValueError as error:
            raise BadInput(f"{text} is no absolute IRI: {error}") from error
    typed = _TYPED.fullmatch(text)
    if typed:
        if typed["lang"]:
            return Literal(typed["text"], language=typed["lang"])
        return Literal(typed["text"], datatype=NamedNode(typed["type"] or XSD.string.value))
    number = _NUMBER.fullmatch(text)
    if number:
        return Literal(text, datatype=XSD.decimal if number[1] else XSD.integer)
    if text in ("true", "false"):
        return Literal(text, datatype=XSD.boolean)
    return Literal(text)


def queries_graph(names: ProjectNames) -> NamedNode:
    """Name the graph of the example queries."""
    return names.graph("queries")


def example_quads(names: ProjectNames, query: SavedQuery) -> list[Quad]:
    """Describe an example for the graph of queries."""
    facts: Facts = {
        RDF.type: (SH.SPARQLExecutable, SH.SPARQLSelectExecutable),
        MIMIR.identifier: query.name,
        RDFS.label: query.title,
        SH.select: query.text,
    }
    return record_quads(names.record("query", query.name), facts, queries_graph(names))


def save_change(names: ProjectNames, query: SavedQuery) -> ChangeSet:
    """Give the change that saves a version of a query.

    Raises:
        BadInput: the name is not made of lower-case letters, digits and hyphens.
    """
    if not _NAME.fullmatch(query.name):
        raise BadInput(
            f"The query name {query.name!r} must consist of lower-case letters, digits and hyphens."
        )
    facts: Facts = {
        RDF.type: MIMIR.SavedQuery,
        MIMIR.identifier: query.name,
        MIMIR.version: query.version,
        RDFS.label: query.title,
        MIMIR.queryText: query.text,
        MIMIR.author: query.author,
        MIMIR.createdAt: query.created,
    }
    iri = names.record("query", query.name, f"v{query.version}")
    return ChangeSet(
        added=tuple(record_quads(iri, facts, names.meta)),
        author=query.author or "person",
        reason=f"Save query {query.name}, version {query.version}",
    )


def list_queries(examples: GraphReader, meta: GraphReader) -> tuple[SavedQuery, ...]:
    """List all versions of all queries by name, newest version first.

    Args:
        examples: reads the graph of queries.
        meta: reads the meta graph.
    """
    found = [
        SavedQuery(_text(name), 1, _text(title), _text(text))
        for name, title, text in examples.select(load_query("graph", "example_queries"))
    ]
    for name, version, title, text, author, created in meta.select(
        load_query("graph", "saved_queries")
    ):
        found.append(
            SavedQuery(
                _text(name),
                int(_text(version)),
                _text(title),
                _text(text),
                _text(author),
                datetime.fromisoformat(_text(created)),
            )
        )
    return tuple(sorted(found, key=lambda query: (query.name, -query.version)))


def find_query(queries: tuple[SavedQuery, ...], name: str, version: int | None) -> SavedQuery:
    """Find a version of a query, the newest when none is named.

    Raises:
        NotFound: there is none.
    """
    for query in queries:
        if query.name == name and version in (None, query.version):
            return query
    wanted = f"{name!r}" if version is None else f"{name!r} of version {version}"
    raise NotFound(f"There is no saved query {wanted}.")


def query_texts(dataset: ProjectDataset) -> dict[str, str]:
    """Give the newest text of each saved query by its name."""
    names = dataset.names
    found = list_queries(dataset.reader([queries_graph(names)]), dataset.reader([names.meta]))
    return {query.name: query.text for query in reversed(found)}


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
