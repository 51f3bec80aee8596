"""The rules of OWL 2 RL as values.

A rule has a schema part, which is matched against the ontology once, and a data part. Source:
OWL 2 Profiles, section 4.3, tables 4 to 9,
https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules.
Rules about lists are made where the lists are known, in `graph.reasoning.rules`.

Left out because they say nothing new about anything: `eq-ref`, `scm-cls`, `scm-op`, `scm-dp`,
membership in `owl:Thing`, and the typing of literals (`dt-type1`, `dt-type2`, `dt-eq`).
"""

from dataclasses import dataclass

from graph.terms import Literal, NamedNode, Quad, Term, Triple, Variable
from graph.vocab import OWL, PREFIXES, RDF, RDFS, XSD

Part = Variable | Term
Atom = tuple[Part, Part, Part]

SCHEMA_PREDICATES = tuple(
    sorted(
        {
            *(RDFS.term(name) for name in ("subClassOf", "subPropertyOf", "domain", "range")),
            *(
                OWL.term(name)
                for name in [
                    "equivalentClass",
                    "equivalentProperty",
                    "inverseOf",
                    "propertyChainAxiom",
                    "hasKey",
                    "intersectionOf",
                    "unionOf",
                    "complementOf",
                    "oneOf",
                    "onProperty",
                    "someValuesFrom",
                    "allValuesFrom",
                    "hasValue",
                    "maxCardinality",
                    "maxQualifiedCardinality",
                    "onClass",
                    "disjointWith",
                    "disjointUnionOf",
                    "propertyDisjointWith",
                    "members",
                    "distinctMembers",
                    "sourceIndividual",
                    "assertionProperty",
                    "targetIndividual",
                    "targetValue",
                ]
            ),
            RDF.first,
            RDF.rest,
        },
        key=str,
    )
)
"""Predicates whose triples are schema wherever they stand."""

SCHEMA_CLASSES = tuple(
    OWL.term(name)
    for name in [
        "AllDifferent",
        "AllDisjointClasses",
        "AllDisjointProperties",
        "AsymmetricProperty",
        "DatatypeProperty",
        "FunctionalProperty",
        "InverseFunctionalProperty",
        "IrreflexiveProperty",
        "NegativePropertyAssertion",
        "SymmetricProperty",
        "TransitiveProperty",
    ]
)
"""Classes whose membership is schema."""


@dataclass(frozen=True)
class Rule:
    """A rule of the specification: what must be in the schema, what in the data, what follows.

    `head` is None for a rule that finds a contradiction. `apart` are two variables that must not
    be bound to the same term, or a variable and the term in N-Triples that it must not be.
    """

    name: str
    schema: tuple[Atom, ...]
    data: tuple[Atom, ...]
    head: Atom | None
    apart: tuple[str, str] | None = None


def is_schema(triple: Triple | Quad) -> bool:
    """Tell whether a triple belongs to the schema part of rules."""
    if triple.predicate == RDF.type:
        return triple.object in SCHEMA_CLASSES
    return triple.predicate in SCHEMA_PREDICATES


def _part(text: str) -> Part:
    if text.startswith("?"):
        return Variable(text[1:])
    if text.isdigit():
        return Literal(text, datatype=XSD.nonNegativeInteger)
    if text == "a":
        return RDF.type
    prefix, _, local = text.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def read_atoms(text: str) -> tuple[Atom, ...]:
    """Read triple patterns, separated by commas, with prefixed names and variables."""
    found = []
    for item in filter(None, (each.strip() for each in text.split(","))):
        subject, predicate, value = (_part(word) for word in item.split())
        found.append((subject, predicate, value))
    return tuple(found)


def _rule(
    name: str, schema: str, data: str, head: str, apart: tuple[str, str] | None = None
) -> Rule:
    return Rule(
        name, read_atoms(schema), read_atoms(data), read_atoms(head)[0] if head else None, apart
    )


def _schema_rule(name: str, schema: str, head: str) -> Rule:
    return _rule(name, schema, "", head)


