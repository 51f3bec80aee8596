"""A small shop as a project of its own, and its owner."""

import json
from typing import Any

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from graph.projects import Project

ROOT = "http://mimir.local/p/shop/"
TERMS = f"{ROOT}ontology#"
M1, M2 = f"<{ROOT}id/Machine/M-001>", f"<{ROOT}id/Machine/M-002>"
PREFIX = f"PREFIX : <{TERMS}> "
DATA = f"""@prefix : <{TERMS}> .
{M1} a :Machine ; :powerKw 12.5 ; :name "Press" ; :tag "old" .
{M2} a :Machine ; :powerKw 7.5 ; :name "Saw" .
"""
ONTOLOGY = f"""@prefix : <{TERMS}> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Machine a owl:Class ; rdfs:label "Machine" .
:powerKw a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:label "rated power kw" .
:name a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:label "name" .
:tag a owl:DatatypeProperty ; rdfs:label "tag" .
"""
SHAPES = f"""@prefix : <{TERMS}> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix s: <{ROOT}shapes#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
s:Machine a sh:NodeShape ; sh:targetClass :Machine ; sh:property s:power, s:name .
s:power sh:path :powerKw ; sh:maxCount 1 ; sh:datatype xsd:decimal ; sh:message "One power." .
s:name sh:path :name ; sh:minCount 1 ; sh:message "Give each machine a name." .
"""


class Shop:
    """A small project of its own, which the tests all speak of as `shop`."""

    def __init__(self, owner: Owner, name: str) -> None:
        self.owner = owner
        self.name = name
        self.client = Client(owner.url)

    @property
    def project(self) -> Project:
        """The project itself, to change it from beside the doors."""
        return self.owner.services.projects.get(self.name)

    def call(self, operation: str, **fields: Any) -> Any:
        """Call an operation on the project."""
        text = json.dumps(fields).replace("/p/shop/", f"/p/{self.name}/")
        found = self.client.call(OPERATIONS[operation], {"project": self.name, **json.loads(text)})
        return json.loads(json.dumps(found).replace(f"/p/{self.name}/", "/p/shop/"))

    def propose(self, update: str, **fields: Any) -> Any:
        """Propose a SPARQL Update."""
        return self.call("propose_change", update=PREFIX + update, reason="Test", **fields)

    def values(self, query: str, twin: str | None = None) -> list[str]:
        """Run a SELECT of one variable; sorted texts."""
        fields = {"twin": twin} if twin else {}
        answer = self.call("run_query", query=PREFIX + query, **fields)
        return sorted(answer["text"].splitlines()[1:])

    def power(self, twin: str | None = None) -> list[str]:
        """The power of the first machine."""
        return self.values(f"SELECT ?p {{ {M1} :powerKw ?p }}", twin)


FASTER = (
    f"DELETE {{ {M1} :powerKw ?p }} INSERT {{ {M1} :powerKw 24.5 }} WHERE {{ {M1} :powerKw ?p }}"
)
TAG = f'INSERT DATA {{ {M1} :tag "new" }}'
