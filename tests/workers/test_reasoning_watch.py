"""Reasoning on commit: soon after a change, once, and only where it is wanted."""

from datetime import UTC, datetime
from pathlib import Path

from graph.changes import ChangeSet
from graph.projects import Project, Projects
from graph.reasoning.reasoner import set_mode
from graph.terms import Quad
from graph.vocab import RDF, RDFS
from workers.reasoning_watch import ReasoningWatch

NOON = datetime(2024, 5, 17, 12, tzinfo=UTC)


def fill(project: Project) -> None:
    names = project.names
    pump, machine = names.term("Pump"), names.term("Machine")
    known = (
        Quad(pump, RDFS.subClassOf, machine, names.ontology),
        Quad(names.thing("Pump", ["P1"]), RDF.type, pump, names.data),
    )
    project.commit(ChangeSet(added=known))


def test_a_commit_is_reasoned_on_once_and_only_where_it_is_wanted(tmp_path: Path) -> None:
    projects = Projects(tmp_path, "https://example.org/", lambda: NOON)
    eager, lazy = projects.create("eager"), projects.create("lazy")
    set_mode(eager, "on-commit", author="ann")
    set_mode(lazy, "on-demand", author="ann")
    watch = ReasoningWatch(projects, lambda: NOON)

    for project in (eager, lazy):
        fill(project)

    assert watch.tick() == ["eager"]
    assert watch.tick() == []
    assert eager.dataset.count(eager.names.inferred) == 1
    assert lazy.dataset.count(lazy.names.inferred) == 0
    projects.close()
