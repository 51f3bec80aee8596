"""Deleting projects, and making them again at once while others still use what was deleted."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.dataset.precondition import Condition, Precondition
from graph.errors import NotFound, PreconditionFailed, StoreUnavailable
from graph.history import undo_commit
from graph.oxigraph import OxigraphStore
from graph.projects import Project, Projects
from graph.terms import Literal, NamedNode, Quad


@pytest.fixture
def projects(tmp_path: Path) -> Iterator[Projects]:
    """A folder with one project of three commits."""
    projects = Projects(tmp_path, "https://example.org/")
    project = projects.create("shop")
    for number in range(3):
        commit(project, number)
    yield projects
    projects.close()


def commit(project: Project, number: int) -> None:
    names = project.names
    said = Quad(NamedNode(f"urn:thing:{number}"), names.term("says"), Literal(number), names.data)
    project.commit(ChangeSet((said,)))


def test_a_project_can_be_made_again_while_the_deleted_one_is_still_read(
    projects: Projects,
) -> None:
    reading = iter(projects.get("shop").quads(projects.get("shop").names.data))
    next(reading)

    for _ in range(3):
        projects.delete("shop")
        again = projects.create("shop")
        commit(again, 7)

        assert again.dataset.count(again.names.data) == 1
    assert len(list(reading)) == 2


def test_what_is_asked_of_a_deleted_project_is_refused_and_brings_nothing_back(
    projects: Projects, tmp_path: Path
) -> None:
    deleted = projects.get("shop")
    projects.delete("shop")

    with pytest.raises((NotFound, StoreUnavailable)):
        commit(deleted, 8)
    with pytest.raises((NotFound, StoreUnavailable)):
        undo_commit(deleted, 1, author="person")
    with pytest.raises((NotFound, StoreUnavailable)), deleted.at(1):
        pass
    with pytest.raises((NotFound, StoreUnavailable)), deleted.snapshots.scratch():
        pass
    assert list((tmp_path / "projects").iterdir()) == []


def test_parts_that_a_reader_made_anew_do_not_keep_a_name_taken(
    projects: Projects, tmp_path: Path
) -> None:
    projects.delete("shop")
    (tmp_path / "projects" / "shop" / "snapshots").mkdir(parents=True)
    OxigraphStore(tmp_path / "projects" / "shop" / "snapshots" / "1").close()

    assert projects.names() == []
    assert projects.create("shop").sequence == 0


def test_a_project_is_not_deleted_when_a_commit_comes_after_its_condition_was_checked(
    projects: Projects,
) -> None:
    project = projects.get("shop")

    def holds(number: int) -> bool:
        """Let somebody else commit while the condition is evaluated."""
        commit(project, 100 + number)
        return True

    condition = Precondition([project.sequence], Condition("ASK {}", holds))
    conditional = projects.with_project(replace(project, precondition=condition))

    with pytest.raises(PreconditionFailed, match="commit 4, which If-Match does not name"):
        conditional.delete("shop")
    commit(projects.get("shop"), 5)
    assert projects.get("shop").sequence == 5


def test_a_project_is_deleted_when_its_condition_holds(projects: Projects) -> None:
    condition = Precondition([3], Condition("ASK {}", lambda number: number == 3))
    found = replace(projects.get("shop"), precondition=condition)

    projects.with_project(found).delete("shop")

    with pytest.raises(NotFound):
        projects.get("shop")
    with pytest.raises((NotFound, StoreUnavailable)):
        projects.with_project(found).delete("shop")
