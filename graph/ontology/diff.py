"""The difference of two ontologies with their shapes: added, removed, changed, renamed.

A rename is recognised by evidence: a term that went and one that came are filled from the same
tables or columns. What mentions a renamed term has not changed by that alone.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from graph.ontology.terms import Described, Fact, OntologyTerms, read_terms
from graph.terms import Quad, Triple
from graph.vocab import SH

_SAME = 0.5
"""Share of common origins, or of common facts of shapes, from which two terms are one."""

Said = TypeVar("Said", str, Fact)

_IRI = re.compile(r"<[^<>\s]*>")
_ABOUT = (str(SH.targetClass), str(SH.path))
_WORDS = frozenset(str(term) for term in (SH.name, SH.description, SH.message, SH.property))
"""What a shape says to people, or which others it has: it follows from what it is about."""


@dataclass(frozen=True)
class Rename:
    """A term that has another name now, and why that is believed."""

    kind: str
    old: str
    new: str
    evidence: str


@dataclass(frozen=True)
class TermChange:
    """A term that says something else now: facts in N-Triples form, predicate and value."""

    iri: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """The difference of one kind of thing, sorted; IRIs, or the text of axioms."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[TermChange, ...] = ()


@dataclass(frozen=True)
class OntologyDiff:
    """What changed from one ontology to another."""

    classes: Part = field(default_factory=Part)
    properties: Part = field(default_factory=Part)
    axioms: Part = field(default_factory=Part)
    shapes: Part = field(default_factory=Part)
    renamed: tuple[Rename, ...] = ()

    @property
    def renamed_terms(self) -> tuple[Rename, ...]:
        """What data must name otherwise: renamed classes and properties, no shapes."""
        return tuple(item for item in self.renamed if item.kind != "shape")

    @property
    def empty(self) -> bool:
        """Whether nothing changed."""
        return self == OntologyDiff()


def diff_ontologies(
    old: Iterable[Quad | Triple], new: Iterable[Quad | Triple], skolem: str
) -> OntologyDiff:
    """Compare two ontologies, each given with its shapes."""
    before, after = read_terms(old, skolem), read_terms(new, skolem)
    renamed = (
        *_renames("class", before.classes, after.classes),
        *_renames("property", before.properties, after.properties),
    )
    now = _translator({item.old: item.new for item in renamed})
    renamed += tuple(_shape_renames(before.shapes, after.shapes, now))
    now = _translator({item.old: item.new for item in renamed})
    axioms = {now(text) for text in before.axioms}
    return OntologyDiff(
        _part(before.classes, after.classes, now),
        _part(before.properties, after.properties, now),
        _with_others(
            Part(_sorted(after.axioms - axioms), _sorted(axioms - after.axioms)), before, after, now
        ),
        _part(before.shapes, after.shapes, now),
        tuple(sorted(renamed, key=lambda item: (item.kind, item.old))),
    )


def _renames(
    kind: str, before: Mapping[str, Described], after: Mapping[str, Described]
) -> list[Rename]:
    old = {iri: item.origins for iri, item in before.items()}
    new = {iri: item.origins for iri, item in after.items()}
    return [
        Rename(
            kind, one, other, f"Both are filled from {', '.join(sorted(old[one] & new[other]))}."
        )
        for one, other in _pairs(old, new)
    ]


def _shape_renames(
    before: Mapping[str, Described], after: Mapping[str, Described], now: Callable[[str], str]
) -> list[Rename]:
    """Pair shapes that went and came and are about the same class or property, and alike."""
    old, new = _what_shapes_say(before, now), _what_shapes_say(after, str)
    found = []
    for one, other in _pairs(old, new):
        about = sorted(value for key, value in old[one] & new[other] if key in _ABOUT)
        if about:
            found.append(Rename("shape", one, other, f"Both are about {' of '.join(about)}."))
    return found


def _what_shapes_say(
    shapes: Mapping[str, Described], now: Callable[[str], str]
) -> dict[str, frozenset[Fact]]:
    """Give the facts of each shape but its words, and those that its owner is about."""
    said = {
        iri: {(key, now(value)) for key, value in item.facts if key not in _WORDS}
        for iri, item in shapes.items()
    }
    for iri, item in shapes.items():
        targets = {fact for fact in said[iri] if fact[0] == str(SH.targetClass)}
        for key, value in item.facts:
            if key == str(SH.property) and value in said:
                said[value] |= targets
    return {iri: frozenset(facts) for iri, facts in said.items()}


def _pairs(
    before: Mapping[str, frozenset[Said]], after: Mapping[str, frozenset[Said]]
) -> list[tuple[str, str]]:
    """Pair what went with what came, the most alike first."""
    gone, came = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
    likely = sorted(
        (-_likeness(before[old], after[new]), old, new)
        for old in gone
        for new in came
        if _likeness(before[old], after[new]) >= _SAME
    )
    found, used = [], set[str]()
    for _, old, new in likely:
        if not used & {old, new}:
            used |= {old, new}
            found.append((old, new))
    return found


def _likeness(old: frozenset[Said], new: frozenset[Said]) -> float:
    both = old | new
    return len(old & new) / len(both) if both else 0.0


def _translator(renames: Mapping[str, str]) -> Callable[[str], str]:
    def translate(text: str) -> str:
        """Write the new names in place of the old ones."""
        return _IRI.sub(lambda found: renames.get(found[0], found[0]), text)

    return translate


def _part(
    before: Mapping[str, Described],
    after: Mapping[str, Described],
    now: Callable[[str], str],
) -> Part:
    old = {now(iri): item for iri, item in before.items()}
    changed = []
    for iri in sorted(old.keys() & after.keys()):
        facts = {(predicate, now(value)) for predicate, value in old[iri].facts}
        came, went = after[iri].facts - facts, facts - after[iri].facts
        if came or went:
            changed.append(TermChange(iri, _texts(came), _texts(went)))
    return Part(
        _sorted(after.keys() - old.keys()), _sorted(old.keys() - after.keys()), tuple(changed)
    )


def _with_others(
    part: Part, before: OntologyTerms, after: OntologyTerms, now: Callable[[str], str]
) -> Part:
    rest = _part(before.others, after.others, now)
    return Part(
        tuple(sorted((*part.added, *rest.added))),
        tuple(sorted((*part.removed, *rest.removed))),
        rest.changed,
    )


def _texts(facts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted(" ".join(fact) for fact in facts))


def _sorted(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(texts))
