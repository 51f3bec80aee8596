"""Reasoning: OWL 2 RL to a fixpoint by SPARQL, semi-naive, and the difference it makes.

The ontology is closed and compiled into rule instances first (`graph.rules`). Then each round asks
only for what the newest triples make new, so triples that a commit adds cost what follows from
them. Triples go through files in the engine's own format, never one by one. Measured beside owlrl
and reasonable in `benchmarks/reasoning.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import RdfFormat

from graph.file_changes import append_as_quads
from graph.owl_rules import Atom, is_schema
from graph.oxigraph import OxigraphStore
from graph.rules import (
    RuleInstance,
    close_schema,
    construct_text,
    instantiate,
    select_text,
)
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import BlankNode, NamedNode, Quad, Triple, Variable, is_anonymous
from graph.vocab import RDF

FRESH = NamedNode("urn:mimir:reasoning:fresh")
_DELTA = "urn:mimir:reasoning:delta:"
_SMALL_FILE = 1 << 18
_SHOWN = 100


@dataclass(frozen=True)
class Contradiction:
    """A rule that derives a contradiction, and the terms it does so for."""

    rule: str
    terms: tuple[str, ...]
    schema: tuple[str, ...]


@dataclass(frozen=True)
class Reasoned:
    """What reasoning gave.

    Attributes:
        inferred: number of triples that follow and are not asserted.
        rounds: how often the newest triples were asked for more.
        rules: number of rule instances the ontology compiled to.
        contradictions: the first hundred.
        added, removed: N-Quads files of the difference from the graph of before, and their lines.
    """

    inferred: int
    rounds: int
    rules: int
    contradictions: tuple[Contradiction, ...]
    added: int
    removed: int


def schema_triples(reader: GraphReader) -> list[Triple]:
    """Find the schema in graphs, wherever it stands."""
    parts = [reader.construct(load_query("graph", "schema_by_predicate"))]
    parts.append(reader.construct(load_query("graph", "schema_by_class")))
    found = {triple for part in parts for triple in part if is_schema(triple)}
    return sorted(found, key=str)


def materialise(
    store: OxigraphStore, asserted: Sequence[NamedNode], folder: Path
) -> tuple[int, tuple[RuleInstance, ...]]:
    """Write everything that follows from the asserted graphs to `FRESH`; gives rounds and rules.

    Args:
        store: a clone that may be written to.
        folder: for files on their way between queries.
    """
    rounds = 0
    instances: tuple[RuleInstance, ...] = ()
    while True:
        schema, closed = close_schema(schema_triples(store.reader([*asserted, FRESH])))
        known = instances
        instances = instantiate(schema)
        if instances == known:
            return rounds, instances
        _add_terms(store, asserted, closed, instances)
        everything = [_Work(item) for item in instances]
        rounds += _saturate(store, asserted, instances, everything, folder)


def extend(
    store: OxigraphStore,
    asserted: Sequence[NamedNode],
    inferred: NamedNode,
    delta: Path,
    folder: Path,
) -> tuple[int, tuple[RuleInstance, ...]]:
    """Write to `FRESH` what triples that came since make new; the rest is in `inferred`.

    Args:
        delta: N-Triples that were added to the asserted graphs; none is schema.
    """
    schema, _ = close_schema(schema_triples(store.reader(asserted)))
    instances = instantiate(schema)
    first = _delta(0)
    _load(store, delta, first)
    work = _follow(store, instances, first)
    graphs = (*asserted, inferred)
    return _saturate(store, graphs, instances, work, folder), instances


def contradictions(
    store: OxigraphStore, graphs: Sequence[NamedNode], instances: Iterable[RuleInstance]
) -> tuple[Contradiction, ...]:
    """Look for contradictions in closed graphs; gives the first hundred."""
    reader = store.reader(graphs)
    found: list[Contradiction] = []
    for item in instances:
        if item.head is not None or len(found) >= _SHOWN:
            continue
        rest = _SHOWN - len(found)
        text = select_text(item.body, item.apart, rest, members=item.members, half=item.half)
        rows = reader.select(text)
        schema = tuple(" ".join(map(str, atom)) for atom in item.schema)
        found += [
            Contradiction(item.name, tuple(sorted(str(term) for term in row if term)), schema)
            for row in rows
        ]
    return tuple(found)


def write_difference(
    store: OxigraphStore, inferred: NamedNode, added: Path, removed: Path
) -> tuple[int, int]:
    """Write what `FRESH` has more and less than `inferred` as N-Quads; gives both numbers."""
    return (
        _write_missing(store, FRESH, [inferred], added, inferred),
        _write_missing(store, inferred, [FRESH], removed, inferred),
    )


def write_extension(
    store: OxigraphStore,
    asserted: Sequence[NamedNode],
    inferred: NamedNode,
    added: Path,
    removed: Path,
) -> tuple[int, int]:
    """Write what `FRESH` holds, and what of `inferred` is asserted by now; gives both numbers."""
    query = load_query("graph", "in_both")
    graphs = (*asserted, inferred)
    answer = store.engine.query(
        bind(query, graph=inferred), default_graph=list(asserted), named_graphs=list(graphs)
    )
    return (
        _write_missing(store, FRESH, [inferred], added, inferred),
        _write_quads(answer, removed, inferred),
    )


@dataclass(frozen=True)
class _Work:
    """A rule instance to ask, with the atom that must match a triple of `newest`; None: any."""

    instance: RuleInstance
    at: int = 0
    newest: NamedNode | None = None


def _saturate(
    store: OxigraphStore,
    graphs: Sequence[NamedNode],
    instances: Sequence[RuleInstance],
    work: Sequence[_Work],
    folder: Path,
) -> int:
    rounds = 0
    while work:
        rounds += 1
        output = folder / "round.nt"
        with output.open("wb") as file:
            for item in work:
                file.write(_derived(store, graphs, item))
        if not output.stat().st_size:
            break
        # A graph of its own for each round: clearing one takes longer than filling one.
        newest = _delta(rounds)
        _load(store, output, newest)
        _load(store, output, FRESH)
        work = _follow(store, instances, newest)
    return rounds


def _delta(number: int) -> NamedNode:
    return NamedNode(f"{_DELTA}{number}")


def _derived(store: OxigraphStore, graphs: Sequence[NamedNode], work: _Work) -> bytes:
    item = work.instance
    if item.head is None:
        return b""
    text = construct_text(
        item.body, item.head, item.apart, new_in=work.newest, at=work.at, half=item.half
    )
    named: list[NamedNode | BlankNode] = [work.newest] if work.newest else []
    triples = store.engine.query(text, default_graph=[*graphs, FRESH], named_graphs=named)
    return triples.serialize(format=RdfFormat.N_TRIPLES) or b""  # type: ignore[arg-type] # a CONSTRUCT


def _follow(
    store: OxigraphStore, instances: Sequence[RuleInstance], newest: NamedNode
) -> list[_Work]:
    """Find the atoms that the newest triples may match, by predicate and by class."""
    reader = store.reader([newest])
    predicates = {row[0] for row in reader.select(_PREDICATES)}
    classes = {row[0] for row in reader.select(_CLASSES)}

    def touched(atom: Atom) -> bool:
        """Whether one of the newest triples may match an atom."""
        if isinstance(atom[1], Variable):
            return bool(predicates)
        if atom[1] == RDF.type and not isinstance(atom[2], Variable):
            return atom[2] in classes
        return atom[1] in predicates

    return [
        _Work(item, at, newest)
        for item in instances
        if item.head is not None
        for at, atom in enumerate(item.body)
        if touched(atom)
    ]


_PREDICATES = "SELECT DISTINCT ?p WHERE { ?s ?p ?o }"
_CLASSES = "SELECT DISTINCT ?c WHERE { ?s a ?c }"


def _add_terms(
    store: OxigraphStore,
    asserted: Sequence[NamedNode],
    triples: Iterable[Triple],
    instances: Iterable[RuleInstance],
) -> None:
    """Put the closure of the schema to what follows; of classes without a name what rules use."""
    used = {atom for item in instances for atom in item.schema}
    for triple in triples:
        atom = (triple.subject, triple.predicate, triple.object)
        wanted = atom in used or not any(map(is_anonymous, atom))
        there = any(store.contains(Quad(*atom, graph)) for graph in asserted)
        if wanted and not there:
            store.engine.add(Quad(*atom, FRESH))


def _load(store: OxigraphStore, path: Path, graph: NamedNode) -> None:
    size = path.stat().st_size
    load = store.engine.load if size < _SMALL_FILE else store.engine.bulk_load
    load(path=str(path), format=RdfFormat.N_TRIPLES, to_graph=graph)


def _write_missing(
    store: OxigraphStore,
    source: NamedNode,
    others: Sequence[NamedNode],
    path: Path,
    graph: NamedNode,
) -> int:
    answer = store.engine.query(
        bind(load_query("graph", "in_one"), graph=source),
        default_graph=list(others),
        named_graphs=[source],
    )
    return _write_quads(answer, path, graph)


def _write_quads(answer: object, path: Path, graph: NamedNode) -> int:
    temporary = path.with_name(f"{path.name}.nt")
    answer.serialize(str(temporary), format=RdfFormat.N_TRIPLES)  # type: ignore[attr-defined] # a CONSTRUCT
    path.write_bytes(b"")
    count = append_as_quads(temporary, path, graph)
    temporary.unlink()
    return count
