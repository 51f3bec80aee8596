"""The difference of two ontologies with their shapes: added, removed, changed, renamed.

A rename is recognised by evidence: a term that went and one that came are filled from the same
tables or columns. What mentions a renamed term has not changed by that alone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from graph.ontology_terms import Described, OntologyTerms, read_terms
from graph.terms import Quad, Triple

_SAME = 0.5
"""Share of common origins from which two terms are one."""


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
    gone = [before[iri] for iri in sorted(before.keys() - after.keys())]
    came = [after[iri] for iri in sorted(after.keys() - before.keys())]
    pairs = sorted(
        (
            (-_likeness(old, new), old.iri, new.iri, old, new)
            for old in gone
            for new in came
            if _likeness(old, new) >= _SAME
        ),
        key=lambda item: item[:3],
    )
    found, used = [], set[str]()
    for _, old_iri, new_iri, old, new in pairs:
        if not used & {old_iri, new_iri}:
            used |= {old_iri, new_iri}
            common = ", ".join(sorted(old.origins & new.origins))
            found.append(Rename(kind, old_iri, new_iri, f"Both are filled from {common}."))
    return found


def _likeness(old: Described, new: Described) -> float:
    both = old.origins | new.origins
    return len(old.origins & new.origins) / len(both) if both else 0.0


def _translator(renames: Mapping[str, str]) -> Callable[[str], str]:
    def translate(text: str) -> str:
        """Write the new names in place of the old ones."""
        for old, new in renames.items():
            text = text.replace(old, new)
        return text

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
