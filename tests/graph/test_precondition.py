"""Preconditions: what was true when it was asked must be true when it is written."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.dataset.precondition import Condition, Precondition
from graph.errors import Conflict, PreconditionFailed
from graph.projects import Project, Projects
from graph.terms import Literal, Quad


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """An empty project."""
    projects = Projects(tmp_path, "http://example.org/")
    yield projects.create("shop")
    projects.close()


def put(project: Project, text: str) -> int:
    names = project.names
    quad = Quad(names.thing("Item", [text]), names.term("says"), Literal(text), names.data)
    return project.commit(ChangeSet((quad,), reason=text)).sequence


def test_a_commit_between_the_condition_and_the_change_has_it_asked_again(
    project: Project,
) -> None:
    asked: list[int] = []

    def nobody_came(commit: int) -> bool:
        """Say yes, but let somebody else in before the answer is used."""
        asked.append(commit)
        if commit == 0:
            put(project, "somebody else")
        return True

    careful = replace(project, precondition=Precondition(None, Condition("ASK", nobody_came)))

    assert put(careful, "mine") == 2
    assert asked == [0, 1]


def test_what_became_false_meanwhile_is_refused(project: Project) -> None:
    def empty(commit: int) -> bool:
        """Be true of the empty graph only, which ends while it is asked."""
        if commit == 0:
            put(project, "somebody else")
        return commit == 0

    careful = replace(project, precondition=Precondition(None, Condition("ASK {}", empty)))

    with pytest.raises(PreconditionFailed, match="false at commit 1") as refused:
        put(careful, "mine")
    assert refused.value.details == {"commit": 1, "condition": "ASK {}"}
    assert project.sequence == 1


def test_a_graph_that_never_rests_is_a_conflict(project: Project) -> None:
    def restless(commit: int) -> bool:
        """Let somebody in each time."""
        put(project, f"after {commit}")
        return True

    careful = replace(project, precondition=Precondition(None, Condition("ASK", restless)))

    with pytest.raises(Conflict, match="all the time"):
        put(careful, "mine")


def test_own_commits_need_no_condition_again(project: Project) -> None:
    asked: list[int] = []

    def once(commit: int) -> bool:
        """Be true of the empty graph only."""
        asked.append(commit)
        return commit == 0

    careful = replace(project, precondition=Precondition([0], Condition("ASK", once)))

    assert [put(careful, text) for text in "abc"] == [1, 2, 3]
    assert asked == [0]
