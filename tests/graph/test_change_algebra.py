"""The laws of change sets: composing, undoing, normalising."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.changes import ChangeSet, compose
from graph.errors import BadInput
from graph.terms import Literal, NamedNode, Quad

FEW = [
    Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(number), NamedNode("urn:g"))
    for number in range(5)
]

some = st.lists(st.sampled_from(FEW), max_size=6).map(tuple)
changes = st.builds(
    ChangeSet,
    added=some,
    removed=some,
    author=st.sampled_from(["ann", "bob"]),
    reason=st.sampled_from(["", "x", "y"]),
    confidence=st.sampled_from([0.5, 1.0]),
    source=st.sampled_from([None, "urn:run"]),
)
states = st.frozensets(st.sampled_from(FEW))


def applied(change: ChangeSet, state: frozenset[Quad]) -> frozenset[Quad]:
    return (state - set(change.removed)) | set(change.added)


def effective(change: ChangeSet, state: frozenset[Quad]) -> ChangeSet:
    after = applied(change, state)
    return ChangeSet(tuple(after - state), tuple(state - after))


def content(change: ChangeSet) -> tuple[object, ...]:
    about = (change.author, change.reason, change.confidence, change.source)
    return (set(change.added), set(change.removed), *about)


@given(changes, states)
def test_a_normalised_change_does_the_same(change: ChangeSet, state: frozenset[Quad]) -> None:
    normal = change.normalise()

    assert applied(normal, state) == applied(change, state)
    assert not set(normal.added) & set(normal.removed)
    assert len(normal.added) == len(set(normal.added))
    assert normal.normalise() == normal


@given(changes, changes, states)
def test_a_composed_change_does_both_one_after_the_other(
    first: ChangeSet, second: ChangeSet, state: frozenset[Quad]
) -> None:
    both = compose(first, second)

    assert applied(both, state) == applied(second, applied(first, state))
    assert not set(both.added) & set(both.removed)


@given(changes, changes, changes)
def test_composing_is_associative(first: ChangeSet, second: ChangeSet, third: ChangeSet) -> None:
    left = compose(compose(first, second), third)
    right = compose(first, compose(second, third))

    assert content(left) == content(right)


@given(changes, states)
def test_a_change_composed_with_its_inverse_changes_nothing(
    change: ChangeSet, state: frozenset[Quad]
) -> None:
    real = effective(change, state)

    assert applied(compose(real, real.inverse()), state) == state


@given(changes)
def test_the_inverse_of_the_inverse_is_the_change(change: ChangeSet) -> None:
    normal = change.normalise()
    again = change.inverse().inverse()

    assert (again.added, again.removed) == (normal.added, normal.removed)


def test_changes_that_name_files_are_not_composed() -> None:
    with pytest.raises(BadInput, match="one by one"):
        compose(ChangeSet(added_file="a"), ChangeSet())
