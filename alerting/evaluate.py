"""Evaluation: run the queries of the rules over a twin and judge their rows.

Each distinct query text runs once, so the rules of one observation class share one pass over its
readings. A rule that cannot be judged is reported with the reason; it never hides the others.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from alerting.anomaly import SHORTEST, Detection, detect
from alerting.describe import describe_anomaly, describe_breach, describe_gap, entity_iri
from alerting.findings import Finding, short_name
from alerting.gaps import Gap, find_gaps
from alerting.rules import Rule
from alerting.series import (
    SECOND,
    Integers,
    Panel,
    Readings,
    Table,
    make_panels,
    parse_times,
    read_readings,
    read_table,
    within_period,
)
from graph.errors import BadInput, MimirError, QueryTimeout, ReaderDied
from graph.store import GraphReader

_JOINED_STEPS = 6
_SHOWN = 3


@dataclass(frozen=True)
class Skipped:
    """A rule, or part of what it watches, that could not be judged, and why.

    `whole` tells that nothing was judged: absence of findings then says nothing.
    """

    rule: str
    reason: str
    whole: bool


@dataclass(frozen=True)
class EvaluationReport:
    """What an evaluation found and what it could not judge, both in a stable order."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]

    @property
    def unchecked(self) -> frozenset[str]:
        """Ids of the rules that were not judged at all."""
        return frozenset(item.rule for item in self.skipped if item.whole)


def evaluate(rules: Iterable[Rule], reader: GraphReader, *, now: datetime) -> EvaluationReport:
    """Evaluate the enabled rules over the default graph of `reader`.

    Args:
        rules: disabled ones are left out.
        reader: a base graph, or a twin.
        now: time of the evaluation, with its zone. Data is taken as historical: series are due
            until the newest reading of their class, unless a rule's `reference` is `now`.
    """
    run = _Run(reader, now)
    for rule in sorted(rules, key=lambda rule: rule.id):
        if rule.enabled:
            run.judge(rule)
    findings = sorted(run.findings, key=_order)
    return EvaluationReport(tuple(findings), tuple(run.skipped))


