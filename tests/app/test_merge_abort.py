"""Aborting a merge works wherever a crash came."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.merging import abort, complete, resolve, start
from graph.changes import ChangeSet
from graph.errors import Conflict
from graph.merge_records import Merge, find_merge
from graph.names import ProjectNames
from graph.projects import Project, Projects
from graph.terms import Literal, Quad
from twin.twins import Twin, create_change

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = ProjectNames("http://example.org/", "shop")
THING = NAMES.thing("Machine", ["M1"])
QUADS = [Quad(THING, NAMES.term("tag"), Literal(text), NAMES.data) for text in "abcde"]


def twin_with(project: Project, twin: str, added: list[Quad], removed: list[Quad]) -> None:
    """Make a twin with an overlay."""
    project.commit(create_change(NAMES, project.reader(NAMES.meta), Twin(twin, twin, NOW)))
    places = (NAMES.twin_added(twin), NAMES.twin_removed(twin))
    overlay = [
        Quad(*quad.triple, place)
        for quads, place in zip((added, removed), places, strict=True)
        for quad in quads
    ]
    project.commit(ChangeSet(tuple(overlay)))


@pytest.mark.parametrize("broken", ["open", "conflicts found again", "half resolved"])
def test_abort_works_after_a_crash_wherever_it_came(tmp_path: Path, broken: str) -> None:
    power = [Quad(THING, NAMES.term("powerKw"), Literal(n), NAMES.data) for n in range(4)]
    projects = Projects(tmp_path, "http://example.org/")
    project = projects.create("shop")
    project.commit(ChangeSet((power[0],)))
    twin_with(project, "day", [power[1]], [power[0]])
    twin_with(project, "night", [power[2]], [power[0]])
    policies = {NAMES.term("powerKw").value: "functional"}
    begun = start(project, Merge("m1", "day", "night", "kim", NOW, policies=policies))  # type: ignore[arg-type]
    assert len(begun.unresolved) == 1
    if broken == "half resolved":
        resolve(project, begun, begun.resolved(begun.conflicts[0].id, "ours"), "kim")
        project.commit(ChangeSet((power[3],), (power[0],)))
    if broken != "open":
        with pytest.raises(Conflict, match="conflicts to resolve"):
            complete(project, "m1", "kim", NOW, force=False)
    knowledge = [sorted(map(str, project.quads(graph))) for graph in project.graphs()[:1]]

    # A crash is a start without an end: nothing is closed in order.
    projects.close()
    projects = Projects(tmp_path, "http://example.org/")
    project = projects.get("shop")

    assert abort(project, "m1", "kim", NOW).state == "aborted"
    assert abort(project, "m1", "kim", NOW).state == "aborted"
    assert find_merge(project.reader(NAMES.meta), NAMES, "m1").state == "aborted"
    with pytest.raises(Conflict, match="is aborted"):
        complete(project, "m1", "kim", NOW, force=False)
    assert knowledge == [sorted(map(str, project.quads(graph))) for graph in project.graphs()[:1]]
    projects.close()
