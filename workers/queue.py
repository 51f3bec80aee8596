"""The port to job transport: something that starts `mimir job run <project>/<run>` somewhere."""

from typing import Literal, Protocol

JobState = Literal["waiting", "working"]


class JobQueue(Protocol):
    """Starts jobs; the graph, not the queue, knows what has to be done.

    A run is claimed by the worker itself and a second claim is refused, so a queue that starts a
    job twice, or forgets one, does no harm. Every method but `close` may raise `StoreUnavailable`:
    the queue does not answer now.
    """

    def free(self) -> int:
        """Tell how many more jobs can be started now."""
        ...

    def start(self, job: str) -> None:
        """Start a job that is not there; `job` is `<project>/<run>`."""
        ...

    def state(self, job: str) -> JobState | None:
        """Tell whether the job waits for a worker or has one; None: nothing is known of it."""
        ...

    def lost(self) -> list[str]:
        """List jobs whose process is known to have ended since the last call."""
        ...

    def drop(self, job: str) -> None:
        """Take the job away and end its process, as far as that is within reach."""
        ...

    def close(self) -> None:
        """Let go of what this process holds; local worker processes end."""
        ...
