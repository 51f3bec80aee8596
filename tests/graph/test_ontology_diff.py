"""The difference of ontologies: structure counts, labels of blank nodes do not."""

from pyoxigraph import RdfFormat, parse

from graph.ontology.diff import OntologyDiff, diff_ontologies
from graph.terms import Quad
from graph.vocab import OWL

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


def test_the_order_of_a_chain_is_a_difference_of_its_owner() -> None:
    text = ":r a owl:ObjectProperty ; owl:propertyChainAxiom ( :%s :%s ) ."

    (change,) = difference(text % ("p", "q"), text % ("q", "p")).properties.changed

    (added,) = change.added
    assert added == f"{OWL.term('propertyChainAxiom')} ({iri('q')} {iri('p')})"


def test_the_order_of_a_key_is_none() -> None:
    text = ":A a owl:Class ; owl:hasKey ( :%s :%s ) ."

    assert not difference(text % ("p", "q"), text % ("q", "p")).classes.changed


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


SHAPES = (
    ":Pump a owl:Class ; mimir:fromTable 'pumps' . :size a owl:DatatypeProperty ; "
    "mimir:fromColumn 'pumps.size' . :SPump a sh:NodeShape ; sh:targetClass :Pump ; "
    "sh:property :SPump-size, :SPump-size-range . :SPump-size a sh:PropertyShape ; "
    "sh:path :size ; sh:maxCount 1 ; sh:datatype rdfs:Literal ; sh:message 'Give a size.' . "
    ":SPump-size-range a sh:PropertyShape ; sh:path :size ; sh:minInclusive 0 ; "
    "sh:severity sh:Warning . "
)


def test_shapes_of_a_renamed_term_are_renamed_and_nothing_else() -> None:
    new = SHAPES.replace(":Pump", ":Machine").replace("SPump", "SMachine")

    diff = difference(SHAPES, new.replace("Give a size.", "Give each machine a size."))

    renamed = {(item.kind, item.old, item.new) for item in diff.renamed}
    assert renamed == {
        ("class", iri("Pump"), iri("Machine")),
        *(("shape", iri(f"SPump{rest}"), iri(f"SMachine{rest}")) for rest in ENDINGS),
    }
    assert (diff.shapes.added, diff.shapes.removed) == ((), ())
    (change,) = diff.shapes.changed
    assert "Give each machine a size." in change.added[0]
    assert [item.kind for item in diff.renamed_terms] == ["class"]
    (node,) = (item for item in diff.renamed if item.old == iri("SPump"))
    assert node.evidence == f"Both are about {iri('Machine')}."


ENDINGS = ("", "-size", "-size-range")


def test_a_shape_renamed_by_hand_is_a_rename_and_another_shape_is_not() -> None:
    diff = difference(SHAPES, SHAPES.replace("SPump-size-range", "Positive"))

    assert [(item.old, item.new) for item in diff.renamed] == [
        (iri("SPump-size-range"), iri("Positive"))
    ]
    other = SHAPES.replace("SPump-size-range", "Other").replace("minInclusive 0", "maxLength 9")
    other = other.replace("sh:Warning", "sh:Violation")
    diff = difference(SHAPES, other)
    assert diff.renamed == ()
    assert diff.shapes.added == (iri("Other"),)


def test_two_terms_that_took_each_others_name_are_told_apart() -> None:
    text = (
        ":%s a owl:Class ; mimir:fromTable 'a' . :%s a owl:Class ; mimir:fromTable 'b' . "
        ":x a owl:ObjectProperty ; rdfs:range :%s ."
    )
    diff = difference(text % ("A", "C", "A"), text % ("B", "A2", "B"))
    assert {(item.old, item.new) for item in diff.renamed} == {
        (iri("A"), iri("B")),
        (iri("C"), iri("A2")),
    }
    assert diff.properties.changed == ()


def test_like_shapes_of_two_classes_are_told_apart_by_their_class() -> None:
    def named(one: str, other: str) -> str:
        """Give two classes a shape each for one property, under these names."""
        return "".join(
            f":S{kind} a sh:NodeShape ; sh:targetClass :{kind} ; sh:property :{name} . "
            f":{name} a sh:PropertyShape ; sh:path :size ; sh:maxCount 1 . "
            for kind, name in (("A", one), ("B", other))
        )

    diff = difference(named("a1", "b1"), named("z2", "c2"))

    assert {(item.old, item.new) for item in diff.renamed} == {
        (iri("a1"), iri("z2")),
        (iri("b1"), iri("c2")),
    }
