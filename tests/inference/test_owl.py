"""The ontology: OWL 2 DL, every term declared, nothing twice."""

import shutil
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import owlready2
import pytest
import rdflib
from rdflib.collection import Collection

from graph.model import KnowledgeModel
from graph.oxigraph import OxigraphStore
from graph.schema import Column, Decision, Key, Reference, Schema, Table
from graph.terms import BlankNode, Literal, NamedNode, Quad
from graph.vocab import OWL, RDF, RDFS, XSD
from inference.knowledge.naming import name_schema
from inference.knowledge.owl import OWL_DATATYPES, ontology_quads
from tests.inference.knowledge import NAMES, shop_schema

KINDS = {
    OWL.Class: "class",
    OWL.ObjectProperty: "object property",
    OWL.DatatypeProperty: "datatype property",
    OWL.AnnotationProperty: "annotation property",
}


def shop_ontology() -> list[Quad]:
    """Write the ontology of the shop."""
    schema = shop_schema()
    return ontology_quads(name_schema(schema), schema, NAMES, version=3)


def as_rdflib(quads: list[Quad]) -> rdflib.Graph:
    """Read the quads with another engine."""
    lines = (f"{quad.subject} {quad.predicate} {quad.object} .\n" for quad in quads)
    return rdflib.Graph().parse(data="".join(lines), format="nt")


def test_each_term_is_declared_once_as_one_thing() -> None:
    kinds: defaultdict[object, set[str]] = defaultdict(set)
    quads = shop_ontology()
    for quad in quads:
        if quad.predicate == RDF.type and quad.object in KINDS:
            kinds[quad.subject].add(KINDS[quad.object])  # type: ignore[index]  # is a NamedNode
    assert {len(each) for each in kinds.values()} == {1}
    used = {
        term
        for quad in quads
        for term in (quad.subject, quad.predicate, quad.object)
        if isinstance(term, NamedNode) and term.value.startswith(NAMES.terms)
    }
    assert used <= set(kinds)


def test_the_header_has_one_ontology_and_a_version_without_time() -> None:
    quads = shop_ontology()
    (header,) = [quad.subject for quad in quads if quad.object == OWL.Ontology]
    assert header == NAMES.ontology_iri
    version = NAMES.graph("ontology", "v3")
    assert Quad(header, OWL.versionIRI, version, NAMES.ontology) in quads
    assert not any(quad.predicate == OWL.imports for quad in quads)


def test_ranges_are_owl_datatypes_only() -> None:
    quads = shop_ontology()
    ranges = {quad.subject: quad.object for quad in quads if quad.predicate == RDFS.range}
    assert ranges[NAMES.term("day")] == RDFS.Literal
    assert ranges[NAMES.term("since")] == RDFS.Literal
    assert ranges[NAMES.term("temp")] == XSD.decimal
    allowed = {XSD.term(name) for name in OWL_DATATYPES} | {RDFS.Literal}
    literals = {
        quad.subject
        for quad in quads
        if quad.predicate == RDF.type and quad.object == OWL.DatatypeProperty
    }
    assert {ranges[term] for term in literals} <= allowed


def test_shared_properties_have_the_union_of_their_classes_as_domain() -> None:
    graph = as_rdflib(shop_ontology())
    term = rdflib.URIRef(NAMES.term("name").value)
    union = graph.value(graph.value(term, rdflib.RDFS.domain), rdflib.OWL.unionOf)
    assert union is not None
    assert [str(item) for item in Collection(graph, union)] == [
        NAMES.term("Customer").value,
        NAMES.term("Site").value,
    ]


def test_keys_name_the_properties_of_the_key_columns() -> None:
    graph = as_rdflib(shop_ontology())
    site = rdflib.URIRef(NAMES.term("Site").value)
    key = graph.value(site, rdflib.OWL.hasKey)
    assert key is not None
    assert [str(item) for item in Collection(graph, key)] == [
        NAMES.term("country").value,
        NAMES.term("no").value,
    ]
    note = rdflib.URIRef(NAMES.term("Note").value)
    assert graph.value(note, rdflib.OWL.hasKey) is None


