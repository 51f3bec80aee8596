"""What the values of a column suggest of values not seen: a range, a form.

A bound is given only where it has a reason besides the values: nothing counted is negative, a
share is at most a hundred. The smallest and largest value seen are no bounds.
"""

from dataclasses import dataclass

from graph.schema import Column
from graph.terms import NamedNode, Term
from graph.vocab import SH
from inference.knowledge.graph_writer import typed

_ENOUGH = 20
"""Distinct values from which a range or a form is believed."""

_RANGES = {"latitude": (-90, 90), "longitude": (-180, 180), "percentage": (0, 100)}
_FORMS = {
    "email": ("of a mail address", r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    "url": ("of a URL", r"^((https?|ftp)://|www\.)\S+$"),
    "uuid": ("of a UUID", r"^(urn:uuid:|\{)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$"),
    "ipv4": ("of an IPv4 address", r"^[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]{1,2})?$"),
    "mac-address": ("of a MAC address", r"^[0-9a-f]{2,4}([:.-][0-9a-f]{2,4}){2,5}$"),
    "media-type": ("of a media type", r"^[a-z]+/.+$"),
}
"""What the values of semantic types look like, in words and as a pattern, whatever the case."""

_NUMERIC = ("integer", "decimal", "double")


@dataclass(frozen=True)
class Bound:
    """A bound of numbers; `value` is canonical for the column's type."""

    predicate: NamedNode
    word: str
    value: str


@dataclass(frozen=True)
class Form:
    """The form that all texts have: in words, and as facts of a shape."""

    words: str
    facts: tuple[tuple[NamedNode, Term | str], ...]


def bounds_of(column: Column) -> tuple[Bound, ...]:
    """Give the bounds that the numbers of a column keep and for which there is a reason."""
    if column.datatype not in _NUMERIC or column.minimum is None or column.maximum is None:
        return ()
    least, most = float(column.minimum), float(column.maximum)
    kind = column.semantic.type if column.semantic else ""
    low, high = _RANGES.get("percentage" if column.unit == "%" else kind, (0, None))
    if low == 0 and column.distinct < _ENOUGH:
        return ()
    found = []
    if least >= low:
        found.append(Bound(SH.minInclusive, "at least", _number(low, column)))
    if high is not None and most <= high:
        found.append(Bound(SH.maxInclusive, "at most", _number(high, column)))
    return tuple(found)


def form_of(column: Column) -> Form | None:
    """Give the form of what the texts stand for, or of codes: one length, one order of signs."""
    semantic = column.semantic
    if semantic and semantic.exact and semantic.type in _FORMS and column.distinct >= _ENOUGH:
        words, pattern = _FORMS[semantic.type]
        return Form(words, ((SH.pattern, pattern), (SH.flags, "i")))
    if (
        column.datatype != "string"
        or column.pattern is None
        or column.distinct < _ENOUGH
        or column.enumeration
    ):
        return None
    length = typed(str(column.max_length), "integer")
    return Form(
        f"{column.pattern} ({column.max_length} characters)",
        (
            (SH.pattern, f"^{column.pattern}$"),
            (SH.minLength, length),
            (SH.maxLength, length),
        ),
    )


def _number(value: int, column: Column) -> str:
    return str(value) if column.datatype == "integer" else f"{value}.0"
