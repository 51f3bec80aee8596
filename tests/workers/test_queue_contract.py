"""What every job queue must do, on each of them: local processes, and RQ on a real Redis."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.served import JOB, PROJECT, descendants, environment, eventually, free_port, mimir
from tests.redis_server import RedisServer, needs_redis
from workers.local_queue import LocalQueue
from workers.queue import Job, JobQueue
from workers.rq_queue import RqQueue

REDIS = pytest.param("redis", marks=[pytest.mark.redis, needs_redis])


WORK = Job(PROJECT, "1")


@dataclass(frozen=True)
class Stand:
    """A queue with one worker; its jobs look for an owner that is not there, for 20 seconds."""

    queue: JobQueue
    worker: int

    def jobs(self) -> list[int]:
        """List the processes at work."""
        return descendants(self.worker, JOB)


@pytest.fixture(params=["local", REDIS])
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    settings = {
        "url": f"http://127.0.0.1:{free_port()}",
        "worker_token": "secret",
        "data": tmp_path,
    }
    queue: JobQueue
    if request.param == "local":
        queue = LocalQueue(2, environment(**settings))
        yield Stand(queue, os.getpid())
        queue.close()
        return
    server = RedisServer(tmp_path)
    server.start()
    variables = environment(redis_url=server.url, **settings)
    with subprocess.Popen(mimir("worker"), env=variables, stderr=subprocess.DEVNULL) as worker:
        queue = RqQueue(server.url, 2)
        yield Stand(queue, worker.pid)
        queue.close()
        worker.kill()
    server.kill()


def test_an_unknown_job_has_no_state_and_can_be_dropped(stand: Stand) -> None:
    stand.queue.drop(WORK)

    assert stand.queue.state(WORK) is None
    assert stand.queue.lost() == []
    assert stand.queue.free() == 2


def test_a_started_job_gets_a_process_and_takes_a_place(stand: Stand) -> None:
    stand.queue.start(WORK)

    assert stand.queue.free() == 1
    assert stand.queue.state(WORK) in ("waiting", "working")
    eventually(stand.jobs)
    assert stand.queue.state(WORK) == "working"
    assert stand.queue.lost() == []


def test_a_job_whose_process_is_killed_is_lost_once_and_can_be_started_again(
    stand: Stand,
) -> None:
    stand.queue.start(WORK)
    (process,) = eventually(stand.jobs)
    os.kill(process, 9)

    assert eventually(stand.queue.lost) == [WORK]
    assert stand.queue.lost() == []
    assert stand.queue.state(WORK) is None
    assert stand.queue.free() == 2
    stand.queue.start(WORK)
    assert process not in eventually(stand.jobs)


def test_a_dropped_job_ends_and_is_not_lost(stand: Stand) -> None:
    stand.queue.start(WORK)
    eventually(stand.jobs)

    stand.queue.drop(WORK)

    assert stand.queue.state(WORK) is None
    eventually(lambda: not stand.jobs())
    assert stand.queue.lost() == []
