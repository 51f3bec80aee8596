"""Edits of people: found by where a term comes from, applied again after every regeneration."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.dataset.dataset import Dataset
from graph.errors import BadInput, NotFound
from graph.model import AttributeDef, ClassDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.ontology.diff import diff_ontologies
from graph.ontology.edits import (
    OntologyEdit,
    current_name,
    edited_model,
    edited_quads,
    find_edit,
    make_edit,
    observed_renames,
    read_edits,
    record_edit,
)
from graph.ontology.schema_overrides import overrides_of_edits
from graph.terms import BlankNode, Literal, NamedNode, Quad
from graph.vocab import MIMIR, OWL, RDF, RDFS

NAMES = ProjectNames("https://example.org/", "shop")
NOON = datetime(2024, 5, 17, 12, tzinfo=UTC)
MODEL = KnowledgeModel(
    (
        ClassDef(
            "machines",
            "Machine",
            "machine",
            ("id",),
            (AttributeDef("serial", "serial", "serial", "integer"),),
            (LinkDef(("site",), "sites", ("id",), "Site", "site", "site"),),
        ),
        ClassDef("sites", "Site", "site", ("id",), (), ()),
        ClassDef("tools", "Tool", "tool", ("id",), (), ()),
    )
)


def edit(kind: str, target: str, value: str, model: KnowledgeModel = MODEL) -> OntologyEdit:
    return make_edit(model, kind, target, value, "ann", NOON)


def ontology() -> list[Quad]:
    graph = NAMES.ontology
    nodes = [BlankNode(f"m{place}") for place in range(3)]
    members = [NAMES.term(name) for name in ("Machine", "Site", "Tool")]
    quads = [Quad(BlankNode("d"), RDF.type, OWL.AllDisjointClasses, graph)]
    quads.append(Quad(BlankNode("d"), OWL.members, nodes[0], graph))
    for term, node, rest in zip(members, nodes, [*nodes[1:], RDF.nil], strict=True):
        quads.append(Quad(term, RDF.type, OWL.Class, graph))
        quads.append(Quad(term, RDFS.label, Literal("generated"), graph))
        quads += [Quad(node, RDF.first, term, graph), Quad(node, RDF.rest, rest, graph)]
    return quads


def applied(*edits: OntologyEdit) -> list[Quad]:
    return edited_quads(ontology(), edited_model(MODEL, edits), edits, NAMES)


def members(quads: list[Quad]) -> set[str]:
    return {quad.object.value for quad in quads if quad.predicate == RDF.first}  # type: ignore[union-attr] # IRIs


def test_a_rename_reaches_the_class_and_the_links_to_it() -> None:
    model = edited_model(MODEL, [edit("rename", "Site", "Plant")])

    assert [item.name for item in model.classes] == ["Machine", "Plant", "Tool"]
    assert model.classes[0].links[0].target == "Plant"
    assert model.classes[0].links[0].name == "site"


def test_an_edit_finds_its_term_after_a_rename_and_after_its_undo() -> None:
    rename = edit("rename", "Site", "Plant")
    label = edit("label", "Plant", "works", edited_model(MODEL, [rename]))

    assert current_name(edited_model(MODEL, [rename]), label) == "Plant"
    assert current_name(MODEL, label) == "Site"


def test_a_type_is_a_decision_about_the_columns_that_fill_the_property() -> None:
    retype = edit("retype", "serial", "string")

    (override,) = overrides_of_edits([retype, edit("label", "Site", "works")])

    assert (override.kind, override.datatype) == ("type", "string")
    assert (override.table, override.columns) == ("machines", ("serial",))
    assert (override.author, override.at) == (retype.author, retype.at.isoformat())
    assert edited_model(MODEL, [retype]) == MODEL


def test_labels_and_comments_replace_what_was_generated() -> None:
    quads = applied(edit("label", "Site", "plant"), edit("comment", "Site", "Where."))

    site = NAMES.term("Site")
    texts = {q.predicate: q.object for q in quads if q.subject == site and q.predicate != RDF.type}
    assert texts == {RDFS.label: Literal("plant"), RDFS.comment: Literal("Where.")}


def test_a_subclass_is_no_longer_disjoint_from_its_class() -> None:
    quads = applied(edit("subclass", "Site", "Tool"))

    wanted = Quad(NAMES.term("Site"), RDFS.subClassOf, NAMES.term("Tool"), NAMES.ontology)
    assert wanted in quads
    assert members(quads) == {NAMES.term("Machine").value, NAMES.term("Tool").value}


def test_two_disjoint_classes_of_which_one_becomes_part_of_the_other_are_not_disjoint() -> None:
    site, tool = NAMES.term("Site"), NAMES.term("Tool")
    for pair in ((site, tool), (tool, site)):
        apart = Quad(pair[0], OWL.disjointWith, pair[1], NAMES.ontology)
        assert apart not in edited_quads([apart], MODEL, [edit("subclass", "Site", "Tool")], NAMES)


def test_a_new_class_above_is_declared() -> None:
    quads = applied(edit("subclass", "Site", "Place"))

    assert Quad(NAMES.term("Place"), RDF.type, OWL.Class, NAMES.ontology) in quads
    assert len(members(quads)) == 3


def test_merged_classes_mean_the_same_and_keep_their_rows_apart() -> None:
    merge = edit("merge", "Site", "Tool")

    assert edited_model(MODEL, [merge]) == MODEL
    wanted = Quad(NAMES.term("Site"), OWL.equivalentClass, NAMES.term("Tool"), NAMES.ontology)
    assert wanted in applied(merge)


@pytest.mark.parametrize(
    ("kind", "target", "value", "error"),
    [
        ("paint", "Site", "red", BadInput),
        ("label", "Nowhere", "x", NotFound),
        ("label", "Site", "  ", BadInput),
        ("rename", "Site", "Tool", BadInput),
        ("rename", "Site", "two words", BadInput),
        ("retype", "serial", "colour", BadInput),
        ("retype", "Site", "string", BadInput),
        ("subclass", "serial", "Site", BadInput),
        ("subclass", "Site", "Site", BadInput),
        ("merge", "Site", "Nowhere", NotFound),
    ],
)
def test_edits_that_do_not_fit_are_refused(
    kind: str, target: str, value: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        edit(kind, target, value)


def test_a_record_comes_back_as_it_was_and_undo_takes_it_away(tmp_path: Path) -> None:
    dataset = Dataset(tmp_path / "shop", NAMES, lambda: NOON)
    first = edit("rename", "Site", "Plant")
    second = replace(edit("label", "Tool", "gear"), at=NOON + timedelta(seconds=1))
    for item in (second, first):
        dataset.commit(record_edit(item, NAMES))
    meta = dataset.reader([NAMES.meta])

    assert read_edits(meta) == (first, second)
    assert find_edit(meta, first.id) == first
    dataset.commit(record_edit(first, NAMES, undo=True))
    assert read_edits(meta) == (second,)
    with pytest.raises(NotFound):
        find_edit(meta, first.id)
    dataset.close()


def test_a_rename_in_the_graph_itself_becomes_an_edit() -> None:
    def described(name: str) -> list[Quad]:
        term = NAMES.term(name)
        facts: list[tuple[NamedNode, NamedNode | Literal]] = [
            (RDF.type, OWL.Class),
            (MIMIR.fromTable, Literal("sites")),
        ]
        return [Quad(term, predicate, value, NAMES.ontology) for predicate, value in facts]

    diff = diff_ontologies(described("Site"), described("Plant"), NAMES.skolem)

    (found,) = observed_renames(MODEL, diff, NAMES, NOON)

    assert (found.kind, found.target, found.value) == ("rename", "Site", "Plant")
    assert observed_renames(edited_model(MODEL, [found]), diff, NAMES, NOON) == ()


def test_applying_no_edit_changes_nothing() -> None:
    assert applied() == ontology()
