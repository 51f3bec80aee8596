"""What a caller takes for the newest commit, checked under the write lock."""

from collections.abc import Iterable

from graph.commits import read_commits
from graph.dataset import Dataset, Guard
from graph.errors import PreconditionFailed
from graph.store import GraphReader

MOST_LISTED = 20


class Precondition:
    """The commits one of which must be the newest when a caller's first change is made.

    Args:
        allowed: their numbers; None allows every state.

    Attributes:
        committed: number of the newest commit made under it.
    """

    def __init__(self, allowed: Iterable[int] | None = None) -> None:
        self._allowed = None if allowed is None else frozenset(allowed)
        self.committed: int | None = None

    def check(self, dataset: Dataset, meta: GraphReader) -> None:
        """Refuse when commits came that the caller does not know; its own ones do not count.

        Raises:
            PreconditionFailed: `details` lists up to 20 of the commits that came since.
        """
        newest = dataset.sequence
        if self._allowed is None or self.committed is not None or newest in self._allowed:
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

    def guard(self, dataset: Dataset, then: Guard | None) -> Guard | None:
        """Make a guard that checks this, then `then`."""
        if self._allowed is None:
            return then

        def check(meta: GraphReader) -> None:
            """Check this condition first, then the other one."""
            self.check(dataset, meta)
            if then:
                then(meta)

        return check
