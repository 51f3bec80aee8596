"""The rules of OWL 2 RL, as values, and what an ontology makes of them.

A rule has a schema part, which is matched against the ontology once, and a data part. Matching
gives `RuleInstance`s: patterns with the ontology's classes and properties filled in, which an
engine answers from its indexes. Source: OWL 2 Profiles, section 4.3, tables 4 to 9,
https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules.

Left out because they say nothing new about anything: `eq-ref`, `scm-cls`, `scm-op`, `scm-dp`,
membership in `owl:Thing`, and the typing of literals (`dt-type1`, `dt-type2`, `dt-eq`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph.oxigraph import OxigraphStore
from graph.terms import BlankNode, Literal, NamedNode, Quad, Term, Triple, Variable
from graph.vocab import OWL, PREFIXES, RDF, RDFS, XSD

Part = Variable | Term
Atom = tuple[Part, Part, Part]
Binding = Mapping[str, Term]

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

_TRIVIAL = frozenset({OWL.Thing, RDFS.Resource, RDFS.Literal, RDF.langString})
_PAIRS = frozenset({"prp-fp", "prp-ifp", "dt-diff"})
_SCHEMA_GRAPH = NamedNode("urn:mimir:schema")


@dataclass(frozen=True)
class Rule:
    """A rule of the specification: what must be in the schema, what in the data, what follows.

    `head` is None for a rule that finds a contradiction. `apart` are two variables that must not
    be bound to the same term.
    """

    name: str
    schema: tuple[Atom, ...]
    data: tuple[Atom, ...]
    head: Atom | None
    apart: tuple[str, str] | None = None


@dataclass(frozen=True)
class RuleInstance:
    """A rule with the ontology's terms filled in; `schema` are the triples it rests on.

    Attributes:
        members: what the variables `a` and `b`, which are apart, may be.
        half: how many atoms of the body say of one thing what the rest says of another; solutions
            are looked for only where the first atoms have two or more. Measured: a tenth of the
            time of the plain join.
    """

    name: str
    schema: tuple[Atom, ...]
    body: tuple[Atom, ...]
    head: Atom | None
    apart: tuple[str, str] | None = None
    members: tuple[Term, ...] = ()
    half: int = 0


def is_schema(triple: Triple | Quad) -> bool:
    """Tell whether a triple belongs to the schema part of rules."""
    if triple.predicate == RDF.type:
        return triple.object in SCHEMA_CLASSES
    return triple.predicate in SCHEMA_PREDICATES


def is_anonymous(part: Part) -> bool:
    """Tell whether a term is a blank node or stands for one (RDF 1.1 Concepts, section 3.5)."""
    return isinstance(part, BlankNode) or "/.well-known/genid/" in str(part)


def close_schema(triples: Iterable[Triple]) -> tuple[OxigraphStore, list[Triple]]:
    """Apply the schema rules to a fixpoint; gives a store of all, and what was added."""
    store = OxigraphStore()
    store.engine.extend(
        Quad(item.subject, item.predicate, item.object, _SCHEMA_GRAPH) for item in triples
    )
    reader = store.reader([_SCHEMA_GRAPH])
    rules = [*_SCHEMA_RULES, *_list_schema_rules(store)]
    added: list[Triple] = []
    fresh = True
    while fresh:
        fresh = False
        for rule in rules:
            found = [
                item
                for item in reader.construct(construct_text(rule.schema, rule.head, rule.apart))
                if item.subject != item.object
            ]
            store.engine.extend(
                Quad(item.subject, item.predicate, item.object, _SCHEMA_GRAPH) for item in found
            )
            added += found
            fresh = fresh or bool(found)
    return store, added


def instantiate(schema: OxigraphStore) -> tuple[RuleInstance, ...]:
    """Fill the rules with what a closed schema says; instances that nobody needs are left out."""
    found = dict.fromkeys((*_instances(schema), *_list_instances(schema)))
    return tuple(_needed(sorted(found, key=instance_key)))


def schema_instances(schema: OxigraphStore) -> tuple[RuleInstance, ...]:
    """Give the schema rules as instances, for proofs."""
    rules = [*_SCHEMA_RULES, *_list_schema_rules(schema)]
    return tuple(RuleInstance(rule.name, (), rule.schema, rule.head) for rule in rules)


def instance_key(instance: RuleInstance) -> str:
    """Give the text that instances are sorted by."""
    return "|".join((instance.name, atom_text(instance.head), *map(atom_text, instance.body)))


def construct_text(
    body: Sequence[Atom],
    head: Atom | None,
    apart: tuple[str, str] | None,
    *,
    new_in: NamedNode | None = None,
    at: int = 0,
    half: int = 0,
) -> str:
    """Write the query for what a body makes new.

    Args:
        new_in: graph that the atom numbered `at` must come from.
        half: see `RuleInstance`.
    """
    order = [at, *(place for place in range(len(body)) if place != at)] if new_in else ()
    atoms = [atom_text(body[place]) for place in order] or [atom_text(item) for item in body]
    if new_in:
        atoms[0] = " ".join(("GRAPH", str(new_in), "{", atoms[0], "}"))
    several = "" if new_in else _several(body, half)
    parts = ["CONSTRUCT {", atom_text(head), "} WHERE {", several, *atoms, _apart(apart)]
    parts += ["FILTER NOT EXISTS {", atom_text(head), "} }"]
    return " ".join(parts)


def select_text(
    body: Sequence[Atom],
    apart: tuple[str, str] | None,
    limit: int,
    *,
    members: Sequence[Term] = (),
    half: int = 0,
    ordered: bool = False,
) -> str:
    """Write the query for solutions of a body."""
    variables = sorted({str(part) for atom in body for part in atom if isinstance(part, Variable)})
    wanted = " ".join(variables) or "(1 AS ?one)"
    values = []
    if members:
        block = " ".join(("{", *map(str, members), "}"))
        values = ["VALUES ?a", block, "VALUES ?b", block, "FILTER(STR(?a) < STR(?b))"]
    atoms = (atom_text(item) for item in body)
    several = _several(body, half)
    parts = ["SELECT", wanted, "WHERE {", *values, several, *atoms, _apart(apart), "}"]
    if ordered and variables:
        parts += ["ORDER BY", *variables]
    return " ".join((*parts, f"LIMIT {limit}"))


def atom_text(atom: Atom | None) -> str:
    """Write an atom as a SPARQL triple pattern."""
    return " ".join(map(str, atom)) + " ." if atom else ""


def fill(atom: Atom, binding: Binding) -> Atom:
    """Put bound terms in the place of variables."""
    subject, predicate, value = (
        binding.get(part.value, part) if isinstance(part, Variable) else part for part in atom
    )
    return (subject, predicate, value)


def _several(body: Sequence[Atom], half: int) -> str:
    if not half:
        return ""
    one, other = (
        {str(part) for atom in atoms for part in atom if isinstance(part, Variable)}
        for atoms in (body[:half], body[half:])
    )
    shared = " ".join(sorted(one & other))
    atoms = " ".join(map(atom_text, body[:half]))
    parts = ("{ SELECT", shared, "WHERE {", atoms, "} GROUP BY", shared, "HAVING(COUNT(*) > 1) }")
    return " ".join(parts)


def _apart(apart: tuple[str, str] | None) -> str:
    return f"FILTER(?{apart[0]} != ?{apart[1]})" if apart else ""


def _part(text: str) -> Part:
    if text.startswith("?"):
        return Variable(text[1:])
    if text.isdigit():
        return Literal(text, datatype=XSD.nonNegativeInteger)
    if text == "a":
        return RDF.type
    prefix, _, local = text.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def _atoms(text: str) -> tuple[Atom, ...]:
    found = []
    for item in filter(None, (each.strip() for each in text.split(","))):
        subject, predicate, value = (_part(word) for word in item.split())
        found.append((subject, predicate, value))
    return tuple(found)


def _rule(
    name: str, schema: str, data: str, head: str, apart: tuple[str, str] | None = None
) -> Rule:
    return Rule(name, _atoms(schema), _atoms(data), _atoms(head)[0] if head else None, apart)


def _schema_rule(name: str, schema: str, head: str) -> Rule:
    return _rule(name, schema, "", head)


_SCHEMA_RULES = (
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

_RULES = (
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
    _rule("eq-rep-s", "", "?x owl:sameAs ?y, ?x ?p ?z", "?y ?p ?z", ("y", "z")),
    _rule("eq-rep-p", "", "?p owl:sameAs ?q, ?x ?p ?y", "?x ?q ?y", ("p", "q")),
    _rule("eq-rep-o", "", "?x owl:sameAs ?y, ?z ?p ?x", "?z ?p ?y", ("y", "z")),
)

_CONTRADICTIONS = (
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


def _instances(schema: OxigraphStore) -> Iterator[RuleInstance]:
    reader = schema.reader([_SCHEMA_GRAPH])
    literal_valued = {
        row[0]
        for row in reader.select(select_text(_atoms("?p a owl:DatatypeProperty"), None, 1 << 30))
    }
    for rule in (*_RULES, *_CONTRADICTIONS):
        if not rule.schema:
            yield RuleInstance(rule.name, (), rule.data, rule.head, rule.apart)
            continue
        rows = reader.select(select_text(rule.schema, None, 1 << 30))
        for row in rows:
            binding = {
                name: term
                for name, term in zip(rows.variables, row, strict=True)
                if term is not None
            }
            if rule.name in ("prp-fp", "prp-rng") and binding["p"] in literal_valued:
                continue
            yield _filled(rule, binding)


def _filled(rule: Rule, binding: Binding) -> RuleInstance:
    return RuleInstance(
        rule.name,
        tuple(fill(atom, binding) for atom in rule.schema),
        tuple(fill(atom, binding) for atom in rule.data),
        fill(rule.head, binding) if rule.head else None,
        rule.apart,
        half=1 if rule.name in _PAIRS else 0,
    )


def read_list(schema: OxigraphStore, head: Term) -> list[Term]:
    """Read an RDF collection; a broken one ends where it breaks."""
    items: list[Term] = []
    seen: set[Term] = set()
    while isinstance(head, (NamedNode, BlankNode)) and head != RDF.nil and head not in seen:
        seen.add(head)
        items += [_object(schema, head, RDF.first)] if _has(schema, head, RDF.first) else []
        if not _has(schema, head, RDF.rest):
            break
        head = _object(schema, head, RDF.rest)
    return items


def _has(schema: OxigraphStore, subject: NamedNode | BlankNode, predicate: NamedNode) -> bool:
    return next(schema.engine.quads_for_pattern(subject, predicate, None, None), None) is not None


def _object(schema: OxigraphStore, subject: NamedNode | BlankNode, predicate: NamedNode) -> Term:
    return next(schema.engine.quads_for_pattern(subject, predicate, None, None)).object


def _lists(
    schema: OxigraphStore, predicate: NamedNode
) -> Iterator[tuple[NamedNode | BlankNode, Term, list[Term]]]:
    for quad in schema.engine.quads_for_pattern(None, predicate, None, _SCHEMA_GRAPH):
        yield quad.subject, quad.object, read_list(schema, quad.object)  # type: ignore[misc] # RDF 1.1 subjects


def _list_schema_rules(schema: OxigraphStore) -> list[Rule]:
    rules = []
    for subject, head, members in _lists(schema, OWL.intersectionOf):
        base = ((subject, OWL.intersectionOf, head),)
        rules += [Rule("scm-int", base, (), (subject, RDFS.subClassOf, item)) for item in members]
    for name in (OWL.unionOf, OWL.disjointUnionOf):
        for subject, head, members in _lists(schema, name):
            base = ((subject, name, head),)
            rules += [
                Rule("scm-uni", base, (), (item, RDFS.subClassOf, subject)) for item in members
            ]
    return rules


def _list_instances(schema: OxigraphStore) -> Iterator[RuleInstance]:
    x, y = Variable("x"), Variable("y")
    for subject, head, members in _lists(schema, OWL.intersectionOf):
        base = ((subject, OWL.intersectionOf, head),)
        body: tuple[Atom, ...] = tuple((x, RDF.type, item) for item in members)
        yield RuleInstance("cls-int1", base, body, (x, RDF.type, subject))
    for subject, head, members in _lists(schema, OWL.oneOf):
        base = ((subject, OWL.oneOf, head),)
        for item in members:
            if not isinstance(item, Literal):
                yield RuleInstance("cls-oo", base, (), (item, RDF.type, subject))
    for subject, head, members in _lists(schema, OWL.propertyChainAxiom):
        base = ((subject, OWL.propertyChainAxiom, head),)
        steps = [Variable(f"s{place}") for place in range(len(members) + 1)]
        body = tuple((steps[at], item, steps[at + 1]) for at, item in enumerate(members))
        yield RuleInstance("prp-spo2", base, body, (steps[0], subject, steps[-1]))
    for subject, head, members in _lists(schema, OWL.hasKey):
        base = ((subject, OWL.hasKey, head),)
        values = [Variable(f"k{place}") for place in range(len(members))]
        body = (
            (x, RDF.type, subject),
            *_atoms_of(x, members, values),
            (y, RDF.type, subject),
            *_atoms_of(y, members, values),
        )
        head_atom = (x, OWL.sameAs, y)
        half = len(members) + 1
        yield RuleInstance("prp-key", base, body, head_atom, ("x", "y"), half=half)
    yield from _list_contradictions(schema)


def _atoms_of(
    thing: Variable, properties: Sequence[Term], values: Sequence[Variable]
) -> Iterator[Atom]:
    for item, value in zip(properties, values, strict=True):
        yield (thing, item, value)


def _list_contradictions(schema: OxigraphStore) -> Iterator[RuleInstance]:
    a, b, x, y = (Variable(name) for name in "abxy")
    bodies: dict[Term, tuple[str, tuple[Atom, ...]]] = {
        OWL.AllDisjointClasses: ("cax-adc", ((x, RDF.type, a), (x, RDF.type, b))),
        OWL.AllDisjointProperties: ("prp-adp", ((x, a, y), (x, b, y))),
        OWL.AllDifferent: ("eq-diff2", ((a, OWL.sameAs, b),)),
    }
    for predicate in (OWL.members, OWL.distinctMembers):
        for subject, head, members in _lists(schema, predicate):
            base = ((subject, predicate, head),)
            for quad in schema.engine.quads_for_pattern(subject, RDF.type, None, None):
                if quad.object in bodies:
                    name, body = bodies[quad.object]
                    yield RuleInstance(name, base, body, None, members=tuple(members))


def _needed(instances: Sequence[RuleInstance]) -> list[RuleInstance]:
    """Leave out rules for anonymous classes that no other rule asks for, and trivial heads.

    A domain that is a union, for one, would make each subject a member of a class without a name.
    """
    kept = [item for item in instances if not _is_trivial(item)]
    while True:
        asked = {atom[2] for item in kept for atom in item.body if atom[1] == RDF.type}
        rest = [item for item in kept if _is_asked(item.head, asked)]
        if len(rest) == len(kept):
            return kept
        kept = rest


def _is_trivial(item: RuleInstance) -> bool:
    if item.head is None:
        return False
    subject, predicate, value = item.head
    if isinstance(predicate, (Literal, BlankNode)) or isinstance(subject, Literal):
        return True
    if predicate == RDF.type and isinstance(value, NamedNode):
        return value.value.startswith(XSD) or value in _TRIVIAL or item.head in item.body
    return item.head in item.body


def _is_asked(head: Atom | None, asked: set[Part]) -> bool:
    if head is None or head[1] != RDF.type or isinstance(head[2], Variable):
        return True
    return not is_anonymous(head[2]) or head[2] in asked
