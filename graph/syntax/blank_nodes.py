"""Queries over blank nodes that are kept as skolem IRIs: they see blank nodes all the same.

Such a node is stored as an IRI below the project's skolem prefix and shown as a blank node. So
`isBlank`, `isIRI` and `isURI` answer as for a blank node, `STR`, `IRI`, `URI` and `GROUP_CONCAT` of
a variable find no text in it, and `ORDER BY` of a variable puts it before the IRIs. The text is
read as tokens, the engine stays the judge of the grammar.
"""

from collections.abc import Iterator, Sequence

from graph.syntax.spans import Spans
from graph.syntax.tokens import Token, tokens
from graph.terms import Literal

_TESTS = frozenset({"ISBLANK", "ISIRI", "ISURI"})
_TEXTS = frozenset({"STR", "IRI", "URI", "GROUP_CONCAT"})
_CONCERNED = (*_TESTS, *_TEXTS, "ORDER")
_DIRECTIONS = frozenset({"ASC", "DESC"})
_BEHIND_ORDER = frozenset({"LIMIT", "OFFSET", "VALUES"})

_Edit = tuple[int, int, str]
"""Characters from the first to the second place, and what stands there instead."""


def see_blank_nodes(text: str, skolem: str) -> str:
    """Give a text that takes IRIs that start with `skolem` for blank nodes.

    A test within the argument of another is read; the outer one, which is always false or an error
    of the author, stays as it is.

    Args:
        skolem: the prefix; empty leaves the text as it is.
    """
    upper = text.upper()
    if not skolem or not any(name in upper for name in _CONCERNED):
        return text
    reading = _Reading(text, skolem)
    parts, end = [], 0
    for start, stop, instead in sorted((*reading.calls(), *reading.sort_keys())):
        parts += [text[end:start], instead]
        end = stop
    return "".join((*parts, text[end:]))


class _Reading:
    """The tokens of one text, by index."""

    def __init__(self, text: str, skolem: str) -> None:
        self._text = text
        self._skolem = str(Literal(skolem))
        self._items: Sequence[Token] = tokens(text)
        self._spans = Spans(self._items)

    def calls(self) -> Iterator[_Edit]:
        """Give the calls of functions that see blank nodes, and what they become."""
        index = 0
        while index < len(self._items):
            word = self._items[index].keyword
            edit = None
            if word in _TESTS and self._spans.text(index + 1) == "(":
                edit = self._tested(index)
            elif word in _TEXTS and self._spans.text(index + 1) == "(":
                edit = self._told(index)
            if edit:
                yield edit
                index = self._spans.close(index + 1)
            index += 1

    def sort_keys(self) -> Iterator[_Edit]:
        """Give what goes before the variables in ORDER BY."""
        for index, item in enumerate(self._items[:-1]):
            if item.keyword == "ORDER" and self._items[index + 1].keyword == "BY":
                yield from self._conditions(index + 2)

    def _tested(self, index: int) -> _Edit | None:
        close = self._spans.close(index + 1)
        within = self._items[index + 2 : close]
        if self._items[close].text != ")" or any(item.keyword in _TESTS for item in within):
            return None
        start, stop = self._items[index].start, self._items[close].end
        call, argument = self._text[start:stop], self._text[self._items[index + 1].start : stop]
        kept = self._kept(argument)
        blank = ("|| isIRI", argument, "&&", kept)
        named = ("&& !", kept)
        words = blank if self._items[index].keyword == "ISBLANK" else named
        return start, stop, " ".join(("(", call, *words, ")"))

    def _told(self, index: int) -> _Edit | None:
        at = index + 2
        at += self._items[index].keyword == "GROUP_CONCAT" and self._word(at) == "DISTINCT"
        if self._kind(at) != "variable" or self._spans.text(at + 1) not in (")", ";"):
            return None
        item = self._items[at]
        # A division by zero is an error value, as the text of a blank node is.
        error = ("IF( isLiteral(", item.text, "),", item.text, ", 1/0)")
        words = ("IF(", self._kept(item.text), ",", *error, ",", item.text, ")")
        return item.start, item.end, " ".join(words)

    def _conditions(self, index: int) -> Iterator[_Edit]:
        while index < len(self._items) and not self._ends_order(index):
            word = self._word(index)
            direction = word if word in _DIRECTIONS else ""
            called = self._kind(index) in ("word", "iri", "name")
            opening = index + called
            stop = self._spans.after(opening) if self._spans.text(opening) in "({" else index + 1
            inside = self._items[opening + 1 : stop - 1] or self._items[index:stop]
            if bool(direction) is called and len(inside) == 1 and inside[0].kind == "variable":
                start = self._items[index].start
                yield start, start, f"{direction}{self._sort_key(inside[0].text)}"
            index = stop

    def _ends_order(self, index: int) -> bool:
        return self._spans.text(index) == "}" or self._word(index) in _BEHIND_ORDER

    def _sort_key(self, variable: str) -> str:
        # Unbound, blank nodes, all others: the order of SPARQL 1.1 Query, section 15.1.
        kept = ("IF(", self._kept(variable), "&& !isLiteral(", variable, "), 1, 2),")
        blank = ("IF( isBlank(", variable, "), 1, 0),")
        return " ".join(("( COALESCE(", *kept, *blank, "0) ) "))

    def _kept(self, argument: str) -> str:
        return " ".join(("STRSTARTS( STR(", argument, "),", self._skolem, ")"))

    def _kind(self, index: int) -> str:
        return self._items[index].kind if index < len(self._items) else ""

    def _word(self, index: int) -> str:
        return self._items[index].keyword if index < len(self._items) else ""
