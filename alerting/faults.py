"""Faults: findings that are about the same trouble, whatever rule or property saw it.

Findings on one entity whose periods touch are one fault; findings without a time are one fault per
entity and rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerting.findings import Finding
from alerting.rules import SEVERITIES, Severity
from graph.terms import NamedNode

_TOUCHING_INTERVALS = 3


@dataclass(frozen=True)
class Fault:
    """One or more findings on one entity.

    Attributes:
        entity: the thing.
        start, end: first and last moment over all findings; None when the rule has no time.
        reach: how far from its ends another period still touches it.
        findings: gravest first.
    """

    entity: NamedNode
    start: datetime | None
    end: datetime | None
    reach: timedelta
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        """The highest severity of the findings."""
        return max((item.severity for item in self.findings), key=SEVERITIES.index)

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that saw it, sorted."""
        return tuple(sorted({item.rule for item in self.findings}))

    def touches(self, start: datetime | None, end: datetime | None) -> bool:
        """Tell whether a period touches that of the fault; never when either has no time."""
        if self.start is None or self.end is None or start is None or end is None:
            return False
        return self.start - self.reach <= end and start <= self.end + self.reach


def group_faults(findings: Iterable[Finding]) -> tuple[Fault, ...]:
    """Group findings into faults, ordered by entity, start and rule."""
    timed: dict[str, list[Finding]] = {}
    timeless: dict[tuple[str, str], list[Finding]] = {}
    for item in findings:
        if item.start is None:
            timeless.setdefault((item.entity.value, item.rule), []).append(item)
        else:
            timed.setdefault(item.entity.value, []).append(item)
    faults = [_fault(group) for group in timeless.values()]
    for group in timed.values():
        faults += merge_faults([_fault([item]) for item in group])
    return tuple(sorted(faults, key=_order))


def merge_faults(faults: Iterable[Fault]) -> list[Fault]:
    """Merge the faults of one entity whose periods touch; all must have a time."""
    merged: list[Fault] = []
    for fault in sorted(faults, key=_order):
        touching = [item for item in merged if item.touches(fault.start, fault.end)]
        findings = [finding for item in (*touching, fault) for finding in item.findings]
        merged = [item for item in merged if item not in touching]
        merged.append(_fault(findings))
    return merged


def join_faults(faults: Iterable[Fault]) -> Fault:
    """Make one fault of several that belong to one alert; there must be at least one."""
    return _fault([finding for fault in faults for finding in fault.findings])


def _fault(findings: list[Finding]) -> Fault:
    starts = [item.start for item in findings if item.start is not None]
    ends = [item.end for item in findings if item.end is not None]
    ordered = sorted(
        findings,
        key=lambda item: (
            -SEVERITIES.index(item.severity),
            -item.score,
            item.rule,
            item.title,
            item.query,
        ),
    )
    return Fault(
        entity=findings[0].entity,
        start=min(starts, default=None),
        end=max(ends, default=None),
        reach=_TOUCHING_INTERVALS * max(item.interval for item in findings),
        findings=tuple(ordered),
    )


def _order(fault: Fault) -> tuple[str, str, tuple[str, ...]]:
    return (fault.entity.value, "" if fault.start is None else fault.start.isoformat(), fault.rules)
