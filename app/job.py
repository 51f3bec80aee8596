"""`mimir job run`: one job from claim to end, in a process of its own."""

import logging
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from app.settings import Settings
from graph.dataset import utc_now
from graph.errors import BadInput, Conflict, MimirError, StoreUnavailable
from graph.sandbox import die_with_parent
from workers.orchestrator import WorkerSettings, execute_run
from workers.remote import RemoteProject, patient
from workers.runs import read_run
from workers.workflows.catalog import find_workflow

DONE, FAILED, TRY_LATER = 0, 1, 75
_HEARTBEAT_SECONDS = 4.0
_LOG = logging.getLogger(__name__)


def run_job(job: str, settings: Settings) -> int:
    """Execute the job `<project>/<run>`; gives the exit code.

    0: done, or nothing to do. 1: the run failed and says why. 75: the owner is away; try later.
    """
    if not settings.url or not settings.worker_token:
        raise BadInput("A worker needs MIMIR_URL and MIMIR_WORKER_TOKEN of the owner.")
    die_with_parent()
    name, _, run_id = job.partition("/")
    try:
        return _run(name, run_id, settings)
    except StoreUnavailable as error:
        _LOG.warning("job %s: %s", job, error)
        return TRY_LATER
    except Conflict as error:
        _LOG.info("job %s: %s", job, error)
        return DONE


def _run(name: str, run_id: str, settings: Settings) -> int:
    project = patient(lambda: RemoteProject(settings.url, settings.worker_token, name))
    claim = project.call("POST", f"/runs/{run_id}/claim")
    project = RemoteProject(settings.url, settings.worker_token, name, run_id, claim["epoch"])
    run = read_run(project.reader(project.names.meta), project.names, run_id)
    worker = WorkerSettings(_scratch(settings), settings.receivers(), settings.seed)
    stopped = threading.Event()
    beat = threading.Thread(target=_beat, args=(project, run_id, stopped), daemon=True)
    beat.start()
    try:
        ended = execute_run(project, run, find_workflow(run.workflow), worker, utc_now)
    finally:
        stopped.set()
    return DONE if ended.state == "succeeded" else FAILED


def _scratch(settings: Settings) -> Path:
    folder = settings.data / "work"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="mimir-"))
    return folder


def _beat(project: RemoteProject, run_id: str, stopped: threading.Event) -> None:
    while not stopped.wait(_HEARTBEAT_SECONDS):
        with suppress(MimirError):
            project.call("POST", f"/runs/{run_id}/heartbeat")
