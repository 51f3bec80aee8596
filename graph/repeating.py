"""Changes that follow from what was read: refused when data came between, and then made anew."""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import TypeVar

from graph.dataset.request import Guard
from graph.errors import Conflict
from graph.projects import Project
from graph.store import GraphReader

_ATTEMPTS = 8
Made = TypeVar("Made")


class Moved(Conflict):
    """Other knowledge was changed between what a change was made from and its commit."""


def repeated(project: Project, attempt: Callable[[], Made]) -> Made:
    """Make a change, again and again while others come between.

    Args:
        attempt: reads, and commits with the guard `unchanged`.

    Raises:
        Moved: other data came between, each time.
    """
    with suppress(Moved):
        return attempt()
    # Those who came too late take turns, so that they are not in each other's way again.
    with _turns(project.names.root):
        for _ in range(_ATTEMPTS - 1):
            with suppress(Moved):
                return attempt()
        return attempt()


def unchanged(project: Project, seen: int, then: Guard | None = None) -> Guard:
    """Make a guard that lets a commit pass when no data came between.

    Args:
        seen: number of the newest commit, but for records of the platform, that the change knows.
        then: asked next.
    """

    def guard(meta: GraphReader) -> None:
        """Refuse the commit if the graph changed since it was read, or if `then` does."""
        if project.dataset.knowledge_sequence > seen:
            raise Moved("Others change the graph all the time. Try again when they are done.")
        if then:
            then(meta)

    return guard


@cache
def _turns(_project: str) -> threading.Lock:
    return threading.Lock()
