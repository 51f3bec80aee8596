"""Reasoning on commit: a project that wants it is reasoned on soon after its knowledge changed."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from graph.errors import MimirError
from graph.projects import Project, Projects
from graph.reasoning.reasoner import read_setting, run_reasoner

_LOG = logging.getLogger(__name__)
_SECONDS = 1.0


class ReasoningWatch:
    """Looks at the commit numbers of all projects every second; several commits are one run."""

    def __init__(self, projects: Projects, clock: Callable[[], datetime]) -> None:
        self._projects = projects
        self._clock = clock
        self._seen: dict[str, int] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="reasoning", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the run that is going on."""
        self._stopped.set()
        self._thread.join()

    def tick(self) -> list[str]:
        """Reason where something changed; gives the names of the projects that were reasoned on."""
        done = []
        for name in self._projects.names():
            project = self._projects.get(name)
            if self._seen.get(name) == project.dataset.sequence or self._stopped.is_set():
                continue
            try:
                done += [name] if self._reason(project) else []
            except MimirError:
                _LOG.exception("reasoning on %s failed; the next commit tries again", name)
            self._seen[name] = project.dataset.sequence
        return done

    def _reason(self, project: Project) -> bool:
        names = project.names
        if read_setting(project.reader(names.meta), names).mode != "on-commit":
            return False
        report = run_reasoner(project, self._clock, author="commit")
        return bool(report.rules)

    def _loop(self) -> None:
        while not self._stopped.wait(_SECONDS):
            try:
                self.tick()
            except MimirError:
                _LOG.exception("a project cannot be opened for reasoning")
