"""Validation: one behaviour per test, and equality with pySHACL on hand-made and random shapes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat

from graph.errors import BadInput
from graph.oxigraph import OxigraphStore
from graph.shacl.fallback import validate_slowly
from graph.shacl.shapes import read_shapes
from graph.shacl.validation import ValidationReport, ValidationResult, report_quads, validate
from graph.store import GraphReader
from graph.terms import BlankNode, Literal, NamedNode, Quad, Term
from graph.vocab import RDF, SH, XSD

EX = "http://example.org/"
_PREFIXES = f"""@prefix : <{EX}> . @prefix sh: <{SH}> . @prefix xsd: <{XSD}> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix rdf: <{RDF}> .
"""
_DATA = NamedNode(EX + "data")
_SHAPES = NamedNode(EX + "shapes")

PEOPLE = """
:Child rdfs:subClassOf :Person .
:ann a :Person ; :name "Ann" ; :age 40 ; :knows :bob ; :mail "ann@x.org" ;
  :born "1984-02-29"^^xsd:date .
:bob a :Child ; :name "Bob", "Robert" ; :age -1, "old", "9x"^^xsd:integer ; :knows :rex, "Ann" ;
  :born "1984-02-30"^^xsd:date .
:eve a :Person, :Child ; :title "Dr"@en, "Doctor"@EN, "Doktor"@de ; :age 12.5 ;
  :low 5 ; :high 3, 7 .
