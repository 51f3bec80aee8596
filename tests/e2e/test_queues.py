"""Runs through queues: RQ workers on a real Redis that may vanish, and several projects at once."""

import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from graph.projects import Projects
from tests.e2e.conftest import finished, settings_for
from tests.e2e.served import (
    PROJECT,
    environment,
    eventually,
    mimir,
    reaches,
    record,
    served,
    upload,
)
from tests.e2e.test_kill import STEPS, each_step_once
from tests.e2e.works_data import write_works
from tests.redis_server import RedisServer, needs_redis

TOKEN = "a-secret-of-workers"

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_works(tmp_path_factory.mktemp("works"))


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


@contextmanager
def owner_of(folder: Path, **settings: Any) -> Iterator[tuple[Owner, Client]]:
    """Own a folder in this process, with short leases."""
    owner = Owner(settings_for(folder, worker_token=TOKEN, **settings), port=0, lease=8)
    owner.start()
    try:
        yield owner, Client(owner.url)
    finally:
        owner.stop()


@contextmanager
def worker_of(redis: RedisServer, url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `mimir worker`, with a scratch folder of its own."""
    variables = environment(redis_url=redis.url, url=url, worker_token=TOKEN, data=folder)
    with subprocess.Popen(mimir("worker"), env=variables, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.redis
@needs_redis
def test_a_served_project_is_worked_on_by_an_rq_worker(
    tmp_path: Path, files: list[Path], redis: RedisServer
) -> None:
    with (
        served(tmp_path / "data", redis_url=redis.url, worker_token=TOKEN) as server,
        worker_of(redis, server.url, tmp_path / "worker"),
    ):
        view = server.finished(server.upload(files))

        assert view["state"] == "succeeded"
        assert server.stop() == 0
    projects = Projects(tmp_path / "data", "http://mimir.local/")
    each_step_once(projects.get(PROJECT))
    projects.close()


@pytest.mark.redis
@needs_redis
def test_a_run_goes_on_when_redis_forgets_everything(
    tmp_path: Path, files: list[Path], redis: RedisServer
) -> None:
    with (
        owner_of(tmp_path / "data", redis_url=redis.url) as (owner, client),
        worker_of(redis, owner.url, tmp_path / "worker"),
    ):
        run = upload(client, files)
        reaches(client, run, "validate")
        redis.empty()

        view = finished(client, PROJECT, run)

        assert view["state"] == "succeeded"
        assert record(owner, run).failures == 0
        each_step_once(owner.services.projects.get(PROJECT))


@pytest.mark.redis
@needs_redis
def test_files_are_accepted_without_redis_and_worked_on_when_it_is_back(
    tmp_path: Path, files: list[Path], redis: RedisServer
) -> None:
    redis.kill()
    with owner_of(tmp_path / "data", redis_url=redis.url) as (owner, client):
        run = upload(client, files)
        assert client.call(OPERATIONS["get_run"], {"project": PROJECT, "run": run})["state"] == (
            "queued"
        )
        redis.start()
        with worker_of(redis, owner.url, tmp_path / "worker"):
            view = finished(client, PROJECT, run)

        assert view["state"] == "succeeded"
        assert record(owner, run).epoch == 1
        each_step_once(owner.services.projects.get(PROJECT))


@pytest.mark.redis
@needs_redis
def test_a_run_is_resumed_when_its_rq_worker_is_killed(
    tmp_path: Path, files: list[Path], redis: RedisServer
) -> None:
    with owner_of(tmp_path / "data", redis_url=redis.url) as (owner, client):
        with worker_of(redis, owner.url, tmp_path / "first") as first:
            run = upload(client, files)
            reaches(client, run, "train")
            os.kill(first.pid, signal.SIGKILL)
        with worker_of(redis, owner.url, tmp_path / "second"):
            view = finished(client, PROJECT, run)

        assert view["state"] == "succeeded"
        assert record(owner, run).epoch == 2
        each_step_once(owner.services.projects.get(PROJECT))


@pytest.mark.redis
@needs_redis
def test_a_worker_elsewhere_outlives_the_crash_of_the_owner(
    tmp_path: Path, files: list[Path], redis: RedisServer
) -> None:
    with (
        served(tmp_path / "data", redis_url=redis.url, worker_token=TOKEN) as server,
        worker_of(redis, server.url, tmp_path / "worker"),
    ):
        run = server.upload(files)
        reaches(server.client, run, "train")
        server.process.kill()
        server.restart()

        assert server.finished(run)["state"] == "succeeded"
        assert server.stop() == 0
    projects = Projects(tmp_path / "data", "http://mimir.local/")
    each_step_once(projects.get(PROJECT))
    projects.close()


@pytest.mark.redis
@needs_redis
def test_a_stopped_rq_worker_that_comes_back_late_changes_nothing(
    tmp_path: Path, files: list[Path], redis: RedisServer
) -> None:
    with (
        owner_of(tmp_path / "data", redis_url=redis.url) as (owner, client),
        worker_of(redis, owner.url, tmp_path / "first") as first,
    ):
        run = upload(client, files)
        reaches(client, run, "train")
        tree = [first.pid, *eventually(lambda: _below(first.pid))]
        for process in tree:
            os.kill(process, signal.SIGSTOP)
        with worker_of(redis, owner.url, tmp_path / "second"):
            eventually(lambda: record(owner, run).epoch == 2)
            for process in reversed(tree):
                os.kill(process, signal.SIGCONT)
            view = finished(client, PROJECT, run)

        assert view["state"] == "succeeded"
        assert record(owner, run).epoch == 2
        each_step_once(owner.services.projects.get(PROJECT))


def test_two_projects_run_at_once(tmp_path: Path, files: list[Path]) -> None:
    with owner_of(tmp_path / "data", workers=2) as (owner, client):
        runs = {name: upload(client, files, name) for name in ("north", "south")}
        with ThreadPoolExecutor() as pool:
            views = list(pool.map(lambda item: finished(Client(owner.url), *item), runs.items()))

    assert [view["state"] for view in views] == ["succeeded", "succeeded"]
    spans = [(view["started"], view["ended"]) for view in views]
    assert max(start for start, _ in spans) < min(end for _, end in spans)
    assert [len(view["steps"]) for view in views] == [len(STEPS)] * 2


def test_runs_of_one_project_follow_one_another(tmp_path: Path, files: list[Path]) -> None:
    with owner_of(tmp_path / "data", workers=2) as (_, client):
        first = upload(client, files)
        second = client.call(OPERATIONS["start_run"], {"project": PROJECT})["id"]
        views = [finished(client, PROJECT, run) for run in (first, second)]

    assert [view["state"] for view in views] == ["succeeded", "succeeded"]
    assert views[0]["ended"] <= views[1]["started"]
    assert (views[1]["added"], views[1]["removed"]) == (0, 0)


def _below(process: int) -> list[int]:
    found = [int(item) for item in _children(process)]
    return [*found, *(lower for child in found for lower in _below(child))]


def _children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()
