"""Findings: what a rule saw, where, when, how grave, and the query that shows it again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from alerting.rules import SEVERITIES, RuleKind, Severity
from graph.terms import NamedNode

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GRAVE_SCORE = 2.0


@dataclass(frozen=True)
class Finding:
    """One breach of one rule by one entity, over one period if it has a time.

    Attributes:
        rule, kind, title: id, kind and title of the rule.
        entity, property: the thing, and the property if the rule watches one.
        start, end: first and last moment, UTC; None when the rule has no time.
        interval: usual time between readings; two findings nearer than a few of these touch.
        severity: the rule's, raised when `score` is high.
        score: distance as a multiple of what the rule accepts, at least 1.
        observed, expected: the most telling value, and what was accepted or expected.
        sentence: the finding for a person.
        query: SELECT that returns exactly the evidence.
        evidence: up to 50 rows of `query`, as (time or entity, value) texts.
    """

    rule: str
    kind: RuleKind
    title: str
    entity: NamedNode
    property: NamedNode | None
    start: datetime | None
    end: datetime | None
    interval: timedelta
    severity: Severity
    score: float
    observed: float | None
    expected: float | None
    sentence: str
    query: str
    evidence: tuple[tuple[str, str], ...]


def moment(microseconds: int) -> datetime:
    """Turn microseconds since 1970 UTC into a time."""
    return _EPOCH + timedelta(microseconds=microseconds)


def short_name(entity: NamedNode) -> str:
    """Name an entity by the last part of its IRI, decoded."""
    text = entity.value.rstrip("/#")
    return unquote(text[max(text.rfind("/"), text.rfind("#")) + 1 :])


def number(value: float) -> str:
    """Write a number for a person: five significant digits, no trailing zeros."""
    text = f"{value:.5g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e15 else text


def when(time: datetime) -> str:
    """Write a time for a person, to the second if it has seconds."""
    text = time.strftime("%Y-%m-%d %H:%M:%S" if time.second else "%Y-%m-%d %H:%M")
    return text.removesuffix(" 00:00") if time.hour == time.minute == time.second == 0 else text


def graded(severity: Severity, score: float) -> Severity:
    """Raise a severity by one step when the score is at least twice what is accepted."""
    step = 1 if score >= _GRAVE_SCORE else 0
    return SEVERITIES[min(SEVERITIES.index(severity) + step, len(SEVERITIES) - 1)]
