"""Undoing and redoing large files again and again, and going back over all of it."""

from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.history import commit_record, revert_to, undo_commit
from graph.projects import Project, Projects
from graph.terms import Literal, NamedNode, Quad

ROWS = 12_000


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with one small commit."""
    project = Projects(tmp_path, "https://example.org/").create("shop")
    project.commit(ChangeSet((said(project, "first", 0),)))
    return project


def said(project: Project, name: str, value: int) -> Quad:
    names = project.names
    return Quad(NamedNode(f"urn:{name}"), names.term("says"), Literal(value), names.data)


def landed(project: Project) -> int:
    file = project.dataset.folder / "rows.nq"
    file.write_text("".join(f"{said(project, f'row{n}', n)} .\n" for n in range(ROWS)))
    change = ChangeSet(added_file=project.dataset.blobs.adopt(file)[0])
    return project.commit(change).sequence


def test_going_back_over_undone_and_redone_files_takes_each_triple_away_once(
    project: Project,
) -> None:
    data = project.names.data
    start = project.sequence
    undone = undo_commit(project, landed(project), author="p")
    redone = undo_commit(project, undone.sequence, author="p")
    project.commit(ChangeSet((said(project, "last", 1),), (said(project, "row7", 7),)))
    assert (undone.removed, redone.added) == (ROWS, ROWS)

    back = revert_to(project, start, author="p")

    assert (back.added, back.removed) == (0, ROWS)
    assert [str(quad.subject) for quad in project.quads(data)] == ["<urn:first>"]
    header = commit_record(project, back.sequence).header()
    file = project.dataset.blobs.sound(header["removed-file"])
    lines = file.read_text().splitlines()
    assert len(lines) == len(set(lines)) == ROWS
    project.dataset.close()