def test_links_are_functional_and_pairs_are_not() -> None:
    quads = shop_ontology()
    functional = {quad.subject for quad in quads if quad.object == OWL.FunctionalProperty}
    assert NAMES.term("customer") in functional
    assert NAMES.term("orderSites") not in functional
    assert Quad(NAMES.term("orderSites"), RDFS.range, NAMES.term("Site"), NAMES.ontology) in quads


def restrictions(graph: rdflib.Graph, owner: str) -> set[tuple[str, str, str]]:
    """Collect (property, kind, value) of what a class is restricted to."""
    found = set()
    for node in graph.objects(rdflib.URIRef(NAMES.term(owner).value), rdflib.RDFS.subClassOf):
        about = graph.value(node, rdflib.OWL.onProperty)
        for kind in ("cardinality", "someValuesFrom", "allValuesFrom"):
            value = graph.value(node, rdflib.OWL[kind])
            if value is not None:
                found.add((str(about), kind, str(value)))
    return found


def test_what_every_row_has_is_a_restriction_of_the_class() -> None:
    graph = as_rdflib(shop_ontology())
    orders = restrictions(graph, "Order")
    assert (NAMES.term("orderId").value, "cardinality", "1") in orders
    target = NAMES.term("Customer").value
    assert (NAMES.term("customer").value, "someValuesFrom", target) in orders
    assert not any(about == NAMES.term("parent").value for about, _, _ in orders)
    assert restrictions(graph, "Note") == set()


def test_links_to_several_classes_lead_to_one_from_each_class() -> None:
    schema = shop_schema()
    model = name_schema(schema)
    notes = next(item for item in model.classes if item.name == "Note")
    site, customer = notes.links
    shared = replace(notes, links=(replace(site, name="customer"), customer))
    classes = tuple(shared if item is notes else item for item in model.classes)
    changed = KnowledgeModel(classes, model.junctions)
    graph = as_rdflib(ontology_quads(changed, schema, NAMES, version=1))
    found = restrictions(graph, "Order")
    about, target = NAMES.term("customer").value, NAMES.term("Customer").value
    assert (about, "allValuesFrom", target) in found


def test_every_link_has_an_inverse_unless_its_name_is_taken() -> None:
    quads = shop_ontology()
    back = NAMES.term("isCustomerOf")
    assert Quad(back, OWL.inverseOf, NAMES.term("customer"), NAMES.ontology) in quads
    assert Quad(back, RDFS.domain, NAMES.term("Customer"), NAMES.ontology) in quads
    schema = shop_schema()
    (first, *rest) = schema.tables
    taken = Column("is_customer_of", "string", Decision(1.0))
    schema = Schema((replace(first, columns=(*first.columns, taken)), *rest))
    quads = ontology_quads(name_schema(schema), schema, NAMES, version=1)
    assert Quad(back, RDF.type, OWL.DatatypeProperty, NAMES.ontology) in quads
    assert not any(quad.subject == back and quad.predicate == OWL.inverseOf for quad in quads)


def parts_schema(*, unique: bool) -> Schema:
    """Make staff, and desks that belong to one of the staff each."""
    sure = Decision(1.0)
    numbers = (Column("no", "integer", sure, nullable=False, unique=True),)
    owner = Column("staff_no", "integer", sure, nullable=False, unique=True)
    staff = Table("staff", "staff.csv", 3, numbers, Key(("no",), sure))
    desks = Table(
        "desks",
        "desks.csv",
        3,
        (*numbers, owner),
        Key(("no",), sure),
        (Key(("staff_no",), sure),) if unique else (),
        (Reference(("staff_no",), "staff", ("no",), sure, one_to_one=True),),
    )
    return Schema((staff, desks))


