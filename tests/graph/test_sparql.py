"""SPARQL texts with parameters: a term can take a parameter's place and never become syntax."""

import pytest
from hypothesis import given

from graph.errors import BadInput
from graph.oxigraph import OxigraphStore
from graph.sparql import bind, load_query
from graph.terms import BlankNode, Literal, NamedNode, Quad
from tests.graph.rdf_terms import iris, literals

P = NamedNode("urn:p")


def test_every_place_of_a_parameter_is_bound() -> None:
    text = bind("SELECT ?x WHERE { $s ?p ?x . $s $q '5' }", s=P, q=NamedNode("urn:q"))

    assert text == "SELECT ?x WHERE { <urn:p> ?p ?x . <urn:p> <urn:q> '5' }"


@pytest.mark.parametrize(
    "kept",
    ["'$s'", '"a $s \\" $s"', "'''it's $s'''", '"""a " "" $s"""', "<urn:$s>", "# $s\n", "'\\'$s'"],
)
def test_strings_iris_and_comments_are_left_alone(kept: str) -> None:
    assert bind(f"ASK {{ {kept} $s }}", s=P) == f"ASK {{ {kept} <urn:p> }}"


def test_a_name_is_bound_as_a_whole() -> None:
    text = bind("$a $ab $a", a=P, ab=NamedNode("urn:q"))

    assert text == "<urn:p> <urn:q> <urn:p>"


def test_a_comparison_is_not_taken_for_an_iri() -> None:
    text = bind("FILTER(?a < $limit && ?b > $limit)", limit=Literal(5))

    assert "$" not in text


def test_a_parameter_without_value_is_an_error() -> None:
    with pytest.raises(BadInput, match=r"\$s has no value"):
        bind("ASK { $s ?p ?o }")


def test_a_value_without_parameter_is_an_error() -> None:
    with pytest.raises(BadInput, match="named other, unused"):
        bind("ASK { $s ?p '$other' }", s=P, unused=P, other=P)


def test_a_blank_node_is_an_error() -> None:
    with pytest.raises(BadInput, match="blank node"):
        bind("ASK { $s ?p ?o }", s=BlankNode("b"))  # type: ignore[arg-type] # that is the test


@given(iris, literals)
def test_a_bound_term_means_itself_and_nothing_more(subject: NamedNode, value: Literal) -> None:
    store = OxigraphStore()
    graph = NamedNode("urn:g")
    store.apply([Quad(subject, P, value, graph), Quad(P, P, Literal("another"), graph)], ())

    rows = store.reader([graph]).select(
        bind(
            "SELECT ?s ?o WHERE { ?s <urn:p> ?o FILTER(?s = $s && sameTerm(?o, $o)) }",
            s=subject,
            o=value,
        )
    )

    assert [row[0] for row in rows] == [subject]


def test_a_query_file_is_found_in_its_package() -> None:
    assert "$target" in load_query("graph", "apply_overlay")
