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
from workers.progress import ProgressBoard, StepProgress
from workers.queue import Job, JobQueue
from workers.runs import (
    FINISHED,
    Run,
    list_runs,
    newest_run,
    old_rounds,
    read_run,
    run_change,
    run_iri,
)

_LOG = logging.getLogger(__name__)
LEASE_SECONDS = 30.0
_ATTEMPTS = 3
_TICK_SECONDS = 0.25


class Dispatcher:
    """The owner's loop over the runs of all projects; one run of a project at a time.

    Args:
        board: progress of running jobs, which is also their sign of life.
        lease: seconds without a sign of life after which a run is taken from its worker.
    """

    def __init__(
        self,
        projects: Projects,
        board: ProgressBoard,
        clock: Callable[[], datetime],
        *,
        lease: float = LEASE_SECONDS,
    ) -> None:
        self._projects = projects
        self._board = board
        self._clock = clock
        self._lease = lease
        self._pending: dict[str, set[str]] = {}
        self._watched: dict[Job, float] = {}
        self._postponed: dict[str, str] = {}
        self._unread: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, queue: JobQueue) -> None:
        """Find unfinished runs of all projects and begin to start jobs through `queue`."""
        self.find_unfinished()
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
            meta = _meta(project)
            newest = newest_run(meta)
            number = int(newest.id) + 1 if newest else 1
            run = Run(str(number), workflow, self._clock(), dict(inputs))
            change = run_change(project.names, None, run, f"Run {run.id} requested")
            project.commit(replace(change, removed=old_rounds(meta, project.names, number)))
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

    def find_unfinished(self) -> None:
        """Note the runs that an earlier owner left queued or running."""
        self._unread = set(self._projects.names())
        self._read_unread()

    def _read_unread(self) -> None:
        for name in sorted(self._unread):
            try:
                project = self._projects.get(name)
                # The doors are open already: a run may be submitted between reading and noting.
                with self._lock:
                    unfinished = list_runs(_meta(project), "queued", "running")
                    self._pending.setdefault(name, set()).update(run.id for run in unfinished)
                self._unread.discard(name)
            except StoreUnavailable as error:
                # Its store may come back, and its runs go on then.
                self._postpone(name, error)
            except MimirError:
                # One damaged project must not keep the others from being served.
                _LOG.exception("project %s cannot be opened", name)
                self._unread.discard(name)

    def tick(self, queue: JobQueue) -> None:
        """Take back what was lost and start what can be started now.

        Raises:
            StoreUnavailable: the queue or a store does not answer.
        """
        for job in queue.lost():
            self._hand_back(job)
        self._read_unread()
        with self._lock:
            busy = [name for name, runs in self._pending.items() if runs]
        names = set(self._projects.names()) if busy else set()
        for name in busy:
            try:
                if name in names:
                    self._bring(queue, name)
                else:
                    self._forget(queue, name)
            except MimirError as error:
                # One project in trouble must not keep the others waiting.
                self._postpone(name, error)
            else:
                self._postponed.pop(name, None)

    def _alive(self, project: str, run: str) -> bool:
        progress = self._board.get(project, run)
        return progress is not None and self._board.clock() - progress.seen < self._lease

    def _silent(self, job: Job) -> bool:
        now = self._board.clock()
        since = self._watched.setdefault(job, now)
        return now - since >= self._lease and not self._alive(job.project, job.run)

    def _loop(self, queue: JobQueue) -> None:
        while not self._stopped.is_set():
            self._wake.wait(_TICK_SECONDS)
            self._wake.clear()
            try:
                self.tick(queue)
            except StoreUnavailable as error:
                self._postpone("", error)
            except Exception:  # noqa: BLE001 - the outermost handler of this thread
                _LOG.exception("dispatch failed")
        queue.close()

    def _postpone(self, project: str, error: MimirError) -> None:
        if self._postponed.get(project) != str(error):
            _LOG.warning("dispatch of %s postponed: %s", project or "all projects", error)
        self._postponed[project] = str(error)

    def _bring(self, queue: JobQueue, name: str) -> None:
        run = self._first(name)
        if run is None:
            return
        job = Job(name, run.id, run.failures)
        place = queue.state(job)
        if place == "waiting":
            self._watched[job] = self._board.clock()
        elif place == "working":
            if self._silent(job):
                queue.drop(job)
                self._hand_back(job)
        elif queue.free() > 0 and not (run.state == "running" and self._alive(name, run.id)):
            queue.start(job)
            self._watched[job] = self._board.clock()

    def _first(self, name: str) -> Run | None:
        project = self._projects.get(name)
        with self._lock:
            for run_id in sorted(self._pending[name], key=int):
                if not run_ended(_meta(project), project.names, run_id):
                    return read_run(_meta(project), project.names, run_id)
                self._pending[name].discard(run_id)
                self._unwatch(name, run_id)
        return None

    def _forget(self, queue: JobQueue, name: str) -> None:
        for run_id in self._pending.pop(name):
            for job in self._unwatch(name, run_id):
                queue.drop(job)

    def _unwatch(self, name: str, run_id: str) -> list[Job]:
        self._board.forget(name, run_id)
        jobs = [job for job in self._watched if (job.project, job.run) == (name, run_id)]
        for job in jobs:
            del self._watched[job]
        return jobs

    def _hand_back(self, job: Job) -> None:
        last = self._board.get(job.project, job.run)
        self._unwatch(job.project, job.run)
        if job.project not in self._projects.names():
            return
        project = self._projects.get(job.project)
        with self._lock:
            run = read_run(_meta(project), project.names, job.run)
            if run.state in FINISHED or run.failures != job.attempt:
                return
            after = replace(run, state="queued", failures=run.failures + 1)
            if after.failures >= _ATTEMPTS:
                reason = _reason(after.failures, last)
                after = replace(after, state="failed", ended=self._clock(), error=reason)
            project.commit(run_change(project.names, run, after, f"Run {run.id} taken back"))
        self._board.touch()


def _reason(failures: int, last: StepProgress | None) -> str:
    place = f", last in the step {last.step!r}" if last and last.step else ""
    words = f" ({last.message})" if last and last.message else ""
    return (
        f"The worker process ended or fell silent {failures} times before the run was done{place}"
        f"{words}. The log says more; too little memory is the usual reason. Then start it again."
    )


def run_ended(meta: GraphReader, names: ProjectNames, run_id: str) -> bool:
    """Tell whether a run has ended, or is not there any more."""
    iri = run_iri(names, run_id)
    rows = meta.select(" ".join(("SELECT ?s WHERE {", str(iri), str(MIMIR.state), "?s }"))).rows
    return all(getattr(row[0], "value", "") in FINISHED for row in rows)


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
