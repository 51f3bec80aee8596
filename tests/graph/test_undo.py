"""Undo and redo: what comes back, and what is a conflict."""

import random
from contextlib import nullcontext

import pytest

from graph.errors import BadInput, Conflict, NotFound
from graph.history import (
    get_commit,
    revert_to,
    undo_commit,
)
from graph.projects import Project
from graph.terms import Literal, Quad
from graph.vocab import MIMIR, XSD
from tests.graph.past import bulk, commit, knowledge, said, state


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
