"""What another tool only wrote otherwise is no difference; what it changed is exactly one."""

from datetime import UTC, datetime

import pytest
from pyoxigraph import RdfFormat, parse

from graph.errors import BadInput
from graph.export import write_graph
from graph.names import ProjectNames
from graph.ontology.edits import OntologyEdit
from graph.ontology.reading import ImportPlan, check_content, plan_import
from graph.ontology.regeneration import regenerate
from graph.oxigraph import OxigraphStore
from graph.terms import BlankNode, Literal, NamedNode, Quad, Subject, Term
from graph.vocab import OWL, PREFIXES, RDFS, XSD

NAMES = ProjectNames("https://example.org/", "works")
AT = datetime(2026, 1, 2, tzinfo=UTC)
_PREFIXES = "".join(f"PREFIX {name}: <{iri}> " for name, iri in PREFIXES.items())


def written(text: str, label: str = "") -> list[Quad]:
    """Read Turtle as a tool writes it; `label` makes other blank nodes."""

    def named(term: Subject | Term) -> Subject | Term:
        """Give a blank node a name."""
        if isinstance(term, BlankNode):
            return NamedNode(f"{NAMES.skolem}{label}{term.value}")
        return term

    return [
        Quad(named(quad.subject), quad.predicate, named(quad.object), NAMES.ontology)  # type: ignore[arg-type]
        for quad in parse(f"{_PREFIXES} PREFIX : <{NAMES.terms}> {text}".encode(), RdfFormat.TURTLE)
    ]


def quads(text: str, label: str = "") -> list[Quad]:
    """Read Turtle as the graph of the ontology holds it."""
    store = OxigraphStore()
    store.engine.extend(written(text, label))
    return sorted(store.engine, key=str)


def plan(now: str, then: str) -> ImportPlan:
    """Import one text in the place of another."""
    return plan_import(written(then, "theirs-"), quads(now), NAMES, strategy="replace")


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (":A owl:hasKey ( :p :q :r )", ":A owl:hasKey ( :r :p :q )"),
        (
            "[] a owl:AllDisjointClasses ; owl:members ( :A [ owl:complementOf :B ] :C )",
            "[] a owl:AllDisjointClasses ; owl:members ( :C :A [ owl:complementOf :B ] )",
        ),
        (
            ":A rdfs:subClassOf [ owl:unionOf ( :B [ owl:oneOf ( :x :y ) ] ) ]",
            ":A rdfs:subClassOf [ owl:unionOf ( [ owl:oneOf ( :y :x ) ] :B ) ]",
        ),
        (":A owl:equivalentClass :B", ":B owl:equivalentClass :A"),
        (":p owl:inverseOf :q", ":q owl:inverseOf :p"),
        (
            ":A rdfs:subClassOf [ owl:cardinality 1 ; owl:onProperty :p ]",
            ':A rdfs:subClassOf [ owl:cardinality "01"^^xsd:nonNegativeInteger ; '
            "owl:onProperty :p ]",
        ),
    ],
)
def test_another_order_or_spelling_is_no_difference(now: str, then: str) -> None:
    for one, other in ((now, then), (then, now)):
        found = plan(f"{one} .", f"{other} .")
        assert (found.added, found.removed) == ((), ())
        assert found.diff.empty


def test_the_order_of_a_chain_and_a_member_that_went_are_differences() -> None:
    chain = plan(":p owl:propertyChainAxiom ( :q :r ) .", ":p owl:propertyChainAxiom ( :r :q ) .")
    key = plan(":A owl:hasKey ( :p :q :r ) .", ":A owl:hasKey ( :r :p ) .")
    assert not chain.diff.empty
    assert not key.diff.empty
    assert len(key.removed) - len(key.added) == 2


def test_nodes_that_each_point_to_the_next_twice_are_read_in_no_time() -> None:
    links = "".join(f"_:n{at} :p _:n{at + 1} ; :q _:n{at + 1} . " for at in range(200))
    assert len(plan(":A a owl:Class .", f":A :p _:n0 . {links}").added) == 401


def test_a_document_that_says_nothing_takes_nothing_away() -> None:
    with pytest.raises(BadInput, match="says nothing"):
        plan(":A a owl:Class .", "")
    assert plan("", "").diff.empty


def test_what_the_data_cannot_follow_is_told() -> None:
    now = (
        ':A a owl:Class ; mimir:fromTable "as" . '
        ':p a owl:DatatypeProperty ; mimir:fromColumn "as.p" . '
    )
    gone = plan(now, ':A a owl:Class ; mimir:fromTable "as" .')
    assert [note for note in gone.notes if "as.p goes on being landed" in note]
    for name in ("<urn:other#A>", ":a-1", f"<{NAMES.terms}a%20b>"):
        renamed = plan(now, now.replace(":A a", f"{name} a"))
        assert [note for note in renamed.notes if "no name of this project" in note], name
    assert plan(now, now.replace(":A a", ":Größe a")).notes == ()


@pytest.mark.parametrize("text", [b"Prefix: : <urn:x>", b"# a\n Ontology: <urn:o>"])
def test_manchester_syntax_is_called_by_its_name(text: bytes) -> None:
    with pytest.raises(BadInput, match="Manchester"):
        check_content(text, "text/turtle")


def test_cardinalities_are_written_as_owl_wants_them_and_the_file_has_a_base() -> None:
    text = write_graph(NAMES, quads("[] owl:maxQualifiedCardinality 2 ; :size 3 ."), "ntriples")
    assert f'{OWL.maxQualifiedCardinality} "2"^^{XSD.nonNegativeInteger}' in text
    assert f'"3"^^{XSD.integer}' in text
    whole = write_graph(NAMES, quads(":A a owl:Class ."), "rdfxml")
    assert f'xml:base="{NAMES.ontology_iri.value}"' in whole
    assert f'rdf:about="{NAMES.term("A").value}"' in whole


def test_what_was_generated_before_a_rename_goes_under_its_new_name() -> None:
    facts = "a owl:Class ; rdfs:label 'old' ; rdfs:subClassOf [ owl:onProperty :p ] ."
    before = quads(f":A {facts} :p rdfs:comment 'went' .")
    renamed = quads(f":B {facts}", "theirs-")
    by_hand = Quad(NAMES.term("B"), RDFS.comment, Literal("by hand"), NAMES.ontology)
    generated = quads(":B a owl:Class ; rdfs:label 'new' .", "new-")
    rename = OntologyEdit("1", "rename", "A", "B", "graph", AT, ("as",))

    added, removed = regenerate(before, [*renamed, by_hand], generated, [rename], NAMES)

    after = ({*renamed, by_hand} - set(removed)) | set(added)
    assert after == {*generated, by_hand}
