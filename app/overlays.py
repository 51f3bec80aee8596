"""Which overlay a caller means: that of a twin, or none."""

from graph.dataset.snapshots import Overlay
from graph.projects import Project
from twin.twins import find_twin


def overlay_of(project: Project, twin: str | None) -> Overlay | None:
    """Give the overlay of a twin; None, the base itself, when no twin is named.

    Raises:
        NotFound: there is no such twin.
    """
    if not twin:
        return None
    find_twin(project.names, project.reader(project.names.meta), twin)
    return project.overlay(twin)