SCHEMA_RULES = (
    _schema_rule(
        "scm-sco", "?a rdfs:subClassOf ?b, ?b rdfs:subClassOf ?c", "?a rdfs:subClassOf ?c"
    ),
    _schema_rule("scm-eqc1", "?a owl:equivalentClass ?b", "?a rdfs:subClassOf ?b"),
    _schema_rule("scm-eqc1", "?a owl:equivalentClass ?b", "?b rdfs:subClassOf ?a"),
    _schema_rule(
        "scm-eqc2", "?a rdfs:subClassOf ?b, ?b rdfs:subClassOf ?a", "?a owl:equivalentClass ?b"
    ),
    _schema_rule(
        "scm-spo",
        "?p rdfs:subPropertyOf ?q, ?q rdfs:subPropertyOf ?r",
        "?p rdfs:subPropertyOf ?r",
    ),
    _schema_rule("scm-eqp1", "?p owl:equivalentProperty ?q", "?p rdfs:subPropertyOf ?q"),
    _schema_rule("scm-eqp1", "?p owl:equivalentProperty ?q", "?q rdfs:subPropertyOf ?p"),
    _schema_rule(
        "scm-eqp2",
        "?p rdfs:subPropertyOf ?q, ?q rdfs:subPropertyOf ?p",
        "?p owl:equivalentProperty ?q",
    ),
    _schema_rule("scm-dom1", "?p rdfs:domain ?a, ?a rdfs:subClassOf ?b", "?p rdfs:domain ?b"),
    _schema_rule("scm-dom2", "?q rdfs:domain ?a, ?p rdfs:subPropertyOf ?q", "?p rdfs:domain ?a"),
    _schema_rule("scm-rng1", "?p rdfs:range ?a, ?a rdfs:subClassOf ?b", "?p rdfs:range ?b"),
    _schema_rule("scm-rng2", "?q rdfs:range ?a, ?p rdfs:subPropertyOf ?q", "?p rdfs:range ?a"),
    _schema_rule(
        "scm-hv",
        "?a owl:hasValue ?v, ?a owl:onProperty ?p, ?b owl:hasValue ?v, ?b owl:onProperty ?q, "
        "?p rdfs:subPropertyOf ?q",
        "?a rdfs:subClassOf ?b",
    ),
    _schema_rule(
        "scm-svf1",
        "?a owl:someValuesFrom ?x, ?a owl:onProperty ?p, ?b owl:someValuesFrom ?y, "
        "?b owl:onProperty ?p, ?x rdfs:subClassOf ?y",
        "?a rdfs:subClassOf ?b",
    ),
    _schema_rule(
        "scm-svf2",
        "?a owl:someValuesFrom ?x, ?a owl:onProperty ?p, ?b owl:someValuesFrom ?x, "
        "?b owl:onProperty ?q, ?p rdfs:subPropertyOf ?q",
        "?a rdfs:subClassOf ?b",
    ),
    _schema_rule(
        "scm-avf1",
        "?a owl:allValuesFrom ?x, ?a owl:onProperty ?p, ?b owl:allValuesFrom ?y, "
        "?b owl:onProperty ?p, ?x rdfs:subClassOf ?y",
        "?a rdfs:subClassOf ?b",
    ),
    _schema_rule(
        "scm-avf2",
        "?a owl:allValuesFrom ?x, ?a owl:onProperty ?p, ?b owl:allValuesFrom ?x, "
        "?b owl:onProperty ?q, ?p rdfs:subPropertyOf ?q",
        "?b rdfs:subClassOf ?a",
    ),
)

