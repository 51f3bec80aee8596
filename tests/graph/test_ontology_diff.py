"""The difference of ontologies: structure counts, labels of blank nodes do not."""

from pyoxigraph import RdfFormat, parse

from graph.ontology_diff import OntologyDiff, diff_ontologies
from graph.terms import Quad

SKOLEM = "https://example.org/p/shop/.well-known/genid/"
PREFIXES = """
@prefix : <https://example.org/#> .
@prefix mimir: <https://w3id.org/mimir-aip/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""


def quads(text: str) -> list[Quad]:
    return list(parse((PREFIXES + text).encode(), RdfFormat.TURTLE))


def difference(old: str, new: str) -> OntologyDiff:
    return diff_ontologies(quads(old), quads(new), SKOLEM)


def iri(name: str) -> str:
    return f"<https://example.org/#{name}>"


def test_added_and_removed_terms_are_named_by_kind() -> None:
    diff = difference(":A a owl:Class . :p a owl:ObjectProperty .", ":B a owl:Class .")

    assert (diff.classes.added, diff.classes.removed) == ((iri("B"),), (iri("A"),))
    assert diff.properties.removed == (iri("p"),)
    assert diff.renamed == ()


def test_the_same_expression_under_other_blank_nodes_is_no_difference() -> None:
    old = "_:a a owl:Class ; owl:unionOf ( :A :B ) . :p a owl:ObjectProperty ; rdfs:domain _:a ."
    new = ":p a owl:ObjectProperty ; rdfs:domain [ owl:unionOf ( :A :B ) ; a owl:Class ] ."

    assert difference(old, new).empty


def test_the_order_of_a_list_is_a_difference_of_its_owner() -> None:
    text = ":A a owl:Class ; owl:hasKey ( :%s :%s ) ."

    (change,) = difference(text % ("p", "q"), text % ("q", "p")).classes.changed

    assert change.added == (f"<http://www.w3.org/2002/07/owl#hasKey> ({iri('q')} {iri('p')})",)


def test_axioms_without_a_name_are_compared_as_text() -> None:
    diff = difference(
        "[] a owl:AllDisjointClasses ; owl:members ( :A :B ) .",
        "[] a owl:AllDisjointClasses ; owl:members ( :A :B :C ) .",
    )

    assert len(diff.axioms.added) == len(diff.axioms.removed) == 1
    assert iri("C") in diff.axioms.added[0]


def test_a_term_of_the_same_columns_is_renamed_and_what_mentions_it_is_the_same() -> None:
    text = (
        ':%s a owl:Class ; mimir:fromTable "pumps" . :p a owl:ObjectProperty ; rdfs:range :%s . '
        "[] a owl:AllDisjointClasses ; owl:members ( :%s :B ) ."
    )

    diff = difference(text.replace("%s", "Pump"), text.replace("%s", "Machine"))

    (rename,) = diff.renamed
    assert (rename.kind, rename.old, rename.new) == ("class", iri("Pump"), iri("Machine"))
    assert rename.evidence == "Both are filled from pumps."
    assert diff.properties.changed == ()
    assert diff.axioms == type(diff.axioms)()


def test_terms_of_other_columns_are_not_taken_for_one() -> None:
    diff = difference(
        ':p a owl:DatatypeProperty ; mimir:fromColumn "a.x" .',
        ':q a owl:DatatypeProperty ; mimir:fromColumn "a.y" .',
    )

    assert diff.renamed == ()


def test_the_larger_share_of_common_columns_decides() -> None:
    diff = difference(
        ':name a owl:DatatypeProperty ; mimir:fromColumn "a.x", "b.x" .',
        ':title a owl:DatatypeProperty ; mimir:fromColumn "a.x", "b.x" . '
        ':other a owl:DatatypeProperty ; mimir:fromColumn "a.x" .',
    )

    assert [item.new for item in diff.renamed] == [iri("title")]
    assert diff.properties.added == (iri("other"),)


def test_shapes_and_version_numbers() -> None:
    diff = difference(
        ':S a sh:NodeShape ; sh:targetClass :A . :o a owl:Ontology ; owl:versionInfo "1" .',
        ':S a sh:NodeShape ; sh:targetClass :B . :o a owl:Ontology ; owl:versionInfo "2" .',
    )

    assert [change.iri for change in diff.shapes.changed] == [iri("S")]
    assert diff.axioms.changed == ()
