"""Random data, overlays and SPARQL 1.1 queries whose answers do not depend on the engine.

Left out, because engines differ without any view: `?g` in an expression inside `GRAPH ?g`, and
sub-selects there; how often a path with `|` or `!` gives one pair; paths without a step from a
node that the graph does not hold; the order of values of several types; SAMPLE, and the order in
GROUP_CONCAT; DESCRIBE of an IRI and of variables at once, where there is no solution;
COUNT(DISTINCT *) over paths; a predicate that is a literal somewhere else (Fuseki fails);
GROUP BY a variable that nothing binds there (Fuseki takes the value from outside); MINUS and
sub-selects inside EXISTS, where substitution is not well defined.
"""

import itertools
from dataclasses import dataclass
from random import Random

from graph.dataset.snapshots import Overlay
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import RDF, XSD

BASE = "https://example.org/"
DATA, ONTOLOGY, INFERRED, EXTRA, META = (
    NamedNode(f"{BASE}graph/{name}") for name in ("data", "ontology", "inferred", "extra", "meta")
)
DEFAULT = (DATA, ONTOLOGY, INFERRED)
NAMED = (DATA, EXTRA, META)
NODES = [NamedNode(f"{BASE}n{number}") for number in range(5)]
PREDICATES = [NamedNode(f"{BASE}p{number}") for number in range(4)]
CLASSES = [NamedNode(f"{BASE}C{number}") for number in range(2)]
THING = NamedNode(f"{BASE}Thing")
HOLDS = NamedNode(f"{BASE}holds")
LITERALS = [
    *(Literal(number) for number in range(4)),
    Literal("a"),
    Literal("b"),
    Literal("a", language="en"),
    Literal(True),
    Literal("2024-01-02", datatype=XSD.date),
]
_PREFIXES = "PREFIX : <https://example.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
_VARIABLES = ("?x", "?y", "?z", "$x", "?w")


@dataclass(frozen=True)
class Case:
    """Quads of the base, overlays from the lowest up with their quads, and queries."""

    base: tuple[Quad, ...]
    overlays: tuple[Overlay, ...]
    quads: tuple[Quad, ...]
    queries: tuple[str, ...]


def random_case(random: Random, queries: int = 4) -> Case:
    """Make a case."""
    base = {Quad(node, RDF.type, THING, graph) for node in NODES for graph in (DATA, EXTRA, META)}
    # A path without a step leads from a term to itself wherever the graph holds it.
    base |= {Quad(NODES[0], HOLDS, value, graph) for value in LITERALS for graph in NAMED}
    base |= {
        _placed(random, random.choice((*DEFAULT, *NAMED))) for _ in range(random.randint(3, 30))
    }
    overlays, quads = [], []
    for number in range(random.randint(0, 3)):
        target = random.choice((DATA, DATA, EXTRA, ONTOLOGY))
        added, removed = (NamedNode(f"{BASE}twin/{number}/{kind}") for kind in ("added", "removed"))
        overlays.append(Overlay(target, added, removed))
        for _ in range(random.randint(0, 6)):
            quads.append(_moved(_placed(random, target), added))
        there = sorted((quad for quad in base if quad.graph_name == target), key=str)
        known = [quad for quad in there if quad.object != THING and quad.predicate != HOLDS]
        for _ in range(random.randint(0, 6)):
            chosen = random.choice(known) if known and random.random() < 0.7 else None
            quads.append(_moved(chosen or _placed(random, target), removed))
    texts = tuple(Writer(random).query() for _ in range(queries))
    return Case(tuple(sorted(base, key=str)), tuple(overlays), tuple(dict.fromkeys(quads)), texts)


def _placed(random: Random, graph: NamedNode) -> Quad:
    """Make a triple of a graph: those of the default graph never share one."""
    while True:
        subject, predicate = random.choice(NODES), random.choice((*PREDICATES, RDF.type))
        value = random.choice(NODES if random.random() < 0.6 else LITERALS)
        if predicate == RDF.type:
            value = random.choice(CLASSES)
        at = sum(map(ord, f"{subject}{predicate}{value}")) % 5
        home = DEFAULT[max(0, at - 2)]
        if graph not in DEFAULT or graph == home:
            return Quad(subject, predicate, value, graph)


def _moved(quad: Quad, graph: NamedNode) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, graph)


