"""Limits that the data itself states: which attribute bounds which other one, judged by words.

`max_temperature_c` bounds `temperature_c`; `reorder_level` bounds `units_in_stock`. Nothing here
knows a data set: only the words of names, datatypes and units are read.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from graph.model import AttributeDef

NUMERIC = frozenset({"integer", "decimal", "double"})

Side = Literal["above", "below"]

_CEILING = frozenset({"max", "maximum", "upper", "ceiling", "highest", "limit", "threshold"})
_FLOOR = frozenset({"min", "minimum", "lower", "floor", "lowest", "reorder", "safety"})
_BOUND = frozenset({"limit", "threshold", "bound", "allowed", "alarm", "permitted", "rated"})
_LEVEL = frozenset({"level", "point", "quantity", "qty", "amount", "threshold", "limit"})
_STOCK = frozenset({"stock", "inventory", "hand", "balance", "available"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_SHORTEST_STEM = 4


@dataclass(frozen=True)
class Limit:
    """One attribute that bounds another; `side` is where a value breaks the limit."""

    value: AttributeDef
    bound: AttributeDef
    side: Side


def words(attribute: AttributeDef) -> tuple[str, ...]:
    """Split the name of an attribute into lower-case words."""
    return tuple(word.lower() for word in _WORD.findall(attribute.name))


def find_limits(
    values: Iterable[AttributeDef], bounds: Iterable[AttributeDef]
) -> tuple[Limit, ...]:
    """Pair each attribute in `bounds` that names a limit with the attribute it is a limit of.

    An attribute that fits several values, or whose unit differs from the value's, gives no pair.
    """
    candidates = [item for item in values if item.datatype in NUMERIC and not _side(words(item))]
    found = []
    for bound in bounds:
        side = _side(words(bound)) if bound.datatype in NUMERIC else None
        matching = [item for item in candidates if _bounds(bound, item)] if side else []
        if side and len(matching) == 1:
            found.append(Limit(matching[0], bound, side))
    return tuple(found)


def _side(name: tuple[str, ...]) -> Side | None:
    if _FLOOR.intersection(name):
        return "below"
    return "above" if _CEILING.intersection(name) else None


def _bounds(bound: AttributeDef, value: AttributeDef) -> bool:
    if bound.unit and value.unit and bound.unit != value.unit:
        return False
    rest = [word for word in words(bound) if word not in _CEILING | _FLOOR | _BOUND]
    if rest and _same_words(rest, words(value)):
        return True
    # "reorder level", "safety stock": what is left says only that it is an amount in store.
    about_stock = _side(words(bound)) == "below" and set(rest) <= _LEVEL | _STOCK
    return about_stock and bool(_STOCK.intersection(words(value)))


def _same_words(left: Iterable[str], right: Iterable[str]) -> bool:
    pairs = list(left), list(right)
    return len(pairs[0]) == len(pairs[1]) and all(
        one == two
        or (
            min(len(one), len(two)) >= _SHORTEST_STEM
            and (one.startswith(two) or two.startswith(one))
        )
        for one, two in zip(sorted(pairs[0]), sorted(pairs[1]), strict=True)
    )
