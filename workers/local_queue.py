"""Jobs as processes of this machine, spawned one per job."""

import os
import subprocess
import sys
from collections.abc import Mapping

from graph.errors import StoreUnavailable
from workers.queue import Job, JobState

ENTRY = ("-m", "app.cli", "job", "run")


def job_command(name: str) -> list[str]:
    """Give the command that executes the job `<project>/<run>` in a process of its own."""
    return [sys.executable, *ENTRY, name]


class LocalQueue:
    """At most `size` worker processes at a time.

    Processes are spawned, never forked from this one: it has stores open, and a fork of an open
    store hangs.

    Args:
        environment: variables for the workers, beside those of this process.
    """

    def __init__(self, size: int, environment: Mapping[str, str]) -> None:
        self._size = size
        self._environment = {**os.environ, **environment}
        self._processes: dict[Job, subprocess.Popen[bytes]] = {}

    def free(self) -> int:
        """Tell how many more jobs can be started now."""
        return self._size - len(self._processes)

    def start(self, job: Job) -> None:
        """Spawn the job's process.

        Raises:
            StoreUnavailable: the machine has no room for a process now.
        """
        if job in self._processes:
            return
        try:
            self._processes[job] = subprocess.Popen(
                job_command(job.name), env=self._environment, stdin=subprocess.DEVNULL
            )
        except OSError as error:
            raise StoreUnavailable(f"No worker process can be started: {error}") from error

    def state(self, job: Job) -> JobState | None:
        """Tell whether the job's process lives."""
        return "working" if job in self._processes else None

    def lost(self) -> list[Job]:
        """List jobs whose process ended since the last call."""
        ended = [job for job, process in self._processes.items() if process.poll() is not None]
        for job in ended:
            del self._processes[job]
        return ended

    def drop(self, job: Job) -> None:
        """Kill the job's process."""
        process = self._processes.pop(job, None)
        if process:
            process.kill()
            process.wait()

    def close(self) -> None:
        """Kill the worker processes; their runs go on at the next start."""
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            process.wait()
        self._processes.clear()
