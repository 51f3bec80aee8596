"""The schedule: every twin is monitored again and again, by runs of the workflow `watch`."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from graph.errors import MimirError
from graph.projects import Project, Projects
from graph.sparql import load_query
from workers.dispatcher import Dispatcher
from workers.runs import FINISHED, list_runs

_LOG = logging.getLogger(__name__)


class Schedule:
    """Submits a round of monitoring per project with a twin, `seconds` after the last one.

    What was last done is read from the graph, so a restart neither skips nor doubles a round.
    """

    def __init__(
        self,
        projects: Projects,
        dispatcher: Dispatcher,
        seconds: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._projects = projects
        self._dispatcher = dispatcher
        self._interval = timedelta(seconds=seconds)
        self._clock = clock
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="schedule", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopped.set()
        self._thread.join()

    def tick(self) -> list[str]:
        """Submit what is due now; gives the names of the projects."""
        due = [name for name in self._projects.names() if self._due(self._projects.get(name))]
        for name in due:
            inputs = {"scheduled": self._clock().isoformat()}
            self._dispatcher.submit(self._projects.get(name), "watch", inputs)
        return due

    def _due(self, project: Project) -> bool:
        meta = project.reader(project.names.meta)
        if not meta.ask(load_query("workers", "has_twin")):
            return False
        runs = list_runs(meta)
        if any(run.state not in FINISHED for run in runs):
            return False
        ended = [run.ended for run in runs if run.ended]
        return not ended or self._clock() - max(ended) >= self._interval

    def _loop(self) -> None:
        step = min(5.0, self._interval.total_seconds() / 4)
        while not self._stopped.wait(step):
            try:
                self.tick()
            except MimirError:
                _LOG.exception("schedule failed")
