"""Reasoning: the rules of OWL 2 RL, against another reasoner, incremental, with proofs."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import owlrl
import pytest
import rdflib
from pyoxigraph import RdfFormat

from graph.changes import ChangeSet
from graph.errors import BadInput
from graph.oxigraph import OxigraphStore
from graph.projects import Project, Projects
from graph.reasoning.explanations import Explanation, explain
from graph.reasoning.fixpoint import materialise
from graph.reasoning.reasoner import is_behind, read_setting, run_reasoner, set_mode
from graph.reasoning.saturation import FRESH
from graph.terms import NamedNode, Quad, Triple

NOON = datetime(2024, 5, 17, 12, tzinfo=UTC)
EX = "https://example.org/p/shop/ontology#"
DATA = NamedNode("urn:test:data")
PREFIXES = (
    "@prefix : <https://example.org/p/shop/ontology#> . "
    "@prefix owl: <http://www.w3.org/2002/07/owl#> . "
    "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . "
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . "
)
CASES = {
    "cax-sco": (":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :x a :A .", ":x a :C"),
    "scm-eqc1": (":A owl:equivalentClass :B . :x a :B .", ":x a :A"),
    "prp-dom": (":p rdfs:domain :A . :x :p :y .", ":x a :A"),
    "prp-rng": (":p rdfs:range :A . :x :p :y .", ":y a :A"),
    "prp-symp": (":p a owl:SymmetricProperty . :x :p :y .", ":y :p :x"),
    "prp-trp": (
        ":p a owl:TransitiveProperty . :a :p :b . :b :p :c . :c :p :d . :d :p :e .",
        ":a :p :e",
    ),
    "prp-spo1": (":p rdfs:subPropertyOf :q . :x :p 5 .", ":x :q 5"),
    "prp-spo2": (":r owl:propertyChainAxiom (:p :q) . :x :p :y . :y :q :z .", ":x :r :z"),
    "prp-inv": (":p owl:inverseOf :q . :x :p :y . :u :q :v .", ":y :q :x . :v :p :u"),
    "prp-fp": (":p a owl:FunctionalProperty . :x :p :y, :z .", ":y owl:sameAs :z"),
    "prp-ifp": (
        ":p a owl:InverseFunctionalProperty . :x :p :z . :y :p :z . :x :q 1 .",
        ":y :q 1",
    ),
    "prp-key": (
        ":A owl:hasKey (:k :l) . :x a :A ; :k 1 ; :l 2 . :y a :A ; :k 1 ; :l 2 .",
        ":x owl:sameAs :y",
    ),
    "cls-int1": (":C owl:intersectionOf (:A :B) . :x a :A, :B .", ":x a :C"),
    "scm-int": (":C owl:intersectionOf (:A :B) . :x a :C .", ":x a :A, :B"),
    "scm-uni": (":C owl:unionOf (:A :B) . :x a :B .", ":x a :C"),
    "cls-svf1": (
        ":R owl:someValuesFrom :A ; owl:onProperty :p . :x :p :y . :y a :A .",
        ":x a :R",
    ),
    "cls-avf": (":R owl:allValuesFrom :A ; owl:onProperty :p . :x a :R ; :p :y .", ":y a :A"),
    "cls-hv1": (':R owl:hasValue "v" ; owl:onProperty :p . :x a :R .', ':x :p "v"'),
    "cls-hv2": (':R owl:hasValue "v" ; owl:onProperty :p . :x :p "v" .', ":x a :R"),
    "cls-maxc2": (
        ":R owl:maxCardinality '1'^^xsd:nonNegativeInteger ; owl:onProperty :p . "
        ":x a :R ; :p :y, :z .",
        ":y owl:sameAs :z",
    ),
    "cls-oo": (":C owl:oneOf (:x :y) .", ":x a :C . :y a :C"),
    "eq-trans": (":x owl:sameAs :y . :y owl:sameAs :z . :z :p :w .", ":x :p :w . :z owl:sameAs :x"),
}


def closed(turtle: str, folder: Path) -> set[Triple]:
    store = OxigraphStore()
    store.engine.load(PREFIXES + turtle, RdfFormat.TURTLE, to_graph=DATA)
    skolemised = [
        Quad(named(quad.subject), quad.predicate, named(quad.object), DATA)
        for quad in store.quads(DATA)
    ]
    store.engine.clear_graph(DATA)
    store.engine.extend(skolemised)
    materialise(store, [DATA], folder)
    return {quad.triple for graph in (DATA, FRESH) for quad in store.quads(graph)}


def named(term: object) -> object:
    label = getattr(term, "value", "")
    return NamedNode(f"urn:genid:{label}") if str(term).startswith("_:") else term


def triples(turtle: str) -> set[Triple]:
    store = OxigraphStore()
    store.engine.load(PREFIXES + turtle + " .", RdfFormat.TURTLE, to_graph=DATA)
    return {quad.triple for quad in store.quads(DATA)}


@pytest.mark.parametrize("name", sorted(CASES))
def test_each_rule_gives_what_the_specification_says(name: str, tmp_path: Path) -> None:
    given, wanted = CASES[name]

    assert triples(wanted) <= closed(given, tmp_path)


def test_nothing_follows_by_way_of_a_triple_whose_subject_would_be_a_literal(
    tmp_path: Path,
) -> None:
    given = ':p a owl:SymmetricProperty ; rdfs:range :A . :x :p "v", :y .'

    assert triples(":x a :A") <= closed(given, tmp_path)
    assert not triples(":x a :A") & closed(given.replace(", :y", ""), tmp_path)


def test_the_same_is_inferred_as_by_owlrl_but_for_the_vocabulary_itself(tmp_path: Path) -> None:
    cases = enumerate(given for given, _ in CASES.values())
    everything = " ".join(re.sub(r"(?<!\w):(?=\w)", f":c{at}", given) for at, given in cases)
    graph = rdflib.Graph().parse(data=PREFIXES + everything, format="turtle").skolemize()
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    text = "".join(
        f"{s.n3()} {p.n3()} {o.n3()} .\n"
        for s, p, o in graph
        if not isinstance(s, rdflib.Literal) and "genid" not in f"{s} {o}"
    )
    store = OxigraphStore()
    store.engine.load(text, RdfFormat.N_TRIPLES, to_graph=DATA)
    theirs = {quad.triple for quad in store.quads(DATA)}

    ours = {item for item in closed(everything, tmp_path) if "genid" not in str(item)}

    assert ours - theirs == set()
    vocabulary = ("owl#Thing", "owl#Class", "XMLSchema#", "rdf-schema#", "owl#", "22-rdf-syntax")
    rest = {
        item
        for item in theirs - ours
        if str(item.subject).startswith(f"<{EX}")
        and not (
            item.subject == item.object or any(word in str(item.object) for word in vocabulary)
        )
    }
    assert rest == set()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project with a small ontology and a line of parts."""
    projects = Projects(tmp_path, "https://example.org/", lambda: NOON)
    shop = projects.create("shop")
    names = shop.names
    add(shop, ":Pump rdfs:subClassOf :Machine . :partOf a owl:TransitiveProperty .", names.ontology)
    add(shop, ":a a :Pump ; :partOf :b . :b :partOf :c .", names.data)
    yield shop
    projects.close()


