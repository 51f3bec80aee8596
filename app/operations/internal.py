"""Operations of worker processes: claims, commits and progress. Offered by REST alone."""

from dataclasses import dataclass

from app.operations.registry import described, operation
from app.operations.runs import RunRequest
from app.services import Services


@dataclass(frozen=True)
class Claim:
    """A claimed run and the epoch of the claim."""

    run: str
    epoch: int


@dataclass(frozen=True)
class ReportProgress:
    """What a running step says."""

    project: str = described("Name of the project.")
    run: str = described("Number of the run.")
    step: str = described("Name of the step.")
    fraction: float | None = described("Share done, 0 to 1, if known.", default=None)
    message: str = described("Words for people.", default="")


@dataclass(frozen=True)
class Heard:
    """The answer to a progress report."""

    run: str


@operation(
    "POST",
    "/projects/<project>/runs/<run>/claim",
    "Claim a run for execution.",
    permission="worker",
    request=RunRequest,
    response=Claim,
    example={"project": "fleet", "run": "1"},
)
def claim_run(services: Services, request: RunRequest) -> Claim:
    """Claim a run; refused while another worker is at it."""
    claimed = services.dispatcher.claim(services.projects.get(request.project), request.run)
    return Claim(claimed.id, claimed.epoch)


@operation(
    "POST",
    "/projects/<project>/runs/<run>/progress",
    "Say how far a run is.",
    permission="worker",
    request=ReportProgress,
    response=Heard,
    example={"project": "fleet", "run": "1", "step": "land", "fraction": 0.5, "message": ""},
    idempotent=True,
)
def report_progress(services: Services, request: ReportProgress) -> Heard:
    """Note progress, which also keeps the claim alive."""
    services.board.report(
        request.project, request.run, request.step, request.fraction, request.message
    )
    return Heard(request.run)


@operation(
    "POST",
    "/projects/<project>/runs/<run>/heartbeat",
    "Keep a claim alive.",
    permission="worker",
    request=RunRequest,
    response=Heard,
    example={"project": "fleet", "run": "1"},
    idempotent=True,
)
def beat_run(services: Services, request: RunRequest) -> Heard:
    """Note that the worker of a run lives."""
    services.board.beat(request.project, request.run)
    return Heard(request.run)
