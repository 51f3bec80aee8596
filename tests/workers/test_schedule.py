"""Twins are monitored again and again: not too often, not twice at once, and after any restart."""

from dataclasses import replace

import pytest

from graph.projects import Project, Projects
from tests.workers.conftest import Clock
from twin.twins import Twin, create_change
from workers.dispatcher import Dispatcher
from workers.progress import ProgressBoard
from workers.runs import list_runs, newest_run, run_change
from workers.schedule import Schedule

INTERVAL = 300


@pytest.fixture
def dispatcher(projects: Projects, clock: Clock) -> Dispatcher:
    return Dispatcher(projects, ProgressBoard(clock.monotonic), clock.now)


@pytest.fixture
def schedule(projects: Projects, dispatcher: Dispatcher, clock: Clock) -> Schedule:
    return Schedule(projects, dispatcher, INTERVAL, clock.now)


def with_twin(project: Project, clock: Clock) -> Project:
    meta = project.reader(project.names.meta)
    twin = Twin("live", "Live twin", clock.now())
    project.commit(create_change(project.names, meta, twin))
    return project


def end(project: Project, clock: Clock, state: str = "succeeded") -> None:
    run = newest_run(project.reader(project.names.meta))
    assert run is not None
    ended = replace(run, state=state, ended=clock.now())
    project.commit(run_change(project.names, run, ended, "ended"))


def test_a_project_without_a_twin_is_not_monitored(schedule: Schedule, project: Project) -> None:
    assert schedule.tick() == []


def test_the_first_round_is_due_at_once(schedule: Schedule, project: Project, clock: Clock) -> None:
    with_twin(project, clock)

    assert schedule.tick() == ["works"]

    run = newest_run(project.reader(project.names.meta))
    assert run is not None
    assert (run.workflow, run.state) == ("watch", "queued")


@pytest.mark.parametrize("state", ["queued", "running"])
def test_no_round_is_added_while_a_run_is_active(
    schedule: Schedule, project: Project, clock: Clock, state: str
) -> None:
    with_twin(project, clock)
    schedule.tick()
    end(project, clock, state)
    clock.move(INTERVAL * 10)

    assert schedule.tick() == []


@pytest.mark.parametrize("state", ["succeeded", "failed"])
def test_the_next_round_is_due_after_the_interval_and_not_before(
    schedule: Schedule, project: Project, clock: Clock, state: str
) -> None:
    with_twin(project, clock)
    schedule.tick()
    end(project, clock, state)

    clock.move(INTERVAL - 1)
    assert schedule.tick() == []

    clock.move(1)
    assert schedule.tick() == ["works"]


def test_an_import_counts_as_a_round(
    schedule: Schedule, dispatcher: Dispatcher, project: Project, clock: Clock
) -> None:
    with_twin(project, clock)
    dispatcher.submit(project, "ingest", {})
    end(project, clock)

    assert schedule.tick() == []


def test_rounds_missed_while_nobody_was_there_are_done_once(
    projects: Projects, project: Project, clock: Clock, dispatcher: Dispatcher, schedule: Schedule
) -> None:
    with_twin(project, clock)
    schedule.tick()
    end(project, clock)
    clock.move(INTERVAL * 50)
    later = Schedule(projects, dispatcher, INTERVAL, clock.now)

    assert later.tick() == ["works"]
    end(project, clock)
    assert later.tick() == []
    assert len(list_runs(project.reader(project.names.meta))) == 2


def test_a_clock_that_was_set_back_does_not_stop_the_monitoring(
    schedule: Schedule, project: Project, clock: Clock
) -> None:
    with_twin(project, clock)
    schedule.tick()
    end(project, clock)
    clock.move(-365 * 86_400)

    assert schedule.tick() == ["works"]
    end(project, clock)
    assert schedule.tick() == []


def test_each_project_has_its_own_rounds(
    schedule: Schedule, projects: Projects, project: Project, clock: Clock
) -> None:
    with_twin(project, clock)
    schedule.tick()
    with_twin(projects.create("other"), clock)

    assert schedule.tick() == ["other"]


def test_a_project_in_trouble_does_not_keep_others_from_being_monitored(
    schedule: Schedule, projects: Projects, project: Project, clock: Clock
) -> None:
    broken = projects.create("broken")
    for number in range(2):
        quad_change = create_change(
            broken.names,
            broken.reader(broken.names.meta),
            Twin(f"t{number}", "A twin", clock.now()),
        )
        broken.commit(quad_change)
    projects.close()
    log = broken.dataset.folder / "log.rdfp"
    log.write_bytes(log.read_bytes().replace(b"A twin", b"a TWIN", 1))
    with_twin(projects.get("works"), clock)

    assert schedule.tick() == ["works"]


def test_an_interval_of_zero_submits_nothing_by_itself(
    projects: Projects, dispatcher: Dispatcher, clock: Clock, project: Project
) -> None:
    with_twin(project, clock)
    off = Schedule(projects, dispatcher, 0, clock.now)

    off.start()
    off.stop()

    assert list_runs(project.reader(project.names.meta)) == ()
