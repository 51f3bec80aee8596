"""Runs the steps of a workflow, one durable step after the other, and resumes where one stopped.

A step's changes and the record that it is done are one commit. A step whose record is there with
the same input is not executed again, so a run can be killed at any moment and started anew.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from extraction.read_limits import ReadLimits
from graph.changes import ChangeSet
from graph.errors import MimirError, ReaderDied, StoreUnavailable
from graph.terms import NamedNode
from inference.advice import Adviser
from workers.remote import RemoteProject
from workers.runs import Run, StepRecord, find_step, run_change, run_iri, step_quads

_LOG = logging.getLogger(__name__)
_ATTEMPTS = 3
_PAUSES = (1.0, 5.0)


class StepBroke(MimirError):
    """A step ended with an error that it does not know; the log of the worker has the place."""

    code = "step-broke"


@dataclass(frozen=True)
class WorkerSettings:
    """What steps may use besides the graph.

    Attributes:
        folder: scratch of this job alone, removed at its end.
        cache: what jobs of the project leave for later ones; its content can be made again.
        receivers: alert receivers, as name and URL.
        adviser: gives second opinions on doubtful decisions; None: nobody is asked.
        reading: what the reading of one file may use.
    """

    folder: Path
    cache: Path
    receivers: tuple[tuple[str, str], ...] = ()
    seed: int = 7
    adviser: Adviser | None = None
    reading: ReadLimits = field(default_factory=ReadLimits)


@dataclass(frozen=True)
class StepContext:
    """What a step gets: the project, the run, what earlier steps gave, and how to say progress."""

    project: RemoteProject
    run: Run
    outputs: Mapping[str, dict[str, Any]]
    settings: WorkerSettings
    clock: Callable[[], datetime]
    progress: Callable[[float | None, str], None]

    @property
    def folder(self) -> Path:
        """Folder of this job alone: a worker that lost its run may still write to its own."""
        return self.settings.folder

    @property
    def cache(self) -> Path:
        """Folder of the project on this machine for what can be made again."""
        return self.settings.cache


@dataclass(frozen=True)
class StepResult:
    """What a step gives: JSON for later steps, a sentence for people, and its changes."""

    output: dict[str, Any]
    message: str
    change: ChangeSet = field(default_factory=ChangeSet)
    replacing: tuple[NamedNode, ...] = ()


@dataclass(frozen=True)
class Step:
    """One step of a workflow.

    Attributes:
        entry: module of this package that has the step's `execute(context) -> StepResult`; it is
            imported when the step begins, so that a process loads only what it uses.
        needs: earlier steps whose outputs this one reads.
        reads: names of the run's inputs that it reads; with `needs` they are its input.
        pure: the output depends on nothing else, so another run's result for the same input serves.
    """

    name: str
    label: str
    entry: str
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    pure: bool = False


@dataclass(frozen=True)
class Workflow:
    """A named sequence of steps."""

    name: str
    steps: tuple[Step, ...]


def execute_run(
    project: RemoteProject,
    run: Run,
    workflow: Workflow,
    settings: WorkerSettings,
    clock: Callable[[], datetime],
) -> Run:
    """Execute what is left of a claimed run; gives its end state.

    Raises:
        StoreUnavailable: the owner does not answer; the run goes on when it is back.
        Conflict: another worker has claimed the run meanwhile.
    """
    outputs: dict[str, dict[str, Any]] = {}
    for order, step in enumerate(workflow.steps):
        key = _input_hash(step, run, outputs)
        done = run.step(step.name)
        if done and done.state == "done" and done.input_hash == key:
            outputs[step.name] = done.output
            continue
        context = _context(project, run, step, outputs, settings, clock)
        try:
            outputs[step.name] = _execute_step(context, step, order, key).output
        except StoreUnavailable as error:
            context.progress(None, str(error))
            raise
        except MimirError as error:
            return _fail(project, run, step, order, key, clock, error)
    ended = replace(run, state="succeeded", ended=clock())
    project.commit(run_change(project.names, run, ended, f"Run {run.id} succeeded"))
    return ended


def _context(
    project: RemoteProject,
    run: Run,
    step: Step,
    outputs: Mapping[str, dict[str, Any]],
    settings: WorkerSettings,
    clock: Callable[[], datetime],
) -> StepContext:
    def _progress(fraction: float | None, message: str) -> None:
        project.report(run.id, step.name, fraction, message)

    return StepContext(project, run, dict(outputs), settings, clock, _progress)


def _execute_step(context: StepContext, step: Step, order: int, key: str) -> StepRecord:
    started = context.clock()
    context.progress(None, "")
    result = _tried(context, step, key)
    record = StepRecord(
        name=step.name,
        order=order,
        state="done",
        input_hash=key,
        output=result.output,
        started=started,
        ended=context.clock(),
        message=result.message,
    )
    names = context.project.names
    change = replace(
        result.change,
        added=(*result.change.added, *step_quads(context.run.id, record, names)),
        author=f"step {step.name}",
        reason=result.change.reason or f"{step.label}: {result.message}",
        source=run_iri(names, context.run.id).value,
    )
    context.project.commit(change, replacing=result.replacing)
    return record


def _known_result(context: StepContext, step: Step, key: str) -> StepResult | None:
    if not step.pure:
        return None
    output = find_step(context.project.reader(context.project.names.meta), step.name, key)
    return (
        StepResult(output, "Same input as before: the earlier result serves.") if output else None
    )


def _tried(context: StepContext, step: Step, key: str) -> StepResult:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _known_result(context, step, key) or _execute(step, context)
        except StoreUnavailable:
            raise
        except MimirError as error:
            # A reader that the kernel ended for want of memory may have been a bystander.
            again = error.retryable or isinstance(error, ReaderDied)
            if not again or attempt == _ATTEMPTS:
                raise
            context.progress(None, f"Attempt {attempt} failed: {error}")
            time.sleep(_PAUSES[attempt - 1])
    raise AssertionError("unreachable")


def _execute(step: Step, context: StepContext) -> StepResult:
    try:
        result: StepResult = import_module(step.entry).execute(context)
    except MimirError:
        raise
    except Exception as error:  # the outermost handler of a step
        _LOG.exception("step %s of run %s broke", step.name, context.run.id)
        raise StepBroke(f"{type(error).__name__}: {error}") from error
    return result


def _fail(
    project: RemoteProject,
    run: Run,
    step: Step,
    order: int,
    key: str,
    clock: Callable[[], datetime],
    error: MimirError,
) -> Run:
    now = clock()
    record = StepRecord(step.name, order, "failed", key, {}, now, now, error=str(error))
    failed = replace(run, state="failed", ended=now, error=f"{step.label}: {error}")
    change = run_change(project.names, run, failed, f"Run {run.id} failed in {step.name}")
    quads = step_quads(run.id, record, project.names)
    project.commit(replace(change, added=(*change.added, *quads)))
    return failed


def _input_hash(step: Step, run: Run, outputs: Mapping[str, dict[str, Any]]) -> str:
    needed = {name: outputs[name] for name in step.needs}
    inputs = {name: run.inputs[name] for name in step.reads if run.inputs.get(name)}
    basis = {"step": step.name, "inputs": inputs, "needs": needed}
    return hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()
