"""Where a query of a project is answered: in a checkpoint, or on the remote store of its graphs."""

from collections.abc import Iterator
from contextlib import contextmanager

from graph.dataset.snapshots import Overlay
from graph.projects import Project
from graph.readers.pool import Answer, Query, ReaderPool
from graph.remote.dataset import RemoteDataset
from graph.remote.queries import query_remotely


@contextmanager
def answered(
    pool: ReaderPool, project: Project, query: Query, overlay: Overlay | None = None
) -> Iterator[Answer]:
    """Evaluate a query where the project's graphs are: in a checkpoint, or on a remote store."""
    if isinstance(project.dataset, RemoteDataset) and project.past is None:
        with query_remotely(pool, project.dataset, query, overlay) as answer:
            yield answer
    else:
        with project.checkpoint(overlay) as path, pool.query(path, query) as answer:
            yield answer
