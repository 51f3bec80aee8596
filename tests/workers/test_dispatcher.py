"""Runs get to workers, are taken from those that are gone, and are never worked on by two."""

import pytest

from graph.changes import ChangeSet
from graph.errors import Conflict, StoreUnavailable
from graph.projects import Project, Projects
from graph.terms import Literal, Quad
from graph.vocab import RDFS
from tests.workers.conftest import Clock, PlayedQueue
from workers.dispatcher import Dispatcher, Fence
from workers.progress import ProgressBoard
from workers.queue import Job, JobState
from workers.runs import Run, list_runs, read_run, run_change

LEASE = 10.0


@pytest.fixture
def board(clock: Clock) -> ProgressBoard:
    return ProgressBoard(clock.monotonic)


@pytest.fixture
def dispatcher(projects: Projects, board: ProgressBoard, clock: Clock) -> Dispatcher:
    return Dispatcher(projects, board, clock.now, lease=LEASE)


def read(project: Project, run: str = "1") -> Run:
    return read_run(project.reader(project.names.meta), project.names, run)


def note(project: Project, text: str) -> ChangeSet:
    quad = Quad(project.names.term("Note"), RDFS.comment, Literal(text), project.names.data)
    return ChangeSet(added=(quad,))


def restarted(projects: Projects, clock: Clock) -> Dispatcher:
    """Give what a new owner of the same folder has: nothing but the graph."""
    later = Dispatcher(projects, ProgressBoard(clock.monotonic), clock.now, lease=LEASE)
    later.find_unfinished()
    return later


def test_a_submitted_run_is_durable_and_started_once(
    dispatcher: Dispatcher, project: Project, queue: PlayedQueue
) -> None:
    run = dispatcher.submit(project, "ingest", {"sources": []})
    assert read(project) == run

    dispatcher.tick(queue)
    dispatcher.tick(queue)

    assert queue.started == [Job("works", "1")]


def test_runs_are_numbered_from_one_without_gaps(dispatcher: Dispatcher, project: Project) -> None:
    numbers = [dispatcher.submit(project, "watch", {}).id for _ in range(12)]

    assert numbers == [str(number) for number in range(1, 13)]
    assert [run.id for run in list_runs(project.reader(project.names.meta))] == numbers[::-1]


def test_a_project_has_one_run_at_a_time_and_projects_do_not_wait_for_one_another(
    dispatcher: Dispatcher, projects: Projects, project: Project, queue: PlayedQueue
) -> None:
    other = projects.create("other")
    for target in (project, project, other):
        dispatcher.submit(target, "ingest", {})

    dispatcher.tick(queue)

    assert queue.started == [Job("works", "1"), Job("other", "1")]


def test_a_full_queue_gets_no_more_jobs(
    dispatcher: Dispatcher, projects: Projects, project: Project, queue: PlayedQueue
) -> None:
    queue.size = 1
    dispatcher.submit(project, "ingest", {})
    dispatcher.submit(projects.create("other"), "ingest", {})

    dispatcher.tick(queue)

    assert len(queue.started) == 1


def test_a_claim_raises_the_epoch_and_a_second_one_is_refused(
    dispatcher: Dispatcher, project: Project
) -> None:
    dispatcher.submit(project, "ingest", {})

    claimed = dispatcher.claim(project, "1")

    assert (claimed.state, claimed.epoch) == ("running", 1)
    with pytest.raises(Conflict, match="another worker"):
        dispatcher.claim(project, "1")


def test_a_run_whose_process_ended_is_started_again_at_once(
    dispatcher: Dispatcher, project: Project, queue: PlayedQueue
) -> None:
    dispatcher.submit(project, "ingest", {})
    dispatcher.tick(queue)
    dispatcher.claim(project, "1")

    queue.ended = [Job("works", "1")]
    dispatcher.tick(queue)

    assert queue.started == [Job("works", "1", 0), Job("works", "1", 1)]
    assert (read(project).state, read(project).failures) == ("queued", 1)


