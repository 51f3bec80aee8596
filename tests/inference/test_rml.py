"""The mapping: triples maps, templates and joins that another engine can replay."""

from dataclasses import replace

from graph.model import KnowledgeModel
from graph.names import ProjectNames
from graph.schema import Column, Decision, Key, Schema, Table
from graph.terms import Literal, NamedNode, Quad, Term
from graph.vocab import QL, RDF, RML, RR, XSD
from inference.knowledge.naming import name_schema
from inference.knowledge.rml import rml_quads
from tests.inference.knowledge import NAMES, shop_schema


def mapping_of(schema: Schema, model: KnowledgeModel | None = None) -> list[Quad]:
    """Write the mapping of a schema."""
    return rml_quads(model or name_schema(schema), schema, NAMES)


def values(quads: list[Quad], subject: NamedNode, predicate: NamedNode) -> list[Term]:
    """Give the objects of a subject and predicate."""
    return [
        quad.object for quad in quads if quad.subject == subject and quad.predicate == predicate
    ]


def node(*parts: str) -> NamedNode:
    """Name a part of the mapping."""
    return NAMES.record("mapping", *parts)


def test_a_triples_map_reads_the_file_and_names_rows_by_their_key() -> None:
    quads = mapping_of(shop_schema())
    assert values(quads, node("Customer"), RDF.type) == [RR.TriplesMap]
    assert values(quads, node("Customer", "source"), RML.source) == [Literal("customers.csv")]
    assert values(quads, node("Customer", "source"), RML.referenceFormulation) == [QL.CSV]
    subject = node("Site", "subject")
    template = f"{NAMES.things('Site')}{{country}};{{no}}"
    assert values(quads, subject, RR.template) == [Literal(template)]
    assert values(quads, subject, RR.term("class")) == [NAMES.term("Site")]
    assert values(quads, subject, RR.graph) == [NAMES.data]


def test_a_table_of_a_workbook_is_read_from_its_own_csv() -> None:
    quads = mapping_of(shop_schema())
    assert values(quads, node("Site", "source"), RML.source) == [Literal("sites.csv")]


def test_attributes_have_their_datatype() -> None:
    quads = mapping_of(shop_schema())
    assert values(quads, node("Order", "day", "object"), RR.datatype) == [XSD.date]
    assert values(quads, node("Customer", "name", "object"), RML.reference) == [Literal("name")]
    assert values(quads, node("Customer", "name", "object"), RR.datatype) == []


def test_links_join_all_columns_with_the_parent() -> None:
    quads = mapping_of(shop_schema())
    target = node("Note", "site", "object")
    assert values(quads, target, RR.parentTriplesMap) == [node("Site")]
    joins = values(quads, target, RR.joinCondition)
    assert joins == [node("Note", "site", "join1"), node("Note", "site", "join2")]
    assert values(quads, node("Note", "site", "join2"), RR.child) == [Literal("site_no")]
    assert values(quads, node("Note", "site", "join2"), RR.parent) == [Literal("no")]


def test_rows_without_a_key_have_their_name_in_a_column_of_their_own() -> None:
    quads = mapping_of(shop_schema())
    subject = node("Note", "subject")
    assert values(quads, subject, RML.reference) == [Literal("row IRI")]
    assert values(quads, subject, RR.termType) == [RR.IRI]
    assert values(quads, subject, RR.template) == []


def test_targets_that_are_not_found_by_their_key_stand_in_a_column_of_their_own() -> None:
    schema = shop_schema()
    model = name_schema(schema)
    (item,) = (each for each in model.classes if each.name == "Note")
    links = tuple(
        replace(link, target_columns=("name",)) if link.name == "customer" else link
        for link in item.links
    )
    classes = tuple(replace(item, links=links) if each == item else each for each in model.classes)
    quads = mapping_of(schema, KnowledgeModel(classes, model.junctions))
    target = node("Note", "customer", "object")
    assert values(quads, target, RML.reference) == [Literal("customer IRI")]
    assert values(quads, target, RR.joinCondition) == []


def test_a_text_that_is_read_as_the_type_of_its_parent_stands_in_a_column_of_its_own() -> None:
    schema = shop_schema()
    customers, *rest = schema.tables
    number = replace(customers.columns[0], datatype="decimal")
    changed = Schema((replace(customers, columns=(number, *customers.columns[1:])), *rest))
    condition = node("Note", "customer", "join1")
    quads = mapping_of(changed)
    assert values(quads, condition, RR.child) == [Literal("customer_id as decimal")]
    assert values(quads, condition, RR.parent) == [Literal("id")]


def test_pairs_are_edges_from_the_individuals_of_the_first_end() -> None:
    quads = mapping_of(shop_schema())
    subject = node("orderSites", "subject")
    assert values(quads, subject, RR.template) == [Literal(f"{NAMES.things('Order')}{{order_id}}")]
    assert values(quads, subject, RR.term("class")) == []
    target = node("orderSites", "orderSites", "object")
    assert values(quads, target, RR.parentTriplesMap) == [node("Site")]


def test_pairs_of_individuals_without_a_key_have_the_names_in_a_column() -> None:
    schema = shop_schema()
    model = name_schema(schema)
    keyless = tuple(
        replace(item, key=()) if item.name == "Order" else item for item in model.classes
    )
    quads = mapping_of(schema, KnowledgeModel(keyless, model.junctions))
    assert values(quads, node("orderSites", "subject"), RML.reference) == [Literal("row IRI")]


def test_braces_in_headers_are_escaped() -> None:
    sure = Decision(1.0)
    table = Table("t", "t.csv", 1, (Column("a{b}", "string", sure),), Key(("a{b}",), sure))
    names = ProjectNames("https://example.org/", "shop")
    schema = Schema((table,))
    quads = rml_quads(name_schema(schema), schema, names)
    assert values(quads, node("T", "subject"), RR.template) == [
        Literal(names.things("T") + r"{a\{b\}}")
    ]


def test_same_model_gives_the_same_quads_without_repetition() -> None:
    quads = mapping_of(shop_schema())
    assert quads == mapping_of(shop_schema())
    assert len(quads) == len(set(quads))
