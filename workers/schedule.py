"""The schedule: every twin is monitored again and again, by runs of the workflow `watch`."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from graph.errors import MimirError
from graph.projects import Project, Projects
from graph.sparql import load_query
from workers.dispatcher import Dispatcher
from workers.runs import list_runs, newest_run

_LOG = logging.getLogger(__name__)


class Schedule:
    """Submits a round of monitoring per project with a twin, `seconds` after the last run began.

    What was last done is read from the graph, so a restart neither skips nor doubles a round. All
    times are the owner's own: those of workers on other machines may be wrong. With 0 seconds
    nothing is submitted.
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
        if self._interval > timedelta(0):
            self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def tick(self) -> list[str]:
        """Submit what is due now; gives the names of the projects."""
        due = []
        for name in self._projects.names():
            try:
                project = self._projects.get(name)
                if self._due(project):
                    inputs = {"scheduled": self._clock().isoformat()}
                    self._dispatcher.submit(project, "watch", inputs)
                    due.append(name)
            except MimirError as error:
                # One project in trouble must not keep the others from being monitored.
                _LOG.warning("project %s is not monitored now: %s", name, error)
        return due

    def _due(self, project: Project) -> bool:
        meta = project.reader(project.names.meta)
        if not meta.ask(load_query("workers", "has_twin")):
            return False
        if list_runs(meta, "queued", "running"):
            return False
        newest = newest_run(meta)
        # Without a sign, so that a clock that was set back does not stop the monitoring.
        return newest is None or abs(self._clock() - newest.created) >= self._interval

    def _loop(self) -> None:
        step = min(5.0, self._interval.total_seconds() / 4)
        while not self._stopped.wait(step):
            try:
                self.tick()
            except Exception:  # noqa: BLE001 - the outermost handler of this thread
                _LOG.exception("schedule failed")
