"""Validation: one behaviour per test, and equality with pySHACL on shapes made by hand."""

import pytest

from graph.errors import BadInput
from graph.oxigraph import OxigraphStore
from graph.shacl.validation import ValidationReport, ValidationResult, report_quads, validate
from graph.terms import BlankNode, Literal, NamedNode, Quad, Term
from graph.vocab import RDF, SH, XSD
from tests.graph.shacl_cases import (
    DATA,
    EX,
    HAND_MADE,
    PEOPLE,
    SHAPES,
    by_pyshacl,
    facts,
    load,
    readers,
)


@pytest.mark.parametrize("few_nodes", [0, 10_000], ids=["scan-first", "focus-first"])
@pytest.mark.parametrize("name", HAND_MADE)
def test_agrees_with_pyshacl(name: str, few_nodes: int) -> None:
    data, shapes = readers(PEOPLE, HAND_MADE[name])

    report = validate(data, shapes, few_nodes=few_nodes)

    assert report.fallback == ()
    assert facts(report.results) == facts(by_pyshacl(data, shapes))


def test_reports_a_node_with_two_targets_once() -> None:
    data, shapes = readers(
        ":a a :C, :D ; :p 1, 2 . :D rdfs:subClassOf :C .",
        ":S sh:targetClass :C, :D ; sh:targetNode :a ; sh:targetSubjectsOf :p ; "
        "sh:nodeKind sh:Literal ; sh:property [ sh:path :p ; sh:maxCount 1 ; sh:minCount 3 ] .",
    )

    for few_nodes in (0, 10_000):
        assert len(validate(data, shapes, few_nodes=few_nodes).results) == 3


@pytest.mark.parametrize("name", [*HAND_MADE, "fallback"])
def test_agrees_with_pyshacl_on_shapes_whose_blank_nodes_were_stored_as_iris(name: str) -> None:
    hard = (
        ":S sh:targetClass :Person ; sh:property [ sh:path [ sh:inversePath :knows ] ; "
        'sh:pattern "^(?!x)" ] .'
    )
    data, shapes = readers(PEOPLE, HAND_MADE.get(name, hard))
    store = OxigraphStore()
    genid = "https://example.org/.well-known/genid/"

    def named(term: Term) -> Term:
        """Put an IRI for a blank node."""
        return NamedNode(genid + term.value) if isinstance(term, BlankNode) else term

    for triple in shapes.construct("CONSTRUCT WHERE { ?s ?p ?o }"):
        store.engine.add(
            Quad(named(triple.subject), triple.predicate, named(triple.object), SHAPES)  # type: ignore[arg-type] # a subject stays one
        )

    found = facts(validate(data, store.reader([SHAPES])).results)

    assert found == {
        (*facts[:5], named(facts[5]))  # type: ignore[arg-type] # a shape is a term
        for facts in facts(by_pyshacl(data, shapes))
    }


def test_reads_a_shape_that_stands_in_two_graphs_once() -> None:
    store = OxigraphStore()
    text = ":S sh:targetClass :Person ; sh:property :P . :P sh:path :name ; sh:minCount 1 ."
    for graph in ("one", "two"):
        load(store, text, NamedNode(EX + graph))
    shapes = store.reader([NamedNode(EX + "one"), NamedNode(EX + "two")])
    data, _ = readers(PEOPLE, "")

    assert [str(r.focus_node) for r in validate(data, shapes).results] == [f"<{EX}eve>"]


def test_counts_a_triple_of_two_graphs_once() -> None:
    store = OxigraphStore()
    for graph in ("one", "two"):
        load(store, ':a a :C ; :p "x"@en .', NamedNode(EX + graph))
    data = store.reader([NamedNode(EX + "one"), NamedNode(EX + "two")])
    _, shapes = readers(
        "",
        ":S sh:targetClass :C ; sh:property [ sh:path :p ; sh:maxCount 1 ; sh:uniqueLang true ] .",
    )

    for few_nodes in (0, 10_000):
        assert validate(data, shapes, few_nodes=few_nodes).conforms


