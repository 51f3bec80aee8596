"""The composition root: settings in, a running owner out."""

import contextlib
import json
import os
import secrets
import shutil
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from alerting.delivery import check_receiver, receiver_at
from app.auth import check_settings
from app.calls import current_call
from app.http_server import HttpServer, allow_many_files
from app.services import Services
from app.settings import Settings
from app.web_app import create_app
from graph.dataset.owner import OwnerLock
from graph.dataset.request import utc_now
from graph.projects import Projects
from graph.readers.pool import Limits, ReaderPool
from workers.dispatcher import LEASE_SECONDS, Dispatcher
from workers.local_queue import LocalQueue
from workers.progress import ProgressBoard
from workers.queue import JobQueue
from workers.reasoning_watch import ReasoningWatch
from workers.schedule import Schedule

ADDRESS_FILE = "owner.json"
# More than one caller's share and queue, so that it cannot take all of them.
_THREADS = 128


class Owner:
    """The one process that owns a data folder: stores, doors, dispatcher and schedule.

    Args:
        port: 0 takes a free port.
        clock: the time that records carry.
        lease: seconds without a sign of life after which a run is taken from its worker.

    Raises:
        StoreInUse: another process owns the folder.
        BadInput: the settings would open the doors to everybody, or name a receiver of alerts that
            nothing can be sent to.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        port: int | None = None,
        clock: Callable[[], datetime] = utc_now,
        lease: float = LEASE_SECONDS,
    ) -> None:
        check_settings(settings)
        for name, address in settings.receivers():
            check_receiver(receiver_at(name, address))
        self.settings = settings
        self._lock = OwnerLock(settings.data)
        self._stopping = threading.Event()
        self.worker_token = settings.worker_token or secrets.token_urlsafe(32)
        spool = settings.data / "spool"
        shutil.rmtree(spool, ignore_errors=True)
        board = ProgressBoard()
        projects = Projects(
            settings.data,
            settings.base_iri,
            clock,
            keep_checkpoints=settings.keep_checkpoints,
            stores=settings.stores(),
        )
        self._pools = (
            ReaderPool(settings.readers, user_limits(settings), spool, current_call),
            ReaderPool(settings.readers, worker_limits(settings), spool, current_call),
        )
        listen_port = settings.port if port is None else port
        dispatcher = Dispatcher(projects, board, clock, lease=lease)
        self.services = Services(
            settings, projects, *self._pools, dispatcher, board, clock, self.worker_token
        )
        allow_many_files()
        self._server = HttpServer(
            create_app(self.services),
            host=settings.host,
            port=listen_port,
            threads=_THREADS,
            max_request_body_size=settings.upload_mb << 20,
        )
        self.url = f"http://{_spoken(settings.host)}:{self._server.effective_port}"
        self._schedule = Schedule(projects, dispatcher, settings.monitor_seconds, clock)
        self._reasoning = ReasoningWatch(projects, clock)

    def start(self) -> None:
        """Open the doors and resume unfinished runs."""
        _write_address(self.settings.data, self.url)
        threading.Thread(target=self._serve, name="http", daemon=True).start()
        queue = _job_queue(self.settings, self.url, self.worker_token)
        self.services.dispatcher.start(queue)
        self._schedule.start()
        self._reasoning.start()

    def stop(self) -> None:
        """End workers, close doors and stores, and give the folder up."""
        self._schedule.stop()
        self._reasoning.stop()
        self.services.dispatcher.stop()
        self._stopping.set()
        self._server.close()
        for pool in self._pools:
            pool.close()
        self.services.projects.close()
        with contextlib.suppress(FileNotFoundError):
            (self.settings.data / ADDRESS_FILE).unlink()
        self._lock.release()

    def _serve(self) -> None:
        try:
            self._server.run()
        except OSError:
            # The server's loop waits on the very sockets that `stop` closes.
            if not self._stopping.is_set():
                raise


def user_limits(settings: Settings) -> Limits:
    """Give what a query of a person may use."""
    return Limits(
        seconds=settings.query_seconds,
        memory=settings.query_memory_mb << 20,
        answer_bytes=settings.query_answer_mb << 20,
        rows=settings.query_rows,
        long=2 * settings.readers,
        services=tuple(settings.service_hosts.split()),
    )


def worker_limits(settings: Settings) -> Limits:
    """Give what a query of a worker process may use."""
    return Limits(
        seconds=600.0,
        memory=8 << 30,
        answer_bytes=16 << 30,
        parallel=64,
        text_bytes=8 << 20,
        services=tuple(settings.service_hosts.split()),
    )


def _job_queue(settings: Settings, url: str, token: str) -> JobQueue:
    if settings.redis_url:
        from workers.rq_queue import RqQueue

        return RqQueue(settings.redis_url, settings.workers)
    environment = {
        "MIMIR_URL": url,
        "MIMIR_WORKER_TOKEN": token,
        "MIMIR_DATA": str(settings.data),
        "MIMIR_ALERT_URLS": settings.alert_urls,
        "MIMIR_ADVICE_URL": settings.advice_url,
        "MIMIR_ADVICE_MODEL": settings.advice_model,
        "MIMIR_ADVICE_KEY": settings.advice_key,
        "MIMIR_READ_MEMORY_MB": str(settings.read_memory_mb),
        "MIMIR_READ_SECONDS": str(settings.read_seconds),
        "MIMIR_SEED": str(settings.seed),
    }
    return LocalQueue(settings.workers, environment)


def _spoken(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - only compared


def _write_address(folder: Path, url: str) -> None:
    temporary = folder / f".{ADDRESS_FILE}"
    temporary.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
    temporary.replace(folder / ADDRESS_FILE)
