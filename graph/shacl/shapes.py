"""A shapes graph as values: shapes, targets, constraints and property paths.

Only reads shapes; it knows nothing of the data. Source: SHACL, https://www.w3.org/TR/shacl/,
sections 2 (shapes, targets, paths) and 4 (core constraint components).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from graph.errors import BadInput
from graph.shacl.keys import CompositeKey, read_key
from graph.shacl.paths import (
    PathStep,
    PropertyPath,
    alternative,
    in_sequence,
    inverse,
    repeated,
)
from graph.shacl.syntax import (
    FOREIGN_KINDS,
    LIST_KINDS,
    LITERAL_KINDS,
    Facts,
    check_count,
    check_parameter,
    check_usage,
)
from graph.store import GraphReader
from graph.terms import BlankNode, Literal, NamedNode, Subject, Term, Triple, is_anonymous
from graph.vocab import OWL, RDF, RDFS, SH

_ALL = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"
_TRUE = ("true", "1")

_SHAPE_KINDS = ("node", "not", "and", "or", "xone", "qualifiedMinCount", "qualifiedMaxCount")
_TERM_KINDS = ("hasValue", "in")


@dataclass(frozen=True)
class Targets:
    """What a shape is about; all empty for a shape that is only referred to."""

    classes: tuple[NamedNode, ...] = ()
    nodes: tuple[Term, ...] = ()
    subjects_of: tuple[NamedNode, ...] = ()
    objects_of: tuple[NamedNode, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is any target."""
        return bool(self.classes or self.nodes or self.subjects_of or self.objects_of)


@dataclass(frozen=True)
class Constraint:
    """One constraint: the local name of its parameter, and the parameter's value or members.

    Attributes:
        kind: local name of the SHACL parameter, such as `minCount`.
        value: the parameter; for lists the head, for qualified counts the number.
        members: members of the list; for `closed` the allowed predicates; for qualified counts
            the qualified shape followed by the sibling shapes whose values do not count.
        flags: regular expression flags of `pattern`.
        key: what `sparql` says, the only such constraint that is compiled.
        message: what the constraint itself says, before its shape.
    """

    kind: str
    value: Term
    members: tuple[Term, ...] = ()
    flags: str = ""
    key: CompositeKey | None = None
    message: str | None = None

    @property
    def component(self) -> NamedNode:
        """Name the constraint component."""
        if self.kind == "sparql":
            return SH.SPARQLConstraintComponent
        return SH.term(self.kind[0].upper() + self.kind[1:] + "ConstraintComponent")

    @property
    def is_minimum(self) -> bool:
        """Whether it says how many values there must be at least."""
        return self.kind in ("minCount", "qualifiedMinCount")

    @property
    def number(self) -> int:
        """Give the parameter as a count."""
        return int(getattr(self.value, "value", "0"))


@dataclass(frozen=True)
class Shape:
    """A node shape (no path) or a property shape."""

    node: Subject
    path: PropertyPath | None
    severity: NamedNode
    message: str | None
    deactivated: bool
    constraints: tuple[Constraint, ...]
    properties: tuple[Subject, ...]


