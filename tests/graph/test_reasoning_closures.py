"""Transitive properties are closed to the end: at once, from what other rules make, and later."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from graph.oxigraph import OxigraphStore
from graph.reasoning.fixpoint import extend, materialise, write_extension
from graph.reasoning.saturation import FRESH
from graph.terms import NamedNode, Quad
from graph.vocab import OWL, RDF, RDFS

DATA, INFERRED = NamedNode("urn:test:data"), NamedNode("urn:test:inferred")
PART, INSIDE, HAS = (NamedNode(f"urn:test:{name}") for name in ("partOf", "insideOf", "has"))
ONTOLOGY = (
    Quad(PART, RDF.type, OWL.TransitiveProperty, DATA),
    Quad(INSIDE, RDFS.subPropertyOf, PART, DATA),
    Quad(HAS, OWL.inverseOf, PART, DATA),
)
Edge = tuple[int, int]
EDGES = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12)


def thing(number: int) -> NamedNode:
    """Name a thing."""
    return NamedNode(f"urn:test:{number}")


def store(part: set[Edge], inside: set[Edge]) -> OxigraphStore:
    """Store which thing is part of which, and which is inside of which."""
    found = OxigraphStore()
    found.engine.extend(ONTOLOGY)
    for name, edges in ((PART, part), (INSIDE, inside)):
        found.engine.extend(Quad(thing(one), name, thing(other), DATA) for one, other in edges)
    return found


def closed(edges: set[Edge]) -> set[Edge]:
    """Follow edges to their ends, one by one."""
    found = set(edges)
    while True:
        more = {(a, d) for a, b in found for c, d in found if b == c} - found
        if not more:
            return found
        found |= more


def expected(part: set[Edge], inside: set[Edge]) -> set[Quad]:
    """Say what follows and is not asserted."""
    whole = closed(part | inside)
    ways = {Quad(thing(a), PART, thing(b), INFERRED) for a, b in whole - part}
    return ways | {Quad(thing(b), HAS, thing(a), INFERRED) for a, b in whole}


@settings(max_examples=40, deadline=None)
@given(part=EDGES, inside=EDGES, later=EDGES, gone=EDGES)
def test_what_is_part_of_what_is_known_to_the_end(
    part: set[Edge], inside: set[Edge], later: set[Edge], gone: set[Edge]
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        before = store(part, inside)
        materialise(before, [DATA], folder)
        inferred = {
            Quad(quad.subject, quad.predicate, quad.object, INFERRED)
            for quad in before.quads(FRESH)
        }
        assert inferred == expected(part, inside)

        now = (part | later) - gone
        after = store(now, inside)
        asserted = {quad.triple for quad in after.quads(DATA)}
        known = {quad for quad in inferred if quad.triple not in asserted}
        after.engine.extend(known)
        for file, edges in (("came.nt", now - part), ("gone.nt", part - now)):
            lines = (f"{thing(a)} {PART} {thing(b)} .\n" for a, b in edges)
            (folder / file).write_text("".join(lines), encoding="utf-8")
        extend(after, [DATA], INFERRED, folder / "came.nt", folder / "gone.nt", folder)
        files = folder / "added.nq", folder / "removed.nq"
        write_extension(after, [DATA], INFERRED, *files)
        added, removed = (set(parse(path=str(path), format=RdfFormat.N_QUADS)) for path in files)
        assert (known | added) - removed == expected(now, inside)
