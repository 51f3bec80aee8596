"""A run's steps: executed once, resumed where they stopped, and never half done."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from graph.changes import ChangeSet, Commit
from graph.dataset.log import read_log
from graph.errors import Conflict, ReaderDied, StoreUnavailable
from graph.names import ProjectNames
from graph.projects import Project
from graph.store import GraphReader
from graph.terms import NamedNode
from tests.workers.conftest import Clock
from workers.dispatcher import Fence
from workers.orchestrator import Step, WorkerSettings, Workflow, execute_run
from workers.runs import Run, read_run, run_change

COUNT, AFTER = "tests.workers.steps.count", "tests.workers.steps.after"
FLOW = Workflow(
    "ingest", (Step("count", "Count", COUNT), Step("after", "After", AFTER, ("count",)))
)
PURE = Workflow("ingest", (Step("count", "Count", COUNT, reads=("sources",), pure=True),))


@dataclass
class NearProject:
    """The project as a worker sees it, without the way over HTTP."""

    project: Project
    run: Run
    said: list[str]

    @property
    def names(self) -> ProjectNames:
        return self.project.names

    def reader(self, *graphs: NamedNode) -> GraphReader:
        return self.project.reader(*graphs)

    def commit(self, change: ChangeSet, *, replacing: tuple[NamedNode, ...] = ()) -> Commit:
        fence = Fence(self.names, self.run.id, self.run.epoch)
        return self.project.commit(change, replacing=replacing, guard=fence)

    def report(self, run: str, step: str, fraction: float | None, message: str) -> None:
        assert run == self.run.id
        self.said.append(f"{step} {fraction} {message}".strip())


@dataclass
class FlakyProject(NearProject):
    """A project whose first reader is gone."""

    readers: int = 0

    def reader(self, *graphs: NamedNode) -> GraphReader:
        self.readers += 1
        if self.readers == 1:
            raise ReaderDied("The reader process is gone.")
        return super().reader(*graphs)


@pytest.fixture
def settings(tmp_path: Path) -> WorkerSettings:
    return WorkerSettings(tmp_path / "job", tmp_path / "cache")


def claimed(project: Project, clock: Clock, number: int = 1, **inputs: object) -> NearProject:
    run = Run(str(number), "ingest", clock.now(), inputs, state="running", epoch=1)
    project.commit(run_change(project.names, None, run, "claimed"))
    return NearProject(project, run, [])


def execute(
    near: NearProject, settings: WorkerSettings, clock: Clock, flow: Workflow = FLOW
) -> Run:
    run = read_run(near.reader(near.names.meta), near.names, near.run.id)
    execute_run(near, run, flow, settings, clock.now)  # type: ignore[arg-type] # the same methods
    return read_run(near.reader(near.names.meta), near.names, near.run.id)


def executions(settings: WorkerSettings) -> int:
    return (settings.cache / "executions").stat().st_size


def test_the_steps_are_recorded_in_order_and_hand_on_their_outputs(
    project: Project, settings: WorkerSettings, clock: Clock
) -> None:
    run = execute(claimed(project, clock), settings, clock)

    assert run.state == "succeeded"
    assert [(step.name, step.state, step.order) for step in run.steps] == [
        ("count", "done", 0),
        ("after", "done", 1),
    ]
    assert run.steps[1].output == {"got": {"count": {"number": 1}}}
    assert run.added == 1


def test_a_step_says_how_far_it_is(
    project: Project, settings: WorkerSettings, clock: Clock
) -> None:
    near = claimed(project, clock)

    execute(near, settings, clock)

    assert near.said == ["count None", "count 0.5 half way", "after None"]


def test_the_changes_of_a_step_and_its_record_are_one_commit(
    project: Project, settings: WorkerSettings, clock: Clock
) -> None:
    execute(claimed(project, clock), settings, clock)

    texts = [record.text.decode() for record in read_log(project.dataset.folder / "log.rdfp")]
    (found,) = [text for text in texts if "execution 1" in text]
    assert '#Note> <http://www.w3.org/2000/01/rdf-schema#comment> "1"' in found
    assert 'ns#stepName> "count"' in found


def test_a_run_that_lost_its_owner_is_not_failed_and_goes_on_with_the_open_step(
    project: Project, settings: WorkerSettings, clock: Clock
) -> None:
    near = claimed(project, clock, first="store")
    with pytest.raises(StoreUnavailable):
        execute(near, settings, clock)
    assert near.said[-1] == "count None The owner is away."

    run = execute(near, settings, clock)

    assert run.state == "succeeded"
    assert executions(settings) == 2
    assert [step.state for step in run.steps] == ["done", "done"]


def test_a_recorded_step_is_not_executed_again(
    project: Project, settings: WorkerSettings, clock: Clock
) -> None:
    near = claimed(project, clock)
    execute(near, settings, clock, Workflow("ingest", FLOW.steps[:1]))
    project.commit(
        run_change(
            project.names,
            replace(near.run, state="succeeded", ended=clock.now()),
            near.run,
            "as if killed before the second step",
        )
    )

    run = execute(near, settings, clock)

    assert executions(settings) == 1
    assert [step.name for step in run.steps] == ["count", "after"]


def test_a_pure_step_is_not_executed_for_the_same_input_of_another_run(
    project: Project, settings: WorkerSettings, clock: Clock
) -> None:
    execute(claimed(project, clock, 1, sources=["a"]), settings, clock, PURE)

    same = execute(claimed(project, clock, 2, sources=["a"]), settings, clock, PURE)
    assert executions(settings) == 1
    assert same.steps[0].output == {"number": 1}

    other = execute(claimed(project, clock, 3, sources=["b"]), settings, clock, PURE)
    assert other.steps[0].output == {"number": 2}


def test_a_step_that_is_not_pure_is_executed_in_every_run(
    project: Project, settings: WorkerSettings, clock: Clock
) -> None:
    for number in (1, 2):
        execute(claimed(project, clock, number), settings, clock)

    assert executions(settings) == 2


def test_bad_input_fails_the_run_with_the_step_and_the_reason(
    project: Project, settings: WorkerSettings, clock: Clock
) -> None:
    run = execute(claimed(project, clock, always="input"), settings, clock)

    assert (run.state, run.error) == ("failed", "Count: The file is no table.")
    assert [(step.name, step.state, step.error) for step in run.steps] == [
        ("count", "failed", "The file is no table.")
    ]
    assert executions(settings) == 1
    assert project.dataset.count(project.names.data) == 0


def test_an_error_that_may_pass_is_tried_again(
    project: Project, settings: WorkerSettings, clock: Clock
) -> None:
    run = execute(claimed(project, clock, first="timeout"), settings, clock)

    assert run.state == "succeeded"
    assert executions(settings) == 2


def test_a_reader_that_is_gone_while_an_earlier_result_is_looked_for_does_not_fail_the_run(
    project: Project, settings: WorkerSettings, clock: Clock
) -> None:
    near = claimed(project, clock)
    run = read_run(near.reader(near.names.meta), near.names, near.run.id)
    flaky = FlakyProject(near.project, near.run, [])

    execute_run(flaky, run, PURE, settings, clock.now)  # type: ignore[arg-type] # the same methods

    assert read_run(near.reader(near.names.meta), near.names, near.run.id).state == "succeeded"
    assert flaky.readers > 1


def test_an_error_of_the_program_fails_the_run_with_its_kind(
    project: Project, settings: WorkerSettings, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    run = execute(claimed(project, clock, always="bug"), settings, clock)

    assert (run.state, run.error) == ("failed", "Count: ValueError: an index was wrong")
    assert "step count of run 1 broke" in caplog.text


def test_a_worker_that_lost_its_run_commits_nothing(
    project: Project, settings: WorkerSettings, clock: Clock
) -> None:
    near = claimed(project, clock)
    taken = replace(near.run, epoch=2)
    project.commit(run_change(project.names, near.run, taken, "claimed by another"))
    before = project.dataset.sequence

    with pytest.raises(Conflict):
        execute(near, settings, clock)

    assert project.dataset.sequence == before
