"""What a step or an operation needs of a project: names, readers and commits, wherever it runs."""

from typing import Protocol

from graph.changes import ChangeSet, Commit
from graph.names import ProjectNames
from graph.store import GraphReader
from graph.terms import NamedNode


class ProjectGraph(Protocol):
    """The graph of one project: owned by this process, or reached over HTTP."""

    @property
    def names(self) -> ProjectNames:
        """The IRIs of the project."""
        ...

    def reader(self, *graphs: NamedNode) -> GraphReader:
        """Read the union of `graphs`; without any, the project's default graph."""
        ...

    def commit(self, change: ChangeSet, *, replacing: tuple[NamedNode, ...] = ()) -> Commit:
        """Make a change; see `graph.dataset.Dataset.commit`."""
        ...
