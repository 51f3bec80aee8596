"""SPARQL Update text into the quads it removes and adds, without running it on the live store.

Each WHERE is evaluated once, so RAND and NOW have one value; templates are instantiated by the
engine itself, in an empty store, from those solutions. Runs in a reader process on a clone.
SPARQL 1.1 Update, section 3.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from graph.errors import BadQuery, StoreUnavailable
from graph.oxigraph import OxigraphStore
from graph.syntax.blank_nodes import see_blank_nodes
from graph.syntax.update_text import UpdateOperation, read_operations
from graph.terms import BlankNode, DefaultGraph, NamedNode, Quad, Term, Triple

_BATCH = 5_000


class GraphForbidden(BadQuery):
    """The text writes to, or reads from, a graph that is not open to it."""

    code = "graph-forbidden"


@dataclass(frozen=True)
class Scope:
    """What an update may touch: readable default and named graphs, writable graphs.

    Attributes:
        default, named: the dataset of WHERE.
        writable: graphs that may be changed; the first receives what is written without a GRAPH.
        readable: more graphs that WHERE may name, which `GRAPH ?g` leaves out.
        closed, opened: prefixes of graph IRIs. Where `closed` has any, every graph is writable,
            readable and met by `GRAPH ?g` whose IRI starts with none of them, or starts with one
            of `opened`.
        using, using_named: graphs that the protocol names in place of USING clauses.
        base: what relative IRIs are resolved against.
        skolem: prefix of the IRIs that take the place of new blank nodes; empty: they stay.
    """

    default: tuple[NamedNode, ...]
    named: tuple[NamedNode, ...]
    writable: tuple[NamedNode, ...]
    readable: tuple[NamedNode, ...] = ()
    closed: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()
    base: str = ""
    skolem: str = ""

    def leaves_open(self, graph: str) -> bool:
        """Tell whether a graph outside the lists may be written and read."""
        if not self.closed:
            return False
        return graph.startswith(self.opened) or not graph.startswith(self.closed)


def evaluate_update(store: OxigraphStore, text: str, scope: Scope) -> tuple[list[Quad], list[Quad]]:
    """Give the quads that `text` adds to and removes from `store`, in order, each once.

    Args:
        store: a clone that may be changed, for each operation sees what those before it did; one
            operation alone only reads.
        text: a SPARQL 1.1 Update request.
        scope: the graphs it may read and write.

    Raises:
        BadQuery: the text is not valid or uses a refused operation.
        GraphForbidden: it names a graph outside `scope`.
    """
    return evaluate_operations(store, list(read_operations(text, scope.base)), scope)


def evaluate_operations(
    store: OxigraphStore, operations: Sequence[UpdateOperation], scope: Scope
) -> tuple[list[Quad], list[Quad]]:
    """Do what `evaluate_update` does, for a text that was split into its operations."""
    net: dict[Quad, bool] = {}
    _check_all(operations, scope)
    for operation in operations:
        removed, added = _evaluate(store, operation, scope)
        gone = {quad: None for quad in removed if store.contains(quad)}
        new = [quad for quad in dict.fromkeys(added) if quad in gone or not store.contains(quad)]
        if operation is not operations[-1]:
            store.apply(new, gone)
        for quads, present in ((gone, False), (new, True)):
            for quad in quads:
                if net.get(quad, present) is not present:
                    del net[quad]
                else:
                    net[quad] = present
    return _sides(net)


def evaluate_data(
    operations: Sequence[UpdateOperation], scope: Scope
) -> tuple[list[Quad], list[Quad]]:
    """Give what operations that read nothing add and remove, whether or not it is so already.

    Raises:
        BadQuery, GraphForbidden: see `evaluate_update`.
    """
    _check_all(operations, scope)
    net: dict[Quad, bool] = {}
    for operation in operations:
        removed, added = _evaluate(OxigraphStore(), operation, scope)
        net |= dict.fromkeys(removed, False) | dict.fromkeys(added, True)
    return _sides(net)


def _sides(net: dict[Quad, bool]) -> tuple[list[Quad], list[Quad]]:
    return [q for q, here in net.items() if here], [q for q, here in net.items() if not here]


def _check_all(operations: Sequence[UpdateOperation], scope: Scope) -> None:
    for operation in operations:
        _check(operation)
        if (scope.using or scope.using_named) and operation.names_dataset:
            raise BadQuery(
                "The dataset is named twice: by using-graph-uri or using-named-graph-uri, and by "
                "USING or WITH in the text. Keep one."
            )


def _check(operation: UpdateOperation) -> None:
    """Have the engine parse the operation, so that what the scan found is all there is."""
    # One by one, for the engine knows no PREFIX after a semicolon. The text also runs on an empty
    # store, where CLEAR may miss its graph: that says nothing.
    with suppress(StoreUnavailable, RuntimeError):
        OxigraphStore().update(" ".join((operation.prologue, operation.text)))


def _evaluate(
    store: OxigraphStore, operation: UpdateOperation, scope: Scope
) -> tuple[list[Quad], list[Quad]]:
    home = _writable(operation.target, scope)
    for name in operation.written:
        _writable(name, scope)
    if operation.clear:
        graphs = [g for name in operation.clear for g in _cleared(name, store, scope)]
        return [quad for graph in graphs for quad in store.quads(graph)], []
    if operation.create:
        _create(operation, store, scope)
        return [], []
    if operation.transfer:
        return _transfer(operation, store, scope)
    batches = _solutions(store, operation, scope)
    removed: list[Quad] = []
    added: list[Quad] = []
    for values in batches:
        for template, into in ((operation.remove, removed), (operation.insert, added)):
            if template:
                into.extend(_instantiate(operation.prologue, template, values))
    if any(isinstance(term, BlankNode) for quad in removed for term in (quad.subject, quad.object)):
        raise BadQuery("A blank node cannot stand where triples are deleted; use a variable.")
    return _placed(removed, home, scope), _placed(added, home, scope)


def _cleared(name: str, store: OxigraphStore, scope: Scope) -> list[NamedNode]:
    home = scope.writable[0]
    if name == "DEFAULT":
        return [home]
    if name not in ("ALL", "NAMED"):
        return [_writable(name, scope)]
    others = [graph for graph in (*scope.writable, *open_graphs(store, scope)) if graph != home]
    return [home, *others] if name == "ALL" else others


def _create(operation: UpdateOperation, store: OxigraphStore, scope: Scope) -> None:
    graph = _writable(operation.create, scope)
    if not operation.silent and graph in store.graphs():
        raise BadQuery(f"The graph <{graph.value}> exists already.")


def _transfer(
    operation: UpdateOperation, store: OxigraphStore, scope: Scope
) -> tuple[list[Quad], list[Quad]]:
    kind, origin, goal = operation.transfer or ("", "", "")
    target = _cleared(goal, store, scope)[0]
    if kind == "MOVE" or origin == "DEFAULT":
        source = _cleared(origin, store, scope)[0]
    else:
        source = _readable(origin, scope)
    if source == target:
        return [], []
    moved = list(store.quads(source))
    if not moved and origin != "DEFAULT":
        if operation.silent:
            return [], []
        raise BadQuery(f"There is no graph <{source.value}> to {kind.lower()}.")
    added = [Quad(quad.subject, quad.predicate, quad.object, target) for quad in moved]
    removed = [] if kind == "ADD" else list(store.quads(target))
    return removed + (moved if kind == "MOVE" else []), added


def _dataset(
    store: OxigraphStore, operation: UpdateOperation, scope: Scope
) -> tuple[tuple[NamedNode, ...], tuple[NamedNode, ...]]:
    using = operation.using or operation.using_named
    wanted = operation.using if using else list(scope.using)
    wanted_named = operation.using_named if using else list(scope.using_named)
    if wanted or wanted_named:
        return (
            tuple(_readable(name, scope) for name in wanted),
            tuple(_readable(name, scope) for name in wanted_named),
        )
    default = (_readable(operation.target, scope),) if operation.target else scope.default
    # A graph that the text names is read where that is allowed; elsewhere the pattern is empty.
    mentioned = [
        graph
        for graph in map(NamedNode, operation.named)
        if graph in (*scope.readable, *scope.writable)
    ]
    named = dict.fromkeys((*scope.named, *mentioned, *open_graphs(store, scope)))
    return default, tuple(named)


def open_graphs(store: OxigraphStore, scope: Scope) -> list[NamedNode]:
    """List the graphs of a store that a scope leaves open, by IRI."""
    if not scope.closed:
        return []
    return [graph for graph in store.graphs() if scope.leaves_open(graph.value)]


def _solutions(store: OxigraphStore, operation: UpdateOperation, scope: Scope) -> Iterator[str]:
    if operation.where is None:
        yield ""
        return
    default, named = _dataset(store, operation, scope)
    where = see_blank_nodes(operation.where, scope.skolem)
    query = " ".join((operation.prologue, "SELECT * WHERE", where))
    rows = store.reader(default, named).select(query)
    head = "(" + " ".join("?" + name for name in rows.variables) + ")"
    solutions = iter(rows)
    while batch := list(islice(solutions, _BATCH)):
        body = "\n".join(_solution(row, scope.skolem) for row in batch)
        yield " ".join(("VALUES", head, "{", body, "}"))


def _refuse_triple_terms(terms: Iterable[object]) -> None:
    if any(isinstance(term, Triple) for term in terms):
        raise BadQuery("Triple terms (RDF 1.2) cannot be stored; write RDF 1.1.")


def _solution(row: Sequence[Term | None], skolem: str) -> str:
    _refuse_triple_terms(row)
    terms = [_named(term, skolem) if isinstance(term, BlankNode) else term for term in row]
    return "(" + " ".join("UNDEF" if term is None else str(term) for term in terms) + ")"


def _named(node: BlankNode, skolem: str) -> NamedNode:
    if not skolem:
        raise BadQuery("An update cannot carry blank nodes from WHERE to a template.")
    return NamedNode(f"{skolem}{node.value}")


def _instantiate(prologue: str, template: str, values: str) -> Iterator[Quad]:
    scratch = OxigraphStore()
    words = ("INSERT", template, "WHERE", "{", values, "}") if values else ("INSERT DATA", template)
    scratch.update(" ".join((prologue, *words)))
    return iter(list(scratch.engine))


def _placed(quads: list[Quad], home: NamedNode, scope: Scope) -> list[Quad]:
    placed = []
    for quad in quads:
        graph, subject, value = quad.graph_name, quad.subject, quad.object
        _refuse_triple_terms((value,))
        into = home if isinstance(graph, DefaultGraph) else _writable(str(graph)[1:-1], scope)
        if scope.skolem:
            # The operations that follow meet the same node that the commit will hold.
            subject = _named(subject, scope.skolem) if isinstance(subject, BlankNode) else subject
            value = _named(value, scope.skolem) if isinstance(value, BlankNode) else value
        placed.append(Quad(subject, quad.predicate, value, into))
    return placed


def _writable(name: str | None, scope: Scope) -> NamedNode:
    if name is None:
        return scope.writable[0]
    for graph in scope.writable:
        if graph.value == name:
            return graph
    if scope.leaves_open(name):
        return NamedNode(name)
    raise GraphForbidden(f"The graph <{name}> cannot be written by an update.")


def _readable(name: str, scope: Scope) -> NamedNode:
    graph = NamedNode(name)
    known = (*scope.default, *scope.named, *scope.writable, *scope.readable)
    if graph not in known and not scope.leaves_open(name):
        raise GraphForbidden(f"The graph <{name}> cannot be read by this update.")
    return graph
