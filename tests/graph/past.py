"""A project whose commits are a minute apart, and what it knew."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.oxigraph import OxigraphStore
from graph.projects import Project, Projects
from graph.terms import Literal, Quad

START = datetime(2024, 5, 17, 12, tzinfo=UTC)
EVERYTHING = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"


@pytest.fixture
def projects(tmp_path: Path) -> Iterator[Projects]:
    """A folder of projects whose commits are a minute apart."""
    minutes = iter(range(10_000))
    projects = Projects(
        tmp_path,
        "https://example.org/",
        lambda: START + timedelta(minutes=next(minutes)),
        keep_checkpoints=4,
    )
    yield projects
    projects.close()


@pytest.fixture
def project(projects: Projects) -> Project:
    """An empty project."""
    return projects.create("shop")


def said(project: Project, name: str, text: str) -> Quad:
    names = project.names
    return Quad(names.thing("Person", [name]), names.term("says"), Literal(text), names.data)


def commit(
    project: Project, added: Iterable[Quad] = (), removed: Iterable[Quad] = (), reason: str = "x"
) -> int:
    change = ChangeSet(tuple(added), tuple(removed), "ann", reason)
    return project.commit(change).sequence


def bulk(project: Project, added: Iterable[Quad] = (), removed: Iterable[Quad] = ()) -> int:
    files = [stored(project, quads) for quads in (added, removed)]
    return project.commit(
        ChangeSet(author="step land", added_file=files[0], removed_file=files[1])
    ).sequence


def stored(project: Project, quads: Iterable[Quad]) -> str | None:
    lines = "".join(f"{quad} .\n" for quad in quads)
    path = project.dataset.folder / "quads.nq"
    path.write_text(lines, encoding="utf-8")
    return project.dataset.blobs.adopt(path)[0] if lines else None


def knowledge(project: Project) -> set[str]:
    graphs = [graph for graph in project.dataset.graphs() if graph != project.names.meta]
    return {str(quad) for graph in graphs for quad in project.dataset.quads(graph)}


def state(project: Project, at: int) -> set[str]:
    with project.snapshots.use(at=at) as path:
        store = OxigraphStore(path, read_only=True)
        graphs = [graph for graph in store.graphs() if graph != project.names.meta]
        quads = {
            str(quad)
            for graph in graphs
            if graph.value != "urn:mimir:state"
            for quad in store.quads(graph)
        }
        store.close()
    return quads
