"""Explaining queries: the dataset in effect, what to mind, and why an answer is empty."""

import pytest

from graph.errors import BadQuery
from graph.oxigraph import OxigraphStore
from graph.readers.explain import Explanation, explain
from graph.syntax.query_parts import Element, take_apart
from graph.terms import NamedNode

BASE = "https://example.org/"
DATA, META = NamedNode(BASE + "g/data"), NamedNode(BASE + "g/meta")
PREFIX = "PREFIX : <https://example.org/> # the only one\n"
TRIPLES = """PREFIX : <https://example.org/>
INSERT DATA {
  GRAPH :g\\/data {
    :m1 a :Machine ; :site :s1 ; :limit 40 ; :code "A1" .
    :m2 a :Machine ; :site :s2 ; :limit 60 ; :code "B2" .
    :s1 a :Site ; :name "Leeds"@en .
  }
  GRAPH :g\\/meta { :r1 :state "open" }
}"""


@pytest.fixture(scope="module")
def store() -> OxigraphStore:
    """Two machines and a site in the default graph, one record in a named one."""
    store = OxigraphStore()
    store.update(TRIPLES)
    return store


def explained(store: OxigraphStore, text: str) -> Explanation:
    return explain(store.engine, PREFIX + text, base=BASE, default=[DATA], named=[META])


def reason(store: OxigraphStore, text: str) -> str:
    found = explained(store, text)
    assert found.blame is not None
    return found.blame.reason


def counts(found: Explanation) -> list[int]:
    return [step.solutions for step in found.steps]


def test_an_answer_that_is_not_empty_blames_nothing(store: OxigraphStore) -> None:
    found = explained(store, "SELECT * { ?m a :Machine }")

    assert (found.form, found.empty, found.blame, found.steps) == ("SELECT", False, None, ())
    assert found.default == (DATA.value,)
    assert found.named == (META.value,)
    assert found.hints == ("1 triple pattern.",)


def test_a_misspelt_predicate_is_named_with_the_nearest_one(store: OxigraphStore) -> None:
    found = explained(store, "SELECT * { ?m a :Machine ; :limt ?l ; :site ?s }")

    assert counts(found) == [2, 0]
    assert found.blame is not None
    assert found.blame.text == "?m :limt ?l ."
    assert "Did you mean <https://example.org/limit>?" in found.blame.reason
    assert any("<https://example.org/limt> does not occur" in hint for hint in found.hints)


def test_a_misspelt_class_is_named_with_the_nearest_one(store: OxigraphStore) -> None:
    text = reason(store, "SELECT * { ?m a :machin ; :limit ?l }")

    assert "class <https://example.org/machin>" in text
    assert "Did you mean <https://example.org/Machine>?" in text


def test_a_filter_that_removes_everything_is_blamed_with_a_count(store: OxigraphStore) -> None:
    found = explained(store, "SELECT * { FILTER(?l > 90) ?m :limit ?l . ?m :site ?s . }")

    assert [step.kind for step in found.steps] == ["triple pattern", "triple pattern", "FILTER"]
    assert counts(found) == [2, 2, 0]
    assert found.blame is not None
    assert found.blame.reason.startswith("The filter removes all 2 solutions. For instance, ?l is ")


def test_a_filter_on_a_variable_that_nothing_binds_says_so(store: OxigraphStore) -> None:
    assert "Nothing in its group binds ?lim." in reason(
        store, "SELECT * { ?m :limit ?l FILTER(?lim > 1) }"
    )


def test_patterns_that_do_not_join_name_the_shared_variable(store: OxigraphStore) -> None:
    text = reason(store, "SELECT * { ?x :limit 60 . ?x :name ?n }")

    assert "By itself it has 1 solution" in text
    assert "before it on ?x" in text


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("?m :limit 41", "with any object the pattern has 2 solutions"),
        (":m9 :limit ?l", "with any subject the pattern has 2 solutions"),
        ('?s :name "Leeds"', "compare STR of both"),
    ],
)
def test_a_constant_that_does_not_fit_is_told(
    store: OxigraphStore, pattern: str, expected: str
) -> None:
    assert expected in reason(store, "ASK { " + pattern + " }")


def test_a_name_of_another_graph_is_found_there(store: OxigraphStore) -> None:
    assert "write GRAPH <https://example.org/g/meta>" in reason(
        store, 'SELECT * { ?r :state "open" }'
    )
    assert "Did you mean <https://example.org/state>?" in reason(
        store, "SELECT * { GRAPH ?s { ?r :stat ?o } }"
    )
    assert "outside GRAPH" in reason(store, "SELECT * { GRAPH ?g { ?m :limit ?l } }")


def test_the_blame_goes_into_graphs_and_groups(store: OxigraphStore) -> None:
    found = explained(
        store, 'SELECT * { ?m a :Site GRAPH ?g { ?r :state ?s . { ?r :state "shut" } } }'
    )

    assert [(step.text, step.solutions, step.within) for step in found.steps] == [
        ("?m a :Site .", 1, ""),
        ("?r :state ?s .", 1, "GRAPH ?g"),
        ('?r :state "shut" .', 0, "group"),
    ]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("SELECT * { ?m a :Machine } LIMIT 0", "modifier", "has 2 solutions; LIMIT leaves none"),
        ("SELECT * { ?m a :Machine } OFFSET 5", "modifier", "OFFSET leaves none"),
        ("CONSTRUCT { ?m :p ?no } WHERE { ?m a :Machine }", "template", "makes no triple"),
        ("DESCRIBE <urn:nothing>", "answer", "Nothing in the dataset"),
        ("SELECT * { ?m a :Machine } VALUES ?m { :m9 }", "VALUES", "agrees with the 2 solutions"),
        ("SELECT * { ?m a :Machine MINUS { ?m :limit ?l } }", "MINUS", "removes all 2 solutions"),
        ("SELECT * { ?m a :Machine FILTER NOT EXISTS { ?m :limit ?l } }", "FILTER", "removes all"),
        ("SELECT * { { ?m :limit 1 } UNION { ?m :limit 2 } }", "UNION", "no solution"),
        ("SELECT * { { SELECT ?m { ?m :limit 1 } } }", "sub-select", "no solution"),
        ("SELECT * { SELECT ?m { ?m :limt ?l } }", "sub-select", "Did you mean"),
        ("SELECT * { ?m a :Machine VALUES ?m { } }", "VALUES", "no solution"),
        ("ASK { :m1 ^:site :s1 }", "triple pattern", "no solution"),
    ],
)
def test_every_kind_of_emptiness_has_its_reason(
    store: OxigraphStore, text: str, kind: str, expected: str
) -> None:
    found = explained(store, text)

    assert found.empty
    assert found.blame is not None
    assert found.blame.kind == kind
    assert expected in found.blame.reason


