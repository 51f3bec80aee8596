"""Brings queued runs to workers and takes back those whose worker is gone."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from graph.errors import Conflict, MimirError, StoreUnavailable
from graph.names import ProjectNames
from graph.projects import Project, Projects
from graph.store import GraphReader
from graph.terms import Literal
from graph.vocab import MIMIR
from workers.progress import ProgressBoard
from workers.queue import JobQueue
from workers.runs import FINISHED, Run, list_runs, read_run, run_change, run_iri

_LOG = logging.getLogger(__name__)
_ATTEMPTS = 3
_LEASE_SECONDS = 15.0
_TICK_SECONDS = 0.25


class Dispatcher:
    """The owner's loop over the runs of all projects; one run of a project at a time.

    Args:
        board: progress of running jobs, which is also their sign of life.
    """

    def __init__(
        self,
        projects: Projects,
        board: ProgressBoard,
        clock: Callable[[], datetime],
    ) -> None:
        self._projects = projects
        self._board = board
        self._clock = clock
        self._pending: dict[str, set[str]] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, queue: JobQueue) -> None:
        """Find unfinished runs of all projects and begin to start jobs through `queue`."""
        for name in self._projects.names():
            unfinished = list_runs(_meta(self._projects.get(name)), "queued", "running")
            self._pending[name] = {run.id for run in unfinished}
        self._thread = threading.Thread(
            target=self._loop, args=(queue,), name="dispatcher", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End the loop and the local workers; their runs go on at the next start."""
        self._stopped.set()
        self._wake.set()
        if self._thread:
            self._thread.join()

    def submit(self, project: Project, workflow: str, inputs: Mapping[str, Any]) -> Run:
        """Create a run and have it executed; it is durable when this returns."""
        with self._lock:
            known = list_runs(_meta(project))
            number = max((int(run.id) for run in known), default=0) + 1
            run = Run(str(number), workflow, self._clock(), dict(inputs))
            project.commit(run_change(project.names, None, run, f"Run {run.id} requested"))
            self._pending.setdefault(project.names.project, set()).add(run.id)
        self._wake.set()
        self._board.touch()
        return run

    def claim(self, project: Project, run_id: str) -> Run:
        """Give a run to the worker that asks for it, with a new epoch.

        Raises:
            Conflict: it has ended, or another worker is at it.
        """
        name = project.names.project
        with self._lock:
            run = read_run(_meta(project), project.names, run_id)
            if run.state in FINISHED:
                raise Conflict(f"Run {run_id} of {name!r} has {run.state} already.")
            if run.state == "running" and self._alive(name, run_id):
                raise Conflict(f"Run {run_id} of {name!r} is being executed by another worker.")
            claimed = replace(
                run, state="running", epoch=run.epoch + 1, started=run.started or self._clock()
            )
            project.commit(run_change(project.names, run, claimed, f"Run {run_id} claimed"))
            self._board.report(name, run_id, "", None, "started")
            return claimed

    def _alive(self, project: str, run: str) -> bool:
        progress = self._board.get(project, run)
        return progress is not None and self._board.clock() - progress.seen < _LEASE_SECONDS

    def _loop(self, queue: JobQueue) -> None:
        while not self._stopped.is_set():
            self._wake.wait(_TICK_SECONDS)
            self._wake.clear()
            try:
                self._take_back(queue)
                self._bring(queue)
            except StoreUnavailable as error:
                _LOG.warning("dispatch postponed: %s", error)
            except MimirError:
                _LOG.exception("dispatch failed")
        queue.close()

    def _take_back(self, queue: JobQueue) -> None:
        for job in queue.lost():
            name, _, run_id = job.partition("/")
            if name not in self._projects.names():
                continue
            project = self._projects.get(name)
            with self._lock:
                run = read_run(_meta(project), project.names, run_id)
                self._board.forget(name, run_id)
                if run.state not in FINISHED:
                    self._hand_back(project, run)

    def _hand_back(self, project: Project, run: Run) -> None:
        failures = run.failures + 1
        after = replace(run, state="queued", failures=failures)
        if failures >= _ATTEMPTS:
            reason = f"The worker process ended {failures} times without finishing."
            after = replace(after, state="failed", ended=self._clock(), error=reason)
        project.commit(run_change(project.names, run, after, f"Run {run.id} taken back"))
        self._board.touch()

    def _bring(self, queue: JobQueue) -> None:
        for name in list(self._pending):
            waiting = sorted(self._pending[name], key=int)
            while waiting and self._finished(name, waiting[0]):
                self._pending[name].discard(waiting.pop(0))
            if not waiting or queue.free() <= 0:
                continue
            job = f"{name}/{waiting[0]}"
            if not queue.running(job) and not self._alive(name, waiting[0]):
                queue.start(job)

    def _finished(self, name: str, run_id: str) -> bool:
        if name not in self._projects.names():
            return True
        project = self._projects.get(name)
        return run_state(_meta(project), project.names, run_id) in FINISHED


def run_state(meta: GraphReader, names: ProjectNames, run_id: str) -> str:
    """Read the state of a run."""
    iri = run_iri(names, run_id)
    rows = meta.select(" ".join(("SELECT ?s WHERE {", str(iri), str(MIMIR.state), "?s }"))).rows
    return str(getattr(rows[0][0], "value", "")) if rows else "failed"


class Fence:
    """Refuses commits of a worker that has lost its run."""

    def __init__(self, names: ProjectNames, run_id: str, epoch: int) -> None:
        iri = str(run_iri(names, run_id))
        facts = (str(MIMIR.epoch), str(Literal(epoch)), ";", str(MIMIR.state), '"running"')
        self._query = " ".join(("ASK {", iri, *facts, "}"))
        self._run = run_id

    def __call__(self, meta: GraphReader) -> None:
        """Raise `Conflict` when the claim is outdated."""
        if not meta.ask(self._query):
            raise Conflict(f"Run {self._run} was taken over by another worker, or has ended.")


def _meta(project: Project) -> GraphReader:
    return project.reader(project.names.meta)
