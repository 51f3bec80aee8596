"""Undo, redo, going back, and states of the past."""

import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.dataset.checkpoints import thinned
from graph.dataset.recovery import export_log, rebuild_store, verify_log
from graph.errors import BadInput, Conflict, NotFound
from graph.history import (
    commit_at,
    commit_record,
    find_commit,
    get_commit,
    history_usage,
    list_commits,
    revert_to,
    undo_commit,
)
from graph.oxigraph import OxigraphStore
from graph.projects import Project, Projects
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import MIMIR, XSD

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


def test_undo_takes_back_what_a_commit_did_and_says_so(project: Project) -> None:
    one, two, three = (said(project, name, name) for name in "abc")
    commit(project, [one, two])
    changed = commit(project, [three], [one], "Replace one")

    undone = undo_commit(project, changed, author="kim")

    assert knowledge(project) == {str(one), str(two)}
    assert (undone.sequence, undone.added, undone.removed) == (3, 1, 1)
    facts = get_commit(project, 3)
    assert (facts.author, facts.reason) == ("kim", "Undo commit 2: Replace one")
    assert facts.undoes == project.dataset.commit_iri(2).value
    # What the platform wrote about the undone commit stays.
    assert get_commit(project, 2).reason == "Replace one"


def test_the_undoing_of_an_undoing_does_it_again(project: Project) -> None:
    one, two = said(project, "a", "one"), said(project, "b", "two")
    commit(project, [one])
    changed = commit(project, [two], [one])
    undo = undo_commit(project, changed, author="kim")

    undo_commit(project, undo.sequence, author="kim")

    assert knowledge(project) == {str(two)}


def test_an_old_commit_is_undone_under_newer_ones(project: Project) -> None:
    first = commit(project, [said(project, "a", "one")])
    commit(project, [said(project, "b", "two")])

    undo_commit(project, first, author="kim")

    assert knowledge(project) == {str(said(project, "b", "two"))}


def test_what_was_changed_again_is_a_conflict_and_nothing_is_done(project: Project) -> None:
    one, two = said(project, "a", "one"), said(project, "b", "two")
    first = commit(project, [one, two])
    commit(project, [], [one])
    commit(project, [one])
    before = project.dataset.sequence

    with pytest.raises(Conflict, match="commit 2") as caught:
        undo_commit(project, first, author="kim")

    assert project.dataset.sequence == before
    assert caught.value.details == {
        "conflict_count": 1,
        "conflicts": [{"quad": str(one), "commit": 2, "change": "removed"}],
    }


def test_a_removed_triple_that_came_back_is_a_conflict(project: Project) -> None:
    one = said(project, "a", "one")
    commit(project, [one])
    removal = commit(project, [], [one])
    commit(project, [one])

    with pytest.raises(Conflict):
        undo_commit(project, removal, author="kim")


def test_a_literal_in_another_spelling_is_the_same_triple(project: Project) -> None:
    names = project.names
    spelled, plain = (
        Quad(names.term("x"), names.term("n"), Literal(text, datatype=XSD.integer), names.data)
        for text in ("05", "5")
    )
    first = commit(project, [spelled])
    commit(project, [], [plain])

    with pytest.raises(Conflict):
        undo_commit(project, first, author="kim")

    commit(project, [spelled, said(project, "a", "one")])
    revert_to(project, 0, author="kim")
    assert knowledge(project) == set()


def test_only_one_hundred_conflicts_are_listed_and_all_are_counted(project: Project) -> None:
    quads = [said(project, str(number), "x") for number in range(150)]
    first = commit(project, quads)
    commit(project, [], quads)

    with pytest.raises(Conflict) as caught:
        undo_commit(project, first, author="kim")

    assert caught.value.details["conflict_count"] == 150
    assert len(caught.value.details["conflicts"]) == 100  # type: ignore[arg-type] # a list


def test_a_commit_of_records_alone_cannot_be_undone(project: Project) -> None:
    names = project.names
    records = commit(project, [Quad(names.term("r"), MIMIR.state, Literal("x"), names.meta)])

    with pytest.raises(BadInput, match="nothing can be taken back"):
        undo_commit(project, records, author="kim")
    with pytest.raises(NotFound, match="no commit 9"):
        undo_commit(project, 9, author="kim")


def test_records_of_a_commit_stay_when_its_knowledge_goes(project: Project) -> None:
    names = project.names
    record = Quad(names.term("r"), MIMIR.state, Literal("x"), names.meta)
    both = commit(project, [record, said(project, "a", "one")])

    undo_commit(project, both, author="kim")

    assert knowledge(project) == set()
    assert record in set(project.dataset.quads(names.meta))