class _Run:
    """One evaluation: the tables already queried, and what was found so far."""

    def __init__(self, reader: GraphReader, now: datetime) -> None:
        self._reader = reader
        self._now = now
        self._tables: dict[str, Table | MimirError] = {}
        self._readings: dict[str, Readings] = {}
        self.findings: list[Finding] = []
        self.skipped: list[Skipped] = []

    def judge(self, rule: Rule) -> None:
        """Judge one rule; an error of its query or its rows is reported, not raised."""
        kinds: Mapping[str, Callable[[Rule], list[Finding]]] = {
            "anomaly": self._anomalies,
            "missing": self._missing,
            "threshold": self._breaches,
        }
        try:
            self.findings += kinds[rule.kind](rule)
        except (BadInput, QueryTimeout, ReaderDied) as error:
            self._skip(rule, str(error), whole=True)

    def _skip(self, rule: Rule, reason: str, *, whole: bool = False) -> None:
        self.skipped.append(Skipped(rule.id, reason, whole))

    def _table(self, query: str) -> Table:
        if query not in self._tables:
            try:
                self._tables[query] = read_table(self._reader.csv(query))
            except (BadInput, QueryTimeout, ReaderDied) as error:
                self._tables[query] = error
        table = self._tables[query]
        if isinstance(table, MimirError):
            raise table
        return table

    def _series(self, rule: Rule) -> Readings:
        table = self._table(rule.query)
        if rule.query not in self._readings:
            readings = read_readings(table)
            self._readings[rule.query] = readings.having(within_period(readings))
        readings = self._readings[rule.query]
        stray = table.rows - len(readings.time)
        if stray:
            self._skip(rule, f"{stray} readings lie far outside the period of all others.")
        return readings

    def _anomalies(self, rule: Rule) -> list[Finding]:
        variable = rule.parameter("variable", "value")
        readings = self._series(rule)
        values = self._table(rule.query).numbers(variable)[readings.rows]
        panels = make_panels(readings, values)
        tests = sum(int(np.isfinite(panel.values).sum()) for panel in panels)
        siblings = self._sharing(rule.query)
        found = []
        for panel in panels:
            detection = detect(
                panel,
                false_alarms=rule.number("false_alarms", 0.01),
                tests=tests * siblings,
                minimum_z=rule.number("minimum_z", 6),
            )
            self._explain(rule, readings, panel, detection)
            found += [
                describe_anomaly(rule, readings, panel, values, episode)
                for episode in detection.episodes
            ]
        return found

    def _sharing(self, query: str) -> int:
        """Count the value columns of a query: each is tested, so each may raise a false alarm."""
        return max(1, len(self._table(query).columns) - 2)

    def _explain(self, rule: Rule, readings: Readings, panel: Panel, detection: Detection) -> None:
        short, constant = panel.series[detection.short], panel.series[detection.constant]
        if len(short):
            self._skip(rule, f"{_named(readings, short)} fewer than {SHORTEST} values.")
        if len(constant):
            self._skip(rule, f"{_named(readings, constant)} a value that hardly ever changes.")

    def _missing(self, rule: Rule) -> list[Finding]:
        readings, table = self._series(rule), self._table(rule.query)
        names = rule.parameter("variables", "").split()
        present = {name: np.isfinite(table.numbers(name)[readings.rows]) for name in names}
        anything = np.ones(len(readings.time), dtype=np.bool_)
        if present:
            anything = np.logical_or.reduce(list(present.values()))
        whole = self._gaps(rule, readings, anything)
        found = [describe_gap(rule, readings, gap, None) for gap in whole]
        for name in names if len(names) > 1 else []:
            part = self._gaps(rule, readings, present[name], quiet=True)
            found += [
                describe_gap(rule, readings, gap, name)
                for gap in part
                if not any(_touch(gap, other) for other in whole)
            ]
        return found

    def _gaps(
        self, rule: Rule, readings: Readings, present: NDArray[np.bool_], *, quiet: bool = False
    ) -> tuple[Gap, ...]:
        due = rule.parameter("reference", "data") == "now"
        reference = int(self._now.timestamp() * SECOND) if due else None
        silence = find_gaps(readings, present, factor=rule.number("factor", 6), reference=reference)
        if len(silence.short) and not quiet:
            self._skip(rule, f"{_named(readings, silence.short)} fewer than {SHORTEST} readings.")
        return silence.gaps

    def _breaches(self, rule: Rule) -> list[Finding]:
        table = self._table(rule.query)
        entities = table.texts("entity")
        if not table.rows:
            return []
        kept = _beyond(rule, table)
        timed = "time" in table.columns
        time = parse_times(table.texts("time")) if timed else np.zeros(table.rows, dtype=np.int64)
        rows = np.flatnonzero(kept)
        rows = rows[np.lexsort((time[rows], entities[rows]))]
        step = _usual_step(entities[rows], time[rows])
        return [
            describe_breach(rule, table, run, time[run] if timed else None, step)
            for run in _runs(entities[rows], time[rows], rows, step * _JOINED_STEPS)
        ]


def _order(finding: Finding) -> tuple[str, str, str]:
    start = "" if finding.start is None else finding.start.isoformat()
    return finding.entity.value, start, finding.rule


def _beyond(rule: Rule, table: Table) -> NDArray[np.bool_]:
    """Tell which rows break the rule; all of them where the query itself compares."""
    comparison = rule.comparison()
    if comparison is None:
        return np.ones(table.rows, dtype=np.bool_)
    operator, bound = comparison
    values = table.numbers("value")
    compared: dict[str, NDArray[np.bool_]] = {
        ">": values > bound,
        ">=": values >= bound,
        "<": values < bound,
        "<=": values <= bound,
        "=": values == bound,
        "!=": (values != bound) & np.isfinite(values),
    }
    return compared[operator]


def _usual_step(entities: NDArray[np.str_], time: Integers) -> int:
    """Give the median time between successive breaches of one entity, 0 when there are none."""
    steps = np.diff(time)[entities[1:] == entities[:-1]]
    return int(np.median(steps)) if len(steps) else 0


def _runs(
    entities: NDArray[np.str_], time: Integers, rows: Integers, joined: int
) -> list[Integers]:
    """Split rows, ordered by entity and time, into runs without a longer pause than `joined`."""
    if not len(rows):
        return []
    apart = (entities[1:] != entities[:-1]) | (np.diff(time) > joined)
    return np.split(rows, np.flatnonzero(apart) + 1)


def _touch(one: Gap, other: Gap) -> bool:
    return one.entity == other.entity and one.start <= other.end and other.start <= one.end


def _named(readings: Readings, series: Integers) -> str:
    names = [short_name(entity_iri(readings.entities[place])) for place in series[:_SHOWN].tolist()]
    more = f" and {len(series) - _SHOWN} more" if len(series) > _SHOWN else ""
    return f"{', '.join(names)}{more}: " + ("has" if len(series) == 1 else "each has")
