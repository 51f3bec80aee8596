"""Runs survive SIGKILL of any process at any step: the end is that of an undisturbed run.

`TEST_KILLS` is the number of moments to try (default 6), or `all`.
"""

import os
import random
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.client import Client
from app.wiring import Owner
from graph.dataset.log import read_log
from graph.projects import Project, Projects
from graph.terms import NamedNode
from graph.vocab import MIMIR
from tests.e2e.conftest import finished, settings_for
from tests.e2e.served import (
    JOB,
    LOADER,
    PROJECT,
    READER,
    Served,
    descendants,
    environment,
    eventually,
    kill,
    mimir,
    reached,
    reaches,
    record,
    upload,
)
from tests.e2e.served import served as serving
from tests.e2e.works_data import write_works
from workers.workflows.ingest import INGEST

pytestmark = pytest.mark.slow

STEPS = [step.name for step in INGEST.steps]
OWNER = "app.cli serve"
SAMPLE = [
    (OWNER, "land"),
    (JOB, "train"),
    (LOADER, "land"),
    (READER, "validate"),
    (OWNER, "alert"),
    (JOB, "describe"),
]
EVERY = [(victim, step) for victim in (OWNER, JOB) for step in STEPS]
EVERY += [(READER, step) for step in ("validate", "train", "monitor")]
WANTED = os.environ.get("TEST_KILLS", "6")
MOMENTS = [*SAMPLE, *(moment for moment in EVERY if moment not in SAMPLE)]
if WANTED != "all":
    MOMENTS = MOMENTS[: int(WANTED)]


@dataclass(frozen=True)
class Outcome:
    """What a run left behind; how many seconds its steps took is not part of it."""

    seconds: dict[str, float] = field(compare=False)
    graphs: dict[str, frozenset[str]]
    predictions: frozenset[tuple[str, ...]]
    alerts: tuple[tuple[Any, ...], ...]
    messages: tuple[tuple[str, str], ...]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_works(tmp_path_factory.mktemp("works"))


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, files: list[Path]) -> Outcome:
    with serving(tmp_path_factory.mktemp("calm") / "data") as server:
        run = server.upload(files)
        view = server.finished(run)
        outcome = ended_well(server, run, view)
    assert len(outcome.alerts) == 2
    assert outcome.predictions
    assert len(outcome.graphs) >= 6
    return outcome


@pytest.mark.parametrize(("victim", "step"), MOMENTS)
def test_a_killed_process_changes_nothing_in_the_end(
    tmp_path: Path, files: list[Path], reference: Outcome, victim: str, step: str
) -> None:
    rng = random.Random(f"{victim} {step}")  # noqa: S311 - test data
    with serving(tmp_path / "data") as server:
        run = server.upload(files)
        for view in server.views(run):
            if reached(view, step):
                break
        strike(server, victim, rng.uniform(0, reference.seconds[step]))
        if victim == OWNER:
            server.restart()

        view = server.finished(run)

        assert ended_well(server, run, view) == reference


def test_an_owner_that_is_asked_to_end_in_the_middle_goes_on_at_its_next_start(
    tmp_path: Path, files: list[Path], reference: Outcome
) -> None:
    with serving(tmp_path / "data") as server:
        run = server.upload(files)
        reaches(server.client, run, "train")
        assert server.stop() == 0
        server.restart()

        assert ended_well(server, run, server.finished(run)) == reference


def test_a_run_whose_worker_is_killed_three_times_fails_with_the_reason(
    tmp_path: Path, files: list[Path]
) -> None:
    with serving(tmp_path / "data") as server:
        run = server.upload(files)
        struck: set[int] = set()
        for _ in range(3):
            worker = eventually(lambda: set(descendants(server.process.pid, JOB)) - struck).pop()
            struck.add(worker)
            kill(worker)

        view = server.finished(run)

        assert view["state"] == "failed"
        assert "3 times" in view["error"]
        assert not descendants(server.process.pid, JOB)
        again = server.finished(server.call("start_run")["id"])
        assert again["state"] == "succeeded"


def test_a_worker_that_hangs_is_killed_and_its_run_goes_on(
    tmp_path: Path, files: list[Path], reference: Outcome
) -> None:
    owner = Owner(settings_for(tmp_path), port=0, lease=6)
    owner.start()
    try:
        client = Client(owner.url)
        run = upload(client, files)
        reaches(client, run, "train")
        (worker,) = descendants(os.getpid(), JOB)
        os.kill(worker, signal.SIGSTOP)
        view = finished(client, PROJECT, run)

        assert view["state"] == "succeeded"
        assert record(owner, run).failures == 1
        assert not Path(f"/proc/{worker}").exists()
    finally:
        owner.stop()


def test_a_worker_that_lost_its_run_cannot_commit_and_the_run_ends_once(
    tmp_path: Path, files: list[Path]
) -> None:
    owner = Owner(settings_for(tmp_path, workers=0), port=0, lease=6)
    owner.start()
    try:
        client = Client(owner.url)
        run = upload(client, files)
        with job(owner, run, tmp_path) as first:
            reaches(client, run, "train")
            with job(owner, run, tmp_path) as early:
                assert early.wait(60) == 0
            assert record(owner, run).epoch == 1
            first.send_signal(signal.SIGSTOP)
            eventually(lambda: silent(owner, run))
            with job(owner, run, tmp_path) as second:
                assert second.wait(60) == 0
            assert finished(client, PROJECT, run)["state"] == "succeeded"
            before = owner.services.projects.get(PROJECT).dataset.sequence
            first.send_signal(signal.SIGCONT)
            assert first.wait(60) == 0

        project = owner.services.projects.get(PROJECT)
        assert project.dataset.sequence == before
        assert record(owner, run).epoch == 2
        each_step_once(project)
    finally:
        owner.stop()


