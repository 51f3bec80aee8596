"""What operations work with: one value, made in `app.wiring`, passed everywhere by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.settings import Settings
from graph.projects import Projects
from graph.readers.pool import ReaderPool
from workers.dispatcher import Dispatcher
from workers.progress import ProgressBoard


@dataclass(frozen=True)
class Services:
    """The parts of a running owner.

    `user_readers` answer people, with tight limits; `worker_readers` answer jobs, with wide ones.
    """

    settings: Settings
    projects: Projects
    user_readers: ReaderPool
    worker_readers: ReaderPool
    dispatcher: Dispatcher
    board: ProgressBoard
    clock: Callable[[], datetime]
    worker_token: str
