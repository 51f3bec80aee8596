"""The port to job transport: something that starts `mimir job run <project>/<run>` somewhere."""

from typing import Protocol


class JobQueue(Protocol):
    """Starts jobs; the graph, not the queue, knows what has to be done.

    `start` must be harmless when the same job is already on its way: a run is claimed by the worker
    itself, and a second claim is refused.
    """

    def free(self) -> int:
        """Tell how many more jobs can be started now."""
        ...

    def start(self, job: str) -> None:
        """Start a job; `job` is `<project>/<run>`."""
        ...

    def lost(self) -> list[str]:
        """List jobs whose process ended since the last call."""
        ...

    def running(self, job: str) -> bool:
        """Tell whether the job is known to be on its way or at work."""
        ...

    def close(self) -> None:
        """End what this process started."""
        ...