class ShapesGraph:
    """The shapes of one graph, parsed when first asked for.

    Args:
        triples: all triples of the shapes graph.
    """

    def __init__(self, triples: Iterable[Triple]) -> None:
        facts: dict[Term, dict[NamedNode, list[Term]]] = {}
        for triple in sorted(set(triples), key=str):
            objects = facts.setdefault(triple.subject, {}).setdefault(triple.predicate, [])
            objects.append(triple.object)
        self._facts: Facts = facts
        self._shapes: dict[Term, Shape] = {}
        self._custom = self._custom_parameters()

    def roots(self) -> list[tuple[Subject, Targets]]:
        """List the shapes that have a target and are active, sorted by name."""
        found: list[tuple[Subject, Targets]] = []
        for node in sorted(self._facts, key=str):
            if not isinstance(node, NamedNode | BlankNode):
                continue
            targets = self._targets(node)
            if (targets or self._objects(node, SH.target)) and not self._deactivated(node):
                found.append((node, targets))
        return found

    def shape(self, node: Term) -> Shape:
        """Parse one shape; raises `BadInput` where it is malformed."""
        known = self._shapes.get(node)
        if known is None:
            known = self._shapes[node] = self._parse(node)
        return known

    def path(self, node: Term) -> PropertyPath:
        """Parse one property path (SHACL 2.3.1)."""
        return self._path(node, ())

    def foreign(self, node: Term, trail: tuple[Term, ...] = ()) -> str | None:
        """Say why a shape, or one it refers to, is not SHACL Core on terms; None when it is."""
        if node in trail:
            return "the shape refers to itself"
        for name in FOREIGN_KINDS:
            values = self._objects(node, SH.term(name))
            if any(name != "sparql" or self._key(node, value) is None for value in values):
                return "sh:" + name
        for predicate in self._facts.get(node, {}):
            if predicate in self._custom:
                return "the constraint component with parameter " + predicate.value
        shape = self.shape(node)
        if any(_has_blank_term(constraint) for constraint in shape.constraints):
            return "a blank node as a parameter"
        reasons = (self.foreign(child, (*trail, node)) for child in children(shape))
        return next((reason for reason in reasons if reason), None)

    def triples_without_targets(self, nodes: Iterable[Term]) -> list[Triple]:
        """List the triples of the graph, without the targets of `nodes`."""
        dropped = set(nodes)
        targets = {
            SH.targetClass,
            SH.targetNode,
            SH.targetSubjectsOf,
            SH.targetObjectsOf,
            SH.target,
        }
        return [
            Triple(subject, predicate, value)
            for subject, facts in self._facts.items()
            if isinstance(subject, NamedNode | BlankNode)
            for predicate, values in facts.items()
            for value in values
            if not (
                subject in dropped
                and (predicate in targets or value in (RDFS.Class, OWL.term("Class")))
            )
        ]

    def _objects(self, node: Term, predicate: NamedNode) -> list[Term]:
        return self._facts.get(node, {}).get(predicate, [])

    def _one(self, node: Term, predicate: NamedNode) -> Term | None:
        return next(iter(self._objects(node, predicate)), None)

    def _deactivated(self, node: Term) -> bool:
        return any(_is_true(value) for value in self._objects(node, SH.deactivated))

    def _custom_parameters(self) -> frozenset[Term]:
        parameters = (p for facts in self._facts.values() for p in facts.get(SH.parameter, ()))
        paths = (path for parameter in parameters for path in self._objects(parameter, SH.path))
        # A copy of SHACL's own vocabulary declares the core parameters too.
        return frozenset(
            path
            for path in paths
            if not (isinstance(path, NamedNode) and path.value.startswith(SH))
        )

    def _targets(self, node: Subject) -> Targets:
        classes = self._iris(node, "targetClass")
        types = self._objects(node, RDF.type)
        is_shape = SH.NodeShape in types or SH.PropertyShape in types
        if isinstance(node, NamedNode) and is_shape and {RDFS.Class, OWL.Class} & set(types):
            classes = (*(name for name in classes if name != node), node)
        return Targets(
            classes,
            tuple(self._objects(node, SH.targetNode)),
            self._iris(node, "targetSubjectsOf"),
            self._iris(node, "targetObjectsOf"),
        )

    def _iris(self, node: Subject, kind: str) -> tuple[NamedNode, ...]:
        found = []
        for value in self._objects(node, SH.term(kind)):
            if not isinstance(value, NamedNode):
                raise BadInput(f"The shape {node} has sh:{kind} {value}; give an IRI.")
            found.append(value)
        return tuple(found)

    def _parse(self, node: Term) -> Shape:
        if not isinstance(node, NamedNode | BlankNode):
            raise BadInput(f"The shapes graph uses {node} as a shape; a shape is an IRI.")
        if isinstance(node, NamedNode) and node not in self._facts:
            raise BadInput(f"A shape refers to the shape {node}, which the shapes graph lacks.")
        paths = self._objects(node, SH.path)
        if len(paths) > 1:
            raise BadInput(f"The shape {node} has {len(paths)} values of sh:path; keep one.")
        severity = self._one(node, SH.severity)
        return Shape(
            node,
            self.path(paths[0]) if paths else None,
            severity if isinstance(severity, NamedNode) else SH.Violation,
            self._message(node),
            self._deactivated(node),
            tuple(self._constraints(node, is_property=bool(paths))),
            tuple(
                child
                for child in self._objects(node, SH.property)
                if isinstance(child, NamedNode | BlankNode)
            ),
        )

    def _message(self, node: Term) -> str | None:
        messages = [m for m in self._objects(node, SH.message) if isinstance(m, Literal)]
        messages.sort(key=lambda m: (m.language not in (None, "en"), m.language or "", m.value))
        return messages[0].value if messages else None

    def _key(self, shape: Term, node: Term) -> CompositeKey | None:
        """Read a constraint of SHACL-SPARQL that says nothing but the key of a node shape."""
        said = {name for name in self._facts.get(node, {}) if name.value.startswith(SH)}
        queries = self._objects(node, SH.select)
        if said - {SH.select, SH.message} or len(queries) != 1 or self._objects(shape, SH.path):
            return None
        return read_key(getattr(queries[0], "value", ""))

    def _constraints(self, node: Term, *, is_property: bool) -> list[Constraint]:
        check_usage(node, self._facts, is_property=is_property)
        found: list[Constraint] = []
        flags = self._one(node, SH.flags)
        for kind in LITERAL_KINDS:
            for value in self._objects(node, SH.term(kind)):
                check_parameter(node, kind, value)
                text = flags.value if kind == "pattern" and isinstance(flags, Literal) else ""
                found.append(Constraint(kind, value, flags=text))
        for kind in LIST_KINDS:
            for value in self._objects(node, SH.term(kind)):
                found.append(Constraint(kind, value, self._members(node, value)))
        for value in self._objects(node, SH.uniqueLang):
            if _is_true(value):
                found.append(Constraint("uniqueLang", value))
        for value in self._objects(node, SH.closed):
            if _is_true(value):
                found.append(Constraint("closed", value, self._allowed(node)))
        for value in self._objects(node, SH.sparql):
            if key := self._key(node, value):
                found.append(Constraint("sparql", value, key=key, message=self._message(value)))
        if is_property:
            found.extend(self._qualified(node))
        return found

    def _allowed(self, node: Term) -> tuple[Term, ...]:
        ignored = self._objects(node, SH.ignoredProperties)
        named = [
            path for p in self._objects(node, SH.property) for path in self._objects(p, SH.path)
        ]
        allowed = [member for head in ignored for member in self._members(node, head)] + named
        return tuple(sorted({name for name in allowed if isinstance(name, NamedNode)}, key=str))

    def _qualified(self, node: Term) -> list[Constraint]:
        found = []
        disjoint = any(_is_true(v) for v in self._objects(node, SH.qualifiedValueShapesDisjoint))
        for shape in self._objects(node, SH.qualifiedValueShape):
            siblings = self._siblings(node, shape) if disjoint else ()
            for kind in ("qualifiedMinCount", "qualifiedMaxCount"):
                for value in self._objects(node, SH.term(kind)):
                    check_count(node, kind, value)
                    found.append(Constraint(kind, value, (shape, *siblings)))
        return found

    def _siblings(self, node: Term, shape: Term) -> tuple[Term, ...]:
        families = (
            facts[SH.property]
            for facts in self._facts.values()
            if node in facts.get(SH.property, ())
        )
        siblings = {
            value
            for family in families
            for member in family
            for value in self._objects(member, SH.qualifiedValueShape)
        }
        return tuple(sorted(siblings - {shape}, key=str))

    def _members(self, node: Term, head: Term) -> tuple[Term, ...]:
        members: list[Term] = []
        seen: set[Term] = set()
        while head != RDF.nil:
            first, rest = self._objects(head, RDF.first), self._objects(head, RDF.rest)
            if head in seen or len(first) != 1 or len(rest) != 1:
                raise BadInput(f"The shape {node} has a list that is not well formed at {head}.")
            seen.add(head)
            members.append(first[0])
            head = rest[0]
        return tuple(members)

    def _path(self, node: Term, trail: tuple[Term, ...]) -> PropertyPath:
        # A path of a shape that was stored may have IRIs for its blank nodes.
        if isinstance(node, NamedNode) and not is_anonymous(node):
            steps, back = PathStep("", node), PathStep("", node, inverse=True)
            return PropertyPath(str(node), node, plain=True, steps=(steps,), back=(back,))
        if node in trail:
            raise BadInput(f"The property path {node} contains itself.")
        inner = (*trail, node)
        if self._objects(node, RDF.first):
            return in_sequence([self._path(item, inner) for item in self._members(node, node)])
        for alternatives in self._objects(node, SH.alternativePath):
            members = self._members(node, alternatives)
            return alternative([self._path(member, inner) for member in members])
        for backwards in self._objects(node, SH.inversePath):
            return inverse(self._path(backwards, inner))
        marks = ((SH.zeroOrMorePath, "*"), (SH.oneOrMorePath, "+"), (SH.zeroOrOnePath, "?"))
        for predicate, mark in marks:
            for again in self._objects(node, predicate):
                return repeated(self._path(again, inner), mark)
        raise BadInput(f"The property path {node} is not one of SHACL section 2.3.1.")


