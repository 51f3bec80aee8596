"""Jobs through Redis and RQ: the queue is only a doorbell, the graph is the truth.

Start workers with `mimir worker` in an environment that has MIMIR_REDIS_URL, MIMIR_URL and
MIMIR_WORKER_TOKEN.
"""

import subprocess
from collections.abc import Callable
from contextlib import suppress

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.command import send_stop_job_command
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job as Entry
from rq.job import JobStatus
from rq.serializers import JSONSerializer

from graph.errors import BadInput, StoreUnavailable
from graph.sandbox import die_with_parent
from workers.local_queue import job_command
from workers.queue import Job, JobState

QUEUE = "mimir"
_WAITING = {JobStatus.CREATED, JobStatus.QUEUED, JobStatus.DEFERRED, JobStatus.SCHEDULED}
_DAY = 86_400
_SECONDS_TO_ANSWER = 5.0
_ATTEMPTS = 10


class RqQueue:
    """Jobs for RQ workers.

    What RQ says of a job that somebody works at is not trusted: it can be wrong for minutes after a
    worker or Redis was killed, so the owner goes by the worker's own signs of life.

    Args:
        url: Redis URL.
        size: how many jobs may wait or run at a time.
    """

    def __init__(self, url: str, size: int) -> None:
        self._redis = Redis.from_url(
            url, socket_timeout=_SECONDS_TO_ANSWER, socket_connect_timeout=_SECONDS_TO_ANSWER
        )
        self._queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)
        self._size = size
        self._started: set[Job] = set()

    def free(self) -> int:
        """Tell how many more jobs can be started now."""
        return self._size - len(self._started)

    def start(self, job: Job) -> None:
        """Put the job on the queue, once.

        Raises:
            StoreUnavailable: Redis does not answer; the job is started later.
        """
        name = _job_id(job)
        try:
            self._forget(job)
            self._queue.enqueue(execute, job.name, job_id=name, job_timeout=_DAY, result_ttl=60)
        except RedisError as error:
            raise _away(error) from error
        self._started.add(job)

    def state(self, job: Job) -> JobState | None:
        """Tell what RQ says of the job.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        status = self._status(job)
        if status in _WAITING:
            self._started.add(job)
            return "waiting"
        if status is JobStatus.STARTED:
            self._started.add(job)
            return "working"
        return None

    def lost(self) -> list[Job]:
        """List jobs whose function returned or was killed; those that Redis forgot are not lost.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        found = {job: self._status(job) for job in self._started}
        busy = {*_WAITING, JobStatus.STARTED}
        self._started = {job for job, status in found.items() if status in busy}
        return [job for job, status in found.items() if status and status not in busy]

    def drop(self, job: Job) -> None:
        """Ask the worker to kill the job's process, and remove the job.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        self._started.discard(job)
        try:
            with suppress(NoSuchJobError, InvalidJobOperation):
                send_stop_job_command(self._redis, _job_id(job), serializer=JSONSerializer)
            self._forget(job)
        except RedisError as error:
            raise _away(error) from error

    def close(self) -> None:
        """Let go of Redis; jobs on the queue stay there."""
        self._redis.close()

    def _forget(self, job: Job) -> None:
        """Remove a job; RQ reads its executions one by one while its worker may remove them."""
        with suppress(NoSuchJobError):
            for _ in range(_ATTEMPTS):
                with suppress(ValueError):
                    self._fetch(job).delete()

    def _fetch(self, job: Job) -> Entry:
        return Entry.fetch(_job_id(job), self._redis, serializer=JSONSerializer)

    def _status(self, job: Job) -> JobStatus | None:
        try:
            return self._fetch(job).get_status()
        except NoSuchJobError:
            return None
        except RedisError as error:
            raise _away(error) from error


def execute(job: str) -> int:
    """Run a job in a process of its own; the function that RQ workers call."""
    # Without this the work horse of a killed worker would go on, and RQ start the job again.
    die_with_parent()
    return subprocess.run(
        job_command(job),
        check=False,
        preexec_fn=die_with_parent,  # a work horse has one thread, so this is safe
    ).returncode


def work(url: str) -> None:
    """Take jobs one after the other until a signal ends the process.

    Raises:
        BadInput: there is no Redis URL.
        StoreUnavailable: Redis does not answer.
    """
    if not url:
        raise BadInput("Set MIMIR_REDIS_URL to the Redis that the owner uses.")
    connection = Redis.from_url(url)
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
    try:
        Worker(
            [queue], connection=connection, serializer=JSONSerializer, job_class=_OurEntry
        ).work()
    except RedisError as error:
        raise _away(error) from error


class _OurEntry(Entry):
    """An entry that calls `execute`, whatever function Redis names."""

    @property
    def func(self) -> Callable[[str], int]:
        """Give `execute`; what Redis names is not looked at."""
        return execute


def _job_id(job: Job) -> str:
    # Each attempt has its own: a worker that comes back late settles only what was its own.
    return f"mimir-{job.project}-{job.run}-{job.attempt}"


def _away(error: RedisError) -> StoreUnavailable:
    return StoreUnavailable(f"Redis does not answer: {error}")
