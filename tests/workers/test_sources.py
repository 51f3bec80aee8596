"""The files of a project: every version is recorded, the newest of each name is used."""

from graph.projects import Project
from tests.workers.conftest import Clock
from workers.runs import Source
from workers.sources import current_sources, upload_change

A1, A2 = Source("a.csv", "1" * 64, 10), Source("a.csv", "2" * 64, 20)
B = Source("north/a.csv", "1" * 64, 10)


def upload(project: Project, clock: Clock, *sources: Source) -> None:
    project.commit(upload_change(project.names, sources, clock.now()))
    clock.move(1)


def current(project: Project) -> tuple[Source, ...]:
    return current_sources(project.reader(project.names.meta))


def test_a_project_begins_without_files(project: Project) -> None:
    assert current(project) == ()


def test_the_newest_version_of_each_name_is_current(project: Project, clock: Clock) -> None:
    upload(project, clock, B, A1)
    upload(project, clock, A2)

    assert current(project) == (A2, B)


def test_files_stand_in_the_order_in_which_their_names_first_came(
    project: Project, clock: Clock
) -> None:
    upload(project, clock, B)
    upload(project, clock, A1)
    upload(project, clock, B)

    assert current(project) == (B, A1)


def test_an_old_version_uploaded_again_is_current_again(project: Project, clock: Clock) -> None:
    for source in (A1, A2, A1):
        upload(project, clock, source)

    assert current(project) == (A1,)


def test_the_same_bytes_under_two_names_are_two_files(project: Project, clock: Clock) -> None:
    upload(project, clock, A1, B)

    assert current(project) == (A1, B)


def test_an_upload_changes_nothing_but_the_records_of_the_platform(
    project: Project, clock: Clock
) -> None:
    commit = project.commit(upload_change(project.names, [A1], clock.now()))

    assert (commit.added, commit.removed) == (0, 0)