def quads_of(turtle: str, graph: NamedNode) -> tuple[Quad, ...]:
    return tuple(
        Quad(item.subject, item.predicate, item.object, graph)
        for item in sorted(triples(turtle.rstrip(" .")), key=str)
    )


def add(project: Project, turtle: str, graph: NamedNode) -> None:
    project.commit(ChangeSet(added=quads_of(turtle, graph)))


def inferred(project: Project) -> set[Triple]:
    return {quad.triple for quad in project.dataset.quads(project.names.inferred)}


def test_what_follows_goes_to_the_inferred_graph_alone(project: Project) -> None:
    report = run_reasoner(project, lambda: NOON)

    assert inferred(project) == triples(":a a :Machine ; :partOf :c")
    assert (report.inferred, report.added, report.removed, report.incremental) == (2, 2, 0, False)
    assert read_setting(project.reader(project.names.meta), project.names).inferred == 2


def test_reasoning_again_changes_nothing(project: Project) -> None:
    run_reasoner(project, lambda: NOON)
    sequence = project.dataset.sequence

    again = run_reasoner(project, lambda: NOON)

    assert (again.added, again.removed, project.dataset.sequence) == (0, 0, sequence)
    assert not is_behind(project)


def test_added_triples_are_reasoned_on_alone_and_give_the_same_as_reasoning_anew(
    project: Project,
) -> None:
    run_reasoner(project, lambda: NOON)
    add(project, ":c :partOf :d . :e a :Pump . :a a :Machine .", project.names.data)
    assert is_behind(project)

    report = run_reasoner(project, lambda: NOON)
    found = inferred(project)

    assert report.incremental
    assert found == triples(":a :partOf :c, :d . :b :partOf :d . :e a :Machine")
    anew = run_reasoner(project, lambda: NOON, anew=True)
    assert (anew.added, anew.removed) == (0, 0)


