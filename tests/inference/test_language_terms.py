"""What ontology, shapes, mapping and metadata say of a text in several languages."""

from graph.replay import replay_file
from graph.schema import Column, Decision, Key, Schema, Table
from graph.terms import BlankNode, Literal, NamedNode, Quad, Term
from graph.vocab import OWL, RDF, RDFS, RR, SH, XSD
from inference.knowledge.csvw import csvw_metadata
from inference.knowledge.naming import name_schema
from inference.knowledge.owl import ontology_quads
from inference.knowledge.rml import rml_quads
from inference.knowledge.shapes import shape_quads
from tests.inference.knowledge import NAMES

SURE = Decision(1.0)
SCHEMA = Schema(
    (
        Table(
            "articles",
            "articles.csv",
            9,
            (
                Column("id", "integer", SURE, nullable=False, unique=True),
                Column("title_en", "string", SURE, nullable=False, unique=True, language="en"),
                Column("title_de", "string", SURE, nullable=False, language="de"),
                Column("title_fr", "string", SURE, language="fr"),
            ),
            Key(("id",), SURE),
            (Key(("title_en",), SURE),),
        ),
    )
)
MODEL = name_schema(SCHEMA)
TITLE = NAMES.term("title")


def objects(quads: list[Quad], subject: Term, predicate: NamedNode) -> list[Term]:
    """Give the values of a subject and predicate."""
    return [q.object for q in quads if q.subject == subject and q.predicate == predicate]


def members(quads: list[Quad], head: Term) -> list[Term]:
    """Walk a collection."""
    found: list[Term] = []
    while isinstance(head, BlankNode):
        found += objects(quads, head, RDF.first)
        (head,) = objects(quads, head, RDF.rest)
    return found


def test_the_property_has_a_value_for_each_language() -> None:
    quads = ontology_quads(MODEL, SCHEMA, NAMES, version=1)
    assert objects(quads, TITLE, RDFS.range) == [RDF.langString]
    assert OWL.FunctionalProperty not in objects(quads, TITLE, RDF.type)
    assert objects(quads, NAMES.term("id"), RDF.type).count(OWL.FunctionalProperty) == 1
    about = [q.subject for q in quads if q.predicate == OWL.onProperty and q.object == TITLE]
    assert len(about) == 1
    assert objects(quads, about[0], OWL.cardinality) == []
    (least,) = objects(quads, about[0], OWL.minCardinality)
    assert least == Literal("2", datatype=XSD.nonNegativeInteger)


def test_no_key_is_made_of_a_text_in_languages() -> None:
    quads = ontology_quads(MODEL, SCHEMA, NAMES, version=1)
    keys = [members(quads, q.object) for q in quads if q.predicate == OWL.hasKey]
    assert keys == [[NAMES.term("id")]]


def test_the_shape_wants_one_value_in_each_language() -> None:
    quads = shape_quads(MODEL, SCHEMA, NAMES)
    shape = NAMES.shape("Article-title")
    assert objects(quads, shape, SH.datatype) == [RDF.langString]
    assert objects(quads, shape, SH.uniqueLang) == [Literal("true", datatype=XSD.boolean)]
    (languages,) = objects(quads, shape, SH.languageIn)
    assert members(quads, languages) == [Literal("de"), Literal("en"), Literal("fr")]
    counts = [objects(quads, shape, kind) for kind in (SH.minCount, SH.maxCount)]
    assert counts == [[Literal(number, datatype=XSD.integer)] for number in ("2", "3")]
    (message,) = objects(quads, shape, SH.message)
    assert "one value for each of de, en, fr" in str(message)


def test_the_mapping_has_one_map_for_each_language() -> None:
    quads = rml_quads(MODEL, SCHEMA, NAMES)
    maps = [q.subject for q in quads if q.predicate == RR.predicate and q.object == TITLE]
    assert len(maps) == 3
    found = [q.object for q in quads if q.predicate == RR.language]
    assert found == [Literal("en"), Literal("de"), Literal("fr")]


def test_the_metadata_have_the_language_of_each_column() -> None:
    (table,) = csvw_metadata(MODEL, SCHEMA, NAMES)["tables"]
    assert table["url"] == replay_file("articles")
    languages = {column["name"]: column.get("lang") for column in table["tableSchema"]["columns"]}
    assert (languages["title_de"], languages["id"]) == ("de", None)