def test_a_link_is_inverse_functional_where_a_key_says_so_and_not_by_accident() -> None:
    fact = (NAMES.term("staff"), RDF.type, OWL.InverseFunctionalProperty, NAMES.ontology)
    for unique in (True, False):
        schema = parts_schema(unique=unique)
        quads = ontology_quads(name_schema(schema), schema, NAMES, version=1)
        assert (Quad(*fact) in quads) is unique
        keys = [quad for quad in quads if quad.predicate == OWL.hasKey]
        assert len(keys) == 2 + unique


def test_a_table_that_extends_another_is_not_apart_from_it() -> None:
    people, desks = parts_schema(unique=True).tables
    rooms = Table("rooms", "rooms.csv", 1, (Column("no", "integer", Decision(1.0)),))
    part = replace(desks, kind="extension", primary_key=desks.unique_keys[0])
    schema = Schema((people, part, rooms))
    quads = ontology_quads(name_schema(schema), schema, NAMES, version=1)
    room, staff = NAMES.term("Room"), NAMES.term("Staff")
    apart = [quad for quad in quads if quad.predicate == OWL.disjointWith]
    assert apart == [Quad(room, OWL.disjointWith, staff, NAMES.ontology)]
    assert not any(quad.object == OWL.AllDisjointClasses for quad in quads)


def test_blank_nodes_are_for_lists_and_expressions_only() -> None:
    for quad in shop_ontology():
        if isinstance(quad.object, BlankNode):
            assert quad.predicate in {
                RDF.rest,
                RDFS.domain,
                RDFS.range,
                RDFS.subClassOf,
                OWL.unionOf,
                OWL.members,
                OWL.hasKey,
            }


def test_same_model_gives_the_same_quads_and_the_store_takes_them_all() -> None:
    quads = shop_ontology()
    assert quads == shop_ontology()
    store = OxigraphStore()
    store.apply(quads, [])
    assert store.count(NAMES.ontology) == len(quads)


def test_labels_are_words() -> None:
    assert Quad(NAMES.term("temp"), RDFS.label, Literal("temp"), NAMES.ontology) in shop_ontology()


def test_names_of_every_script_survive_rdf_xml() -> None:
    sure = Decision(1.0)
    headers = ("größe", "размер", "αριθμός", "產品", "rząd ć", "fläche m²", "2012", "½ price")
    columns = tuple(Column(header, "string", sure) for header in headers)
    schema = Schema((Table("Straßen", "straßen.csv", 1, columns),))
    graph = as_rdflib(ontology_quads(name_schema(schema), schema, NAMES, version=1))
    facts = [
        (rdflib.URIRef("https://example.org/s"), rdflib.URIRef(str(term)), rdflib.Literal("x"))
        for term in graph.subjects(rdflib.RDF.type, rdflib.OWL.DatatypeProperty)
    ]
    assert len(facts) == len(headers)
    for fact in facts:
        graph.add(fact)
    again = rdflib.Graph().parse(data=graph.serialize(format="xml"), format="xml")
    assert set(facts) <= set(again)


def test_an_empty_schema_is_an_empty_ontology() -> None:
    schema = Schema()
    quads = ontology_quads(name_schema(schema), schema, NAMES, version=1)
    assert not any(quad.object == OWL.Class for quad in quads)


@pytest.mark.skipif(shutil.which("java") is None, reason="the reasoner needs Java")
def test_a_reasoner_finds_the_ontology_consistent(tmp_path: Path) -> None:
    as_rdflib(shop_ontology()).serialize(tmp_path / "shop.owl", format="xml")
    world = owlready2.World()
    ontology = world.get_ontology((tmp_path / "shop.owl").as_uri()).load()
    with ontology:
        owlready2.sync_reasoner_hermit(world, debug=0)
    assert list(world.inconsistent_classes()) == []
    assert {item.name for item in ontology.classes()} == {"Customer", "Site", "Order", "Note"}
