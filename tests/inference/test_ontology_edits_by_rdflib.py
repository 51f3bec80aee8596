"""Each edit that rdflib makes of an exported ontology comes back as exactly that edit."""

from pathlib import Path

import pytest
from rdflib import BNode, Graph

from graph.terms import NamedNode, Quad
from graph.vocab import OWL, RDFS
from tests.inference.knowledge import NAMES, shop_schema
from tests.inference.test_ontology_edits_elsewhere import Exported, export, imported

_PREFIXES = f"""
PREFIX : <{NAMES.terms}> PREFIX ex: <http://example.org/other#> PREFIX owl: <{OWL}>
PREFIX rdfs: <{RDFS}> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX dct: <http://purl.org/dc/terms/>
"""
_RENAME = """
DELETE {{ ?s ?p {old} }} INSERT {{ ?s ?p {new} }} WHERE {{ ?s ?p {old} }} ;
DELETE {{ {old} ?p ?o }} INSERT {{ {new} ?p ?o }} WHERE {{ {old} ?p ?o }}
"""
EDITS = {
    "label": "DELETE { :Order rdfs:label ?l } INSERT { :Order rdfs:label 'purchase' } "
    "WHERE { :Order rdfs:label ?l }",
    "label in a language": "INSERT DATA { :Order rdfs:label 'Auftrag'@de }",
    "comment": "INSERT DATA { :customer rdfs:comment 'Who pays.' }",
    "new class": "INSERT DATA { :Depot a owl:Class ; rdfs:subClassOf :Site }",
    "subclass of a foreign class": "INSERT DATA { ex:Deal a owl:Class . "
    ":Order rdfs:subClassOf ex:Deal }",
    "equivalent class": "INSERT DATA { ex:Deal a owl:Class . :Order owl:equivalentClass ex:Deal }",
    "restriction": "INSERT DATA { :Note rdfs:subClassOf [ a owl:Restriction ; "
    "owl:onProperty :customer ; owl:someValuesFrom :Customer ] }",
    "no restrictions of a class": "DELETE { :Order rdfs:subClassOf ?r . ?r ?p ?o } "
    "WHERE { :Order rdfs:subClassOf ?r . ?r a owl:Restriction ; ?p ?o }",
    "new property": "INSERT DATA { :weight a owl:DatatypeProperty ; rdfs:domain :Order ; "
    "rdfs:range xsd:decimal }",
    "property deleted": "DELETE { :customer ?p ?o } WHERE { :customer ?p ?o }",
    "class deleted": "DELETE { :Note ?p ?o } WHERE { :Note ?p ?o }",
    "class renamed": _RENAME.format(old=":Order", new=":Purchase"),
    "property renamed": _RENAME.format(old=":customer", new=":buyer"),
    "range": "DELETE { ?p rdfs:range xsd:integer } INSERT { ?p rdfs:range xsd:decimal } "
    "WHERE { ?p rdfs:range xsd:integer }",
    "domain": "DELETE { :customer rdfs:domain ?d } INSERT { :customer rdfs:domain :Note } "
    "WHERE { :customer rdfs:domain ?d }",
    "no longer functional": "DELETE WHERE { ?p a owl:FunctionalProperty }",
    "transitive": "INSERT DATA { :customer a owl:TransitiveProperty }",
    "deprecated": "INSERT DATA { :Note owl:deprecated true }",
    "annotation property": "INSERT DATA { skos:editorialNote a owl:AnnotationProperty . "
    ":Order skos:editorialNote 'checked' }",
    "individual": "INSERT DATA { :north a owl:NamedIndividual , :Site ; rdfs:label 'north' }",
    "ontology annotation": "INSERT DATA { dct:creator a owl:AnnotationProperty . "
    f"<{NAMES.ontology_iri.value}> dct:creator 'somebody' }}",
    "disjoint union": "INSERT DATA { :Site owl:disjointUnionOf ( :Order :Note ) }",
    "key": "INSERT DATA { :Note owl:hasKey ( :customer ) }",
}


def ground(quads: tuple[Quad, ...]) -> set[tuple[str, ...]]:
    """Give the triples that name no blank node, as texts."""
    return {
        (str(quad.subject), str(quad.predicate), str(quad.object))
        for quad in quads
        if not any(
            isinstance(term, NamedNode) and term.value.startswith(NAMES.skolem)
            for term in (quad.subject, quad.object)
        )
    }


def ground_triples(graph: Graph) -> set[tuple[str, ...]]:
    return {
        tuple(term.n3() for term in triple)
        for triple in graph
        if not any(isinstance(term, BNode) for term in triple)
    }


def edited(exported: Exported, update: str) -> tuple[Graph, Graph]:
    """Read the exported file with rdflib before and after an update."""
    before, after = Graph().parse(exported.path), Graph().parse(exported.path)
    after.update(_PREFIXES + update)
    return before, after


@pytest.mark.parametrize("syntax", ["rdfxml", "turtle"])
@pytest.mark.parametrize("name", sorted(EDITS))
def test_an_edit_by_rdflib_is_exactly_the_difference(
    name: str, syntax: str, tmp_path: Path
) -> None:
    exported = export(shop_schema(), tmp_path)
    before, after = edited(exported, EDITS[name])
    assert len(before) != len(after) or ground_triples(before) != ground_triples(after)
    path = tmp_path / f"edited.{syntax}"
    after.serialize(path, format="xml" if syntax == "rdfxml" else "turtle")
    plan = imported(exported, path, syntax)
    was, now = ground_triples(before), ground_triples(after)
    assert ground(plan.added) == now - was
    assert ground(plan.removed) == was - now
    assert len(plan.added) - len(plan.removed) == len(after) - len(before)


def test_an_import_is_left_out_and_told(tmp_path: Path) -> None:
    exported = export(shop_schema(), tmp_path)
    iri = NAMES.ontology_iri.value
    _, after = edited(exported, f"INSERT DATA {{ <{iri}> owl:imports ex:core }}")
    path = tmp_path / "edited.turtle"
    after.serialize(path, format="turtle")
    plan = imported(exported, path, "turtle")
    assert (plan.added, plan.removed) == ((), ())
    assert any("http://example.org/other#core" in note for note in plan.notes)
