"""Undo, redo, going back, and states of the past."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.dataset.checkpoints import thinned
from graph.dataset.recovery import export_log, rebuild_store, verify_log
from graph.errors import BadInput, NotFound
from graph.history import (
    commit_at,
    commit_record,
    find_commit,
    get_commit,
    history_usage,
    list_commits,
    revert_to,
)
from graph.projects import Project, Projects
from graph.terms import NamedNode, Quad
from tests.graph.past import START, bulk, commit, knowledge, said, state, stored


def test_going_back_restores_the_knowledge_of_a_commit(project: Project) -> None:
    one, two, three = (said(project, name, name) for name in "abc")
    commit(project, [one])
    commit(project, [two], [one])
    commit(project, [one, three], [two])

    reverted = revert_to(project, 1, author="kim")

    assert knowledge(project) == {str(one)}
    assert get_commit(project, 4).restores == project.dataset.commit_iri(1).value
    assert (reverted.added, reverted.removed) == (0, 1)
    with pytest.raises(BadInput):
        revert_to(project, 4, author="kim")


def test_going_back_passes_over_bulk_loads(project: Project) -> None:
    one, two = said(project, "a", "one"), said(project, "b", "two")
    commit(project, [one])
    bulk(project, [one, two])
    commit(project, [said(project, "c", "three")], [one])

    revert_to(project, 1, author="kim")

    assert knowledge(project) == {str(one)}
    revert_to(project, 3, author="kim")
    assert knowledge(project) == {str(two), str(said(project, "c", "three"))}
    revert_to(project, 0, author="kim")
    assert knowledge(project) == set()


def history(project: Project) -> list[set[str]]:
    """Make a history of small commits and bulk loads; gives the state after each."""
    states = [set[str]()]
    previous: list[Quad] = []
    for number in range(1, 13):
        fresh = [said(project, str(number), f"{number} {part}") for part in range(3)]
        write: Callable[..., int] = bulk if number % 4 == 0 else commit
        write(project, fresh, previous[:1])
        previous = fresh
        states.append(knowledge(project))
    return states


def test_every_state_of_the_past_can_be_read(project: Project) -> None:
    states = history(project)

    assert [state(project, at) for at in range(13)] == states
    with pytest.raises(NotFound), project.snapshots.use(at=13):
        pass


def test_the_past_needs_no_checkpoint(projects: Projects, project: Project) -> None:
    states = history(project)
    assert 0 < len(project.dataset.checkpoints.sequences()) <= 4
    for number in project.dataset.checkpoints.sequences():
        (project.dataset.checkpoints.folder / str(number)).joinpath("CURRENT").write_text("broken")

    assert [state(project, at) for at in (12, 11, 8, 5, 1)] == [
        states[at] for at in (12, 11, 8, 5, 1)
    ]


def test_commits_made_while_files_were_loaded_win_in_the_past_too(project: Project) -> None:
    one = said(project, "a", "one")
    file = stored(project, [one, said(project, "b", "two")])

    def meanwhile(_: int) -> None:
        if project.dataset.sequence == 0:
            commit(project, [one])
            commit(project, [], [one])

    project.commit(ChangeSet(added_file=file), progress=meanwhile)
    expected = knowledge(project)
    commit(project, [said(project, "c", "three")])
    shutil.rmtree(project.dataset.checkpoints.folder)
    project.dataset.checkpoints.folder.mkdir()

    assert expected == {str(said(project, "b", "two"))}
    assert state(project, 3) == expected


def test_thinning_keeps_the_newest_and_makes_the_old_sparse() -> None:
    kept: list[int] = []
    for number in range(100, 10_100, 100):
        kept.append(number)
        for gone in thinned(kept, 6):
            kept.remove(gone)

    assert len(kept) == 6
    assert kept[-1] == 10_000
    gaps = [after - before for before, after in pairwise(kept)]
    assert gaps == sorted(gaps, reverse=True)


def test_commits_are_listed_newest_first_and_found_by_time(project: Project) -> None:
    for number in range(5):
        commit(project, [said(project, str(number), "x")], reason=f"Number {number}")

    listed = list_commits(project, 2)
    older = list_commits(project, 2, listed[-1].sequence - 1)

    assert [facts.sequence for facts in (*listed, *older)] == [5, 4, 3, 2]
    assert listed[0].reason == "Number 4"
    assert find_commit(project, "3") == 3
    time = listed[1].time
    assert commit_at(project, time) == 4
    assert commit_at(project, time - timedelta(seconds=1)) == 3
    assert find_commit(project, time.isoformat()) == 4
    assert find_commit(project, time.isoformat().replace("+", " ")) == 4
    assert commit_at(project, START - timedelta(days=1)) == 0
    for text, error in (("99", NotFound), ("yesterday", BadInput)):
        with pytest.raises(error):
            find_commit(project, text)


def test_a_record_of_the_log_is_found(project: Project) -> None:
    commit(project, [said(project, "a", "one")])
    commit(project, [said(project, "b", "two")])

    assert said(project, "b", "two") in commit_record(project, 2).patch().added
    for missing in (0, 3):
        with pytest.raises(NotFound):
            commit_record(project, missing)


def test_what_history_takes_on_disk_is_reported(project: Project) -> None:
    history(project)

    usage = history_usage(project)

    assert usage.log == project.dataset.log.path.stat().st_size
    assert usage.blobs > 0
    assert usage.checkpoints > 0
    assert [item.sequence for item in usage.kept] == project.dataset.checkpoints.sequences()


def test_the_log_alone_is_verified_exported_and_makes_the_store_again(
    projects: Projects, project: Project, tmp_path: Path
) -> None:
    states = history(project)
    folder = project.dataset.folder
    projects.close()

    report = verify_log(folder)
    exported = b"".join(export_log(folder, 1, report.records)).decode()
    for store in (folder / "stores").iterdir():
        (store / "CURRENT").write_text("broken")
    rebuilt = rebuild_store(folder)

    assert (report.records, report.missing_files) == (12, ())
    assert (exported.count("TX ."), exported.count("TC .")) == (12, 12)
    assert rebuilt == 12
    again = projects.get("shop")
    assert knowledge(again) == states[12]
    assert replayed(exported, project.names.meta) == states[12]


def test_a_damaged_store_is_built_again_at_the_start(projects: Projects, project: Project) -> None:
    states = history(project)
    folder = project.dataset.folder
    projects.close()
    for store in (folder / "stores").iterdir():
        (store / "CURRENT").write_text("broken")

    assert knowledge(projects.get("shop")) == states[12]
    assert len(list((folder / "stores").iterdir())) == 1


def replayed(text: str, meta: NamedNode) -> set[str]:
    """Apply the rows of an RDF Patch one by one."""
    rows: set[str] = set()
    for line in text.splitlines():
        kind, _, row = line.partition(" ")
        quad = row.removesuffix(" .")
        if kind in ("A", "D") and str(meta) not in quad:
            (rows.add if kind == "A" else rows.discard)(quad)
    return rows