def test_a_run_that_loses_three_workers_fails_and_says_where(
    dispatcher: Dispatcher, project: Project, queue: PlayedQueue, board: ProgressBoard
) -> None:
    dispatcher.submit(project, "ingest", {})
    for attempt in range(3):
        dispatcher.tick(queue)
        dispatcher.claim(project, "1")
        board.report("works", "1", "train", None, "pulling features")
        queue.ended = [Job("works", "1", attempt)]
    dispatcher.tick(queue)

    run = read(project)
    assert (run.state, run.failures) == ("failed", 3)
    assert run.error is not None
    assert "3 times" in run.error
    assert "'train' (pulling features)" in run.error
    assert len(queue.started) == 3


def test_a_silent_worker_loses_its_run_when_the_lease_is_over(
    dispatcher: Dispatcher, project: Project, queue: PlayedQueue, clock: Clock, board: ProgressBoard
) -> None:
    dispatcher.submit(project, "ingest", {})
    dispatcher.tick(queue)
    dispatcher.claim(project, "1")
    clock.move(LEASE - 1)
    board.beat("works", "1")
    clock.move(LEASE - 1)
    dispatcher.tick(queue)
    assert queue.dropped == []

    clock.move(1)
    dispatcher.tick(queue)
    dispatcher.tick(queue)

    assert queue.dropped == [Job("works", "1", 0)]
    assert queue.started == [Job("works", "1", 0), Job("works", "1", 1)]


def test_a_process_that_never_claims_its_run_is_given_up_too(
    dispatcher: Dispatcher, project: Project, queue: PlayedQueue, clock: Clock
) -> None:
    dispatcher.submit(project, "ingest", {})
    dispatcher.tick(queue)
    clock.move(LEASE)

    dispatcher.tick(queue)

    assert queue.dropped == [Job("works", "1")]
    assert read(project).failures == 1


def test_a_job_may_wait_for_a_worker_as_long_as_it_takes(
    dispatcher: Dispatcher, project: Project, queue: PlayedQueue, clock: Clock
) -> None:
    dispatcher.submit(project, "ingest", {})
    dispatcher.tick(queue)
    queue.states[Job("works", "1")] = "waiting"
    for _ in range(5):
        clock.move(LEASE * 10)
        dispatcher.tick(queue)

    queue.states[Job("works", "1")] = "working"
    dispatcher.tick(queue)

    assert queue.dropped == []
    assert read(project).failures == 0


def test_a_queue_that_forgets_a_live_job_does_not_disturb_it(
    dispatcher: Dispatcher, project: Project, queue: PlayedQueue, clock: Clock, board: ProgressBoard
) -> None:
    dispatcher.submit(project, "ingest", {})
    dispatcher.tick(queue)
    dispatcher.claim(project, "1")
    queue.states.clear()
    for _ in range(5):
        clock.move(LEASE - 1)
        board.beat("works", "1")
        dispatcher.tick(queue)
    assert len(queue.started) == 1

    clock.move(LEASE)
    dispatcher.tick(queue)

    assert len(queue.started) == 2
    assert dispatcher.claim(project, "1").epoch == 2


def test_runs_submitted_while_an_owner_starts_are_not_forgotten(
    dispatcher: Dispatcher, project: Project, queue: PlayedQueue
) -> None:
    dispatcher.submit(project, "ingest", {})

    dispatcher.find_unfinished()
    dispatcher.tick(queue)

    assert queue.started == [Job("works", "1")]


def test_a_project_that_cannot_be_opened_does_not_stop_the_others(
    dispatcher: Dispatcher,
    projects: Projects,
    project: Project,
    queue: PlayedQueue,
    clock: Clock,
) -> None:
    dispatcher.submit(project, "ingest", {})
    broken = projects.create("broken")
    for text in ("first", "second"):
        broken.commit(note(broken, text))
    projects.close()
    log = broken.dataset.folder / "log.rdfp"
    log.write_bytes(log.read_bytes().replace(b'"first"', b'"FIRST"', 1))

    later = restarted(projects, clock)
    later.tick(queue)

    assert queue.started == [Job("works", "1")]


