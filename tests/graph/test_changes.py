"""ChangeSets and RDF Patch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.changes import ChangeSet, read_patch, write_patch
from graph.errors import BadInput
from graph.terms import Literal, NamedNode, Quad
from tests.graph.rdf_terms import quads, texts

QUAD = Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("o"), NamedNode("urn:g"))
OTHER = Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("x"), NamedNode("urn:g"))

names = st.sampled_from(["id", "prev", "author", "reason", "added-file"])


@given(
    st.dictionaries(names, texts, max_size=4),
    st.lists(quads, max_size=6),
    st.lists(quads, max_size=6),
)
def test_a_patch_is_read_as_it_was_written(
    header: dict[str, str], added: list[Quad], removed: list[Quad]
) -> None:
    patch = read_patch(write_patch(header, added, removed))

    assert (patch.header, list(patch.added), list(patch.removed)) == (header, added, removed)


def test_a_patch_has_the_form_of_the_specification() -> None:
    text = write_patch({"id": "urn:commit:1"}, [QUAD], [OTHER])

    assert text == (
        b'H id "urn:commit:1" .\nTX .\n'
        b'D <urn:s> <urn:p> "x" <urn:g> .\nA <urn:s> <urn:p> "o" <urn:g> .\nTC .\n'
    )


def test_comments_and_empty_lines_are_passed_over() -> None:
    patch = read_patch(b'# a note\n\n  A <urn:s> <urn:p> "o" <urn:g> .\r\n')

    assert patch.added == (QUAD,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"TX .\nX <urn:s> .\n", "Line 2"),
        (b"H id urn:no-literal\n", "Line 1"),
        (b"A <urn:s> <urn:p> .\n", "no quad"),
        (b"D nonsense\n", "no quad"),
    ],
)
def test_a_row_that_is_not_understood_is_an_error(text: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_patch(text)


PREFIXES = (
    b'PA "rdf" "http://www.w3.org/1999/02/22-rdf-syntax-ns#" .\n'
    b'PA owl <http://www.w3.org/2002/07/owl#> .\nPD "old" .\n'
)
ONE, TWO = (f"{quad} .\n".encode() for quad in (QUAD, OTHER))


@pytest.mark.parametrize(
    ("text", "added", "removed"),
    [
        (b"TX .\n" + PREFIXES + b"A " + ONE + b"TC .\n", [QUAD], []),
        (PREFIXES, [], []),
        (b"TX .\nA " + ONE + b"TA .\n", [], []),
        (b"TX .\nA " + ONE + b"TC .\nTX .\nD " + TWO + b"TA .\n", [QUAD], []),
        (b"TX .\nA " + ONE + b"TC .\nTX .\nD " + TWO + b"TC .\n", [QUAD], [OTHER]),
        (b"A " + ONE + b"D " + ONE, [], [QUAD]),
        (b"A " + ONE + b"D " + ONE + b"A " + ONE, [QUAD, QUAD], [QUAD]),
        (b"#no space\nTX .\nTC .\n", [], []),
    ],
)
def test_prefixes_aborts_and_several_transactions_are_read(
    text: bytes, added: list[Quad], removed: list[Quad]
) -> None:
    patch = read_patch(text)

    assert (list(patch.added), list(patch.removed)) == (added, removed)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"TX .\nA " + ONE, "TC or TA is missing"),
        (b"TX .\nTX .\n", "Line 2 .* TX is out of place"),
        (b"A " + ONE + b"TC .\n", "Line 2 .* TC is out of place"),
        (b"TA .\n", "Line 1 .* TA is out of place"),
        (b'PA "rdf" .\n', "Line 1 of the RDF Patch is no prefix"),
        (b"PD .\n", "Line 1 of the RDF Patch is no prefix"),
        (b"A " + ONE.strip() + b" " + TWO, "no quad"),
        (b"A \n", "no quad"),
    ],
)
def test_a_patch_that_is_cut_or_confused_is_an_error(text: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_patch(text)


def test_the_inverse_undoes_quads_and_files() -> None:
    change = ChangeSet((QUAD,), (OTHER,), "ann", "Fix", 0.5, added_file="a", removed_file="b")

    inverse = change.inverse()

    assert (inverse.added, inverse.removed) == ((OTHER,), (QUAD,))
    assert (inverse.added_file, inverse.removed_file) == ("b", "a")
    assert (inverse.author, inverse.reason, inverse.confidence) == ("ann", "Undo: Fix", 0.5)
    assert change.bulk
    assert not ChangeSet((QUAD,)).bulk
