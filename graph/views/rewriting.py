"""A query about a view of a store turned into a query about the store's own graphs.

The text is walked group by group. Triple patterns and paths that an overlay may change are put in
the words of `graph.views.patterns`; expressions, modifiers and templates stay as they were written.
Only for texts that an engine has accepted. SPARQL 1.1 Query, section 18.2.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from graph.syntax.spans import Spans
from graph.syntax.tokens import Prologue, tokens
from graph.terms import NamedNode
from graph.views.constants import with_engine_literals
from graph.views.counts import count_text, read_count
from graph.views.descriptions import description
from graph.views.groups import Group
from graph.views.layers import DEFAULT, View, ViewRefused
from graph.views.patterns import Closure, ViewPatterns, enclosed
from graph.views.tables import written_values
from graph.views.triple_reading import (
    GROUP_WORDS,
    TripleReading,
    refused_triple_terms,
    variable_name,
)

_NOWHERE = "urn:mimir:no-graph"
# IRI of the active graph or DEFAULT; None: inside a GRAPH of the store that no overlay changes.
Active = str | None
_FRESH = "view"
_NO_TRIPLES = GROUP_WORDS | {"SELECT"}
_AGGREGATES = frozenset(
    {"GROUP", "HAVING", "COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}
)


@dataclass(frozen=True)
class Rewritten:
    """A query and the dataset to ask it of, once the closures are filled."""

    text: str
    default: tuple[NamedNode, ...]
    named: tuple[NamedNode, ...]
    closures: tuple[Closure, ...] = ()


def rewrite(text: str, view: View, scratch: str = "urn:mimir:path:", base: str = "") -> Rewritten:
    """Rewrite a query so that the store's graphs answer it as the view would.

    Args:
        text: a SPARQL 1.1 query; FROM clauses are left out, for `view` says what is read.
        scratch: prefix of the graphs that recursive paths may need.
        base: what relative IRIs are resolved against.

    Raises:
        ViewRefused: the query needs what cannot be rewritten; the message names it.
    """
    text = with_engine_literals(text, base)
    patterns = ViewPatterns(view, _free_prefix(text), scratch)
    query = _Rewriting(text, view, patterns, base).query()
    filled = tuple(closure.graph for closure in patterns.closures)
    named = dict.fromkeys((*view.internal(), *filled))
    return Rewritten(query, view.stored(view.default), tuple(named), patterns.closures)


def _free_prefix(text: str) -> str:
    prefix = _FRESH
    while prefix in text:
        prefix += "_"
    return prefix


class _Rewriting:
    """One walk over one query."""

    def __init__(self, text: str, view: View, patterns: ViewPatterns, base: str) -> None:
        self._base = base
        self._items = tokens(text)
        self._spans = Spans(self._items)
        self._view = view
        self._patterns = patterns
        self._prologue = Prologue(base)
        self._reading = TripleReading(self._items, self._spans, self._prologue, patterns.variable)
        self._named = frozenset(graph.value for graph in view.named)

    def query(self) -> str:
        """Write the whole query."""
        start = self._prologue.read(self._items, 0)
        head = self._spans.written(0, start)
        if self._base:
            head = " ".join((f"BASE <{self._base}>", head))
        form, end = self._items[start].keyword, len(self._items)
        if form == "SELECT":
            body, _ = self._select(start, end, DEFAULT)
        elif form == "CONSTRUCT":
            body = self._construct(start, end)
        elif form == "DESCRIBE":
            body = self._describe(start, end)
        else:
            opening = self._where(start + 1)
            group = self._group(opening, DEFAULT)
            rest = self._copied(self._spans.close(opening) + 1, end, DEFAULT)
            body = " ".join(("ASK", group.text, rest))
        return " ".join((head, body))

    def _select(self, start: int, end: int, active: Active) -> tuple[str, dict[str, None]]:
        """Write a SELECT between two tokens; gives it and what it projects."""
        opening = self._where(start + 1)
        if counted := self._counted(start, opening, end, active):
            return counted
        group = self._group(opening, active)
        behind = self._spans.close(opening) + 1
        shown = {name: None for name in group.variables if not self._patterns.hidden(name)}
        where = group.text
        if self._patterns.used and self._counts_rows(start, opening, end):
            # What is counted must have the variables of the query and no others.
            where = " ".join(("{ { SELECT", self._names(shown), "WHERE", where, "} }"))
        last = self._last_values(behind, end)
        shown |= dict.fromkeys(self._values(last, end))
        if last < end and not self._aggregates((*range(start, opening), *range(behind, last))):
            # Where nothing is grouped it is the same; Fuseki binds its variables too late else.
            where = " ".join(("{", where, written_values(self._items, self._spans, last, end), "}"))
            end = last
        top = self._items[start - 1].text != "{"
        star = self._star(shown, top)
        head, projected = self._projection(start + 1, opening, active, star, shown)
        rest = self._copied(behind, end, active)
        return " ".join(("SELECT", head, "WHERE", where, rest)), projected

    def _counted(
        self, start: int, opening: int, end: int, active: Active
    ) -> tuple[str, dict[str, None]] | None:
        """Write a SELECT that counts the solutions of one triple pattern; None: it is another."""
        count = read_count(self._items, self._spans, start, opening, end)
        first, close = self._items[opening + 1], self._spans.close(opening)
        if count is None or active is None or first.text in "{}" or first.keyword in _NO_TRIPLES:
            return None
        found, at = self._reading.read(opening + 1, close)
        whole = at + (self._spans.text(at) == ".") == close
        if len(found) != 1 or not whole or not count.fits(found[0]):
            return None
        one = found[0]
        if self._patterns.native(one.subject, one.path, one.value, active):
            return None
        text = count_text(count, one, self._view, self._patterns, active)
        rest = self._copied(count.rest, end, active)
        return " ".join(("SELECT", text, rest)), {name: None for name, _ in count.columns}

    def _last_values(self, start: int, end: int) -> int:
        """Give the index of the VALUES that ends a query, or its end."""
        while start < end and self._items[start].keyword != "VALUES":
            bracket = self._items[start].text in ("(", "{")
            start = self._spans.close(start) + 1 if bracket else start + 1
        return start

    def _aggregates(self, indexes: Iterable[int]) -> bool:
        return any(self._items[at].keyword in _AGGREGATES for at in indexes)

    def _values(self, start: int, end: int) -> list[str]:
        """List the variables that VALUES between two tokens binds."""
        between = self._items[start:end]
        return [variable_name(token.text) for token in between if token.kind == "variable"]

    def _counts_rows(self, start: int, opening: int, end: int) -> bool:
        """Tell whether a SELECT has a COUNT(DISTINCT *)."""
        outside = (*range(start + 2, opening), *range(self._spans.close(opening), end))
        return any(
            self._items[at].text == "*" and self._items[at - 1].keyword == "DISTINCT"
            for at in outside
        )

    def _projection(
        self, start: int, stop: int, active: Active, star: str, shown: dict[str, None]
    ) -> tuple[str, dict[str, None]]:
        words: list[str] = []
        projected: dict[str, None] = {}
        at = start
        while at < stop:
            token = self._items[at]
            if token.keyword == "FROM":
                break
            if token.text == "(":
                close = self._spans.close(at)
                words.append(self._copied(at, close + 1, active))
                projected[self._items[close - 1].text] = None
                at = close + 1
                continue
            if token.kind == "variable":
                projected[token.text] = None
            if token.text == "*" and not star:
                raise ViewRefused("SELECT * finds no variable, which a view needs. Name one.")
            words.append(star if token.text == "*" else token.text)
            at += 1
        words = [word for word in words if word.upper() != "WHERE"]
        named = {variable_name(name): None for name in projected}
        return " ".join(words), shown if "*" in self._texts(start, stop) else named

    def _star(self, shown: dict[str, None], top: bool) -> str:
        # The answer itself has no column to put in place of none.
        if top and not shown:
            return "" if self._patterns.used else "*"
        return self._names(shown)

    def _names(self, shown: dict[str, None]) -> str:
        # In the order that the embedded engine gives them.
        return " ".join(sorted(shown)) or " ".join(("(1 AS", self._patterns.variable(), ")"))

    def _texts(self, start: int, stop: int) -> list[str]:
        """List the tokens between two, without those in brackets."""
        found = []
        while start < stop:
            found.append(self._items[start].text)
            start = self._spans.close(start) + 1 if found[-1] in ("(", "{") else start + 1
        return found

    def _construct(self, start: int, end: int) -> str:
        opening = self._where(start + 1)
        template = self._items[start + 1].text == "{" and opening != start + 1
        close = self._spans.close(start + 1) + 1
        made = self._spans.written(start + 1, close) if template else ""
        if not template:
            made = self._spans.written(opening, self._spans.close(opening) + 1)
        group = self._group(opening, DEFAULT)
        rest = self._copied(self._spans.close(opening) + 1, end, DEFAULT)
        return " ".join(("CONSTRUCT", made, "WHERE", group.text, rest))

    def _describe(self, start: int, end: int) -> str:
        """Write a CONSTRUCT of the triples about each node: blank nodes are IRIs in a store."""
        opening = self._where(start + 1)
        shown: dict[str, None] = {}
        solutions = ""
        if opening < end:
            group = self._group(opening, DEFAULT)
            shown = {name: None for name in group.variables if not self._patterns.hidden(name)}
            rest = self._copied(self._spans.close(opening) + 1, end, DEFAULT)
            solutions = " ".join((group.text, rest))
        nodes = self._described(start + 1, min(opening, end))
        variables = (
            shown if "*" in nodes else [variable_name(one) for one in nodes if one[0] in "?$"]
        )
        constants = [node for node in nodes if node[0] not in "?$*"]
        return description(self._patterns, dict.fromkeys(variables), constants, solutions)

    def _described(self, at: int, end: int) -> list[str]:
        """List what stands behind DESCRIBE."""
        nodes = []
        while at < end and self._items[at].keyword not in ("FROM", "WHERE"):
            nodes.append(self._items[at].text)
            at += 1
        return nodes

    def _where(self, index: int) -> int:
        """Give the index of the brace that opens the WHERE group, or the number of tokens."""
        template = self._items[index - 1].keyword == "CONSTRUCT"
        while index < len(self._items):
            token = self._items[index]
            if token.text == "{" and not template:
                return index
            if token.keyword == "WHERE":
                template = False
            if token.text in ("{", "("):
                index, template = self._spans.close(index), template and token.text != "{"
            index += 1
        return index

    def _copied(self, start: int, end: int, active: Active) -> str:
        """Write tokens as they are, but rewrite the groups of EXISTS."""
        parts: list[str] = []
        at = start
        while at < end:
            token = self._items[at]
            if token.text == "<" == self._spans.text(at + 1):
                raise refused_triple_terms()
            if parts and self._items[at - 1].end != token.start:
                parts.append(" ")
            parts.append(token.text)
            if token.keyword == "EXISTS" and self._spans.text(at + 1) == "{":
                parts.append(self._group(at + 1, active).text)
                at = self._spans.close(at + 1)
            at += 1
        return "".join(parts)

    def _group(self, opening: int, active: Active) -> Group:
        """Rewrite the group in braces that opens at a token."""
        at, end = opening + 1, self._spans.close(opening)
        group = Group()
        if self._items[at].keyword == "SELECT":
            text, shown = self._select(at, end, active)
            distinct = self._items[at + 1].keyword in ("DISTINCT", "REDUCED")
            group.add(enclosed(shown, text) if distinct and shown else text, shown)
            return group
        while at < end:
            token = self._items[at]
            if token.text == ".":
                at += 1
            elif token.keyword in GROUP_WORDS:
                at = self._started(group, at, active)
            elif token.text == "{":
                at = self._braced(group, at, active)
            else:
                at = self._triples(group, at, end, active)
        return group

    def _started(self, group: Group, index: int, active: Active) -> int:
        word = self._items[index].keyword
        if word in ("SERVICE", "LATERAL"):
            raise ViewRefused(f"{word} cannot be asked of a view of a remote store.")
        if word == "GRAPH":
            return self._graph(group, index)
        if word in ("OPTIONAL", "MINUS"):
            inner = self._group(index + 1, active)
            group.add(" ".join((word, inner.text)), inner.variables if word == "OPTIONAL" else ())
            return self._spans.close(index + 1) + 1
        stop = self._element_end(index)
        found: list[str] = []
        if word == "BIND":
            found = [variable_name(self._items[stop - 2].text)]
        elif word == "VALUES":
            table = written_values(self._items, self._spans, index, stop)
            group.add(table, self._values(index, stop))
            return stop
        group.add(self._copied(index, stop, active), found)
        return stop

    def _element_end(self, index: int) -> int:
        """Give the index behind a FILTER, BIND or VALUES."""
        at = index + 1
        if self._items[index].keyword == "VALUES":
            while self._items[at].text != "{":
                at = self._spans.close(at) + 1 if self._items[at].text == "(" else at + 1
            return self._spans.close(at) + 1
        while self._items[at].text not in ("(", "{"):
            at += 1
        return self._spans.close(at) + 1

    def _braced(self, group: Group, index: int, active: Active) -> int:
        words: list[str] = []
        variables: dict[str, None] = {}
        while True:
            inner = self._group(index, active)
            words.append(inner.text)
            variables |= inner.variables
            index = self._spans.close(index) + 1
            if not (index < len(self._items) and self._items[index].keyword == "UNION"):
                break
            words.append("UNION")
            index += 1
        group.add(" ".join(words), variables)
        return index

    def _graph(self, group: Group, index: int) -> int:
        token, opening = self._items[index + 1], index + 2
        if token.kind == "variable":
            self._any_graph(group, variable_name(token.text), opening)
        else:
            name = self._prologue.resolve(token)
            graph = name if name in self._named else _NOWHERE
            self._one_graph(group, graph, opening)
        return self._spans.close(opening) + 1

    def _one_graph(self, group: Group, graph: str, opening: int) -> None:
        if self._view.changes(graph, None) and self._spans.close(opening) > opening + 1:
            inner = self._group(opening, graph)
            group.add(inner.text, inner.variables)
        else:
            inner = self._group(opening, None)
            place = self._view.place(graph)
            group.add(" ".join((f"GRAPH <{place}>", inner.text)), inner.variables)

    def _stands_as_is(self, graph: str) -> bool:
        return self._view.place(graph) == graph and not self._view.changes(graph, None)

    def _any_graph(self, group: Group, variable: str, opening: int) -> None:
        inner = self._group(opening, None)
        kept = [graph for graph in self._named if self._stands_as_is(graph)]
        names = " ".join(f"<{graph}>" for graph in sorted(kept) or [_NOWHERE])
        branches = [" ".join(("VALUES", variable, "{", names, "} GRAPH", variable, inner.text))]
        for graph in sorted(self._named.difference(kept)):
            branch = Group()
            self._one_graph(branch, graph, opening)
            branches.append(" ".join((f"VALUES {variable}", "{", f"<{graph}>", "}", *branch.parts)))
        text = " UNION ".join(" ".join(("{", branch, "}")) for branch in branches)
        group.add(text, (variable, *inner.variables))

    def _triples(self, group: Group, index: int, end: int, active: Active) -> int:
        """Write the triples of one subject; gives the index behind them."""
        patterns, index = self._reading.read(index, end)
        for pattern in patterns:
            subject, path, value = pattern.subject, pattern.path, pattern.value
            early = active is None or self._patterns.native(subject, path, value, active)
            if active is None:
                text = self._patterns.plain(subject, path, value)
            else:
                text = self._patterns.path(subject, path, value, active)
            group.join(text, pattern.variables, early=early)
        return index
