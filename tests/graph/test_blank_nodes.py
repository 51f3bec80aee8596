"""Tests for blank nodes see those that are kept as skolem IRIs, as the engine sees real ones."""

import pytest
from pyoxigraph import Store

from graph.syntax.blank_nodes import see_blank_nodes
from graph.terms import BlankNode, Literal, NamedNode, Quad

SKOLEM = "https://example.org/.well-known/genid/"
S, P = NamedNode("urn:s"), NamedNode("urn:p")
OBJECTS = [NamedNode("urn:iri"), BlankNode("one"), Literal("text"), Literal(SKOLEM + "two")]
PATTERNS = [
    "?s ?p ?o FILTER isBlank(?o)",
    "?s ?p ?o FILTER (!isblank ( ?o ))",
    "?s ?p ?o FILTER isIRI(?o)",
    "?s ?p ?o FILTER ISURI(?o)",
    "?s ?p ?o FILTER (isBlank(?o) || isIRI(?o))",
    "?s ?p ?o FILTER (isIRI(?o) = false)",
    "?s ?p ?o FILTER isBlank(?unbound)",
    "?s ?p ?o FILTER (!BOUND(?none) && isBlank(IF(isLiteral(?o), ?s, ?o)))",
    "?s ?p ?o FILTER EXISTS { ?a ?b ?o FILTER isBlank(?o) }",
    "?s ?p ?o BIND (isBlank(?o) AS ?x) FILTER (?x)",
    "?s ?p ?o # isBlank( is a comment\n FILTER (?p != 'isBlank(?o)')",
]


def store(*objects: object) -> Store:
    found = Store()
    found.extend([Quad(S, P, term) for term in objects])  # type: ignore[arg-type]
    return found


def answers(found: Store, text: str) -> list[str]:
    return sorted(
        "blank" if isinstance(row[0], BlankNode) or SKOLEM in str(row[0])[:60] else str(row[0])
        for row in found.query(text)
        if not (isinstance(row[0], Literal) and SKOLEM in row[0].value)
    )


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_skolem_iri_counts_as_a_blank_node(pattern: str) -> None:
    text = " ".join(("SELECT ?o WHERE {", pattern, "}"))
    kept = [NamedNode(SKOLEM + o.value) if isinstance(o, BlankNode) else o for o in OBJECTS]

    assert answers(store(*kept), see_blank_nodes(text, SKOLEM)) == answers(store(*OBJECTS), text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (isBlank(?o) AS ?b) (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY isBlank(?o) ?o",
        "SELECT ?o { ?s ?p ?o } ORDER BY isBlank(?o) DESC(isIRI(?o))",
        "SELECT (SUM(IF(isIRI(?o), 1, 0)) AS ?n) { ?s ?p ?o } HAVING isLiteral(SAMPLE(?s))",
        "PREFIX isBlank: <urn:> SELECT ?isBlank { ?isBlank isBlank:isIRI 'isIRI(' }",
        "ASK { FILTER isBlank(isBlank(isBlank(1))) }",
    ],
)
def test_the_changed_text_is_valid(text: str) -> None:
    store(*OBJECTS).query(see_blank_nodes(text, SKOLEM))


@pytest.mark.parametrize("text", ["SELECT * { FILTER isBlank }", "isBlank", "isBlank(", "isIRI()"])
def test_a_text_that_is_not_valid_stays_so(text: str) -> None:
    with pytest.raises(SyntaxError):
        store().query(see_blank_nodes(text, SKOLEM))


def test_names_and_texts_stay_as_they_are() -> None:
    text = "PREFIX isIRI: <urn:> SELECT ?isBlank { ?isBlank isIRI:isURI 'isIRI(?x)' } # isURI(?x)"

    assert see_blank_nodes(text, SKOLEM) == text
    assert see_blank_nodes("ASK { FILTER isIRI(1) }", "") == "ASK { FILTER isIRI(1) }"


@pytest.mark.parametrize(
    "pattern",
    [
        "?s ?p ?o BIND (STR(?o) AS ?x) FILTER BOUND(?x)",
        "?s ?p ?o FILTER (STRLEN(str( ?o )) > 0)",
        "?s ?p ?o FILTER (COALESCE(STR(IRI(?o)), 'none') = 'none')",
        "?s ?p ?o FILTER (isLiteral(?o) || CONTAINS(STR(URI(?o)), 'urn'))",
    ],
)
def test_a_blank_node_has_no_text(pattern: str) -> None:
    text = " ".join(("SELECT ?o WHERE {", pattern, "}"))
    kept = [NamedNode(SKOLEM + o.value) if isinstance(o, BlankNode) else o for o in OBJECTS]

    assert answers(store(*kept), see_blank_nodes(text, SKOLEM)) == answers(store(*OBJECTS), text)


@pytest.mark.parametrize("condition", ["?o", "DESC(?o)", "asc( ?o )", "(?o) ?s", "STR(?p) ?o"])
@pytest.mark.parametrize("skolem", [SKOLEM, "aaa:", "zzz:"])
def test_blank_nodes_come_between_nothing_and_iris(condition: str, skolem: str) -> None:
    text = "SELECT ?o { ?s ?p ?x OPTIONAL { ?s ?p ?o FILTER (?o = ?x) } } ORDER BY " + condition
    terms = [*OBJECTS[:3], BlankNode("another"), NamedNode("urn:zebra")]
    kept = [NamedNode(skolem + o.value) if isinstance(o, BlankNode) else o for o in terms]

    def kinds(found: Store, query: str) -> list[str]:
        """List the kinds of terms in the order they come."""
        rows = [row[0] for row in found.query(query)]
        return ["_" if isinstance(o, BlankNode) or skolem in str(o) else str(o) for o in rows]

    assert kinds(store(*kept), see_blank_nodes(text, skolem)) == kinds(store(*terms), text)


def test_only_variables_of_order_by_get_a_key() -> None:
    text = (
        "SELECT ?x { ?x ?p ?o } ORDER BY STR(?p) <urn:f>(?x) EXISTS { ?x ?p ?o } (?x + 1) LIMIT 3"
    )

    assert "COALESCE" not in see_blank_nodes(text, SKOLEM)