class Writer:
    """Writes one random query."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._names = itertools.count()
        self._distinct = False
        self._in_graph = 0
        self._in_exists = 0

    def query(self) -> str:
        """Write a query of any form."""
        form = self._random.choice(("SELECT",) * 6 + ("ASK", "CONSTRUCT", "DESCRIBE"))
        # Where a pair is counted once only, a path may lead to it in several ways.
        self._distinct = form != "SELECT" or self._random.random() < 0.4
        if form == "SELECT":
            body = self._select(2, top=True)
        elif form == "ASK":
            body = f"ASK {self._group(2)}"
        elif form == "DESCRIBE":
            body = self._describe()
        else:
            body = self._construct()
        return _PREFIXES + body

    def _construct(self) -> str:
        if self._random.random() < 0.3:
            plain = " . ".join(self._plain_triple() for _ in range(self._random.randint(1, 2)))
            return f"CONSTRUCT WHERE {{ {plain} }}"
        made = " . ".join(self._plain_triple() for _ in range(2))
        return f"CONSTRUCT {{ {made} }} WHERE {self._group(2)}"

    def _describe(self) -> str:
        what = self._random.choice(("?x", "?x ?y", "*", self._node()))
        if "?" not in what and what != "*":
            return f"DESCRIBE {what}"
        return f"DESCRIBE {what} WHERE {{ ?x {self._verb()} ?y {self._group(1)} }}"

    def _select(self, depth: int, top: bool = False) -> str:
        kind = self._random.random()
        if kind < 0.3:
            return self._aggregate(depth)
        distinct = self._random.choice(("DISTINCT ", "")) if not self._distinct else "DISTINCT "
        names = self._random.sample(("?x", "?y", "?z", "?w"), self._random.randint(1, 3))
        if kind < 0.5 and top:
            return f"SELECT {distinct}* WHERE {{ ?x {self._verb()} ?y . {self._inner(depth)} }}"
        shown = " ".join(names)
        if kind < 0.6:
            shown += f" ({self._expression(depth)} AS ?e{next(self._names)})"
            names = []
        return f"SELECT {distinct}{shown} WHERE {self._group(depth)}{self._ordered(names)}"

    def _ordered(self, names: list[str]) -> str:
        if not names or self._random.random() < 0.6:
            return ""
        keys = " ".join(
            f'(COALESCE(CONCAT(STR({name}), "|", LANG({name}), "|", STR(DATATYPE({name}))), '
            f'STR({name}), ""))'
            for name in names
        )
        offset = " OFFSET 1" if self._random.random() < 0.3 else ""
        return f" ORDER BY {keys} LIMIT {self._random.randint(1, 5)}{offset}"

    def _aggregate(self, depth: int) -> str:
        counted = self._random.choice(
            (
                "COUNT(DISTINCT ?y)",
                "MIN(STR(?y))",
                "MAX(STR(?z))",
                *(() if self._distinct else ("COUNT(*)", "COUNT(?y)", "SUM(xsd:integer(?y))")),
            )
        )
        having = " HAVING (COUNT(DISTINCT ?x) > 0)" if self._random.random() < 0.2 else ""
        name = next(self._names)
        if self._random.random() < 0.3:
            return f"SELECT ({counted} AS ?n{name}) WHERE {self._group(depth)}"
        key = self._random.choice(("?x", "?w"))
        group = f"{{ {key} {self._verb()} ?y . {self._inner(depth)} }}"
        return f"SELECT {key} ({counted} AS ?n{name}) WHERE {group} GROUP BY {key}{having}"

    def _group(self, depth: int) -> str:
        return f"{{ {self._inner(depth)} }}"

    def _inner(self, depth: int) -> str:
        count = self._random.choice((1, 1, 2, 2, 3))
        return " ".join(self._element(depth) for _ in range(count))

    def _element(self, depth: int) -> str:
        if depth <= 0 or self._random.random() < 0.5:
            return self._triples() + " ."
        kind = self._random.randrange(11)
        if kind == 3:
            return f"FILTER {self._random.choice(('', 'NOT '))}{self._exists(depth)}"
        group = self._group(depth - 1)
        if kind == 0:
            return f"OPTIONAL {group}"
        if kind == 1 and not self._in_exists:
            return f"MINUS {group}"
        if kind == 2:
            return f"{group} UNION {self._group(depth - 1)}"
        if kind == 4:
            return f"FILTER ({self._condition(depth)})"
        if kind == 5:
            return f"BIND ({self._expression(depth)} AS ?b{next(self._names)})"
        if kind == 6:
            return self._values()
        if kind in (7, 8):
            graph = self._random.choice(("?g", "?g", *map(str, (*NAMED, INFERRED))))
            first = f"{self._variable()} {self._verb()} {self._object()} ."
            self._in_graph += graph == "?g"
            inner = self._inner(depth - 1)
            self._in_graph -= graph == "?g"
            return f"GRAPH {graph} {{ {first} {inner} }}"
        if kind == 9 and not (self._in_graph or self._in_exists):
            return f"{{ {self._select(depth - 1)} }}"
        return group

    def _exists(self, depth: int) -> str:
        self._in_exists += 1
        group = self._group(depth - 1)
        self._in_exists -= 1
        return f"EXISTS {group}"

    def _values(self) -> str:
        if self._random.random() < 0.5:
            return f"VALUES ?x {{ {self._node()} {self._node()} }}"
        rows = " ".join(
            f"({self._node()} {self._random.choice(('UNDEF', self._node()))})" for _ in "ab"
        )
        return f"VALUES (?x ?z) {{ {rows} }}"

    def _condition(self, depth: int) -> str:
        x, y = self._variable(), self._variable()
        choices = [
            f"{x} != {y}",
            f"sameTerm({x}, {y})",
            f"bound({x})",
            f"!bound({x}) || isIRI({y})",
            f"isLiteral({x}) && {x} > 1",
            f"{x} IN ({self._node()}, 1, 2)",
            f"{self._exists(depth)} || {x} = {self._node()}",
            f'REGEX(STR({x}), "n[01]")',
        ]
        return self._random.choice(choices)

    def _expression(self, depth: int) -> str:
        x = self._variable()
        return self._random.choice(
            (
                f"STR({x})",
                f"IF(isIRI({x}), 1, 2)",
                f"COALESCE({x}, 0)",
                f"xsd:integer({x}) + 1",
                self._exists(min(depth, 1)),
            )
        )

    def _triples(self) -> str:
        kind = self._random.random()
        subject = self._subject()
        if kind < 0.7:
            return f"{subject} {self._verb()} {self._object()}"
        if kind < 0.8:
            return f"{subject} {self._verb()} {self._object()} ; {self._verb()} {self._object()} ;"
        if kind < 0.9:
            return f"{subject} {self._verb()} {self._object()} , {self._object()}"
        if kind < 0.95:
            return f"[ {self._verb()} {self._object()} ] {self._verb()} {subject}"
        label = f"_:b{next(self._names)}"
        return f"{subject} {self._verb()} {label} . {label} {self._verb()} {self._object()}"

    def _plain_triple(self) -> str:
        verb = self._random.choice((*map(str, PREDICATES), "a"))
        return f"{self._variable()} {verb} {self._object()}"

    def _subject(self) -> str:
        return self._node() if self._random.random() < 0.2 else self._variable()

    def _object(self) -> str:
        chance = self._random.random()
        if chance < 0.7:
            return self._variable()
        return self._node() if chance < 0.9 else self._random.choice(("1", '"a"', '"a"@en', "true"))

    def _verb(self) -> str:
        chance = self._random.random()
        if chance < 0.45:
            return self._random.choice((*(f":p{number}" for number in range(4)), "a"))
        if chance < 0.55:
            return "?p"
        return self._path(2)

    def _path(self, depth: int, repeated: bool = False) -> str:
        name = self._random.choice((*(f":p{number}" for number in range(4)), "a"))
        if depth == 0:
            return name
        kind = self._random.randrange(8)
        if kind == 0:
            return f"^{name}"
        if kind in (1, 2):
            return f"({self._path(depth - 1, repeated)}/{self._path(depth - 1, repeated)})"
        if kind == 3 and (self._distinct or repeated):
            return f"({self._path(depth - 1, repeated)}|{self._path(depth - 1, repeated)})"
        if kind == 4 and (self._distinct or repeated):
            return self._random.choice((f"!{name}", f"!(:p0|{name})", "!^:p2", f"!(^{name}|:p1)"))
        if kind in (5, 6, 7):
            return f"({self._path(depth - 1, True)}){self._random.choice('?*+')}"
        return name

    def _variable(self) -> str:
        return self._random.choice(_VARIABLES)

    def _node(self) -> str:
        return str(self._random.choice(NODES))
