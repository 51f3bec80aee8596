"""Projects, clocks and a queue whose workers the test plays itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.projects import Project, Projects
from workers.queue import Job, JobState


@dataclass
class Clock:
    """A clock that the test moves; `now` for records, `seconds` for leases."""

    time: datetime = datetime(2026, 5, 4, 8, tzinfo=UTC)
    seconds: float = 1000.0

    def now(self) -> datetime:
        """Give the time of day."""
        return self.time

    def monotonic(self) -> float:
        """Give the seconds that leases count."""
        return self.seconds

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.time += timedelta(seconds=seconds)
        self.seconds += seconds


@dataclass
class PlayedQueue:
    """A job queue in memory; the test says what becomes of the jobs."""

    size: int = 2
    states: dict[Job, JobState] = field(default_factory=dict)
    started: list[Job] = field(default_factory=list)
    dropped: list[Job] = field(default_factory=list)
    ended: list[Job] = field(default_factory=list)

    def free(self) -> int:
        return self.size - len(self.states)

    def start(self, job: Job) -> None:
        self.started.append(job)
        self.states[job] = "working"

    def state(self, job: Job) -> JobState | None:
        return self.states.get(job)

    def lost(self) -> list[Job]:
        ended, self.ended = self.ended, []
        for job in ended:
            del self.states[job]
        return ended

    def drop(self, job: Job) -> None:
        self.dropped.append(job)
        self.states.pop(job, None)

    def close(self) -> None:
        self.states.clear()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue() -> PlayedQueue:
    return PlayedQueue()


@pytest.fixture
def projects(tmp_path: Path, clock: Clock) -> Iterator[Projects]:
    found = Projects(tmp_path, "http://mimir.local/", clock.now)
    yield found
    found.close()


@pytest.fixture
def project(projects: Projects) -> Project:
    return projects.create("works")
