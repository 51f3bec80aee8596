"""Shapes and data whose reports pySHACL knows too."""

from pyoxigraph import RdfFormat

from graph.oxigraph import OxigraphStore
from graph.shacl.fallback import validate_slowly
from graph.shacl.shapes import read_shapes
from graph.shacl.validation import ValidationResult
from graph.store import GraphReader
from graph.terms import NamedNode, Term
from graph.vocab import RDF, SH, XSD

EX = "http://example.org/"
PREFIXES = f"""@prefix : <{EX}> . @prefix sh: <{SH}> . @prefix xsd: <{XSD}> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix rdf: <{RDF}> .
"""
DATA = NamedNode(EX + "data")
SHAPES = NamedNode(EX + "shapes")

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


def readers(data: str, shapes: str) -> tuple[GraphReader, GraphReader]:
    store = OxigraphStore()
    load(store, data, DATA)
    load(store, shapes, SHAPES)
    return store.reader([DATA]), store.reader([SHAPES])


def load(store: OxigraphStore, text: str, graph: NamedNode) -> None:
    store.engine.load(
        (PREFIXES + text).encode(), format=RdfFormat.TURTLE, to_graph=graph, lenient=True
    )


def by_pyshacl(data: GraphReader, shapes: GraphReader) -> list[ValidationResult]:
    return validate_slowly(data, read_shapes(shapes), done=())


def facts(
    results: list[ValidationResult] | tuple[ValidationResult, ...],
) -> set[tuple[Term | str | None, ...]]:
    return {(r.focus_node, r.path, r.value, r.component, r.severity, r.shape) for r in results}
