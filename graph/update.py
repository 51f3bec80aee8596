"""SPARQL Update text into the quads it removes and adds, without running it on the live store.

Each WHERE is evaluated once, so RAND and NOW have one value; templates are instantiated by the
engine itself, in an empty store, from those solutions. Runs in a reader process on a clone.
SPARQL 1.1 Update, section 3.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, pairwise

from graph.errors import BadQuery, StoreUnavailable
from graph.oxigraph import OxigraphStore
from graph.sparql_tokens import Prologue, Token, read_graph, tokens
from graph.terms import BlankNode, DefaultGraph, NamedNode, Quad, Term

_BATCH = 5_000
_REFUSED = {
    "LOAD": "it would read from the network",
    "CREATE": "graphs exist as soon as they hold a triple",
    "COPY": "name the triples by INSERT … WHERE instead",
    "MOVE": "name the triples by DELETE … INSERT … WHERE instead",
    "ADD": "name the triples by INSERT … WHERE instead",
}


class GraphForbidden(BadQuery):
    """The text writes to, or reads from, a graph that is not open to it."""

    code = "graph-forbidden"


@dataclass(frozen=True)
class Scope:
    """What an update may touch: readable default and named graphs, writable graphs.

    The first writable graph receives what is written without a GRAPH.
    """

    default: tuple[NamedNode, ...]
    named: tuple[NamedNode, ...]
    writable: tuple[NamedNode, ...]


@dataclass
class _Operation:
    prologue: str
    text: str = ""
    remove: str = ""
    insert: str = ""
    where: str | None = None
    target: str | None = None
    using: list[str] = field(default_factory=list)
    using_named: list[str] = field(default_factory=list)
    clear: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


def evaluate_update(store: OxigraphStore, text: str, scope: Scope) -> tuple[list[Quad], list[Quad]]:
    """Give the quads that `text` adds to and removes from `store`, in order, each once.

    Args:
        store: a clone that may be changed; each operation sees what those before it did.
        text: a SPARQL 1.1 Update request.
        scope: the graphs it may read and write.

    Raises:
        BadQuery: the text is not valid or uses a refused operation.
        GraphForbidden: it names a graph outside `scope`.
    """
    net: dict[Quad, bool] = {}
    operations = list(_operations(text))
    for operation in operations:
        _check(operation)
    for operation in operations:
        removed, added = _evaluate(store, operation, scope)
        gone = {quad: None for quad in removed if store.contains(quad)}
        new = [quad for quad in dict.fromkeys(added) if quad in gone or not store.contains(quad)]
        store.apply(new, gone)
        for quads, present in ((gone, False), (new, True)):
            for quad in quads:
                if net.get(quad, present) is not present:
                    del net[quad]
                else:
                    net[quad] = present
    return [q for q, here in net.items() if here], [q for q, here in net.items() if not here]


def _check(operation: _Operation) -> None:
    """Have the engine parse the operation, so that what the scan found is all there is."""
    # One by one, for the engine knows no PREFIX after a semicolon. The text also runs on an empty
    # store, where CLEAR may miss its graph: that says nothing.
    with suppress(StoreUnavailable, RuntimeError):
        OxigraphStore().update(" ".join((operation.prologue, operation.text)))


def _evaluate(
    store: OxigraphStore, operation: _Operation, scope: Scope
) -> tuple[list[Quad], list[Quad]]:
    home = _writable(operation.target, scope)
    for name in operation.written:
        _writable(name, scope)
    if operation.clear:
        graphs = [home if name == "DEFAULT" else _writable(name, scope) for name in operation.clear]
        return [quad for graph in graphs for quad in store.quads(graph)], []
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


def _solutions(store: OxigraphStore, operation: _Operation, scope: Scope) -> Iterator[str]:
    if operation.where is None:
        yield ""
        return
    default, named = scope.default, scope.named
    readable = {*default, *named, *scope.writable}
    if operation.using or operation.using_named:
        default = tuple(_readable(name, readable) for name in operation.using)
        named = tuple(_readable(name, readable) for name in operation.using_named)
    elif operation.target:
        default = (_readable(operation.target, readable),)
    query = " ".join((operation.prologue, "SELECT * WHERE", operation.where))
    rows = store.reader(default, named).select(query)
    head = "(" + " ".join("?" + name for name in rows.variables) + ")"
    solutions = iter(rows)
    while batch := list(islice(solutions, _BATCH)):
        body = "\n".join(_solution(row) for row in batch)
        yield " ".join(("VALUES", head, "{", body, "}"))


def _solution(row: Sequence[Term | None]) -> str:
    if any(isinstance(term, BlankNode) for term in row):
        raise BadQuery("An update cannot carry blank nodes from WHERE to a template.")
    return "(" + " ".join("UNDEF" if term is None else str(term) for term in row) + ")"


def _instantiate(prologue: str, template: str, values: str) -> Iterator[Quad]:
    scratch = OxigraphStore()
    words = ("INSERT", template, "WHERE", "{", values, "}") if values else ("INSERT DATA", template)
    scratch.update(" ".join((prologue, *words)))
    return iter(list(scratch.engine))


def _placed(quads: list[Quad], home: NamedNode, scope: Scope) -> list[Quad]:
    placed = []
    for quad in quads:
        graph = quad.graph_name
        into = home if isinstance(graph, DefaultGraph) else _writable(str(graph)[1:-1], scope)
        placed.append(Quad(quad.subject, quad.predicate, quad.object, into))
    return placed


def _writable(name: str | None, scope: Scope) -> NamedNode:
    if name is None:
        return scope.writable[0]
    for graph in scope.writable:
        if graph.value == name:
            return graph
    raise GraphForbidden(f"The graph <{name}> cannot be written by an update.")


def _readable(name: str, graphs: set[NamedNode]) -> NamedNode:
    graph = NamedNode(name)
    if graph not in graphs:
        raise GraphForbidden(f"The graph <{name}> cannot be read by this update.")
    return graph


def _operations(text: str) -> Iterator[_Operation]:
    items = tokens(text)
    prologue, start, index = Prologue(), 0, 0
    heads: list[str] = []
    while index < len(items):
        start = index
        index = prologue.read(items, index)
        heads.append(" ".join(token.text for token in items[start:index]))
        if index >= len(items):
            break
        operation = _Operation(" ".join(heads))
        first = items[index].start
        index = _read_operation(text, items, index, prologue, operation)
        operation.text = text[first : items[index - 1].end]
        yield operation
        if index < len(items):
            if items[index].kind != "end":
                raise BadQuery(f"';' was expected before {items[index].text!r}.")
            index += 1


def _read_operation(
    text: str, items: list[Token], index: int, prologue: Prologue, operation: _Operation
) -> int:
    word = items[index].keyword
    if word in _REFUSED:
        raise BadQuery(f"{word} is refused: {_REFUSED[word]}.")
    if word in ("CLEAR", "DROP"):
        return _read_clear(items, index + 1, prologue, operation)
    if word == "WITH" and index + 1 < len(items):
        operation.target = prologue.resolve(items[index + 1])
        index += 2
    while index < len(items) and items[index].kind != "end":
        word = items[index].keyword
        following = items[index + 1].keyword if index + 1 < len(items) else ""
        if word in ("INSERT", "DELETE"):
            skip = 2 if following in ("DATA", "WHERE") else 1
            begin = index + skip
            block, index = _block(text, items, begin)
            operation.written += _named_graphs(items[begin:index], prologue)
            if word == "INSERT":
                operation.insert = block
            else:
                operation.remove = block
            if following == "WHERE":
                operation.where = block
        elif word == "USING":
            index = 1 + read_graph(items, index, prologue, operation.using, operation.using_named)
        elif word == "WHERE":
            operation.where, index = _block(text, items, index + 1)
        else:
            raise BadQuery(f"An update operation was expected at {items[index].text!r}.")
    return index


def _read_clear(items: list[Token], index: int, prologue: Prologue, operation: _Operation) -> int:
    words = items[index : index + 3]
    if words and words[0].keyword == "SILENT":
        index, words = index + 1, words[1:]
    if words and words[0].keyword == "DEFAULT":
        operation.clear.append("DEFAULT")
        return index + 1
    if len(words) > 1 and words[0].keyword == "GRAPH":
        operation.clear.append(prologue.resolve(words[1]))
        return index + 2
    raise BadQuery("CLEAR and DROP need DEFAULT or GRAPH <iri> here.")


def _named_graphs(items: list[Token], prologue: Prologue) -> list[str]:
    """List the graphs that a template names; a variable is judged when it has a value."""
    return [
        prologue.resolve(after)
        for token, after in pairwise(items)
        if token.keyword == "GRAPH" and after.kind != "variable"
    ]


def _block(text: str, items: list[Token], index: int) -> tuple[str, int]:
    if index >= len(items) or items[index].text != "{":
        raise BadQuery("'{' was expected in the update.")
    depth, start = 0, items[index].start
    while index < len(items):
        if items[index].kind == "brace":
            depth += 1 if items[index].text == "{" else -1
            if depth == 0:
                return text[start : items[index].end], index + 1
        index += 1
    raise BadQuery("A '}' is missing in the update.")