def test_after_a_restart_a_run_without_worker_goes_on_at_once(
    dispatcher: Dispatcher, projects: Projects, project: Project, queue: PlayedQueue, clock: Clock
) -> None:
    dispatcher.submit(project, "ingest", {})
    dispatcher.tick(queue)
    dispatcher.claim(project, "1")
    fresh = PlayedQueue()

    later = restarted(projects, clock)
    later.tick(fresh)

    assert fresh.started == [Job("works", "1")]
    assert later.claim(project, "1").epoch == 2


def test_after_a_restart_a_worker_elsewhere_keeps_its_run(
    dispatcher: Dispatcher, projects: Projects, project: Project, queue: PlayedQueue, clock: Clock
) -> None:
    dispatcher.submit(project, "ingest", {})
    dispatcher.tick(queue)
    epoch = dispatcher.claim(project, "1").epoch

    later = restarted(projects, clock)
    later.tick(queue)
    clock.move(LEASE - 1)
    later.tick(queue)

    assert len(queue.started) == 1
    Fence(project.names, "1", epoch)(project.reader(project.names.meta))


def test_late_news_of_an_earlier_attempt_change_nothing(
    dispatcher: Dispatcher, project: Project, queue: PlayedQueue
) -> None:
    dispatcher.submit(project, "ingest", {})
    dispatcher.tick(queue)
    queue.ended = [Job("works", "1", 0)]
    dispatcher.tick(queue)
    queue.states[Job("works", "1", 0)] = "working"

    queue.ended = [Job("works", "1", 0)]
    dispatcher.tick(queue)

    assert read(project).failures == 1
    assert queue.started[-1] == Job("works", "1", 1)


def test_a_run_of_a_deleted_project_is_dropped(
    dispatcher: Dispatcher, projects: Projects, project: Project, queue: PlayedQueue
) -> None:
    dispatcher.submit(project, "ingest", {})
    dispatcher.tick(queue)

    projects.delete("works")
    dispatcher.tick(queue)

    assert queue.dropped == [Job("works", "1")]


def test_a_queue_without_an_answer_harms_no_run(
    dispatcher: Dispatcher, project: Project, queue: PlayedQueue
) -> None:
    class Silent(PlayedQueue):
        def state(self, job: Job) -> JobState | None:
            raise StoreUnavailable(f"Nobody answers about {job.name}.")

    dispatcher.submit(project, "ingest", {})
    dispatcher.tick(Silent())

    dispatcher.tick(queue)

    assert queue.started == [Job("works", "1")]


def test_the_fence_lets_only_the_present_claim_commit(
    dispatcher: Dispatcher, project: Project, clock: Clock
) -> None:
    dispatcher.submit(project, "ingest", {})
    first = dispatcher.claim(project, "1")
    project.commit(note(project, "first"), guard=Fence(project.names, "1", first.epoch))
    clock.move(LEASE)
    second = dispatcher.claim(project, "1")
    before = project.dataset.sequence

    with pytest.raises(Conflict, match="taken over"):
        project.commit(note(project, "late"), guard=Fence(project.names, "1", first.epoch))

    assert project.dataset.sequence == before
    project.commit(note(project, "second"), guard=Fence(project.names, "1", second.epoch))


def test_the_fence_lets_nobody_commit_after_the_end(
    dispatcher: Dispatcher, project: Project
) -> None:
    dispatcher.submit(project, "ingest", {})
    run = dispatcher.claim(project, "1")
    ended = Run(**{**vars(run), "state": "succeeded"})
    project.commit(run_change(project.names, run, ended, "ended"))

    with pytest.raises(Conflict, match="ended"):
        project.commit(note(project, "late"), guard=Fence(project.names, "1", run.epoch))
