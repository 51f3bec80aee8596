"""Jobs through Redis and RQ: the queue is only a doorbell, the graph is the truth.

Start workers with `mimir worker` in an environment that has MIMIR_REDIS_URL, MIMIR_URL and
MIMIR_WORKER_TOKEN.
"""

import subprocess
from contextlib import suppress

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from graph.errors import BadInput, StoreUnavailable
from workers.local_queue import job_command

QUEUE = "mimir"
_BUSY = {JobStatus.QUEUED, JobStatus.STARTED, JobStatus.DEFERRED, JobStatus.SCHEDULED}
_DAY = 86_400


class RqQueue:
    """Jobs for RQ workers.

    Args:
        url: Redis URL.
        size: how many jobs may wait or run at a time.
    """

    def __init__(self, url: str, size: int) -> None:
        self._redis = Redis.from_url(url)
        self._queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)
        self._size = size
        self._started: set[str] = set()

    def free(self) -> int:
        """Tell how many more jobs can be started now."""
        return self._size - len(self._started)

    def start(self, job: str) -> None:
        """Put the job on the queue, once.

        Raises:
            StoreUnavailable: Redis does not answer; the job is started later.
        """
        name = _job_id(job)
        try:
            with suppress(NoSuchJobError):
                Job.fetch(name, self._redis, serializer=JSONSerializer).delete()
            self._queue.enqueue(execute, job, job_id=name, job_timeout=_DAY, result_ttl=60)
        except RedisError as error:
            raise StoreUnavailable(f"Redis does not answer: {error}") from error
        self._started.add(job)

    def lost(self) -> list[str]:
        """List jobs that neither wait nor run any more."""
        ended = [job for job in self._started if not self.running(job)]
        self._started.difference_update(ended)
        return ended

    def running(self, job: str) -> bool:
        """Tell whether RQ says that the job waits or runs."""
        try:
            found = Job.fetch(_job_id(job), self._redis, serializer=JSONSerializer)
            return found.get_status() in _BUSY
        except NoSuchJobError:
            return False
        except RedisError:
            return job in self._started

    def close(self) -> None:
        """Let go of Redis; jobs on the queue stay there."""
        self._redis.close()


def execute(job: str) -> int:
    """Run a job in a process of its own; the function that RQ workers call."""
    return subprocess.run(job_command(job), check=False).returncode


def _job_id(job: str) -> str:
    return "mimir-" + job.replace("/", "-")


def work(url: str) -> None:
    """Take jobs one after the other until a signal ends the process.

    Raises:
        BadInput: there is no Redis URL.
    """
    if not url:
        raise BadInput("Set MIMIR_REDIS_URL to the Redis that the owner uses.")
    connection = Redis.from_url(url)
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
    Worker([queue], connection=connection, serializer=JSONSerializer).work()
