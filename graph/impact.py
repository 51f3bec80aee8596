"""What a change touches: shapes, models, twins and saved queries that depend on its terms."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.errors import BadQuery
from graph.names import ProjectNames
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.syntax.tokens import Prologue, tokens
from graph.terms import NamedNode, Quad
from graph.vocab import RDF

Reading = Callable[[Sequence[NamedNode], Sequence[NamedNode]], GraphReader]
"""Gives a reader of default and named graphs."""


@dataclass(frozen=True)
class Impact:
    """IRIs of touched shapes, models and twins, and names of touched saved queries; sorted."""

    shapes: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Touched:
    """Predicates, classes and subjects of a change, and the classes that get or lose members."""

    predicates: frozenset[NamedNode]
    classes: frozenset[NamedNode]
    moved: frozenset[NamedNode]
    subjects: tuple[NamedNode, ...]


def impact_of(
    quads: Iterable[Quad], names: ProjectNames, reading: Reading, queries: Mapping[str, str]
) -> Impact:
    """Find what depends on the terms of a change.

    Args:
        quads: all that is added and removed; terms described in ontology and shapes count too.
        reading: reads the project.
        queries: texts of the saved queries by name.
    """
    touched = _touched(tuple(quads), names, reading([names.data], ()))
    return Impact(
        _shapes(touched, reading([names.shapes], ())),
        _models(touched, reading([names.meta], ())),
        _twins(touched, reading([names.meta], ()), reading),
        _queries(touched, queries),
    )


def query_terms(text: str) -> frozenset[str]:
    """Give the IRIs that a SPARQL text names; none where it cannot be read."""
    try:
        items = tokens(text)
        prologue = Prologue()
        start = prologue.read(items, 0)
    except BadQuery:
        return frozenset()
    found = set()
    for item in items[start:]:
        if item.kind in ("iri", "name"):
            try:
                found.add(prologue.resolve(item))
            except BadQuery:
                continue
    return frozenset(found)


def _touched(quads: Sequence[Quad], names: ProjectNames, data: GraphReader) -> _Touched:
    facts = [quad for quad in quads if quad.graph_name == names.data]
    described = {
        node
        for quad in quads
        if quad.graph_name in (names.ontology, names.shapes)
        for node in (quad.subject, quad.object)
        if isinstance(node, NamedNode)
    }
    subjects = {quad.subject for quad in facts if isinstance(quad.subject, NamedNode)}
    moved = {
        quad.object
        for quad in facts
        if quad.predicate == RDF.type and isinstance(quad.object, NamedNode)
    }
    ordered = tuple(sorted(subjects, key=str))
    types = {cls for node in ordered for cls in _nodes(data, "types_of", node)}
    return _Touched(
        frozenset({quad.predicate for quad in facts if quad.predicate != RDF.type} | described),
        frozenset(types | moved | described),
        frozenset(moved | described),
        ordered,
    )


def _shapes(touched: _Touched, shapes: GraphReader) -> tuple[str, ...]:
    found: set[str] = set()
    for shape, cls, rule, path in shapes.select(load_query("graph", "shape_rules")):
        if cls in touched.moved or shape in touched.moved:
            found.add(_iri(shape))
        if rule in touched.moved or (path in touched.predicates and cls in touched.classes):
            found.add(_iri(rule))
    return tuple(sorted(found))


def _models(touched: _Touched, meta: GraphReader) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                _iri(model)
                for model, cls, name in meta.select(load_query("graph", "model_reads"))
                if cls in touched.moved or name in touched.predicates
            }
        )
    )


def _twins(touched: _Touched, meta: GraphReader, reading: Reading) -> tuple[str, ...]:
    owners: dict[NamedNode, str] = {
        graph: _iri(twin)
        for twin, graph in meta.select(load_query("graph", "twin_graphs"))
        if isinstance(graph, NamedNode)
    }
    if not owners:
        return ()
    overlays = reading((), tuple(owners))
    return tuple(
        sorted(
            {
                owners[graph]
                for node in touched.subjects
                for graph in _nodes(overlays, "graphs_about", node)
            }
        )
    )


def _queries(touched: _Touched, queries: Mapping[str, str]) -> tuple[str, ...]:
    terms = {node.value for node in (*touched.predicates, *touched.moved, *touched.subjects)}
    return tuple(sorted(name for name, text in queries.items() if terms & query_terms(text)))


def _nodes(reader: GraphReader, query: str, node: NamedNode) -> list[NamedNode]:
    rows = reader.select(bind(load_query("graph", query), node=node))
    return [row[0] for row in rows if isinstance(row[0], NamedNode)]


def _iri(term: object) -> str:
    return str(getattr(term, "value", term))
