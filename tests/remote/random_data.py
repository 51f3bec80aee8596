"""Random quads in several graphs, and stacks of overlays that add, remove and add again."""

from dataclasses import dataclass
from random import Random

from graph.dataset.snapshots import Overlay
from graph.terms import Literal, NamedNode, Quad, Term
from graph.vocab import RDF, XSD

BASE = "https://example.org/"
DATA, ONTOLOGY, INFERRED, EXTRA, META = (
    NamedNode(f"{BASE}graph/{name}") for name in ("data", "ontology", "inferred", "extra", "meta")
)
DEFAULT = (DATA, ONTOLOGY, INFERRED)
NAMED = (DATA, EXTRA, META)
NODES = [NamedNode(f"{BASE}n{number}") for number in range(5)]
SKOLEM = f"{BASE}.well-known/genid/"
BLANK = [NamedNode(f"{SKOLEM}b{number}") for number in range(2)]
PREDICATES = [NamedNode(f"{BASE}p{number}") for number in range(4)]
CLASSES = [NamedNode(f"{BASE}C{number}") for number in range(2)]
THING = NamedNode(f"{BASE}Thing")
HOLDS = NamedNode(f"{BASE}holds")
LITERALS: list[Term] = [
    *(Literal(number) for number in range(4)),
    Literal("a"),
    Literal("b"),
    Literal("a", language="en"),
    Literal("a", language="en-gb"),
    Literal(""),
    Literal('two\nlines, "quoted" \\ é😀'),
    Literal(True),
    Literal("2024-01-02", datatype=XSD.date),
    Literal("2024-01-02T03:04:05Z", datatype=XSD.dateTime),
    Literal("2.5", datatype=XSD.decimal),
    Literal("-0.5", datatype=XSD.decimal),
    Literal("2024-06-30T12:00:00.5+02:00", datatype=XSD.dateTime),
    Literal(-3),
    Literal("x", datatype=NamedNode(f"{BASE}unit")),
]


@dataclass(frozen=True)
class Data:
    """Quads of the base, and overlays from the lowest up with their quads."""

    base: tuple[Quad, ...]
    overlays: tuple[Overlay, ...]
    quads: tuple[Quad, ...]


def random_data(random: Random) -> Data:
    """Make data."""
    return _Making(random).data()


class _Making:
    """One making of data."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def data(self) -> Data:
        """Make all of it."""
        random = self._random
        # A path without a step leads from a term to itself wherever the graph holds it.
        base = {
            Quad(n, RDF.type, THING, graph)
            for n in (*NODES, *BLANK)
            for graph in (DATA, EXTRA, META)
        }
        base |= {Quad(NODES[0], HOLDS, value, graph) for value in LITERALS for graph in NAMED}
        base |= {
            self._quad(random.choice((*DEFAULT, *NAMED)))
            for _ in range(random.choice((10, 30, 60)))
        }
        overlays: list[Overlay] = []
        quads: list[Quad] = []
        moved: dict[NamedNode, list[Quad]] = {}
        for number in range(random.randint(0, 3)):
            target = random.choice((DATA, DATA, EXTRA, ONTOLOGY))
            names = (NamedNode(f"{BASE}twin/{number}/{kind}") for kind in ("added", "removed"))
            overlay = Overlay(target, *names)
            overlays.append(overlay)
            before = moved.setdefault(target, [])
            there = sorted((quad for quad in base if quad.graph_name == target), key=str)
            known = [quad for quad in there if quad.object != THING and quad.predicate != HOLDS]
            added = self._some(before, target)
            removed = self._some([*known, *before], target)
            before += (*added, *removed)
            quads += (placed(quad, overlay.added) for quad in added)
            quads += (placed(quad, overlay.removed) for quad in removed)
        return Data(tuple(sorted(base, key=str)), tuple(overlays), tuple(dict.fromkeys(quads)))

    def _some(self, known: list[Quad], target: NamedNode) -> list[Quad]:
        return [
            self._random.choice(known)
            if known and self._random.random() < 0.6
            else self._quad(target)
            for _ in range(self._random.randint(0, 6))
        ]

    def _quad(self, graph: NamedNode) -> Quad:
        """Make a triple of a graph: those of the default graph never share one."""
        random = self._random
        while True:
            nodes = (*NODES, *NODES, *BLANK)
            subject, predicate = random.choice(nodes), random.choice((*PREDICATES, RDF.type))
            value = random.choice(nodes if random.random() < 0.6 else LITERALS)
            if predicate == RDF.type:
                value = random.choice(CLASSES)
            elif random.random() < 0.05:
                predicate = random.choice((RDF.first, RDF.rest))
            at = sum(map(ord, f"{subject}{predicate}{value}")) % 5
            if graph not in DEFAULT or graph == DEFAULT[max(0, at - 2)]:
                return Quad(subject, predicate, value, graph)


def placed(quad: Quad, graph: NamedNode) -> Quad:
    """Give a quad in another graph."""
    return Quad(quad.subject, quad.predicate, quad.object, graph)
