"""Laws of the three-way merge at (subject, predicate)."""

from collections.abc import Iterable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.merge import Merged, Policy, merge, slices
from graph.terms import Literal, NamedNode, Triple
from graph.vocab import XSD

SUBJECTS = [NamedNode(f"urn:s{n}") for n in range(3)]
LOOSE, SINGLE, TALLY = (NamedNode(f"urn:{name}") for name in ("loose", "single", "tally"))
POLICY: dict[NamedNode, Policy] = {LOOSE: "set", SINGLE: "functional", TALLY: "counter"}
EVERY = [
    Triple(subject, predicate, Literal(number))
    for subject, predicate, number in product(SUBJECTS, POLICY, range(4))
]
graphs = st.frozensets(st.sampled_from(EVERY))


def merged(base: Iterable[Triple], ours: Iterable[Triple], theirs: Iterable[Triple]) -> Merged:
    return merge(slices(base), slices(ours), slices(theirs), POLICY.__getitem__)


def result(ours: frozenset[Triple], found: Merged) -> frozenset[Triple]:
    return (ours - found.removed) | found.added


def points(triples: Iterable[Triple]) -> set[tuple[object, object]]:
    return {(triple.subject, triple.predicate) for triple in triples}


def triple(predicate: NamedNode, *values: int) -> frozenset[Triple]:
    return frozenset(Triple(SUBJECTS[0], predicate, Literal(value)) for value in values)


@given(graphs, graphs, graphs)
def test_changes_of_different_properties_commute(
    base: frozenset[Triple], ours: frozenset[Triple], theirs: frozenset[Triple]
) -> None:
    taken = points(ours ^ base)
    apart = frozenset(
        item for item in EVERY if (item in (base if points([item]) <= taken else theirs))
    )

    there, back = merged(base, ours, apart), merged(base, apart, ours)

    assert there.conflicts == back.conflicts == ()
    assert result(ours, there) == result(apart, back)


@given(graphs, graphs)
def test_a_merge_with_itself_changes_nothing(
    base: frozenset[Triple], ours: frozenset[Triple]
) -> None:
    assert merged(base, ours, ours) == Merged(frozenset(), frozenset(), ())


@given(graphs, graphs)
def test_who_changed_nothing_gets_the_others_changes_and_gives_none(
    base: frozenset[Triple], ours: frozenset[Triple]
) -> None:
    assert result(base, merged(base, base, ours)) == ours
    assert result(ours, merged(base, ours, base)) == ours


@given(graphs, graphs, graphs)
def test_undo_of_a_merge_restores_our_side(
    base: frozenset[Triple], ours: frozenset[Triple], theirs: frozenset[Triple]
) -> None:
    found = merged(base, ours, theirs)

    after = result(ours, found)

    assert (after - found.added) | found.removed == ours
    assert found.removed <= ours
    assert not found.added & ours


@given(graphs, graphs, graphs)
def test_sets_and_conflicts_are_the_same_from_both_sides(
    base: frozenset[Triple], ours: frozenset[Triple], theirs: frozenset[Triple]
) -> None:
    there, back = merged(base, ours, theirs), merged(base, theirs, ours)

    assert {item.point for item in there.conflicts} == {item.point for item in back.conflicts}
    disputed = {item.point for item in there.conflicts}
    assert {t for t in result(ours, there) if (t.subject, t.predicate) not in disputed} == {
        t for t in result(theirs, back) if (t.subject, t.predicate) not in disputed
    }


def test_a_set_takes_what_each_side_added_and_loses_what_each_removed() -> None:
    base, ours, theirs = triple(LOOSE, 0, 1, 2), triple(LOOSE, 1, 2, 3), triple(LOOSE, 0, 2)

    assert result(ours, merged(base, ours, theirs)) == triple(LOOSE, 2, 3)


def test_a_functional_property_that_both_changed_is_a_conflict_and_keeps_our_value() -> None:
    base, ours, theirs = triple(SINGLE, 0), triple(SINGLE, 1), triple(SINGLE, 2)

    found = merged(base, ours, theirs)

    (conflict,) = found.conflicts
    assert result(ours, found) == ours
    for choice, values in (("base", {0}), ("ours", {1}), ("theirs", {2})):
        assert conflict.resolved(choice) == {Literal(value) for value in values}  # type: ignore[arg-type]


def test_a_choice_settles_a_conflict() -> None:
    base, ours, theirs = triple(SINGLE, 0), triple(SINGLE, 1), triple(SINGLE, 2)
    sides = slices(base), slices(ours), slices(theirs)
    chosen = {(SUBJECTS[0], SINGLE): frozenset({Literal(9)})}

    found = merge(*sides, POLICY.__getitem__, chosen)

    assert result(ours, found) == triple(SINGLE, 9)


def test_a_counter_adds_what_both_sides_counted() -> None:
    found = merged(triple(TALLY, 10), triple(TALLY, 13), triple(TALLY, 9))

    assert result(triple(TALLY, 13), found) == triple(TALLY, 12)
    assert found.conflicts == ()


@pytest.mark.parametrize("text", ["many", "NaN", "INF"])
def test_a_counter_that_does_not_count_is_a_conflict(text: str) -> None:
    odd = frozenset({Triple(SUBJECTS[0], TALLY, Literal(text, datatype=XSD.double))})

    assert len(merged(triple(TALLY, 1), odd, triple(TALLY, 2)).conflicts) == 1


@pytest.mark.parametrize("predicate", POLICY)
def test_what_both_sides_deleted_is_gone_under_every_policy(predicate: NamedNode) -> None:
    base = triple(predicate, 1)

    found = merged(base, frozenset(), frozenset())

    assert found == Merged(frozenset(), frozenset(), ())


@pytest.mark.parametrize("predicate", [SINGLE, TALLY])
@pytest.mark.parametrize("deleted_by", ["ours", "theirs"])
def test_to_delete_what_the_other_side_changed_is_a_conflict(
    predicate: NamedNode, deleted_by: str
) -> None:
    base, changed, nothing = triple(predicate, 1), triple(predicate, 2), triple(predicate)
    ours, theirs = (nothing, changed) if deleted_by == "ours" else (changed, nothing)

    found = merged(base, ours, theirs)

    (conflict,) = found.conflicts
    assert result(ours, found) == ours
    sides = {choice: conflict.resolved(choice) for choice in ("ours", "theirs", "base")}  # type: ignore[arg-type]
    assert sides == {
        side: frozenset(item.object for item in values)
        for side, values in (("ours", ours), ("theirs", theirs), ("base", base))
    }


def test_a_set_loses_what_one_side_deleted_and_keeps_what_the_other_added() -> None:
    ours, theirs = triple(LOOSE), triple(LOOSE, 1, 2)

    assert result(ours, merged(triple(LOOSE, 1), ours, theirs)) == triple(LOOSE, 2)


@given(graphs, graphs, graphs)
def test_nothing_is_invented_and_nothing_lost_that_nobody_deleted(
    base: frozenset[Triple], ours: frozenset[Triple], theirs: frozenset[Triple]
) -> None:
    found = merged(base, ours, theirs)
    open_points = {conflict.point for conflict in found.conflicts}

    plain = [item for item in result(ours, found) if item.predicate != TALLY]
    assert set(plain) <= ours | theirs
    kept = [item for item in base & ours & theirs if item.predicate != TALLY]
    assert set(kept) <= result(ours, found)
    for item in ours ^ result(ours, found):
        assert (item.subject, item.predicate) not in open_points