def test_follows_the_inverse_of_a_sequence_from_its_end() -> None:
    """pySHACL 0.40 inverts the steps but not their order, so it is no oracle here."""
    data, shapes = readers(
        ":a :p :b . :b :q :c .",
        ":S sh:targetNode :a, :c ; sh:property :P . "
        ":P sh:path [ sh:inversePath ( :p :q ) ] ; sh:minCount 1 ; sh:nodeKind sh:Literal .",
    )

    results = validate(data, shapes).results

    assert [(str(r.focus_node), str(r.value)) for r in results] == [
        (f"<{EX}a>", "None"),
        (f"<{EX}c>", f"<{EX}a>"),
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "sh:maxExclusive 2",
        "sh:minInclusive 2",
        'sh:minInclusive "2021-01-01"^^xsd:date',
        "sh:lessThan :q",
    ],
)
def test_takes_a_value_that_cannot_be_compared_for_a_violation(rule: str) -> None:
    """pySHACL lets a date or a boolean pass below a number; SHACL 4.3 and 4.5 do not."""
    data, shapes = readers(
        ':a :p true, "2020-01-01"^^xsd:date, "text", :b ; :q 2 .',
        "".join((":S sh:targetNode :a ; sh:property [ sh:path :p ; ", rule, " ] .")),
    )

    assert len(validate(data, shapes).results) == 4


def test_takes_whole_numbers_past_64_bits_for_valid() -> None:
    data, shapes = readers(
        ":a :p 99999999999999999999999, -99999999999999999999999 .",
        ":S sh:targetSubjectsOf :p ; sh:property :P . "
        ":P sh:path :p ; sh:datatype xsd:integer ; sh:minInclusive 0 .",
    )

    results = validate(data, shapes).results

    assert [(r.component, r.value) for r in results] == [
        (
            SH.MinInclusiveConstraintComponent,
            Literal("-99999999999999999999999", datatype=XSD.integer),
        )
    ]


def test_checks_the_bounds_of_a_type_derived_from_integer() -> None:
    data, shapes = readers(
        ':a :p 1, 300, "c"^^xsd:byte, "1", 1.0 .',
        ":S sh:targetSubjectsOf :p ; sh:property [ sh:path :p ; sh:datatype xsd:byte ] .",
    )

    values = {str(result.value) for result in validate(data, shapes).results}

    assert values == {f'"300"^^{XSD.integer}', f'"c"^^{XSD.byte}', '"1"', f'"1"^^{XSD.decimal}'}


def test_says_what_to_do_in_the_words_of_the_shape_or_its_own() -> None:
    data, shapes = readers(
        ":a a :C ; :p 1 .",
        ':S sh:targetClass :C ; sh:property [ sh:path :p ; sh:maxCount 0 ; sh:message "No p." ], '
        '[ sh:path :q ; sh:minCount 1 ], [ sh:path :p ; sh:in ( 2 "b" ) ] .',
    )

    messages = {result.message for result in validate(data, shapes).results}

    assert messages == {"No p.", "Give at least 1 value(s).", "Give one of 2, b."}


def test_validates_only_the_nodes_asked_for() -> None:
    data, shapes = readers(PEOPLE, HAND_MADE["counts"])

    results = validate(data, shapes, focus_nodes=[NamedNode(EX + "bob"), NamedNode(EX + "rex")])

    assert {result.focus_node for result in results.results} == {NamedNode(EX + "bob")}


def test_tells_progress_after_each_shape() -> None:
    data, shapes = readers(
        PEOPLE, ":S sh:targetNode :a ; sh:nodeKind sh:IRI . :T sh:targetNode :b ."
    )
    seen: list[tuple[int, int]] = []

    validate(data, shapes, progress=lambda done, total: seen.append((done, total)))

    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (':S sh:targetClass :Person ; sh:sparql [ a sh:SPARQLConstraint ; sh:message "no" ; '
         'sh:select "SELECT $this WHERE { $this <http://example.org/low> ?v }" ] .', "sh:sparql"),
        (':S sh:targetClass :Person ; sh:property [ sh:path :name ; sh:pattern "^(?!Bob)" ] .',
         "a pattern that the engine cannot read"),
    ],
)  # fmt: skip
def test_leaves_to_pyshacl_what_cannot_be_compiled_and_says_so(shape: str, reason: str) -> None:
    compiled = ":T sh:targetClass :Dog ; sh:property [ sh:path :owner ; sh:maxCount 1 ] ."
    data, shapes = readers(PEOPLE, shape + compiled)

    report = validate(data, shapes)

    assert [line.endswith(reason) for line in report.fallback] == [True]
    assert facts(report.results) == facts(by_pyshacl(data, shapes))
    assert {str(result.focus_node) for result in report.results} > {f"<{EX}rex>"}


