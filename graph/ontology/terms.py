"""What an ontology says, read from its triples: classes, properties, axioms and shapes as text.

Blank nodes (or the skolem IRIs that stand for them) are written out as what they say, so two
ontologies that differ in labels of blank nodes alone read the same.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graph.terms import BlankNode, NamedNode, Quad, Term, Triple
from graph.vocab import MIMIR, OWL, PREFIXES, RDF, RDFS, SH

CLASSES = (OWL.Class, RDFS.Class)
PROPERTIES = (
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    RDF.Property,
)
_SHAPES = (SH.NodeShape, SH.PropertyShape)
_VERSION = (OWL.versionIRI, OWL.versionInfo)
_DEEPEST = 24
_LONGEST = 1_000
SETS = frozenset(
    {
        *(OWL.intersectionOf, OWL.unionOf, OWL.disjointUnionOf, OWL.oneOf, OWL.hasKey),
        *(OWL.members, OWL.distinctMembers, OWL.withRestrictions),
    }
)
"""Predicates whose lists say the same in any order: tools write them in an order of their own."""

Fact = tuple[str, str]


@dataclass(frozen=True)
class Described:
    """A named term: its facts, as predicate and value in N-Triples form, and where it came from.

    `origins` are the tables and columns (`table.column`) that fill it.
    """

    iri: str
    kind: str
    facts: frozenset[Fact]
    origins: frozenset[str] = frozenset()


@dataclass(frozen=True)
class OntologyTerms:
    """Classes, properties and shapes by IRI, and the axioms that hang on no name."""

    classes: Mapping[str, Described] = field(default_factory=dict)
    properties: Mapping[str, Described] = field(default_factory=dict)
    shapes: Mapping[str, Described] = field(default_factory=dict)
    others: Mapping[str, Described] = field(default_factory=dict)
    axioms: frozenset[str] = frozenset()


def read_terms(quads: Iterable[Quad | Triple], skolem: str) -> OntologyTerms:
    """Read the terms of an ontology and of its shapes; version numbers are left out."""
    by_subject: defaultdict[Term, list[tuple[NamedNode, Term]]] = defaultdict(list)
    pointed: set[Term] = set()
    for quad in quads:
        if quad.predicate not in _VERSION:
            by_subject[quad.subject].append((quad.predicate, quad.object))
            pointed.add(quad.object)
    writer = TermWriter(by_subject, skolem)
    found: dict[str, dict[str, Described]] = {
        "class": {}, "property": {}, "shape": {}, "other": {},
    }  # fmt: skip
    axioms = set()
    for subject in by_subject:
        if writer.is_blank(subject):
            if subject not in pointed:
                axioms.add(writer.text(subject))
            continue
        item = writer.described(subject)
        found[item.kind][item.iri] = item
    return OntologyTerms(
        found["class"], found["property"], found["shape"], found["other"], frozenset(axioms)
    )


def short(text: str) -> str:
    """Write IRIs with the usual prefixes, for people."""
    for prefix, base in sorted(PREFIXES.items(), key=lambda item: -len(item[1])):
        text = text.replace(f"<{base}", f"<{prefix}:")
    return text


class TermWriter:
    """Writes terms of a graph as text, blank nodes as what they say."""

    def __init__(self, facts: Mapping[Term, list[tuple[NamedNode, Term]]], skolem: str) -> None:
        self._facts = facts
        self._skolem = skolem
        self._texts: dict[tuple[Term, int], str] = {}

    def is_blank(self, term: Term) -> bool:
        """Tell whether a term is a blank node or stands for one."""
        named = isinstance(term, NamedNode) and term.value.startswith(self._skolem)
        return isinstance(term, BlankNode) or named

    def described(self, subject: Term) -> Described:
        """Describe a named term."""
        facts = self._facts.get(subject, [])
        types = {value for predicate, value in facts if predicate == RDF.type}
        kind = "other"
        for name, known in (("class", CLASSES), ("property", PROPERTIES), ("shape", _SHAPES)):
            if types.intersection(known):
                kind = name
                break
        origins = (MIMIR.fromTable, MIMIR.fromColumn)
        return Described(
            str(subject),
            kind,
            frozenset((str(predicate), self.value(predicate, value)) for predicate, value in facts),
            frozenset(
                str(getattr(value, "value", ""))
                for predicate, value in facts
                if predicate in origins
            ),
        )

    def text(self, term: Term, depth: int = 0) -> str:
        """Write a term; a blank node as what it says, a list as its members in order.

        What is long and deep inside is written as its hash: where each node points to the next
        one twice, texts would double with each step.
        """
        if not self.is_blank(term) or depth > _DEEPEST:
            return str(term)
        known = self._texts.get((term, depth))
        if known is None:
            known = self._texts[term, depth] = _short(self._said(term, depth + 1), depth)
        return known

    def value(self, predicate: NamedNode, value: Term, depth: int = 0) -> str:
        """Write a term as what a predicate leads to: members in order of text where none counts."""
        cells = self.cells(value) if predicate in SETS else None
        if cells is None:
            return self.text(value, depth)
        return _short(_listed(sorted(self.text(item, depth + 1) for _, item in cells)), depth)

    def _said(self, node: Term, depth: int) -> str:
        cells = self.cells(node)
        if cells is not None:
            return _listed(self.text(item, depth) for _, item in cells)
        facts = self._facts.get(node, [])
        parts = (f"{predicate} {self.value(predicate, value, depth)}" for predicate, value in facts)
        return "[" + "; ".join(sorted(parts)) + "]"

    def cells(self, head: Term) -> list[tuple[Term, Term]] | None:
        """Give the nodes of a list with their members; None if it is no whole list."""
        found, seen = [], set[Term]()
        while head != RDF.nil and head not in seen:
            seen.add(head)
            facts = dict(self._facts.get(head, []))
            if RDF.first not in facts or RDF.rest not in facts:
                return None
            found.append((head, facts[RDF.first]))
            head = facts[RDF.rest]
        return found


def _short(text: str, depth: int) -> str:
    if depth < 2 or len(text) <= _LONGEST:
        return text
    return f"[{hashlib.sha256(text.encode()).hexdigest()}]"


def _listed(texts: Iterable[str]) -> str:
    return "(" + " ".join(texts) + ")"
