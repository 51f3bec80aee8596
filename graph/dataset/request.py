"""What is asked of a dataset when a change is to be made, and what its caller wants to hold."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from graph.changes import ChangeSet
from graph.errors import Conflict
from graph.store import GraphReader
from graph.terms import NamedNode

Clock = Callable[[], datetime]
Progress = Callable[[int], None]
Guard = Callable[[GraphReader], None]


def utc_now() -> datetime:
    """Give the current time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class CommitRequest:
    """A change and its conditions; see `graph.dataset.port.ProjectDataset.commit`."""

    change: ChangeSet
    replacing: tuple[NamedNode, ...] = ()
    expected: int | None = None
    guard: Guard | None = None
    progress: Progress | None = None
    gated: bool = True

    @property
    def alone(self) -> bool:
        """Whether it depends on the state at its turn, or on its caller's very thread."""
        return bool(self.replacing or self.guard) or self.expected is not None

    def check(self, sequence: int, meta: GraphReader) -> None:
        """Refuse the change if its conditions do not hold; asked under the write lock.

        Args:
            sequence: number of the newest commit.
            meta: reads the meta graph.

        Raises:
            Conflict: there is a newer commit than was expected; a guard may raise others.
        """
        if self.expected not in (None, sequence):
            raise Conflict(
                f"The graph is at commit {sequence}, not {self.expected}. "
                "Read it again and repeat the change."
            )
        if self.guard:
            self.guard(meta)