def test_answers_a_shape_that_refers_to_itself_unless_the_data_are_a_cycle() -> None:
    shape = ":S sh:targetNode :a ; sh:property [ sh:path :p ; sh:node :S ; sh:nodeKind sh:IRI ] ."
    data, shapes = readers(":a :p :b . :b :p 1 .", shape)
    cycle, _ = readers(":a :p :b . :b :p :a .", "")

    report = validate(data, shapes)

    assert report.fallback == (f"<{EX}S> (pySHACL): the shape refers to itself",)
    assert [str(r.value) for r in report.results] == [f"<{EX}b>"]
    with pytest.raises(BadInput, match="Recursive"):
        validate(cycle, shapes)


@pytest.mark.parametrize(
    "shape",
    [
        ':S sh:targetNode :a ; sh:property [ sh:path :p ; sh:minCount "many" ] .',
        ":S sh:targetNode :a ; sh:property [ sh:path [ :no :path ] ] .",
        ":S sh:targetNode :a ; sh:property [ sh:path :p, :q ] .",
        ":S sh:targetNode :a ; sh:in [ rdf:first :a ] .",
        ':S sh:targetNode :a ; sh:datatype "xsd:string" .',
        ':S sh:targetNode :a ; sh:node "shape" .',
        ":S sh:targetNode :a ; sh:nodeKind :Unknown .",
        ":S sh:targetNode :a ; sh:minCount 1 .",
        ":S sh:targetNode :a ; sh:node [ sh:path :p ] .",
        ":S sh:targetNode :a ; sh:property [ sh:nodeKind sh:IRI ] .",
        ":S sh:targetNode :a ; sh:node :Missing .",
        ':S sh:targetClass "C" .',
        ":S sh:targetNode :a ; sh:nodeKind sh:IRI, sh:Literal .",
        ":S sh:targetNode :a ; sh:memberShape [ sh:nodeKind sh:IRI ] .",
        ':S sh:targetNode :a ; sh:property [ sh:path :p ; sh:pattern "(" ] .',
    ],
)
def test_rejects_a_malformed_shape_by_name(shape: str) -> None:
    data, shapes = readers(":a :p :b .", shape)

    with pytest.raises(BadInput, match=r"shape|path"):
        validate(data, shapes)


def test_writes_a_report_without_blank_nodes_in_a_fixed_order() -> None:
    shape, node = BlankNode("s"), BlankNode("n")
    result = ValidationResult(
        node, "(<p>/<q>)", Literal(1), SH.InConstraintComponent, SH.Violation, shape, "No."
    )
    other = ValidationResult(
        NamedNode(EX + "a"), NamedNode(EX + "p"), None,
        SH.MinCountConstraintComponent, SH.Warning, NamedNode(EX + "S"), "Give one.",
    )  # fmt: skip
    report = ValidationReport(False, (result, result, other), ("one",))
    root = NamedNode(EX + "report")

    quads = report_quads(report, DATA, root, lambda r: [(RDF.value, Literal(r.message))])

    assert quads == sorted(quads, key=str)
    assert quads == report_quads(
        ValidationReport(False, (other, result, result), ("one",)), DATA, root,
        lambda r: [(RDF.value, Literal(r.message))],
    )  # fmt: skip
    assert not any(isinstance(t, BlankNode) for quad in quads for t in (quad.subject, quad.object))
    names = {quad.object for quad in quads if quad.predicate == SH.result}
    assert len(names) == 3
    assert Quad(root, SH.conforms, Literal("false", datatype=XSD.boolean), DATA) in quads
    assert sum(quad.predicate == RDF.value for quad in quads) == 3
