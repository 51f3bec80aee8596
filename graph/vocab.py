"""The IRIs of the vocabularies in use, one block each."""

from graph.terms import NamedNode


class Namespace(str):
    """An IRI prefix; attribute and item access name a term in it."""

    __slots__ = ()

    def __getattr__(self, name: str) -> NamedNode:
        """Name the term `name` of this vocabulary."""
        if name.startswith("__"):
            raise AttributeError(name)
        return NamedNode(str(self) + name)

    def term(self, name: str) -> NamedNode:
        """Name a term whose local name is no Python identifier, or shadows a method of `str`."""
        return NamedNode(str(self) + name)


RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")
SH = Namespace("http://www.w3.org/ns/shacl#")
PROV = Namespace("http://www.w3.org/ns/prov#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
DQV = Namespace("http://www.w3.org/ns/dqv#")
MLS = Namespace("http://www.w3.org/ns/mls#")
SOSA = Namespace("http://www.w3.org/ns/sosa/")
QUDT = Namespace("http://qudt.org/schema/qudt/")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SCHEMA = Namespace("https://schema.org/")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
GEOSPARQL = Namespace("http://www.opengis.net/ont/geosparql#")
GEO = Namespace("http://www.w3.org/2003/01/geo/wgs84_pos#")
CSVW = Namespace("http://www.w3.org/ns/csvw#")
RR = Namespace("http://www.w3.org/ns/r2rml#")
RML = Namespace("http://semweb.mmlab.be/ns/rml#")
QL = Namespace("http://semweb.mmlab.be/ns/ql#")
MIMIR = Namespace("https://w3id.org/mimir-aip/ns#")

PREFIXES: dict[str, str] = {
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "sh": SH,
    "prov": PROV,
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "dqv": DQV,
    "mls": MLS,
    "sosa": SOSA,
    "qudt": QUDT,
    "skos": SKOS,
    "schema": SCHEMA,
    "foaf": FOAF,
    "geosparql": GEOSPARQL,
    "geo": GEO,
    "csvw": CSVW,
    "rr": RR,
    "rml": RML,
    "ql": QL,
    "mimir": MIMIR,
}
