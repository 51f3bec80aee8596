"""Three-way merge of graphs at (subject, predicate), as pure algebra over sets of triples.

Each side changed a common base. Where only one side changed a property of a subject, its values
stand; where both did, the property's policy decides, and what it cannot decide is a conflict.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal as OneOf

from graph.terms import Literal, NamedNode, Subject, Term, Triple

Policy = OneOf["set", "functional", "counter"]
Resolution = OneOf["ours", "theirs", "base", "custom"]
POLICIES: tuple[Policy, ...] = ("set", "functional", "counter")
RESOLUTIONS: tuple[Resolution, ...] = ("ours", "theirs", "base", "custom")

Point = tuple[Subject | Triple, NamedNode]
Values = frozenset[Term]
Slices = Mapping[Point, Values]


@dataclass(frozen=True)
class MergeConflict:
    """A property of a subject that both sides changed, each in its own way."""

    point: Point
    base: Values
    ours: Values
    theirs: Values

    def resolved(self, choice: Resolution, custom: Values = frozenset()) -> Values:
        """Give the values that a person's choice leaves."""
        sides = {"ours": self.ours, "theirs": self.theirs, "base": self.base}
        return sides.get(choice, custom)


@dataclass(frozen=True)
class Merged:
    """What a merge changes on our side, and the conflicts it leaves as they are there."""

    added: frozenset[Triple]
    removed: frozenset[Triple]
    conflicts: tuple[MergeConflict, ...]


def slices(triples: Iterable[Triple]) -> dict[Point, Values]:
    """Group triples by subject and predicate."""
    found: dict[Point, set[Term]] = {}
    for triple in triples:
        found.setdefault((triple.subject, triple.predicate), set()).add(triple.object)
    return {point: frozenset(values) for point, values in found.items()}


def merge(
    base: Slices,
    ours: Slices,
    theirs: Slices,
    policy: Callable[[NamedNode], Policy],
    chosen: Mapping[Point, Values] | None = None,
) -> Merged:
    """Merge their changes of the base into ours.

    Args:
        base, ours, theirs: the values of each point; all points that a side changed must be there.
        policy: gives the policy of a property.
        chosen: values that settle a conflict, by point; other conflicts keep our values.
    """
    nothing: Values = frozenset()
    added: set[Triple] = set()
    removed: set[Triple] = set()
    conflicts: list[MergeConflict] = []
    for point in sorted({*base, *ours, *theirs}, key=_order):
        sides = (base.get(point, nothing), ours.get(point, nothing), theirs.get(point, nothing))
        values = _merged(policy(point[1]), *sides)
        if values is None:
            conflicts.append(MergeConflict(point, *sides))
            values = (chosen or {}).get(point, sides[1])
        added.update(Triple(*point, value) for value in values - sides[1])
        removed.update(Triple(*point, value) for value in sides[1] - values)
    return Merged(frozenset(added), frozenset(removed), tuple(conflicts))


def _merged(policy: Policy, base: Values, ours: Values, theirs: Values) -> Values | None:
    """Give the merged values of one point, or None where the sides contradict each other."""
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    if policy == "set":
        return (base & ours & theirs) | (ours - base) | (theirs - base)
    return _counted(base, ours, theirs) if policy == "counter" else None


def _counted(base: Values, ours: Values, theirs: Values) -> Values | None:
    numbers = [_number(side) for side in (base, ours, theirs)]
    if any(number is None for number in numbers):
        return None
    start, mine, other = (number for number in numbers if number is not None)
    (value,) = ours
    total = mine + other - start
    return frozenset({Literal(format(total, "f"), datatype=getattr(value, "datatype", None))})


def _number(values: Values) -> Decimal | None:
    if len(values) != 1:
        return None
    (value,) = values
    if not isinstance(value, Literal):
        return None
    try:
        number = Decimal(value.value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _order(point: Point) -> tuple[str, str]:
    return str(point[0]), str(point[1])