:rex a :Dog ; :name 7 ; :owner :ann, _:b ; :extra true .
_:b a :Person ; :name "" ; :knows _:b ; :mail _:b .
"""

HAND_MADE = {
    "counts": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :name ; sh:minCount 1 ; "
        "sh:maxCount 1 ] ."
    ),
    "higher counts": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :name ; sh:minCount 2 ; "
        "sh:maxCount 0 ] ."
    ),
    "no value": ":S sh:targetClass :Person ; sh:property [ sh:path :low ; sh:maxCount 0 ] .",
    "datatype": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :age ; sh:datatype xsd:integer ] ."
    ),
    "decimal": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :age ; sh:datatype xsd:decimal ] ."
    ),
    "language string": (
        ":S sh:targetSubjectsOf :title ; sh:property [ sh:path :title ; sh:datatype "
        "rdf:langString ] ."
    ),
    "ill-typed date": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :born ; sh:datatype xsd:date ] ."
    ),
    "node kind": (
        ":S sh:targetClass :Person ; sh:nodeKind sh:IRI ; sh:property [ sh:path :knows ; "
        "sh:nodeKind sh:BlankNodeOrIRI ] ."
    ),
    "class": ":S sh:targetClass :Person ; sh:property [ sh:path :knows ; sh:class :Person ] .",
    "node class": ":S sh:targetSubjectsOf :name ; sh:class :Person .",
    "in": ':S sh:targetClass :Person ; sh:property [ sh:path :name ; sh:in ( "Ann" "Bob" ) ] .',
    "long in": ":S sh:targetClass :Person ; sh:property [ sh:path :age ; sh:in ( "
    + " ".join(map(str, range(30, 90)))
    + " ) ] .",
    "pattern": (
        ':S sh:targetClass :Person ; sh:property [ sh:path :mail ; sh:pattern "^ANN@" ; '
        'sh:flags "i" ] .'
    ),
    "lengths": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :name ; sh:minLength 1 ; "
        "sh:maxLength 3 ] ."
    ),
    "length of IRI": ":S sh:targetClass :Person ; sh:minLength 22 .",
    "range": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :age ; sh:minInclusive 0 ; "
        "sh:maxExclusive 40 ] ."
    ),
    "has value": ":S sh:targetClass :Person ; sh:property [ sh:path :knows ; sh:hasValue :bob ] .",
    "node has value": ":S sh:targetClass :Person ; sh:hasValue :ann .",
    "unique languages": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :title ; sh:uniqueLang true ] ."
    ),
    "language in": (
        ':S sh:targetClass :Person ; sh:property [ sh:path :title ; sh:languageIn ( "en" ) ] .'
    ),
    "equals": ":S sh:targetClass :Person ; sh:property [ sh:path :name ; sh:equals :mail ] .",
    "disjoint": ":S sh:targetClass :Person ; sh:property [ sh:path :knows ; sh:disjoint :mail ] .",
    "less than": ":S sh:targetClass :Person ; sh:property [ sh:path :low ; sh:lessThan :high ] .",
    "less than or equal": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :age ; sh:lessThanOrEquals :high ] ."
    ),
    "closed": (
        ":S sh:targetClass :Person ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ; "
        "sh:property [ sh:path :name ] ."
    ),
    "inverse path": (
        ":S sh:targetClass :Person ; sh:property [ sh:path [ sh:inversePath :knows ] ; "
        "sh:minCount 1 ; sh:class :Person ] ."
    ),
    "sequence path": (
        ":S sh:targetClass :Person ; sh:property [ sh:path ( :knows :name ) ; sh:minCount 1 ; "
        "sh:datatype xsd:string ] ."
    ),
    "alternative path": (
        ":S sh:targetClass :Person ; sh:property [ sh:path [ sh:alternativePath ( :name :mail "
        ") ] ; sh:maxCount 1 ] ."
    ),
    "zero or more": (
        ":S sh:targetClass :Person ; sh:property [ sh:path [ sh:zeroOrMorePath :knows ] ; "
        "sh:maxCount 2 ; sh:nodeKind sh:IRI ] ."
    ),
    "one or more": (
        ":S sh:targetNode :ann ; sh:property [ sh:path [ sh:oneOrMorePath :knows ] ; sh:class "
        ":Person ] ."
    ),
    "zero or one": (
        ":S sh:targetNode :ann, :nobody, 5 ; sh:property [ sh:path [ sh:zeroOrOnePath :knows "
        "] ; sh:class :Dog ; sh:hasValue 5 ] ."
    ),
    "targets": (
        ":S sh:targetClass :Dog ; sh:targetNode :eve, 3 ; sh:targetSubjectsOf :mail ; "
        "sh:targetObjectsOf :knows ; sh:nodeKind sh:Literal ."
    ),
    "implicit class": (
        ":Person a rdfs:Class, sh:NodeShape ; sh:property [ sh:path :name ; sh:minCount 1 ] ."
    ),
    "or": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :age ; sh:or ( [ sh:datatype "
        "xsd:integer ] [ sh:datatype xsd:decimal ] ) ] ."
    ),
    "or of paths": (
        ":S sh:targetClass :Person ; sh:or ( [ sh:path :mail ; sh:minCount 1 ] [ sh:path "
        ":title ; sh:minCount 1 ] ) ."
    ),
    "and": (
        ":S sh:targetClass :Person ; sh:and ( [ sh:nodeKind sh:IRI ] [ sh:path :age ; "
        "sh:maxCount 1 ] ) ."
    ),
    "not": ":S sh:targetClass :Person ; sh:not [ sh:path :knows ; sh:minCount 1 ] .",
    "xone": (
        ":S sh:targetClass :Person ; sh:xone ( [ sh:path :mail ; sh:minCount 1 ] [ sh:path "
        ":age ; sh:minCount 1 ] ) ."
    ),
    "node": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :knows ; sh:node :Named ] . :Named "
        "a sh:NodeShape ; sh:property [ sh:path :name ; sh:maxCount 1 ; sh:minCount 1 ] ."
    ),
    "nested property": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :knows ; sh:property [ sh:path "
        ":name ; sh:datatype xsd:integer ] ] ."
    ),
    "qualified": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :knows ; sh:qualifiedValueShape [ "
        "sh:class :Person ] ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1 ] ."
    ),
    "qualified and disjoint": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :name ; "
        "sh:qualifiedValueShapesDisjoint true ; sh:qualifiedValueShape [ sh:minLength 3 ] ; "
        "sh:qualifiedMinCount 1 ], [ sh:path :name ; sh:qualifiedValueShapesDisjoint true ; "
        "sh:qualifiedValueShape [ sh:maxLength 3 ] ; sh:qualifiedMinCount 1 ] ."
    ),
    "severity": (
        ":S sh:targetClass :Person ; sh:property [ sh:path :name ; sh:minCount 1 ; "
        "sh:severity sh:Warning ] ."
    ),
    "deactivated": (
        ":S sh:targetClass :Person ; sh:not :T ; sh:property [ sh:path :name ; sh:minCount 9 "
        "; sh:deactivated true ] . :T sh:deactivated true ; sh:nodeKind sh:Literal ."
    ),
}


@pytest.mark.parametrize("few_nodes", [0, 10_000], ids=["scan-first", "focus-first"])
@pytest.mark.parametrize("name", HAND_MADE)
def test_agrees_with_pyshacl(name: str, few_nodes: int) -> None:
    data, shapes = _readers(PEOPLE, HAND_MADE[name])

    report = validate(data, shapes, few_nodes=few_nodes)

    assert report.fallback == ()
    assert _facts(report.results) == _facts(_by_pyshacl(data, shapes))


def test_reports_a_node_with_two_targets_once() -> None:
    data, shapes = _readers(
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
    data, shapes = _readers(PEOPLE, HAND_MADE.get(name, hard))
    store = OxigraphStore()
    genid = "https://example.org/.well-known/genid/"

    def named(term: Term) -> Term:
        """Put an IRI for a blank node."""
        return NamedNode(genid + term.value) if isinstance(term, BlankNode) else term

    for triple in shapes.construct("CONSTRUCT WHERE { ?s ?p ?o }"):
        store.engine.add(
            Quad(named(triple.subject), triple.predicate, named(triple.object), _SHAPES)  # type: ignore[arg-type] # a subject stays one
        )

    found = _facts(validate(data, store.reader([_SHAPES])).results)

    assert found == {
        (*facts[:5], named(facts[5]))  # type: ignore[arg-type] # a shape is a term
        for facts in _facts(_by_pyshacl(data, shapes))
    }


def test_reads_a_shape_that_stands_in_two_graphs_once() -> None:
    store = OxigraphStore()
    text = ":S sh:targetClass :Person ; sh:property :P . :P sh:path :name ; sh:minCount 1 ."
    for graph in ("one", "two"):
        _load(store, text, NamedNode(EX + graph))
    shapes = store.reader([NamedNode(EX + "one"), NamedNode(EX + "two")])
    data, _ = _readers(PEOPLE, "")

    assert [str(r.focus_node) for r in validate(data, shapes).results] == [f"<{EX}eve>"]


def test_counts_a_triple_of_two_graphs_once() -> None:
    store = OxigraphStore()
    for graph in ("one", "two"):
        _load(store, ':a a :C ; :p "x"@en .', NamedNode(EX + graph))
    data = store.reader([NamedNode(EX + "one"), NamedNode(EX + "two")])
    _, shapes = _readers(
        "",
        ":S sh:targetClass :C ; sh:property [ sh:path :p ; sh:maxCount 1 ; sh:uniqueLang true ] .",
    )

    for few_nodes in (0, 10_000):
        assert validate(data, shapes, few_nodes=few_nodes).conforms


def test_follows_the_inverse_of_a_sequence_from_its_end() -> None:
    """pySHACL 0.40 inverts the steps but not their order, so it is no oracle here."""
    data, shapes = _readers(
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
    data, shapes = _readers(
        ':a :p true, "2020-01-01"^^xsd:date, "text", :b ; :q 2 .',
        "".join((":S sh:targetNode :a ; sh:property [ sh:path :p ; ", rule, " ] .")),
    )

    assert len(validate(data, shapes).results) == 4


def test_takes_whole_numbers_past_64_bits_for_valid() -> None:
    data, shapes = _readers(
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
    data, shapes = _readers(
        ':a :p 1, 300, "c"^^xsd:byte, "1", 1.0 .',
        ":S sh:targetSubjectsOf :p ; sh:property [ sh:path :p ; sh:datatype xsd:byte ] .",
    )

    values = {str(result.value) for result in validate(data, shapes).results}

    assert values == {f'"300"^^{XSD.integer}', f'"c"^^{XSD.byte}', '"1"', f'"1"^^{XSD.decimal}'}


def test_says_what_to_do_in_the_words_of_the_shape_or_its_own() -> None:
    data, shapes = _readers(
        ":a a :C ; :p 1 .",
        ':S sh:targetClass :C ; sh:property [ sh:path :p ; sh:maxCount 0 ; sh:message "No p." ], '
        '[ sh:path :q ; sh:minCount 1 ], [ sh:path :p ; sh:in ( 2 "b" ) ] .',
    )

    messages = {result.message for result in validate(data, shapes).results}

    assert messages == {"No p.", "Give at least 1 value(s).", "Give one of 2, b."}


def test_validates_only_the_nodes_asked_for() -> None:
    data, shapes = _readers(PEOPLE, HAND_MADE["counts"])

    results = validate(data, shapes, focus_nodes=[NamedNode(EX + "bob"), NamedNode(EX + "rex")])

    assert {result.focus_node for result in results.results} == {NamedNode(EX + "bob")}


def test_tells_progress_after_each_shape() -> None:
    data, shapes = _readers(
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
    data, shapes = _readers(PEOPLE, shape + compiled)

    report = validate(data, shapes)

    assert [line.endswith(reason) for line in report.fallback] == [True]
    assert _facts(report.results) == _facts(_by_pyshacl(data, shapes))
    assert {str(result.focus_node) for result in report.results} > {f"<{EX}rex>"}


def test_answers_a_shape_that_refers_to_itself_unless_the_data_are_a_cycle() -> None:
    shape = ":S sh:targetNode :a ; sh:property [ sh:path :p ; sh:node :S ; sh:nodeKind sh:IRI ] ."
    data, shapes = _readers(":a :p :b . :b :p 1 .", shape)
    cycle, _ = _readers(":a :p :b . :b :p :a .", "")

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
    data, shapes = _readers(":a :p :b .", shape)

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

    quads = report_quads(report, _DATA, root, lambda r: [(RDF.value, Literal(r.message))])

    assert quads == sorted(quads, key=str)
    assert quads == report_quads(
        ValidationReport(False, (other, result, result), ("one",)), _DATA, root,
        lambda r: [(RDF.value, Literal(r.message))],
    )  # fmt: skip
    assert not any(isinstance(t, BlankNode) for quad in quads for t in (quad.subject, quad.object))
    names = {quad.object for quad in quads if quad.predicate == SH.result}
    assert len(names) == 3
    assert Quad(root, SH.conforms, Literal("false", datatype=XSD.boolean), _DATA) in quads
    assert sum(quad.predicate == RDF.value for quad in quads) == 3


_VALUES = [":n0", ":n1", ":n2", "_:b", "1", "2", "1.0", '"1"', '"b"', '"b"@en', '"c"@en', '"c"@de',
           '"x"^^xsd:integer', '"2020-01-01"^^xsd:date', '"2020-13-01"^^xsd:date',
           "true"]  # fmt: skip
_SUBJECTS = [":n0", ":n1", ":n2", "_:b"]
_PATHS = [":p", ":q", "[ sh:inversePath :p ]", "( :p :q )", "[ sh:alternativePath ( :p :q ) ]",
          "[ sh:zeroOrMorePath :p ]", "[ sh:oneOrMorePath :p ]", "[ sh:zeroOrOnePath :q ]",
          "( :p [ sh:zeroOrMorePath :q ] )", "( [ sh:inversePath :p ] :q )"]  # fmt: skip
_VALUE_RULES = ["sh:datatype xsd:integer", "sh:datatype xsd:string", "sh:datatype xsd:date",
                "sh:nodeKind sh:IRI", "sh:nodeKind sh:BlankNodeOrLiteral", "sh:class :C",
                "sh:class :D", 'sh:in ( 1 :n0 "b" )', 'sh:pattern "^[b1]"', "sh:minLength 2",
                "sh:maxLength 1", "sh:minInclusive 2", "sh:minExclusive 1", "sh:hasValue 1",
                "sh:hasValue :n1", 'sh:languageIn ( "en" )', "sh:equals :q",
                "sh:disjoint :p"]  # fmt: skip
_PATH_RULES = ["sh:minCount 1", "sh:minCount 2", "sh:maxCount 1", "sh:maxCount 0",
               "sh:uniqueLang true"]  # fmt: skip
_TARGETS = ["sh:targetClass :C", "sh:targetClass :D", "sh:targetNode :n0, 1",
            "sh:targetSubjectsOf :p", "sh:targetObjectsOf :q",
            "sh:targetClass :C ; sh:targetNode :n2"]  # fmt: skip

_QUALIFIED = (
    "sh:property [ sh:path :q ; sh:qualifiedValueShape [ {} ] ; sh:qualifiedMinCount 1 ; "
    "sh:qualifiedMaxCount 1 ]"
)

_triples = st.lists(
    st.tuples(st.sampled_from(_SUBJECTS), st.sampled_from([":p", ":q"]), st.sampled_from(_VALUES)),
    max_size=8,
)
_types = st.lists(
    st.tuples(st.sampled_from(_SUBJECTS), st.just("a"), st.sampled_from([":C", ":D"])),
    min_size=1,
    max_size=4,
)


def _kind(rule: str) -> str:
    return rule.split()[0]


def _rules(depth: int) -> st.SearchStrategy[str]:
    own = st.lists(st.sampled_from(_VALUE_RULES), max_size=2, unique_by=_kind).map(" ; ".join)
    if not depth:
        return own
    inner = _shapes(depth - 1).map("[ {} ]".format)
    lists = st.lists(inner, min_size=1, max_size=2).map(" ".join).map("( {} )".format)
    return st.one_of(
        own,
        inner.map("sh:not {}".format),
        _rules(depth - 1).map("sh:node [ {} ]".format),
        lists.map("sh:or {}".format),
        lists.map("sh:and {}".format),
        lists.map("sh:xone {}".format),
        _path_shapes(depth - 1).map("sh:property [ {} ]".format),
        _path_shapes(0).map(_QUALIFIED.format),
    )


def _path_shapes(depth: int) -> st.SearchStrategy[str]:
    counts = st.lists(st.sampled_from(_PATH_RULES), max_size=2, unique_by=_kind).map(" ; ".join)
    paths = st.sampled_from(_PATHS).map("sh:path {}".format)
    return st.tuples(paths, counts, _rules(depth)).map(
        lambda parts: " ; ".join(filter(None, parts))
    )


def _shapes(depth: int) -> st.SearchStrategy[str]:
    return _rules(depth) | _path_shapes(depth)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(triples=_triples, types=_types, body=_shapes(2), target=st.sampled_from(_TARGETS),
       subclass=st.booleans())  # fmt: skip
def test_agrees_with_pyshacl_on_random_shapes(
    triples: list[tuple[str, str, str]],
    types: list[tuple[str, str, str]],
    body: str,
    target: str,
    subclass: bool,
) -> None:
    lines = [" ".join((*triple, ".")) for triple in triples + types]
    kind = "sh:PropertyShape" if body.startswith("sh:path") else "sh:NodeShape"
    data, shapes = _readers(
        "\n".join(lines) + (":D rdfs:subClassOf :C ." if subclass else ""),
        f":S a {kind} ; {target} ; {body} .",
    )
    expected = _facts(_by_pyshacl(data, shapes))

    for few_nodes in (0, 10_000):
        assert _facts(validate(data, shapes, few_nodes=few_nodes).results) == expected


def _readers(data: str, shapes: str) -> tuple[GraphReader, GraphReader]:
    store = OxigraphStore()
    _load(store, data, _DATA)
    _load(store, shapes, _SHAPES)
    return store.reader([_DATA]), store.reader([_SHAPES])


def _load(store: OxigraphStore, text: str, graph: NamedNode) -> None:
    store.engine.load(
        (_PREFIXES + text).encode(), format=RdfFormat.TURTLE, to_graph=graph, lenient=True
    )


def _by_pyshacl(data: GraphReader, shapes: GraphReader) -> list[ValidationResult]:
    return validate_slowly(data, read_shapes(shapes), done=())


def _facts(
    results: list[ValidationResult] | tuple[ValidationResult, ...],
) -> set[tuple[Term | str | None, ...]]:
    return {(r.focus_node, r.path, r.value, r.component, r.severity, r.shape) for r in results}
