"""Random data with blank nodes, and queries and updates of all of SPARQL 1.1 about it.

For comparisons of one engine with itself, so more is asked than `tests.remote.random_queries` asks
of several. Left out is what the order in the store decides: MIN and MAX over nodes that cannot be
compared, which of two blank nodes comes first, and what is copied from a graph that holds nothing.
"""

from random import Random

from graph.terms import BlankNode, Literal, Quad
from graph.vocab import RDF, XSD
from tests.remote.random_data import BASE, CLASSES, EXTRA, LITERALS, META, NODES, PREDICATES
from tests.remote.random_queries import Writer

GRAPHS = (EXTRA, META)
_BLANKS = [BlankNode(f"b{number}") for number in range(4)]
_VALUES = [
    *LITERALS,
    Literal("2.50", datatype=XSD.decimal),
    Literal("1.5e0", datatype=XSD.double),
    Literal("NaN", datatype=XSD.double),
    Literal("2", datatype=XSD.int),
    Literal("two", datatype=XSD.integer),
    Literal("2024", datatype=XSD.gYear),
    Literal("PT36H", datatype=XSD.dayTimeDuration),
    Literal("INF", datatype=XSD.float),
    Literal("2024-01-02T03:04:05.5+02:00", datatype=XSD.dateTime),
    Literal("P1Y2M", datatype=XSD.yearMonthDuration),
    Literal("Zürich", language="de-at"),
]
_PREFIXES = f"PREFIX : <{BASE}> PREFIX xsd: <{XSD.string.value.removesuffix('string')}> "


def random_quads(random: Random) -> list[Quad]:
    """Make the quads of a default graph and two named ones, which share blank nodes."""
    found = set()
    for _ in range(random.randint(0, 40)):
        predicate = random.choice((*PREDICATES, RDF.type))
        values = (*NODES, *_BLANKS, *(random.sample(_VALUES, 5)))
        value = random.choice(CLASSES if predicate == RDF.type else values)
        graph = (random.choice(GRAPHS),) if random.random() < 0.4 else ()
        found.add(Quad(random.choice((*NODES, *_BLANKS)), predicate, value, *graph))
    return sorted(found, key=str)


class TextWriter(Writer):
    """Writes one random query or update."""

    def sorting(self) -> str:
        """Write a query of one variable in order."""
        direction = self._random.choice(("?x", "DESC(?x)", "ASC(?x)", "(?x)"))
        return f"{_PREFIXES}SELECT ?x WHERE {self._group(2)} ORDER BY {direction}"

    def update(self) -> str:
        """Write one to three operations."""
        count = self._random.randint(1, 3)
        return _PREFIXES + " ;\n".join(self._operation() for _ in range(count))

    def _operation(self) -> str:
        kind = self._random.randrange(10)
        graph = self._random.choice(GRAPHS)
        if kind in (0, 1):
            quads = " ".join(self._ground() for _ in range(3))
            blank = f"_:n{next(self._names)} :p1 [ :p2 {self._value()} ] ." if kind == 0 else ""
            word = "INSERT" if kind == 0 else "DELETE"
            return f"{word} DATA {{ {quads} {blank} GRAPH {graph} {{ {quads} }} }}"
        if kind == 2:
            return f"DELETE WHERE {{ {self._made()} . {self._made()} }}"
        if kind == 3:
            named = self._random.choice(("?g", graph))
            return f"DELETE WHERE {{ GRAPH {named} {{ {self._made()} }} }}"
        if kind == 4:
            word = self._random.choice(("CLEAR", "DROP"))
            target = self._random.choice(("DEFAULT", "NAMED", "ALL", f"GRAPH {graph}"))
            return f"{word} SILENT {target}"
        if kind == 5:
            word = self._random.choice(("COPY", "MOVE", "ADD"))
            return f"{word} SILENT DEFAULT TO {self._random.choice(('DEFAULT', graph))}"
        return self._modify(str(graph))

    def _modify(self, graph: str) -> str:
        removed = f"DELETE {{ {self._made()} . {self._made()} }} "
        inside = self._random.choice(
            ("", f"GRAPH ?g {{ {self._made()} }}", f"GRAPH {graph} {{ {self._made()} }}")
        )
        blank = self._random.choice(
            ("", f" . _:t :p3 {self._variable()} . {self._variable()} :p0 _:t")
        )
        added = f"INSERT {{ {self._made()}{blank} . {inside} }} "
        head = self._random.choice(("", "", f"WITH {graph} "))
        parts = self._random.choice((removed, added, removed + added))
        using = "".join(
            self._random.choice(("", "", f"USING {name} ", f"USING NAMED {name} "))
            for name in GRAPHS
        )
        return f"{head}{parts}{using}WHERE {self._group(2)}"

    def _made(self) -> str:
        verb = self._random.choice(("?p", ":p0", ":p1", ":p2"))
        return f"{self._variable()} {verb} {self._object()}"

    def _ground(self) -> str:
        return f"{self._node()} :p{self._random.randrange(4)} {self._value()} ."

    def _value(self) -> str:
        return str(self._random.choice((*NODES, *_VALUES)))

    def _condition(self, depth: int) -> str:
        if self._chance(0.6):
            return super()._condition(depth)
        x, y = self._variable(), self._variable()
        choices = (
            f"isBlank({x})",
            f"isIRI({x}) || isBlank({y})",
            f"!isIRI({x}) && !isLiteral({y})",
            f"STR({x}) = STR({y})",
            f"isNumeric({x}) && {x} * 2 > 3",
            f"{x} < {y}",
            f"YEAR({x}) = 2024",
            f"STRSTARTS(STR(IRI({x})), 'http')",
            f"CONTAINS({x}, 'a') || {y} = {y}",
        )
        return self._random.choice(choices)

    def _expression(self, depth: int) -> str:
        if self._chance(0.5):
            return super()._expression(depth)
        x, y = self._variable(), self._variable()
        choices = (
            f"CONCAT(STR({x}), 'é', STR({y}))",
            f"isBlank({x})",
            f"{x} / 3",
            f"ROUND({x} * 1.5)",
            f"STRLANG({x}, 'fr')",
            f"SUBSTR(STR({x}), 2, 3)",
            f"REPLACE(STR({x}), '[aeiou]', '_')",
            f"MONTH({x})",
            f"ENCODE_FOR_URI(STR({x}))",
            f"SHA1(STR({x}))",
            f"URI({x})",
            f"UCASE(STR({x}))",
            f"COALESCE(STRDT(STR({x}), xsd:integer), {y})",
            f"STRBEFORE({x}, 'a')",
        )
        return self._random.choice(choices)