def test_what_no_longer_follows_is_removed(project: Project) -> None:
    run_reasoner(project, lambda: NOON)
    project.commit(ChangeSet(removed=quads_of(":b :partOf :c", project.names.data)))

    report = run_reasoner(project, lambda: NOON)

    assert (report.incremental, report.added, report.removed) == (True, 0, 1)
    assert inferred(project) == triples(":a a :Machine")


def test_off_removes_what_was_inferred(project: Project) -> None:
    run_reasoner(project, lambda: NOON)

    set_mode(project, "off", author="ann")

    assert inferred(project) == set()
    with pytest.raises(BadInput):
        set_mode(project, "sometimes", author="ann")


def test_a_contradiction_names_rule_and_terms(project: Project) -> None:
    add(project, ":Pump owl:disjointWith :Site .", project.names.ontology)
    add(project, ":a a :Site .", project.names.data)

    (found,) = run_reasoner(project, lambda: NOON).contradictions

    assert found.rule == "cax-dw"
    assert found.terms == (f"<{EX}a>",)


def test_an_inferred_triple_is_explained_down_to_what_was_asserted(project: Project) -> None:
    add(project, ":Machine rdfs:subClassOf :Asset .", project.names.ontology)
    run_reasoner(project, lambda: NOON)
    (wanted,) = triples(":a a :Asset")

    found = explain(project, wanted)

    assert found.kind == "inferred"
    assert found.rule in ("cax-sco",)
    leaves = {leaf.triple for leaf in asserted(found)}
    assert leaves == {
        str(item)
        for item in triples(
            ":a a :Pump . :Pump rdfs:subClassOf :Machine . :Machine rdfs:subClassOf :Asset"
        )
    }


def test_an_asserted_triple_is_explained_by_its_commit(project: Project) -> None:
    (wanted,) = triples(":b :partOf :c")

    found = explain(project, wanted)

    assert (found.kind, found.commit) == ("asserted", 2)


def test_a_triple_that_is_not_there_has_no_explanation(project: Project) -> None:
    (wanted,) = triples(":c :partOf :a")

    assert explain(project, wanted).kind == "absent"


def asserted(found: Explanation) -> Iterator[Explanation]:
    if found.kind == "asserted":
        yield found
    for premise in found.premises:
        yield from asserted(premise)


def test_what_is_asserted_later_leaves_the_inferred_graph_in_the_same_commit(
    project: Project,
) -> None:
    run_reasoner(project, lambda: NOON)

    add(project, ":a a :Machine .", project.names.data)

    assert inferred(project) == triples(":a :partOf :c")
    report = run_reasoner(project, lambda: NOON)
    assert (report.incremental, report.added, report.removed) == (True, 0, 0)


def test_nothing_is_said_of_classes_without_a_name(project: Project) -> None:
    names = project.names
    turtle = ":label rdfs:domain [ owl:unionOf ( :Pump :Site ) ] . :a :label :b ."
    store = OxigraphStore()
    store.engine.load(PREFIXES + turtle, RdfFormat.TURTLE, to_graph=names.ontology)
    project.commit(ChangeSet(added=tuple(store.quads(names.ontology))))

    run_reasoner(project, lambda: NOON)

    assert not any("genid" in str(triple) for triple in inferred(project))