def test_a_bulk_commit_is_undone_by_what_it_changed_not_by_what_its_files_hold(
    project: Project,
) -> None:
    kept, gone = said(project, "kept", "there before"), said(project, "gone", "taken")
    commit(project, [kept, gone])
    rows = [said(project, str(number), f"row {number}") for number in range(6_000)]
    load = bulk(project, [kept, *rows], [gone, said(project, "z", "never there")])
    commit(project, [said(project, "later", "later")])

    undone = undo_commit(project, load, author="kim")

    assert (undone.added, undone.removed) == (1, 6_000)
    expected = {str(kept), str(gone), str(said(project, "later", "later"))}
    assert knowledge(project) == expected
    redone = undo_commit(project, undone.sequence, author="kim")
    assert (redone.added, redone.removed) == (6_000, 1)
    assert state(project, undone.sequence) == expected


def test_a_bulk_commit_that_changed_a_triple_again_is_a_conflict(project: Project) -> None:
    one = said(project, "a", "one")
    first = commit(project, [one])
    load = bulk(project, [said(project, "b", "two")], [one])

    with pytest.raises(Conflict, match=f"commit {load}"):
        undo_commit(project, first, author="kim")

    commit(project, [], [said(project, "b", "two")])
    with pytest.raises(Conflict, match="commit 3"):
        undo_commit(project, load, author="kim")


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


def counted(undoings: dict[int, int], after: int, head: int) -> list[int]:
    """The commits above `after`, but for those undone and their undoings."""

    def undone(number: int) -> bool:
        return any(of == number and not undone(by) for by, of in undoings.items())

    return [n for n in range(after + 1, head + 1) if not undone(n) and undoings.get(n, 0) <= after]


def test_a_commit_is_undone_after_those_above_it_were(project: Project) -> None:
    value = [said(project, "a", text) for text in ("one", "two", "three")]
    commit(project, [value[0]])
    commit(project, [value[1]], [value[0]])
    commit(project, [value[2]], [value[1]])
    with pytest.raises(Conflict, match="by commit 3"):
        undo_commit(project, 2, author="kim")

    undo_commit(project, 3, author="kim")
    undo_commit(project, 2, author="kim")

    assert knowledge(project) == {str(value[0])}
    # Done again, the third commit counts again: the second stands below it.
    with pytest.raises(Conflict, match="by commit 5"):
        undo_commit(project, 4, author="kim")
    undo_commit(project, 5, author="kim")
    undo_commit(project, 4, author="kim")
    assert knowledge(project) == {str(value[2])}
    with pytest.raises(Conflict, match="by commit 3"):
        undo_commit(project, 2, author="kim")


@pytest.mark.parametrize("seed", range(3))
def test_random_histories_are_undone_and_read_like_the_model_says(
    project: Project, seed: int
) -> None:
    choose = random.Random(seed)  # noqa: S311 - a test's own numbers
    quads = [said(project, str(number), "x") for number in range(6)]
    states: list[frozenset[Quad]] = [frozenset()]
    undoings: dict[int, int] = {}
    for _ in range(14):
        now = states[-1]
        kind = choose.choice(["commit", "commit", "bulk", "undo", "undo", "revert"])
        wanted = now
        sequence = project.dataset.sequence
        if kind in ("commit", "bulk"):
            added, removed = (choose.sample(quads, choose.randint(0, 3)) for _ in range(2))
            # A triple in both files of a bulk load counts as changed, to be on the safe side.
            removed = [quad for quad in removed if quad not in added]
            wanted = (now - set(removed)) | set(added)
            (bulk if kind == "bulk" and (added or removed) else commit)(project, added, removed)
        elif sequence:
            target = choose.randint(1, sequence)
            before, after = states[target - 1], states[target]
            free = all(
                (after ^ before).isdisjoint(states[number] ^ states[number - 1])
                for number in counted(undoings, target, sequence)
            )
            if kind == "revert":
                wanted = states[target]
                with nullcontext() if wanted != now else pytest.raises(BadInput):
                    revert_to(project, target, author="kim")
            elif before != after and free:
                wanted = (now - (after - before)) | (before - after)
                undoings[undo_commit(project, target, author="kim").sequence] = target
            else:
                with pytest.raises((BadInput, Conflict)):
                    undo_commit(project, target, author="kim")
        if project.dataset.sequence > sequence:
            states.append(wanted)
        assert knowledge(project) == set(map(str, wanted))

    assert [state(project, at) for at in range(len(states))] == [
        set(map(str, quads)) for quads in states
    ]
