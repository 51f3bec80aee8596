"""Runs and their steps as records: what is written is what is read."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from graph.changes import ChangeSet
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.projects import Project
from workers.runs import (
    Run,
    Source,
    StepRecord,
    find_step,
    last_output,
    list_runs,
    newest_run,
    read_run,
    run_change,
    run_quads,
    sources_of,
    step_quads,
)

NAMES = ProjectNames("http://mimir.local/", "works")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

texts = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
words = texts.filter(bool)
# Records keep milliseconds.
times = some.integers(0, 4_000_000_000_000).map(lambda ms: _EPOCH + timedelta(milliseconds=ms))
values = some.recursive(
    some.none() | some.booleans() | some.integers() | texts,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
objects = some.dictionaries(texts, values, max_size=3)
steps = some.builds(
    StepRecord,
    name=some.sampled_from(["stage", "infer", "land"]),
    order=some.integers(0, 20),
    state=some.sampled_from(["done", "failed"]),
    input_hash=some.text("0123456789abcdef", min_size=64, max_size=64),
    output=objects,
    started=times,
    ended=times,
    message=texts,
    error=some.none() | words,
)
runs = some.builds(
    Run,
    id=some.integers(1, 99_999).map(str),
    workflow=some.sampled_from(["ingest", "watch"]),
    created=times,
    inputs=objects,
    state=some.sampled_from(["queued", "running", "succeeded", "failed"]),
    epoch=some.integers(0, 50),
    failures=some.integers(0, 5),
    started=some.none() | times,
    ended=some.none() | times,
    error=some.none() | words,
    steps=some.lists(steps, max_size=3, unique_by=(lambda s: s.name, lambda s: s.order)).map(
        lambda found: tuple(sorted(found, key=lambda step: step.order))
    ),
)


@settings(max_examples=40)
@given(runs)
def test_a_run_is_read_as_it_was_written(run: Run) -> None:
    store = OxigraphStore()
    store.apply(run_quads(run, NAMES), ())
    for step in run.steps:
        store.apply(step_quads(run.id, step, NAMES), ())

    assert read_run(store.reader([NAMES.meta]), NAMES, run.id) == run


@settings(max_examples=30)
@given(runs, runs)
def test_a_change_turns_one_state_of_a_run_into_the_next(before: Run, after: Run) -> None:
    before, after = replace(before, steps=()), replace(after, id=before.id, steps=())
    store = OxigraphStore()
    store.apply(run_quads(before, NAMES), ())
    change = run_change(NAMES, before, after, "moved on")

    store.apply(change.added, set(change.removed) - set(change.added))

    assert read_run(store.reader([NAMES.meta]), NAMES, after.id) == after


def recorded(project: Project, number: int, state: str = "succeeded", **inputs: Any) -> Run:
    created = NOON + timedelta(minutes=number)
    run = Run(str(number), "ingest", created, inputs, state=state)  # type: ignore[arg-type]
    project.commit(ChangeSet(added=tuple(run_quads(run, project.names))))
    return run


def stepped(project: Project, run: Run, ended: datetime, output: dict[str, Any]) -> None:
    step = StepRecord("land", 3, "done", "ab" * 32, output, ended, ended)
    project.commit(ChangeSet(added=tuple(step_quads(run.id, step, project.names))))


def test_runs_are_listed_newest_first_by_number_and_by_state(project: Project) -> None:
    made = {number: recorded(project, number) for number in (2, 10, 9)}
    waiting = recorded(project, 11, "queued")
    reader = project.reader(project.names.meta)

    assert list_runs(reader) == (waiting, made[10], made[9], made[2])
    assert list_runs(reader, "queued", "running") == (waiting,)
    assert newest_run(reader) == waiting


def test_a_project_without_runs_has_no_newest_one(project: Project) -> None:
    reader = project.reader(project.names.meta)

    assert newest_run(reader) is None
    assert list_runs(reader) == ()


def test_the_last_output_is_that_of_the_last_run_whatever_the_clocks_of_workers_say(
    project: Project,
) -> None:
    first, second = recorded(project, 9), recorded(project, 10)
    stepped(project, first, NOON + timedelta(days=400), {"file": "of the first"})
    stepped(project, second, NOON - timedelta(days=400), {"file": "of the second"})

    found = last_output(project.reader(project.names.meta), "land")

    assert found == {"file": "of the second"}


def test_only_finished_steps_with_the_same_input_serve_again(project: Project) -> None:
    stepped(project, recorded(project, 1), NOON, {"file": "x"})
    reader = project.reader(project.names.meta)

    assert find_step(reader, "land", "ab" * 32) == {"file": "x"}
    assert find_step(reader, "land", "cd" * 32) is None
    assert find_step(reader, "infer", "ab" * 32) is None
    assert last_output(reader, "infer") is None


def test_the_sources_of_a_run_are_its_inputs() -> None:
    source = Source("a/b.csv", "0" * 64, 12)
    run = Run("1", "ingest", NOON, json.loads(json.dumps({"sources": [vars(source)]})))

    assert sources_of(run) == (source,)
    assert sources_of(Run("1", "watch", NOON)) == ()
