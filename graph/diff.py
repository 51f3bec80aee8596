"""A difference of graphs for people and programs: by entity in words or as a table, or as a patch.

Entities are the subjects; a property whose values went and came is one change with a before and
an after.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from graph.changes import write_patch
from graph.names import KEY_JOINT, ProjectNames
from graph.oxigraph import update_text
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad, Term, Triple
from graph.vocab import PREFIXES, RDF

_LABELS = (
    "SELECT ?term ?label WHERE "
    "{ ?term <http://www.w3.org/2000/01/rdf-schema#label> ?label } ORDER BY ?term ?label"
)
_BARE = ("integer", "decimal", "double", "float", "boolean", "int", "long")


@dataclass(frozen=True)
class PropertyChange:
    """A property of an entity: the values it lost and the values it got, sorted."""

    property: NamedNode
    before: tuple[Term, ...]
    after: tuple[Term, ...]


@dataclass(frozen=True)
class EntityChange:
    """An entity and its changed properties, sorted by IRI."""

    entity: Term
    properties: tuple[PropertyChange, ...]


@dataclass(frozen=True)
class Wording:
    """How terms are spoken of: labels of the ontology, and the scheme of the project's IRIs."""

    names: ProjectNames
    labels: Mapping[str, str] = field(default_factory=dict)

    def property(self, term: NamedNode) -> str:
        """Name a property by its label."""
        return "type" if term == RDF.type else self.labels.get(term.value) or _local(term.value)

    def entity(self, term: Term) -> str:
        """Name a thing by its class and key, such as `Machine M-001`."""
        if not isinstance(term, NamedNode):
            return self.value(term)
        things = f"{self.names.root}id/"
        if term.value.startswith(things) and "/" in term.value.removeprefix(things):
            place, _, key = term.value.removeprefix(things).partition("/")
            parts = [unquote(part) for part in key.split(KEY_JOINT)]
            cls = self.labels.get(f"{self.names.terms}{place}") or unquote(place)
            return f"{cls} {', '.join(parts)}"
        return self.labels.get(term.value) or _local(term.value)

    def value(self, term: Term) -> str:
        """Write a value: texts in quotes, numbers bare, things by name."""
        if not isinstance(term, Literal):
            return self.entity(term) if isinstance(term, NamedNode) else str(term)
        if term.datatype.value.rpartition("#")[2] in _BARE:
            return term.value
        return f"'{term.value}'"


def read_wording(names: ProjectNames, ontology: GraphReader) -> Wording:
    """Read the labels of the ontology; a term with several keeps the first."""
    labels: dict[str, str] = {}
    for term, label in ontology.select(_LABELS):
        if isinstance(term, NamedNode) and isinstance(label, Literal):
            labels.setdefault(term.value, label.value)
    return Wording(names, labels)


def entity_changes(
    added: Iterable[Quad | Triple], removed: Iterable[Quad | Triple]
) -> tuple[EntityChange, ...]:
    """Group what was added and removed by entity and property, sorted by IRI."""
    found: dict[Term, dict[NamedNode, tuple[list[Term], list[Term]]]] = {}
    for side, triples in ((0, removed), (1, added)):
        for triple in triples:
            properties = found.setdefault(triple.subject, {})
            properties.setdefault(triple.predicate, ([], []))[side].append(triple.object)
    return tuple(
        EntityChange(
            entity,
            tuple(
                PropertyChange(
                    name, _sorted(found[entity][name][0]), _sorted(found[entity][name][1])
                )
                for name in sorted(found[entity], key=str)
            ),
        )
        for entity, properties in sorted(found.items(), key=lambda item: str(item[0]))
    )


def words(changes: Iterable[EntityChange], wording: Wording) -> tuple[str, ...]:
    """Say each entity's changes in one sentence."""
    return tuple(
        f"{wording.entity(change.entity)}: "
        + "; ".join(_clause(item, wording) for item in change.properties)
        for change in changes
    )


def table(
    changes: Iterable[EntityChange], wording: Wording
) -> tuple[tuple[str, str, str, str], ...]:
    """Give one row per changed property: entity, property, before, after."""
    return tuple(
        (
            wording.entity(change.entity),
            wording.property(item.property),
            _listed(item.before, wording),
            _listed(item.after, wording),
        )
        for change in changes
        for item in change.properties
    )


def patch(added: Iterable[Quad], removed: Iterable[Quad]) -> str:
    """Write the difference as RDF Patch."""
    return write_patch({}, sorted(added, key=str), sorted(removed, key=str)).decode()


def update(added: Iterable[Quad], removed: Iterable[Quad]) -> str:
    """Write the difference as SPARQL Update."""
    return update_text(sorted(added, key=str), sorted(removed, key=str))


def _clause(item: PropertyChange, wording: Wording) -> str:
    name = wording.property(item.property)
    before, after = _listed(item.before, wording), _listed(item.after, wording)
    if before and after:
        return f"{name} changed from {before} to {after}"
    return f"{name} {after} added" if after else f"{name} {before} removed"


def _listed(values: Iterable[Term], wording: Wording) -> str:
    return ", ".join(wording.value(value) for value in values)


def _sorted(values: list[Term]) -> tuple[Term, ...]:
    return tuple(sorted(set(values), key=str))


def _local(iri: str) -> str:
    for prefix, start in PREFIXES.items():
        if iri.startswith(start):
            return f"{prefix}:{iri.removeprefix(start)}"
    return unquote(iri.rstrip("/").rpartition("#" if "#" in iri else "/")[2]) or iri
