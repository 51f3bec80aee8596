"""Names: every IRI of a project, minted in one way."""

import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import BadInput
from graph.names import ProjectNames, encode
from graph.terms import NamedNode

NAMES = ProjectNames("https://example.org/", "shop")
ROOT = "https://example.org/p/shop/"


def test_iris_follow_the_design() -> None:
    assert NAMES.thing("Order", ["17", "a b"]).value == f"{ROOT}id/Order/17;a%20b"
    assert NAMES.thing("Order", ["17"]).value.startswith(NAMES.things("Order"))
    assert NAMES.term("orderDate").value == f"{ROOT}ontology#orderDate"
    assert NAMES.ontology_iri.value == f"{ROOT}ontology"
    assert NAMES.shape("Order").value == f"{ROOT}shapes#Order"
    assert NAMES.record("commit", "12").value == f"{ROOT}commit/12"
    assert NAMES.skolem == f"{ROOT}.well-known/genid/"
    assert NAMES.twin_added("t 1").value == f"{ROOT}graph/twin/t%201/added"
    assert NAMES.twin_removed("t").value == f"{ROOT}graph/twin/t/removed"
    assert NAMES.quarantine("i/1").value == f"{ROOT}graph/quarantine/i%2F1"


def test_every_graph_has_its_own_name() -> None:
    graphs = [
        NAMES.data,
        NAMES.ontology,
        NAMES.inferred,
        NAMES.shapes,
        NAMES.mapping,
        NAMES.meta,
        NAMES.validation,
        NAMES.quarantine("i"),
        NAMES.twin_added("t"),
        NAMES.twin_removed("t"),
    ]

    assert len(set(graphs)) == len(graphs)
    assert all(graph.value.startswith(f"{ROOT}graph/") for graph in graphs)
    assert NAMES.default_graphs == (NAMES.data, NAMES.ontology, NAMES.inferred)


key_parts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(key_parts)
def test_an_encoded_text_is_unreserved_and_comes_back_in_nfc(text: str) -> None:
    encoded = encode(text)

    assert encoded.isascii()
    assert set(encoded) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~%"
    )
    assert unquote(encoded) == unicodedata.normalize("NFC", text)


@given(st.lists(key_parts, min_size=1, max_size=3), st.lists(key_parts, min_size=1, max_size=3))
def test_different_keys_have_different_iris(first: list[str], second: list[str]) -> None:
    def plain(parts: list[str]) -> list[str]:
        return [unicodedata.normalize("NFC", part) for part in parts]

    same = NAMES.thing("C", first) == NAMES.thing("C", second)

    assert same == (plain(first) == plain(second))
    assert NamedNode(NAMES.thing("C", first).value)


def test_both_spellings_of_an_accent_give_one_iri() -> None:
    assert NAMES.thing("C", ["caf\u00e9"]) == NAMES.thing("C", ["cafe\u0301"])


@pytest.mark.parametrize("base", ["example.org/", "https://example.org", "https://e x/", "", "a:/"])
def test_a_base_no_iri_can_be_made_of_is_refused(base: str) -> None:
    with pytest.raises(BadInput, match="base IRI"):
        ProjectNames(base, "shop")


@pytest.mark.parametrize("project", ["", "Shop", "a b", "-a", "a/b", "..", "ä", "a" * 64, "a\n"])
def test_a_project_name_that_is_no_slug_is_refused(project: str) -> None:
    with pytest.raises(BadInput, match="project name"):
        ProjectNames("https://example.org/", project)


def test_the_longest_project_name_is_accepted() -> None:
    assert ProjectNames("urn+x://e/", "a" * 63).root == "urn+x://e/p/" + "a" * 63 + "/"