RULES = (
    _rule("cax-sco", "?a rdfs:subClassOf ?b", "?x a ?a", "?x a ?b"),
    _rule("prp-dom", "?p rdfs:domain ?c", "?x ?p ?y", "?x a ?c"),
    _rule("prp-rng", "?p rdfs:range ?c", "?x ?p ?y", "?y a ?c"),
    _rule("prp-symp", "?p a owl:SymmetricProperty", "?x ?p ?y", "?y ?p ?x"),
    _rule("prp-trp", "?p a owl:TransitiveProperty", "?x ?p ?y, ?y ?p ?z", "?x ?p ?z"),
    _rule("prp-spo1", "?p rdfs:subPropertyOf ?q", "?x ?p ?y", "?x ?q ?y"),
    _rule("prp-inv1", "?p owl:inverseOf ?q", "?x ?p ?y", "?y ?q ?x"),
    _rule("prp-inv2", "?p owl:inverseOf ?q", "?x ?q ?y", "?y ?p ?x"),
    _rule(
        "prp-fp",
        "?p a owl:FunctionalProperty",
        "?x ?p ?y, ?x ?p ?z",
        "?y owl:sameAs ?z",
        ("y", "z"),
    ),
    _rule(
        "prp-ifp",
        "?p a owl:InverseFunctionalProperty",
        "?x ?p ?z, ?y ?p ?z",
        "?x owl:sameAs ?y",
        ("x", "y"),
    ),
    _rule(
        "cls-svf1", "?r owl:someValuesFrom ?c, ?r owl:onProperty ?p", "?x ?p ?y, ?y a ?c", "?x a ?r"
    ),
    _rule(
        "cls-svf2", "?r owl:someValuesFrom owl:Thing, ?r owl:onProperty ?p", "?x ?p ?y", "?x a ?r"
    ),
    _rule(
        "cls-avf", "?r owl:allValuesFrom ?c, ?r owl:onProperty ?p", "?x a ?r, ?x ?p ?y", "?y a ?c"
    ),
    _rule("cls-hv1", "?r owl:hasValue ?v, ?r owl:onProperty ?p", "?x a ?r", "?x ?p ?v"),
    _rule("cls-hv2", "?r owl:hasValue ?v, ?r owl:onProperty ?p", "?x ?p ?v", "?x a ?r"),
    _rule(
        "cls-maxc2",
        "?r owl:maxCardinality 1, ?r owl:onProperty ?p",
        "?x a ?r, ?x ?p ?y, ?x ?p ?z",
        "?y owl:sameAs ?z",
        ("y", "z"),
    ),
    _rule(
        "cls-maxqc3",
        "?r owl:maxQualifiedCardinality 1, ?r owl:onProperty ?p, ?r owl:onClass ?c",
        "?x a ?r, ?x ?p ?y, ?y a ?c, ?x ?p ?z, ?z a ?c",
        "?y owl:sameAs ?z",
        ("y", "z"),
    ),
    _rule("eq-sym", "", "?x owl:sameAs ?y", "?y owl:sameAs ?x"),
    _rule("eq-trans", "", "?x owl:sameAs ?y, ?y owl:sameAs ?z", "?x owl:sameAs ?z", ("x", "z")),
    # Of owl:sameAs itself eq-sym and eq-trans say all.
    _rule("eq-rep-s", "", "?x owl:sameAs ?y, ?x ?p ?z", "?y ?p ?z", ("p", str(OWL.sameAs))),
    _rule("eq-rep-p", "", "?p owl:sameAs ?q, ?x ?p ?y", "?x ?q ?y", ("p", "q")),
    _rule("eq-rep-o", "", "?x owl:sameAs ?y, ?z ?p ?x", "?z ?p ?y", ("p", str(OWL.sameAs))),
)

CONTRADICTIONS = (
    _rule("eq-diff1", "", "?x owl:sameAs ?y, ?x owl:differentFrom ?y", ""),
    _rule("cax-dw", "?a owl:disjointWith ?b", "?x a ?a, ?x a ?b", ""),
    _rule("cls-com", "?a owl:complementOf ?b", "?x a ?a, ?x a ?b", ""),
    _rule("cls-nothing2", "", "?x a owl:Nothing", ""),
    _rule("prp-irp", "?p a owl:IrreflexiveProperty", "?x ?p ?x", ""),
    _rule("prp-asyp", "?p a owl:AsymmetricProperty", "?x ?p ?y, ?y ?p ?x", ""),
    _rule("prp-pdw", "?p owl:propertyDisjointWith ?q", "?x ?p ?y, ?x ?q ?y", ""),
    _rule("cls-maxc1", "?r owl:maxCardinality 0, ?r owl:onProperty ?p", "?x a ?r, ?x ?p ?y", ""),
    _rule(
        "dt-diff",
        "?p a owl:FunctionalProperty, ?p a owl:DatatypeProperty",
        "?x ?p ?y, ?x ?p ?z",
        "",
        ("y", "z"),
    ),
    _rule(
        "prp-npa1",
        "?n owl:sourceIndividual ?x, ?n owl:assertionProperty ?p, ?n owl:targetIndividual ?y",
        "?x ?p ?y",
        "",
    ),
    _rule(
        "prp-npa2",
        "?n owl:sourceIndividual ?x, ?n owl:assertionProperty ?p, ?n owl:targetValue ?y",
        "?x ?p ?y",
        "",
    ),
)
