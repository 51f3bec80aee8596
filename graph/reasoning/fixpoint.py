"""Reasoning: OWL 2 RL to a fixpoint by SPARQL, and the difference it makes.

The ontology is closed and compiled into rule instances first (`graph.reasoning.rules`). Then
triples that came are followed (`graph.reasoning.saturation`), and what rested on triples that went
is taken back (`graph.reasoning.retraction`), so a commit costs what follows from it. Measured
beside owlrl and reasonable in `benchmarks/reasoning.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import RdfFormat

from graph.file_changes import append_as_quads
from graph.oxigraph import OxigraphStore
from graph.reasoning.owl_rules import is_schema
from graph.reasoning.retraction import DOUBTED, PUT_BACK, doubt, put_back
from graph.reasoning.rules import RuleInstance, close_schema, instantiate, select_text
from graph.reasoning.saturation import FRESH, Saturation, load
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import NamedNode, Quad, Triple, is_anonymous

_CAME = NamedNode("urn:mimir:reasoning:came")
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
        rounds += Saturation(store, asserted, instances, folder).from_all()


def extend(
    store: OxigraphStore,
    asserted: Sequence[NamedNode],
    inferred: NamedNode,
    came: Path,
    gone: Path,
    folder: Path,
) -> tuple[int, tuple[RuleInstance, ...]]:
    """Bring `inferred` to what follows now: `FRESH` is what comes, `DOUBTED` what may have gone.

    Args:
        came, gone: N-Triples that the asserted graphs got and lost; none is schema.
    """
    schema, _ = close_schema(schema_triples(store.reader(asserted)))
    instances = instantiate(schema)
    load(store, came, _CAME)
    if gone.stat().st_size:
        doubt(store, asserted, inferred, gone, instances, folder)
        put_back(store, asserted, inferred, instances, folder)
    graphs = (*asserted, inferred)
    return Saturation(store, graphs, instances, folder).from_new(_CAME, PUT_BACK), instances


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
    """Write what `FRESH` has more than was inferred, and what no longer is; gives both numbers."""
    query = bind(load_query("graph", "in_both"), graph=inferred)
    graphs = (*asserted, inferred)
    asserted_now = store.engine.query(
        query, default_graph=list(asserted), named_graphs=list(graphs)
    )
    new = _write_missing(store, FRESH, [inferred, DOUBTED], added, inferred)
    lost = _write_missing(store, DOUBTED, [FRESH], removed, inferred)
    return new, lost + _append_quads(asserted_now, removed, inferred)


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
    path.write_bytes(b"")
    return _append_quads(answer, path, graph)


def _append_quads(answer: object, path: Path, graph: NamedNode) -> int:
    temporary = path.with_name(f"{path.name}.nt")
    answer.serialize(str(temporary), format=RdfFormat.N_TRIPLES)  # type: ignore[attr-defined] # a CONSTRUCT
    count = append_as_quads(temporary, path, graph)
    temporary.unlink()
    return count
