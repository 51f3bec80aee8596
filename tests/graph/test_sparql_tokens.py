"""The scan of SPARQL text: clauses are found where they are and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import BadQuery
from graph.syntax.tokens import DatasetClause, dataset_clause, tokens


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokens(text)]


def test_tokens_have_kind_text_and_place() -> None:
    text = "SELECT ?x # note\n{ ex:a.b <urn:i> 'it''s' ; _:b $y 1 }"

    found = tokens(text)

    assert [(token.kind, token.text) for token in found] == [
        ("word", "SELECT"),
        ("variable", "?x"),
        ("brace", "{"),
        ("name", "ex:a.b"),
        ("iri", "<urn:i>"),
        ("string", "'it'"),
        ("string", "'s'"),
        ("end", ";"),
        ("name", "_:b"),
        ("variable", "$y"),
        ("other", "1"),
        ("brace", "}"),
    ]
    assert all(text[token.start : token.end] == token.text for token in found)


@pytest.mark.parametrize(
    "text",
    [
        "'}'",
        '"; {"',
        "'''} ' '' {'''",
        '"""a " "" } b"""',
        "'\\'}'",
        "'\\\\'",
        '"""\\""" }"""',
        "''",
        '""""""',
    ],
)
def test_a_string_is_one_token(text: str) -> None:
    assert kinds(text) == [("string", text)]


def test_less_than_is_no_iri() -> None:
    assert ("iri", "<urn:a>") not in kinds("?a < 5 && ?b > 3")
    assert [kind for kind, _ in kinds("?a<5")] == ["variable", "other", "other"]


def test_an_escape_outside_strings_and_iris_is_refused() -> None:
    with pytest.raises(BadQuery, match="Character 8"):
        tokens("SELECT \\u0046ROM <urn:g>")


@given(st.text(max_size=200))
def test_any_text_is_scanned_or_refused(text: str) -> None:
    try:
        found = tokens(text)
    except BadQuery:
        return
    assert all(text[token.start : token.end] == token.text for token in found)


@pytest.mark.parametrize(
    "text", ["'" * 20_001, '"\\' * 20_001, "<" * 20_000, "'''a" + "''b" * 20_000]
)
def test_long_unfinished_texts_are_scanned(text: str) -> None:
    try:
        assert tokens(text)
    except BadQuery as error:
        assert "cannot stand there" in str(error)  # noqa: PT017 - both ends are allowed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "SELECT * FROM <urn:a> FROM NAMED <urn:b> FROM <urn:c> { }",
            (("urn:a", "urn:c"), ("urn:b",)),
        ),
        ("select * from <urn:a> from named <urn:b> where { }", (("urn:a",), ("urn:b",))),
        ("PREFIX g: <urn:x/> ASK FROM g:a\\,b { }", (("urn:x/a,b",), ())),
        ("PREFIX : <urn:x/> ASK FROM :a { }", (("urn:x/a",), ())),
        ("BASE <http://e.org/x/> ASK FROM <y> { }", (("http://e.org/x/y",), ())),
        ("BASE <http://e.org/x/> PREFIX g: <y/> ASK FROM g:z { }", (("http://e.org/x/y/z",), ())),
        ("ASK FROM <urn:\\u0061> { }", (("urn:a",), ())),
        ("# FROM <urn:n>\nASK FROM <urn:a> # FROM <urn:n>\n{ }", (("urn:a",), ())),
        ("DESCRIBE <urn:x> FROM <urn:a>", (("urn:a",), ())),
        ("CONSTRUCT { ?s ?p ?o } FROM <urn:a> WHERE { ?s ?p ?o }", (("urn:a",), ())),
        ("CONSTRUCT FROM <urn:a> WHERE { ?s ?p ?o }", (("urn:a",), ())),
    ],
)
def test_from_clauses_are_read_as_absolute_iris(
    text: str, expected: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    assert dataset_clause(text) == DatasetClause(*expected)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?from { ?from ?p 'FROM <urn:n>' }",
        "SELECT * { ?s <urn:FROM> ?o } # FROM <urn:n>",
        "SELECT * { { SELECT * { ?s ?p '''} FROM <urn:n>''' } } }",
        "PREFIX from: <urn:n> ASK { from:FROM from:from ?o }",
        "",
    ],
)
def test_what_only_looks_like_from_is_none(text: str) -> None:
    assert not dataset_clause(text)


@pytest.mark.parametrize("text", ["ASK FROM g:a { }", "ASK FROM { }", "ASK FROM", "ASK FROM NAMED"])
def test_from_without_a_known_iri_is_an_error(text: str) -> None:
    with pytest.raises(BadQuery, match="graph IRI"):
        dataset_clause(text)


@pytest.mark.parametrize("prefix", ["<http://x/g#>", "<g#>"])
def test_a_prefix_that_ends_with_a_hash_keeps_it_below_a_base(prefix: str) -> None:
    clause = dataset_clause(f"BASE <http://x/> PREFIX g: {prefix} ASK FROM g:a {{ }}")

    assert clause.default == ("http://x/g#a",)
