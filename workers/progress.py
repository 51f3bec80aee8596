"""How far running jobs are: kept in the owner's memory, for people who watch and for leases."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

Monotonic = Callable[[], float]


@dataclass(frozen=True)
class StepProgress:
    """What a running step last said: share done (None = unknown), words, when it began.

    `started` and `seen` are seconds of the owner's monotonic clock.
    """

    run: str
    step: str
    fraction: float | None
    message: str
    started: float
    seen: float

    def eta(self, now: float) -> float | None:
        """Estimate the seconds that remain; None while nothing can be said."""
        if not self.fraction or self.fraction < 0.02:
            return None
        elapsed = max(0.0, now - self.started)
        return elapsed * (1 - self.fraction) / self.fraction


class ProgressBoard:
    """The newest progress of each running run; changes can be waited for."""

    def __init__(self, clock: Monotonic = time.monotonic) -> None:
        self.clock = clock
        self._changed = threading.Condition()
        self._steps: dict[tuple[str, str], StepProgress] = {}
        self._version = 0

    def report(
        self, project: str, run: str, step: str, fraction: float | None, message: str
    ) -> None:
        """Note what a worker says; also its sign of life."""
        now = self.clock()
        with self._changed:
            before = self._steps.get((project, run))
            started = before.started if before and before.step == step else now
            self._steps[project, run] = StepProgress(run, step, fraction, message, started, now)
            self._announce()

    def beat(self, project: str, run: str) -> None:
        """Note a sign of life that says nothing new."""
        now = self.clock()
        with self._changed:
            before = self._steps.get((project, run), StepProgress(run, "", None, "", now, now))
            self._steps[project, run] = replace(before, seen=now)

    def get(self, project: str, run: str) -> StepProgress | None:
        """Give the newest progress of a run, if it said anything."""
        return self._steps.get((project, run))

    def forget(self, project: str, run: str) -> None:
        """Drop a run that ended or was handed back."""
        with self._changed:
            self._steps.pop((project, run), None)
            self._announce()

    def touch(self) -> None:
        """Tell those who wait that a durable record changed."""
        with self._changed:
            self._announce()

    def wait(self, version: int, seconds: float) -> int:
        """Wait until something changed since `version`; gives the present version."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, timeout=seconds)
            return self._version

    def _announce(self) -> None:
        self._version += 1
        self._changed.notify_all()
