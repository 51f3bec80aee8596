"""Records of the platform: how any fact about a run, a commit or an alert becomes quads."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from graph.terms import Literal, NamedNode, Quad
from graph.vocab import XSD

Fact = NamedNode | Literal | str | int | float | bool | datetime | None
Facts = Mapping[NamedNode, Fact | Sequence[Fact]]


def record_quads(iri: NamedNode, facts: Facts, graph: NamedNode) -> list[Quad]:
    """Describe `iri` in `graph`: one quad per value; None says nothing."""
    quads: list[Quad] = []
    for predicate, value in facts.items():
        values = value if isinstance(value, (list, tuple)) else (value,)
        quads.extend(
            Quad(iri, predicate, fact_term(item), graph) for item in values if item is not None
        )
    return quads


def fact_term(value: NamedNode | Literal | str | float | bool | datetime) -> NamedNode | Literal:
    """Turn a Python value into a term; times get a zone (UTC when they have none)."""
    if isinstance(value, (NamedNode, Literal)):
        return value
    if isinstance(value, datetime):
        return instant(value)
    return Literal(value)


def instant(time: datetime) -> Literal:
    """Write a time as `xsd:dateTime` in UTC, to the microsecond."""
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    text = aware.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return Literal(text, datatype=XSD.dateTime)
