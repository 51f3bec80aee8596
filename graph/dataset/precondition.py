"""What must hold when a change is made: which commit is the newest, and what an ASK says of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from graph.dataset.commits import read_commits
from graph.dataset.port import ProjectDataset
from graph.dataset.request import Guard
from graph.errors import Conflict, PreconditionFailed
from graph.store import GraphReader

MOST_LISTED = 20


class Overtaken(Conflict):
    """A commit came after the condition was evaluated; it must be evaluated again."""


@dataclass(frozen=True)
class Condition:
    """A SPARQL ASK, and how to evaluate it on the state at a commit."""

    text: str
    holds: Callable[[int], bool]


class Precondition:
    """The commits one of which must be the newest, and the ASK that must be true of it.

    The ASK may take long, so it is evaluated before the write lock is taken; under the lock only
    the number is compared, and whoever commits evaluates again when it differs.

    Args:
        allowed: the commits' numbers; None allows every state.
        condition: the ASK; None asks nothing.

    Attributes:
        committed: number of the newest commit made under it.
    """

    def __init__(
        self, allowed: Iterable[int] | None = None, condition: Condition | None = None
    ) -> None:
        self._allowed = None if allowed is None else frozenset(allowed)
        self._condition = condition
        self._held_at: int | None = None
        self.committed: int | None = None

    def check(self, dataset: ProjectDataset, meta: GraphReader) -> None:
        """Refuse when the newest commit is not as it must be; the caller's own ones always are.

        Raises:
            PreconditionFailed: `details` lists up to 20 of the commits that came since, or names
                the condition that is false.
        """
        if self.committed is not None:
            return
        self._check_known(dataset.sequence, meta)
        newest = dataset.sequence
        if self._condition is None or self._held_at == newest:
            return
        if not self._condition.holds(newest):
            raise PreconditionFailed(
                f"The condition is false at commit {newest}, so nothing was changed: "
                f"{self._condition.text}",
                details={"commit": newest, "condition": self._condition.text},
            )
        self._held_at = newest

    def guard(self, dataset: ProjectDataset, then: Guard | None) -> Guard | None:
        """Make a guard that checks this under the write lock, then `then`.

        It raises `Overtaken` when a commit came after `check` evaluated the condition.
        """
        if self._allowed is None and self._condition is None:
            return then

        def check(meta: GraphReader) -> None:
            """Check this condition first, then the other one."""
            if self.committed is None:
                self._check_known(dataset.sequence, meta)
                if self._condition and self._held_at != dataset.sequence:
                    raise Overtaken("The graph was changed after the condition was evaluated.")
            if then:
                then(meta)

        return check

    def _check_known(self, newest: int, meta: GraphReader) -> None:
        if self._allowed is None or newest in self._allowed:
            return
        known = max((number for number in self._allowed if number < newest), default=newest)
        since = read_commits(meta, max(known, newest - MOST_LISTED), newest)
        raise PreconditionFailed(
            f"The graph is at commit {newest}, which If-Match does not name. "
            "Read it again and repeat the change.",
            details={
                "commit": newest,
                "commits": [
                    {"number": item.sequence, "author": item.author, "reason": item.reason}
                    for item in since
                ],
            },
        )