def silent(owner: Owner, run: str) -> bool:
    """Tell whether the run's worker gave no sign of life for longer than the lease."""
    progress = owner.services.board.get(PROJECT, run)
    return progress is not None and owner.services.board.clock() - progress.seen > 6


@contextmanager
def job(owner: Owner, run: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a job as any dispatcher would start it."""
    variables = environment(url=owner.url, worker_token=owner.worker_token, data=folder)
    with subprocess.Popen(mimir("job", "run", f"{PROJECT}/{run}"), env=variables) as process:
        try:
            yield process
        finally:
            process.kill()


def strike(server: Served, victim: str, delay: float) -> None:
    """Kill the victim a moment from now, or as soon as it is there."""
    owner = server.process.pid
    if victim == LOADER:
        kill(eventually(lambda: descendants(owner, LOADER))[0])
        return
    threading.Event().wait(delay)
    if victim == OWNER:
        server.process.send_signal(signal.SIGKILL)
    else:
        for process in descendants(owner, victim):
            kill(process)


def ended_well(server: Served, run: str, view: dict[str, Any]) -> Outcome:
    """Check what must hold after any run that succeeded, and give what it left."""
    assert view["state"] == "succeeded", view
    report = server.call("verify_log")
    assert report["records"] == server.call("get_project")["commit"]
    alerts = server.call("list_alerts")["items"]
    assert server.stop() == 0
    left_nothing(server.folder)
    projects = Projects(server.folder, "http://mimir.local/")
    try:
        project = projects.get(PROJECT)
        each_step_once(project)
        numbered_once(project)
        return Outcome(
            seconds={item["name"]: seconds(item) for item in view["steps"]},
            graphs={
                str(graph): frozenset(f"{q.subject} {q.predicate} {q.object}" for q in quads)
                for graph in project.dataset.graphs()
                if graph != project.names.meta and "/twin/" not in graph.value
                for quads in [list(project.dataset.quads(graph))]
            },
            predictions=predictions(project),
            alerts=tuple(
                sorted((a["entity"], a["title"], a["severity"], a["state"]) for a in alerts)
            ),
            messages=tuple((item["name"], words(item)) for item in view["steps"]),
        )
    finally:
        projects.close()


def seconds(step: dict[str, Any]) -> float:
    """Give how long a step took."""
    ended, started = (datetime.fromisoformat(step[name]) for name in ("ended", "started"))
    return (ended - started).total_seconds()


def words(step: dict[str, Any]) -> str:
    """Give the message of a step without its speed."""
    return str(step["message"]).rpartition(" · ")[0] if "/s" in step["message"] else step["message"]


def left_nothing(folder: Path) -> None:
    """Check that no clone, scratch or half-written file is left."""
    project = folder / "projects" / PROJECT
    assert [path.name for path in (project / "stores").iterdir()] == [
        (project / "current").resolve().name
    ]
    assert not list(project.glob("blobs/.in-*"))
    assert not list(folder.glob("work/*/job-*"))
    assert not list(folder.glob("spool/*"))


def each_step_once(project: Project) -> None:
    """Check that each step was recorded once, by one commit."""
    meta = project.reader(project.names.meta)
    steps = meta.select(
        "SELECT ?name WHERE { ?s <https://w3id.org/mimir-aip/ns#stepName> ?name ; "
        '<https://w3id.org/mimir-aip/ns#state> "done" }'
    ).rows
    authors = meta.select(
        "SELECT ?author WHERE { ?c a <https://w3id.org/mimir-aip/ns#Commit> ; "
        "<https://w3id.org/mimir-aip/ns#author> ?author }"
    ).rows
    counts = Counter(str(getattr(row[0], "value", "")) for row in authors)

    assert sorted(str(getattr(row[0], "value", "")) for row in steps) == sorted(STEPS)
    assert {name: counts[f"step {name}"] for name in STEPS} == dict.fromkeys(STEPS, 1)


def numbered_once(project: Project) -> None:
    """Check that log and store agree on each commit's number."""
    logged = [record.sequence for record in read_log(project.dataset.folder / "log.rdfp")]
    rows = project.reader(project.names.meta).select(
        "SELECT ?n WHERE { ?c a <https://w3id.org/mimir-aip/ns#Commit> ; "
        "<https://w3id.org/mimir-aip/ns#sequence> ?n } ORDER BY ?n"
    )

    assert logged == list(range(1, len(logged) + 1))
    assert [int(getattr(row[0], "value", "0")) for row in rows] == logged


def predictions(project: Project) -> frozenset[tuple[str, ...]]:
    """Read the predictions of the twin, without their times."""
    graph = project.names.twin_added("live")
    facts: dict[str, set[str]] = {}
    for quad in project.dataset.quads(graph):
        if not isinstance(quad.predicate, NamedNode) or "Time" not in quad.predicate.value:
            facts.setdefault(str(quad.subject), set()).add(f"{quad.predicate} {quad.object}")
    assert str(MIMIR.Prediction) in " ".join(next(iter(facts.values())))
    return frozenset((subject, *sorted(found)) for subject, found in facts.items())
