"""The port to job transport: something that starts `mimir job run <project>/<run>` somewhere."""

from dataclasses import dataclass
from typing import Literal, Protocol

JobState = Literal["waiting", "working"]


@dataclass(frozen=True)
class Job:
    """One attempt to execute a run of a project; `attempt` counts from 0."""

    project: str
    run: str
    attempt: int = 0

    @property
    def name(self) -> str:
        """Name of the run, as the command `mimir job run` takes it."""
        return f"{self.project}/{self.run}"


class JobQueue(Protocol):
    """Starts jobs; the graph, not the queue, knows what has to be done.

    A run is claimed by the worker itself and a second claim is refused, so a queue that starts a
    job twice, or forgets one, does no harm. Every method but `close` may raise `StoreUnavailable`:
    the queue does not answer now.
    """

    def free(self) -> int:
        """Tell how many more jobs can be started now."""
        ...

    def start(self, job: Job) -> None:
        """Start a job that is not there."""
        ...

    def state(self, job: Job) -> JobState | None:
        """Tell whether the job waits for a worker or has one; None: nothing is known of it."""
        ...

    def lost(self) -> list[Job]:
        """List jobs whose process is known to have ended since the last call."""
        ...

    def drop(self, job: Job) -> None:
        """Take the job away and end its process, as far as that is within reach."""
        ...

    def close(self) -> None:
        """Let go of what this process holds; local worker processes end."""
        ...
