"""Rounds of monitoring are forgotten when they are old; everything else stays."""

from graph.changes import ChangeSet
from graph.projects import Project, Projects
from tests.workers.conftest import Clock
from workers.dispatcher import Dispatcher
from workers.progress import ProgressBoard
from workers.runs import (
    KEPT_ROUNDS,
    Run,
    StepRecord,
    list_runs,
    read_run,
    run_quads,
    step_quads,
)


def test_old_rounds_are_forgotten_with_their_steps_and_nothing_else(
    projects: Projects, project: Project, clock: Clock
) -> None:
    names, now = project.names, clock.now()
    kinds = {1: ("ingest", "succeeded"), 3: ("watch", "failed"), 4: ("watch", "queued")}
    rounds = KEPT_ROUNDS + 8
    quads = []
    for number in range(1, rounds + 1):
        workflow, state = kinds.get(number, ("watch", "succeeded"))
        run = Run(str(number), workflow, now, state=state)  # type: ignore[arg-type] # a table
        step = StepRecord("monitor", 0, "done", "hash", {"opened": 0}, now, now)
        quads += [*run_quads(run, names), *step_quads(run.id, step, names)]
    project.commit(ChangeSet(tuple(quads)))

    Dispatcher(projects, ProgressBoard(clock.monotonic), clock.now).submit(project, "watch", {})

    meta = project.reader(names.meta)
    left = [int(run.id) for run in list_runs(meta)]
    gone = {2, *range(5, rounds + 2 - KEPT_ROUNDS)}
    assert set(left) == {*range(1, rounds + 2)} - gone
    assert all(read_run(meta, names, str(number)).steps for number in (1, 3, 10))
    about = {quad.subject for quad in project.quads(names.meta)}
    assert len(about & {quad.subject for quad in quads}) == 2 * (len(left) - 1)
