"""Random ontologies and changes: the same is inferred as by owlrl, and by reasoning anew."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import owlrl
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from graph.oxigraph import OxigraphStore
from graph.reasoning.fixpoint import extend, materialise, write_extension
from graph.reasoning.owl_rules import is_schema
from graph.reasoning.saturation import FRESH
from graph.terms import NamedNode, Quad, Triple
from graph.vocab import OWL, PREFIXES, RDF

EX = "https://example.org/#"
DATA, INFERRED = NamedNode("urn:test:data"), NamedNode("urn:test:inferred")
_HEAD = f"@prefix : <{EX}> . " + "".join(
    f"@prefix {name}: <{iri}> . " for name, iri in PREFIXES.items()
)
_CLASSES = st.sampled_from([":A", ":B", ":C", ":D"])
_PROPERTIES = st.sampled_from([":p", ":q", ":r"])
_THINGS = st.sampled_from([":x", ":y", ":z", ":w"])


def _line(*parts: "st.SearchStrategy[str] | str") -> st.SearchStrategy[str]:
    made = [st.just(part) if isinstance(part, str) else part for part in parts]
    return st.tuples(*made).map(lambda words: " ".join((*words, ".")))


_ONE = '"1"^^xsd:nonNegativeInteger'
_AXIOMS = st.one_of(
    _line(_CLASSES, "rdfs:subClassOf", _CLASSES),
    _line(_PROPERTIES, "rdfs:subPropertyOf", _PROPERTIES),
    _line(_PROPERTIES, "rdfs:domain", _CLASSES),
    _line(_PROPERTIES, "rdfs:range", _CLASSES),
    _line(_PROPERTIES, "owl:inverseOf", _PROPERTIES),
    _line(_PROPERTIES, "a owl:SymmetricProperty"),
    _line(_PROPERTIES, "a owl:TransitiveProperty"),
    _line(_PROPERTIES, "a owl:FunctionalProperty"),
    _line(_PROPERTIES, "owl:propertyChainAxiom (", _PROPERTIES, _PROPERTIES, ")"),
    _line(_CLASSES, "owl:intersectionOf (", _CLASSES, _CLASSES, ")"),
    _line(_CLASSES, "owl:unionOf (", _CLASSES, _CLASSES, ")"),
    _line(_CLASSES, "owl:someValuesFrom", _CLASSES, "; owl:onProperty", _PROPERTIES),
    _line(_CLASSES, "owl:allValuesFrom", _CLASSES, "; owl:onProperty", _PROPERTIES),
    _line(":d", "rdfs:subPropertyOf", ":e"),
    _line(":e", "rdfs:domain", _CLASSES),
    _line(_CLASSES, 'owl:hasValue "v" ; owl:onProperty', st.sampled_from([":d", ":e"])),
    _line(_PROPERTIES, "a owl:InverseFunctionalProperty"),
    _line(_CLASSES, "owl:equivalentClass", _CLASSES),
    _line(_PROPERTIES, "owl:equivalentProperty", _PROPERTIES),
    _line(_CLASSES, "owl:oneOf (", _THINGS, _THINGS, ")"),
    _line(_CLASSES, "owl:maxCardinality", _ONE, "; owl:onProperty", _PROPERTIES),
    _line(
        _CLASSES,
        "owl:maxQualifiedCardinality",
        _ONE,
        "; owl:onProperty",
        _PROPERTIES,
        "; owl:onClass",
        _CLASSES,
    ),
    _line(_CLASSES, "owl:hasKey (", _PROPERTIES, ")"),
    _line(_CLASSES, "owl:hasKey (", _PROPERTIES, _PROPERTIES, ")"),
    _line(_PROPERTIES, "owl:propertyChainAxiom (", _PROPERTIES, _PROPERTIES, _PROPERTIES, ")"),
    _line(_CLASSES, "owl:intersectionOf (", _CLASSES, _CLASSES, _CLASSES, ")"),
    _line(
        "[ owl:someValuesFrom",
        _CLASSES,
        "; owl:onProperty",
        _PROPERTIES,
        "] rdfs:subClassOf",
        _CLASSES,
    ),
    _line(
        _CLASSES,
        "rdfs:subClassOf [ owl:allValuesFrom",
        _CLASSES,
        "; owl:onProperty",
        _PROPERTIES,
        "]",
    ),
    _line(
        _CLASSES,
        "owl:equivalentClass [ owl:intersectionOf (",
        _CLASSES,
        "[ owl:hasValue",
        _THINGS,
        "; owl:onProperty",
        _PROPERTIES,
        "] ) ]",
    ),
    _line(_CLASSES, "owl:someValuesFrom owl:Thing ; owl:onProperty", _PROPERTIES),
    _line(_CLASSES, "owl:hasValue", _THINGS, "; owl:onProperty", _PROPERTIES),
)
_FACTS = st.one_of(
    _line(_THINGS, "a", _CLASSES),
    _line(_THINGS, _PROPERTIES, _THINGS),
    # owlrl also reasons on triples whose subject is a literal, which RDF does not have.
    _line(_THINGS, ":d", st.sampled_from(['"v"', "5"])),
    _line(_THINGS, "owl:sameAs", _THINGS),
)


def _store(lines: list[str]) -> OxigraphStore:
    store = OxigraphStore()
    text = re.sub(r"_:", ":", _HEAD + "\n".join(lines))
    for quad in parse(text.encode(), RdfFormat.TURTLE):
        store.engine.add(Quad(_named(quad.subject), quad.predicate, _named(quad.object), DATA))
    return store


def _named(term: object) -> object:
    text = str(term)
    return NamedNode(f"urn:genid:{text[2:]}") if text.startswith("_:") else term


def _closure(store: OxigraphStore) -> set[Triple]:
    with TemporaryDirectory() as folder:
        materialise(store, [DATA], Path(folder))
    return {quad.triple for quad in store.quads(FRESH)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(axioms=st.lists(_AXIOMS, max_size=6), facts=st.lists(_FACTS, min_size=1, max_size=6))
def test_the_same_is_said_of_things_as_by_owlrl(axioms: list[str], facts: list[str]) -> None:
    store = _store([*axioms, *facts])
    text = "".join(f"{quad.triple} .\n" for quad in store.quads(DATA))
    graph = rdflib.Graph().parse(data=text, format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)

    ours = _closure(store) | {quad.triple for quad in store.quads(DATA)}

    lines = (f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in graph if not _is_generalised(s, p))
    theirs = {quad.triple for quad in parse("".join(lines).encode(), RdfFormat.N_TRIPLES)}
    assert {item for item in ours if _is_fact(item)} == {item for item in theirs if _is_fact(item)}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    axioms=st.lists(_AXIOMS, max_size=6),
    kept=st.lists(_FACTS, max_size=5),
    gone=st.lists(_FACTS, max_size=3),
    came=st.lists(_FACTS, max_size=3),
)
def test_a_change_is_followed_to_the_same_as_reasoning_anew(
    axioms: list[str], kept: list[str], gone: list[str], came: list[str]
) -> None:
    before, after = _store([*axioms, *kept, *gone]), _store([*axioms, *kept, *came])
    old, new = set(before.quads(DATA)), set(after.quads(DATA))
    # Lists have blank nodes, whose names differ from one reading to the next.
    schema = {quad for quad in old if is_schema(quad)}
    new = schema | {quad for quad in new if not is_schema(quad)}
    inferred = _closure(before)
    after = OxigraphStore()
    after.engine.extend(new)
    expected = _closure(after)

    store = OxigraphStore()
    store.engine.extend(new)
    asserted = {quad.triple for quad in new}
    # A commit takes what it asserts out of the inferred graph.
    known = {Quad(*item, INFERRED) for item in map(tuple, inferred - asserted)}
    store.engine.extend(known)
    with TemporaryDirectory() as name:
        folder = Path(name)
        files = [folder / file for file in ("came.nt", "gone.nt", "added.nq", "removed.nq")]
        for path, quads in zip(files[:2], (new - old, old - new), strict=True):
            path.write_text("".join(f"{quad.triple} .\n" for quad in quads), encoding="utf-8")
        extend(store, [DATA], INFERRED, files[0], files[1], folder)
        write_extension(store, [DATA], INFERRED, files[2], files[3])
        added, removed = (
            set(parse(path=str(path), format=RdfFormat.N_QUADS)) for path in files[2:]
        )

    found = {quad.triple for quad in (known | added) - removed}
    assert {item for item in found if not is_schema(item)} == {
        item for item in expected if not is_schema(item)
    }
    assert removed <= known
    assert not added & known


def _is_fact(triple: Triple) -> bool:
    """Leave out what is said of the vocabulary, and what each reasoner says of everything."""
    ours = all(
        str(term).startswith((f"<{EX}", '"')) or term == RDF.type or term == OWL.sameAs
        for term in triple
    )
    return ours and triple.subject != triple.object and not is_schema(triple)


def _is_generalised(subject: object, predicate: object) -> bool:
    """Tell whether owlrl made a triple that RDF does not have."""
    return isinstance(subject, rdflib.Literal) or not isinstance(predicate, rdflib.URIRef)
