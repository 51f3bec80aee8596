"""Descriptions: episodes, gaps and breaches become findings with sentence, query and evidence."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from alerting.anomaly import Episode
from alerting.findings import Finding, graded, moment, number, short_name, when
from alerting.gaps import Gap
from alerting.query_text import evidence_query
from alerting.rules import Rule
from alerting.series import SECOND, Floats, Integers, Panel, Readings, Table
from graph.errors import BadInput
from graph.terms import NamedNode

_MOST_EVIDENCE = 50
_GRAVE_GAP = 6


def describe_anomaly(
    rule: Rule, readings: Readings, panel: Panel, values: Floats, episode: Episode
) -> Finding:
    """Describe an episode of a panel that was made of `values`, one per reading."""
    variable = rule.parameter("variable", "value")
    entity_number = int(panel.series[episode.row])
    first = panel.start + episode.first * panel.interval
    until = panel.start + (episode.last + 1) * panel.interval
    chosen = np.flatnonzero(
        (readings.entity == entity_number)
        & (readings.time >= first)
        & (readings.time < until)
        & np.isfinite(values)
    )
    unusual = values[chosen]
    observed = float(unusual.max() if episode.above else unusual.min())
    entity = entity_iri(readings.entities[entity_number])
    start, end = moment(int(readings.time[chosen[0]])), moment(int(readings.time[chosen[-1]]))
    label = rule.parameter("label", variable)
    direction = "above" if episode.above else "below"
    sentence = (
        f"{label} of {short_name(entity)} {_reached(observed, start, end)}, "
        f"where about {number(episode.expected)} was to be expected "
        f"({number(abs(observed - episode.expected))} {direction}, "
        f"{episode.z:.0f} times its usual deviation)."
    )
    return Finding(
        rule=rule.id,
        kind=rule.kind,
        title=f"{label} far {direction} its usual course",
        entity=entity,
        property=rule.property,
        start=start,
        end=end,
        interval=timedelta(microseconds=panel.interval),
        severity=graded(rule.severity, episode.score),
        score=round(episode.score, 3),
        observed=observed,
        expected=round(episode.expected, 6),
        sentence=sentence,
        query=evidence_query(
            rule.query,
            ("time", variable),
            entity,
            start=str(readings.text[chosen[0]]),
            end=str(readings.text[chosen[-1]]),
            bound=variable,
        ),
        evidence=_pairs(readings.text[chosen], unusual),
    )


def describe_gap(rule: Rule, readings: Readings, gap: Gap, variable: str | None) -> Finding:
    """Describe the silence of an entity: of everything, or of one variable."""
    entity = entity_iri(readings.entities[gap.entity])
    start, end = moment(gap.start), moment(gap.end)
    what = rule.parameter("label", "data") if variable is None else variable
    length, usual = _duration(gap.end - gap.start), _duration(gap.interval)
    if gap.after is None:
        happened = f"stopped after {when(start)}, {length} before {when(end)}"
    else:
        happened = f"paused from {when(start)} to {when(end)}, {length}"
    around = [gap.before] if gap.after is None else [gap.before, gap.after]
    shown = rule.parameter("variables", "").split() if variable is None else [variable]
    return Finding(
        rule=rule.id,
        kind=rule.kind,
        title=f"{what} missing",
        entity=entity,
        property=None,
        start=start,
        end=end,
        interval=timedelta(microseconds=gap.interval),
        severity=graded(rule.severity, gap.score / _GRAVE_GAP),
        score=round(gap.score, 3),
        observed=None,
        expected=None,
        sentence=(f"{what} of {short_name(entity)} {happened}; usually one comes every {usual}."),
        query=evidence_query(
            rule.query,
            ("time", *shown),
            entity,
            start=str(readings.text[gap.before]),
            end=None if gap.after is None else str(readings.text[gap.after]),
            bound=variable,
        ),
        evidence=tuple((str(readings.text[place]), "") for place in around),
    )


def describe_breach(
    rule: Rule, table: Table, rows: Integers, time: Integers | None, step: int
) -> Finding:
    """Describe a run of rows of one entity that break a threshold rule.

    Args:
        rule: the rule.
        table: the result of its query.
        rows: rows of the table, ordered by time.
        time: microseconds of these rows, None when the rule has no time.
        step: usual microseconds between breaches.
    """
    entity = entity_iri(table.columns["entity"][int(rows[0])])
    values = table.numbers("value")[rows] if "value" in table.columns else None
    limits = table.numbers("limit")[rows] if "limit" in table.columns else None
    comparison = rule.comparison()
    if limits is None and comparison is not None:
        limits = np.full(len(rows), comparison[1])
    worst = 0
    if values is not None and limits is not None:
        worst = int(np.nanargmax(np.nan_to_num(np.abs(values - limits))))
    observed = None if values is None else float(values[worst])
    accepted = None if limits is None else float(limits[worst])
    start = None if time is None else moment(int(time[0]))
    end = None if time is None else moment(int(time[-1]))
    score = _distance(observed, accepted)
    texts = table.columns["entity"] if time is None else table.columns["time"]
    marks = [texts[place] for place in rows.tolist()]
    return Finding(
        rule=rule.id,
        kind=rule.kind,
        title=rule.title,
        entity=entity,
        property=rule.property,
        start=start,
        end=end,
        interval=timedelta(microseconds=step),
        severity=graded(rule.severity, score),
        score=score,
        observed=observed,
        expected=accepted,
        sentence=_breach_sentence(rule, entity, observed, accepted, start, end),
        query=evidence_query(
            rule.query,
            list(table.columns),
            entity,
            start=None if time is None else marks[0],
            end=None if time is None else marks[-1],
            comparison=comparison,
        ),
        evidence=_pairs(marks, values),
    )


def _breach_sentence(
    rule: Rule,
    entity: NamedNode,
    observed: float | None,
    accepted: float | None,
    start: datetime | None,
    end: datetime | None,
) -> str:
    period = "" if start is None or end is None else " " + _period(start, end)
    if observed is None:
        return f"{short_name(entity)} breaks the rule “{rule.title}”{period}."
    label = rule.parameter("label", rule.title)
    text = f"{label} of {short_name(entity)} was {number(observed)}{period}"
    if accepted is None:
        return text + "."
    bound = rule.parameter("limit_label", "the limit")
    side = "above" if observed > accepted else "below" if observed < accepted else "at"
    return f"{text}, {side} {bound} {number(accepted)}."


def _distance(observed: float | None, accepted: float | None) -> float:
    """Give how far a value is beyond its limit: 1 at the limit, 2 at twice the limit off."""
    if observed is None or accepted is None or accepted == 0:
        return 1.0
    return round(1 + abs(observed - accepted) / abs(accepted), 3)


def _reached(observed: float, start: datetime, end: datetime) -> str:
    if start == end:
        return f"was {number(observed)} at {when(start)}"
    return f"reached {number(observed)} between {when(start)} and {when(end)}"


def _duration(microseconds: float) -> str:
    for unit, seconds in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if microseconds >= seconds * SECOND:
            count = number(microseconds / (seconds * SECOND))
            return f"{count} {unit}" if count != "1" else unit.removesuffix("s")
    return f"{number(microseconds / SECOND)} seconds"


def _period(start: datetime, end: datetime) -> str:
    return f"at {when(start)}" if start == end else f"from {when(start)} to {when(end)}"


def _pairs(
    marks: Iterable[object], values: NDArray[np.float64] | None
) -> tuple[tuple[str, str], ...]:
    texts = [str(mark) for mark in list(marks)[:_MOST_EVIDENCE]]
    if values is None:
        return tuple((text, "") for text in texts)
    shown = values[:_MOST_EVIDENCE].tolist()
    return tuple((text, repr(value)) for text, value in zip(texts, shown, strict=True))


def entity_iri(text: str) -> NamedNode:
    """Read an entity of a result; `BadInput` when it is a literal or a blank node."""
    try:
        return NamedNode(text)
    except ValueError as error:
        raise BadInput(f"The query column ?entity holds {text!r}, which is no IRI.") from error
