"""Differences by entity: words, table, patch, update."""

from graph.changes import read_patch
from graph.diff import Wording, entity_changes, patch, read_wording, table, update, words
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import RDF, RDFS, XSD

NAMES = ProjectNames("https://example.org/", "works")
M1 = NAMES.thing("Machine", ["M-001"])
POWER = NAMES.term("ratedPowerKw")
NOTE = NAMES.term("note")


def quad(subject: NamedNode, predicate: NamedNode, value: object) -> Quad:
    term = value if isinstance(value, NamedNode | Literal) else Literal(value)  # type: ignore[arg-type]
    return Quad(subject, predicate, term, NAMES.data)


ADDED = (
    quad(M1, POWER, Literal("24.5", datatype=XSD.decimal)),
    quad(M1, NOTE, "x"),
    quad(NAMES.thing("Tool", ["a/b", "7"]), NAMES.term("usedBy"), M1),
)
REMOVED = (quad(M1, POWER, Literal("12.5", datatype=XSD.decimal)),)


def wording() -> Wording:
    store = OxigraphStore()
    labels = ((NAMES.term("Machine"), "Machine"), (POWER, "rated power kw"))
    store.apply(
        [Quad(term, RDFS.label, Literal(text), NAMES.ontology) for term, text in labels], ()
    )
    return read_wording(NAMES, store.reader([NAMES.ontology]))


def test_says_what_changed_of_each_entity_in_one_sentence() -> None:
    assert words(entity_changes(ADDED, REMOVED), wording()) == (
        "Machine M-001: note 'x' added; rated power kw changed from 12.5 to 24.5",
        "Tool a/b, 7: usedBy Machine M-001 added",
    )


def test_says_what_a_removal_took() -> None:
    gone = (quad(M1, NOTE, "x"), quad(M1, RDF.type, NAMES.term("Machine")))

    assert words(entity_changes((), gone), wording()) == (
        "Machine M-001: type Machine removed; note 'x' removed",
    )


def test_gives_one_row_for_each_changed_property() -> None:
    assert table(entity_changes(ADDED, REMOVED), wording()) == (
        ("Machine M-001", "note", "", "'x'"),
        ("Machine M-001", "rated power kw", "12.5", "24.5"),
        ("Tool a/b, 7", "usedBy", "", "Machine M-001"),
    )


def test_the_order_of_the_triples_does_not_matter() -> None:
    assert entity_changes(ADDED, REMOVED) == entity_changes(ADDED[::-1], REMOVED)
    assert patch(ADDED, REMOVED) == patch(ADDED[::-1], REMOVED)


def test_patch_and_update_do_what_the_difference_says() -> None:
    read = read_patch(patch(ADDED, REMOVED).encode())
    store = OxigraphStore()
    store.apply(REMOVED, ())

    store.update(update(ADDED, REMOVED))

    assert (set(read.added), set(read.removed)) == (set(ADDED), set(REMOVED))
    assert set(store.quads(NAMES.data)) == set(ADDED)