def test_a_count_of_nothing_is_explained_too(store: OxigraphStore) -> None:
    found = explained(store, "SELECT (COUNT(*) AS ?n) { ?m :limit 1 }")

    assert not found.empty
    assert counts(found) == [0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * { ?a :limit ?x . ?b :site ?y }", "(cross product)"),
        ("SELECT * { ?m ?p ?o }", "The predicate of '?m ?p ?o .' is a variable"),
        ("SELECT * { ?m :site/:name ?n }", "is a path"),
        ("SELECT * { ?m :site+ ?n }", "path of any length"),
        ("SELECT * { ?m a :Machine OPTIONAL { ?m :site ?s } }", "1 OPTIONAL."),
        ("SELECT * { ?m a :Machine } LIMIT 1", "LIMIT without ORDER BY"),
    ],
)
def test_hints_tell_what_to_mind(store: OxigraphStore, text: str, expected: str) -> None:
    assert any(expected in hint for hint in explained(store, text).hints)


def test_patterns_that_are_connected_later_are_no_cross_product(store: OxigraphStore) -> None:
    found = explained(store, "SELECT * { ?a :limit ?x . ?b :site ?y . ?a :near|:site ?b }")

    assert not any("cross product" in hint for hint in found.hints)


def test_texts_that_are_no_query_are_refused(store: OxigraphStore) -> None:
    with pytest.raises(SyntaxError):
        explained(store, "SELECT * { ?m a }")
    with pytest.raises(BadQuery):
        take_apart("INSERT DATA { <urn:a> <urn:b> 1 }")


def test_a_group_is_split_into_elements_whatever_they_look_like() -> None:
    text = """SELECT (EXISTS { ?k ?l ?m } AS ?e) FROM :g {
      ?s a :X ; :p ?o , 5.5e-3 , -3 ; # not . an } end
         :q/^:r*|(:z/!:u)+ "x. y"@en , "3"^^:t , .5 ; .
      [] :p ?y . :a.b :b+ +5. ?x :p? [ :q ?w ]
      FILTER NOT EXISTS { ?s :p 1. } FILTER regex(?o, "a}b") { ?a ?b ?c } UNION { ?d ?e ?f }
      VALUES (?a ?b) { (1 2) } BIND(1 AS ?one) ?t :l (1 2 3), 1e5
    } GROUP BY ?s LIMIT 3"""

    parts = take_apart(PREFIX + text)

    assert parts.modifiers >= {"GROUP", "LIMIT"}
    assert [element.text for element in parts.where] == [
        "?s a :X .",
        "?s :p ?o .",
        "?s :p 5.5e-3 .",
        "?s :p -3 .",
        '?s :q/^:r*|(:z/!:u)+ "x. y"@en .',
        '?s :q/^:r*|(:z/!:u)+ "3"^^:t .',
        "?s :q/^:r*|(:z/!:u)+ .5 .",
        "[] :p ?y .",
        ":a.b :b+ +5 .",
        "?x :p? [ :q ?w ] .",
        "FILTER NOT EXISTS { ?s :p 1. }",
        'FILTER regex(?o, "a}b")',
        "{ ?a ?b ?c } UNION { ?d ?e ?f }",
        "VALUES (?a ?b) { (1 2) }",
        "BIND(1 AS ?one)",
        "?t :l (1 2 3) .",
        "?t :l 1e5 .",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<< :m1 :limit 40 >> ?p ?o .",
        "[ :limit ?l ] :site ?s ; :code ?c .",
        "(1 2) ?p ?o .",
        "_:b :limit ?l ; :site ?s .",
        "?m :limit ?l {| :by ?who |} .",
    ],
)
def test_sentences_that_cannot_be_split_stay_whole_and_run(store: OxigraphStore, text: str) -> None:
    (*_, last) = take_apart(PREFIX + "ASK { " + text + " }").where

    assert isinstance(last, Element)
    explained(store, "SELECT * { " + text + " }")


def test_names_are_resolved_as_the_engine_does_it(store: OxigraphStore) -> None:
    text = "PREFIX x: <https://example.org/deep#> SELECT * { ?m <limit> ?l ; x:limt ?k }"

    found = explained(store, text)

    assert counts(found) == [2, 0]
    assert "<https://example.org/deep#limt> does not occur" in found.hints[1]
    assert "Did you mean <https://example.org/limit>?" in found.hints[1]


def test_an_empty_default_graph_is_told(store: OxigraphStore) -> None:
    found = explain(store.engine, "SELECT * { ?s ?p ?o }", base=BASE, default=[], named=[META])

    assert "patterns outside GRAPH match nothing" in found.hints[-1]
    assert counts(found) == [0]
