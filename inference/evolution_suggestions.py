"""What changed in the files, as suggestions that people or the policy decide on."""

from collections.abc import Iterable
from dataclasses import dataclass

from graph.model import KnowledgeModel
from graph.names import ProjectNames
from graph.terms import NamedNode, Quad
from graph.vocab import MIMIR, OWL, RDF, RDFS, SKOS, XSD
from inference.evolution import SchemaChange
from inference.knowledge.graph_writer import GraphWriter, typed
from inference.knowledge.suggestions import Suggestion

_GONE = 0.6
_HARMLESS = 0.95
_RETYPED = 0.8
_NOTE = SKOS.term("historyNote")


@dataclass(frozen=True)
class _Term:
    name: str
    label: str
    kind: NamedNode


def evolution_suggestions(
    changes: Iterable[SchemaChange],
    old: KnowledgeModel,
    new: KnowledgeModel,
    names: ProjectNames,
) -> tuple[Suggestion, ...]:
    """Suggest what users of the graph must know of each change of a column.

    A new column is noted, and so is one whose type became wider; any other new type waits, as the
    only way to it. Terms of columns that are gone or renamed are kept, so that queries of older
    versions keep their meaning.
    """
    before, now = _terms(old), _terms(new)
    kept = {term.name for term in now.values()}
    found = []
    for change in changes:
        if change.kind in ("column-added", "column-retyped"):
            term = now.get((change.table, change.columns[0]))
            found += [_of_kept(change, term, names)] if term is not None else []
            continue
        gone = before.get((change.table, change.was))
        if gone is None or gone.name in kept:
            continue
        heir = now.get((change.table, change.now))
        if change.kind == "column-renamed" and heir is not None and heir.kind == gone.kind:
            found.append(_renamed(change, gone, heir, names))
        elif change.kind in ("column-renamed", "column-dropped"):
            found.append(_deprecated(change, gone, names))
    return tuple(found)


def _of_kept(change: SchemaChange, term: _Term, names: ProjectNames) -> Suggestion:
    """Note a new column or a wider type; propose any other type."""
    column = f"{change.columns[0]} of {change.table}"
    if change.kind == "column-added":
        return _noted(change, term, f"{column} is new; it is {term.name}.", names)
    if not change.waits:
        return _noted(change, term, f"{column} was {change.was} and is {change.now}.", names)
    reason = (
        f"{column} was {change.was}; its values suggest {change.now} now. Until this is decided "
        f"it stays {change.was}, and cells that are none are quarantined."
    )
    quads = _annotated(term, MIMIR.readAs, "read as", XSD.term(change.now), names)
    return Suggestion(_about(change), reason, _RETYPED, change.evidence, quads)


def _noted(change: SchemaChange, term: _Term, reason: str, names: ProjectNames) -> Suggestion:
    quads = _annotated(term, _NOTE, "history note", reason, names)
    return Suggestion(_about(change), reason, _HARMLESS, change.evidence or (reason,), quads)


def _annotated(
    term: _Term, predicate: NamedNode, label: str, value: NamedNode | str, names: ProjectNames
) -> tuple[Quad, ...]:
    facts = GraphWriter(names.ontology).facts
    declared = ((RDF.type, OWL.AnnotationProperty), (RDFS.label, label))
    return (*facts(predicate, *declared), *facts(names.term(term.name), (predicate, value)))


def _about(change: SchemaChange) -> tuple[str, ...]:
    return (change.kind, change.table, *change.columns, change.was, change.now)


def _terms(model: KnowledgeModel) -> dict[tuple[str, str], _Term]:
    """Give the property that each column became."""
    found: dict[tuple[str, str], _Term] = {}
    for item in model.classes:
        for link in item.links:
            term = _Term(link.name, link.label, OWL.ObjectProperty)
            found |= {(item.table, column): term for column in link.columns}
        for each in item.attributes:
            found[item.table, each.column] = _Term(each.name, each.label, OWL.DatatypeProperty)
    return found


def _renamed(change: SchemaChange, gone: _Term, heir: _Term, names: ProjectNames) -> Suggestion:
    equal = (OWL.equivalentProperty, names.term(heir.name))
    reason = (
        f"{change.was} of {change.table} is called {change.now} now: {gone.name} means the same "
        f"as {heir.name}."
    )
    about = ("renamed", change.table, change.was, change.now)
    quads = _kept(gone, names, equal)
    return Suggestion(about, reason, change.confidence, change.evidence, quads)


def _deprecated(change: SchemaChange, gone: _Term, names: ProjectNames) -> Suggestion:
    return Suggestion(
        ("dropped", change.table, change.was),
        f"{change.was} of {change.table} is gone: keep {gone.name} as a deprecated term.",
        _GONE,
        (f"The newest version of {change.table} has no column {change.was}.",),
        _kept(gone, names),
    )


def _kept(
    gone: _Term, names: ProjectNames, *facts: tuple[NamedNode, NamedNode]
) -> tuple[Quad, ...]:
    """Declare a property that the files fill no more."""
    writer, deprecated = GraphWriter(names.ontology), (OWL.deprecated, typed("true", "boolean"))
    stated = ((RDF.type, gone.kind), (RDFS.label, gone.label), deprecated)
    return tuple(writer.facts(names.term(gone.name), *stated, *facts))
