"""What only the queue on Redis must do: outlive its owner, its Redis, and strange entries."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from graph.errors import StoreUnavailable
from tests.e2e.served import JOB, PROJECT, descendants, environment, eventually, free_port, mimir
from tests.redis_server import RedisServer, needs_redis
from workers.queue import Job
from workers.rq_queue import QUEUE, RqQueue

WORK = Job(PROJECT, "1")

pytestmark = [pytest.mark.redis, needs_redis]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def worker(redis: RedisServer, tmp_path: Path) -> Iterator[int]:
    variables = environment(
        redis_url=redis.url,
        url=f"http://127.0.0.1:{free_port()}",
        worker_token="secret",
        data=tmp_path,
    )
    with subprocess.Popen(mimir("worker"), env=variables, stderr=subprocess.DEVNULL) as process:
        yield process.pid
        process.kill()


def test_a_later_queue_finds_the_jobs_of_an_earlier_one(redis: RedisServer, worker: int) -> None:
    earlier = RqQueue(redis.url, 2)
    earlier.start(WORK)
    (process,) = eventually(lambda: descendants(worker, JOB))
    earlier.close()
    later = RqQueue(redis.url, 2)

    assert later.state(WORK) == "working"
    assert later.free() == 1
    os.kill(process, 9)
    assert eventually(later.lost) == [WORK]
    later.close()


def test_a_job_that_redis_forgot_is_unknown_but_not_lost(redis: RedisServer) -> None:
    queue = RqQueue(redis.url, 2)
    queue.start(WORK)
    assert queue.state(WORK) == "waiting"

    redis.empty()

    assert queue.lost() == []
    assert queue.state(WORK) is None
    assert queue.free() == 2
    queue.close()


def test_without_redis_every_call_says_that_it_does_not_answer(redis: RedisServer) -> None:
    queue = RqQueue(redis.url, 2)
    queue.start(WORK)
    redis.kill()

    for call in (queue.lost, lambda: queue.state(WORK), lambda: queue.start(Job(PROJECT, "2"))):
        with pytest.raises(StoreUnavailable):
            call()
    queue.close()


def test_the_job_ends_with_the_worker_that_runs_it(redis: RedisServer, worker: int) -> None:
    queue = RqQueue(redis.url, 2)
    queue.start(WORK)
    (process,) = eventually(lambda: descendants(worker, JOB))

    os.kill(worker, 9)

    eventually(lambda: not Path(f"/proc/{process}/cmdline").exists())
    queue.close()


def test_a_worker_runs_no_other_function_than_ours(
    redis: RedisServer, worker: int, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    with Redis.from_url(redis.url) as connection:
        entries = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
        job = entries.enqueue("pathlib.os.system", f"touch {mark}")

        eventually(lambda: job.get_status() in ("finished", "failed") or descendants(worker, JOB))

    assert not mark.exists()