def read_shapes(shapes: GraphReader) -> ShapesGraph:
    """Read the shapes of a reader's default graph."""
    return ShapesGraph(
        Triple(s, p, o)
        for s, p, o in shapes.select(_ALL)
        if isinstance(s, NamedNode | BlankNode) and isinstance(p, NamedNode) and o is not None
    )


def children(shape: Shape) -> list[Term]:
    """List the shapes that a shape refers to."""
    found: list[Term] = list(shape.properties)
    for constraint in shape.constraints:
        if constraint.kind in ("node", "not"):
            found.append(constraint.value)
        elif constraint.kind in _SHAPE_KINDS:
            found.extend(constraint.members)
    return found


def _is_true(term: Term) -> bool:
    return isinstance(term, Literal) and term.value in _TRUE


def _has_blank_term(constraint: Constraint) -> bool:
    if constraint.kind not in _TERM_KINDS:
        return False
    return any(
        isinstance(term, BlankNode)
        for term in (constraint.value, *constraint.members)[
            0 if constraint.kind == "hasValue" else 1 :
        ]
    )


def class_iri(term: Term) -> NamedNode:
    """Give the IRI of a class that a shape names.

    Raises:
        BadInput: it is none.
    """
    if not isinstance(term, NamedNode):
        raise BadInput(f"The shapes graph names {term} as a class; a class is an IRI.")
    return term
