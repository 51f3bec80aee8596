"""The operations of a SPARQL Update text, found by their keywords: what each reads and writes.

The engine is the judge of the grammar; this scan finds the parts that are evaluated one by one.
SPARQL 1.1 Query, section 19.8, rules 29 to 52.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from graph.errors import BadQuery
from graph.syntax.tokens import Prologue, Token, read_graph, tokens
from graph.terms import Literal, NamedNode
from graph.vocab import XSD

READS = "reads"
"""Header of a patch: `no` when it is the same whatever the store holds."""
_TRANSFERS = frozenset({"ADD", "COPY", "MOVE"})


@dataclass
class UpdateOperation:
    """One operation: its prologue, its blocks as texts, and the graphs that it names.

    Attributes:
        remove, insert: templates; where: the pattern, if there is one.
        target: the graph of WITH.
        clear: graphs to empty: IRIs, or DEFAULT, NAMED, ALL.
        transfer: ADD, COPY or MOVE with the names of source and target.
        labels: of blank nodes in INSERT DATA.
        named, written: graphs that the pattern and the templates name.
    """

    prologue: str
    text: str = ""
    remove: str = ""
    insert: str = ""
    where: str | None = None
    target: str | None = None
    using: list[str] = field(default_factory=list)
    using_named: list[str] = field(default_factory=list)
    clear: list[str] = field(default_factory=list)
    create: str | None = None
    transfer: tuple[str, str, str] | None = None
    silent: bool = False
    labels: set[str] = field(default_factory=set)
    named: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    @property
    def reads(self) -> bool:
        """Whether what it writes depends on what the store holds."""
        return self.where is not None or bool(self.clear or self.create or self.transfer)

    @property
    def names_dataset(self) -> bool:
        """Whether the text itself says which graphs WHERE reads."""
        return bool(self.target or self.using or self.using_named)


def read_operations(text: str, base: str = "") -> Iterator[UpdateOperation]:
    """Split a text into its operations.

    Args:
        base: what relative IRIs are resolved against where the text has no BASE.

    Raises:
        BadQuery: a part is not where it must be, or LOAD is asked for.
    """
    items = tokens(text)
    prologue, start, index = Prologue(base), 0, 0
    heads = [f"BASE {NamedNode(base)}"] if base else []
    labels: set[str] = set()
    while index < len(items):
        start = index
        index = prologue.read(items, index)
        heads.append(" ".join(token.text for token in items[start:index]))
        if index >= len(items):
            break
        operation = UpdateOperation(" ".join(heads))
        first = items[index].start
        index = _read_operation(text, items, index, prologue, operation)
        operation.text = text[first : items[index - 1].end]
        if operation.labels & labels:
            label = min(operation.labels & labels)
            raise BadQuery(f"The label {label} stands in two INSERT DATA; each needs its own.")
        labels |= operation.labels
        yield operation
        if index < len(items):
            if items[index].kind != "end":
                raise BadQuery(f"';' was expected before {items[index].text!r}.")
            index += 1


def at_one_time(text: str, now: datetime) -> str:
    """Put a time in the place of `NOW()`, so that all operations of a request have the same.

    Raises:
        BadQuery: as `tokens`.
    """
    if "NOW" not in text.upper():
        return text
    items = tokens(text)
    moment = str(Literal(now.isoformat(), datatype=XSD.dateTime))
    parts, end = [], 0
    for item, opening, closing in zip(items, items[1:], items[2:], strict=False):
        if item.keyword == "NOW" and (opening.text, closing.text) == ("(", ")"):
            parts += [text[end : item.start], moment]
            end = closing.end
    return "".join((*parts, text[end:]))


def _read_operation(
    text: str, items: list[Token], index: int, prologue: Prologue, operation: UpdateOperation
) -> int:
    word = items[index].keyword
    if word == "LOAD":
        return _read_load(items, index + 1)
    if word in ("CLEAR", "DROP", "CREATE") or word in _TRANSFERS:
        return _read_graphs(word, items, index + 1, prologue, operation)
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
                if following == "DATA":
                    inside = items[begin:index]
                    operation.labels |= {token.text for token in inside if token.text[:2] == "_:"}
            else:
                operation.remove = block
            if following == "WHERE":
                operation.where = block
                operation.named += _named_graphs(items[begin:index], prologue)
        elif word == "USING":
            index = 1 + read_graph(items, index, prologue, operation.using, operation.using_named)
        elif word == "WHERE":
            begin = index + 1
            operation.where, index = _block(text, items, begin)
            operation.named += _named_graphs(items[begin:index], prologue)
        else:
            raise BadQuery(f"An update operation was expected at {items[index].text!r}.")
    return index


def _read_load(items: list[Token], index: int) -> int:
    if index >= len(items) or items[index].keyword != "SILENT":
        raise BadQuery("LOAD is refused: it would read from the network.")
    while index < len(items) and items[index].kind != "end":
        index += 1
    return index


def _read_graphs(
    word: str, items: list[Token], index: int, prologue: Prologue, operation: UpdateOperation
) -> int:
    if index < len(items) and items[index].keyword == "SILENT":
        operation.silent, index = True, index + 1
    if word in _TRANSFERS:
        source, index = _read_graph_name(items, index, prologue, bare=True)
        if index >= len(items) or items[index].keyword != "TO":
            raise BadQuery(f"{word} needs TO here.")
        target, index = _read_graph_name(items, index + 1, prologue, bare=True)
        operation.transfer = (word, source, target)
    elif word == "CREATE":
        operation.create, index = _read_graph_name(items, index, prologue)
    elif index < len(items) and items[index].keyword in ("NAMED", "ALL"):
        operation.clear.append(items[index].keyword)
        index += 1
    else:
        name, index = _read_graph_name(items, index, prologue)
        operation.clear.append(name)
    return index


def _read_graph_name(
    items: list[Token], index: int, prologue: Prologue, *, bare: bool = False
) -> tuple[str, int]:
    words = items[index : index + 2]
    if words and words[0].keyword == "DEFAULT":
        return "DEFAULT", index + 1
    if len(words) > 1 and words[0].keyword == "GRAPH":
        return prologue.resolve(words[1]), index + 2
    if bare and words:
        return prologue.resolve(words[0]), index + 1
    raise BadQuery("DEFAULT or GRAPH <iri> was expected here.")


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
