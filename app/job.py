"""`mimir job run`: one job from claim to end, in a process of its own."""

import logging
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.settings import Settings
from graph.dataset.request import utc_now
from graph.errors import BadInput, Conflict, MimirError, StoreUnavailable
from graph.sandbox import die_with_parent
from workers.model_advice import ModelAdviser
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
    # Warnings of libraries are for developers; scikit-learn's threads even lose their own filters.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
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
    project = RemoteProject(
        settings.url, settings.worker_token, name, run_id, claim["epoch"], settings.data
    )
    run = read_run(project.reader(project.names.meta), project.names, run_id)
    stopped = threading.Event()
    beat = threading.Thread(target=_beat, args=(project, run_id, stopped), daemon=True)
    beat.start()
    try:
        with _scratch(settings, name) as (folder, cache):
            worker = WorkerSettings(
                folder,
                cache,
                settings.receivers(),
                settings.seed,
                _adviser(settings),
                settings.reading(),
            )
            ended = execute_run(project, run, find_workflow(run.workflow), worker, utc_now)
    finally:
        stopped.set()
    return DONE if ended.state == "succeeded" else FAILED


def _adviser(settings: Settings) -> ModelAdviser | None:
    if not settings.advice_url:
        return None
    if not settings.advice_model:
        raise BadInput("MIMIR_ADVICE_URL is set; name the model in MIMIR_ADVICE_MODEL too.")
    return ModelAdviser(settings.advice_url, settings.advice_model, settings.advice_key)


@contextmanager
def _scratch(settings: Settings, project: str) -> Iterator[tuple[Path, Path]]:
    """Give a folder for this job alone and the project's cache; the first is removed at the end."""
    root = settings.data / "work" / project
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError:
        with tempfile.TemporaryDirectory(prefix="mimir-") as place:
            yield Path(place), Path(place) / "cache"
        return
    # A project has one job at a time, so a folder that is here was left by a killed one.
    for left in root.glob("job-*"):
        shutil.rmtree(left, ignore_errors=True)
    usual = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="job-", dir=root, ignore_cleanup_errors=True) as place:
        # What libraries and steps write for a while is found there too when the job was killed.
        tempfile.tempdir = place
        try:
            yield Path(place), root / "cache"
        finally:
            tempfile.tempdir = usual


def _beat(project: RemoteProject, run_id: str, stopped: threading.Event) -> None:
    while not stopped.wait(_HEARTBEAT_SECONDS):
        with suppress(MimirError):
            project.call("POST", f"/runs/{run_id}/heartbeat")
